package avro

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"time"

	"revscore/internal/secret"
)

// Config of the Avro outputs.
type Config struct {
	Registry RegistryConfig `yaml:"registry" help:"Schema registry whose ids stand in front of Avro messages; without an address messages are JSON."`
	Files    FilesConfig    `yaml:"files" help:"Avro container files in hourly Hive partitions; without a folder none are written."`
}

// RegistryConfig says where the schema registry is and what may be done there.
type RegistryConfig struct {
	URLs     []string      `yaml:"urls" help:"Addresses of the registry, Confluent's API; of Apicurio the one that ends in /apis/ccompat/v7. Empty: messages are JSON."`
	Username string        `yaml:"username" help:"User of basic authentication."`
	Password secret.Value  `yaml:"password" env:"REVSCORE_REGISTRY_PASSWORD" help:"Password of basic authentication; never printed."`
	Token    secret.Value  `yaml:"token" env:"REVSCORE_REGISTRY_TOKEN" help:"Bearer token, in place of user and password; never printed."`
	TLS      TLSConfig     `yaml:"tls" help:"Encryption where the address begins with https."`
	Subjects string        `yaml:"subjects" help:"How subjects are named: topic (topic-value), record (full name of the record) or topic_record (both, with a hyphen)."`
	Register bool          `yaml:"register" help:"Whether missing schemas are registered on start, if the registry calls them compatible; otherwise a missing schema is an error."`
	Timeout  time.Duration `yaml:"timeout" help:"Longest wait for one answer of the registry."`
	RetryFor time.Duration `yaml:"retry_for" help:"How long a registry that does not answer, or answers 429 or 5xx, is asked again."`
}

// TLSConfig sets the encryption of connections to the registry.
type TLSConfig struct {
	CAFile     string `yaml:"ca_file" help:"PEM file of the authorities that may sign the registry's certificate; empty: those of the system."`
	CertFile   string `yaml:"cert_file" help:"PEM file of the certificate that this service shows; empty: none."`
	KeyFile    string `yaml:"key_file" help:"PEM file of the certificate's key."`
	ServerName string `yaml:"server_name" help:"Name the registry's certificate must have; empty: the host of the address."`
}

// FilesConfig sets the container files.
type FilesConfig struct {
	Dir         string        `yaml:"dir" help:"Folder of the streams' tables; empty: no files are written."`
	Instance    string        `yaml:"instance" help:"Name of this process among those that share the folder; it stands in file names and must stay the same over a restart."`
	Compression string        `yaml:"compression" help:"Compression of container files: null, deflate, snappy or zstandard."`
	Lateness    time.Duration `yaml:"lateness" help:"How long after an hour's end it is held open for late events before it is marked complete."`
	Delay       time.Duration `yaml:"delay" help:"How long an event may wait for others to share a flush to the disk."`
	Buffered    int64         `yaml:"max_buffered_bytes" help:"Bytes of events waiting for the disk before the pipeline is held up."`
	PartBytes   int64         `yaml:"max_part_bytes" help:"Uncompressed size at which an hour's file is finished and another begun."`
	OpenFiles   int           `yaml:"max_open_files" help:"Most journals held open between flushes, the least recently used is closed."`
	Remember    int           `yaml:"remember" help:"How many events are remembered to drop repeats, also over a restart; must exceed what can be in flight when the process dies."`
}

// DefaultConfig writes neither Avro messages nor files.
func DefaultConfig() Config {
	return Config{
		Registry: RegistryConfig{Subjects: "topic", Timeout: 5 * time.Second, RetryFor: 30 * time.Second},
		Files: FilesConfig{
			Instance: "0",
			// Every reader of Avro knows deflate, and it is the smallest that all know.
			Compression: "deflate",
			Lateness:    5 * time.Minute,
			Delay:       200 * time.Millisecond,
			Buffered:    32 << 20,
			PartBytes:   1 << 30,
			OpenFiles:   64,
			// A window of 4096 events of 16 models, three times: 40 bytes each.
			Remember: 200_000,
		},
	}
}

var subjectNames = map[string]func(topic, record string) string{
	"topic":        func(topic, _ string) string { return topic + "-value" },
	"record":       func(_, record string) string { return record },
	"topic_record": func(topic, record string) string { return topic + "-" + record },
}

// name is what is safe as part of a path and what Hive and Spark do not hide: they
// pass over files and folders that begin with a dot or an underscore.
var name = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$`)

// Enabled reports whether messages are Avro.
func (c RegistryConfig) Enabled() bool { return len(c.URLs) > 0 }

// Enabled reports whether files are written.
func (c FilesConfig) Enabled() bool { return c.Dir != "" }

// Validate reports every fault of the settings.
func (c Config) Validate() error {
	return errors.Join(c.Registry.validate(), c.Files.validate())
}

func (c RegistryConfig) validate() error {
	var errs []error
	fault := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("avro.registry."+format, args...))
	}
	for _, address := range c.URLs {
		u, err := url.Parse(address)
		switch {
		case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
			fault("urls has an entry that is no URL with http or https and a host")
		case u.User != nil:
			fault("urls names a user, which is set by avro.registry.username and password")
		}
	}
	if c.Token != "" && (c.Username != "" || c.Password != "") {
		fault("token is set beside username or password, must be the one or the other")
	}
	if c.Password != "" && c.Username == "" {
		fault("username is empty, must be set with avro.registry.password")
	}
	if (c.TLS.CertFile == "") != (c.TLS.KeyFile == "") {
		fault("tls.cert_file and avro.registry.tls.key_file must be set together")
	}
	if subjectNames[c.Subjects] == nil {
		fault("subjects is %q, must be topic, record or topic_record", c.Subjects)
	}
	if c.Timeout <= 0 {
		fault("timeout is %v, must be positive", c.Timeout)
	}
	if c.RetryFor < 0 {
		fault("retry_for is %v, must not be negative", c.RetryFor)
	}
	return errors.Join(errs...)
}

func (c FilesConfig) validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf("avro.files."+format, args...)) }
	if !name.MatchString(c.Instance) {
		fault("instance is %q, must be letters, digits, dots, hyphens and underscores, and begin with a letter or digit", c.Instance)
	}
	if _, ok := compressions[c.Compression]; !ok {
		fault("compression is %q, must be null, deflate, snappy or zstandard", c.Compression)
	}
	if c.Lateness < 0 {
		fault("lateness is %v, must not be negative", c.Lateness)
	}
	if c.Delay < 0 || c.Delay > 10*time.Second {
		fault("delay is %v, must be from 0 to 10s", c.Delay)
	}
	if c.Buffered < maxFrame {
		fault("max_buffered_bytes is %d, must be at least %d", c.Buffered, maxFrame)
	}
	if c.PartBytes < 1<<20 {
		fault("max_part_bytes is %d, must be at least %d", c.PartBytes, 1<<20)
	}
	if c.OpenFiles < 1 {
		fault("max_open_files is %d, must be positive", c.OpenFiles)
	}
	if c.Remember < 1 {
		fault("remember is %d, must be positive", c.Remember)
	}
	return errors.Join(errs...)
}
