package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"revscore/internal/consume"
	"revscore/internal/dedupe"
	"revscore/internal/produce"
	"revscore/internal/retry"
	"revscore/internal/score"
	"revscore/internal/score/fetch"
	"revscore/internal/score/model"
	"revscore/internal/score/registry"
	"revscore/internal/sink"
	"revscore/internal/visibility"
)

// Config is the whole configuration, a section for each stage in the order of
// the event. docs/config.md and streamer.example.yaml are made from it.
type Config struct {
	Kafka        KafkaConfig               `yaml:"kafka" help:"How the brokers are reached."`
	Consume      consume.Config            `yaml:"consume" help:"Which events are read."`
	Delivery     string                    `yaml:"delivery" help:"at_least_once, or exactly_once: scores and offsets in Kafka transactions, for consumers that read committed."`
	Transactions consume.TransactionConfig `yaml:"transactions" help:"Used when delivery is exactly_once."`
	Routes       []score.RouteConfig       `yaml:"routes" help:"Which events become which output."`
	Models       []registry.Place          `yaml:"models" help:"Model bundles: folders, or embedded:NAME for those in the binary."`
	Reload       time.Duration             `yaml:"reload_interval" help:"How often bundles are looked at for changes, which are loaded, verified and swapped without a restart; 0: only on SIGHUP."`
	Dictionaries []string                  `yaml:"dictionaries" help:"Folders with spelling dictionaries of Hunspell (.dic and .aff), for models that ask them; the first that has one counts."`
	Fetch        fetch.Config              `yaml:"fetch" help:"Where texts come from."`
	Score        score.Config              `yaml:"score" help:"How much is computed at once."`
	Retry        retry.Config              `yaml:"retry" help:"What is tried again later, when a wiki cannot give a text for longer than fetch.deadline."`
	Dedupe       dedupe.Config             `yaml:"dedupe" help:"What is remembered, and where."`
	Visibility   visibility.Config         `yaml:"visibility" help:"Where wikis say what they hide, delete and show again: cached texts and scores of it are dropped, and no event that is made again shows it."`
	Produce      produce.Config            `yaml:"produce" help:"Where score events go."`
	Sinks        sink.Config               `yaml:"sinks" help:"Which streams go elsewhere than to Kafka, or in another form."`
	Admin        AdminConfig               `yaml:"admin" help:"Health, metrics and the live page."`
	Log          LogConfig                 `yaml:"log" help:"Logging to standard error."`
	StopTimeout  time.Duration             `yaml:"stop_timeout" help:"How long a stop may take before it is forced; must exceed consume.drain_timeout."`
}

// LogConfig of the one logger.
type LogConfig struct {
	Level  string `yaml:"level" help:"debug, info, warn or error."`
	Format string `yaml:"format" help:"json, or console for people."`
}

// DefaultConfig scores enwiki with the embedded models from a local broker.
func DefaultConfig() Config {
	return Config{
		Kafka:        DefaultKafkaConfig(),
		Consume:      consume.DefaultConfig(),
		Delivery:     atLeastOnce,
		Transactions: consume.DefaultTransactionConfig(),
		Routes: []score.RouteConfig{{
			Model: "reverted", On: []string{"nonbot_edit"},
			Match: score.Alternatives{{"database": "enwiki", "page_namespace": 0}},
		}},
		Models:       []registry.Place{{Bundle: "embedded:enwiki.reverted"}},
		Reload:       5 * time.Second,
		Dictionaries: model.DictionaryFolders(),
		Fetch:        fetch.DefaultConfig(),
		Score:        score.DefaultConfig(),
		Retry:        retry.DefaultConfig(),
		Dedupe:       dedupe.DefaultConfig(),
		Visibility:   visibility.DefaultConfig(),
		Produce:      produce.DefaultConfig(),
		Sinks:        sink.DefaultConfig(),
		Admin:        DefaultAdminConfig(),
		Log:          LogConfig{Level: "info", Format: "json"},
		StopTimeout:  30 * time.Second,
	}
}

// Validate reports every fault, of each section and between them.
func (c Config) Validate() error {
	errs := []error{
		c.Consume.Validate(), c.Fetch.Validate(), c.Score.Validate(),
		c.Dedupe.Validate(), c.Visibility.Validate(), c.Produce.Validate(), c.Admin.Validate(),
		c.Kafka.Validate(), // dead letters and differences of shadows go there, whatever the source is
		c.Sinks.Validate(), c.validateDelivery(), c.validateRetry(), c.validateStreams(),
	}
	if c.StopTimeout <= c.Consume.DrainTimeout {
		errs = append(errs, fmt.Errorf("stop_timeout is %v, must exceed consume.drain_timeout (%v)", c.StopTimeout, c.Consume.DrainTimeout))
	}
	if c.Reload < 0 {
		errs = append(errs, fmt.Errorf("reload_interval is %v, must not be negative", c.Reload))
	}
	if len(c.Models) == 0 {
		errs = append(errs, errors.New("models is empty, must name at least one bundle"))
	}
	if _, err := zapcore.ParseLevel(c.Log.Level); err != nil {
		errs = append(errs, fmt.Errorf("log.level is %q, must be debug, info, warn or error", c.Log.Level))
	}
	if c.Log.Format != "json" && c.Log.Format != "console" {
		errs = append(errs, fmt.Errorf("log.format is %q, must be json or console", c.Log.Format))
	}
	return errors.Join(errs...)
}

func (c Config) validateDelivery() error {
	switch c.Delivery {
	case atLeastOnce:
		return nil
	case exactlyOnce:
		return errors.Join(c.Transactions.Validate(c.Consume), c.Sinks.Transactional())
	}
	return fmt.Errorf("delivery is %q, must be %s or %s", c.Delivery, atLeastOnce, exactlyOnce)
}

// readConfig reads a file over the defaults, then secrets from the environment,
// and validates. An unknown key is an error with its line.
func readConfig(path string, lookup func(string) (string, bool)) (Config, error) {
	cfg := DefaultConfig()
	data, err := os.ReadFile(path)
	if err != nil {
		return cfg, fmt.Errorf("read configuration: %w", err)
	}
	if err := readYAML(data, &cfg); err != nil {
		return cfg, fmt.Errorf("configuration %s: %w", path, err)
	}
	overrideSecrets(reflect.ValueOf(&cfg).Elem(), lookup)
	if err := cfg.Validate(); err != nil {
		return cfg, fmt.Errorf("configuration %s:\n%w", path, err)
	}
	return cfg, nil
}

// overrideSecrets sets every field with an env tag whose variable is set.
func overrideSecrets(v reflect.Value, lookup func(string) (string, bool)) {
	for i := range v.NumField() {
		field, tag := v.Field(i), v.Type().Field(i).Tag
		if field.Kind() == reflect.Struct {
			overrideSecrets(field, lookup)
			continue
		}
		if name := tag.Get("env"); name != "" {
			if value, ok := lookup(name); ok {
				field.SetString(value)
			}
		}
	}
}

// logger writes to standard error: standard output belongs to results.
func (c LogConfig) logger() (*zap.Logger, error) {
	level, err := zapcore.ParseLevel(c.Level)
	if err != nil {
		return nil, fmt.Errorf("log.level: %w", err)
	}
	cfg := zap.NewProductionConfig()
	cfg.Level = zap.NewAtomicLevelAt(level)
	cfg.Encoding = c.Format
	cfg.EncoderConfig.EncodeTime = zapcore.ISO8601TimeEncoder
	cfg.EncoderConfig.EncodeDuration = zapcore.StringDurationEncoder
	cfg.DisableStacktrace = true
	return cfg.Build()
}
