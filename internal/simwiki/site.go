package simwiki

import (
	"math/rand/v2"
	"strings"
	"time"

	"revscore/internal/corpus"
)

// Bounds that keep the memory of a wiki constant.
const (
	maxCreated    = 12 // pages besides the embedded ones
	maxVandalised = 4  // pages waiting for a revert
)

// site is one wiki: its pages and its people.
type site struct {
	lang       language
	pages      []*page // the first `fixed` are embedded and stay
	fixed      int
	vandalised []*page
	people     people
	lastRev    int64
	lastPage   int64
	serial     int // numbers new titles and citations
}

// page is the present state of a page. A page without a revision is created by
// the first edit that picks it.
type page struct {
	id        int64
	title     string
	name      string // the title without what a move added
	namespace int64
	model     string
	base      string // what trimming comes back to
	text      string
	rev       int64
	hidden    bool // the text of rev is hidden
	checks    int  // how often a bot passed
	typos     []typo

	spoiled bool   // waits for a revert
	good    string // the text before it was spoiled
	vandal  string // who spoiled it
}

// typo is a misspelt sentence somebody added.
type typo struct{ wrong, right string }

// author is what a revision needs of a user.
type author struct {
	name       string
	id         int64
	anonymous  bool
	explicit   []string // groups beyond the implicit ones, sorted
	registered time.Time
	edits      int64
}

func newSite(rng *rand.Rand, lang language, embedded []article) *site {
	s := &site{lang: lang, people: newPeople(rng), lastRev: 1_000_000 + rng.Int64N(1_000_000)}
	for _, a := range embedded {
		s.pages = append(s.pages, &page{
			id: s.newPageID(), title: a.title, name: a.title, namespace: a.namespace, model: a.model,
			base: a.text, text: a.text,
		})
	}
	s.fixed = len(s.pages)
	return s
}

func (s *site) newPageID() int64 {
	s.lastPage++
	return s.lastPage
}

// keep adds a created page to those that are edited on; the oldest leaves.
func (s *site) keep(p *page) {
	s.pages = append(s.pages, p)
	if len(s.pages) > s.fixed+maxCreated {
		old := s.pages[s.fixed]
		s.pages = append(s.pages[:s.fixed], s.pages[s.fixed+1:]...)
		s.mended(old)
	}
}

// mended takes a page off those that wait for a revert.
func (s *site) mended(p *page) {
	for i, v := range s.vandalised {
		if v == p {
			s.vandalised = append(s.vandalised[:i], s.vandalised[i+1:]...)
		}
	}
	p.spoiled, p.good, p.vandal = false, "", ""
}

// article returns a page of prose that is not waiting for a revert.
func (s *site) article(rng *rand.Rand) *page {
	for range 20 {
		p := oneOf(rng, s.pages)
		if p.model == "wikitext" && !p.spoiled && !corpus.IsRedirect(p.text) {
			return p
		}
	}
	return nil
}

// coded returns the page of a model, nil if the wiki has none.
func (s *site) coded(model string) *page {
	for _, p := range s.pages[:s.fixed] {
		if p.model == model {
			return p
		}
	}
	return nil
}

// save makes the revision and brings page and author up to date.
func (w *Wiki) save(s *site, p *page, a *author, text, comment string, minor bool) *corpus.Revision {
	s.lastRev += 1 + w.rng.Int64N(3)
	old := p.text
	r := &corpus.Revision{
		Wiki: s.lang.Wiki, Domain: s.lang.Domain, PageID: p.id, Title: p.title, Namespace: p.namespace,
		Redirect: p.model == "wikitext" && corpus.IsRedirect(text),
		RevID:    s.lastRev, ParentID: p.rev, Timestamp: w.clock, Minor: minor,
		User: a.name, UserID: a.id, Anonymous: a.anonymous,
		Comment: strings.ToValidUTF8(comment, ""), ContentModel: p.model, Text: &text, Size: int64(len(text)),
	}
	if p.rev != 0 && !p.hidden {
		r.ParentText = &old
	}
	if !a.anonymous {
		a.edits++
		r.Groups, r.Registration, r.EditCount = a.groups(w.clock), a.registered, a.edits
	}
	p.text, p.rev, p.hidden = text, r.RevID, false
	return r
}
