package wikiapi

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"revscore/internal/corpus"
)

// The answers to lists, their fields in MediaWiki's order.
type (
	listAnswer struct {
		BatchComplete bool              `json:"batchcomplete,omitempty"`
		Continue      *listContinuation `json:"continue,omitempty"`
		Query         listResult        `json:"query"`
	}
	listContinuation struct {
		ArvContinue string `json:"arvcontinue"`
		Continue    string `json:"continue"`
	}
	listResult struct {
		AllRevisions *[]*revisionsOfPage `json:"allrevisions,omitempty"`
		Users        *[]userAnswer       `json:"users,omitempty"`
	}
	revisionsOfPage struct {
		PageID    int64            `json:"pageid"`
		Revisions []revisionAnswer `json:"revisions"`
		Namespace int64            `json:"ns"`
		Title     string           `json:"title"`
	}
	userAnswer struct {
		UserID       *int64   `json:"userid,omitempty"`
		Name         string   `json:"name,omitempty"`
		Registration *string  `json:"registration,omitempty"`
		Groups       []string `json:"groups,omitempty"`
		Missing      bool     `json:"missing,omitempty"`
	}
)

// maxListed is the limit of list=allrevisions for users without apihighlimits.
const maxListed = 500

// mwTime is how MediaWiki's database writes times.
const mwTime = "20060102150405"

// allRevisions answers list=allrevisions, oldest first: the revisions of a stretch of
// time, those of one page together in the place of its first.
func (s *Server) allRevisions(q request) (any, error) {
	p := q.params
	if p.Get("arvdir") != "newer" {
		return nil, refused("answers list=allrevisions with arvdir=newer only")
	}
	fields, unknown, err := revisionFields(p.Get("arvprop"), p.Has("arvprop"))
	if err != nil {
		return nil, err
	}
	if len(unknown) > 0 || fields["content"] {
		return nil, refused("does not answer arvprop=%s", p.Get("arvprop"))
	}
	from, to, err := arvTimes(p.Get("arvstart"), p.Get("arvend"))
	if err != nil {
		return nil, err
	}
	limit := min(cmp.Or(atoi(p.Get("arvlimit")), 10), maxListed)
	after := listed{at: from}
	if c := p.Get("arvcontinue"); c != "" {
		at, id, _ := strings.Cut(c, "|")
		t, err := time.Parse(mwTime, at)
		if err != nil || atoi(id) == 0 {
			return nil, &apiError{code: "badcontinue", info: "Invalid continue param. You should pass the original value returned by the previous query."}
		}
		after = listed{t, int64(atoi(id))}
	}
	a := listAnswer{BatchComplete: true, Query: listResult{AllRevisions: &[]*revisionsOfPage{}}}
	pages := map[int64]*revisionsOfPage{}
	for i, f := range s.store.between(q.wiki, after, to, namespaces(p.Get("arvnamespace"))) {
		if i == limit {
			a.Continue = &listContinuation{f.rev.Timestamp.UTC().Format(mwTime) + "|" + strconv.FormatInt(f.rev.RevID, 10), "-||"}
			break
		}
		page := pages[f.rev.PageID]
		if page == nil {
			page = &revisionsOfPage{PageID: f.rev.PageID, Namespace: f.ns, Title: f.title}
			pages[f.rev.PageID] = page
			*a.Query.AllRevisions = append(*a.Query.AllRevisions, page)
		}
		r, _ := fields.revision(f.rev)
		page.Revisions = append(page.Revisions, r)
	}
	return a, nil
}

func arvTimes(start, end string) (from, to time.Time, err error) {
	to = time.Unix(1<<40, 0)
	for _, t := range []struct {
		name, value string
		into        *time.Time
	}{{"arvstart", start, &from}, {"arvend", end, &to}} {
		if t.value == "" {
			continue
		}
		if *t.into, err = time.Parse(time.RFC3339, t.value); err != nil {
			return from, to, &apiError{code: "badtimestamp", info: fmt.Sprintf("Invalid value \"%s\" for timestamp parameter \"%s\".", t.value, t.name)}
		}
	}
	return from, to, nil
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func namespaces(param string) []int64 {
	var list []int64
	for s := range strings.SplitSeq(param, "|") {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			list = append(list, n)
		}
	}
	return list
}

