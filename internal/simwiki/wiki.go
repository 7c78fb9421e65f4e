package simwiki

import (
	"math/rand/v2"
	"time"

	"revscore/internal/corpus"
)

// Start is the time of the simulated wikis' first edit.
var Start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// maxStep is the longest time between two edits of all wikis together.
const maxStep = 20 * time.Second

// Wiki generates the edits of several wikis. It is for one goroutine at a time;
// a revision once returned is never touched again.
type Wiki struct {
	rng   *rand.Rand
	clock time.Time
	sites []*site
	total int // of the sites' weights
	// queue holds what an edit drags along: a move leaves a redirect.
	queue []*corpus.Revision
}

// New returns the stream of a seed.
func New(seed uint64) *Wiki {
	// PCG's sequence is fixed by its definition, unlike that of the default source.
	w := &Wiki{rng: rand.New(rand.NewPCG(seed, 0x7265767363_6f7265)), clock: Start}
	pages := map[string][]article{}
	for _, a := range articles() {
		pages[a.wiki] = append(pages[a.wiki], a)
	}
	for _, lang := range languages() {
		w.sites = append(w.sites, newSite(w.rng, lang, pages[lang.Wiki]))
		w.total += lang.Weight
	}
	return w
}

// Next returns the next revision of any of the wikis; it never ends.
func (w *Wiki) Next() *corpus.Revision {
	if len(w.queue) > 0 {
		r := w.queue[0]
		w.queue = w.queue[:copy(w.queue, w.queue[1:])]
		return r
	}
	w.clock = w.clock.Add(time.Second * time.Duration(1+w.rng.IntN(int(maxStep/time.Second))))
	s := w.pick()
	// Someone is always watching: most vandalism is undone within a few edits.
	if len(s.vandalised) > 0 && (len(s.vandalised) >= maxVandalised || chance(w.rng, 45)) {
		return w.revert(s)
	}
	return w.edit(s)
}

// pick chooses a wiki by weight.
func (w *Wiki) pick() *site {
	n := w.rng.IntN(w.total)
	for _, s := range w.sites {
		if n -= s.lang.Weight; n < 0 {
			return s
		}
	}
	panic("simwiki: the weights do not add up")
}

// chance is true in so many of a hundred cases.
func chance(rng *rand.Rand, percent int) bool { return rng.IntN(100) < percent }

// oneOf picks an element of a slice that must not be empty.
func oneOf[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }
