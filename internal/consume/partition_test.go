package consume

import (
	"context"
	"testing"

	"revscore/internal/event"
)

// A partition that was paused when it was revoked stayed paused in the client when
// it came back: nobody knew that it was to be resumed.
func TestStopResumesAPausedPartition(t *testing.T) {
	paused := make(chan bool, 10)
	w := &worker[int64]{
		name: "t", limit: 1, advanced: func(int64) {}, inFlight: func(int) {}, held: func(int) {}, fatal: func(err error) { t.Error(err) },
		pause: func(p bool) { paused <- p },
		handler: handlerFunc(func(ctx context.Context, _ event.Record) error {
			<-ctx.Done()
			return ctx.Err()
		}),
	}
	w.start()
	w.push(make([]item[int64], 1)) // in flight for good
	for range 3 {
		w.push(make([]item[int64], 5)) // one of them waits in the loop, the rest in the queue
	}
	_ = stopAll(0, []*worker[int64]{w})
	close(paused)
	last, changes := false, 0
	for last = range paused {
		changes++
	}
	if last || changes == 0 {
		t.Errorf("after %d changes paused is %v", changes, last)
	}
}
