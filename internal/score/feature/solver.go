package feature

import (
	"revscore/internal/score/analysis"
	"revscore/internal/score/change"
	"revscore/internal/score/diff"
	"revscore/internal/score/parse"
	"revscore/internal/score/pattern"
	"revscore/internal/score/wikitext"
)

// solver holds the values of one evaluation. One goroutine owns it; a plan keeps
// it for the next one, so that evaluating allocates little.
type solver struct {
	plan *Plan
	in   Input

	scalars   []cell[Value]
	strings   []cell[[]string]
	numbers   []cell[[]float64]
	deltas    []cell[[]change.Delta]
	documents []cell[*wikitext.Document] // of texts that are not kept
	pages     []cell[*parse.Page]        // the same
	facts     []cell[facts]
	memos     []memo

	revision, parent         cell[*wikitext.Document]
	revisionPage, parentPage cell[*parse.Page]
	difference               cell[difference]
	changed                  *change.Edit

	// What lists of numbers and strings are cut from.
	floats []float64
	texts  []string
}

// cell is a value that is computed when it is first asked for.
type cell[T any] struct {
	done  bool
	value T
	err   error
}

func (c *cell[T]) get(s *solver, compute func(*solver) (T, error)) (T, error) {
	if !c.done {
		c.value, c.err = compute(s)
		c.done = true
	}
	return c.value, c.err
}

func newSolver(p *Plan) *solver {
	return &solver{
		plan:    p,
		scalars: make([]cell[Value], p.slots.scalars), strings: make([]cell[[]string], p.slots.strings),
		numbers: make([]cell[[]float64], p.slots.numbers), deltas: make([]cell[[]change.Delta], p.slots.deltas),
		documents: make([]cell[*wikitext.Document], p.slots.documents), pages: make([]cell[*parse.Page], p.slots.pages),
		facts: make([]cell[facts], p.slots.facts), memos: make([]memo, p.slots.memos),
	}
}

// maxArena is how much of lists a solver that waits in the pool may hold.
const maxArena = 1 << 16

// release gives the solver back. It keeps no text alive.
func (s *solver) release() {
	if s.changed != nil {
		s.changed.Release()
	}
	clear(s.scalars)
	clear(s.strings)
	clear(s.numbers)
	clear(s.deltas)
	clear(s.documents)
	clear(s.pages)
	clear(s.facts)
	clear(s.texts)
	floats, texts := s.floats[:0], s.texts[:0]
	if cap(floats) > maxArena {
		floats = nil
	}
	if cap(texts) > maxArena {
		texts = nil
	}
	*s = solver{
		plan: s.plan, scalars: s.scalars, strings: s.strings, numbers: s.numbers, deltas: s.deltas,
		documents: s.documents, pages: s.pages, facts: s.facts, memos: s.memos, floats: floats, texts: texts,
	}
	s.plan.solvers.Put(s)
}

// revisionDocument returns the tokens of the revision, made of the parent's where
// those are asked for anyway.
func (s *solver) revisionDocument() (*wikitext.Document, error) {
	return s.revision.get(s, func(s *solver) (*wikitext.Document, error) {
		if s.in.Revision == nil {
			return nil, errTextHidden
		}
		if s.plan.all&rootParentTokens != 0 && s.in.Parent != nil {
			s.in.Parent.Document(nil)
		}
		return s.in.Revision.Document(s.in.Parent), nil
	})
}

func (s *solver) parentDocument() (*wikitext.Document, error) {
	return s.parent.get(s, func(s *solver) (*wikitext.Document, error) {
		if s.in.Parent == nil {
			return wikitext.Analyse(""), nil
		}
		return s.in.Parent.Document(nil), nil
	})
}

func (s *solver) revisionMarkup() (*parse.Page, error) {
	return s.revisionPage.get(s, func(s *solver) (*parse.Page, error) {
		if s.in.Revision == nil {
			return nil, errTextHidden
		}
		if s.plan.all&rootParentMarkup != 0 && s.in.Parent != nil {
			// A parent that cannot be parsed fails the features that ask it, not these.
			_, _ = s.in.Parent.Page(nil)
		}
		return s.in.Revision.Page(s.in.Parent)
	})
}

