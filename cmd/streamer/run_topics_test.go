package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// An output topic that the service's user may not see, or may see and not write.
func TestDeniedOutputTopic(t *testing.T) {
	for _, delivery := range []string{atLeastOnce, exactlyOnce} {
		for _, key := range []kmsg.Key{kmsg.Metadata, kmsg.Produce} {
			t.Run(fmt.Sprint(delivery, " ", key.Name()), func(t *testing.T) {
				r := newRig(t)
				r.cfg.Delivery = delivery
				r.kafka.Fault(kfake.Fault{Keys: []kmsg.Key{key}, Topic: revidTopic, Err: kerr.TopicAuthorizationFailed, Count: -1})
				_, values := r.edits(7, 1)
				r.feed(createTopic, values...)
				s, _ := r.launch()
				err := s.result()
				if err == nil || !strings.Contains(err.Error(), "topic "+revidTopic+": TOPIC_AUTHORIZATION_FAILED") || !strings.Contains(err.Error(), "WRITE") {
					t.Errorf("ended with %v", err)
				}
				if key == kmsg.Metadata {
					return // it never joined its group
				}
				if got := r.committed(createTopic); got > 0 {
					t.Errorf("offset %d is committed", got)
				}
			})
		}
	}
}
