package consume

import (
	"context"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"

	"revscore/internal/event"
)

// ends is a handler whose tasks publish nothing and end well, once they are given up.
type ends struct{ begun chan struct{} }

func (h ends) Begin(event.Record) func(context.Context) error {
	return func(ctx context.Context) error {
		h.begun <- struct{}{}
		<-ctx.Done()
		return nil
	}
}

// A task that ended without a message while its share was thrown away joined the next
// transaction, which then committed the progress of the old window: after an abort,
// of records whose messages nobody ever saw; after a revoke, of another's partition.
func TestDroppedShareCommitsNothing(t *testing.T) {
	h := ends{make(chan struct{})}
	s := &session{
		settings: settings{cfg: DefaultConfig(), handler: h, metrics: newMetrics(prometheus.NewRegistry())},
		tx:       newTransaction(10, func() {}), shares: map[topicPartition]*share{}, fatal: make(chan error, 1),
	}
	for name, drop := range map[string]func(topicPartition){
		"abort":  func(topicPartition) { s.abandon(nil) },
		"revoke": s.drop,
	} {
		tp := topicPartition{"t", 0}
		s.begin(tp, progress{base: unknown})
		s.shares[tp].queue([]*kgo.Record{{Topic: "t"}}, func(r *kgo.Record) item[int64] {
			return item[int64]{at: r.Offset}
		})
		<-h.begun
		drop(tp)
		if left := s.tx.end(); len(left) != 0 {
			t.Errorf("%s: the next transaction has %d records of a share that is gone", name, len(left))
		}
	}
}
