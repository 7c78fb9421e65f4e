package explain

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Term is one feature's part in an explanation.
type Term struct {
	Feature      string  `json:"feature"`      // its name in the model
	Value        float64 `json:"value"`        // as it was given: not scaled, false 0 and true 1
	Contribution float64 `json:"contribution"` // to the margin
}

// Top returns the n features that moved the margin most, up or down, the first of equals
// first. Those that did not move it are left out.
func (e *Explanation) Top(n int) []Term {
	var list []Term
	for i, c := range e.Contributions {
		if c != 0 {
			list = append(list, Term{e.names[i], e.values[i], c})
		}
	}
	slices.SortStableFunc(list, func(a, b Term) int {
		return cmp.Compare(math.Abs(b.Contribution), math.Abs(a.Contribution))
	})
	return list[:min(max(n, 0), len(list))]
}

// Words is the term as a sentence about a subject, the class or the model that asks for
// it: "words added is 3: raises damaging by 1.20". It has the feature's name by the rule
// of [Plain], the value to four digits, and the contribution to two decimals; one that
// would be 0.00 is "less than 0.01".
func (t Term) Words(subject string) string {
	verb := "raises"
	if t.Contribution < 0 {
		verb = "lowers"
	}
	size := strconv.FormatFloat(math.Abs(t.Contribution), 'f', 2, 64)
	if size == "0.00" {
		size = "less than 0.01"
	}
	return fmt.Sprintf("%s is %s: %s %s by %s", Plain(t.Feature), short(t.Value), verb, subject, size)
}

// short is a whole number in full, up to where floats have all of them, and any other to
// four digits.
func short(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
		return strconv.FormatInt(int64(v), 10)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// Plain is a feature's name without what all names have: "feature.", "wikitext.",
// "temporal.", "revision." and "diff." go, as they stand before what is counted, and
// dots and underscores become spaces. What is quoted stays, and so do numbers.
//
//	feature.wikitext.revision.diff.words_added    words added
//	feature.wikitext.revision.parent.chars        parent chars
//	feature.english.badwords.revision.matches     english badwords matches
//
// It is for people: two features may have one plain name.
func Plain(name string) string {
	var b strings.Builder
	for i, piece := range strings.Split(name, "'") {
		if i > 0 {
			b.WriteByte('\'')
		}
		if i%2 == 1 { // inside quotes
			b.WriteString(piece)
			continue
		}
		plain(&b, piece)
	}
	return b.String()
}

// plain writes s, word by word: a word ends with a dot or something that is no part of
// names.
func plain(b *strings.Builder, s string) {
	for s != "" {
		end := strings.IndexFunc(s, func(r rune) bool { return !wordly(r) })
		switch {
		case end < 0:
			end = len(s)
		case end == 0:
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		word, dotted := s[:end], end+1 < len(s) && s[end] == '.'
		s = s[end:]
		if !dotted || word[0] >= '0' && word[0] <= '9' {
			b.WriteString(strings.ReplaceAll(word, "_", " "))
			continue
		}
		s = s[1:]
		switch word {
		case "feature", "wikitext", "temporal", "revision", "diff":
		default:
			b.WriteString(strings.ReplaceAll(word, "_", " ") + " ")
		}
	}
}

func wordly(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127
}
