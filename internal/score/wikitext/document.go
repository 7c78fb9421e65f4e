package wikitext

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

// Document is what one text yields: its tokens, how they group and how many
// there are. Text and Tokens never change. The rest is made when it is first
// asked for, once, and kept. So a document may be shared by goroutines and kept
// in caches, but not copied.
type Document struct {
	Text   string
	Tokens []Token

	segments lazy[segments]
	counts   lazy[counts]
	repeat   lazy[int]
}

// Analyse cuts a text into tokens.
func Analyse(text string) *Document {
	return &Document{Text: text, Tokens: Tokens(text)}
}

// Slice returns the text of some of the tokens.
func (d *Document) Slice(s Span) string {
	if s.First >= s.Last {
		return ""
	}
	return d.Text[d.Tokens[s.First].Start:d.Tokens[s.Last-1].End]
}

// LongestRepeat returns the function [LongestRepeat] of the whole text.
func (d *Document) LongestRepeat() int {
	return *d.repeat.get(func() *int {
		n := LongestRepeat(d.Text)
		return &n
	})
}

// Bytes returns about how much memory the document holds now, its text included.
// It grows with what is asked of the document: by 16 bytes a paragraph and 8 a
// sentence, and by less than 1 kB otherwise.
func (d *Document) Bytes() int {
	n := int(unsafe.Sizeof(*d)) + len(d.Text) + sizeOf(d.Tokens)
	if s := d.segments.made.Load(); s != nil {
		n += int(unsafe.Sizeof(*s)) + sizeOf(s.paragraphs) + sizeOf(s.sentences)
	}
	if c := d.counts.made.Load(); c != nil {
		n += int(unsafe.Sizeof(*c))
	}
	if r := d.repeat.made.Load(); r != nil {
		n += int(unsafe.Sizeof(*r))
	}
	return n
}

// sizeOf returns the memory behind a slice.
func sizeOf[E any](list []E) int {
	var e E
	return cap(list) * int(unsafe.Sizeof(e))
}

// lazy is made when it is first asked for. Others who ask meanwhile wait for it;
// who only wants to know whether it is there loads made.
type lazy[T any] struct {
	made atomic.Pointer[T]
	once sync.Once
}

func (l *lazy[T]) get(compute func() *T) *T {
	if v := l.made.Load(); v != nil {
		return v
	}
	l.once.Do(func() { l.made.Store(compute()) })
	return l.made.Load()
}
