package dedupe

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// forgetBatch bounds the revisions of one request.
const forgetBatch = 200

// Forget implements [Keeper]. First it spoils the claims of the revisions, so that
// whoever computes one of them now takes its scores back, and then it deletes what
// is there: in this order nothing slips through in between.
//
// It finds the scores by the models that any process announced for the wiki (see
// models), of all versions; it does not look at every key, and so takes the time
// of its revisions and not that of the cache. Scores that ORES wrote under the same
// prefix with a version that this service never had are Purge's.
func (r *Redis) Forget(ctx context.Context, wiki string, revs []int64) (int64, error) {
	r.metrics.forgotten.Add(float64(len(revs)))
	dropped, err := r.drop(ctx, wiki, revs, true, func(pipe redis.Pipeliner, claim, gone string) {
		pipe.Eval(ctx, forgetScript, []string{claim, gone})
	})
	if err != nil {
		return dropped, fmt.Errorf("forget %d revisions of %s in redis: %w", len(revs), wiki, err)
	}
	return dropped, nil
}

// drop runs a script over the claim and the negative entry of each revision, and then,
// if it is to, deletes the scores.
func (r *Redis) drop(ctx context.Context, wiki string, revs []int64, scores bool, script func(pipe redis.Pipeliner, claim, gone string)) (dropped int64, err error) {
	var models []string
	if scores {
		if models, err = r.modelsOf(ctx, wiki); err != nil {
			return 0, err
		}
	}
	for rest := revs; len(rest) > 0; {
		n := min(len(rest), forgetBatch)
		d, err := r.dropBatch(ctx, wiki, rest[:n], models, script)
		dropped += d
		if err != nil {
			return dropped, err
		}
		rest = rest[n:]
	}
	return dropped, nil
}

func (r *Redis) modelsOf(ctx context.Context, wiki string) ([]string, error) {
	known, err := r.client.SMembers(ctx, string(appendModelsKey(nil, wiki))).Result()
	if err != nil {
		return nil, err
	}
	for _, k := range r.models.of(wiki) { // if somebody evicted the set
		known = append(known, string(appendModel(nil, &k)))
	}
	return known, nil
}

func (r *Redis) dropBatch(ctx context.Context, wiki string, revs []int64, models []string, script func(redis.Pipeliner, string, string)) (int64, error) {
	gone, err := r.counted(ctx, func(pipe redis.Pipeliner) {
		for _, rev := range revs {
			script(pipe, string(appendClaimKey(nil, wiki, rev)), string(appendGoneKey(nil, wiki, rev)))
		}
	})
	if err != nil || len(models) == 0 {
		return gone, err
	}
	scores, err := r.counted(ctx, func(pipe redis.Pipeliner) {
		for _, rev := range revs {
			for _, m := range models {
				pipe.Unlink(ctx, modelScoreKey(r.config.Prefix, wiki, m, rev))
			}
		}
	})
	return gone + scores, err
}

// modelScoreKey is the score key of <model>:<version>, which is escaped already.
func modelScoreKey(prefix, wiki, model string, rev int64) string {
	m, version, _ := bytes.Cut([]byte(model), []byte{':'})
	key := append(append([]byte(prefix), ':'), appendPart(nil, wiki)...)
	key = append(append(append(key, ':'), m...), ':')
	key = append(strconv.AppendInt(key, rev, 10), ':')
	return string(append(key, version...))
}

// counted runs commands that answer with the number of keys they deleted, and
// adds those numbers up.
func (r *Redis) counted(ctx context.Context, queue func(redis.Pipeliner)) (int64, error) {
	pipe := r.client.Pipeline()
	queue(pipe)
	cmds, _ := pipe.Exec(ctx) // every command has its own error
	var (
		n     int64
		first error
	)
	for _, cmd := range cmds {
		if err := cmd.Err(); err != nil && first == nil {
			first = err
		}
		switch cmd := cmd.(type) {
		case *redis.IntCmd:
			n += cmd.Val()
		case *redis.Cmd:
			deleted, _ := cmd.Int64()
			n += deleted
		}
	}
	return n, first
}

// Forget implements [Keeper].
func (m *Memory) Forget(ctx context.Context, wiki string, revs []int64) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.metrics.forgotten.Add(float64(len(revs)))
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return 0, ErrClosed
	}
	var dropped int64
	for _, rev := range revs {
		dropped += m.drop(wiki, rev)
	}
	return dropped, nil
}

// forget drops what m has of one revision besides marks.
func (m *Memory) forget(wiki string, rev int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drop(wiki, rev)
}

// drop is called with mu held.
func (m *Memory) drop(wiki string, rev int64) (dropped int64) {
	now := m.age()
	m.key = appendClaimKey(m.key[:0], wiki, rev)
	if n, ok := m.claims.get(m.key, now); ok && !bytes.HasPrefix(n.value, []byte(spoiltPrefix)) {
		m.claims.put(m.key, append([]byte(spoiltPrefix), n.value...), now, n.expires-now)
	}
	m.key = appendGoneKey(m.key[:0], wiki, rev)
	dropped += m.gone.delete(m.key, now)
	for _, k := range m.models.of(wiki) {
		k.RevID = rev
		m.key = appendScoreKey(m.key[:0], m.config.Prefix, &k)
		dropped += m.scores.delete(m.key, now)
	}
	return dropped
}

// dropScore drops a score that Redis no longer has.
func (m *Memory) dropScore(k *Key) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.key = appendScoreKey(m.key[:0], m.config.Prefix, k)
	m.scores.delete(m.key, m.age())
}
