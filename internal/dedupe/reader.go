package dedupe

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// scratch is what a collector reuses from batch to batch. go-redis takes a
// *string for an argument, so pointers into pieces cost nothing, where every
// string would be allocated once more to become an interface.
type scratch struct {
	pieces []string
	args   []any
	begins []span
	reads  []int // pieces that are keys to be read
}

// span is the place of one revision's claim, token and marks in the pieces.
type span struct{ claim, end int }

func (s *scratch) load(b *batch) {
	s.pieces, s.args = b.pieces(s.pieces[:0]), s.args[:0]
	s.begins, s.reads = s.begins[:0], s.reads[:0]
}

// drop lets go of the texts of the last batch.
func (s *scratch) drop() {
	clear(s.pieces)
	clear(s.args)
}

// sort tells claims with their marks from keys that are only read. A call's marks
// follow its claim; what follows those is never a mark (see askFor).
func (s *scratch) sort() {
	for i := 0; i < len(s.pieces); i++ {
		if !strings.HasPrefix(s.pieces[i], claimPrefix) {
			s.reads = append(s.reads, i)
			continue
		}
		end := i + 2
		for end < len(s.pieces) && strings.HasPrefix(s.pieces[end], markPrefix) {
			end++
		}
		s.begins = append(s.begins, span{i, end})
		i = end - 1
	}
}

// reader makes the exec of a collector of lookups. A batch is one pipeline: one
// EVAL for all claims and their marks, then one MGET for all scores, marks without
// a claim and negative entries. On a cluster, whose keys lie on different nodes,
// it is one EVAL for each revision and one GET for each key.
func (r *Redis) reader() func(context.Context, *batch) {
	s, ttl := new(scratch), any(r.config.Claim.TTL.Milliseconds())
	return func(ctx context.Context, b *batch) {
		s.load(b)
		s.sort()
		b.answers = make([]any, len(s.pieces))
		var unread []int // marks of claims that could not be asked for
		if unread, b.err = r.read(ctx, s, ttl, b.answers); b.err == nil && len(unread) > 0 {
			s.begins, s.reads = nil, unread
			_, b.err = r.read(ctx, s, ttl, b.answers)
		}
		s.drop()
	}
}

// read asks for what s lists. A server that refuses the script, by its access
// rules or because it takes no writes, still has marks to read: it returns them.
func (r *Redis) read(ctx context.Context, s *scratch, ttl any, answers []any) (unread []int, err error) {
	s.args = s.args[:0]
	pipe := r.client.Pipeline()
	var (
		evals   []*redis.SliceCmd
		size    = len(s.begins) // claims of one EVAL
		collect func() error
	)
	if r.config.Redis.Cluster {
		size = 1
	}
	for rest := s.begins; len(rest) > 0; rest = rest[size:] {
		cmd := redis.NewSliceCmd(ctx, s.evalArgs(rest[:size], ttl)...)
		_ = pipe.Process(ctx, cmd) // only queues
		evals = append(evals, cmd)
	}
	if r.config.Redis.Cluster {
		collect = s.queueGets(ctx, pipe, answers)
	} else {
		collect = s.queueMGet(ctx, pipe, answers)
	}
	_, _ = pipe.Exec(ctx) // every command has its own error
	for i, cmd := range evals {
		unread = append(unread, s.claims(cmd, s.begins[i*size:(i+1)*size], answers)...)
	}
	return unread, collect()
}

// evalArgs appends the arguments of beginScript to s.args and returns them.
func (s *scratch) evalArgs(begins []span, ttl any) []any {
	keys := 0
	for _, g := range begins {
		keys += g.end - g.claim - 1
	}
	from := len(s.args)
	s.args = append(s.args, "eval", beginScript, keys)
	for _, g := range begins {
		for i := g.claim + 2; i < g.end; i++ {
			s.args = append(s.args, &s.pieces[i])
		}
	}
	for _, g := range begins {
		s.args = append(s.args, &s.pieces[g.claim])
	}
	s.args = append(s.args, ttl)
	for _, g := range begins {
		s.args = append(s.args, g.end-g.claim-2, &s.pieces[g.claim+1])
	}
	return s.args[from:]
}

// claims spreads the answer of one beginScript. When the server refused it, no
// claim is granted and the marks are returned, to be read without.
func (s *scratch) claims(cmd *redis.SliceCmd, begins []span, answers []any) (unread []int) {
	values, err := cmd.Result()
	var refused redis.Error
	switch {
	case errors.As(err, &refused):
		for _, g := range begins {
			answers[g.claim] = int64(claimRefused)
			for i := g.claim + 2; i < g.end; i++ {
				unread = append(unread, i)
			}
		}
		return unread
	case err != nil:
		for _, g := range begins {
			answers[g.claim] = err
		}
		return nil
	}
	for _, g := range begins {
		n := g.end - g.claim - 1
		if len(values) < n {
			answers[g.claim] = fmt.Errorf("claims of %d revisions have %d values too few", len(begins), n-len(values))
			return nil
		}
		answers[g.claim] = values[0]
		copy(answers[g.claim+2:g.end], values[1:n])
		values = values[n:]
	}
	return nil
}

func (s *scratch) queueMGet(ctx context.Context, pipe redis.Pipeliner, answers []any) (collect func() error) {
	from := len(s.args)
	s.args = append(s.args, "mget")
	for _, i := range s.reads {
		s.args = append(s.args, &s.pieces[i])
	}
	cmd := redis.NewSliceCmd(ctx, s.args[from:]...)
	_ = pipe.Process(ctx, cmd) // only queues
	return func() error {
		values, err := cmd.Result()
		if err != nil {
			return err
		}
		if len(values) != len(s.reads) {
			return fmt.Errorf("mget of %d keys has %d answers", len(s.reads), len(values))
		}
		for k, i := range s.reads {
			answers[i] = values[k]
		}
		return nil
	}
}

// queueGets asks for every key by itself. A node that fails spoils the calls
// with keys on it and no others.
func (s *scratch) queueGets(ctx context.Context, pipe redis.Pipeliner, answers []any) (collect func() error) {
	cmds := make([]*redis.StringCmd, len(s.reads))
	for k, i := range s.reads {
		cmds[k] = redis.NewStringCmd(ctx, "get", &s.pieces[i])
		_ = pipe.Process(ctx, cmds[k]) // only queues
	}
	return func() error {
		for k, i := range s.reads {
			switch v, err := cmds[k].Result(); {
			case err == nil:
				answers[i] = v
			case !errors.Is(err, redis.Nil):
				answers[i] = err
			}
		}
		return nil
	}
}
