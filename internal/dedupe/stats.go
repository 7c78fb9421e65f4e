package dedupe

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Stats says what a store holds.
type Stats struct {
	Scores int64 `json:"scores"`
	Gone   int64 `json:"gone"`
	Hidden int64 `json:"hidden"` // revisions of which something is hidden
	Sent   int64 `json:"sent"`
	Claims int64 `json:"claims"`
	// Models are the scores by model, the largest number first; at most
	// maxModels, what is beyond counts in Scores alone.
	Models  []ModelStats `json:"models"`
	Servers []Server     `json:"servers"` // none for memory
}

// ModelStats counts the scores of one model version of one wiki, named as in keys.
type ModelStats struct {
	Wiki    string `json:"wiki"`
	Model   string `json:"model"`
	Version string `json:"version"`
	Scores  int64  `json:"scores"`
}

// maxModels bounds what strange keys can make of the statistics.
const maxModels = 10_000

// tally gathers Stats from names of keys.
type tally struct {
	stats  Stats
	models map[ModelStats]int64
}

func (t *tally) add(n name) {
	switch n.kind {
	case kindScore:
		t.stats.Scores++
		if t.models == nil {
			t.models = map[ModelStats]int64{}
		}
		m := ModelStats{Wiki: n.wiki, Model: n.model, Version: n.version}
		if _, ok := t.models[m]; ok || len(t.models) < maxModels {
			t.models[m]++
		}
	case kindGone:
		t.stats.Gone++
	case kindSent:
		t.stats.Sent++
	case kindClaim:
		t.stats.Claims++
	}
}

func (t *tally) result() Stats {
	t.stats.Models = make([]ModelStats, 0, len(t.models))
	for m, n := range t.models {
		m.Scores = n
		t.stats.Models = append(t.stats.Models, m)
	}
	slices.SortFunc(t.stats.Models, func(a, b ModelStats) int {
		return cmp.Or(cmp.Compare(b.Scores, a.Scores), cmp.Compare(a.Wiki, b.Wiki), cmp.Compare(a.Model, b.Model), cmp.Compare(a.Version, b.Version))
	})
	return t.stats
}

// Stats implements [Keeper]. While others write, the numbers are near the truth.
func (r *Redis) Stats(ctx context.Context) (Stats, error) {
	servers, err := r.servers(ctx)
	if err != nil {
		return Stats{}, fmt.Errorf("count what redis holds: %w", err)
	}
	var t tally
	err = r.scan(ctx, []string{quote(r.config.Prefix) + ":*", ownPrefix + "*"}, func(keys []string) error {
		var entries []string
		for _, key := range keys {
			n := parse(key, r.config.Prefix)
			if n.kind == kindGone {
				entries = append(entries, key)
				continue
			}
			t.add(n)
		}
		return r.countEntries(ctx, entries, &t.stats)
	})
	if err != nil {
		return Stats{}, fmt.Errorf("count what redis holds: %w", err)
	}
	stats := t.result()
	stats.Servers = servers
	return stats, nil
}

// countEntries tells negative entries from what is hidden. Of these keys, which are
// few, the values are read, too.
func (r *Redis) countEntries(ctx context.Context, keys []string, stats *Stats) error {
	if len(keys) == 0 {
		return nil
	}
	values, err := r.texts(ctx, keys)
	for _, v := range values {
		if _, hidden := parseHiding(v); hidden {
			stats.Hidden++
		} else if v != "" { // else it expired since
			stats.Gone++
		}
	}
	return err
}

// Stats implements [Keeper].
func (m *Memory) Stats(ctx context.Context) (Stats, error) {
	if err := ctx.Err(); err != nil {
		return Stats{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return Stats{}, ErrClosed
	}
	var t tally
	now := m.age()
	for _, l := range m.all() {
		l.deleteFunc(func(key string, expires time.Duration) bool {
			switch {
			case now >= expires:
				return true
			case l == m.hidden:
				t.stats.Hidden++
			default:
				t.add(parse(key, m.config.Prefix))
			}
			return false
		})
	}
	return t.result(), nil
}
