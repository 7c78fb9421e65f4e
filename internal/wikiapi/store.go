package wikiapi

import (
	"container/list"
	"sync"

	"revscore/internal/corpus"
)

const (
	// overhead approximates what a revision costs besides its strings.
	overhead = 768
	// maxForgotten bounds the ids remembered as forgotten.
	maxForgotten = 100_000
)

// key names a revision: ids are unique within a wiki only.
type key struct {
	wiki string
	id   int64
}

// entry is a revision held, or remembered as forgotten.
type entry struct {
	key   key
	rev   *corpus.Revision // nil: forgotten
	stub  bool             // known by its text only
	asked bool
	bytes int64
	place *list.Element // in held or forgotten
}

// pageName is what the API shows of a page: its present title, whatever it was
// called when the revision was made.
type pageName struct {
	title     string
	namespace int64
	refs      int // revisions held
}

// Stats counts what the server did.
type Stats struct {
	Held      int   // revisions held now
	Bytes     int64 // of them
	Requests  int64
	Served    int64 // revisions answered
	Missing   int64 // ids answered as badrevids
	Forgotten int64 // revisions forgotten for want of room
	// ForgottenUnasked of them nobody had asked for: a demo that is faster than
	// its scorer sees this grow, and should hold back.
	ForgottenUnasked int64
	// ForgottenAsked ids were asked for after they had been forgotten.
	ForgottenAsked int64
}

// store holds the latest revisions. A list in order of arrival beside the map
// makes forgetting the oldest O(1); recency of use does not matter, because every
// revision is asked for about once.
type store struct {
	max int64

	mu        sync.Mutex // guards all below
	entries   map[key]*entry
	pages     map[key]*pageName
	held      *list.List // of *entry, oldest first
	forgotten *list.List
	stats     Stats
}

func newStore(max int64) *store {
	return &store{
		max: max, entries: map[key]*entry{}, pages: map[key]*pageName{},
		held: list.New(), forgotten: list.New(),
	}
}

// put adds a revision and its parent. The two stay until the next put, even if
// they alone exceed the bound: whoever put them is about to ask for them.
func (s *store) put(r *corpus.Revision) {
	s.mu.Lock()
	defer s.mu.Unlock()
	keep := 0
	if parent := s.putParent(r); parent {
		keep++
	}
	if !r.Deleted {
		own := *r
		own.ParentText = nil // it is held on the parent's account
		s.add(&own, false)
		keep++
	}
	for s.stats.Bytes > s.max && s.held.Len() > keep {
		s.forget(s.held.Front().Value.(*entry))
	}
}

// putParent makes sure that the parent outlives its child, and adds what is known
// of it if it was not put in before.
func (s *store) putParent(r *corpus.Revision) bool {
	if r.ParentID == 0 {
		return false
	}
	if e := s.entries[key{r.Wiki, r.ParentID}]; e != nil && e.rev != nil {
		s.held.MoveToBack(e.place)
		return true
	}
	if r.ParentText == nil {
		return false
	}
	s.add(&corpus.Revision{
		Wiki: r.Wiki, Domain: r.Domain, PageID: r.PageID, Title: r.Title, Namespace: r.Namespace,
		RevID: r.ParentID, Timestamp: r.Timestamp, UserHidden: true, CommentHidden: true,
		ContentModel: r.ContentModel, Text: r.ParentText, Size: int64(len(*r.ParentText)),
	}, true)
	return true
}

func (s *store) add(r *corpus.Revision, stub bool) {
	k := key{r.Wiki, r.RevID}
	e := s.entries[k]
	switch {
	case e == nil:
		e = &entry{key: k}
		s.entries[k] = e
	case e.rev == nil:
		s.forgotten.Remove(e.place)
	default:
		s.drop(e)
	}
	e.rev, e.stub, e.asked = r, stub, false
	e.bytes = overhead + int64(len(r.Title)+len(r.User)+len(r.Comment))
	if r.Text != nil {
		e.bytes += int64(len(*r.Text))
	}
	e.place = s.held.PushBack(e)
	s.stats.Bytes += e.bytes
	pk := key{r.Wiki, r.PageID}
	p := s.pages[pk]
	if p == nil {
		p = &pageName{}
		s.pages[pk] = p
	}
	p.title, p.namespace = r.Title, r.Namespace
	p.refs++
}

// drop takes a revision out of the held ones.
func (s *store) drop(e *entry) {
	s.held.Remove(e.place)
	s.stats.Bytes -= e.bytes
	pk := key{e.key.wiki, e.rev.PageID}
	if p := s.pages[pk]; p.refs == 1 {
		delete(s.pages, pk)
	} else {
		p.refs--
	}
}

// forget drops a revision and remembers only that it was there.
func (s *store) forget(e *entry) {
	s.drop(e)
	s.stats.Forgotten++
	if !e.asked && !e.stub {
		s.stats.ForgottenUnasked++
	}
	e.rev = nil
	e.place = s.forgotten.PushBack(e)
	if s.forgotten.Len() > maxForgotten {
		oldest := s.forgotten.Front()
		s.forgotten.Remove(oldest)
		delete(s.entries, oldest.Value.(*entry).key)
	}
}

// found is a revision with its page's present name.
type found struct {
	rev   *corpus.Revision
	title string
	ns    int64
}

// get looks ids up and counts them; those not held come back as missing.
func (s *store) get(wiki string, ids []int64) (held []found, missing []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		e := s.entries[key{wiki, id}]
		if e == nil || e.rev == nil {
			if e != nil {
				s.stats.ForgottenAsked++
			}
			s.stats.Missing++
			missing = append(missing, id)
			continue
		}
		e.asked = true
		p := s.pages[key{wiki, e.rev.PageID}]
		held = append(held, found{e.rev, p.title, p.namespace})
	}
	return held, missing
}

// count adds to the counters that are not the store's own.
func (s *store) count(requests, served int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Requests += requests
	s.stats.Served += served
}

func (s *store) snapshot() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.Held = s.held.Len()
	return st
}
