package backfill

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"revscore/internal/corpus"
)

// perCall is how many ids or users one call may name, to those without apihighlimits.
const perCall = 50

// ids feeds the revisions of a list, which it asks the wiki for.
type ids struct {
	list       *idList
	ask        Asker
	domain     string
	namespaces []int64

	checked bool   // the wiki is the right one
	ready   []Item // of the calls so far
	end     error  // of the list
}

// OpenIDs reads a list of ids of a wiki from a position on.
func OpenIDs(path, wiki, domain string, ask Asker, from Position, namespaces []int64) (Feed, error) {
	list, err := openIDList(path, wiki, from)
	if err != nil {
		return nil, err
	}
	return &ids{list: list, ask: ask, domain: domain, namespaces: namespaces}, nil
}

func (f *ids) Close() error { return f.list.file.Close() }

// Done counts bytes of the list.
func (f *ids) Done() float64 { return float64(f.list.done.Load()) / float64(max(f.list.size, 1)) }

func (f *ids) Next(ctx context.Context) (Item, error) {
	for len(f.ready) == 0 {
		if f.end != nil {
			return Item{}, f.end
		}
		if err := f.fill(ctx); err != nil {
			return Item{}, err
		}
	}
	item := f.ready[0]
	f.ready = f.ready[1:]
	return item, nil
}

// asked is a line of the list: an id that is asked for, or why it is not.
type asked struct {
	rev  int64
	left *Left
	at   Position
}

// fill reads lines until they name the ids of one call, and makes it.
func (f *ids) fill(ctx context.Context) error {
	if !f.checked {
		if err := checkWiki(ctx, f.ask, f.list.wiki, f.domain); err != nil {
			return err
		}
		f.checked = true
	}
	var lines []asked
	var revs []int64
	for len(revs) < perCall && len(lines) < 2*perCall {
		rev, left, err := f.list.next()
		if err != nil {
			f.end = err // after these lines; io.EOF, or what is wrong with the file
			break
		}
		lines = append(lines, asked{rev, left, f.list.at})
		if left == nil && !slices.Contains(revs, rev) {
			revs = append(revs, rev)
		}
	}
	found, err := f.call(ctx, revs)
	if err != nil {
		return err
	}
	for _, l := range lines {
		f.ready = append(f.ready, f.item(l, found))
	}
	return nil
}

func (f *ids) item(l asked, found map[int64]*corpus.Revision) Item {
	item := Item{Left: l.left, At: l.at}
	if l.left != nil {
		return item
	}
	item.At.Rev = l.rev
	r := found[l.rev]
	if r == nil {
		item.Left = leftOut(LeftNotFound, l.rev)
		return item
	}
	if item.Left = wanted(f.namespaces, r); item.Left == nil {
		item.Revision = r
	}
	return item
}

// revIDsAnswer is what prop=revisions answers to revids.
type revIDsAnswer struct {
	Continue json.RawMessage `json:"continue"`
	Query    struct {
		Missing missing      `json:"badrevids"`
		Pages   []pageAnswer `json:"pages"`
	} `json:"query"`
}

// missing are the ids that the wiki has no revision of: an object by id, but an array where PHP
// takes the keys for a list.
type missing map[int64]bool

func (m *missing) UnmarshalJSON(b []byte) error {
	type entry struct {
		RevID int64 `json:"revid"`
	}
	*m = missing{}
	var list []entry
	if bytes.HasPrefix(b, []byte("[")) {
		if err := json.Unmarshal(b, &list); err != nil {
			return err
		}
	} else {
		var object map[string]entry
		if err := json.Unmarshal(b, &object); err != nil {
			return err
		}
		for _, e := range object {
			list = append(list, e)
		}
	}
	for _, e := range list {
		(*m)[e.RevID] = true
	}
	return nil
}

var errUnanswered = errors.New("the answer neither has a revision nor says that there is none")

// call asks for revisions. Those that an answer leaves out are asked for by themselves.
func (f *ids) call(ctx context.Context, revs []int64) (map[int64]*corpus.Revision, error) {
	found := make(map[int64]*corpus.Revision, len(revs))
	for len(revs) > 0 {
		var a revIDsAnswer
		if err := f.ask.Query(ctx, f.list.wiki, f.domain, url.Values{
			"prop": {"revisions"}, "rvprop": {revisionProps}, "rvslots": {"main"}, "revids": {join(revs)},
		}, &a); err != nil {
			return nil, err
		}
		for i := range a.Query.Pages {
			p := &a.Query.Pages[i]
			for j := range p.Revisions {
				found[p.Revisions[j].RevID] = p.revision(&p.Revisions[j], f.list.wiki, f.domain)
			}
		}
		open := slices.DeleteFunc(slices.Clone(revs), func(rev int64) bool { return found[rev] != nil || a.Query.Missing[rev] })
		if len(open) == len(revs) {
			return nil, fmt.Errorf("ask %s for revision %d: %w", f.list.wiki, revs[0], errUnanswered)
		}
		revs = open
	}
	return found, nil
}

func join(list []int64) string {
	text := make([]string, len(list))
	for i, n := range list {
		text[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(text, "|")
}
