package phrase

import (
	"bytes"
	"unicode/utf8"
)

// inWord are the characters that go on a word (KeywordProcessor's
// non_word_boundaries).
var inWord = func() (set [256]bool) {
	for c := range set {
		set[c] = '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || c == '_'
	}
	return set
}()

// Find appends to dst the phrases found in a text, in the order of the text, as
// places in the list that New was given: flashtext answers with the phrase of
// its list too, not with what the text has in its place.
func (s *Set) Find(dst []int32, text string) []int32 {
	t := s.appendKey(make([]byte, 0, len(text)+len(text)/16), text)
	for i := 0; i < len(t); {
		if s.passed[t[i]] {
			i++ // a byte of a character that can neither begin a phrase nor go on a word
			continue
		}
		start, begins := i, s.begins[t[i]]
		i = wordEnd(t, i)
		if begins && i > start {
			hash := wordHash(t[start:i])
			begins = s.firstWords.has(hash) &&
				(s.short.has(hash) || i+ahead <= len(t) && s.goOn.has(aheadHash(hash, t[i:])))
		}
		if begins {
			if found, end := s.longest(t, start); found != none {
				dst = append(dst, found)
				i = end
			}
		}
		i += charAt(t, i) // what ends a word or a phrase is passed over
	}
	return dst
}

// wordEnd returns where the characters end that go on a word at t[i].
func wordEnd(t []byte, i int) int {
	for i < len(t) && inWord[t[i]] {
		i++
	}
	return i
}

// longest returns the longest phrase at t[start:] that no word goes on behind,
// and where it ends. Bytes are compared, and labels as a whole: whole phrases
// are whole characters.
func (s *Set) longest(t []byte, start int) (found int32, end int) {
	found, end = none, start
	n, at := &s.nodes[0], start
	for {
		label := s.labels[n.label:n.end]
		if !bytes.HasPrefix(t[at:], label) {
			return found, end
		}
		at += len(label)
		if n.phrase != none && (at == len(t) || !inWord[t[at]]) {
			found, end = n.phrase, at
		}
		if at == len(t) {
			return found, end
		}
		child := bytes.IndexByte(s.firsts[n.child:n.last], t[at])
		if child < 0 {
			return found, end
		}
		n = &s.nodes[n.child+int32(child)]
	}
}

// charAt returns the length of the character at t[i], 0 at the end.
func charAt(t []byte, i int) int {
	if i == len(t) || t[i] < utf8.RuneSelf {
		return min(1, len(t)-i)
	}
	_, size := utf8.DecodeRune(t[i:])
	return size
}
