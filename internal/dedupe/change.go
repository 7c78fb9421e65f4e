package dedupe

import (
	"context"
	"time"
)

// Change is what an event says of revisions of a wiki: what is hidden of them since
// when, or only that they are to be forgotten.
type Change struct {
	Wiki   string
	Revs   []int64
	Forget bool // leaves what is hidden as it is
	Hidden Hidden
	At     time.Time
}

func (c Change) applyTo(ctx context.Context, k Keeper) error {
	var err error
	if c.Forget {
		_, err = k.Forget(ctx, c.Wiki, c.Revs)
	} else {
		_, err = k.HideAt(ctx, c.Wiki, c.Revs, c.Hidden, c.At)
	}
	return err
}

// Apply makes all changes known to this process at once, and then to Redis one after
// the other. It returns how many of the first ones Redis knows; with an error that is
// not all, and the rest is to be applied again. To apply a change twice does no harm.
func (g *Guarded) Apply(ctx context.Context, changes []Change) (done int, err error) {
	for _, c := range changes {
		if err := c.applyTo(ctx, g.memory); err != nil {
			return 0, err
		}
	}
	if g.remote == nil {
		return len(changes), nil
	}
	for done, c := range changes {
		if err := g.away(); err != nil {
			return done, err
		}
		if err := c.applyTo(ctx, g.remote); err != nil {
			return done, err
		}
	}
	return len(changes), nil
}
