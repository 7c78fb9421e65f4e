package stem

import "encoding/binary"

// action is what a step does with a suffix; each step has its own.
type action uint8

// rule is a suffix and what becomes of it.
type rule struct {
	suffix string
	act    action

	tail, mask uint64 // the last eight letters of the suffix, and which there are
}

// table is the rules of one step, by the last letter of their suffixes: most
// words end in a letter that no rule of a step is about. The longest suffix
// comes first, which is NLTK's order wherever one suffix ends in another.
type table struct {
	bucket [256]uint8 // of a last letter: where its rules are; 0 is empty
	rules  [][]rule
}

// suffixes are those that a step treats alike.
type suffixes struct {
	act  action
	list []string
}

func of(act action, list ...string) suffixes { return suffixes{act, list} }

func newTable(lang language, groups ...suffixes) *table {
	t := &table{rules: make([][]rule, 1)}
	for _, group := range groups {
		for _, s := range group.list {
			suffix := alphabets[lang].encode(s)
			n := min(len(suffix), 8)
			t.add(rule{suffix, group.act, tail([]byte(suffix)), ^uint64(0) >> (64 - 8*n)})
		}
	}
	return t
}

func (t *table) add(r rule) {
	last := r.suffix[len(r.suffix)-1]
	if t.bucket[last] == 0 {
		t.bucket[last] = uint8(len(t.rules))
		t.rules = append(t.rules, nil)
	}
	of := &t.rules[t.bucket[last]]
	i := 0
	for i < len(*of) && len((*of)[i].suffix) >= len(r.suffix) {
		i++
	}
	*of = append(*of, rule{})
	copy((*of)[i+1:], (*of)[i:])
	(*of)[i] = r
}

// tail returns the last eight letters of a word; what it lacks is 0, which is in
// no suffix.
func tail(b []byte) uint64 {
	if len(b) >= 8 {
		return binary.BigEndian.Uint64(b[len(b)-8:])
	}
	var x uint64
	for _, c := range b {
		x = x<<8 | uint64(c)
	}
	return x
}

// rulesOf returns the rules whose suffixes end in the last letter of b.
func (t *table) rulesOf(b []byte) []rule {
	if len(b) == 0 {
		return nil
	}
	return t.rules[t.bucket[b[len(b)-1]]]
}

// find returns the rule of the longest suffix that b ends in, and that suffix's
// length: 0 if there is none. Letters are compared eight at a time: most of
// the time of a stem was in comparing them one by one.
func (t *table) find(b []byte) (act action, length int) {
	rules := t.rulesOf(b)
	if len(rules) == 0 {
		return 0, 0
	}
	last := tail(b)
	for i := range rules {
		if r := &rules[i]; last&r.mask == r.tail && (len(r.suffix) <= 8 || hasSuffix(b, r.suffix)) {
			return r.act, len(r.suffix)
		}
	}
	return 0, 0
}
