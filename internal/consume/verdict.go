package consume

import (
	"context"
	"errors"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// verdict is what is to be done about an error.
type verdict int

const (
	// ignore: the error is our own stopping, seen from inside.
	ignore verdict = iota
	// retry: the client goes on by itself; the error is worth a log line.
	retry
	// stop: going on would lose or skip records. The operator must act.
	stop
)

// judge is the only place that classifies errors of polling and of tasks.
//
// A task hands back an error only when its event could be neither published nor
// rejected: what is wrong with one event becomes a score event with errors or a
// dead letter instead, and the task returns nil.
func judge(err error) verdict {
	var broken *kgo.ErrDataLoss
	var group *kgo.ErrGroupSession
	var kafka *kerr.Error
	switch {
	case errors.Is(err, errTask): // first: it may wrap any of the others
		return stop
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, kgo.ErrClientClosed):
		return ignore
	case errors.As(err, &broken):
		return retry // retention overtook us; the client has moved on to what is left
	case errors.As(err, &kafka):
		if kafka.Retriable {
			return retry
		}
		return stop // not authorised, no such group, …
	case errors.As(err, &group):
		return retry // lost the group; the client joins again
	default:
		return retry // dialling, TLS, time-outs: brokers come back
	}
}

// errTask marks an error that a task returned.
var errTask = errors.New("event not handled")
