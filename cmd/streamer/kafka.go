package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
	"github.com/twmb/franz-go/plugin/kzap"
	"go.uber.org/zap"

	"revscore/internal/secret"
)

// KafkaConfig says how brokers are reached, for consuming and producing.
type KafkaConfig struct {
	Brokers      []string      `yaml:"brokers" help:"Bootstrap brokers, host:port."`
	ClientID     string        `yaml:"client_id" help:"Name of this client in the broker's logs and quotas."`
	StartTimeout time.Duration `yaml:"start_timeout" help:"How long to wait for a broker at start before giving up."`
	TLS          TLSConfig     `yaml:"tls" help:"TLS to the brokers."`
	SASL         SASLConfig    `yaml:"sasl" help:"Authentication."`
}

// TLSConfig is used when Enabled.
type TLSConfig struct {
	Enabled  bool   `yaml:"enabled" help:"Use TLS."`
	CAFile   string `yaml:"ca_file" help:"PEM file of the authority that signed the brokers' certificates; empty uses the system's."`
	CertFile string `yaml:"cert_file" help:"PEM file of a client certificate, where brokers ask for one."`
	KeyFile  string `yaml:"key_file" help:"PEM file of the client certificate's key."`
}

// SASLConfig is used when Mechanism is set.
type SASLConfig struct {
	Mechanism string       `yaml:"mechanism" help:"plain, scram-sha-256 or scram-sha-512; empty: no authentication."`
	User      string       `yaml:"user" help:"User name."`
	Password  secret.Value `yaml:"password" env:"REVSCORE_KAFKA_PASSWORD" help:"Password; better given in the environment."`
}

// DefaultKafkaConfig reaches a broker on this machine.
func DefaultKafkaConfig() KafkaConfig {
	return KafkaConfig{Brokers: []string{"127.0.0.1:9092"}, ClientID: "revscore", StartTimeout: time.Minute}
}

// Validate reports every fault of the settings.
func (c KafkaConfig) Validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf("kafka."+format, args...)) }
	if len(c.Brokers) == 0 {
		fault("brokers is empty, must name at least one broker")
	}
	for _, b := range c.Brokers {
		if !strings.Contains(b, ":") {
			fault("brokers has %q, must be host:port", b)
		}
	}
	if c.StartTimeout <= 0 {
		fault("start_timeout is %v, must be positive", c.StartTimeout)
	}
	switch c.SASL.Mechanism {
	case "", "plain", "scram-sha-256", "scram-sha-512":
	default:
		fault("sasl.mechanism is %q, must be plain, scram-sha-256 or scram-sha-512", c.SASL.Mechanism)
	}
	if c.SASL.Mechanism != "" && (c.SASL.User == "" || c.SASL.Password == "") {
		fault("sasl.mechanism is %s, which needs sasl.user and sasl.password", c.SASL.Mechanism)
	}
	if c.SASL.Mechanism == "plain" && !c.TLS.Enabled {
		fault("sasl.mechanism is plain without tls.enabled, which would send the password in the clear")
	}
	if (c.TLS.CertFile == "") != (c.TLS.KeyFile == "") {
		fault("tls.cert_file and tls.key_file must be given together")
	}
	return errors.Join(errs...)
}

// options are what every client of these brokers shares.
func (c KafkaConfig) options(log *zap.Logger) ([]kgo.Opt, error) {
	opts := []kgo.Opt{
		kgo.SeedBrokers(c.Brokers...),
		kgo.ClientID(c.ClientID),
		kgo.WithLogger(kzap.New(log.Named("kafka"), kzap.Level(kgo.LogLevelWarn))),
	}
	if c.TLS.Enabled {
		tlsConfig, err := c.TLS.load()
		if err != nil {
			return nil, err
		}
		opts = append(opts, kgo.DialTLSConfig(tlsConfig))
	}
	var mechanism sasl.Mechanism
	password := string(c.SASL.Password)
	switch c.SASL.Mechanism {
	case "plain":
		mechanism = plain.Auth{User: c.SASL.User, Pass: password}.AsMechanism()
	case "scram-sha-256":
		mechanism = scram.Auth{User: c.SASL.User, Pass: password}.AsSha256Mechanism()
	case "scram-sha-512":
		mechanism = scram.Auth{User: c.SASL.User, Pass: password}.AsSha512Mechanism()
	default:
		return opts, nil
	}
	return append(opts, kgo.SASL(mechanism)), nil
}

func (c TLSConfig) load() (*tls.Config, error) {
	out := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("kafka.tls.ca_file: %w", err)
		}
		out.RootCAs = x509.NewCertPool()
		if !out.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("kafka.tls.ca_file: %s has no certificate in PEM form", c.CAFile)
		}
	}
	if c.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("kafka.tls.cert_file: %w", err)
		}
		out.Certificates = []tls.Certificate{pair}
	}
	return out, nil
}

// awaitBrokers returns when a broker answers. A broker that starts later than
// this service is normal, a wrong address is not: so it waits, says so, and
// gives up after the start time.
func (c KafkaConfig) awaitBrokers(ctx context.Context, opts []kgo.Opt, log *zap.Logger) error {
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return fmt.Errorf("kafka client: %w", err)
	}
	defer client.Close()
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = 200*time.Millisecond, 5*time.Second
	_, err = backoff.Retry(ctx, func() (struct{}, error) {
		ping, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		return struct{}{}, client.Ping(ping)
	}, backoff.WithBackOff(pause), backoff.WithMaxElapsedTime(c.StartTimeout), backoff.WithNotify(func(err error, next time.Duration) {
		log.Warn("no broker answers yet", zap.Strings("brokers", c.Brokers), zap.Duration("again_in", next), zap.Error(err))
	}))
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("reach kafka at %s for %v: %w; check kafka.brokers, tls and sasl", strings.Join(c.Brokers, ", "), c.StartTimeout, err)
	}
	return ctx.Err()
}
