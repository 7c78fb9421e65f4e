package backfill

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"
)

// The law, step by step: what is seen each second and the rate that follows; 0: it stands
// still.
func TestLaw(t *testing.T) {
	const behind, well, slow, idle = "behind", "well", "slow", "idle" // slow: well, and the rate was not used; idle: behind, and nothing was done
	for name, c := range map[string]struct {
		ceiling float64
		seen    []string
		want    []float64
	}{
		"doubles up to the ceiling":     {300, []string{well, well, well, well}, []float64{100, 200, 300, 300}},
		"without a ceiling":             {0, []string{well, well, well, well, well}, []float64{100, 200, 400, 800, 1600}},
		"a low ceiling":                 {5, []string{well, well}, []float64{5, 5}},
		"stands still, then half":       {0, []string{well, well, behind, behind, behind, well}, []float64{100, 200, 0, 0, 0, 100}},
		"grows by steps from there":     {0, []string{well, well, behind, well, well, well}, []float64{100, 200, 0, 100, 105, 110}},
		"half of half":                  {0, []string{well, behind, well, behind, well}, []float64{100, 0, 50, 0, 25}},
		"never below ten":               {40, []string{behind, well, behind, well, behind, well}, []float64{0, 20, 0, 10, 0, 10}},
		"never below a lower ceiling":   {2, []string{behind, well, behind, well}, []float64{0, 2, 0, 2}},
		"an unused rate is no evidence": {0, []string{well, slow, slow, well}, []float64{100, 100, 100, 200}},
		"and is not what is halved":     {0, []string{well, well, slow + behind, well}, []float64{100, 200, 0, 20}},
		"behind before it began":        {0, []string{idle, behind, well, well}, []float64{0, 0, 50, 100}},
		"behind at once":                {0, []string{behind, well}, []float64{0, 25}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLaw(c.ceiling)
			for i, seen := range c.seen {
				went := l.rate
				switch seen {
				case behind:
					l.behind(went)
				case slow + behind:
					l.behind(40)
				case idle:
					l.behind(0)
				case slow:
					l.keptUp(went / 2)
				default:
					l.keptUp(went)
				}
				got := l.rate
				if l.still {
					got = 0
				}
				if math.Abs(got-c.want[i]) > 1e-9 {
					t.Fatalf("step %d, %s: %v, want %v", i, seen, got, c.want[i])
				}
			}
		})
	}
}

// It settles below what the live service bears: with one that falls behind above a rate,
// the job gets most of that rate and the live service is seldom behind.
func TestLawFindsWhatIsBearable(t *testing.T) {
	for _, bearable := range []float64{20, 130, 1000, 7777} {
		l := newLaw(0)
		behind, done := 0, 0.0
		const seconds = 3600
		for range seconds {
			went := l.rate
			if l.still {
				went = 0
			}
			done += went
			if went > bearable {
				behind++
				l.behind(went)
			} else {
				l.keptUp(went)
			}
		}
		if share := done / seconds / bearable; share < 0.6 || behind > seconds/10 {
			t.Errorf("bearable %v: %.2f of it used, behind %d of %d seconds", bearable, share, behind, seconds)
		}
	}
}

func TestPaceHoldsItsRate(t *testing.T) {
	for _, perSecond := range []float64{2, 50, 1000} {
		synctest.Test(t, func(t *testing.T) {
			p := NewPace(perSecond)
			start := time.Now()
			n := int(10 * perSecond)
			for range n {
				if err := p.wait(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if took := time.Since(start).Seconds(); took < 9 || took > 10.1 {
				t.Errorf("%d at %v a second took %v s", n, perSecond, took)
			}
		})
	}
}

func TestPaceStandsStillForLiveTraffic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPace(0)
		for range 10_000 { // no look, no bound
			if err := p.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		p.Look(true)
		if !p.Still() {
			t.Fatal("goes on while the live service is behind")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := p.wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("let one through: %v", err)
		}
		passed := make(chan error, 1)
		start := time.Now()
		go func() { passed <- p.wait(t.Context()) }()
		time.Sleep(time.Minute)
		p.Look(true)
		time.Sleep(time.Minute)
		p.Look(false)
		if err := <-passed; err != nil || time.Since(start) < 2*time.Minute || p.Still() {
			t.Errorf("after %v: %v, still %v", time.Since(start), err, p.Still())
		}
	})
}
