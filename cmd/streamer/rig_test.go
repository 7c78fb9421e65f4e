package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"revscore/internal/event"
	"revscore/internal/score"
	"revscore/internal/score/fetch"
	"revscore/internal/score/registry"
	"revscore/internal/wikiapi"
)

// The topics of a rig.
const (
	createTopic   = "eqiad.mediawiki.revision-create"
	changeTopic   = "eqiad.mediawiki.page_change.v1"
	revertedTopic = "mediawiki.revision-score-reverted"
	revidTopic    = "mediawiki.revision-score-revid"
	errorTopic    = "revscore.error"
	rigGroup      = "rig"
)

// patience is how long a test waits for what must come. It is no delay: it only
// turns a hang into a failure that says what was waited for.
const patience = 30 * time.Second

// rig is the true program with everything that it needs, all on loopback. Tests
// change cfg, api and the wiki before start.
type rig struct {
	t      *testing.T
	gate   *gate // the only way to the broker
	kafka  *kfake.Cluster
	client *kgo.Client // feeds and reads topics
	redis  *miniredis.Miniredis
	wiki   *wikiapi.Server
	api    http.Handler // what answers the program; wiki by default
	cfg    Config
	asked  bool // Redis is asked how it keeps marks, which this one cannot say
}

// newRig also lets the test run beside others: rigs mostly wait.
func newRig(t *testing.T) *rig {
	t.Helper()
	t.Parallel()
	r := &rig{t: t, gate: &gate{}, redis: miniredis.RunT(t), wiki: wikiapi.New(1 << 30)}
	r.api = r.wiki
	var err error
	r.kafka, err = kfake.NewCluster(kfake.NumBrokers(1), kfake.DefaultNumPartitions(1), kfake.AllowAutoTopicCreation(),
		kfake.ListenFn(r.gate.listen), kfake.BrokerConfigs(map[string]string{"message.max.bytes": "8388608"}),
		kfake.SeedTopics(1, createTopic, changeTopic, revertedTopic, revidTopic, errorTopic))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.kafka.Close)
	r.client, err = kgo.NewClient(kgo.SeedBrokers(r.kafka.ListenAddrs()...), kgo.ProducerBatchMaxBytes(8<<20))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.client.Close)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { r.api.ServeHTTP(w, req) }))
	t.Cleanup(api.Close)
	r.cfg = rigConfig(r.kafka.ListenAddrs(), r.redis.Addr(), api.URL)
	return r
}

func rigConfig(brokers []string, redis, api string) Config {
	cfg := DefaultConfig()
	cfg.Kafka.Brokers, cfg.Kafka.StartTimeout = brokers, 10*time.Second
	cfg.Consume.Topics = []string{createTopic, changeTopic}
	cfg.Consume.Group, cfg.Consume.Start = rigGroup, "earliest"
	cfg.Consume.CommitInterval = 100 * time.Millisecond
	cfg.Consume.DrainTimeout, cfg.Consume.SessionTimeout = 5*time.Second, 10*time.Second
	cfg.Routes = []score.RouteConfig{{Model: "reverted"}, {Model: "revid"}}
	cfg.Models = []registry.Place{{Bundle: "embedded:enwiki.reverted", Wikis: []string{"*"}}, {Bundle: "embedded:revid"}}
	cfg.Fetch.Wikis = []fetch.Wiki{{Match: `/^[a-z0-9_]+$/`, API: api + "/{wiki}/w/api.php"}}
	cfg.Fetch.FreshFor = 0 // events here are as old as their corpus says
	cfg.Fetch.Timeout, cfg.Fetch.Deadline, cfg.Fetch.Tries = 2*time.Second, 10*time.Second, 4
	cfg.Fetch.RetryMin, cfg.Fetch.RetryMax = time.Millisecond, 10*time.Millisecond
	cfg.Retry.Stream = "" // what fails is to fail at once
	cfg.Dedupe.Redis.Addresses = []string{redis}
	cfg.Dedupe.Redis.Timeout = 5 * time.Second // a busy machine is no outage
	cfg.Admin.Listen = "127.0.0.1:0"
	cfg.StopTimeout = 10 * time.Second
	return cfg
}

// gate is the broker's listener, which can be shut as if the broker were gone,
// and opened again with all that the broker knows.
type gate struct {
	net.Listener
	mu    sync.Mutex
	shut  chan struct{} // nil: open; closed when a connection was refused
	conns []net.Conn
}

func (g *gate) listen(network, address string) (net.Listener, error) {
	var err error
	g.Listener, err = net.Listen(network, address)
	return g, err
}

func (g *gate) Accept() (net.Conn, error) {
	for {
		conn, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if g.lets(conn) {
			return conn, nil
		}
		conn.Close()
	}
}

func (g *gate) lets(conn net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut == nil {
		g.conns = append(g.conns, conn)
		return true
	}
	select {
	case <-g.shut:
	default:
		close(g.shut)
	}
	return false
}

// refused is closed when somebody knocked at the shut gate.
func (g *gate) refused() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.shut
}

