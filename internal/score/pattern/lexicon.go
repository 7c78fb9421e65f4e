package pattern

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// Source is a lexicon as models write it: many small patterns, what must stand
// before and after each, and exceptions.
type Source struct {
	Patterns []string
	Before   string // a word boundary, usually
	After    string
	Flags    string   // letters of (?..): "i"
	Exclude  []string // hits that one of these matches are none; empty for no exceptions
}

// expr is the expression the reference builds of patterns
// (revscoring/datasources/meta/extractors.py, regex).
func (s Source) expr(patterns []string) string {
	flags := ""
	if s.Flags != "" {
		flags = "(?" + s.Flags + ")"
	}
	return flags + "(" + s.Before + ")(" + strings.Join(patterns, "|") + ")(" + s.After + ")"
}

// Lexicon finds all hits of a Source in a text. It does not change; any number
// of goroutines may use it at the same time.
type Lexicon struct {
	engine  *engine
	exclude *Pattern // nil for none
	barrier [utf8.RuneSelf]bool
	fenced  bool // some barrier is true
}

// Span is a hit: bytes from Start to before End.
type Span struct{ Start, End uint32 }

// CompileLexicon compiles a lexicon. The error is a *SyntaxError.
func CompileLexicon(src Source) (*Lexicon, error) {
	expr := src.expr(src.Patterns)
	t, err := parse(expr)
	if err != nil {
		return nil, err
	}
	wrap, err := wrapped(t, expr)
	if err != nil {
		return nil, err
	}
	e, err := newEngine(t, expr, wrap)
	if err != nil {
		return nil, err
	}
	l := &Lexicon{engine: e}
	l.fence()
	if len(src.Exclude) > 0 {
		if l.exclude, err = Compile(src.expr(src.Exclude)); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// wrapping is what an engine has to know of a lexicon's three groups; nothing,
// for a single pattern.
type wrapping struct {
	capture  bool  // the outer groups can consume something
	before   int   // how many characters the first one can consume
	patterns *node // the content of the second
}

// wrapped checks that the expression is three groups in a row, so that group 2
// is the hit. A pattern with a bracket too many could make it something else.
func wrapped(t parsed, expr string) (w wrapping, err error) {
	subs := t.root.subs
	if len(subs) != 3 {
		return w, &SyntaxError{Pattern: expr, Reason: "brackets of a lexicon's patterns do not balance"}
	}
	for i, n := range subs {
		if n.op != opGroup || i < 2 && n.group != i+1 {
			return w, &SyntaxError{Pattern: expr, Reason: "a lexicon's wrapping must not have groups"}
		}
	}
	_, before := subs[0].widths(t.groups)
	_, after := subs[2].widths(t.groups)
	return wrapping{before > 0 || after > 0, before, subs[1].subs[0]}, nil
}

// Find appends the hits in text to dst, in order.
func (l *Lexicon) Find(dst []Span, text string) ([]Span, error) {
	return l.find(dst, text, 0, len(text)+1)
}

// errTooLong is about texts whose places do not fit a Span.
var errTooLong = errors.New("text is longer than 4 GiB")

// find appends the hits of matches that start in text from byte from to before
// byte to.
func (l *Lexicon) find(dst []Span, text string, from, to int) ([]Span, error) {
	if len(text) > math.MaxUint32 {
		return dst, fmt.Errorf("find lexicon: %w", errTooLong)
	}
	s := l.engine.search(text, from)
	s.until = min(to, len(text))
	for {
		h, ok, err := s.next()
		if err != nil {
			return dst, fmt.Errorf("find lexicon: %w", err)
		}
		if !ok || h.start >= to {
			return dst, nil
		}
		if l.exclude != nil {
			drop, err := l.exclude.Match(text[h.from:h.to])
			if err != nil {
				return dst, fmt.Errorf("exclude from lexicon: %w", err)
			}
			if drop {
				continue
			}
		}
		dst = append(dst, Span{uint32(h.from), uint32(h.to)})
	}
}
