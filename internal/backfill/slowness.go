package backfill

// Latencies are how long live events took, since the live service began: how many took at
// most each bound, as a Prometheus histogram tells it. The last bound is infinite.
type Latencies struct {
	Bounds []float64
	Counts []float64
}

func (l Latencies) total() float64 {
	if len(l.Counts) == 0 {
		return 0
	}
	return l.Counts[len(l.Counts)-1]
}

// since is what came after an earlier look; false if that was of another life of the
// service.
func (l Latencies) since(before Latencies) (Latencies, bool) {
	if len(before.Counts) != len(l.Counts) || before.total() > l.total() {
		return Latencies{}, false
	}
	d := Latencies{Bounds: l.Bounds, Counts: make([]float64, len(l.Counts))}
	for i := range d.Counts {
		d.Counts[i] = l.Counts[i] - before.Counts[i]
	}
	return d, true
}

// above is the share that took longer than a bound.
func (l Latencies) above(i int) float64 { return 1 - l.Counts[i]/l.total() }

// Slowness tells whether live events take longer beside the job than without it. It is
// asked once a second and learns what they take without it whenever the job stands still,
// for traffic and wikis change over the days that a job lasts.
//
// The bounds of a histogram are a factor of two apart, so the 99th percentile itself
// cannot be compared. It lies between two bounds: events are slow when more than a
// hundredth take longer than the upper one, or three times as many as before longer than
// the lower one.
type Slowness struct {
	still  bool        // the job stands still
	seen   []Latencies // since it does or does not, the newest last
	usual  Latencies   // while it stood still, the last time for a half, the one before for a quarter, …
	upper  int         // bound that 99 of 100 keep without the job; 0: not known
	lowest float64     // share above the bound before it
}

// Bounds of what is looked at.
const (
	slownessEvents = 100 // fewer tell nothing of one in a hundred
	slownessLearn  = 3   // seconds at least to learn what is usual
	slownessWait   = 10  // and at most: then there is too little traffic to be slow
	slownessWindow = 5   // seconds that are judged together
	slowerTimes    = 2
	slowestShare   = 0.01
)

// NewSlowness begins with a job that stands still.
func NewSlowness() *Slowness { return &Slowness{still: true} }

// See tells whether the job is to stand still, by what the service tells now and whether
// the job stood still since the last time.
func (s *Slowness) See(now Latencies, still bool) bool {
	if still != s.still {
		s.still, s.seen = still, s.seen[:0]
	}
	if n := len(s.seen); n > 0 && (len(s.seen[n-1].Counts) != len(now.Counts) || s.seen[n-1].total() > now.total()) {
		s.seen = s.seen[:0] // the service was started anew
	}
	s.seen = append(s.seen, now)
	first := s.seen[0]
	took, ok := now.since(first)
	if still {
		return !s.learn(took, ok)
	}
	if len(s.seen) > slownessWindow {
		s.seen = append(s.seen[:0], s.seen[1:]...)
	}
	return ok && s.upper > 0 && took.total() >= slownessEvents &&
		(took.above(s.upper) > slowestShare || s.lowest > 0 && took.above(s.upper-1) > slowerTimes*s.lowest)
}

// learn notes what is usual and tells whether it is known, or cannot be.
func (s *Slowness) learn(took Latencies, ok bool) bool {
	seconds := len(s.seen) - 1
	switch {
	case ok && seconds >= slownessLearn && took.total() >= slownessEvents:
		s.remember(took)
		return true
	case seconds >= slownessWait:
		s.upper = 0
		return true
	}
	return false
}

// remember adds to what is usual. On a machine that others share, some seconds are much
// worse than others, and three seconds tell nothing of that.
func (s *Slowness) remember(took Latencies) {
	sum := Latencies{Bounds: took.Bounds, Counts: make([]float64, len(took.Counts))}
	for i := range sum.Counts {
		sum.Counts[i] = took.Counts[i] / took.total()
		if len(s.usual.Counts) == len(sum.Counts) {
			sum.Counts[i] = (sum.Counts[i] + s.usual.Counts[i]) / 2
		}
	}
	s.usual, s.upper, s.lowest = sum, 0, 0
	for i := 1; i < len(sum.Counts)-1; i++ {
		if sum.above(i) <= slowestShare {
			s.upper, s.lowest = i, sum.above(i-1)
			return
		}
	}
}
