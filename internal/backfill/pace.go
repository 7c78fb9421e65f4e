package backfill

import (
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// law says how fast a job may go, by what is seen of the live service once a second. It
// is that of TCP: the rate doubles until the live service falls behind, is then halved,
// and from there on grows by a small step. While the live service is behind the job
// stands still altogether, for it may be the reason without being the only one.
type law struct {
	ceiling   float64 // revisions a second; may be infinite
	rate      float64
	threshold float64 // up to which the rate doubles
	still     bool
}

// slowest is the rate that is never gone below, but for standing still: at that rate it
// is not the job that slows others, and on a machine that others share it would else
// hardly move.
const slowest = 10

// firstRate is what a job begins with that has no rate.
const firstRate = 50

func newLaw(ceiling float64) *law {
	if ceiling <= 0 {
		ceiling = math.Inf(1)
	}
	return &law{ceiling: ceiling, rate: min(ceiling, firstRate), threshold: ceiling}
}

// behind is called when the live service is behind. went is how fast the job went since
// the last call: an allowance that was not used says nothing about what is bearable.
func (l *law) behind(went float64) {
	if l.still {
		return
	}
	if went == 0 { // it is not this job that is too fast
		l.still = true
		return
	}
	l.rate = max(min(slowest, l.ceiling), min(l.rate, went)/2)
	l.threshold, l.still = l.rate, true
}

// keptUp is called when the live service is not behind.
func (l *law) keptUp(went float64) {
	switch {
	case l.still: // begin again with the half
		l.still = false
	case went < 0.8*l.rate: // something else is slower
	case l.rate < l.threshold:
		l.rate = min(2*l.rate, l.threshold, l.ceiling)
	default:
		l.rate = min(l.rate+max(1, l.threshold/20), l.ceiling)
	}
}

// Pace lets a job go on at its rate. It is safe for concurrent use.
type Pace struct {
	limiter *rate.Limiter

	mu     sync.Mutex // guards what follows
	law    *law
	open   chan struct{} // closed while the job may go on
	passed int64         // since the last look
	looked time.Time
}

// NewPace allows so many revisions a second, 0: any number. Without looks at the live
// service it is just that.
func NewPace(perSecond float64) *Pace {
	open := make(chan struct{})
	close(open)
	p := &Pace{law: newLaw(perSecond), open: open, looked: time.Now()}
	p.limiter = rate.NewLimiter(limit(p.law.ceiling), burst(p.law.ceiling))
	return p
}

func limit(perSecond float64) rate.Limit {
	if math.IsInf(perSecond, 1) {
		return rate.Inf
	}
	return rate.Limit(perSecond)
}

// burst lets a twentieth of a second's revisions go at once: enough for timers that are
// late, and nothing that anybody feels.
func burst(perSecond float64) int { return int(max(1, min(perSecond/20, 1<<20))) }

// Look tells what was seen of the live service just now.
func (p *Pace) Look(behind bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	went := float64(p.passed) / max(now.Sub(p.looked).Seconds(), 1e-3)
	p.passed, p.looked = 0, now
	was := p.law.still
	if behind {
		p.law.behind(went)
	} else {
		p.law.keptUp(went)
	}
	switch still := p.law.still; {
	case still && !was:
		p.open = make(chan struct{})
	case !still && was:
		close(p.open)
	}
	p.limiter.SetLimit(limit(p.law.rate))
	p.limiter.SetBurst(burst(p.law.rate))
}

// Still tells whether the job stands still for the live service's sake.
func (p *Pace) Still() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.law.still
}

// wait returns when the next revision may go.
func (p *Pace) wait(ctx context.Context) error {
	for {
		p.mu.Lock()
		open := p.open
		p.mu.Unlock()
		select {
		case <-open:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := p.limiter.Wait(ctx); err != nil {
			return err
		}
		p.mu.Lock()
		still := p.law.still
		if !still {
			p.passed++
		}
		p.mu.Unlock()
		if !still {
			return nil
		}
	}
}
