package phrase

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"revscore/internal/score/stem"
)

const (
	// MaxPhrase is the length of the longest phrase there may be, in bytes.
	MaxPhrase = 1000
	// MaxBytes is how many bytes all phrases together may have.
	MaxBytes = 64 << 20
)

// Set is a list of phrases. It does not change.
type Set struct {
	phrases    []string
	labels     []byte    // the phrases as they are looked up, one behind the other
	nodes      []node    // the first is the root; the children of a node lie together
	firsts     []byte    // the first byte of each node's label
	firstWords filter    // of the phrases that begin with a word
	goOn       filter    // the same with what follows them, ahead bytes
	short      filter    // the same of phrases that do not go on so far
	begins     [256]bool // bytes that a phrase begins with
	passed     [256]bool // bytes that neither begin a phrase nor go on a word
	fold       bool      // case makes no difference
}

// node is a node of the radix tree: what it adds to the text of its parent, and
// where its children are.
type node struct {
	label, end  uint32 // in labels
	child, last int32  // in nodes, sorted by first byte; none if equal
	phrase      int32  // that ends here, or none
}

const none = -1

// key is a phrase as it is looked up: a part of labels.
type key struct {
	start, end uint32
	phrase     int32
}

// New makes a set of the phrases that are not in exclude. Unless case matters,
// they are looked up in lower case, and of those that become equal the last
// counts. An empty phrase is none. Errors say which phrase is at fault, counted
// from 1.
//
// It takes time for sorting the list, and memory for the phrases once more and
// for two nodes of 21 bytes each, at most.
func New(phrases, exclude []string, caseSensitive bool) (*Set, error) {
	excluded := make(map[string]bool, len(exclude))
	for _, e := range exclude {
		excluded[e] = true
	}
	s := &Set{phrases: phrases, fold: !caseSensitive}
	keys := make([]key, 0, len(phrases))
	total := 0
	for _, p := range phrases {
		total += len(p)
	}
	s.labels = make([]byte, 0, min(total, MaxBytes))
	for i, p := range phrases {
		switch {
		case p == "" || excluded[p]:
			continue
		case len(p) > MaxPhrase:
			return nil, fmt.Errorf("phrase %d has %d bytes, at most %d", i+1, len(p), MaxPhrase)
		case !utf8.ValidString(p):
			return nil, fmt.Errorf("phrase %d is %q, must be UTF-8", i+1, p)
		case len(s.labels)+len(p) > MaxBytes:
			return nil, fmt.Errorf("phrase %d makes more than %d bytes of phrases", i+1, MaxBytes)
		}
		start := uint32(len(s.labels))
		s.labels = s.appendKey(s.labels, p)
		keys = append(keys, key{start, uint32(len(s.labels)), int32(i)})
	}
	if len(keys) == 0 {
		return nil, errors.New("no phrases")
	}
	keys = s.distinct(keys)
	s.build(keys)
	s.firstWords, s.goOn, s.short = newFilter(len(keys)), newFilter(len(keys)), newFilter(len(keys))
	for _, k := range keys {
		text := s.text(k)
		s.begins[text[0]] = true
		i := wordEnd(text, 0)
		if i == 0 {
			continue
		}
		hash := wordHash(text[:i])
		s.firstWords.add(hash)
		if i+ahead <= len(text) {
			s.goOn.add(aheadHash(hash, text[i:]))
		} else {
			s.short.add(hash)
		}
	}
	for c := range s.passed {
		s.passed[c] = !s.begins[c] && !inWord[c]
	}
	return s, nil
}

// Phrase returns a phrase of the list that New was given, counted from 0.
func (s *Set) Phrase(i int32) string { return s.phrases[i] }

func (s *Set) appendKey(dst []byte, text string) []byte {
	if s.fold {
		return stem.AppendLower(dst, text)
	}
	return append(dst, text...)
}

// distinct sorts keys and leaves the last phrase of those that are equal.
func (s *Set) distinct(keys []key) []key {
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(bytes.Compare(s.text(a), s.text(b)), cmp.Compare(b.phrase, a.phrase))
	})
	return slices.CompactFunc(keys, func(a, b key) bool { return bytes.Equal(s.text(a), s.text(b)) })
}

func (s *Set) text(k key) []byte { return s.labels[k.start:k.end] }

// build makes the tree of sorted keys, level by level.
func (s *Set) build(keys []key) {
	s.nodes, s.firsts = append(s.nodes, node{phrase: none}), append(s.firsts, 0)
	type job struct{ node, from, to, depth int }
	jobs := []job{{0, 0, len(keys), 0}} // keys[from:to] have a node's depth first bytes in common
	for len(jobs) > 0 {
		j := jobs[len(jobs)-1]
		jobs = jobs[:len(jobs)-1]
		if first := keys[j.from]; int(first.end-first.start) == j.depth {
			s.nodes[j.node].phrase = first.phrase
			j.from++
		}
		s.nodes[j.node].child = int32(len(s.nodes))
		for from := j.from; from < j.to; {
			first, to := s.text(keys[from])[j.depth], from+1
			for to < j.to && s.text(keys[to])[j.depth] == first {
				to++
			}
			depth := common(s.text(keys[from]), s.text(keys[to-1]))
			start := keys[from].start
			jobs = append(jobs, job{len(s.nodes), from, to, depth})
			s.nodes = append(s.nodes, node{label: start + uint32(j.depth), end: start + uint32(depth), phrase: none})
			s.firsts = append(s.firsts, first)
			from = to
		}
		s.nodes[j.node].last = int32(len(s.nodes))
	}
}

// common returns how many bytes two texts have in common at their beginnings.
func common(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
