package simwiki

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"revscore/internal/corpus"
)

// kind is what an editor sets out to do.
type kind int

const (
	mendTypo kind = iota
	addText
	addCitation
	addLink
	trimText
	createPage
	createRedirect
	movePage
	editCode
	checkPage
	vandalise
)

// role is a share of the edits, in percent, and what its people do, in percent.
type role struct {
	share int
	who   func(*site, *Wiki) *author
	does  []share
}

type share struct {
	kind    kind
	percent int
}

// roles: most edits come from regulars, most vandalism from those one does not
// know. The shares of each column add up to a hundred.
var roles = []role{
	{28, func(_ *site, w *Wiki) *author { return anonymous(w.rng) },
		[]share{{vandalise, 45}, {mendTypo, 20}, {addText, 25}, {addLink, 5}, {createPage, 5}}},
	{12, func(s *site, w *Wiki) *author { return s.people.newcomer(w.rng, w.clock) },
		[]share{{vandalise, 25}, {addText, 35}, {mendTypo, 15}, {addCitation, 10}, {createPage, 10}, {addLink, 5}}},
	{40, func(s *site, w *Wiki) *author { return oneOf(w.rng, s.people.regulars) },
		[]share{{addText, 30}, {mendTypo, 20}, {addCitation, 20}, {addLink, 15}, {createPage, 5}, {trimText, 4}, {movePage, 3}, {createRedirect, 3}}},
	{15, func(s *site, w *Wiki) *author { return oneOf(w.rng, s.people.bots) },
		[]share{{checkPage, 85}, {editCode, 15}}},
	{5, func(s *site, w *Wiki) *author { return oneOf(w.rng, s.people.sysops) },
		[]share{{trimText, 25}, {mendTypo, 20}, {addLink, 20}, {addText, 15}, {movePage, 10}, {editCode, 10}}},
}

// edit lets somebody do something.
func (w *Wiki) edit(s *site) *corpus.Revision {
	n := w.rng.IntN(100)
	for _, r := range roles {
		if n -= r.share; n >= 0 {
			continue
		}
		a := r.who(s, w)
		m := w.rng.IntN(100)
		for _, d := range r.does {
			if m -= d.percent; m < 0 {
				return w.do(s, a, d.kind)
			}
		}
	}
	panic("simwiki: the shares do not add up to 100")
}

// do finds the page for the kind of edit and saves the result.
func (w *Wiki) do(s *site, a *author, k kind) *corpus.Revision {
	p := s.article(w.rng)
	if k == editCode {
		if code := s.code(a); code != nil {
			return w.editCode(s, a, code)
		}
		k = checkPage // most wikis have no page of code
	}
	switch {
	case k == createPage || p == nil:
		return w.create(s, a)
	case p.rev == 0:
		// The first edit of an embedded page is its creation.
		return w.save(s, p, oneOf(w.rng, s.people.regulars), p.base, s.lang.Summaries.New, false)
	case k == createRedirect:
		s.serial++
		return w.redirect(s, a, fmt.Sprintf("%s %d", strings.ToLower(p.name), s.serial), p.title)
	case k == movePage:
		return w.move(s, a, p)
	case k == vandalise:
		return w.vandalise(s, a, p)
	case len(p.text) > 3*len(p.base)+1500:
		// Grown enough: a regular cuts it back, whatever was planned.
		a, k = oneOf(w.rng, s.people.regulars), trimText
	}
	text, comment, minor := change(w.rng, s, p, a, k)
	return w.save(s, p, a, text, comment, minor)
}

// change returns the page's new text. An edit that would change nothing, such as
// mending where there is no typo, becomes an addition.
func change(rng *rand.Rand, s *site, p *page, a *author, k kind) (text, comment string, minor bool) {
	sum := s.lang.Summaries
	switch k {
	case mendTypo:
		text, comment, minor = mend(p), sum.Typo, true
	case addCitation:
		s.serial++
		text, comment = appendToLine(rng, p.text, fmt.Sprintf(s.lang.Cite, s.serial)), sum.Cite
	case addLink:
		text, comment, minor = linkWord(rng, p.text), sum.Link, true
	case trimText:
		text, comment = p.base, sum.Trim
		p.typos = nil
	case checkPage:
		p.checks++
		text, comment, minor = mark(p.text, a.name, p.checks), sum.Bot, true
	}
	if text != "" && text != p.text {
		return text, comment, minor
	}
	return addSentence(rng, s, p, a), sum.Add, false
}

// create makes a new page. Some of those by strangers are nonsense, and half of
// these are deleted before anyone could score them.
func (w *Wiki) create(s *site, a *author) *corpus.Revision {
	s.serial++
	topic := oneOf(w.rng, s.lang.Topics)
	title := fmt.Sprintf("%s %d", topic, s.serial)
	p := &page{id: s.newPageID(), title: title, name: title, model: "wikitext"}
	if len(a.explicit) == 0 && a.edits < 100 && chance(w.rng, 30) {
		r := w.save(s, p, a, strings.Repeat(oneOf(w.rng, s.lang.Shouts)+" ", 1+w.rng.IntN(5)), "", false)
		r.Deleted = chance(w.rng, 50)
		return r
	}
	var b strings.Builder
	fmt.Fprintf(&b, "'''%s''' – %s\n\n", topic, oneOf(w.rng, s.lang.Sentences))
	for range 1 + w.rng.IntN(3) {
		fmt.Fprintf(&b, "== %s ==\n%s %s\n\n", oneOf(w.rng, s.lang.Headings), oneOf(w.rng, s.lang.Sentences), oneOf(w.rng, s.lang.Sentences))
	}
	fmt.Fprintf(&b, s.lang.Category, topic)
	p.base = b.String()
	s.keep(p)
	return w.save(s, p, a, p.base, s.lang.Summaries.New, false)
}

// redirect makes a page that nobody edits afterwards.
func (w *Wiki) redirect(s *site, a *author, from, to string) *corpus.Revision {
	p := &page{id: s.newPageID(), title: from, model: "wikitext"}
	return w.save(s, p, a, "#REDIRECT [["+to+"]]", "", false)
}

// move renames a page, or back, and leaves a redirect. The revision that records
// the move has its parent's text.
func (w *Wiki) move(s *site, a *author, p *page) *corpus.Revision {
	old := p.title
	if p.title = p.name; p.title == old {
		p.title = p.name + " (" + oneOf(w.rng, s.lang.Topics) + ")"
	}
	r := w.save(s, p, a, p.text, fmt.Sprintf(s.lang.Summaries.Move, a.name, old, p.title), true)
	w.queue = append(w.queue, w.redirect(s, a, old, p.title))
	return r
}

// code returns the page of code that an author may edit: bots keep their status
// page, administrators the style sheet.
func (s *site) code(a *author) *page {
	if len(a.explicit) > 0 && a.explicit[0] == "bot" {
		return s.coded("json")
	}
	return s.coded("css")
}

func (w *Wiki) editCode(s *site, a *author, p *page) *corpus.Revision {
	p.checks++
	text := p.base
	if p.rev != 0 && p.model == "json" {
		text = fmt.Sprintf("{\n    \"task\": \"archive old sections\",\n    \"runs\": %d,\n    \"errors\": %d\n}", p.checks, w.rng.IntN(3))
	} else if p.rev != 0 {
		text = fmt.Sprintf("%s\n.notice-%d { padding: %dpx; }", p.base, p.checks, 1+w.rng.IntN(9))
	}
	return w.save(s, p, a, text, "", false)
}
