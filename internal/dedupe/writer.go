package dedupe

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// writer is the exec of a collector of writes: a pipeline in which the claims
// come last. A claim is on the node of its marks, and a pipeline keeps its order
// there, so whoever gets the claim next sees the marks.
//
// What an event costs (BenchmarkRedis -cpu 2, three models, 256 callers, Redis
// 7.0.15 on the same two busy Xeon cores, November 2026): 15 µs of this process's
// CPU and 18 of the server's for Begin and End, of which the claim is 1 and 4; one
// request per call takes the process twice as much. Two thirds of the allocations
// are the commands below, which are not reused between batches: go-redis memoizes
// a command's cluster slot, and the next batch would go to the wrong node.
type writer struct {
	scratch
	cluster bool
	claims  []claimWrite
	cmds    []redis.Cmder
	of      []int // cmds[i] is about piece of[i]

	sentTTL, claimTTL, modelsTTL any
	scoreTTL, goneTTL            []any
}

// claimWrite is a claim to be given back (no lifetime) or renewed.
type claimWrite struct {
	piece int // its key; its token is the next
	ttl   any
}

func (r *Redis) writer() func(context.Context, *batch) {
	c := r.config
	w := &writer{
		cluster:  c.Redis.Cluster,
		sentTTL:  c.SentTTL.Milliseconds(),
		claimTTL: c.Claim.TTL.Milliseconds(),
		// The set outlives the scores it leads to.
		modelsTTL: (c.ScoreTTL + 2*announceEvery).Milliseconds(),
		scoreTTL:  lifetime{c.ScoreTTL, c.TTLJitter}.milliseconds(),
		goneTTL:   lifetime{c.NegativeTTL, c.TTLJitter}.milliseconds(),
	}
	return func(ctx context.Context, b *batch) {
		w.load(b)
		b.answers = w.exec(ctx, r.client.Pipeline())
		w.drop()
		clear(w.cmds)
	}
}

func (w *writer) exec(ctx context.Context, pipe redis.Pipeliner) (answers []any) {
	w.cmds, w.of, w.claims = w.cmds[:0], w.of[:0], w.claims[:0]
	for i := 0; i < len(w.pieces); i += 2 {
		w.queue(ctx, pipe, i)
	}
	size := len(w.claims) // of one EVAL
	if w.cluster {
		size = 1
	}
	var keeps []*redis.SliceCmd
	for rest := w.claims; len(rest) > 0; rest = rest[size:] {
		cmd := redis.NewSliceCmd(ctx, w.keepArgs(rest[:size])...)
		_ = pipe.Process(ctx, cmd) // only queues
		keeps = append(keeps, cmd)
	}
	_, _ = pipe.Exec(ctx) // every command has its own error
	answers = make([]any, len(w.pieces))
	for i, cmd := range w.cmds {
		if err := cmd.Err(); err != nil && !errors.Is(err, redis.Nil) { // nil: there is an entry already
			answers[w.of[i]] = err
		}
	}
	for i, cmd := range keeps {
		spread(cmd, w.claims[i*size:(i+1)*size], answers)
	}
	return answers
}

// queue queues the write that begins with piece i, or sets a claim aside.
func (w *writer) queue(ctx context.Context, pipe redis.Pipeliner, i int) {
	kind := w.pieces[i+1][0]
	w.pieces[i+1] = w.pieces[i+1][1:]
	key, value := &w.pieces[i], &w.pieces[i+1]
	switch kind {
	case writeMark:
		w.status(ctx, pipe, i, "set", key, sentMark, "px", w.sentTTL)
	case writeScore:
		w.status(ctx, pipe, i, "set", key, value, "px", pick(w.scoreTTL))
	case writeGone:
		// Not in place of what is hidden, which stands under the same key.
		w.status(ctx, pipe, i, "set", key, value, "nx", "px", pick(w.goneTTL))
	case writeModel:
		w.send(ctx, pipe, i, redis.NewIntCmd(ctx, "sadd", key, value))
		w.send(ctx, pipe, i, redis.NewIntCmd(ctx, "pexpire", key, w.modelsTTL))
	case writeDelete:
		w.send(ctx, pipe, i, redis.NewIntCmd(ctx, "unlink", key))
	case writeUngone:
		w.send(ctx, pipe, i, redis.NewCmd(ctx, "eval", ungoneScript, 1, key))
	case writeRenew:
		w.claims = append(w.claims, claimWrite{i, w.claimTTL})
	case writeRelease:
		w.claims = append(w.claims, claimWrite{i, 0})
	default:
		panic(fmt.Sprintf("dedupe: unknown kind of write %q", kind)) // a bug of this package
	}
}

// status queues one of the two commands that make up the load; their arguments
// are kept in one slice for the batch.
func (w *writer) status(ctx context.Context, pipe redis.Pipeliner, piece int, args ...any) {
	from := len(w.args)
	w.args = append(w.args, args...)
	w.send(ctx, pipe, piece, redis.NewStatusCmd(ctx, w.args[from:]...))
}

func (w *writer) send(ctx context.Context, pipe redis.Pipeliner, piece int, cmd redis.Cmder) {
	_ = pipe.Process(ctx, cmd) // only queues
	w.cmds, w.of = append(w.cmds, cmd), append(w.of, piece)
}

// keepArgs appends the arguments of keepScript to w.args and returns them.
func (w *writer) keepArgs(claims []claimWrite) []any {
	from := len(w.args)
	w.args = append(w.args, "eval", keepScript, len(claims))
	for _, c := range claims {
		w.args = append(w.args, &w.pieces[c.piece])
	}
	for _, c := range claims {
		w.args = append(w.args, &w.pieces[c.piece+1], c.ttl)
	}
	return w.args[from:]
}

// spread gives every claim its answer of one keepScript.
func spread(cmd *redis.SliceCmd, claims []claimWrite, answers []any) {
	values, err := cmd.Result()
	if err == nil && len(values) != len(claims) {
		err = fmt.Errorf("%d claims have %d answers", len(claims), len(values))
	}
	for i, c := range claims {
		if err != nil {
			answers[c.piece] = err
		} else {
			answers[c.piece] = values[i]
		}
	}
}
