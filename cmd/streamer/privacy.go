package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"revscore/internal/deadletter"
	"revscore/internal/dedupe"
	"revscore/internal/event"
)

// privacy takes out of an event that is sent again what the wiki has hidden since, as
// the service has learnt of it (package dedupe). It implements deadletter.Privacy.
type privacy struct {
	store *dedupe.Redis // nil: each process remembers in its own memory, so nothing is known
}

// openPrivacy finds out before anything else whether the store answers: what it does not
// say might be hidden, and nothing is sent then. Without Redis nobody has ever known, and
// warn says so.
func openPrivacy(ctx context.Context, cfg dedupe.Config, warn io.Writer) (*privacy, error) {
	if !cfg.Redis.Enabled() {
		fmt.Fprintln(warn, "warning: dedupe.redis.addresses is empty, so what was hidden since is not known: events are sent as they were")
		return &privacy{}, nil
	}
	store, err := dedupe.NewRedis(cfg, nil)
	if err != nil {
		return nil, err
	}
	p := &privacy{store}
	if _, err := p.hidden(ctx, event.Identity{Wiki: "w", RevID: 1}); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// marks is the store, for whoever wants to remember what was sent; nil: there is none.
func (p *privacy) marks() dedupe.Store {
	if p.store == nil {
		return nil
	}
	return p.store
}

// Close ends the connections to the store.
func (p *privacy) Close() error {
	if p.store == nil {
		return nil
	}
	return p.store.Close()
}

// hidden tells of the revision, and of the one before.
func (p *privacy) hidden(ctx context.Context, id event.Identity) ([]dedupe.Hidden, error) {
	hidden, err := p.store.HiddenOf(ctx, id.Wiki, []int64{id.RevID, id.Parent})
	if err != nil {
		return nil, fmt.Errorf("nothing is sent without knowing what is hidden now: %w (dedupe.redis)", err)
	}
	return hidden, nil
}

// Redact implements deadletter.Privacy.
func (p *privacy) Redact(ctx context.Context, value []byte) (out []byte, without string, err error) {
	id, ok := event.Identify(value)
	if p.store == nil || !ok {
		return value, "", nil
	}
	hidden, err := p.hidden(ctx, id)
	if err != nil {
		return nil, "", err
	}
	own, parent := hidden[0], hidden[1]
	if id.Answer && own.Text {
		return nil, "", fmt.Errorf("%w: of revision %d of %s", deadletter.ErrHidden, id.RevID, id.Wiki)
	}
	if out, err = event.Redact(value, own.Text, own.User, own.Comment); err != nil {
		return nil, "", err
	}
	if out, err = event.RedactParent(out, parent.Text, parent.User, parent.Comment); err != nil {
		return nil, "", err
	}
	if string(out) == string(value) {
		return value, "", nil
	}
	words := append(hiddenParts(own, ""), hiddenParts(parent, "the parent's ")...)
	return out, strings.Join(words, ", ") + ", hidden since", nil
}

func hiddenParts(h dedupe.Hidden, whose string) (words []string) {
	for _, part := range []struct {
		hidden bool
		name   string
	}{{h.Text, "text"}, {h.User, "user"}, {h.Comment, "comment"}} {
		if part.hidden {
			words = append(words, whose+part.name)
		}
	}
	return words
}
