package dedupe

import (
	"context"
	"time"
)

// request is what one call adds to a batch: pieces of text (keys, values) end
// to end. The caller fills it outside every lock and gets it from a pool.
type request struct {
	text []byte
	ends []int // of each piece, in text
}

func (q *request) reset() { q.text, q.ends = q.text[:0], q.ends[:0] }

// cut ends a piece.
func (q *request) cut() { q.ends = append(q.ends, len(q.text)) }

// batch is the merged requests of many calls. Callers fill it under the
// coalescer's mutex; once out of the queue it belongs to one collector, and
// after done is closed answers and err are read-only, for the callers.
type batch struct {
	request
	calls int
	born  time.Time // when the first call joined
	done  chan struct{}

	// answers has one value per piece: nil, a string, or an error that
	// concerns this piece alone. It is nil when err is set.
	answers []any
	err     error
}

// maxBatchBytes closes a batch to further calls. With scores of at most
// maxScoreBytes it bounds a request whatever the number of calls.
const maxBatchBytes = 1 << 20

func (b *batch) full(maxCalls int) bool { return b.calls >= maxCalls || len(b.text) >= maxBatchBytes }

// add copies q and returns the index of its first piece.
func (b *batch) add(q *request) int {
	first, shift := len(b.ends), len(b.text)
	b.text = append(b.text, q.text...)
	for _, end := range q.ends {
		b.ends = append(b.ends, shift+end)
	}
	b.calls++
	return first
}

// wait returns the answers to n pieces from first on.
func (b *batch) wait(ctx context.Context, first, n int) ([]any, error) {
	select {
	case <-b.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if b.err != nil {
		return nil, b.err
	}
	return b.answers[first : first+n], nil
}

// pieces appends the pieces to dst as strings that share one copy of the text.
func (b *batch) pieces(dst []string) []string {
	text, start := string(b.text), 0
	for _, end := range b.ends {
		dst = append(dst, text[start:end])
		start = end
	}
	return dst
}
