package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"revscore/internal/consume"
	"revscore/internal/dedupe"
	"revscore/internal/feed"
	"revscore/internal/produce"
	"revscore/internal/score"
	"revscore/internal/score/fetch"
	"revscore/internal/score/registry"
	"revscore/models"
)

func newRunCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use: "run", Short: "Run the service", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := readConfig(path, os.LookupEnv)
			if err != nil {
				return err
			}
			log, err := cfg.Log.logger()
			if err != nil {
				return err
			}
			defer func() { _ = log.Sync() }() // standard error cannot always be synced
			return run(cmd.Context(), cfg, log, hooks{})
		},
	}
	cmd.Flags().StringVar(&path, "config", "", "configuration file (streamer config prints one)")
	cobra.CheckErr(cmd.MarkFlagRequired("config"))
	return cmd
}

// hooks let the demo and tests watch a run. All are optional.
type hooks struct {
	observe func(score.Report)   // told of every result
	started func(address string) // called when consuming, with the admin address
}

// source is where records come from: Kafka, or a public event stream.
type source interface {
	Run(context.Context) error    // until the context is done
	Drain(context.Context) error  // no new records; finish those in flight
	Commit(context.Context) error // finished positions
	Ready(context.Context) error
	Close()
}

// run builds the parts in the order of the event, runs them until ctx is done or
// one of them cannot go on, and stops them in that order too.
func run(ctx context.Context, cfg Config, log *zap.Logger, h hooks) (err error) {
	hangup, release := onHangup()
	defer release()
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	inService, routes, err := loadModels(cfg, reg, log)
	if err != nil {
		return err
	}
	brokers, err := cfg.Kafka.options(log)
	if err != nil {
		return err
	}
	texts, err := fetch.New(cfg.Fetch, reg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, texts.Close()) }()
	store, err := newStore(cfg, reg, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	producer, err := produce.New(cfg.Produce, brokers, reg)
	if err != nil {
		return err
	}
	defer producer.Close()
	live := feed.NewHub()
	defer live.Close()
	pipeline := score.New(cfg.Score, score.Parts{
		Routes: routes, Engine: score.NewEngine(cfg.Score.Workers, reg), Texts: texts, Store: store,
		Publish: producer, Differences: producer,
		Letters: score.Letters{
			Stream: cfg.Produce.ErrorStream, Topic: cfg.Produce.Topic(cfg.Produce.ErrorStream),
			Emitter: cfg.Produce.Emitter, MaxRaw: cfg.Produce.MaxRaw(), Canaries: cfg.Produce.Canaries,
		},
		MaxAge: cfg.Consume.MaxAge, Registry: reg,
		Observe: func(r score.Report) {
			if r.Kind == score.KindShadow {
				logDifference(log, r)
				return
			}
			live.Observe(r)
			if h.observe != nil {
				h.observe(r)
			}
		},
	})
	src, err := newSource(cfg, brokers, pipeline, reg, log)
	if err != nil {
		return err
	}
	defer src.Close()
	watch, err := startAdmin(cfg.Admin, adminParts{registry: reg, page: live.Handler(), ask: src.Ready, warnings: func() []string {
		return append(inService.Set().Changed(), inService.Failing()...)
	}})
	if err != nil {
		return err
	}
	s := &service{
		cfg: cfg, log: log, source: src, producer: producer, live: live, admin: watch,
		models: watchModels(ctx, inService, cfg.Reload, hangup, log),
	}
	return s.serve(ctx, brokers, h.started)
}

// loadModels finds what every event will be asked.
func loadModels(cfg Config, reg prometheus.Registerer, log *zap.Logger) (*registry.Registry, *score.Routes, error) {
	inService, err := registry.New(models.FS, cfg.Models, cfg.Dictionaries, reg)
	if err != nil {
		return nil, nil, err
	}
	for _, change := range inService.Set().Changed() {
		log.Warn("a dictionary has changed", zap.String("change", change))
	}
	routes, err := score.NewRoutes(cfg.Routes, inService, cfg.Produce.Topic)
	return inService, routes, err
}

func newStore(cfg Config, reg prometheus.Registerer, log *zap.Logger) (dedupe.Store, error) {
	return dedupe.New(cfg.Dedupe, dedupe.Options{Registerer: reg, OnStateChange: func(open bool, cause error) {
		if open {
			log.Warn("redis does not answer; scoring goes on, repeats are known to this instance alone", zap.Error(cause))
			return
		}
		log.Info("redis answers")
	}})
}

func newSource(cfg Config, brokers []kgo.Opt, handler consume.Handler, reg prometheus.Registerer, log *zap.Logger) (source, error) {
	if cfg.Consume.Source == consume.SourceEventStreams {
		return consume.NewEventStreams(cfg.Consume, cfg.Fetch.UserAgent, handler, reg, log.Named("consume"))
	}
	return consume.NewKafka(cfg.Consume, brokers, handler, reg, log.Named("consume"))
}

// service is what runs: the parts that have an order of stopping.
type service struct {
	cfg      Config
	log      *zap.Logger
	source   source
	producer *produce.Producer
	live     *feed.Hub
	admin    *admin
	models   *modelWatch
}

func (s *service) serve(ctx context.Context, brokers []kgo.Opt, started func(string)) error {
	err := s.cfg.Kafka.awaitBrokers(ctx, brokers, s.log)
	if err == nil {
		s.admin.working.Store(true)
		s.log.Info("consuming", zap.String("source", s.cfg.Consume.Source), zap.Strings("topics", s.cfg.Consume.Topics),
			zap.String("group", s.cfg.Consume.Group), zap.String("page", s.admin.address()))
		if started != nil {
			started(s.admin.address())
		}
		err = s.source.Run(ctx)
	}
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return errors.Join(err, s.stop(ctx))
}

// stop ends the parts in event order under one deadline.
func (s *service) stop(ctx context.Context) error {
	s.admin.working.Store(false)
	s.log.Info("stopping")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.StopTimeout)
	defer cancel()
	err := errors.Join(
		s.source.Drain(ctx),   // no new events; finish those in flight
		s.producer.Flush(ctx), // every message acknowledged or refused
		s.source.Commit(ctx),  // finished offsets only
		s.models.stop(ctx),
	)
	s.live.Close()
	err = errors.Join(err, s.admin.stop(ctx))
	if err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	s.log.Info("stopped; every finished event is committed")
	return nil
}
