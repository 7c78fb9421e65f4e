package change

import (
	"unicode/utf8"

	"revscore/internal/score/wikitext"
)

// isUppercase is is_uppercase_word as the reference writes it.
func isUppercase(word string) bool {
	changed := 0
	for _, r := range word {
		if char := string(r); string(wikitext.AppendLower(nil, char)) != char {
			changed++
		}
	}
	n := utf8.RuneCountInString(word)
	return n > 1 && changed == n
}

// plainTable is the reference's way (meta/frequencies.py, table): the items in
// order of first appearance, and how often each occurs.
func plainTable(d *wikitext.Document, s Selection) (order []string, counts map[string]int32) {
	counts = map[string]int32{}
	if d == nil {
		return nil, counts
	}
	for _, token := range d.Tokens {
		text := token.Text(d.Text)
		if s.Kinds != 0 && !s.Kinds.Has(token.Kind) || s.Uppercase && !isUppercase(text) {
			continue
		}
		if s.Keep != nil {
			if ok, _ := s.Keep(text); !ok {
				continue
			}
		}
		if s.Lower {
			text = string(wikitext.AppendLower(nil, text))
		}
		if counts[text] == 0 {
			order = append(order, text)
		}
		counts[text]++
	}
	return order, counts
}

// plainDeltas is the reference's delta of two tables.
func plainDeltas(before, after *wikitext.Document, s Selection) []Delta {
	oldOrder, old := plainTable(before, s)
	newOrder, counts := plainTable(after, s)
	var deltas []Delta
	for _, text := range newOrder {
		if old[text] != counts[text] {
			deltas = append(deltas, Delta{old[text], counts[text]})
		}
	}
	for _, text := range oldOrder {
		if counts[text] == 0 {
			deltas = append(deltas, Delta{Old: old[text]})
		}
	}
	return deltas
}