// set shuts the gate, which breaks all connections, or opens it.
func (g *gate) set(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = nil
	if shut {
		g.shut = make(chan struct{})
		for _, conn := range g.conns {
			conn.Close()
		}
		g.conns = nil
	}
}

// instance is one run of the program.
type instance struct {
	t       *testing.T
	cancel  context.CancelFunc
	done    chan error // capacity 1
	reports chan score.Report
	address string // of the admin listener
	logs    *observer.ObservedLogs
}

// launch calls run and does not wait for anything.
func (r *rig) launch() (s *instance, started <-chan string) {
	core, logs := observer.New(zapcore.InfoLevel)
	ctx, cancel := context.WithCancel(r.t.Context())
	s = &instance{t: r.t, cancel: cancel, done: make(chan error, 1), reports: make(chan score.Report, 1<<16), logs: logs}
	begun := make(chan string, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.done <- run(ctx, r.cfg, zap.New(core), hooks{
			observe:  func(rep score.Report) { s.reports <- rep },
			started:  func(address string) { begun <- address },
			embedded: !r.asked,
		})
	}()
	r.t.Cleanup(func() { // before the broker goes
		cancel()
		<-ended
	})
	return s, begun
}

// start runs the program and returns when it consumes.
func (r *rig) start() *instance {
	r.t.Helper()
	s, started := r.launch()
	select {
	case s.address = <-started:
	case err := <-s.done:
		r.t.Fatalf("run ended before it consumed: %v", err)
	case <-time.After(patience):
		r.t.Fatal("run does not begin to consume")
	}
	return s
}

// await collects n reports.
func (s *instance) await(n int) []score.Report {
	s.t.Helper()
	deadline := time.After(patience)
	var out []score.Report
	for len(out) < n {
		select {
		case rep := <-s.reports:
			out = append(out, rep)
		case err := <-s.done:
			s.t.Fatalf("run ended after %d of %d reports: %v", len(out), n, err)
		case <-deadline:
			s.t.Fatalf("%d of %d reports came", len(out), n)
		}
	}
	return out
}

// until waits for a channel that is closed when something has come to pass.
func (s *instance) until(done <-chan struct{}, what string) {
	s.t.Helper()
	select {
	case <-done:
	case err := <-s.done:
		s.t.Fatalf("run ended before there was %s: %v", what, err)
	case <-time.After(patience):
		s.t.Fatalf("waited %v for %s", patience, what)
	}
}

// result waits for the end of run.
func (s *instance) result() error {
	s.t.Helper()
	select {
	case err := <-s.done:
		return err
	case <-time.After(patience):
		s.t.Fatal("run does not return")
		return nil
	}
}

// stop stops the program in the regular way, which must succeed.
func (s *instance) stop() {
	s.t.Helper()
	s.cancel()
	if err := s.result(); err != nil {
		s.t.Fatalf("stop: %v", err)
	}
}

// warnings lists what was logged above info.
func (s *instance) warnings() []string {
	var out []string
	for _, e := range s.logs.All() {
		if e.Level > zapcore.InfoLevel {
			out = append(out, e.Message)
		}
	}
	return out
}

func (r *rig) feed(topic string, values ...[]byte) {
	r.t.Helper()
	records := make([]*kgo.Record, len(values))
	for i, v := range values {
		records[i] = &kgo.Record{Topic: topic, Value: v}
	}
	if err := r.client.ProduceSync(r.t.Context(), records...).FirstErr(); err != nil {
		r.t.Fatal(err)
	}
}

// admin has connections of its own: the client's may be broken by the gate.
func (r *rig) admin() *kadm.Client {
	r.t.Helper()
	admin, err := kadm.NewOptClient(kgo.SeedBrokers(r.kafka.ListenAddrs()...))
	if err != nil {
		r.t.Fatal(err)
	}
	return admin
}

// end is the number of records in a topic of one partition.
func (r *rig) end(topic string) int64 {
	r.t.Helper()
	admin := r.admin()
	defer admin.Close()
	offsets, err := admin.ListEndOffsets(r.t.Context(), topic)
	if err != nil {
		r.t.Fatal(err)
	}
	o, _ := offsets.Lookup(topic, 0)
	if o.Err != nil {
		r.t.Fatal(o.Err)
	}
	return o.Offset
}

// committed is the offset that the program's group goes on from; -1: none.
func (r *rig) committed(topic string) int64 {
	r.t.Helper()
	admin := r.admin()
	defer admin.Close()
	offsets, err := admin.FetchOffsets(r.t.Context(), rigGroup)
	if err != nil {
		r.t.Fatal(err)
	}
	if o, ok := offsets.Lookup(topic, 0); ok {
		return o.At
	}
	return -1
}

