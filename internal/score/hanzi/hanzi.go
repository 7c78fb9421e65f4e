// Package hanzi writes Chinese text in simplified characters, one for one, as
// HanziConv.toSimplified of hanziconv 0.3.2 does: the reference reads a text
// that way before it looks for the words of its Chinese lexicons
// (revscoring/languages/chinese.py, simplify_or_none).
//
// Guarantees:
//   - A character that the table does not have stays, and so does a byte that
//     belongs to no character.
//   - Time is linear in the text. A text in which nothing changes is returned
//     as it is, without a copy.
//   - Any number of goroutines may use a [Table].
//
// Limits. Words mean nothing here, as they do not there: 乾 becomes what the
// table says also where it should not. Which characters there are is data of the
// model, not of this package. The reference's None, a text that is missing, stays
// None; that is the caller's to keep.
package hanzi

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Pair is a line of the table: a character and its simplified one.
type Pair struct{ From, To rune }

// Table maps characters. It does not change.
type Table struct {
	// pages are the characters by their upper bits; nil is a page without any.
	// In a page 0 stands for a character that stays.
	pages [utf8.MaxRune>>pageBits + 1]*[1 << pageBits]rune
}

const pageBits = 8

// New makes a table. If a character has two lines the first counts, since
// hanziconv looks for it with str.find.
func New(pairs []Pair) (*Table, error) {
	if len(pairs) == 0 {
		return nil, errors.New("no characters")
	}
	t := new(Table)
	for i, p := range pairs {
		for _, r := range []rune{p.From, p.To} {
			if r <= 0 || !utf8.ValidRune(r) {
				return nil, fmt.Errorf("line %d has the character %#x, must be one of Unicode", i+1, r)
			}
		}
		page := &t.pages[p.From>>pageBits]
		if *page == nil {
			*page = new([1 << pageBits]rune)
		}
		if to := &(*page)[p.From%(1<<pageBits)]; *to == 0 {
			*to = p.To
		}
	}
	return t, nil
}

// Simplify returns the text in simplified characters.
func (t *Table) Simplify(text string) string {
	var out strings.Builder
	done := 0 // text[:done] is in out
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		if to := t.of(r); to != r && (r != utf8.RuneError || size > 1) {
			if done == 0 {
				out.Grow(len(text) + utf8.UTFMax)
			}
			out.WriteString(text[done:i])
			out.WriteRune(to)
			done = i + size
		}
		i += size
	}
	if done == 0 {
		return text
	}
	out.WriteString(text[done:])
	return out.String()
}

func (t *Table) of(r rune) rune {
	if page := t.pages[r>>pageBits]; page != nil && page[r%(1<<pageBits)] != 0 {
		return page[r%(1<<pageBits)]
	}
	return r
}
