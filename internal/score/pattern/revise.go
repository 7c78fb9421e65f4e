package pattern

import "unicode/utf8"

// Revise is Find(dst, text) for a text that shares much with before, in which
// Find found old. It looks at the changed part only.
//
// The change is widened to barriers: ASCII characters that no class of the
// lexicon accepts, neither in a pattern nor in a look-around. No match and no
// attempt at one gets past a barrier, so the search of a text falls into parts
// that know nothing of each other but their neighbouring barrier. Parts that
// both texts share have the same hits. Where a lexicon has no barriers, or the
// shared stretches hold none, everything is searched. As less is searched,
// Revise may have an answer where Find gives up with ErrTooComplex.
//
// dst must not share memory with old behind its length.
func (l *Lexicon) Revise(dst []Span, before string, old []Span, text string) ([]Span, error) {
	if !l.fenced {
		return l.Find(dst, text)
	}
	from := l.lastBarrier(text, commonPrefix(before, text))
	tail := commonSuffix(before[from:], text[from:])
	to := l.firstBarrier(text, len(text)-tail)
	shift := len(before) - len(text)

	for len(old) > 0 && int(old[0].Start) < from {
		dst = append(dst, old[0])
		old = old[1:]
	}
	dst, err := l.find(dst, text, from, to)
	if err != nil {
		return dst, err
	}
	if to <= len(text) {
		for _, s := range old {
			if start := int(s.Start) - shift; start >= to {
				dst = append(dst, Span{uint32(start), uint32(int(s.End) - shift)})
			}
		}
	}
	return dst, nil
}

// fence finds the barriers. A back-reference that ignores case may consume what
// no class accepts, so with back-references there are none.
func (l *Lexicon) fence() {
	p := l.engine.prog
	if p.backref {
		return
	}
	taken := newBitset(p.alphabet.size())
	for i := range p.insts {
		if in := &p.insts[i]; in.op == instChar {
			taken = taken.or(in.set)
		}
	}
	for c := range l.barrier {
		free := !taken.has(int(p.alphabet.ascii[c]))
		l.barrier[c] = free
		l.fenced = l.fenced || free
	}
}

// lastBarrier gives the place behind the last barrier in text[:shared] that has
// another shared byte behind it: $ looks one character further than the
// barrier, whether a newline ends the text. It is 0 if there is none.
func (l *Lexicon) lastBarrier(text string, shared int) int {
	for i := shared - 2; i >= 0; i-- {
		if c := text[i]; c < utf8.RuneSelf && l.barrier[c] {
			return i + 1
		}
	}
	return 0
}

// firstBarrier gives the place behind the first barrier at or after byte from,
// or one behind the end of the text if there is none.
func (l *Lexicon) firstBarrier(text string, from int) int {
	for i := from; i < len(text); i++ {
		if c := text[i]; c < utf8.RuneSelf && l.barrier[c] {
			return i + 1
		}
	}
	return len(text) + 1
}

// step is how many bytes are compared at once.
const step = 64

// commonPrefix counts equal bytes at the start.
func commonPrefix(a, b string) int {
	n := min(len(a), len(b))
	i := 0
	for i+step <= n && a[i:i+step] == b[i:i+step] {
		i += step
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}

// commonSuffix counts equal bytes at the end.
func commonSuffix(a, b string) int {
	n := min(len(a), len(b))
	i := 0
	for i+step <= n && a[len(a)-i-step:len(a)-i] == b[len(b)-i-step:len(b)-i] {
		i += step
	}
	for i < n && a[len(a)-1-i] == b[len(b)-1-i] {
		i++
	}
	return i
}
