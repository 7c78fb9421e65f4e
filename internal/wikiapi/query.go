package wikiapi

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The answer, its fields in MediaWiki's order.
type (
	queryAnswer struct {
		Continue      *continuation `json:"continue,omitempty"`
		BatchComplete bool          `json:"batchcomplete,omitempty"`
		Warnings      *warnings     `json:"warnings,omitempty"`
		Query         *queryResult  `json:"query,omitempty"`
	}
	continuation struct {
		RvContinue int64  `json:"rvcontinue"`
		Continue   string `json:"continue"`
	}
	warnings struct {
		Result    *warning `json:"result,omitempty"`
		Revisions *warning `json:"revisions,omitempty"`
	}
	warning struct {
		Warnings string `json:"warnings"`
	}
	queryResult struct {
		BadRevIDs badRevIDs     `json:"badrevids,omitempty"`
		Pages     []*pageAnswer `json:"pages,omitempty"`
	}
	// Revisions is a pointer because an answer cut short has pages without the
	// key and one page with an empty list.
	pageAnswer struct {
		PageID    int64             `json:"pageid"`
		Namespace int64             `json:"ns"`
		Title     string            `json:"title"`
		Revisions *[]revisionAnswer `json:"revisions,omitempty"`
	}
)

// badRevIDs are ids in the order of the request. They are an object by id, but
// PHP writes an array whose keys happen to be 0, 1, 2… as a list.
type badRevIDs []int64

func (b badRevIDs) MarshalJSON() ([]byte, error) {
	isList := true
	for i, id := range b {
		isList = isList && id == int64(i)
	}
	var out bytes.Buffer
	for i, id := range b {
		if i > 0 {
			out.WriteByte(',')
		}
		if !isList {
			fmt.Fprintf(&out, `"%d":`, id)
		}
		fmt.Fprintf(&out, `{"revid":%d,"missing":true}`, id)
	}
	if isList {
		return []byte("[" + out.String() + "]"), nil
	}
	return []byte("{" + out.String() + "}"), nil
}

// answer runs a request. An *apiError is MediaWiki's, any other a refusal.
func (s *Server) answer(q request) (any, error) {
	p := q.params
	switch action := p.Get("action"); {
	case p.Get("format") != "json" || p.Get("formatversion") != "2":
		// MediaWiki falls back to HTML, or to a format where flags are "".
		if action == "" || action == "query" {
			return nil, refused("answers format=json&formatversion=2 only")
		}
		return nil, badValue("action", action)
	case action == "":
		return nil, refused("has no help page: action is missing")
	case action != "query":
		return nil, badValue("action", action)
	}
	if maxlag := p.Get("maxlag"); maxlag != "" {
		n, err := strconv.Atoi(maxlag)
		if err != nil {
			return nil, badInteger("maxlag", maxlag)
		}
		if q.lag > n {
			return nil, lagged(q.lag)
		}
	}
	switch prop, list := p.Get("prop"), p.Get("list"); {
	case prop == "" && list == "" && p.Get("meta") == "siteinfo":
		return s.siteInfo(q), nil
	case prop == "" && list == "allrevisions":
		return s.allRevisions(q)
	case prop == "" && list == "users":
		return s.users(q)
	case list != "":
		return nil, refused("answers list=allrevisions and list=users by themselves only, not %q with prop=%q", list, prop)
	case prop == "revisions":
		return s.revisions(q)
	case prop == "":
		return queryAnswer{BatchComplete: true}, nil
	default:
		return nil, refused("answers prop=revisions only, not %q", prop)
	}
}

// revisions answers prop=revisions by id.
func (s *Server) revisions(q request) (any, error) {
	ids, err := revIDs(q.params.Get("revids"))
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return queryAnswer{BatchComplete: true}, nil
	}
	for _, list := range []string{"rvlimit", "rvstartid", "rvendid", "rvuser", "rvexcludeuser", "rvstart", "rvend"} {
		if q.params.Has(list) {
			return nil, paramMix()
		}
	}
	fields, unknown, err := revisionFields(q.params.Get("rvprop"), q.params.Has("rvprop"))
	if err != nil {
		return nil, err
	}
	if slots := q.params.Get("rvslots"); slots != "main" && slots != "*" {
		return nil, refused("needs rvslots=main, not the form of before there were slots")
	}
	from := int64(0)
	if c := q.params.Get("rvcontinue"); c != "" {
		if from, err = strconv.ParseInt(c, 10, 64); err != nil {
			return nil, badInteger("rvcontinue", c)
		}
	}
	held, missing := s.store.get(q.wiki, ids)
	a := queryAnswer{Query: &queryResult{BadRevIDs: missing}}
	s.fill(&a, held, from, fields)
	if len(unknown) > 0 {
		a.warn().Revisions = &warning{unrecognized(unknown)}
	}
	return a, nil
}

// unrecognized words the warning about rvprop.
func unrecognized(values []string) string {
	noun := "value"
	if len(values) > 1 {
		noun = "values"
	}
	return fmt.Sprintf("Unrecognized %s for parameter \"rvprop\": %s", noun, strings.Join(values, ", "))
}

func (a *queryAnswer) warn() *warnings {
	if a.Warnings == nil {
		a.Warnings = &warnings{}
	}
	return a.Warnings
}

// fill lists the pages by id and their revisions in the order of ids, from the
// id of continuation on, until the limit of the answer is reached. The revision
// that does not fit leaves an empty list on a page that has none yet; pages
// behind it, and pages done before, have no list.
func (s *Server) fill(a *queryAnswer, held []found, from int64, fields fieldSet) {
	pages := map[int64]*pageAnswer{}
	for _, f := range held {
		if pages[f.rev.PageID] == nil {
			p := &pageAnswer{PageID: f.rev.PageID, Namespace: f.ns, Title: f.title}
			pages[p.PageID] = p
			a.Query.Pages = append(a.Query.Pages, p)
		}
	}
	slices.SortFunc(a.Query.Pages, func(x, y *pageAnswer) int { return cmp.Compare(x.PageID, y.PageID) })
	slices.SortFunc(held, func(x, y found) int { return cmp.Compare(x.rev.RevID, y.rev.RevID) })
	used, served := 0, int64(0)
	for _, f := range held {
		if f.rev.RevID < from {
			continue
		}
		p := pages[f.rev.PageID]
		if p.Revisions == nil {
			p.Revisions = &[]revisionAnswer{}
		}
		r, size := fields.revision(f.rev)
		if used += size; used > s.ResultLimit {
			a.Continue = &continuation{f.rev.RevID, "||"}
			a.warn().Result = &warning{fmt.Sprintf("This result was truncated because it would otherwise be larger than the limit of %s bytes.", grouped(s.ResultLimit))}
			break
		}
		*p.Revisions = append(*p.Revisions, r)
		served++
	}
	a.BatchComplete = a.Continue == nil
	s.store.count(0, served)
}

// grouped writes a number with commas, as English messages do.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// revIDs parses the parameter: at most maxIDs values, repeated ones once.
func revIDs(param string) ([]int64, error) {
	if param == "" {
		return nil, nil
	}
	values := strings.Split(param, "|")
	if len(values) > maxIDs {
		return nil, tooManyValues("revids")
	}
	var ids []int64
	for _, v := range values {
		id, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return nil, badInteger("revids", v)
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}
