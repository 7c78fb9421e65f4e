package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
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
func watchModels(ctx context.Context, models *registry.Registry, interval time.Duration, hangup <-chan os.Signal, log *zap.Logger) *modelWatch {
	ctx, cancel := context.WithCancel(ctx)
	w := &modelWatch{cancel: cancel, done: make(chan struct{})}
	asking := make(chan struct{})
	go func() {
		defer close(asking)
		for {
			select {
			case <-hangup:
				log.Info("SIGHUP: looking at all models")
				models.Trigger()
			case <-ctx.Done():
				return
			}
		}
	}()
	go func() {
		defer close(w.done)
		models.Watch(ctx, interval, func(r registry.Report) { logReload(log, r) })
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

// logReload says what a look at the models changed.
func logReload(log *zap.Logger, r registry.Report) {
	news := r.News()
	if len(news) == 0 {
		log.Info("no model has changed")
		return
	}
	for _, c := range news {
		fields := []zap.Field{
			zap.String("bundle", c.Path), zap.String("model", c.Name), zap.Strings("wikis", c.Wikis),
			zap.Stringer("before", c.Old), zap.Stringer("in_service", c.New),
		}
		if c.Warning != "" {
			fields = append(fields, zap.String("warning", c.Warning))
		}
		switch {
		case c.Kind == registry.Failed:
			log.Error("a model cannot be loaded; the one in service stays", append(fields, zap.Error(c.Err))...)
		case c.Warning != "":
			log.Warn("model "+string(c.Kind), fields...)
		default:
			log.Info("model "+string(c.Kind), fields...)
		}
	}
}

// logDifference tells of a revision that a shadow model scores otherwise.
func logDifference(log *zap.Logger, r score.Report) {
	log.Info("a shadow model differs", zap.String("stream", r.Stream), zap.String("wiki", r.Revision.Wiki), zap.Int64("rev_id", r.Revision.RevID),
		zap.String("result", string(r.Shadow.Result)), zap.Float64("difference", r.Shadow.Largest),
		zap.Any("live", r.Outcome), zap.Any("shadow", r.Shadow.Outcome))
}
