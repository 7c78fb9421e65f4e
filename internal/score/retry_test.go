package score

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"revscore/internal/event"
	"revscore/internal/retry"
	"revscore/internal/score/fetch"
)

// outage fails texts for a reason while it is on.
type outage struct{ code string }

func (o *outage) texts(ctx context.Context, req fetch.Request) (fetch.Texts, error) {
	switch o.code {
	case "":
		return plainTexts(ctx, req)
	case fetch.NotReplicated:
		return fetch.Texts{}, &fetch.Error{Type: fetch.RevisionNotFound, Wiki: req.Wiki, RevID: req.RevID, Code: o.code, Err: errors.New("not there yet")}
	default:
		return fetch.Texts{}, &fetch.Error{
			Type: fetch.CaughtDependencyError, Wiki: req.Wiki, RevID: req.RevID, Transient: true, Code: o.code, Err: errors.New("the API refused"),
		}
	}
}

// retryRig has a wiki that may be out, and a table with every end.
func retryRig(t *testing.T) (*rig, *outage) {
	t.Helper()
	r, o := newRig(t), &outage{code: "http_503"}
	r.texts = o.texts
	cfg := retry.DefaultConfig()
	cfg.Table = []retry.Line{
		{Reasons: []string{fetch.NotReplicated}, Attempts: 1, Then: retry.ErrorEvent},
		{Reasons: []string{"maxlag"}, Attempts: 2, Then: retry.DeadLetter},
		{Reasons: []string{"timeout"}, Attempts: 0, Then: retry.Both},
		{Reasons: []string{"/.*/"}, Attempts: 3, Then: retry.ErrorEvent},
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	r.retry = Retries{Policy: retry.New(cfg, func(s string) string { return "dc." + s })}
	return r, o
}

// comesBack is the record that the last message is, read from its topic.
func (r *rig) comesBack(t *testing.T, offset int64) event.Record {
	t.Helper()
	m := r.broker.messages[len(r.broker.messages)-1]
	if !strings.HasPrefix(m.Topic, "dc.revscore.retry.") {
		t.Fatalf("the last message is for %s", m.Topic)
	}
	return event.Record{
		Source: event.Source{Topic: m.Topic, Partition: 1, Offset: offset}, Headers: m.Headers, Value: m.Value, Received: time.Now(),
	}
}

func (r *rig) topics() string {
	var list []string
	for _, m := range r.broker.messages {
		list = append(list, strings.TrimPrefix(m.Topic, "dc."))
	}
	return strings.Join(list, " ")
}

const (
	revertedStream = "mediawiki.revision-score-reverted"
	revidStream    = "mediawiki.revision-score-revid"
)

// What needs no text is answered at once; the rest waits and is answered when the wiki
// is back. Nothing is said twice.
func TestRetryThenSuccess(t *testing.T) {
	r, o := retryRig(t)
	r.maxAge = 200 * 24 * time.Hour // not applied to what comes back
	p := r.start(t)
	value := strings.Replace(edit(7, 1234, 1233), "2026-01-02", time.Now().Format(time.DateOnly), 1)
	source := record(value, 5)
	do(t, p, source)
	if got, want := r.topics(), revidStream+" revscore.retry.1m"; got != want {
		t.Fatalf("messages to %s, want %s", got, want)
	}
	again := r.comesBack(t, 0)
	head, err := again.Retry()
	if err != nil {
		t.Fatal(err)
	}
	if wait := head.Wait(time.Now()); wait > time.Minute || wait < 50*time.Second {
		t.Errorf("waits for %v, want a minute", wait)
	}
	head.Due = time.Time{}
	want := &event.Retry{
		Attempt: 1, Delay: time.Minute, Origin: source.Source, Streams: []string{revertedStream}, Models: []string{"reverted"}, Reason: "http_503",
	}
	if fmt.Sprint(head) != fmt.Sprint(want) || string(again.Value) != value {
		t.Errorf("the record says %+v, want %+v", head, want)
	}
	if got, want := string(r.broker.messages[1].Key), string(r.broker.messages[0].Key); got != want {
		t.Errorf("key %s, that of the score is %s", got, want)
	}

	do(t, p, again) // still out
	if got := r.topics(); !strings.HasSuffix(got, "revscore.retry.1m revscore.retry.10m") {
		t.Fatalf("messages to %s", got)
	}
	again = r.comesBack(t, 0)
	if head, _ := again.Retry(); head.Attempt != 2 || head.Origin != source.Source || string(again.Value) != value {
		t.Errorf("the second record says %+v", head)
	}
	again.Received = time.Now().Add(300 * 24 * time.Hour)
	o.code = ""
	do(t, p, again)
	if got := r.topics(); !strings.HasSuffix(got, "revscore.retry.10m "+revertedStream) || strings.Count(got, revidStream) != 1 {
		t.Errorf("messages to %s", got)
	}
	do(t, p, again, source) // delivered again
	if got := r.kinds(); got != "score retry retry score duplicate duplicate duplicate" {
		t.Errorf("reports: %s", got)
	}
	for _, rep := range r.reports {
		if rep.Record.Source != source.Source {
			t.Errorf("a %s is reported of %s, want the source's place", rep.Kind, rep.Record.Source)
		}
	}
	for _, delay := range []string{"1m", "10m"} {
		if got := testutil.ToFloat64(p.metrics.retries.WithLabelValues(delay, "http_503")); got != 1 {
			t.Errorf("%v records with delay %s were counted", got, delay)
		}
	}
}

// When the attempts are used up the table decides. What ends in a dead letter alone
// has no mark, like any failure that may be mended.
func TestRetriesExhausted(t *testing.T) {
	for _, c := range []struct {
		code   string
		topics []string // of all messages
		failed string   // type of the error event; "": none
		letter string   // in the message of the dead letter; "": none
		again  int      // messages of the last record's second delivery
		source int      // messages of the source record's delivery after that, the wiki being back
	}{
		{"http_503", []string{revidStream, "revscore.retry.1m", "revscore.retry.10m", "revscore.retry.1h", revertedStream}, "CaughtDependencyError", "", 1, 1},
		{"maxlag", []string{revidStream, "revscore.retry.1m", "revscore.retry.10m", "errors"}, "", "maxlag, after 2 attempts", 0, 1},
		{"timeout", []string{revertedStream, revidStream, "errors"}, "CaughtDependencyError", "timeout, after 0 attempts", 1, 1},
		{fetch.NotReplicated, []string{revidStream, "revscore.retry.1m", revertedStream}, "RevisionNotFound", "", 0, 0},
	} {
		t.Run(c.code, func(t *testing.T) {
			r, o := retryRig(t)
			o.code = c.code
			p := r.start(t)
			source := record(edit(7, 1234, 1233), 5)
			do(t, p, source)
			last := source
			for strings.Contains(c.topics[len(r.broker.messages)-1], "retry") {
				last = r.comesBack(t, 0)
				do(t, p, last)
			}
			if got, want := r.topics(), strings.Join(c.topics, " "); got != want {
				t.Fatalf("messages to\n%s, want\n%s", got, want)
			}
			events := r.broker.events(t)
			i := slices.Index(c.topics, revertedStream)
			if got := i >= 0; got != (c.failed != "") || got && failureIn(events[i], "reverted")["type"] != c.failed {
				t.Errorf("events %v, want an error event of type %q", events, c.failed)
			}
			if c.letter != "" {
				r.checkLetter(t, events[len(events)-1], source, c.letter)
			}
			before := len(r.broker.messages)
			do(t, p, last)
			if got := len(r.broker.messages) - before; got != c.again {
				t.Errorf("the last record's second delivery made %d messages, want %d", got, c.again)
			}
			o.code, before = "", len(r.broker.messages)
			do(t, p, source)
			if got := len(r.broker.messages) - before; got != c.source {
				t.Errorf("the source's second delivery made %d messages, want %d", got, c.source)
			}
		})
	}
}

func (r *rig) checkLetter(t *testing.T, got map[string]any, source event.Record, why string) {
	t.Helper()
	message := got["message"].(string)
	if got["error_type"] != "RetriesExhausted" || got["raw_event"] != string(source.Value) || got["errored_stream_name"] != "mediawiki.revision-create" ||
		!strings.HasPrefix(message, "record in/0@5: RetriesExhausted: revision 1234 of enwiki: "+why) || !strings.Contains(message, "reverted in "+revertedStream) {
		t.Errorf("dead letter %v", got)
	}
}

// A failure that no later attempt would mend does not wait, and one that does is not
// remembered as gone.
func TestWhatIsNotTriedAgain(t *testing.T) {
	for _, err := range []error{
		fetch.ErrWikiNotConfigured,
		&fetch.Error{Type: fetch.RevisionNotFound, RevID: 1234, Err: errors.New("deleted")},
		&fetch.Error{Type: fetch.TextTooLarge, RevID: 1234, Err: errors.New("20 MB")},
	} {
		r, _ := retryRig(t)
		r.texts = failing(err)
		do(t, r.start(t), record(edit(7, 1234, 0), 0))
		if got := r.kinds(); got != "failure score" {
			t.Errorf("%v: reports %s", err, got)
		}
	}
	r, o := retryRig(t)
	o.code = fetch.NotReplicated
	p := r.start(t)
	do(t, p, record(edit(7, 1234, 0), 0))
	o.code = ""
	do(t, p, r.comesBack(t, 0))
	if got := r.kinds(); got != "score retry score" {
		t.Errorf("reports: %s", got)
	}
}

// Two models in one stream: only the one that failed comes again, also when all marks
// are lost meanwhile.
func TestRetryOfOneModelOfAStream(t *testing.T) {
	r, o := retryRig(t)
	r.routes = []RouteConfig{{Model: "reverted", Stream: "s"}, {Model: "revid", Stream: "s"}}
	do(t, r.start(t), record(edit(7, 1234, 0), 0))
	o.code = ""
	r.store = newRig(t).store
	do(t, r.start(t), r.comesBack(t, 0))
	if got := r.topics(); got != "s revscore.retry.1m s" {
		t.Fatalf("messages to %s", got)
	}
	if e := r.broker.events(t)[2]; e["scores"].(map[string]any)["reverted"] == nil {
		t.Errorf("the last event is %v", e)
	}
}

// A crash between acknowledgement and commit leaves the record twice in the retry topic.
// Both may even be worked on at once.
func TestRepeatedRetryRecord(t *testing.T) {
	r, o := retryRig(t)
	p := r.start(t)
	do(t, p, record(edit(7, 1234, 0), 0))
	o.code = ""
	first, second := p.Begin(r.comesBack(t, 0)), p.Begin(r.comesBack(t, 1))
	done := make(chan error, 2)
	go func() { done <- second(t.Context()) }()
	go func() { done <- first(t.Context()) }()
	if err := errors.Join(<-done, <-done); err != nil {
		t.Fatal(err)
	}
	if got := r.kinds(); got != "score retry score duplicate" {
		t.Errorf("reports: %s", got)
	}
}

// A record that waits for a slow wiki in its second attempt holds up no event of its
// page that comes from the source.
func TestRetryHoldsUpNobody(t *testing.T) {
	r, o := retryRig(t)
	r.routes = []RouteConfig{{Model: "reverted"}}
	slow := make(chan struct{})
	r.texts = func(ctx context.Context, req fetch.Request) (fetch.Texts, error) {
		if req.RevID == 1 && o.code == "" {
			<-slow
		}
		return o.texts(ctx, req)
	}
	p := r.start(t)
	do(t, p, record(edit(7, 1, 0), 0))
	o.code = ""
	task := p.Begin(r.comesBack(t, 0))
	done := make(chan error, 1)
	go func() { done <- task(t.Context()) }()
	do(t, p, record(edit(7, 2, 1), 1))
	close(slow)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	var order []any
	for _, e := range r.broker.events(t)[1:] {
		order = append(order, e["rev_id"])
	}
	if fmt.Sprint(order) != "[2 1]" {
		t.Errorf("left in order %v", order)
	}
}

// A record that no retry topic takes for its size meets the table's end at once.
func TestRetryRecordTooLarge(t *testing.T) {
	r, o := retryRig(t)
	o.code = "maxlag"
	var asked event.Message
	r.retry.Check = func(m event.Message) error {
		asked = m
		return errors.New("too large")
	}
	do(t, r.start(t), record(edit(7, 1234, 0), 0))
	if asked.Topic != "dc.revscore.retry.1m" || len(asked.Headers) != 1 {
		t.Errorf("asked about %+v", asked)
	}
	if got := r.topics(); got != revidStream+" errors" {
		t.Errorf("messages to %s", got)
	}
}

// A record that carries the header and does not say what it is becomes a dead letter.
func TestBrokenRetryHeader(t *testing.T) {
	r, _ := retryRig(t)
	rec := record(edit(7, 1234, 0), 3)
	rec.Topic, rec.Headers = "dc.revscore.retry.1m", []event.Header{{Key: "revscore-retry", Value: []byte("{}")}}
	p := r.start(t)
	do(t, p, rec, rec)
	events := r.broker.events(t)
	if len(events) != 1 || events[0]["error_type"] != "BrokenRetry" || !strings.HasPrefix(events[0]["message"].(string), "record dc.revscore.retry.1m/0@3: ") {
		t.Errorf("got %v", events)
	}
}

// A route that is gone wants nothing any more.
func TestRetryOfARouteThatIsGone(t *testing.T) {
	r, _ := retryRig(t)
	do(t, r.start(t), record(edit(7, 1234, 0), 0))
	r.routes = []RouteConfig{{Model: "revid"}}
	do(t, r.start(t), r.comesBack(t, 0))
	if got := r.kinds(); got != "score retry no_route" {
		t.Errorf("reports: %s", got)
	}
}

// With a store that is away nothing is lost, and a letter may come twice under its id.
func TestRetryWithoutAStore(t *testing.T) {
	r, o := retryRig(t)
	o.code = "timeout"
	r.routes = []RouteConfig{{Model: "reverted"}}
	r.store = deadStore{r.store}
	rec := record(edit(7, 1234, 0), 0)
	do(t, r.start(t), rec, rec)
	events := r.broker.events(t)
	if got := r.topics(); got != revertedStream+" errors "+revertedStream+" errors" {
		t.Fatalf("messages to %s", got)
	}
	id := func(i int) any { return events[i]["meta"].(map[string]any)["id"] }
	if id(1) != id(3) || id(0) != id(2) {
		t.Error("a repeat has another id")
	}
}

// A retry record that is refused leaves no marks of the answers that went with it.
func TestRefusedRetryIsNotMarked(t *testing.T) {
	r, _ := retryRig(t)
	boom := errors.New("refused")
	r.publish = publishFunc(func(_ context.Context, m []event.Message, done func(error)) { done(boom) })
	p := r.start(t)
	if err := p.Begin(record(edit(7, 1234, 0), 0))(t.Context()); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	p.Publish = r.broker
	do(t, p, record(edit(7, 1234, 0), 0))
	if got := r.topics(); got != revidStream+" revscore.retry.1m" {
		t.Errorf("messages to %s", got)
	}
}
