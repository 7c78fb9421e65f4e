package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"revscore/internal/consume"
	"revscore/internal/dedupe"
	"revscore/internal/feed"
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
	// embedded says that Redis is in this process: it cannot be asked how it keeps marks.
	embedded bool
	feed     feeding
}

// feeding stands in the place of the configured source, and before the wikis' texts.
type feeding interface {
	texts(*fetch.Client) score.Texts
	source(consume.Handler, prometheus.Registerer) (source, error)
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
func run(ctx context.Context, cfg Config, log *zap.Logger, h hooks) error {
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
	b := base{cfg: cfg, log: log, hooks: h, reg: reg, hangup: hangup, inService: inService, routes: routes, brokers: brokers}
	return b.run(ctx)
}

// base is what all parts are built on.
type base struct {
	cfg       Config
	log       *zap.Logger
	hooks     hooks
	reg       *prometheus.Registry
	hangup    <-chan os.Signal
	inService *registry.Registry
	routes    *score.Routes
	brokers   []kgo.Opt
}

func (b base) run(ctx context.Context) (err error) {
	texts, err := fetch.New(b.cfg.Fetch, b.reg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, texts.Close()) }()
	store, err := newStore(b.cfg, b.reg, b.log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if !b.hooks.embedded {
		checkStore(ctx, store, b.log)
	}
	out, err := newOutlet(b)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	return b.serve(ctx, texts, store, out)
}

// texts are where the pipeline asks for them.
func (b base) texts(wikis *fetch.Client) score.Texts {
	if b.hooks.feed != nil {
		return b.hooks.feed.texts(wikis)
	}
	return wikis
}

// source is where the records for handler come from.
func (b base) source(handler consume.Handler, out *outlet) (source, error) {
	if b.hooks.feed != nil {
		return b.hooks.feed.source(handler, b.reg)
	}
	return out.source(handler, b.reg)
}

// serve puts the parts together and lets them run.
func (b base) serve(ctx context.Context, texts *fetch.Client, store *dedupe.Guarded, out *outlet) error {
	live := feed.NewHub()
	defer live.Close()
	pipeline := newPipeline(b.cfg, score.Parts{
		Routes: b.routes, Engine: score.NewEngine(b.cfg.Score.Workers, b.reg), Texts: b.texts(texts), Store: store, Hidings: store,
		Publish: out, Differences: out.producer,
		Retry:    score.Retries{Policy: b.cfg.retryPolicy(), Check: out.producer.Check},
		Registry: b.reg, Observe: onReport(b.log, live, b.hooks),
	})
	src, err := b.source(pipeline, out)
	if err != nil {
		return err
	}
	defer src.Close()
	hiding, err := newHiding(b, texts, store)
	if err != nil {
		return err
	}
	defer hiding.close()
	warnings := func() []string { return slices.Concat(b.warnings(), unread(src), out.warnings(), hiding.warnings()) }
	watch, err := startAdmin(b.cfg.Admin, adminParts{registry: b.reg, page: live.Handler(), ask: out.ready(src), warnings: warnings})
	if err != nil {
		return err
	}
	s := &service{
		cfg: b.cfg, log: b.log, fed: b.hooks.feed != nil, source: src, out: out, hiding: hiding, live: live, admin: watch,
		models: watchModels(ctx, b.inService, b.routes, b.cfg.Reload, b.hangup, b.log),
	}
	return s.serve(ctx, b.brokers, b.hooks.started)
}

// warnings are what an operator should know, though all works.
func (b base) warnings() []string {
	return slices.Concat(b.inService.Set().Doubts(), b.inService.Failing(), b.routes.Mismatches())
}

// unread is what a source does not read though it should; only those of Kafka can tell.
func unread(src source) []string {
	if s, ok := src.(interface{ Warnings() []string }); ok {
		return s.Warnings()
	}
	return nil
}

// loadModels finds what every event will be asked.
func loadModels(cfg Config, reg prometheus.Registerer, log *zap.Logger) (*registry.Registry, *score.Routes, error) {
	inService, err := registry.New(models.FS, cfg.Models, cfg.Dictionaries, reg)
	if err != nil {
		return nil, nil, err
	}
	logModels(log, inService.Set())
	routes, err := score.NewRoutes(cfg.Routes, inService, cfg.Produce.Topic)
	if err != nil {
		return nil, nil, err
	}
	names := routes.Models()
	for _, b := range routes.Shadows() {
		names = append(names, b.ShadowConfig.Model)
	}
	inService.Need(names)
	return inService, routes, nil
}

// newPipeline adds what the configuration says to the parts.
func newPipeline(cfg Config, parts score.Parts) *score.Pipeline {
	parts.MaxAge, parts.Combined = cfg.Consume.MaxAge, cfg.combined()
	parts.Letters = score.Letters{
		Stream: cfg.Produce.ErrorStream, Topic: cfg.Produce.Topic(cfg.Produce.ErrorStream),
		Emitter: cfg.Produce.Emitter, MaxRaw: cfg.Produce.MaxRaw(), Canaries: cfg.Produce.Canaries,
		Check: parts.Retry.Check,
	}
	return score.New(cfg.Score, parts)
}

// onReport hands reports to the live page and whoever else looks on; differences of
// shadows go to the log.
func onReport(log *zap.Logger, live *feed.Hub, h hooks) func(score.Report) {
	return func(r score.Report) {
		if r.Kind == score.KindShadow {
			logDifference(log, r)
			return
		}
		live.Observe(r)
		if h.observe != nil {
			h.observe(r)
		}
	}
}

func newStore(cfg Config, reg prometheus.Registerer, log *zap.Logger) (*dedupe.Guarded, error) {
	return dedupe.New(cfg.Dedupe, dedupe.Options{Registerer: reg, Member: cfg.memberName(), OnStateChange: func(open bool, cause error) {
		if open {
			log.Warn("redis does not answer; scoring goes on, repeats are known to this instance alone", zap.Error(cause))
			return
		}
		log.Info("redis answers")
	}})
}

// memberName is how this instance is called over its restarts, empty if it has no name.
func (c Config) memberName() string {
	if c.Consume.Member == "" {
		return ""
	}
	return c.Consume.Group + "/" + c.Consume.Member
}

// checkTimeout bounds the look at Redis on start; without it scoring begins as well.
const checkTimeout = 2 * time.Second

// checkStore logs what about Redis threatens the marks. One that does not answer is
// reported when it is needed.
func checkStore(ctx context.Context, store *dedupe.Guarded, log *zap.Logger) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	warnings, err := store.Check(ctx)
	if err != nil {
		log.Info("redis does not tell how it keeps marks", zap.Error(err))
	}
	for _, w := range warnings {
		log.Warn("redis may forget marks", zap.String("reason", w))
	}
}

