package dedupe

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
)

// sentMark is the value of a mark. Anything else under its key is not ours.
const sentMark = "1"

// Redis is the store that all processes share. Hundreds of goroutines call it
// with one to three keys each; concurrent calls become one request (see
// coalescer, reader and writer).
//
// It never retries: an error goes back at once, to whoever can do without Redis.
type Redis struct {
	config  Config
	client  redis.UniversalClient
	metrics *metrics
	owner   *owner
	models  models

	requests sync.Pool // of *request, for callers
	reads    *coalescer
	writes   *coalescer

	leaving sync.WaitGroup // those that give back a claim whose caller went away
	mu      sync.Mutex     // orders leaving.Go before Close's leaving.Wait
	closed  bool

	closing  sync.Once
	closeErr error
}

// NewRedis makes a store for c.Redis. It dials nothing: a server that is away
// shows when it is asked. A registry takes the metrics of one store.
func NewRedis(c Config, reg prometheus.Registerer) (*Redis, error) {
	return newRedis(c.resolved(), newMetrics(reg), "")
}

func newRedis(c Config, m *metrics, member string) (*Redis, error) {
	client, err := newClient(c.Redis)
	if err != nil {
		return nil, err
	}
	r := &Redis{config: c, client: client, metrics: m, owner: newOwner(member)}
	r.requests.New = func() any { return new(request) }
	r.reads = &coalescer{newExec: r.reader, maxCalls: c.Redis.Batch, timeout: c.Redis.Timeout, metrics: m.lookup}
	r.writes = &coalescer{newExec: r.writer, maxCalls: c.Redis.Batch, timeout: c.Redis.Timeout, metrics: m.remember}
	r.reads.start(c.Redis.Collectors)
	r.writes.start(c.Redis.Collectors)
	return r, nil
}

// Lookup implements [Store].
func (r *Redis) Lookup(ctx context.Context, keys []Key) ([]State, error) {
	if err := ctx.Err(); err != nil || len(keys) == 0 {
		return nil, err
	}
	q := r.request()
	defer r.requests.Put(q)
	for i := range keys {
		q.text = appendMarkKey(q.text, &keys[i])
		q.cut()
		q.text = appendScoreKey(q.text, r.config.Prefix, &keys[i])
		q.cut()
	}
	answers, err := r.reads.do(ctx, q)
	if err == nil {
		err = firstError(answers)
	}
	if err != nil {
		return nil, fmt.Errorf("look up %d keys in redis: %w", len(keys), err)
	}
	states := make([]State, len(keys))
	for i := range states {
		states[i] = State{Sent: r.mark(answers[2*i]), Score: r.score(answers[2*i+1])}
	}
	return states, nil
}

// Begin implements [Store]. It is one request, with claims or without.
func (r *Redis) Begin(ctx context.Context, keys []Key) (Work, error) {
	if err := ctx.Err(); err != nil {
		return Work{}, err
	}
	if len(keys) == 0 {
		return Work{Claim: new(Claim)}, nil
	}
	if err := oneRevision(keys); err != nil {
		return Work{}, err
	}
	q, c := r.request(), r.owner.claim(&keys[0])
	defer r.requests.Put(q)
	r.askFor(q, keys, c)
	b, first, err := r.reads.join(q)
	var answers []any
	if err == nil {
		if answers, err = b.wait(ctx, first, len(q.ends)); err != nil && ctx.Err() != nil {
			r.leave(b, first, c)
		}
	}
	if err == nil {
		err = firstError(answers)
	}
	if err != nil {
		return Work{}, fmt.Errorf("begin %d keys in redis: %w", len(keys), err)
	}
	return r.work(answers, len(keys), c), nil
}

// askFor writes the request of Begin: claim, token, marks; negative entry, scores.
// Without claims the first two pieces are missing.
func (r *Redis) askFor(q *request, keys []Key, c *Claim) {
	if r.config.Claim.TTL > 0 {
		q.text = appendClaimKey(q.text, c.wiki, c.rev)
		q.cut()
		q.text = r.owner.appendToken(q.text, c)
		q.cut()
	}
	for i := range keys {
		q.text = appendMarkKey(q.text, &keys[i])
		q.cut()
	}
	q.text = appendGoneKey(q.text, c.wiki, c.rev)
	q.cut()
	for i := range keys {
		q.text = appendScoreKey(q.text, r.config.Prefix, &keys[i])
		q.cut()
	}
}

// work reads the answers to askFor.
func (r *Redis) work(answers []any, keys int, c *Claim) Work {
	w := Work{States: make([]State, keys), Claim: c}
	granted := int64(claimNeedless)
	if r.config.Claim.TTL > 0 {
		granted, _ = answers[0].(int64)
		answers = answers[2:]
	}
	switch {
	case granted > 0:
		w.Held = time.Duration(granted) * time.Millisecond
		r.metrics.claimsHeld.Inc()
	case granted == claimGranted:
		r.metrics.claimsGranted.Inc()
	case granted == claimRefused:
		r.metrics.claimsRefused.Inc()
	}
	if granted != claimGranted {
		c.seq = 0
	}
	marks, gone, scores := answers[:keys], answers[keys], answers[keys+1:]
	for i := range w.States {
		w.States[i] = State{Sent: r.mark(marks[i]), Score: r.score(scores[i])}
	}
	r.entry(&w, gone)
	return w
}

// leave gives a claim back that may yet be granted to a caller that went away.
// Such callers are few (a process that stops), so each may have a goroutine for
// the time Redis has left to answer.
func (r *Redis) leave(b *batch, first int, c *Claim) {
	if r.config.Claim.TTL <= 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return // it expires
	}
	r.leaving.Go(func() {
		<-b.done
		if b.err != nil {
			return
		}
		if granted, ok := b.answers[first].(int64); ok && granted == claimGranted {
			r.Release(c)
		}
	})
}

// Close implements [Store].
func (r *Redis) Close() error {
	r.closing.Do(func() {
		r.mu.Lock()
		r.closed = true
		r.mu.Unlock()
		r.reads.refuse()
		r.reads.running.Wait()
		r.leaving.Wait()
		r.writes.refuse()
		r.writes.running.Wait()
		r.closeErr = r.client.Close()
	})
	return r.closeErr
}

func (r *Redis) request() *request {
	q := r.requests.Get().(*request)
	q.reset()
	return q
}

func (r *Redis) mark(v any) bool {
	s, ok := v.(string)
	if ok && s != sentMark {
		r.metrics.badMark.Inc()
	}
	return ok && s == sentMark
}

func (r *Redis) score(v any) []byte {
	s, ok := v.(string)
	if !ok {
		return nil
	}
	if doc := []byte(s); validScore(doc) {
		return doc
	}
	r.metrics.badScore.Inc()
	return nil
}

// entry reads the negative entry of a revision, or what is hidden of it.
func (r *Redis) entry(w *Work, v any) {
	s, ok := v.(string)
	if !ok {
		return
	}
	if validGone(s) {
		w.Gone = s
	} else if h, ok := parseHiding(s); ok {
		w.hide(h.Hidden)
	} else {
		r.metrics.badGone.Inc()
	}
}

func firstError(answers []any) error {
	for _, a := range answers {
		if err, ok := a.(error); ok {
			return err
		}
	}
	return nil
}
