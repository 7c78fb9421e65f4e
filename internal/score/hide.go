package score

import (
	"context"
	"slices"
	"strings"
	"time"

	"revscore/internal/dedupe"
	"revscore/internal/event"
)

// Hidings knows what was hidden of revisions after events about them were made.
type Hidings interface {
	HiddenOf(ctx context.Context, wiki string, revs []int64) ([]dedupe.Hidden, error)
}

// hide takes from the event what the wiki does not show any more, so that one that was
// put off, or comes again, tells no more than the wiki does. Routes have decided on the
// event as it came: what is hidden changes who may see it, not what it is about. The
// record for a further attempt stays as it came, too; whoever reads it asks again.
func (p *Pipeline) hide(ctx context.Context, j *job, h dedupe.Hidden) error {
	parent, err := p.hiddenOfParent(ctx, j)
	if err != nil {
		return err
	}
	if h == (dedupe.Hidden{}) && parent == h {
		return nil
	}
	rev := j.rev.Hide(h.User, h.Comment)
	if rev.Raw, err = event.Redact(rev.Raw, h.Text, false, false); err == nil {
		rev.Raw, err = event.RedactParent(rev.Raw, parent.Text, parent.User, parent.Comment)
	}
	if err != nil {
		rev.Raw = nil // it could be read, so this cannot be; if it is, nothing is shown
	}
	j.rev = rev
	return nil
}

// liveFor is how long after it was sent an event is taken to be as the wiki shows it.
const liveFor = time.Minute

// hiddenOfParent says what was hidden of the revision before, of which a page_change
// tells user and comment. It is asked only where those may come out again, in
// predictions and dead letters, and only for events that are not fresh. When nobody
// answers they are hidden: no schema requires them.
func (p *Pipeline) hiddenOfParent(ctx context.Context, j *job) (h dedupe.Hidden, err error) {
	told := j.retry != nil || slices.ContainsFunc(j.targets, func(t Target) bool { return t.Output == OutputPrediction })
	if p.Hidings == nil || !told || j.rev.ParentID == 0 || !strings.HasPrefix(j.rev.Schema, "/mediawiki/page/change/") || fresh(j.rev) {
		return h, nil
	}
	list, err := p.Hidings.HiddenOf(ctx, j.rev.Wiki, []int64{j.rev.ParentID})
	switch {
	case ctx.Err() != nil:
		return h, ctx.Err()
	case err != nil:
		p.metrics.storeErrors.Inc()
		return dedupe.Hidden{Text: true, User: true, Comment: true}, nil
	}
	return list[0], nil
}

func fresh(rev *event.Revision) bool {
	sent, err := time.Parse(time.RFC3339, rev.MetaDT)
	return err == nil && time.Since(sent) < liveFor
}
