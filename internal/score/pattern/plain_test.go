package pattern

import "unicode/utf8"

// plain is the law that the matchers are held to: Python's rules written down
// the shortest way, on the tree, with Go's own calls as the stack. It shares
// the parser and the classes with the package and nothing else. It takes
// exponential time and gives up after a number of steps.
type plain struct {
	runes  []rune
	groups []*node
	marks  map[int][2]int
	sets   map[*node]runeSet
	steps  int
}

const plainSteps = 200_000

type gaveUp struct{}

func newPlain(t parsed, text string) *plain {
	p := &plain{groups: t.groups, marks: map[int][2]int{}, sets: map[*node]runeSet{}}
	for _, r := range text { // one U+FFFD a bad byte
		p.runes = append(p.runes, r)
	}
	return p
}

// match calls then with the end of each way n can match from i, best first,
// until one is accepted.
func (p *plain) match(n *node, i int, then func(int) bool) bool {
	if p.steps++; p.steps > plainSteps {
		panic(gaveUp{})
	}
	switch n.op {
	case opClass:
		if _, ok := p.sets[n]; !ok {
			p.sets[n] = n.set()
		}
		return i < len(p.runes) && p.sets[n].contains(p.runes[i]) && then(i+1)
	case opConcat:
		return p.sequence(n.subs, i, then)
	case opAlternate:
		for _, s := range n.subs {
			if p.match(s, i, then) {
				return true
			}
		}
		return false
	case opRepeat:
		return p.repeat(n, 0, i, -1, then)
	case opGroup:
		return p.match(n.subs[0], i, func(j int) bool {
			old, had := p.marks[n.group]
			p.marks[n.group] = [2]int{i, j}
			if then(j) {
				return true
			}
			if p.marks[n.group] = old; !had {
				delete(p.marks, n.group)
			}
			return false
		})
	case opLook:
		return p.look(n, i) && then(i)
	case opBackref:
		m, ok := p.marks[n.group]
		if !ok {
			return false
		}
		for k := m[0]; k < m[1]; k++ {
			if i == len(p.runes) || p.runes[i] != p.runes[k] && !(n.fold && lower(p.runes[i]) == lower(p.runes[k])) {
				return false
			}
			i++
		}
		return then(i)
	default:
		return n.assert.holds(p.kind(i-1), p.kind(i)) && then(i)
	}
}

func (p *plain) sequence(subs []*node, i int, then func(int) bool) bool {
	if len(subs) == 0 {
		return then(i)
	}
	return p.match(subs[0], i, func(j int) bool { return p.sequence(subs[1:], j, then) })
}

// repeat is MAX_UNTIL and MIN_UNTIL of sre_lib.h: last is where the last round
// that was not demanded began.
func (p *plain) repeat(n *node, count, i, last int, then func(int) bool) bool {
	if count < n.min {
		return p.match(n.subs[0], i, func(j int) bool { return p.repeat(n, count+1, j, last, then) })
	}
	round := func() bool {
		return (n.max < 0 || count < n.max) && i != last &&
			p.match(n.subs[0], i, func(j int) bool { return p.repeat(n, count+1, j, i, then) })
	}
	if n.lazy {
		return then(i) || round()
	}
	return round() || then(i)
}

func (p *plain) look(n *node, i int) bool {
	if i -= n.width; i < 0 {
		return n.negate
	}
	return p.match(n.subs[0], i, func(int) bool { return true }) != n.negate
}

func (p *plain) kind(i int) kind {
	switch {
	case i < 0 || i == len(p.runes):
		return kindEdge
	case p.runes[i] == '\n' && i == len(p.runes)-1:
		return kindFinal
	case p.runes[i] == '\n':
		return kindNewline
	case wordSet.contains(p.runes[i]):
		return kindWord
	}
	return kindOther
}

// all gives every match in text as bytes, and whether one starts at the
// beginning; ok is false when it gave up.
func (t parsed) all(text string) (spans [][2]int, first, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, is := r.(gaveUp); !is {
				panic(r)
			}
		}
	}()
	p := newPlain(t, text)
	offsets := []int{0}
	for i := 0; i < len(text); {
		_, n := utf8.DecodeRuneInString(text[i:])
		i += n
		offsets = append(offsets, i)
	}
	try := func(i int, empty bool) (end int, found bool) {
		clear(p.marks)
		found = p.match(t.root, i, func(j int) bool {
			end = j
			return empty || j > i
		})
		return end, found
	}
	_, first = try(0, true)
	for i, empty := 0, true; i <= len(p.runes); {
		end, found := try(i, empty)
		if !found {
			i, empty = i+1, true
			continue
		}
		spans = append(spans, [2]int{offsets[i], offsets[end]})
		i, empty = end, end > i
	}
	return spans, first, true
}
