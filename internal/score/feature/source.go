package feature

import (
	"fmt"

	"revscore/internal/score/diff"
	"revscore/internal/score/parse"
	"revscore/internal/score/wikitext"
)

// source is something that features are computed from.
type source uint8

const (
	sourceRevision     source = iota // the analysed text
	sourceParent                     // the analysed text before
	sourceEdit                       // what was added and removed
	sourceRevisionPage               // the text's markup
	sourceParentPage                 // the markup of the text before
	sourceUser                       // who saved the revision
	sourceTimestamp                  // when
)

// roots are the parts of the input that a source comes from, as a set.
type roots uint8

const (
	rootText roots = 1 << iota
	rootParent
	rootUser
	rootTimestamp
)

// roots returns where the source comes from.
func (s source) roots() roots {
	switch s {
	case sourceRevision, sourceRevisionPage:
		return rootText
	case sourceParent, sourceParentPage:
		return rootParent
	case sourceEdit:
		return sourceRevision.roots() | sourceParent.roots()
	case sourceUser:
		return rootUser
	case sourceTimestamp:
		return rootTimestamp
	}
	panic(fmt.Sprintf("feature: source %d has no roots", s))
}

// solver holds the sources of one evaluation. One goroutine owns it.
type solver struct {
	in Input

	revisionOnce, parentOnce once[*wikitext.Document]
	editOnce                 once[edit]

	revisionPageOnce, parentPageOnce once[*parse.Page]
}

// once computes a source when it is first asked for.
type once[T any] struct {
	done  bool
	value T
	err   error
}

func (o *once[T]) get(compute func() (T, error)) (T, error) {
	if !o.done {
		o.value, o.err = compute()
		o.done = true
	}
	return o.value, o.err
}

func (s *solver) revision() (*wikitext.Document, error) {
	return s.revisionOnce.get(func() (*wikitext.Document, error) {
		if s.in.Revision == nil {
			return nil, errTextHidden
		}
		return s.in.Revision(), nil
	})
}

func (s *solver) parent() (*wikitext.Document, error) {
	return s.parentOnce.get(func() (*wikitext.Document, error) {
		if s.in.Parent == nil {
			return wikitext.Analyse(""), nil
		}
		return s.in.Parent(), nil
	})
}

func (s *solver) revisionPage() (*parse.Page, error) {
	return s.revisionPageOnce.get(func() (*parse.Page, error) { return parsed(s.revision()) })
}

func (s *solver) parentPage() (*parse.Page, error) {
	return s.parentPageOnce.get(func() (*parse.Page, error) { return parsed(s.parent()) })
}

// parsed finds the markup of a document, unless there is none.
func parsed(d *wikitext.Document, err error) (*parse.Page, error) {
	if err != nil {
		return nil, err
	}
	return parse.Parse(d.Text)
}

// user returns the user, unless the wiki withholds it.
func (s *solver) user() (User, error) {
	if s.in.User.Hidden {
		return User{}, errUserHidden
	}
	return s.in.User, nil
}

// pieces are runs of a document's tokens.
type pieces struct {
	document *wikitext.Document
	spans    []wikitext.Span
}

// edit is the reference's segments_added and segments_removed and, read token
// by token, its tokens_added and tokens_removed
// (revscoring/features/wikitext/datasources/edit.py).
type edit struct{ added, removed pieces }

func (s *solver) edit() (edit, error) {
	return s.editOnce.get(func() (edit, error) {
		revision, err := s.revision()
		if err != nil {
			return edit{}, err
		}
		parent, err := s.parent()
		if err != nil {
			return edit{}, err
		}
		ops, err := diff.Documents(parent, revision)
		if err != nil {
			return edit{}, err
		}
		e := edit{added: pieces{document: revision}, removed: pieces{document: parent}}
		for _, op := range ops {
			switch op.Kind {
			case diff.Insert:
				e.added.add(op.B1, op.B2)
			case diff.Delete:
				e.removed.add(op.A1, op.A2)
			}
		}
		return e, nil
	})
}

func (p *pieces) add(first, last int) {
	p.spans = append(p.spans, wikitext.Span{First: uint32(first), Last: uint32(last)})
}
