package eventgate

import (
	"container/list"
	"encoding/json"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"

	"revscore/internal/event"
)

// entry is one event between Publish and done.
type entry struct {
	// immutable
	topic string
	id    string // meta.id
	key   string // its lane's
	size  int
	done  func(error)
	taken time.Time

	// The rest is guarded by the queue's owner.
	value  []byte // nil when over
	state  state
	lane   *lane
	next   *entry        // behind it in the lane
	age    *list.Element // in queue.byAge
	forget func() bool   // stops watching the context; nil: nothing to stop

	turn   uint64 // smaller ones are sent first
	batch  *batch // while sent
	limit  int    // events it may share a request with, itself included; 0: any
	delays *backoff.ExponentialBackOff
	due    time.Time // while delayed
	cause  error     // of the last failure

	alone   int    // failures of requests that had nothing else in them
	between int    // of those, with others that were settled since the one before
	settled uint64 // the sink's count at the last
}

type state uint8

const (
	behind  state = iota // another event of its lane comes first
	ready                // may be sent
	delayed              // failed, may be sent at due
	sent                 // in a request
	over                 // done has been called or is about to be
)

var errNoID = errors.New("there is no meta.id by which a repeat could be known")

// newEntry reads of an event what the sink needs. One that is no JSON would fail
// its whole request, so it is found here.
func newEntry(m event.Message, done func(error)) (*entry, error) {
	var head struct {
		Meta struct {
			ID string `json:"id"`
		} `json:"meta"`
	}
	err := json.Unmarshal(m.Value, &head)
	if err == nil && head.Meta.ID == "" {
		err = errNoID
	}
	e := &entry{topic: m.Topic, id: head.Meta.ID, size: len(m.Value), value: m.Value, done: done}
	// Order exists within a topic only: Kafka has no other. An event without a
	// key has none at all, and a lane of its own, which it shares with its twins:
	// so no request ever has one meta.id of a topic twice.
	if len(m.Key) > 0 {
		e.key = m.Topic + "\x00" + string(m.Key)
	} else {
		e.key = m.Topic + "\x01" + e.id
	}
	return e, err
}

// An event breaks the gate when it has failed so often by itself, in about two minutes
// of growing pauses, and others went through in between. Neither alone would do: a gate
// that is out of order fails all, and one of several that is fails some, now and then.
const (
	breaksAlone   = 20
	breaksBetween = 3
)

// breaks counts the failure of a request that had only e in it, and reports whether e
// must be the reason. settled is the sink's count of events that were settled.
func (e *entry) breaks(settled uint64) bool {
	if e.alone++; e.alone > 1 && settled != e.settled {
		e.between++
	}
	e.settled = settled
	return e.alone >= breaksAlone && e.between >= breaksBetween
}

func (e *entry) rejected(reason Reason, detail string) error {
	return &RejectedError{Topic: e.topic, ID: e.id, Reason: reason, Detail: shorten(detail)}
}
