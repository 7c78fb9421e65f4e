package wikitext

import "unsafe"

// Document is what one text yields: its tokens and how they group. It is made
// once, never changed, and may be shared by goroutines and kept in caches.
type Document struct {
	Text       string
	Tokens     []Token
	Paragraphs []Paragraph
	Sentences  []Span // of all paragraphs, in order
}

// Analyse cuts a text into tokens, sentences and paragraphs.
func Analyse(text string) *Document {
	d := &Document{Text: text, Tokens: Tokens(text)}
	d.Paragraphs, d.Sentences = segments(d.Tokens)
	return d
}

// Slice returns the text of some of the tokens.
func (d *Document) Slice(s Span) string {
	if s.First >= s.Last {
		return ""
	}
	return d.Text[d.Tokens[s.First].Start:d.Tokens[s.Last-1].End]
}

// Bytes returns about how much memory the document holds, its text included.
func (d *Document) Bytes() int {
	return int(unsafe.Sizeof(*d)) + len(d.Text) +
		cap(d.Tokens)*int(unsafe.Sizeof(Token{})) +
		cap(d.Paragraphs)*int(unsafe.Sizeof(Paragraph{})) +
		cap(d.Sentences)*int(unsafe.Sizeof(Span{}))
}
