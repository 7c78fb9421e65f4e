package dedupe

import (
	"context"
	"fmt"
	"sync"

	"github.com/redis/go-redis/v9"
)

// scanCount is how many keys the server looks at for one answer: a fraction of a
// millisecond in which it serves nobody else.
const scanCount = 1000

// scan calls visit with the keys of every master that match a pattern, batch by
// batch, from one goroutine at a time. A key that is there all the while comes at
// least once.
func (r *Redis) scan(ctx context.Context, patterns []string, visit func(keys []string) error) error {
	var mu sync.Mutex
	return r.masters(ctx, func(ctx context.Context, node *redis.Client) error {
		for _, pattern := range patterns {
			for cursor := uint64(0); ; {
				keys, next, err := node.Scan(ctx, cursor, pattern, scanCount).Result()
				if err != nil {
					return fmt.Errorf("scan redis %s: %w", node.Options().Addr, err)
				}
				mu.Lock()
				err = visit(keys)
				mu.Unlock()
				if err != nil {
					return err
				}
				if cursor = next; cursor == 0 {
					break
				}
			}
		}
		return nil
	})
}

// masters calls f for the server, or for every master of a cluster at once.
func (r *Redis) masters(ctx context.Context, f func(context.Context, *redis.Client) error) error {
	switch client := r.client.(type) {
	case *redis.ClusterClient:
		return client.ForEachMaster(ctx, f)
	case *redis.Client:
		return f(ctx, client)
	default:
		panic(fmt.Sprintf("dedupe: unknown kind of client %T", client)) // a bug of newClient
	}
}
