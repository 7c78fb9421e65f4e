package consume

import (
	"context"
	"errors"
	"slices"

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
	case errors.As(err, &group) && !refusal(err):
		return retry // lost the group, as after a long pause; the client joins again
	case errors.As(err, &kafka):
		if kafka.Retriable {
			return retry
		}
		return stop // not authorised, no such group, …
	default:
		return retry // dialling, TLS, time-outs: brokers come back
	}
}

// errTask marks an error that a task returned.
var errTask = errors.New("event not handled")

// finalError is one that was judged where it arose: the service must stop.
type finalError struct{ error }

func (e *finalError) Unwrap() error { return e.error }

// refusal tells of a broker's answer that no new session would change.
func refusal(err error) bool {
	return is(err, kerr.TransactionalIDAuthorizationFailed, kerr.GroupAuthorizationFailed, kerr.TopicAuthorizationFailed,
		kerr.ClusterAuthorizationFailed, kerr.SaslAuthenticationFailed, kerr.UnsupportedVersion, kerr.InvalidGroupID,
		kerr.InconsistentGroupProtocol, kerr.InvalidSessionTimeout, kerr.InvalidTransactionTimeout, kerr.OffsetMetadataTooLarge, kerr.FencedInstanceID)
}

func is(err error, any ...error) bool {
	return slices.ContainsFunc(any, func(one error) bool { return errors.Is(err, one) })
}

// judgeSession classifies what ended a session of a [Transactor]. Most of what a
// broker says against a transaction is over with the session: its id was fenced,
// or took too long, or the coordinator lost it.
func judgeSession(err error) verdict {
	var final *finalError
	switch {
	case err == nil:
		return ignore
	case errors.As(err, &final), is(err, errTask, errProgress), refusal(err):
		return stop
	}
	return retry
}

// judgeMessage classifies why a message was not taken: stop if the next try would
// end in the same way.
func judgeMessage(err error) verdict {
	var kafka *kerr.Error
	switch {
	case !errors.As(err, &kafka):
		return retry
	case kafka.Retriable && !errors.Is(err, kerr.UnknownTopicOrPartition): // of that the client has tried enough
		return retry
	case is(err, kerr.ProducerFenced, kerr.InvalidProducerEpoch, kerr.InvalidProducerIDMapping, kerr.UnknownProducerID,
		kerr.InvalidTxnState, kerr.TransactionAbortable, kerr.OutOfOrderSequenceNumber, kerr.DuplicateSequenceNumber,
		kerr.TransactionCoordinatorFenced, kerr.OperationNotAttempted, kerr.UnknownTopicID):
		return retry // the transaction's fault, not the message's
	}
	return stop // too large, not authorised, no such topic, …
}
