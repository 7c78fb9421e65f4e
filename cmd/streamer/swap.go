package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"go.uber.org/zap"

	"revscore/internal/score"
	"revscore/internal/score/registry"
)

// modelWatch swaps changed bundles until it is stopped.
type modelWatch struct {
	cancel context.CancelFunc
	done   chan struct{}
}

// onHangup takes SIGHUP from the beginning of a run to its end: its default is to
// kill, also while the first bundles are still being read.
func onHangup() (hangup <-chan os.Signal, release func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	return c, func() { signal.Stop(c) }
}

// watchModels looks for changed bundles every interval, and on SIGHUP.
func watchModels(ctx context.Context, models *registry.Registry, routes *score.Routes, interval time.Duration, hangup <-chan os.Signal, log *zap.Logger) *modelWatch {
	ctx, cancel := context.WithCancel(ctx)
	w := &modelWatch{cancel: cancel, done: make(chan struct{})}
	asking := make(chan struct{})
	go func() {
		defer close(asking)
		for {
			select {
			case <-hangup:
				log.Info("SIGHUP: reading all models anew")
				models.Trigger()
			case <-ctx.Done():
				return
			}
		}
	}()
	go func() {
		defer close(w.done)
		models.Watch(ctx, interval, func(r registry.Report) {
			logReload(log, r)
			for _, mismatch := range routes.Mismatches() {
				log.Warn("a shadow cannot be compared", zap.String("mismatch", mismatch))
			}
		})
		<-asking
	}()
	return w
}

// stop ends the watch. A file system that hangs must not hold up the others: the
// wait ends with ctx.
func (w *modelWatch) stop(ctx context.Context) error {
	w.cancel()
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("a look at the models has not ended: %w", ctx.Err())
	}
}

// logModels says what is in service from the start.
func logModels(log *zap.Logger, set *registry.Set) {
	for _, b := range set.List() {
		log.Info("model in service", zap.String("model", b.Name), zap.Strings("wikis", b.Wikis),
			zap.String("version", b.Model.Version()), zap.String("checksum", b.Model.Checksum()), zap.String("bundle", b.Path))
	}
	for _, doubt := range set.Doubts() {
		log.Warn("a dictionary may not be that of the import", zap.String("doubt", doubt))
	}
}

// logReload says what a look at the models changed. One that was asked for and has no
// news says so, and repeats what still fails.
func logReload(log *zap.Logger, r registry.Report) {
	news := r.News()
	if len(news) == 0 {
		news = slices.DeleteFunc(slices.Clone(r.Changes), func(c registry.Change) bool { return c.Kind != registry.Failed })
		log.Info("no model has changed", zap.Int("bundles", len(r.Changes)), zap.Int("failing", len(news)))
	}
	for _, c := range news {
		logChange(log, c)
	}
}

// logChange leaves out what a change does not have: a pattern has no name.
func logChange(log *zap.Logger, c registry.Change) {
	fields := []zap.Field{zap.String("bundle", c.Path)}
	if c.Name != "" {
		fields = append(fields, zap.String("model", c.Name), zap.Strings("wikis", c.Wikis))
	}
	if c.Old != (registry.Identity{}) {
		fields = append(fields, zap.Stringer("before", c.Old))
	}
	if c.New != (registry.Identity{}) {
		fields = append(fields, zap.Stringer("in_service", c.New))
	}
	if c.Warning != "" {
		fields = append(fields, zap.String("warning", c.Warning))
	}
	fields = append(fields, zap.Error(c.Err)) // none if it is nil
	switch {
	case c.Kind == registry.Failed && c.Name == "":
		log.Error("a bundle cannot be loaded", fields...)
	case c.Kind == registry.Failed:
		log.Error("a model cannot be loaded; the one in service stays", fields...)
	case c.Warning != "":
		log.Warn("model "+string(c.Kind), fields...)
	case c.Kind == registry.Kept:
		log.Info("a bundle no longer fails", fields...)
	default:
		log.Info("model "+string(c.Kind), fields...)
	}
}

// logDifference tells of a revision that a shadow model scores otherwise, under the
// keys of docs/formats/shadow.md.
func logDifference(log *zap.Logger, r score.Report) {
	fields := []zap.Field{
		zap.String("stream", r.Stream), zap.String("wiki", r.Revision.Wiki), zap.Int64("rev_id", r.Revision.RevID),
		zap.String("result", string(r.Shadow.Result)),
	}
	if r.Outcome.Score != nil && r.Shadow.Outcome.Score != nil {
		fields = append(fields, zap.Float64("difference", r.Shadow.Largest))
	}
	log.Info("a shadow model differs", append(fields,
		zap.Any("live", score.DocumentOf(r.Outcome)), zap.Any("shadow", score.DocumentOf(r.Shadow.Outcome)))...)
}
