package produce

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"revscore/internal/event"
)

// alone sends again what was refused with its batch, each message in a batch of its
// own, so that one bad message costs no other. A topic whose limit could not be learnt
// refuses full batches of small messages: they all get there.
//
// It is slow, and messages of one key that are published meanwhile may get there first.
// Neither happens where [Limits.Learn] is allowed.
type alone struct {
	client *kgo.Client

	mu    sync.Mutex // guards what follows
	queue []lone
	idle  chan struct{} // closed while nothing is queued or under way
}

type lone struct {
	ctx  context.Context // of the message
	m    event.Message
	done func(*kgo.Record, error)
}

// newAlone makes one that uses a client of its own, which connects when it is needed.
func newAlone(opts []kgo.Opt) (*alone, error) {
	client, err := kgo.NewClient(append(slices.Clone(opts), kgo.ProducerLinger(0))...)
	if err != nil {
		return nil, fmt.Errorf("kafka producer: %w", err)
	}
	a := &alone{client: client, idle: make(chan struct{})}
	close(a.idle)
	return a, nil
}

// send does not block: it is called where the client tells of its answers.
func (a *alone) send(l lone) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queue = append(a.queue, l)
	select {
	case <-a.idle:
		a.idle = make(chan struct{})
		go a.work() // ends when the queue is empty; wait and close see to that
	default:
	}
}

func (a *alone) work() {
	for {
		a.mu.Lock()
		if len(a.queue) == 0 {
			a.queue = nil
			close(a.idle)
			a.mu.Unlock()
			return
		}
		l := a.queue[0]
		a.queue = a.queue[1:]
		a.mu.Unlock()
		r := Record(l.m)
		l.done(r, a.client.ProduceSync(l.ctx, r).FirstErr())
	}
}

func (a *alone) open() (n int, idle <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	n = len(a.queue)
	select {
	case <-a.idle:
	default:
		n++
	}
	return n, a.idle
}

// wait returns when all are answered.
func (a *alone) wait(ctx context.Context) error {
	for {
		n, idle := a.open()
		if n == 0 {
			return nil
		}
		select {
		case <-idle:
		case <-ctx.Done():
			return fmt.Errorf("flush %d messages: %w", n, ctx.Err())
		}
	}
}

// close gives up what is left, and waits until its callers were told.
func (a *alone) close() {
	a.client.Close()
	_ = a.wait(context.Background()) // each send fails at once now
}

// again is called with a broker's answer to a message: it returns whether the message
// is sent once more.
func (p *Producer) again(ctx context.Context, m event.Message, start time.Time, err error, done func(error)) bool {
	if !ofTheBatch(err) || p.limits.Check(m) != nil {
		return false
	}
	p.alone.send(lone{ctx, m, p.acknowledged(m, start, done)})
	return true
}
