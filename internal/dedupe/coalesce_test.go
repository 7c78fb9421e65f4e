package dedupe

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// gate is an exec that answers every piece with itself once it is let through.
type gate struct {
	pass chan struct{}

	mu    sync.Mutex
	sizes []int // calls of each batch, in order
}

func (g *gate) exec() func(context.Context, *batch) {
	return func(ctx context.Context, b *batch) {
		g.mu.Lock()
		g.sizes = append(g.sizes, b.calls)
		g.mu.Unlock()
		select {
		case <-g.pass:
			for _, p := range b.pieces(nil) {
				b.answers = append(b.answers, p)
			}
		case <-ctx.Done():
			b.err = ctx.Err()
		}
	}
}

func newTestCoalescer(t *testing.T, maxCalls, collectors int) (*coalescer, *gate) {
	g := &gate{pass: make(chan struct{})}
	c := &coalescer{newExec: g.exec, maxCalls: maxCalls, timeout: time.Second, metrics: newMetrics(nil).lookup}
	c.start(collectors)
	t.Cleanup(func() { c.refuse(); c.running.Wait() })
	return c, g
}

// call makes a call with two pieces of its own and checks what comes back.
func call(ctx context.Context, t *testing.T, c *coalescer, i int) error {
	q, want := new(request), []string{fmt.Sprintf("first of %d", i), ""}
	for _, w := range want {
		q.text = append(q.text, w...)
		q.cut()
	}
	answers, err := c.do(ctx, q)
	if err != nil {
		return err
	}
	if len(answers) != 2 || answers[0] != want[0] || answers[1] != want[1] {
		t.Errorf("call %d was answered %q", i, answers)
	}
	return nil
}

// start makes n calls, each once those before it are waiting.
func start(ctx context.Context, t *testing.T, c *coalescer, n int) <-chan error {
	errs := make(chan error, n)
	for i := range n {
		go func() { errs <- call(ctx, t, c, i) }()
		synctest.Wait()
	}
	return errs
}

// Calls that come while the collectors are away leave together: the first goes
// alone, at once; the others fill batches of at most maxCalls.
func TestCoalescerMerges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, g := newTestCoalescer(t, 4, 1)
		errs := start(context.Background(), t, c, 11)
		close(g.pass)
		for range 11 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if got, want := fmt.Sprint(g.sizes), "[1 4 4 2]"; got != want {
			t.Errorf("batches of %v calls, want %v", got, want)
		}
	})
}

func TestCoalescerCollectorsWorkAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, g := newTestCoalescer(t, 4, 3)
		errs := start(context.Background(), t, c, 3)
		if len(g.sizes) != 3 {
			t.Errorf("%d requests in flight, want 3", len(g.sizes))
		}
		close(g.pass)
		for range 3 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

// No call waits longer than twice the timeout, however many are before it.
func TestCoalescerDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newTestCoalescer(t, 1, 1)
		begin := time.Now()
		errs := start(context.Background(), t, c, 50)
		for range 50 {
			if err := <-errs; !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, errStale) {
				t.Errorf("error is %v", err)
			}
		}
		if took := time.Since(begin); took > 2*c.timeout {
			t.Errorf("the last call waited %v with a timeout of %v", took, c.timeout)
		}
	})
}

func TestCoalescerCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, g := newTestCoalescer(t, 4, 1)
		ctx, cancel := context.WithCancel(context.Background())
		stay := start(context.Background(), t, c, 2)
		leave := start(ctx, t, c, 2) // one joins the batch of a call that stays
		cancel()
		for range 2 {
			if err := <-leave; !errors.Is(err, context.Canceled) {
				t.Errorf("error is %v", err)
			}
		}
		close(g.pass)
		for range 2 {
			if err := <-stay; err != nil {
				t.Errorf("a call that stayed: %v", err)
			}
		}
	})
}

func TestCoalescerQueueIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, g := newTestCoalescer(t, 1, 1)
		errs := start(context.Background(), t, c, 1+maxQueued)
		if err := call(context.Background(), t, c, 0); !errors.Is(err, errBusy) {
			t.Errorf("call beyond the bound: %v", err)
		}
		close(g.pass)
		for range 1 + maxQueued {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

// Many bytes end a batch as many calls do.
func TestCoalescerBatchBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, g := newTestCoalescer(t, 100, 1)
		big := &request{text: make([]byte, maxBatchBytes), ends: []int{maxBatchBytes}}
		errs := make(chan error, 3)
		for range 3 {
			go func() { _, err := c.do(context.Background(), big); errs <- err }()
			synctest.Wait()
		}
		close(g.pass)
		for range 3 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if got := fmt.Sprint(g.sizes); got != "[1 1 1]" {
			t.Errorf("batches of %v calls, want one each", got)
		}
	})
}

func TestCoalescerCloseAnswersTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, g := newTestCoalescer(t, 2, 1)
		errs := start(context.Background(), t, c, 5)
		c.refuse()
		if err := call(context.Background(), t, c, 0); !errors.Is(err, ErrClosed) {
			t.Errorf("call after close: %v", err)
		}
		close(g.pass)
		c.running.Wait()
		for range 5 {
			if err := <-errs; err != nil {
				t.Errorf("call before close: %v", err)
			}
		}
	})
}
