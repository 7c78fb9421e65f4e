package simwiki

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"revscore/internal/corpus"
)

// vandalise spoils a page. A few such revisions are hidden afterwards: the event
// was sent, but the text, and sometimes all, is withheld by the API.
func (w *Wiki) vandalise(s *site, a *author, p *page) *corpus.Revision {
	p.spoiled, p.good, p.vandal = true, p.text, a.name
	text, comment := spoil(w.rng, s, p.text)
	r := w.save(s, p, a, text, comment, false)
	s.vandalised = append(s.vandalised, p)
	if chance(w.rng, 4) {
		r.SHA1, r.Text, p.hidden = corpus.SHA1(text), nil, true
		if chance(w.rng, 30) {
			r.UserHidden, r.CommentHidden, r.Suppressed = true, true, true
			p.vandal = "" // the revert must not tell
		}
	}
	return r
}

// spoil returns the text after one of the usual pranks.
func spoil(rng *rand.Rand, s *site, text string) (spoiled, comment string) {
	shout := oneOf(rng, s.lang.Shouts)
	switch rng.IntN(8) {
	case 0:
		return "", "Blanked the page"
	case 1:
		return shout, fmt.Sprintf("Replaced content with \"%s\"", shout)
	case 2:
		return insertAtWord(rng, text, mash(rng)+" "), ""
	case 3:
		unit := oneOf(rng, []string{"a", "!", "ha", "o", "😂", "?"})
		return insertAtWord(rng, text, strings.Repeat(unit, 10+rng.IntN(190))+" "), ""
	case 4:
		return strings.ToUpper(shout) + "!!!\n" + text, shout
	case 5:
		return appendToLine(rng, text, shout), ""
	case 6:
		// The cut is at a line's end, as with a selection in an editor.
		if cut := strings.IndexByte(text[len(text)/3:], '\n'); cut >= 0 {
			return text[:len(text)/3+cut], ""
		}
		return "", ""
	default:
		return insertAtWord(rng, text, "'''Bold text''' [[Link title]] "), ""
	}
}

// mash is what a bored hand types.
func mash(rng *rand.Rand) string {
	const row = "asdfghjkl"
	b := make([]byte, 8+rng.IntN(32))
	for i := range b {
		b[i] = row[rng.IntN(len(row))]
	}
	return string(b)
}

// revert restores the page that waits longest.
func (w *Wiki) revert(s *site) *corpus.Revision {
	p := s.vandalised[0]
	who, text, vandal := oneOf(w.rng, s.people.regulars), p.good, p.vandal
	switch n := w.rng.IntN(100); {
	case n < 25:
		who = s.people.bots[1]
	case n < 40:
		who = oneOf(w.rng, s.people.sysops)
	}
	s.mended(p)
	comment := ""
	if vandal != "" {
		comment = strings.ReplaceAll(s.lang.Summaries.Revert, "%s", vandal)
	}
	return w.save(s, p, who, text, comment, true)
}
