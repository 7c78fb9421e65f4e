package consume

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"revscore/internal/event"
)

// delivery is one record on its way through a session.
type delivery struct {
	session *session
	share   *share
	seq     uint64 // its place in the share's window
	src     event.Source

	joined bool        // in a transaction; guarded by transaction.mu
	done   func(error) // told of the commit; nil: it published nothing
}

type deliveryKey struct{}

// deliveryOf finds out which record a task works on. The context of the task
// carries it, because it is the context that passes through the handler unread.
func deliveryOf(ctx context.Context) *delivery {
	d, _ := ctx.Value(deliveryKey{}).(*delivery)
	return d
}

var (
	errNoRecord = errors.New("published outside a record's task: no transaction covers it")
	errTwice    = errors.New("the record has published before: its messages must be handed over at once")
	errAborted  = errors.New("the transaction was aborted; the record is delivered again")
)

// transaction gathers the deliveries of the next commit: a gate that is open while
// messages may be produced, and the list of those that passed. A delivery hands
// over all its messages in one step, so it is in one transaction as a whole.
//
// A delivery whose task ended without a message joins as well, at any time: its
// progress goes with the next commit.
type transaction struct {
	limit int    // deliveries after which full is called
	full  func() // must not block

	producing sync.WaitGroup // deliveries between join and leave; added to while open

	mu      sync.Mutex // guards what follows, and the deliveries' joined and done
	open    bool
	opened  chan struct{} // closed while open
	batch   []*delivery
	refused error // why a message was not taken
}

func newTransaction(limit int, full func()) *transaction {
	return &transaction{limit: limit, full: full, opened: make(chan struct{})}
}

// join waits for the gate. When it returns nil the messages are to be produced
// before leave is called.
func (t *transaction) join(ctx context.Context, d *delivery, done func(error)) error {
	for {
		t.mu.Lock()
		if err := ctx.Err(); err != nil {
			t.mu.Unlock()
			return err
		}
		if d.joined {
			t.mu.Unlock()
			return fmt.Errorf("record %s: %w", d.src, errTwice)
		}
		if t.open {
			d.done = done
			t.add(d)
			t.producing.Add(1)
			t.mu.Unlock()
			return nil
		}
		opened := t.opened
		t.mu.Unlock()
		select {
		case <-opened:
		case <-ctx.Done():
		}
	}
}

func (t *transaction) leave() { t.producing.Done() }

// settle adds a delivery whose task has ended, unless it published.
func (t *transaction) settle(d *delivery) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !d.joined {
		t.add(d)
	}
}

func (t *transaction) add(d *delivery) {
	d.joined = true
	t.batch = append(t.batch, d)
	if len(t.batch) == t.limit {
		t.full()
	}
}

// forget takes back what the ended tasks of a share have left for the next commit. A
// share that is dropped may have been thrown away after an abort: its window then has
// as finished what was never published, and its partition is begun anew, or another's.
// None of them has published: those are in the batch of a transaction that has ended.
func (t *transaction) forget(sh *share) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.batch = slices.DeleteFunc(t.batch, func(d *delivery) bool { return d.share == sh })
}

// refuse notes why a message was not taken; the first reason counts.
func (t *transaction) refuse(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refused == nil {
		t.refused = err
	}
}

func (t *transaction) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.open {
		t.open = true
		close(t.opened)
	}
}

// end shuts the gate, waits for those that have passed it to produce, and returns
// them. Whether a message was refused is known after a flush.
func (t *transaction) end() []*delivery {
	t.mu.Lock()
	if t.open {
		t.open = false
		t.opened = make(chan struct{})
	}
	t.mu.Unlock()
	t.producing.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	batch := t.batch
	t.batch = nil
	return batch
}

// reason returns why a message was not taken, and forgets it.
func (t *transaction) reason() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	err := t.refused
	t.refused = nil
	return err
}

func (t *transaction) size() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.batch)
}