func (s *solver) parentMarkup() (*parse.Page, error) {
	return s.parentPage.get(s, func(s *solver) (*parse.Page, error) {
		if s.in.Parent == nil {
			return parse.Parse("")
		}
		return s.in.Parent.Page(nil)
	})
}

// find returns what a lexicon finds in a text that is kept.
func (s *solver) find(l *pattern.Lexicon, of textRoot) (string, []pattern.Span, error) {
	text, base := s.in.Revision, s.in.Parent
	if of == parentRoot {
		text, base = s.in.Parent, nil
	}
	if text == nil {
		if of == revisionRoot {
			return "", nil, errTextHidden
		}
		return "", nil, nil
	}
	if base != nil && s.plan.findsInParent(l) {
		_, _ = base.Find(l, nil) // as above: its error is not this text's
	}
	spans, err := text.Find(l, base)
	return text.Source(), spans, err
}

func (p *Plan) findsInParent(l *pattern.Lexicon) bool {
	for _, f := range p.found {
		if f == l {
			return true
		}
	}
	return false
}

// change returns by how much the counts of tokens differ.
func (s *solver) change() (*change.Edit, error) {
	if s.changed == nil {
		after, err := s.revisionDocument()
		if err != nil {
			return nil, err
		}
		before, err := s.parentDocument()
		if err != nil {
			return nil, err
		}
		s.changed = change.Compare(before, after)
	}
	return s.changed, nil
}

// difference is the runs of tokens that the operations of the diff insert and
// delete, in their order.
type difference struct{ added, removed tokens }

func (s *solver) diff() (difference, error) {
	return s.difference.get(s, func(s *solver) (difference, error) {
		after, err := s.revisionDocument()
		if err != nil {
			return difference{}, err
		}
		before, err := s.parentDocument()
		if err != nil {
			return difference{}, err
		}
		ops, err := diff.Documents(before, after)
		if err != nil {
			return difference{}, err
		}
		d := difference{added: tokens{document: after, some: true}, removed: tokens{document: before, some: true}}
		for _, op := range ops {
			switch op.Kind {
			case diff.Insert:
				d.added.spans = append(d.added.spans, wikitext.Span{First: uint32(op.B1), Last: uint32(op.B2)})
			case diff.Delete:
				d.removed.spans = append(d.removed.spans, wikitext.Span{First: uint32(op.A1), Last: uint32(op.A2)})
			}
		}
		return d, nil
	})
}

// document returns the tokens of any text.
func (s *solver) document(of textRoot, slot int, get func(*solver) (text, error)) (*wikitext.Document, error) {
	switch of {
	case revisionRoot:
		return s.revisionDocument()
	case parentRoot:
		return s.parentDocument()
	}
	return s.documents[slot].get(s, func(s *solver) (*wikitext.Document, error) {
		t, err := get(s)
		if err != nil {
			return nil, err
		}
		return wikitext.Analyse(t.string), nil
	})
}

// page returns the markup of any text.
func (s *solver) page(of textRoot, slot int, get func(*solver) (text, error)) (*parse.Page, error) {
	switch of {
	case revisionRoot:
		return s.revisionMarkup()
	case parentRoot:
		return s.parentMarkup()
	}
	return s.pages[slot].get(s, func(s *solver) (*parse.Page, error) {
		t, err := get(s)
		if err != nil {
			return nil, err
		}
		return parse.Parse(t.string)
	})
}

// source returns the text that is kept; absent for the parent of a creation.
func source(t *analysis.Text) text {
	if t == nil {
		return text{absent: true}
	}
	return text{string: t.Source()}
}

// textsFrom returns the strings appended to s.texts since it had a length. The
// slice stays valid when s.texts grows.
func (s *solver) textsFrom(first int) []string { return s.texts[first:len(s.texts):len(s.texts)] }

// floatsFrom does the same for numbers.
func (s *solver) floatsFrom(first int) []float64 { return s.floats[first:len(s.floats):len(s.floats)] }