// users answers list=users by id or name, with groups and registration as the user's
// latest revision here has them.
func (s *Server) users(q request) (any, error) {
	p := q.params
	if prop := p.Get("usprop"); prop != "groups|registration" {
		return nil, refused("answers usprop=groups|registration only, not %q", prop)
	}
	parameter := "ususers"
	if p.Has("ususerids") {
		parameter = "ususerids"
	}
	values := strings.Split(p.Get(parameter), "|")
	if others, ok := strings.CutPrefix(p.Get(parameter), "\x1f"); ok { // the separator for values that have a "|" in them
		values = strings.Split(others, "\x1f")
	}
	if len(values) > maxIDs {
		return nil, tooManyValues(parameter)
	}
	list := []userAnswer{}
	known := s.store.usersOf(q.wiki)
	for _, v := range values {
		a := userAnswer{Name: v, Missing: true}
		var r *corpus.Revision
		if parameter == "ususerids" {
			id, err := strconv.ParseInt(v, 10, 64)
			if err != nil {
				return nil, badInteger(parameter, v)
			}
			a, r = userAnswer{UserID: &id, Missing: true}, known.byID[id]
		} else {
			r = known.byName[v]
		}
		if r != nil {
			a = describeUser(r)
		}
		list = append(list, a)
	}
	return listAnswer{BatchComplete: true, Query: listResult{Users: &list}}, nil
}

func describeUser(r *corpus.Revision) userAnswer {
	a := userAnswer{UserID: &r.UserID, Name: r.User, Groups: r.Groups}
	if a.Groups == nil {
		a.Groups = []string{"*", "user"}
	}
	if !r.Registration.IsZero() {
		at := r.Registration.UTC().Format(time.RFC3339)
		a.Registration = &at
	}
	return a
}

// siteInfo answers meta=siteinfo with the little that is known of a wiki: which it is.
func (s *Server) siteInfo(q request) any {
	type general struct {
		Server     string `json:"server"`
		ServerName string `json:"servername"`
		WikiID     string `json:"wikiid"`
	}
	type result struct {
		General general `json:"general"`
	}
	domain := s.store.domain(q.wiki)
	return struct {
		BatchComplete bool   `json:"batchcomplete"`
		Query         result `json:"query"`
	}{true, result{general{"https://" + domain, domain, q.wiki}}}
}

// domain is that of any revision held, else what the wiki's name says.
func (s *store) domain(wiki string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, e := range s.entries {
		if k.wiki == wiki && e.rev != nil && e.rev.Domain != "" {
			return e.rev.Domain
		}
	}
	return corpus.Domain(wiki)
}

// listed is a place in the order of list=allrevisions.
type listed struct {
	at time.Time
	id int64
}

func (l listed) compare(other listed) int {
	return cmp.Or(l.at.Compare(other.at), cmp.Compare(l.id, other.id))
}

// between returns the revisions of a wiki from a place to a time, both included, in
// their order. It looks at all that is held.
func (s *store) between(wiki string, from listed, to time.Time, namespaces []int64) []found {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []found
	for k, e := range s.entries {
		if k.wiki != wiki || e.rev == nil || e.stub || e.rev.Timestamp.After(to) || (listed{e.rev.Timestamp, k.id}).compare(from) < 0 {
			continue
		}
		p := s.pages[key{wiki, e.rev.PageID}]
		if len(namespaces) > 0 && !slices.Contains(namespaces, p.namespace) {
			continue
		}
		list = append(list, found{e.rev, p.title, p.namespace})
	}
	slices.SortFunc(list, func(a, b found) int {
		return listed{a.rev.Timestamp, a.rev.RevID}.compare(listed{b.rev.Timestamp, b.rev.RevID})
	})
	return list
}

// people are the latest revisions of users.
type people struct {
	byID   map[int64]*corpus.Revision
	byName map[string]*corpus.Revision
}

// usersOf finds the registered users of a wiki whose names are shown.
func (s *store) usersOf(wiki string) people {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := people{map[int64]*corpus.Revision{}, map[string]*corpus.Revision{}}
	for k, e := range s.entries {
		if k.wiki != wiki || e.rev == nil || e.rev.UserID == 0 || e.rev.UserHidden {
			continue
		}
		if last := p.byID[e.rev.UserID]; last == nil || last.RevID < e.rev.RevID {
			p.byID[e.rev.UserID], p.byName[e.rev.User] = e.rev, e.rev
		}
	}
	return p
}
