package backfill

import (
	"math"
	"math/rand/v2"
	"testing"
)

// service is a live service whose latencies are log-normal, with a histogram like that of
// revscore_event_to_ack_seconds.
type service struct {
	rng *rand.Rand
	Latencies
}

func newService() *service {
	s := &service{rng: rand.New(rand.NewPCG(3, 4))}
	for b := 0.001; b < 60; b *= 2 {
		s.Bounds = append(s.Bounds, b)
	}
	s.Bounds = append(s.Bounds, math.Inf(1))
	s.Counts = make([]float64, len(s.Bounds))
	return s
}

// second lets events pass whose 99th percentile is p99.
func (s *service) second(events int, p99 float64) Latencies {
	for range events {
		took := p99 * math.Exp(0.7*(s.rng.NormFloat64()-2.326))
		for i, b := range s.Bounds {
			if took <= b {
				s.Counts[i]++
			}
		}
	}
	now := s.Latencies
	now.Counts = append([]float64(nil), s.Counts...)
	return now
}

func TestSlownessIsSeen(t *testing.T) {
	for _, usual := range []float64{0.005, 0.009, 0.013, 0.016, 0.017, 0.025, 0.3} {
		for times, want := range map[float64]bool{1: false, 1.1: false, 2: true, 4: true} {
			live, s := newService(), NewSlowness()
			learnt := 0
			for s.See(live.second(500, usual), true) {
				learnt++
			}
			if learnt > 5 {
				t.Errorf("%v: learnt for %d s", usual, learnt)
			}
			slow := 0
			for range 20 {
				if s.See(live.second(500, usual*times), false) {
					slow++
				}
			}
			if want && slow < 12 || !want && slow > 4 {
				t.Errorf("p99 of %v s, then %v times that: slow in %d of 20 s", usual, times, slow)
			}
		}
	}
}

// What is usual is learnt anew while the job stands still, so a service that is slow by
// itself does not stop the job for ever.
func TestSlownessLearnsAnew(t *testing.T) {
	live, s := newService(), NewSlowness()
	for s.See(live.second(500, 0.01), true) {
	}
	still, stood := false, 0
	for range 60 {
		still = s.See(live.second(500, 0.5), still)
		if still {
			stood++
		}
	}
	if stood < slownessLearn || stood > 25 { // what was usual before is forgotten by halves
		t.Errorf("stood still for %d of 60 s", stood)
	}
}

// A service with little traffic, none at all, or one that was started anew is no reason to
// stand still.
func TestSlownessOfLittle(t *testing.T) {
	live, s := newService(), NewSlowness()
	waited := 0
	for s.See(live.second(1, 0.01), true) {
		waited++
	}
	if waited != slownessWait {
		t.Errorf("waited %d s for events that do not come", waited)
	}
	for range 30 {
		if s.See(live.second(1, 10), false) {
			t.Error("slow, by a few events")
		}
	}
	live, s = newService(), NewSlowness()
	for s.See(live.second(500, 0.01), true) {
	}
	again := newService()
	if s.See(again.second(500, 0.5), false) || s.See(Latencies{}, false) {
		t.Error("another life of the service is compared with the one before")
	}
}

// Law and slowness together: the job goes as fast as live traffic bears, and the 99th
// percentile of all live events stays within one and a half of what it is without it.
func TestYieldingKeepsLatency(t *testing.T) {
	const usual, seconds = 0.01, 1800
	for _, bearable := range []float64{30, 400, 3000} { // revisions a second that double the p99
		live, s, l := newService(), NewSlowness(), newLaw(0)
		l.behind(0)
		done := 0.0
		for range seconds {
			went := l.rate
			if l.still {
				went = 0
			}
			done += went
			if s.See(live.second(200, usual*(1+went/bearable)), went == 0) {
				l.behind(went)
			} else {
				l.keptUp(went)
			}
		}
		i := 0
		for live.Counts[i]/live.total() < 0.99 {
			i++
		}
		part := (0.99*live.total() - live.Counts[i-1]) / (live.Counts[i] - live.Counts[i-1])
		p99 := live.Bounds[i-1] + part*(live.Bounds[i]-live.Bounds[i-1])
		t.Logf("%.0f of %v revisions/s, p99 %.1f ms", done/seconds, bearable, 1000*p99)
		if p99 > 1.5*usual || done/seconds < bearable/8 {
			t.Errorf("with %v bearable: %.0f revisions/s and a p99 of %.1f ms", bearable, done/seconds, 1000*p99)
		}
	}
}
