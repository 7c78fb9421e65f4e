package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/sasl/plain"
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

// Who may see a retry topic, but not read and write it, learns it at the start.
func TestDeniedRetryTopic(t *testing.T) {
	may := func(topic string, op kmsg.ACLOperation) kfake.ACL {
		return kfake.ACL{Resource: kmsg.ACLResourceTypeTopic, Name: topic, Pattern: kmsg.ACLResourcePatternTypeLiteral, Operation: op, Allow: true}
	}
	kafka, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.EnableSASL(), kfake.EnableACLs(), kfake.Superuser("PLAIN", "admin", "secret"),
		kfake.SeedTopics(1, "both", "read", "see"), kfake.User("PLAIN", "service", "secret",
			may("both", kmsg.ACLOperationRead), may("both", kmsg.ACLOperationWrite), may("read", kmsg.ACLOperationRead), may("see", kmsg.ACLOperationDescribe)))
	if err != nil {
		t.Fatal(err)
	}
	defer kafka.Close()
	client, err := kgo.NewClient(kgo.SeedBrokers(kafka.ListenAddrs()...), kgo.SASL(plain.Auth{User: "service", Pass: "secret"}.AsMechanism()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := requireTopics(t.Context(), client, []string{"both"}, false); err != nil {
		t.Errorf("with all rights: %v", err)
	}
	err = requireTopics(t.Context(), client, []string{"both", "read", "see"}, false)
	if err == nil {
		t.Fatal("no error")
	}
	words(t, err.Error(), "retry topic read: this user may not WRITE it: grant that, or empty retry.stream",
		"retry topic see: this user may not READ it", "retry topic see: this user may not WRITE it")
	if strings.Contains(err.Error(), "both") || strings.Contains(err.Error(), "read: this user may not READ") {
		t.Errorf("rights that are there: %v", err)
	}
}
