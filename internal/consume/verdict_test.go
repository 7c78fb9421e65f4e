package consume

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// An instance that was stopped for longer than the session (SIGSTOP, a laptop's
// lid) is told UNKNOWN_MEMBER_ID by the group. That ended the service; the client
// joins again by itself.
func TestJudge(t *testing.T) {
	for _, c := range []struct {
		err  error
		want verdict
	}{
		{nil, ignore},
		{context.Canceled, ignore},
		{kgo.ErrClientClosed, ignore},
		{&kgo.ErrGroupSession{Err: kerr.UnknownMemberID}, retry},
		{&kgo.ErrGroupSession{Err: kerr.IllegalGeneration}, retry},
		{&kgo.ErrGroupSession{Err: errors.New("connection refused")}, retry},
		{&kgo.ErrGroupSession{Err: kerr.GroupAuthorizationFailed}, stop},
		{&kgo.ErrGroupSession{Err: kerr.FencedInstanceID}, stop},
		{kerr.NotLeaderForPartition, retry},
		{kerr.TopicAuthorizationFailed, stop},
		{&kgo.ErrDataLoss{}, retry},
		{fmt.Errorf("%w: %w", errTask, kerr.NotLeaderForPartition), stop},
	} {
		if got := judge(c.err); got != c.want {
			t.Errorf("judge(%v) = %v, want %v", c.err, got, c.want)
		}
	}
}

func TestJudgeSession(t *testing.T) {
	for _, c := range []struct {
		err  error
		want verdict
	}{
		{nil, ignore},
		{kerr.ProducerFenced, retry},
		{fmt.Errorf("end transaction: %w", context.DeadlineExceeded), retry},
		{kgo.ErrClientClosed, retry},
		{kerr.TransactionalIDAuthorizationFailed, stop},
		{kerr.InvalidTransactionTimeout, stop},
		{fmt.Errorf("t/0: %w", errProgress), stop},
		{fmt.Errorf("%w: boom", errTask), stop},
		{&finalError{kerr.ProducerFenced}, stop},
	} {
		if got := judgeSession(c.err); got != c.want {
			t.Errorf("judgeSession(%v) = %v, want %v", c.err, got, c.want)
		}
	}
}

func TestJudgeMessage(t *testing.T) {
	for _, c := range []struct {
		err  error
		want verdict
	}{
		{errors.New("connection reset"), retry},
		{kerr.NotEnoughReplicas, retry},
		{kerr.InvalidProducerEpoch, retry},
		{kerr.MessageTooLarge, stop},
		{kerr.TopicAuthorizationFailed, stop},
		{kerr.UnknownTopicOrPartition, stop},
	} {
		if got := judgeMessage(c.err); got != c.want {
			t.Errorf("judgeMessage(%v) = %v, want %v", c.err, got, c.want)
		}
	}
}
