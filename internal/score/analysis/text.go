package analysis

import (
	"sync"
	"unsafe"

	"revscore/internal/score/parse"
	"revscore/internal/score/pattern"
	"revscore/internal/score/wikitext"
)

// Text is a text and what was made of it.
type Text struct {
	// immutable
	source string

	mu       sync.Mutex // guards what follows
	document *wikitext.Document
	page     *parse.Page
	pageErr  error // why there is no page
	found    []found
	item     itemOf
}

// found is what one lexicon finds.
type found struct {
	lexicon *pattern.Lexicon
	spans   []pattern.Span
	err     error
}

// NewText returns a text of which nothing was made yet.
func NewText(source string) *Text { return &Text{source: source} }

// Source returns the text itself.
func (t *Text) Source() string { return t.source }

// Document returns the text's tokens. base is a text that is mostly the same, or
// nil; it helps if it has its own already.
func (t *Text) Document(base *Text) *wikitext.Document {
	before := base.madeDocument() // before the lock: two texts may name each other
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.document == nil {
		if before != nil {
			t.document = wikitext.Revise(before, t.source)
		} else {
			t.document = wikitext.Analyse(t.source)
		}
	}
	return t.document
}

// Page returns the text's markup, or the error of package parse.
func (t *Text) Page(base *Text) (*parse.Page, error) {
	before := base.madePage()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.page == nil && t.pageErr == nil {
		if before != nil {
			t.page, t.pageErr = parse.Revise(before, t.source)
		} else {
			t.page, t.pageErr = parse.Parse(t.source)
		}
	}
	return t.page, t.pageErr
}

// Find returns where a lexicon finds something, or the error of package pattern.
// The caller must not change the slice.
func (t *Text) Find(l *pattern.Lexicon, base *Text) ([]pattern.Span, error) {
	before, ok := base.madeFound(l)
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.found {
		if f.lexicon == l {
			return f.spans, f.err
		}
	}
	f := found{lexicon: l}
	if ok {
		f.spans, f.err = l.Revise(nil, base.source, before, t.source)
	} else {
		f.spans, f.err = l.Find(nil, t.source)
	}
	t.found = append(t.found, f)
	return f.spans, f.err
}

func (t *Text) madeDocument() *wikitext.Document {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.document
}

func (t *Text) madePage() *parse.Page {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.page
}

func (t *Text) madeFound(l *pattern.Lexicon) ([]pattern.Span, bool) {
	if t == nil {
		return nil, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.found {
		if f.lexicon == l && f.err == nil {
			return f.spans, true
		}
	}
	return nil, false
}

// Bytes returns about how much memory the text and what was made of it hold.
func (t *Text) Bytes() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := int(unsafe.Sizeof(*t)) + len(t.source)
	if t.document != nil {
		n += t.document.Bytes()
		// An edit that changes nothing has its parent's document, and keeps that
		// text too.
		if unsafe.StringData(t.document.Text) == unsafe.StringData(t.source) {
			n -= len(t.source)
		}
	}
	if t.page != nil {
		n += t.page.Bytes()
	}
	n += t.item.bytes()
	for _, f := range t.found {
		n += int(unsafe.Sizeof(f)) + cap(f.spans)*int(unsafe.Sizeof(pattern.Span{}))
	}
	return n
}