// service is what runs: the parts that have an order of stopping.
type service struct {
	cfg    Config
	fed    bool // from elsewhere than the configured source
	log    *zap.Logger
	source source
	out    *outlet
	hiding *hiding // follows until all else has stopped
	live   *feed.Hub
	admin  *admin
	models *modelWatch
}

func (s *service) serve(ctx context.Context, brokers []kgo.Opt, started func(string)) error {
	err := s.cfg.Kafka.awaitBrokers(ctx, brokers, s.log)
	if err == nil {
		err = s.out.start(ctx)
	}
	if err == nil {
		err = s.hiding.start(ctx)
	}
	if err == nil {
		s.admin.working.Store(true)
		s.log.Info("consuming", s.input()...)
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

// input says for the log what is read. What feeds the service itself has said it.
func (s *service) input() []zap.Field {
	fields := []zap.Field{zap.String("delivery", s.cfg.Delivery), zap.String("page", s.admin.address())}
	if s.fed {
		return fields
	}
	return append(fields, zap.String("source", s.cfg.Consume.Source), zap.Strings("topics", s.cfg.Consume.Topics),
		zap.Strings("retry_topics", s.cfg.retryPolicy().Topics()), zap.String("group", s.cfg.Consume.Group))
}

// stop ends the parts in event order under one deadline.
func (s *service) stop(ctx context.Context) error {
	s.admin.working.Store(false)
	s.log.Info("stopping")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.StopTimeout)
	defer cancel()
	// A message that was sent is waited for, beyond the time in which its event should have
	// finished; but offsets must be committed after it.
	late := time.AfterFunc((s.cfg.Consume.DrainTimeout+s.cfg.StopTimeout)/2, s.out.abandon)
	defer late.Stop()
	err := errors.Join(
		s.source.Drain(ctx),  // no new events; finish those in flight
		s.out.Flush(ctx),     // every message acknowledged or refused
		s.source.Commit(ctx), // finished offsets only
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
