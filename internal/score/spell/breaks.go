package spell

import "bytes"

// maxBreaks is the number of breaks at which Hunspell gives a word up.
const maxBreaks = 10

// breaks tries the word as several, parted by BREAK patterns (hunspell.cxx,
// spell_internal, its last part), in the case the last attempt left it in.
func (w *spelling) breaks(depth int) bool {
	count := 0
	for _, mark := range w.options.breaks {
		count += bytes.Count(w.text, []byte(mark))
	}
	if len(w.options.breaks) == 0 || count >= maxBreaks {
		return false
	}
	for _, mark := range w.options.breaks {
		if w.breakAtEnds(mark, depth) {
			return true
		}
	}
	// The second occurrence first, for words with a break of their own.
	for _, later := range []bool{true, false} {
		for _, mark := range w.options.breaks {
			if w.breakAt(mark, later, depth) {
				return true
			}
		}
	}
	return false
}

// breakAtEnds takes off ^mark from the start or mark$ from the end.
func (w *spelling) breakAtEnds(mark string, depth int) bool {
	if len(mark) == 1 || len(mark) > len(w.text) {
		return false
	}
	last := len(mark) - 1
	if mark[0] == '^' && bytes.HasPrefix(w.text, []byte(mark[1:])) && w.spell(w.text[last:], depth+1) {
		return true
	}
	return mark[last] == '$' && bytes.HasSuffix(w.text, []byte(mark[:last])) &&
		w.spell(w.text[:len(w.text)-last], depth+1)
}

func (w *spelling) breakAt(mark string, later bool, depth int) bool {
	at := bytes.Index(w.text, []byte(mark))
	inside := func(at int) bool { return at > 0 && at < len(w.text)-len(mark) }
	if !inside(at) {
		return false
	}
	if later {
		if next := bytes.Index(w.text[at+1:], []byte(mark)); next >= 0 && inside(at+1+next) {
			at += 1 + next
		}
	}
	// The second part first: both must be right, the order costs time alone.
	if !w.spell(w.text[at+len(mark):], depth+1) {
		return false
	}
	// Hungarian: the first word may be one with its hyphen.
	return w.spell(w.text[:at], depth+1) ||
		w.hungarian && mark == "-" && w.spell(w.text[:at+1], depth+1)
}
