package pattern

import "unicode/utf8"

// engine is a program with its matchers; everything in it can be shared.
type engine struct {
	prog     *program
	filter   *filter
	demands  []demand  // of broad alternatives
	narrow   *filter   // of the others, where there are demands
	forward  *forward  // nil unless the program is regular
	backward *backward // nil unless it is linear
	exact    *backward // where groups of a known match are wanted
	capture  bool      // group 2 is wanted and may differ from the match
}

func newEngine(t parsed, expr string, wrap wrapping) (*engine, error) {
	broad := markBroad(t, wrap)
	p, err := compile(t, expr)
	if err != nil {
		return nil, err
	}
	e := &engine{prog: p, filter: newFilter(p, nil), capture: wrap.capture}
	for _, n := range broad {
		e.demands = append(e.demands, newDemand(n, p.alphabet, wrap.before))
	}
	if len(broad) > 0 {
		e.narrow = newFilter(p, p.broad)
	}
	if p.regular() {
		e.forward = newForward(p)
		e.exact = newBackward(p, true)
	}
	if p.linear() {
		e.backward = newBackward(p, false)
	}
	return e, nil
}

// hit is one match; from and to are those of group 2 if the engine captures,
// else those of the match.
type hit struct{ start, end, from, to int }

// Attempts may read a text several times over, each from its own place. When
// they have read it more often than these factors say, a search goes over to
// the sweep, or if the program needs the backtracker, gives up.
const (
	linearFactor  = 4
	complexFactor = 64
	freeSteps     = 1 << 12
	freeComplex   = 1 << 20
)

// search goes through the matches of one text.
type search struct {
	*engine
	text string
	at   int // where the next match may start
	// until is where a search may stop: matches that start from here on need not
	// be found. It is the end of the text or stands behind a character that no
	// match can consume.
	until    int
	regions  [maxDemands]region // of each demand the first not behind at
	nonEmpty bool               // the last match was empty and at at
	steps    int                // characters read and instructions tried by attempts
	limit    int
	slots    []int  // of the groups, where they are wanted
	sweep    *sweep // of the rest of the text, once attempts took too long
	inner    *sweep // of one match, for its groups
	back     *backtracker
}

func (e *engine) search(text string, from int) search {
	s := search{engine: e, text: text, at: from, until: len(text)}
	if e.capture || e.forward == nil {
		s.slots = make([]int, e.prog.slots)
	}
	if e.prog.linear() {
		s.limit = linearFactor*len(text) + freeSteps
	} else {
		s.limit = complexFactor*len(text) + freeComplex
	}
	return s
}

// next gives the next match. Behind a match that was empty, one at the same
// place must not be, as in Python since 3.7.
func (s *search) next() (h hit, ok bool, err error) {
	if s.sweep == nil {
		h, ok, err = s.hunt()
		if err == ErrTooComplex && s.backward != nil {
			s.turn()
			err = nil
		}
	}
	if s.sweep != nil {
		h.start, h.end, ok = s.sweep.find(s.at, s.nonEmpty, s.slots)
	}
	if !ok || err != nil {
		return h, false, err
	}
	s.at, s.nonEmpty = h.end, h.start == h.end
	h.from, h.to = h.start, h.end
	if s.capture {
		h.from, h.to = s.slots[4], s.slots[5]
	}
	return h, true, nil
}

// turn goes over to the sweep.
func (s *search) turn() {
	if s.slots == nil {
		s.slots = make([]int, s.prog.slots) // written, never read
	}
	s.sweep = s.backward.sweep(s.text, s.at, len(s.text))
}

// hunt looks for the next match at the places that pass the filter.
func (s *search) hunt() (h hit, ok bool, err error) {
	if s.nonEmpty {
		if h, ok, err = s.attempt(s.at); ok || err != nil {
			return h, ok, err
		}
		_, n := s.prog.alphabet.at(s.text, s.at)
		if n == 0 {
			return h, false, nil
		}
		s.at, s.nonEmpty = s.at+n, false
	}
	for {
		f, end := s.choose()
		if h, ok, err = s.scan(f, end); ok || err != nil || end > s.until {
			return h, ok, err
		}
		s.at = end
	}
}

