package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

var update = flag.Bool("update", false, "write the files that are made from the code")

// execute runs the command line and returns standard output.
func execute(t *testing.T, stdin string, args ...string) (string, error) {
	t.Helper()
	cmd := newCommand()
	var out bytes.Buffer
	cmd.SetArgs(args)
	cmd.SetIn(strings.NewReader(stdin))
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func noEnvironment(string) (string, bool) { return "", false }

// asYAML shows every setting, secrets hidden.
func asYAML(t *testing.T, cfg Config) string {
	t.Helper()
	text, err := yaml.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestDefaultsAreValid(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
}

// What is printed is a file to start from: it is read back to the defaults,
// whatever they are.
func TestPrintedConfigReadsBack(t *testing.T) {
	out, err := execute(t, "", "config")
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := readConfig(writeFile(t, "streamer.yaml", out), noEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := asYAML(t, cfg), asYAML(t, DefaultConfig()); got != want {
		t.Errorf("read back as\n%s\nwant\n%s", got, want)
	}
	if cfg.Kafka.SASL.Password != "" || cfg.Dedupe.Redis.Password != "" {
		t.Error("a secret was set by the printed file")
	}
}

// Every setting is in the printed file and in the reference, with a meaning.
func TestEverySettingIsDocumented(t *testing.T) {
	file, err := execute(t, "", "config")
	if err != nil {
		t.Fatal(err)
	}
	reference, err := execute(t, "", "config", "--markdown")
	if err != nil {
		t.Fatal(err)
	}
	all := settings(reflect.ValueOf(DefaultConfig()), "", 0)
	if len(all) < 80 {
		t.Fatalf("%d settings found", len(all))
	}
	for _, s := range all {
		if !strings.HasSuffix(s.help, ".") {
			t.Errorf("help of %s is %q, must be a sentence", s.path, s.help)
		}
		if !strings.Contains(reference, "`"+s.path+"`") && !strings.Contains(reference, "**"+s.path+"**") {
			t.Errorf("%s is not in the reference", s.path)
		}
		name := s.path[strings.LastIndex(s.path, ".")+1:]
		if !strings.Contains(s.path, "[]") && !strings.Contains(file, strings.Repeat("  ", s.depth)+name+":") {
			t.Errorf("%s is not in the printed file", s.path)
		}
	}
}

// A field without a yaml tag would be a setting that nobody can see.
func TestEveryFieldHasTags(t *testing.T) {
	var walk func(reflect.Type, string)
	walk = func(typ reflect.Type, path string) {
		for i := range typ.NumField() {
			f := typ.Field(i)
			name := path + f.Name
			if f.Tag.Get("yaml") == "" || f.Tag.Get("help") == "" {
				t.Errorf("%s lacks a yaml or a help tag", name)
			}
			inner := f.Type
			if inner.Kind() == reflect.Slice {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct {
				walk(inner, name+".")
			}
		}
	}
	walk(reflect.TypeFor[Config](), "")
}

// The two files of the repository are what the program prints.
func TestGeneratedFiles(t *testing.T) {
	for path, args := range map[string][]string{
		"../../streamer.example.yaml": {"config"},
		"../../docs/config.md":        {"config", "--markdown"},
	} {
		want, err := execute(t, "", args...)
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if string(got) != want {
			t.Errorf("%s is not what streamer %s prints; go test ./cmd/streamer -run TestGeneratedFiles -update writes it", path, strings.Join(args, " "))
		}
	}
}

func TestFileFaults(t *testing.T) {
	cases := []struct {
		name, text string
		want       []string
	}{
		{"unknown key", "kafka:\n  brokers: [a:1]\n  borkers: [b:2]\n", []string{`"borkers"`, "[3:3]"}},
		{"unknown section", "log:\n  level: warn\nadnim:\n  listen: a:1\n", []string{`"adnim"`, "[3:1]"}},
		{"unknown key of a list entry", "routes:\n  - model: revid\n    matches: {}\n", []string{`"matches"`, "[3:5]"}},
		{"wrong type", "consume:\n  window: many\n", []string{"[2:11] is text, must be a whole number"}},
		{"a duration that is none", "consume: {session_timeout: soon}\n", []string{`[1:28] is "soon", must be a duration, as 5s`}},
		{"a duration of an unknown unit", "retry:\n  delays: [1m, 5x]\n", []string{`[2:16] is "5x", must be a duration, as 5s`}},
		{"a duration of no unit", "reload_interval: 5\n", []string{"[1:18] is a whole number, must be a duration, as 5s"}},
		{"a list for a text", "admin: {listen: [a]}\n", []string{"[1:17] is a list, must be text"}},
		{"a mapping in a list", "kafka: {brokers: [{a: b}]}\n", []string{"is a mapping, must be text; text with a colon, as host:port, may need quotes"}},
		{"out of range", "consume: {window: 99999999999999999999}\n", []string{"[1:19] 99999999999999999999 is out of range"}},
		{"null", "null\n", []string{"empty"}},
		{"key twice", "log:\n  level: info\nlog:\n  level: warn\n", []string{`"log"`, "[3:1]"}},
		{"no YAML", "kafka: [\n", []string{"[1:8]"}},
		{"second document", "log:\n  level: warn\n---\nlog:\n  level: error\n", []string{"second document"}},
		{"empty", "# nothing\n", []string{"empty"}},
		{"condition of no type", "routes:\n  - model: revid\n    match: 5\n", []string{"[3:12]", "mapping"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := writeFile(t, "faulty.yaml", c.text)
			_, err := readConfig(path, noEnvironment)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range append(c.want, path) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
		})
	}
	if _, err := readConfig("does/not/exist.yaml", noEnvironment); err == nil || !strings.Contains(err.Error(), "exist.yaml") {
		t.Errorf("a missing file gives %v", err)
	}
}

// Within braces the library takes localhost:9092 in a list for a mapping; YAML does
// not. All ways to write a list are one.
func TestListsOfTextWithColons(t *testing.T) {
	for text, want := range map[string]string{
		"{kafka: {brokers: [localhost:9092, 10.0.0.1:9092]}}":          "[localhost:9092 10.0.0.1:9092]",
		"kafka: {brokers: [localhost:9092, 'b:1', \"c:2\"]}":           "[localhost:9092 b:1 c:2]",
		"kafka:\n  brokers: [localhost:9092]\n":                        "[localhost:9092]",
		"kafka:\n  brokers:\n    - localhost:9092\n":                   "[localhost:9092]",
		"{kafka: {brokers: [\"b:1\", host.example:9093, a:b:c, é:1]}}": "[b:1 host.example:9093 a:b:c é:1]",
		"{kafka: {client_id: a:b}}":                                    "[127.0.0.1:9092]",
	} {
		cfg := DefaultConfig()
		if err := readYAML([]byte(text), &cfg); err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := fmt.Sprint(cfg.Kafka.Brokers); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	cfg := DefaultConfig()
	if err := readYAML([]byte("{routes: [{model: revid, match: {page_title: [Talk:A, B]}}]}"), &cfg); err != nil || fmt.Sprint(cfg.Routes[0].Match) != "[map[page_title:[Talk:A B]]]" {
		t.Errorf("a condition: %v, %v", cfg.Routes[0].Match, err)
	}
	for _, text := range []string{"{kafka: {brokers: [localhost: 9092]}}", "{kafka: {brokers: [\"a\":1]}}", "{kafka: {brokers: [{a:1}]}}"} {
		if err := readYAML([]byte(text), &cfg); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

func TestDeliveryFaults(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"delivery: twice\n", []string{`delivery is "twice", must be at_least_once or exactly_once`}},
		{"delivery: exactly_once\nconsume: {source: eventstreams}\n", []string{`consume.source is "eventstreams", must be kafka`}},
		{"delivery: exactly_once\nconsume: {window: 50000}\ntransactions: {interval: 1ms, timeout: 1h}\n", []string{
			"consume.window is 50000", "transactions.interval is 1ms", "transactions.timeout is 1h",
		}},
		{"delivery: exactly_once\nsinks: {default: [kafka, files], avro: {files: {dir: /data}}}\n", []string{"sinks.default names files, must name kafka or kafka_avro alone"}},
		{"retry: {delays: [1m], table: [{reasons: [maxlag], attempts: 2}]}\n", []string{"retry.table[0].attempts is 2", `retry.table[0].then is ""`}},
		{"sinks: {streams: {mediawiki.revision-score-revertd: [kafka], revscore.error: [kafka]}}\n", []string{"sinks.streams has mediawiki.revision-score-revertd, must be a stream of this configuration: mediawiki.revision-score-reverted, revscore.error"}},
		{"retry: {table: [{reasons: [not_replicatd, http_503, /htp.*/], attempts: 1, then: both}]}\n", []string{`retry.table[0].reasons has "not_replicatd", which no failure has`}},
		{"retry: {stream: a}\nproduce: {error_stream: a.1m}\n", []string{"retry.stream is a, whose topic a.1m is that of stream a.1m"}},
		{"retry: {stream: a}\nroutes: [{model: reverted, stream: s, topic: a.10m}]\n", []string{"whose topic a.10m a route has"}},
		{"produce: {combined_stream: revscore.error}\n", []string{"produce.combined_stream is revscore.error, which is the stream of dead letters"}},
		{"produce: {combined_stream: mediawiki.revision-score-reverted}\n", []string{"which is the stream of a route: it must have"}},
		{"retry: {stream: a}\nproduce: {combined_stream: a.1m}\n", []string{"whose topic a.1m is that of stream a.1m"}},
		{"sinks: {default: [pigeon]}\n", []string{`sinks.default has "pigeon"`}},
	} {
		_, err := readConfig(writeFile(t, "faulty.yaml", c.text), noEnvironment)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s%q is not reported in: %v", c.text, want, err)
			}
		}
	}
	// What is not used needs no sense.
	for _, text := range []string{"delivery: exactly_once\n", "transactions: {interval: 1ms}\nconsume: {window: 50000}\n"} {
		if _, err := readConfig(writeFile(t, "fine.yaml", text), noEnvironment); err != nil {
			t.Errorf("%s%v", text, err)
		}
	}
}

// A user mends a file once, not once for each fault.
func TestAllFaultsAreReported(t *testing.T) {
	text := `
kafka: {brokers: [nowhere], start_timeout: 0s, tls: {cert_file: a.pem}, sasl: {mechanism: kerberos}}
consume: {source: carrier-pigeon, window: 0, drain_timeout: 1h}
models: []
fetch: {batch_size: 501, user_agent: " "}
score: {workers: -1, texts_in_flight: 0}
dedupe: {prefix: "a b", redis: {addresses: [redis]}}
produce: {compression: brotli, emitter: ""}
admin: {listen: everywhere}
log: {level: loud, format: xml}
stop_timeout: 1s
`
	_, err := readConfig(writeFile(t, "faulty.yaml", text), noEnvironment)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`kafka.brokers has "nowhere"`, "kafka.start_timeout is 0s", "kafka.tls.cert_file", `kafka.sasl.mechanism is "kerberos"`,
		`consume.source is "carrier-pigeon"`, "consume.window is 0", "consume.drain_timeout is 1h0m0s", "models is empty",
		"fetch.batch_size is 501", `fetch.user_agent is " "`, "score.workers is -1", "score.texts_in_flight is 0",
		`dedupe.prefix is "a b"`, "dedupe.redis.addresses[0]", `produce.compression is "brotli"`, "produce.emitter is empty",
		`admin.listen is "everywhere"`, `log.level is "loud"`, `log.format is "xml"`, "stop_timeout is 1s, must exceed consume.drain_timeout",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not reported in:\n%v", want, err)
		}
	}
}

func TestSecretsComeFromTheEnvironment(t *testing.T) {
	path := writeFile(t, "streamer.yaml", "kafka:\n  sasl:\n    mechanism: scram-sha-512\n    user: u\n    password: of-the-file\n")
	env := map[string]string{
		"REVSCORE_REGISTRY_TOKEN": "t-secret", "REVSCORE_KAFKA_PASSWORD": "k-secret", "REVSCORE_REDIS_PASSWORD": "r-secret", "REVSCORE_SENTINEL_PASSWORD": "s-secret",
	}
	cfg, err := readConfig(path, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Kafka.SASL.Password != "k-secret" || cfg.Dedupe.Redis.Password != "r-secret" || cfg.Dedupe.Redis.SentinelPassword != "s-secret" || cfg.Sinks.Avro.Registry.Token != "t-secret" {
		t.Error("a secret of the environment was not taken")
	}
	cfg, err = readConfig(path, noEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Kafka.SASL.Password != "of-the-file" || cfg.Kafka.SASL.User != "u" {
		t.Error("without an environment the file's password is gone")
	}
}

// Whoever prints a configuration, in whatever way, prints no password.
func TestSecretsNeverPrint(t *testing.T) {
	const secret = "hunter2"
	cfg := DefaultConfig()
	cfg.Kafka.SASL.Mechanism, cfg.Kafka.SASL.User, cfg.Kafka.SASL.Password = "plain", "u", secret // an invalid one too
	cfg.Dedupe.Redis.Password, cfg.Dedupe.Redis.SentinelPassword = secret, secret
	cfg.Sinks.EventGate.Token, cfg.Sinks.Avro.Registry.Token, cfg.Sinks.Avro.Registry.Password = secret, secret, secret
	core, logs := observer.New(zapcore.DebugLevel)
	zap.New(core).Info("starting", zap.Any("config", cfg), zap.Any("kafka", cfg.Kafka), zap.Stringer("password", cfg.Kafka.SASL.Password))
	var encoded bytes.Buffer
	encoder := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
	for _, entry := range logs.All() {
		line, err := encoder.EncodeEntry(entry.Entry, entry.Context)
		if err != nil {
			t.Fatal(err)
		}
		encoded.Write(line.Bytes())
	}
	asJSON, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	prints := map[string]string{
		"%v": fmt.Sprintf("%v", cfg), "%+v": fmt.Sprintf("%+v", cfg), "%#v": fmt.Sprintf("%#v", cfg), "%s": fmt.Sprintf("%s", cfg.Kafka.SASL),
		"%q": fmt.Sprintf("%q", cfg.Kafka.SASL), "%x": fmt.Sprintf("%x", cfg.Kafka.SASL), "pointer": fmt.Sprintf("%+v", &cfg),
		"json": string(asJSON), "yaml": asYAML(t, cfg), "log": encoded.String(), "faults": fmt.Sprint(cfg.Validate()),
	}
	for how, text := range prints {
		if strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", secret)) {
			t.Errorf("printed with %s the password shows: %.2000s", how, text)
		}
		if how != "faults" && len(text) < 20 {
			t.Errorf("%s printed only %q", how, text)
		}
	}
}

// The message about a faulty file once showed the lines around the fault, and
// with them the password.
func TestFaultBesideASecretDoesNotShowIt(t *testing.T) {
	for _, text := range []string{
		"kafka:\n  sasl:\n    password: hunter2\n    mechansim: plain\n",
		"kafka:\n  sasl:\n    password: {hunter2: 1}\n",
		"kafka:\n  sasl:\n    password: [hunter2]\n",
		"kafka:\n  sasl:\n    password: 'hunter2\n",
		"kafka:\n  sasl:\n    password: hunter2: 1\n",
		"kafka:\n  sasl:\n    password: @hunter2\n",
		"kafka:\n  sasl:\n    mechanism: plain\n    password: hunter2\n",
	} {
		_, err := readConfig(writeFile(t, "faulty.yaml", text), noEnvironment)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q gives %v", text, err)
		}
	}
}

func TestReadConfigKeepsDefaults(t *testing.T) {
	cfg, err := readConfig(writeFile(t, "streamer.yaml", "consume:\n  group: mine\n  max_age: 36h\n"), noEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	want := DefaultConfig()
	want.Consume.Group, want.Consume.MaxAge = "mine", 36*time.Hour
	if got, want := asYAML(t, cfg), asYAML(t, want); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
