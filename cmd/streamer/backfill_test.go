package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/zap"

	"revscore/internal/corpus"
	"revscore/internal/score"
)

// history makes about n revisions of one simulated wiki, known to the API, in the order of
// a dump: page by page.
func (r *rig) history(seed uint64, n int) ([]*corpus.Revision, [][]byte) {
	r.t.Helper()
	all, values := r.edits(seed, 3*n)
	type both struct {
		rev   *corpus.Revision
		value []byte
	}
	var list []both
	for i, rev := range all {
		if rev.Wiki == "enwiki" && !rev.Deleted {
			list = append(list, both{rev, values[i]})
		}
	}
	slices.SortStableFunc(list, func(a, b both) int { return cmp.Compare(a.rev.PageID, b.rev.PageID) })
	revs, kept := make([]*corpus.Revision, len(list)), make([][]byte, len(list))
	for i, b := range list {
		revs[i], kept[i] = b.rev, b.value
	}
	return revs, kept
}

// exported writes revisions as MediaWiki's dumps do. Whoever reads it finds parents only
// where they are in it.
func exported(t *testing.T, revs []*corpus.Revision) string {
	t.Helper()
	escape := func(s string) string {
		var b bytes.Buffer
		if err := xml.EscapeText(&b, []byte(s)); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	var b strings.Builder
	b.WriteString(`<mediawiki><siteinfo><dbname>enwiki</dbname><base>https://en.wikipedia.example/wiki/X</base></siteinfo>`)
	page := int64(0)
	for _, r := range revs {
		if r.PageID != page {
			if page != 0 {
				b.WriteString("</page>")
			}
			page = r.PageID
			fmt.Fprintf(&b, "<page><title>%s</title><ns>%d</ns><id>%d</id>\n", escape(r.Title), r.Namespace, r.PageID)
		}
		fmt.Fprintf(&b, "<revision><id>%d</id>", r.RevID)
		if r.ParentID != 0 {
			fmt.Fprintf(&b, "<parentid>%d</parentid>", r.ParentID)
		}
		fmt.Fprintf(&b, "<timestamp>%s</timestamp>", r.Timestamp.Format(time.RFC3339))
		switch {
		case r.UserHidden:
			b.WriteString(`<contributor deleted="deleted"/>`)
		case r.Anonymous:
			fmt.Fprintf(&b, "<contributor><ip>%s</ip></contributor>", escape(r.User))
		default:
			fmt.Fprintf(&b, "<contributor><username>%s</username><id>%d</id></contributor>", escape(r.User), r.UserID)
		}
		if r.Minor {
			b.WriteString("<minor/>")
		}
		if r.CommentHidden {
			b.WriteString(`<comment deleted="deleted"/>`)
		} else {
			fmt.Fprintf(&b, "<comment>%s</comment>", escape(r.Comment))
		}
		fmt.Fprintf(&b, "<model>%s</model>", r.ContentModel)
		if r.Text == nil {
			b.WriteString(`<text deleted="deleted"/>`)
		} else {
			fmt.Fprintf(&b, `<text bytes="%d">%s</text>`, len(*r.Text), escape(*r.Text))
		}
		b.WriteString("</revision>\n")
	}
	b.WriteString("</page></mediawiki>\n")
	return b.String()
}

// backfill does a job to its end, or until stop is done.
func (r *rig) backfill(stop context.Context, change func(*backfillOptions)) (string, error) {
	r.t.Helper()
	o := backfillOptions{form: "revision-create", streams: sameStreams, admin: "", domain: "en.wikipedia.example"}
	change(&o)
	cfg := r.cfg
	cfg.Log.Level = "error"
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(stop, patience)
	defer cancel()
	err := backfillBehind(ctx, &out, &out, cfg, o, nil)
	return out.String(), err
}

// counted lets a test see which questions the API gets, and act at one of them.
func (r *rig) counted(name string) *atomic.Int64 {
	var n atomic.Int64
	r.api = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.Contains(req.URL.RawQuery, name) {
			n.Add(1)
		}
		r.wiki.ServeHTTP(w, req)
	})
	return &n
}

