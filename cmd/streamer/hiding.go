package main

import (
	"context"

	"go.uber.org/zap"

	"revscore/internal/dedupe"
	"revscore/internal/event"
	"revscore/internal/score/fetch"
	"revscore/internal/visibility"
)

// hiding follows what wikis hide, if topics are named that say so.
type hiding struct {
	reader *visibility.Reader // nil: none are
	log    *zap.Logger
}

// newHiding connects to nothing that has to answer yet.
func newHiding(b base, texts *fetch.Client, store *dedupe.Guarded) (*hiding, error) {
	h := &hiding{log: b.log.Named("visibility")}
	if !b.cfg.Visibility.Enabled() {
		return h, nil
	}
	var err error
	h.reader, err = visibility.New(b.cfg.Visibility, visibility.Parts{
		Brokers: b.brokers, Texts: texts, Store: store, Registry: b.reg, Broken: h.broken, Trouble: h.trouble,
	})
	return h, err
}

// start returns when it is known what was hidden of late, or cannot be waited for.
func (h *hiding) start(ctx context.Context) error {
	if h.reader == nil {
		return nil
	}
	if err := h.reader.Start(ctx); err != nil {
		return err
	}
	for _, w := range h.reader.Warnings() {
		h.log.Warn("what wikis hide is not followed in full", zap.String("reason", w))
	}
	return nil
}

func (h *hiding) close() {
	if h.reader != nil {
		h.reader.Close()
	}
}

func (h *hiding) warnings() []string {
	if h.reader == nil {
		return nil
	}
	return h.reader.Warnings()
}

// broken tells where an event is and nothing of what is in it.
func (h *hiding) broken(src event.Source, err error) {
	h.log.Warn("an event cannot be read; what it hides is not followed", zap.Stringer("record", src), zap.Error(err))
}

func (h *hiding) trouble(err error) {
	if err != nil {
		h.log.Warn("what wikis hide cannot be followed for now; it is tried again", zap.Error(err))
		return
	}
	h.log.Info("what wikis hide is followed again")
}
