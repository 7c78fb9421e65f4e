package main

import (
	"strings"
	"testing"
	"time"

	"revscore/internal/event"
)

// A dead letter about a record is as large as its topic takes: of the record it then has
// the beginning.
func TestLetterFitsItsTopic(t *testing.T) {
	for _, delivery := range []string{atLeastOnce, exactlyOnce} {
		t.Run(delivery, func(t *testing.T) {
			r := newRig(t)
			r.cfg.Delivery = delivery
			r.cfg.Consume.Member, r.cfg.Transactions.Interval = "first", 20*time.Millisecond
			r.largest(errorTopic, 1500)
			broken := "{" + strings.Repeat("x", 5000)
			r.feed(createTopic, []byte(broken))
			s := r.start()
			s.await(1)
			s.stop()
			letters := r.records(errorTopic)
			if len(letters) != 1 || r.committed(createTopic) != 1 {
				t.Fatalf("%d letters, offset %d, want one each", len(letters), r.committed(createTopic))
			}
			d, err := event.DecodeDeadLetter(letters[0].Value)
			if err != nil || d.Size != len(broken) || len(d.Raw) < 300 || !strings.HasPrefix(broken, string(d.Raw)) {
				t.Errorf("%+v, %v", d, err)
			}
		})
	}
}
