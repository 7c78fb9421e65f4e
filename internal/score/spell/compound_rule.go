package spell

// fitsRule notes the root as a part of a compound word and tells whether the
// parts so far can begin one that a COMPOUNDRULE allows or, for the last part,
// be one; it forgets the root if not (affixmgr.cxx, defcpd_check). Only a first
// part may start the use of rules.
func (c *compound) fitsRule(part int, e entryID, begins bool) bool {
	started := c.byRule
	if !started && !begins || part >= len(c.parts) {
		return false
	}
	c.byRule = true
	c.parts[part] = e
	if c.namedByRule(e) {
		for _, rule := range c.compound.rules {
			if (&ruleMatch{compound: c, rule: rule, last: part}).fits(!begins) {
				return true
			}
		}
	}
	c.parts[part] = none
	c.byRule = started
	return false
}

// ruleMatch matches parts with a rule: flags, each with * for any number of
// parts, ? for at most one. It backtracks as Hunspell does; parts are few.
type ruleMatch struct {
	*compound
	rule  []flag
	last  int // part
	at    int // in rule
	part  int
	ok    bool // no flag has failed
	taken bool // the repetition has taken all parts
	stack []repetition
}

// repetition is how many parts a flag with * or ? has taken.
type repetition struct{ at, part, count int }

func (m *ruleMatch) repeats(at int) bool {
	return at+1 < len(m.rule) && (m.rule[at+1] == '*' || m.rule[at+1] == '?')
}

func (m *ruleMatch) flagFits(part int, f flag) bool {
	e := m.parts[part]
	return e != none && m.has(e, f)
}

// fits tells whether the parts fit the rule or, unless whole, its beginning.
func (m *ruleMatch) fits(whole bool) bool {
	m.ok, m.taken = true, true
	for m.steps <= totalSteps {
		m.forward()
		if m.ok && m.taken && m.optionalFrom(m.at) >= len(m.rule) {
			return true
		}
		if !m.back() {
			break
		}
	}
	if m.steps > totalSteps {
		return false
	}
	if m.ok && m.taken && (!whole || m.at >= len(m.rule)) {
		return true
	}
	return m.ok && m.taken && m.optionalFrom(m.at) >= len(m.rule)
}

// optionalFrom passes over flags that may be missing.
func (m *ruleMatch) optionalFrom(at int) int {
	for at < len(m.rule) && m.repeats(at) {
		at += 2
	}
	return at
}

// forward matches until a flag fails or the parts or the rule are at an end.
func (m *ruleMatch) forward() {
	for m.at < len(m.rule) && m.part <= m.last {
		m.steps++
		if m.repeats(m.at) {
			if m.repeat(); m.taken {
				return
			}
			continue
		}
		m.taken = true
		if !m.flagFits(m.part, m.rule[m.at]) {
			m.ok = false
			return
		}
		m.at++
		m.part++
		if m.at == len(m.rule) && m.part <= m.last {
			m.ok = false
		}
	}
}

// repeat takes as many parts as it can.
func (m *ruleMatch) repeat() {
	f, end := m.rule[m.at], m.last
	if m.rule[m.at+1] == '?' {
		end = m.part
	}
	m.at += 2
	r := repetition{at: m.at, part: m.part}
	m.taken = true
	for m.part <= end {
		if !m.flagFits(m.part, f) {
			m.taken = false
			break
		}
		m.part++
	}
	if m.part <= m.last {
		m.taken = false
	}
	if r.count = m.part - r.part; r.count > 0 {
		m.stack = append(m.stack, r)
	}
}

// back gives up the last part that a repetition took.
func (m *ruleMatch) back() bool {
	for len(m.stack) > 0 {
		r := &m.stack[len(m.stack)-1]
		r.count--
		m.ok = true
		m.at, m.part = r.at, r.part+r.count
		if r.count >= 0 {
			return true
		}
		m.stack = m.stack[:len(m.stack)-1]
	}
	return false
}