// A dump gives what the live service would have: what that answered is not answered again,
// the texts are the dump's, and hidden ones stay hidden.
func TestBackfillOfADump(t *testing.T) {
	r := newRig(t)
	revs, values := r.history(7, 200)
	s := r.start()
	r.feed(createTopic, values[:50]...)
	s.await(2 * 50)
	s.stop()

	texts := r.counted("content%7C")
	dump := writeFile(t, "history.xml", exported(t, revs))
	state := filepath.Join(t.TempDir(), "state")
	out, err := r.backfill(t.Context(), func(o *backfillOptions) { o.dump, o.state = dump, state })
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(out, fmt.Sprintf("finished\n%d revisions in", len(revs))) || !strings.Contains(out, "duplicates") {
		t.Errorf("summary\n%s", out)
	}
	reverted, revid := r.scores(revertedTopic), r.scores(revidTopic)
	if len(reverted) != len(revs) || len(revid) != len(revs) {
		t.Fatalf("%d and %d events of %d revisions\n%s", len(reverted), len(revid), len(revs), out)
	}
	distinct(t, slices.Concat(reverted, revid))
	r.checkScores(revs, values, reverted, revid)
	if n := texts.Load(); n > int64(len(revs)/20) { // a few parents were left out with their pages
		t.Errorf("texts were asked for %d times", n)
	}
	marked := 0
	for _, e := range reverted {
		if strings.HasPrefix(e.Meta.RequestID, "backfill-") {
			marked++
		}
	}
	if marked != len(revs)-50 {
		t.Errorf("%d of %d events say that they are of a backfill", marked, len(revs)-50)
	}
	if out, err := r.backfill(t.Context(), func(o *backfillOptions) { o.dump, o.state = dump, state }); err != nil || !strings.Contains(out, "nothing left to do") {
		t.Errorf("again: %v\n%s", err, out)
	}
	if out, err := r.backfill(t.Context(), func(o *backfillOptions) { o.dump, o.state, o.restart = dump, state, true }); err != nil || r.end(revidTopic) != int64(len(revs)) {
		t.Errorf("restarted: %v\n%s", err, out)
	}
}

