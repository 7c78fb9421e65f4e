package consume

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/event"
)

// numbers is a feed of n records whose positions count from 1; every tenth is done
// already. end is what it answers then.
type numbers struct {
	n, asked int
	end      error
}

func (f *numbers) next(ctx context.Context) (Pulled[int], error) {
	if err := ctx.Err(); err != nil {
		return Pulled[int]{}, err
	}
	if f.asked == f.n {
		return Pulled[int]{}, f.end
	}
	f.asked++
	return Pulled[int]{Record: event.Record{Source: event.Source{Topic: "feed", Offset: int64(f.asked)}}, At: f.asked, Done: f.asked%10 == 0}, nil
}

// pulling is a pull whose positions are watched.
type pulling struct {
	*Pull[int]
	at atomic.Int64
}

func pull(t *testing.T, window int, f *numbers, h Handler) *pulling {
	p := &pulling{}
	p.Pull = NewPull(PullParts[int]{
		Name: "feed", Window: window, Handler: h, Next: f.next, Registry: prometheus.NewRegistry(),
		Advanced: func(at int) {
			if before := p.at.Swap(int64(at)); before >= int64(at) {
				t.Errorf("position %d after %d", at, before)
			}
		},
	})
	return p
}

func TestPullFinishesWhatTheFeedGave(t *testing.T) {
	cut := errors.New("the file is cut")
	for _, end := range []error{io.EOF, cut, fmt.Errorf("connection: %w", io.EOF)} {
		synctest.Test(t, func(t *testing.T) {
			var worked atomic.Int64
			p := pull(t, 4, &numbers{n: 105, end: end}, handlerFunc(func(context.Context, event.Record) error {
				worked.Add(1)
				return nil
			}))
			err := p.Run(t.Context())
			if end == io.EOF && err != nil || end != io.EOF && err != end {
				t.Errorf("ends with %v, want %v", err, end)
			}
			if worked.Load() != 95 || p.at.Load() != 105 {
				t.Errorf("%d worked on, position %d; want 95 and 105 before Run returns", worked.Load(), p.at.Load())
			}
			if err := p.Drain(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// The feed is not asked for more than a window in flight and a window queued.
func TestPullReadsNoFurtherThanItsWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const window = 8
		release := make(chan struct{})
		f := &numbers{n: 1000, end: io.EOF}
		p := pull(t, window, f, handlerFunc(func(ctx context.Context, r event.Record) error {
			select {
			case <-release:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}))
		var running sync.WaitGroup
		running.Go(func() {
			if err := p.Run(t.Context()); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		if f.asked > 3*window {
			t.Errorf("%d records were asked for with a window of %d", f.asked, window)
		}
		close(release)
		running.Wait()
		if p.at.Load() != 1000 {
			t.Errorf("position %d of 1000", p.at.Load())
		}
		if err := p.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// A stop in the middle keeps the unbroken prefix, and finishes what is in flight.
func TestPullStopsInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		p := pull(t, 4, &numbers{n: 1000, end: io.EOF}, handlerFunc(func(_ context.Context, r event.Record) error {
			switch {
			case r.Offset == 42:
				cancel()
			case r.Offset > 42:
				time.Sleep(time.Millisecond) // which passes when nobody has anything left to do, so after the stop
			}
			return nil
		}))
		if err := p.Run(ctx); err != nil {
			t.Error(err)
		}
		if err := p.Drain(t.Context()); err != nil {
			t.Error(err)
		}
		if at := p.at.Load(); at < 42 || at > 42+4*4 {
			t.Errorf("position %d after a stop at 42 with a window of 4", at)
		}
	})
}

func TestPullEndsWithATask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("no broker")
		p := pull(t, 4, &numbers{n: 1000, end: io.EOF}, handlerFunc(func(_ context.Context, r event.Record) error {
			if r.Offset == 42 {
				return broken
			}
			return nil
		}))
		if err := p.Run(t.Context()); !errors.Is(err, broken) {
			t.Errorf("ends with %v", err)
		}
		_ = p.Drain(t.Context()) // says that record 42 is not finished
		if at := p.at.Load(); at != 41 {
			t.Errorf("position %d, want that before the record that failed", at)
		}
	})
}