// records reads a topic of one partition from its beginning to its end, as one does
// who asks for committed transactions alone.
func (r *rig) records(topic string) []*kgo.Record {
	r.t.Helper()
	admin := r.admin()
	defer admin.Close()
	ends, err := admin.ListCommittedOffsets(r.t.Context(), topic)
	if err != nil {
		r.t.Fatal(err)
	}
	end, _ := ends.Lookup(topic, 0)
	cl, err := kgo.NewClient(kgo.SeedBrokers(r.kafka.ListenAddrs()...),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		r.t.Fatal(err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	var out []*kgo.Record
	for next := int64(0); next < end.Offset; {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			r.t.Fatalf("read %s: %v", topic, err)
		}
		fetches.EachRecord(func(rec *kgo.Record) {
			next = rec.Offset + 1
			if !rec.Attrs.IsControl() {
				out = append(out, rec)
			}
		})
	}
	return out
}

// scoreEvent has every field that /mediawiki/revision/score/3.0.0 allows and
// that this service may write.
type scoreEvent struct {
	Schema string `json:"$schema"`
	Meta   struct {
		Stream    string `json:"stream"`
		ID        string `json:"id"`
		DT        string `json:"dt"`
		RequestID string `json:"request_id"`
		URI       string `json:"uri"`
		Domain    string `json:"domain"`
	} `json:"meta"`
	DT            string `json:"dt"`
	Database      string `json:"database"`
	PageID        int64  `json:"page_id"`
	PageTitle     string `json:"page_title"`
	PageNamespace int64  `json:"page_namespace"`
	PageRedirect  bool   `json:"page_is_redirect"`
	Performer     *struct {
		Text         string   `json:"user_text"`
		ID           int64    `json:"user_id"`
		EditCount    int64    `json:"user_edit_count"`
		Groups       []string `json:"user_groups"`
		IsBot        bool     `json:"user_is_bot"`
		Registration string   `json:"user_registration_dt"`
	} `json:"performer"`
	RevID        int64  `json:"rev_id"`
	RevParentID  int64  `json:"rev_parent_id"`
	RevTimestamp string `json:"rev_timestamp"`
	Scores       map[string]struct {
		ModelName    string             `json:"model_name"`
		ModelVersion string             `json:"model_version"`
		Prediction   []string           `json:"prediction"`
		Probability  map[string]float64 `json:"probability"`
	} `json:"scores"`
	Errors map[string]struct {
		ModelName    string `json:"model_name"`
		ModelVersion string `json:"model_version"`
		Type         string `json:"type"`
		Message      string `json:"message"`
	} `json:"errors"`

	key string // of the message
}

// failure is the error type of a model, "" when it scored.
func (e scoreEvent) failure(model string) string { return e.Errors[model].Type }

// scores reads a topic of scores and holds every event in it against the schema.
func (r *rig) scores(topic string) []scoreEvent {
	r.t.Helper()
	var out []scoreEvent
	for _, rec := range r.records(topic) {
		var e scoreEvent
		dec := json.NewDecoder(bytes.NewReader(rec.Value))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&e); err != nil {
			r.t.Fatalf("%s@%d: %v in %s", topic, rec.Offset, err, rec.Value)
		}
		e.key = string(rec.Key)
		if fault := e.fault(topic); fault != "" {
			r.t.Errorf("%s@%d: %s in %s", topic, rec.Offset, fault, rec.Value)
		}
		out = append(out, e)
	}
	return out
}

// fault says what is wrong with an event about a revision, "" when nothing is.
func (e scoreEvent) fault(topic string) string {
	id, err := uuid.Parse(e.Meta.ID)
	_, model, _ := strings.Cut(topic, "revision-score-")
	got, failed := e.Scores[model], e.Errors[model]
	sum := 0.0
	for _, p := range got.Probability {
		sum += p
	}
	switch {
	case e.Schema != event.ScoreSchema || e.Meta.Stream != topic:
		return "another schema or stream"
	case err != nil || id.Version() != 5:
		return "meta.id is no UUIDv5"
	case !isTime(e.Meta.DT) || !isTime(e.DT) || e.DT != e.RevTimestamp:
		return "a time is missing"
	case e.Database == "" || e.PageID < 1 || e.PageTitle == "" || e.RevID < 1:
		return "a required field is missing"
	case e.key != string(event.EncodeKey(e.Database, e.PageID)):
		return "key " + e.key
	case len(e.Scores)+len(e.Errors) != 1:
		return "neither one score nor one error"
	case e.Scores != nil && (got.ModelName != model || got.ModelVersion == "" || len(got.Prediction) != 1 || sum < 1-1e-9 || sum > 1+1e-9):
		return "no score of the model"
	case e.Errors != nil && (failed.ModelName != model || failed.ModelVersion == "" || failed.Type == "" || failed.Message == ""):
		return "no error of the model"
	}
	return ""
}

func isTime(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}

// distinct fails when two events have one meta.id or tell of one revision twice.
func distinct(t *testing.T, events []scoreEvent) {
	t.Helper()
	ids := map[string]bool{}
	for _, e := range events {
		if ids[e.Meta.ID] {
			t.Errorf("revision %d of %s: meta.id %s again", e.RevID, e.Database, e.Meta.ID)
		}
		ids[e.Meta.ID] = true
	}
}

// get asks the admin listener.
func (s *instance) get(path string) (status int, body string) {
	s.t.Helper()
	return get(s.t, "http://"+s.address+path)
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, body.String()
}
