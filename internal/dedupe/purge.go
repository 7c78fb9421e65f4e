package dedupe

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Purged counts deleted entries.
type Purged struct {
	Scores int64 `json:"scores"`
	Gone   int64 `json:"gone"`
	Sent   int64 `json:"sent"`
}

// Total is the number of all entries.
func (p Purged) Total() int64 { return p.Scores + p.Gone + p.Sent }

func (p *Purged) add(k kind, n int64) {
	switch k {
	case kindScore:
		p.Scores += n
	case kindGone:
		p.Gone += n
	case kindSent:
		p.Sent += n
	}
}

// Purge implements [Keeper]. It looks at every key's name on every master, in
// steps that leave the server free for others in between; what is written
// meanwhile may stay. Marks in the memory of running processes stay, too.
func (r *Redis) Purge(ctx context.Context, f Filter) (Purged, error) {
	var purged Purged
	if err := f.Validate(); err != nil {
		return purged, fmt.Errorf("purge redis: %w", err)
	}
	m := f.matcher()
	err := r.scan(ctx, m.patterns(r.config.Prefix), func(keys []string) error {
		selected := map[kind][]string{}
		for _, key := range keys {
			if n := parse(key, r.config.Prefix); m.selects(n) {
				selected[n.kind] = append(selected[n.kind], key)
			}
		}
		for k, keys := range selected {
			n, err := r.unlink(ctx, k, keys)
			purged.add(k, n)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return purged, fmt.Errorf("purge redis: %w", err)
	}
	return purged, nil
}

// unlink deletes keys one by one in a pipeline: those of a cluster may have any
// slot, and the client follows one that moves meanwhile. What is hidden is no cache.
func (r *Redis) unlink(ctx context.Context, k kind, keys []string) (int64, error) {
	return r.counted(ctx, func(pipe redis.Pipeliner) {
		for _, key := range keys {
			if k == kindGone {
				pipe.Eval(ctx, ungoneScript, []string{key})
				continue
			}
			pipe.Unlink(ctx, key)
		}
	})
}

// Purge implements [Keeper].
func (m *Memory) Purge(ctx context.Context, f Filter) (Purged, error) {
	var purged Purged
	if err := f.Validate(); err != nil {
		return purged, fmt.Errorf("purge memory: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return purged, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return purged, ErrClosed
	}
	match, now := f.matcher(), m.age()
	for _, l := range []*lru{m.marks, m.scores, m.gone} {
		l.deleteFunc(func(key string, expires time.Duration) bool {
			name := parse(key, m.config.Prefix)
			if !match.selects(name) {
				return false
			}
			if now < expires {
				purged.add(name.kind, 1)
			}
			return true
		})
	}
	return purged, nil
}