// Stopped at random places, and once with a state of long before, as after a power cut: each
// revision has one answer in the end, since Redis has the marks.
func TestBackfillGoesOn(t *testing.T) {
	r := newRig(t)
	r.cfg.Consume.Window = 16 // many calls for texts
	revs, _ := r.history(8, 200)
	var ids strings.Builder
	for _, rev := range revs {
		fmt.Fprintln(&ids, rev.RevID)
	}
	list, state := writeFile(t, "ids", ids.String()+"999999999\nx\n"), filepath.Join(t.TempDir(), "state")
	rng := rand.New(rand.NewPCG(1, 2))
	stops, early, told := 0, []byte(nil), ""
	for {
		ctx, cancel := context.WithCancel(t.Context())
		calls := rng.Int64N(4) + 2
		var seen atomic.Int64
		r.api = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			r.wiki.ServeHTTP(w, req)
			if strings.Contains(req.URL.RawQuery, "content%7C") && seen.Add(1) == calls {
				cancel()
			}
		})
		out, err := r.backfill(ctx, func(o *backfillOptions) { o.ids, o.wiki, o.state = list, "enwiki", state })
		cancel()
		told += out
		if err == nil {
			for _, want := range []string{"finished", "1 records left out, not on the wiki, or deleted: 999999999\n", "1 records left out, broken: " + list + " line "} {
				if !strings.Contains(told, want) { // by the run that came upon them
					t.Errorf("no summary has %q:\n%s", want, told)
				}
			}
			break
		}
		if stops++; stops > 100 || !strings.Contains(err.Error(), "the same command goes on") {
			t.Fatalf("stop %d: %v\n%s", stops, err, out)
		}
		data, err := os.ReadFile(state)
		if err != nil {
			t.Fatal(err)
		}
		switch stops {
		case 1:
			early = data
		case 3:
			if err := os.WriteFile(state, early, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if stops < 3 {
		t.Errorf("stopped only %d times", stops)
	}
	events := slices.Concat(r.scores(revertedTopic), r.scores(revidTopic))
	if len(events) != 2*len(revs) {
		t.Errorf("%d events of %d revisions after %d stops", len(events), len(revs), stops)
	}
	distinct(t, events)
}

// Everything before the cut is answered; the completed file is gone on with.
func TestBackfillOfADumpThatIsCut(t *testing.T) {
	r := newRig(t)
	revs, _ := r.history(9, 60)
	whole := exported(t, revs)
	cut := strings.Index(whole, fmt.Sprintf("<id>%d</id>", revs[len(revs)/2].RevID)) + 30
	dump, state := writeFile(t, "history.xml", whole[:cut]), filepath.Join(t.TempDir(), "state")
	out, err := r.backfill(t.Context(), func(o *backfillOptions) { o.dump, o.state = dump, state })
	if err == nil || !strings.Contains(err.Error(), dump) || !strings.Contains(err.Error(), fmt.Sprintf("at byte %d", cut)) || !strings.Contains(err.Error(), "goes on there") {
		t.Fatalf("cut: %v\n%s", err, out)
	}
	if n := r.end(revidTopic); n != int64(len(revs)/2) {
		t.Errorf("%d revisions were answered, %d are before the cut", n, len(revs)/2)
	}
	if err := os.WriteFile(dump, []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	r.redis.FlushAll() // the state alone keeps the first half from coming again
	if out, err := r.backfill(t.Context(), func(o *backfillOptions) { o.dump, o.state = dump, state }); err != nil {
		t.Fatalf("completed: %v\n%s", err, out)
	}
	events := r.scores(revidTopic)
	if len(events) != len(revs) {
		t.Errorf("%d events of %d revisions", len(events), len(revs))
	}
	distinct(t, events)
}

// A stretch of time goes to streams of its own, whatever the live ones have.
func TestBackfillOfAStretch(t *testing.T) {
	r := newRig(t)
	revs, values := r.history(10, 150)
	s := r.start()
	r.feed(createTopic, values...)
	s.await(2 * len(revs))
	s.stop()
	times := make([]time.Time, len(revs))
	for i, rev := range revs {
		times[i] = rev.Timestamp
	}
	slices.SortFunc(times, time.Time.Compare)
	from, to := times[20], times[len(times)-20]
	want := 0
	for _, at := range times {
		if !at.Before(from) && at.Before(to) {
			want++
		}
	}
	texts := r.counted("content%7C")
	out, err := r.backfill(t.Context(), func(o *backfillOptions) {
		o.from, o.to, o.wiki, o.streams = stamp(from), stamp(to), "enwiki", ".backfill"
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := r.end(revidTopic + ".backfill"); got != int64(want) {
		t.Errorf("%d events, want %d\n%s", got, want, out)
	}
	if r.end(revidTopic) != int64(len(revs)) {
		t.Error("the live stream has more than the live service made")
	}
	// Scores are in the cache; errors are made anew.
	if n := texts.Load(); n > int64(want/8) {
		t.Errorf("texts were asked for %d times, though the scores are known", n)
	}
}

// What a dump hides is in no event, and its model says so rather than guess.
func TestBackfillHidesWhatIsHidden(t *testing.T) {
	r := newRig(t)
	words, parent := "Some words and more of them.", "Some words."
	rev := func(id int64) *corpus.Revision {
		return &corpus.Revision{
			Wiki: "enwiki", PageID: 5, Title: "Page", RevID: id, ParentID: id - 1, Timestamp: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC),
			User: "Secret", UserID: 9, Comment: "Secret", ContentModel: "wikitext", Text: &words, ParentText: &parent,
		}
	}
	user, comment, content := rev(2), rev(3), rev(4)
	user.UserHidden, comment.CommentHidden, content.Text = true, true, nil
	user.Comment, content.Comment, comment.User, content.User = "c", "c", "Ann", "Ann"
	first := rev(1)
	first.ParentID, first.User, first.Comment = 0, "Ann", "c"
	dump := writeFile(t, "history.xml", exported(t, []*corpus.Revision{first, user, comment, content}))
	if out, err := r.backfill(t.Context(), func(o *backfillOptions) { o.dump, o.offline, o.form = dump, true, "page_change" }); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := map[int64]string{1: "", 2: "UserDeleted", 4: "TextDeleted"}
	events := r.scores(revertedTopic)
	for _, e := range events {
		if failure, ok := want[e.RevID]; ok && e.failure("reverted") != failure {
			t.Errorf("revision %d: %q, want %q", e.RevID, e.failure("reverted"), failure)
		}
		if e.RevID == 2 && e.Performer != nil {
			t.Errorf("the performer is %+v", e.Performer)
		}
	}
	if len(events) != 4 {
		t.Errorf("%d of 4 revisions", len(events))
	}
	for _, rec := range slices.Concat(r.records(revertedTopic), r.records(revidTopic)) {
		if bytes.Contains(rec.Value, []byte("Secret")) {
			t.Errorf("hidden and shown: %s", rec.Value)
		}
	}
}

func TestBackfillRefusals(t *testing.T) {
	r := newRig(t)
	dump := writeFile(t, "dump.xml", "<mediawiki/>")
	ids := writeFile(t, "ids", "1\n")
	for name, c := range map[string]struct {
		cfg  func(*Config)
		o    func(*backfillOptions)
		want []string
	}{
		"exactly once": {func(c *Config) { c.Delivery = exactlyOnce }, func(o *backfillOptions) { o.dump = dump }, []string{"exactly_once", "--at-least-once"}},
		"every flag": {nil, func(o *backfillOptions) {
			o.from, o.to, o.rate, o.lag, o.streams, o.form, o.offline = "2026-01-02", "2025-01-02", -1, -1, "x", "edit", true
		}, []string{"--from is", "--wiki is empty", "--rate is -1", "--live-lag is", "--to-streams is", "--events is", "--offline needs --dump"}},
		"relative times": {nil, func(o *backfillOptions) { o.wiki, o.from, o.to = "enwiki", "25h", "1h" }, []string{"--from is \"25h\"", "--to is \"1h\""}},
		"future":         {nil, func(o *backfillOptions) { o.wiki, o.from, o.to = "enwiki", "2026-01-01", "2999-01-01" }, []string{"must not be in the future"}},
		"no file":        {nil, func(o *backfillOptions) { o.dump = dump + ".none" }, []string{dump + ".none"}},
		"no dump":        {nil, func(o *backfillOptions) { o.dump = ids }, []string{ids, "neither XML nor JSON lines"}},
		"no domain":      {nil, func(o *backfillOptions) { o.ids, o.wiki, o.domain = ids, "intranet", "" }, []string{"--domain is empty", "intranet"}},
		"broken state":   {nil, func(o *backfillOptions) { o.dump, o.state = dump, ids }, []string{"state file " + ids, "--restart"}},
		"another wiki": {func(c *Config) { c.Fetch.Wikis[0].API = strings.Replace(c.Fetch.Wikis[0].API, "{wiki}", "dewiki", 1) },
			func(o *backfillOptions) { o.ids, o.wiki = ids, "enwiki" }, []string{"says that it is \"dewiki\""}},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := r.cfg
			cfg.Fetch.Wikis = slices.Clone(cfg.Fetch.Wikis)
			if c.cfg != nil {
				c.cfg(&cfg)
			}
			own := *r
			own.t, own.cfg = t, cfg
			out, err := own.backfill(t.Context(), c.o)
			for _, want := range c.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v lacks %q\n%s", err, want, out)
				}
			}
		})
	}
	for _, args := range [][]string{{}, {"--dump", "a", "--ids", "b"}, {"--dump", "a", "--wiki", "enwiki"}, {"--from", "2026-01-01"}} {
		if out, err := execute(t, "", append([]string{"backfill", "--config", "none"}, args...)...); err == nil || strings.Contains(err.Error(), "configuration") {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
}

// The configuration of the live service, made into one that keeps out of its way.
func TestBackfillConfiguration(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Consume.Member, cfg.Consume.MaxAge = "one", time.Hour
	cfg.Routes = []score.RouteConfig{
		{Model: "reverted", Shadow: score.ShadowConfig{Model: "revid"}}, {Model: "revid", Stream: "s", Topic: "t"},
	}
	cfg.Sinks.Streams = map[string][]string{"s": {"kafka"}, cfg.Produce.ErrorStream: {"kafka"}}
	cfg.Produce.Combined = "all"
	before := asYAML(t, cfg)
	o := backfillOptions{dump: "x", streams: ".b", form: "revision-create"}
	job, err := o.job(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	got, err := cfg.behindLive(o, job)
	if err != nil {
		t.Fatal(err)
	}
	if r := got.Routes; r[0].StreamName() != revertedTopic+".b" || r[1].Stream != "s.b" || r[1].Topic != "t.b" || r[0].Shadow.Model != "" {
		t.Errorf("routes %+v", r)
	}
	if len(got.Sinks.Streams) != 2 || got.Sinks.Streams["s.b"] == nil || got.Sinks.Streams["revscore.error.b"] == nil || got.Produce.ErrorStream != "revscore.error.b" || got.Produce.Combined != "all.b" {
		t.Errorf("sinks %v, errors to %s", got.Sinks.Streams, got.Produce.ErrorStream)
	}
	if got.memberName() != "" || got.Consume.MaxAge != 0 || got.Score.Workers != 1 || got.Fetch.CallsPerWiki != 1 || got.Retry.Stream != "" || got.Kafka.ClientID == cfg.Kafka.ClientID {
		t.Errorf("a backfill has %+v", got.Consume)
	}
	if asYAML(t, cfg) != before {
		t.Error("the live configuration was changed")
	}
	cfg.Delivery, o.atLeast = exactlyOnce, true
	if got, err = cfg.behindLive(o, job); err != nil || got.Delivery != atLeastOnce {
		t.Errorf("accepted: %s, %v", got.Delivery, err)
	}
}

// While the live group has not finished a record for longer than the bound, the backfill
// stands still.
func TestBackfillYieldsToLiveTraffic(t *testing.T) {
	r := newRig(t)
	revs, values := r.history(11, 20)
	admin := r.admin()
	defer admin.Close()
	old := make([]*kgo.Record, len(values))
	for i, v := range values {
		old[i] = &kgo.Record{Topic: errorTopic, Value: v, Timestamp: time.Now().Add(-time.Minute)}
	}
	if err := r.client.ProduceSync(t.Context(), old...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	for i, v := range values {
		old[i] = &kgo.Record{Topic: createTopic, Value: v, Timestamp: time.Now().Add(-time.Minute)}
	}
	if err := r.client.ProduceSync(t.Context(), old...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	lag, err := newLiveLag(r.cfg, time.Second, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer lag.close()
	behind := func(want bool, when string) {
		t.Helper()
		if got, err := lag.Behind(t.Context()); err != nil || got != want {
			t.Errorf("%s: behind %v, %v", when, got, err)
		}
	}
	commit := func(at int64) {
		t.Helper()
		var offsets kadm.Offsets
		offsets.AddOffset(createTopic, 0, at, -1)
		offsets.AddOffset(errorTopic, 0, 0, -1) // no input: such are retry topics, whose records are to wait
		if _, err := admin.CommitOffsets(t.Context(), rigGroup, offsets); err != nil {
			t.Fatal(err)
		}
	}
	behind(false, "without a live service")
	commit(1)
	behind(true, "with the topic unread")
	commit(int64(len(values)))
	behind(false, "with the topic read")
	r.feed(createTopic, values[0], values[0], values[0])
	behind(false, "with records that came just now")

	commit(1)
	dump, looked := writeFile(t, "history.xml", exported(t, revs)), make(chan struct{})
	looks := 0 // kfake calls this in one goroutine
	r.kafka.ControlKey(int16(kmsg.OffsetFetch), func(kmsg.Request) (kmsg.Response, error, bool) {
		r.kafka.KeepControl()
		if looks++; looks == 3 {
			go func() {
				defer close(looked)
				if n := r.end(revidTopic); n != 0 {
					t.Errorf("%d revisions were answered while the live service was behind", n)
				}
				commit(int64(len(values)) + 3)
			}()
		}
		return nil, nil, false
	})
	out, err := r.backfill(t.Context(), func(o *backfillOptions) { o.dump, o.lag = dump, time.Second })
	<-looked
	if err != nil || r.end(revidTopic) != int64(len(revs)) {
		t.Errorf("%v\n%s", err, out)
	}
	r.gate.set(true)
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if got, err := lag.Behind(short); err != nil || !got {
		t.Errorf("with no broker that answers: behind %v, %v", got, err)
	}
	r.gate.set(false)
}

// The live service's own metrics tell when its events become slow.
func TestBackfillWatchesLatencies(t *testing.T) {
	r := newRig(t)
	_, values := r.edits(3, 20)
	r.feed(createTopic, values...)
	s := r.start()
	s.await(40)
	url := "http://" + s.address + "/metrics"
	got, err := newLiveLatency(url).read(t.Context())
	if err != nil || got.Counts[len(got.Counts)-1] < 40 || len(got.Bounds) != len(got.Counts) {
		t.Errorf("a live service tells %v, %v", got, err)
	}
	live := r.cfg
	live.Admin.Listen = s.address
	if metricsOf(live) != url {
		t.Errorf("metrics are looked for at %s, and are at %s", metricsOf(live), url)
	}
	w, err := newLiveWatch(t.Context(), live, backfillOptions{lag: time.Second}, zap.NewNop())
	if err != nil || w.latency == nil {
		t.Fatalf("watch %+v, %v", w, err)
	}
	defer w.close()
	if behind, err := w.Behind(t.Context()); err != nil || !behind {
		t.Errorf("at first it learns what is usual: behind %v, %v", behind, err)
	}
	s.stop()
	if w.latency.slow(t.Context(), false) {
		t.Error("a service that is gone is slow")
	}
	if _, err := newLiveWatch(t.Context(), live, backfillOptions{lag: time.Second, metrics: url}, zap.NewNop()); err == nil || !strings.Contains(err.Error(), url) {
		t.Errorf("metrics that were named and do not answer: %v", err)
	}
	for text, want := range map[string]bool{
		"": false, latencyMetric + `{le="1"} 4` + "\n": false, latencyMetric + `{le="x"} 4`: false, latencyMetric + `{le="1"}`: false,
		latencyMetric + `{le="1"} 1` + "\n" + latencyMetric + `{le="2"} 2` + "\n# x\n" + latencyMetric + `{le="+Inf"} 3` + "\n": true,
	} {
		if _, err := parseLatencies(strings.NewReader(text)); (err == nil) != want {
			t.Errorf("%q: %v", text, err)
		}
	}
	for listen, want := range map[string]string{"": "", "127.0.0.1:0": "", ":8080": "http://127.0.0.1:8080/metrics", "[::]:80": "http://127.0.0.1:80/metrics", "h:1": "http://h:1/metrics"} {
		if got := metricsOf(Config{Admin: AdminConfig{Listen: listen}}); got != want {
			t.Errorf("%q: %q, want %q", listen, got, want)
		}
	}
}
