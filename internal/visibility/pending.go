package visibility

import (
	"time"

	"revscore/internal/dedupe"
)

// maxPending bounds the revisions about which the store is not told yet; 20 MB or so.
const maxPending = 100_000

// pending is what the store is to be told, in the order in which the revisions came
// first. Of each revision only the latest counts.
type pending struct {
	states map[revision]*state
	order  []revision
	// shown is when revisions were shown again of late. The store forgets that with what
	// was hidden, and would take an older event, of a topic that is read later, for news.
	shown map[revision]time.Time
}

// maxShown bounds that; a MB or so.
const maxShown = 10_000

type revision struct {
	wiki string
	rev  int64
}

type state struct {
	forget bool
	hidden *dedupe.Hidden
	at     time.Time // of hidden
}

func (p *pending) len() int { return len(p.order) }

func (p *pending) of(r revision) *state {
	s := p.states[r]
	if s == nil {
		if p.states == nil {
			p.states = map[revision]*state{}
		}
		s = new(state)
		p.states[r] = s
		p.order = append(p.order, r)
	}
	return s
}

func (p *pending) forget(r revision) { p.of(r).forget = true }

func (p *pending) hide(r revision, h dedupe.Hidden, at time.Time) {
	if at.Before(p.shown[r]) {
		return
	}
	if h == (dedupe.Hidden{}) {
		p.show(r, at)
	}
	if s := p.of(r); s.hidden == nil || !at.Before(s.at) {
		s.hidden, s.at = &h, at
	}
}

func (p *pending) show(r revision, at time.Time) {
	if p.shown == nil || len(p.shown) >= maxShown {
		p.shown = map[revision]time.Time{}
	}
	p.shown[r] = at
}

// changes are what there is to tell, what is told of many revisions together.
func (p *pending) changes() []dedupe.Change {
	type group struct {
		wiki   string
		forget bool
		hidden dedupe.Hidden
		at     int64
	}
	var list []dedupe.Change
	places := map[group]int{}
	add := func(g group, c dedupe.Change, rev int64) {
		i, ok := places[g]
		if !ok {
			i = len(list)
			places[g] = i
			list = append(list, c)
		}
		list[i].Revs = append(list[i].Revs, rev)
	}
	for _, r := range p.order {
		s := p.states[r]
		if s.forget {
			add(group{wiki: r.wiki, forget: true}, dedupe.Change{Wiki: r.wiki, Forget: true}, r.rev)
		}
		if s.hidden != nil {
			add(group{r.wiki, false, *s.hidden, s.at.UnixMilli()}, dedupe.Change{Wiki: r.wiki, Hidden: *s.hidden, At: s.at}, r.rev)
		}
	}
	return list
}

// keep makes the changes that the store has not taken all there is.
func (p *pending) keep(left []dedupe.Change) {
	clear(p.states)
	p.order = p.order[:0]
	for _, c := range left {
		for _, rev := range c.Revs {
			if c.Forget {
				p.forget(revision{c.Wiki, rev})
			} else {
				p.hide(revision{c.Wiki, rev}, c.Hidden, c.At)
			}
		}
	}
}
