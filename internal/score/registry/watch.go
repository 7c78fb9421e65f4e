package registry

import (
	"context"
	"time"
)

// Trigger asks [Registry.Watch] for a reload now, as SIGHUP does. It does not wait;
// several before the next reload are one.
func (r *Registry) Trigger() {
	select {
	case r.asked <- struct{}{}:
	default: // one is asked for already, and has not begun
	}
}

// Watch looks for changed bundles every interval, or only when [Registry.Trigger]
// asks if it is 0, until the context ends. Whoever starts it waits for it. told gets
// the report of every reload that was asked for, and of a look that has news.
//
// It polls instead of asking the kernel for notice of changes: those do not come
// from NFS, and a Kubernetes volume or an rsync shows them as renamed links and
// folders that a watch on the old ones misses. A look reads the cards, 40 of which
// are about a megabyte. A bundle that fails is tried at every look until it loads
// or is taken away: it may be half copied, its card before its numbers.
func (r *Registry) Watch(ctx context.Context, interval time.Duration, told func(Report)) {
	var tick <-chan time.Time
	if interval > 0 {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		patient := false
		select {
		case <-ctx.Done():
			return
		case <-r.asked:
		case <-tick:
			patient = true
		}
		report, err := r.reload(ctx, patient)
		if err != nil {
			return // the context's
		}
		if !patient || len(report.News()) > 0 {
			told(report)
		}
	}
}