// choose gives the filter to use from at on, and where it must be chosen again.
func (s *search) choose() (f *filter, end int) {
	next := region{len(s.text) + 1, len(s.text) + 2}
	if s.demands == nil {
		return s.filter, next.lo
	}
	for i := range s.demands {
		r := &s.regions[i]
		if r.hi <= s.at {
			*r = s.demands[i].find(s.prog.alphabet, s.text, s.at, s.until)
		}
		if r.lo < next.lo {
			next = *r
		}
	}
	if s.at < next.lo {
		return s.narrow, next.lo
	}
	return s.filter, next.hi
}

// scan tries the places from at to before end that pass f.
func (s *search) scan(f *filter, end int) (h hit, ok bool, err error) {
	a := s.prog.alphabet
	sym, _ := a.before(s.text, s.at)
	state := fresh | f.symbols[sym]
	// Windows that begin before until or end themselves end before stop.
	stop := min(len(s.text), min(s.until, end)+lanes*utf8.UTFMax)
	for i := s.at; i < stop; {
		var found bool
		if i, state, found = f.skip(s.text[:stop], i, state); found {
			p := s.windowStart(i - 1)
			if p >= end {
				return h, false, nil
			}
			if h, ok, err = s.attempt(p); ok || err != nil {
				return h, ok, err
			}
			continue
		}
		// Character by character past what skip stopped at.
		for to := min(i+stretch, stop); i < to; {
			n := 1
			if c := s.text[i]; c < utf8.RuneSelf {
				state = state<<laneBits | f.ascii[c]
			} else {
				var r rune
				r, n = utf8.DecodeRuneInString(s.text[i:])
				state = state<<laneBits | f.symbols[a.wide(r)]
			}
			if state < missTop && f.likely(s.text, i) {
				p := s.windowStart(i)
				if p >= end {
					return h, false, nil
				}
				if h, ok, err = s.attempt(p); ok || err != nil {
					return h, ok, err
				}
			}
			i += n
		}
	}
	if stop < len(s.text) {
		return h, false, nil
	}
	return s.last(f, end, state)
}

// windowStart is where the window begins whose last character begins at i.
func (s *search) windowStart(i int) int {
	if i >= lanes-2 && s.text[i-1]|s.text[i-2]|s.text[i-3] < utf8.RuneSelf {
		return i - (lanes - 2)
	}
	for range lanes - 2 {
		_, n := s.prog.alphabet.before(s.text, i)
		i -= n
	}
	return i
}

// last is the end of scan: windows that reach over the end of the text.
func (s *search) last(f *filter, end int, state uint64) (h hit, ok bool, err error) {
	places := [lanes - 1]int{lanes - 2: len(s.text)}
	for i := lanes - 3; i >= 0; i-- {
		_, n := s.prog.alphabet.before(s.text, places[i+1])
		places[i] = places[i+1] - n
	}
	for _, p := range places {
		state = state<<laneBits | f.symbols[s.prog.alphabet.edge]
		if state < missTop && p < end {
			if h, ok, err = s.attempt(p); ok || err != nil {
				return h, ok, err
			}
		}
	}
	return h, false, nil
}

// attempt tries to match at place p.
func (s *search) attempt(p int) (h hit, ok bool, err error) {
	if s.forward == nil {
		return s.backtrack(p)
	}
	end, ok, steps := s.forward.match(s.text, p, s.nonEmpty, false)
	if s.steps += steps + 1; s.steps > s.limit {
		return h, false, ErrTooComplex
	}
	if ok && s.capture {
		s.locate(p, end)
	}
	return hit{start: p, end: end}, ok, nil
}

// locate finds the groups of a match that is known to go from p to end.
func (s *search) locate(p, end int) {
	if s.inner == nil {
		s.inner = s.exact.sweep(s.text, p, end)
	} else {
		s.inner.reset(s.text, p, end)
	}
	s.inner.walk(s.prog.begin(s.nonEmpty), p, s.slots)
}

// backtrack is an attempt where no forward automaton can make one. All attempts
// of a search share one budget.
func (s *search) backtrack(p int) (h hit, ok bool, err error) {
	if s.back == nil {
		s.back = &backtracker{prog: s.prog, text: s.text, slots: s.slots, limit: s.limit}
	}
	end, ok, err := s.back.match(p, s.nonEmpty)
	s.steps = s.back.steps
	return hit{start: p, end: end}, ok, err
}
