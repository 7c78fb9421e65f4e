package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"testing"
	"time"

	"revscore/internal/event"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// edit is the value of a revision's record.
func edit(wiki string, rev int64) string {
	return fmt.Sprintf(`{"$schema":"/mediawiki/revision/create/2.0.0","meta":{"stream":"mediawiki.revision-create","domain":"x"},"database":%q,`+
		`"page_id":7,"page_title":"T","page_namespace":0,"rev_id":%d,"rev_parent_id":1,"rev_timestamp":"2026-01-02T12:00:00Z"}`, wiki, rev)
}

// stream gives records of a topic of one partition, offsets from 0, and then err.
func stream(topic string, err error, values ...string) iter.Seq2[event.Record, error] {
	return func(yield func(event.Record, error) bool) {
		for i, v := range values {
			rec := event.Record{Source: event.Source{Topic: topic, Offset: int64(i)}, Value: []byte(v), Received: noon}
			if v == "tombstone" {
				rec.Value = nil
			}
			if !yield(rec, nil) {
				return
			}
		}
		if err != nil {
			yield(event.Record{}, err)
		}
	}
}

func events(values ...string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, v := range values {
			if !yield([]byte(v), nil) {
				return
			}
		}
	}
}

// both wants two models for wikis that do not begin with x.
func both(rev *event.Revision) ([]Target, error) {
	switch {
	case strings.HasPrefix(rev.Wiki, "xx"):
		return nil, errors.New("undecided")
	case strings.HasPrefix(rev.Wiki, "x"):
		return nil, nil
	}
	return []Target{{"s.a", "a"}, {"s.b", "b"}}, nil
}

func said(t *testing.T, wiki string, rev int64, model, version string, fail bool) string {
	t.Helper()
	o := event.Outcome{Model: model, Version: version}
	if fail {
		o.Failure = &event.Failure{Type: "RevisionNotFound", Message: "gone"}
	} else {
		o.Score = &event.Score{Prediction: true, Probability: map[string]float64{"true": 1}}
	}
	r, err := event.Parse([]byte(edit(wiki, rev)))
	if err != nil {
		t.Fatal(err)
	}
	value, err := event.EncodeScore(r, "s."+model, o, noon)
	if err != nil {
		t.Fatal(err)
	}
	return string(value)
}

func TestAccount(t *testing.T) {
	l := New(both, 0)
	canaryEvent := strings.Replace(edit("enwiki", 9), `"domain":"x"`, `"domain":"canary"`, 1)
	if err := l.Inputs(stream("in", nil, edit("enwiki", 1), edit("enwiki", 2), edit("dewiki", 1), edit("enwiki", 1),
		edit("xwiki", 1), edit("xxwiki", 1), canaryEvent, "tombstone", "no JSON", edit("enwiki", 3))); err != nil {
		t.Fatal(err)
	}
	if err := l.Answers(events(
		said(t, "enwiki", 1, "a", "1", false), said(t, "enwiki", 1, "a", "1", false), // repeated
		said(t, "enwiki", 1, "b", "1", true),
		said(t, "enwiki", 2, "a", "1", false), said(t, "enwiki", 2, "a", "2", false), // another version's,
		said(t, "enwiki", 2, "a", "2", false), said(t, "enwiki", 2, "a", "1", false), // and both again
		said(t, "dewiki", 1, "b", "1", true), said(t, "dewiki", 1, "b", "1", false), // a later try scored
		said(t, "enwiki", 99, "a", "1", false), said(t, "frwiki", 1, "a", "1", false), // nobody asked
		`{"meta":{"id":"x","stream":"s.a","domain":"canary"}}`,
		`{"meta":{"id":"x","stream":"s.a"},"database":"enwiki","rev_id":3,"scores":{"a":{}}}`, `[]`, `{`, `{}`,
	)); err != nil {
		t.Fatal(err)
	}
	want := []Row{
		{Group{"dewiki", Target{"s.a", "a"}}, Counts{Wanted: 1, Missing: 1}},
		{Group{"dewiki", Target{"s.b", "b"}}, Counts{Wanted: 1, Scored: 1, Repeated: 1}},
		{Group{"enwiki", Target{"s.a", "a"}}, Counts{Wanted: 3, Scored: 2, Missing: 1, Repeated: 3, Distinct: 1}},
		{Group{"enwiki", Target{"s.b", "b"}}, Counts{Wanted: 3, Errors: 1, Missing: 2}},
	}
	if got := l.Rows(); !reflect.DeepEqual(got, want) {
		t.Errorf("rows\n%+v, want\n%+v", got, want)
	}
	if got, want := Total(l.Rows()), (Counts{Wanted: 8, Scored: 3, Errors: 1, Missing: 4, Repeated: 4, Distinct: 1}); got != want {
		t.Errorf("total %+v, want %+v", got, want)
	}
	if got, want := l.Read(), (Inputs{Records: 10, Routed: 5, Unwanted: 1, Canaries: 1, NoRevision: 1, Unreadable: 2}); got != want {
		t.Errorf("inputs %+v, want %+v", got, want)
	}
	if got := l.Unreadable(); got != 4 {
		t.Errorf("%d output events unreadable, want 4", got)
	}
}

// A prediction answers as a score does; a failed one is a dead letter, which names none.
func TestPredictionsAnswer(t *testing.T) {
	const change = `{"$schema":"/mediawiki/page/change/1.2.0","changelog_kind":"update","page_change_kind":"edit","dt":"2026-01-02T12:00:00Z",` +
		`"meta":{"stream":"c","domain":"x"},"wiki_id":"enwiki","page":{"page_id":7,"page_title":"T","namespace_id":0},"revision":{"rev_id":%d,"rev_dt":"2026-01-02T12:00:00Z"}}`
	l := New(func(*event.Revision) ([]Target, error) { return []Target{{"p.a", "a"}}, nil }, 0)
	if err := l.Inputs(stream("in", nil, fmt.Sprintf(change, 1), fmt.Sprintf(change, 2))); err != nil {
		t.Fatal(err)
	}
	r, err := event.Parse(fmt.Appendf(nil, change, 1))
	if err != nil {
		t.Fatal(err)
	}
	o := event.Outcome{Model: "a", Version: "1", Score: &event.Score{Prediction: true, Probability: map[string]float64{"true": 1}}}
	value, err := event.EncodePrediction(r, "p.a", o, noon)
	if err != nil {
		t.Fatal(err)
	}
	canary, err := event.EncodeCanary(&event.Revision{Domain: "canary"}, "p.a", event.PredictionSchema, noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Answers(events(string(value), string(canary))); err != nil {
		t.Fatal(err)
	}
	want := []Row{{Group{"enwiki", Target{"p.a", "a"}}, Counts{Wanted: 2, Scored: 1, Missing: 1}}}
	if got := l.Rows(); !reflect.DeepEqual(got, want) || l.Unreadable() != 0 {
		t.Errorf("rows %+v, want %+v; %d unreadable", got, want, l.Unreadable())
	}
}

func TestGaps(t *testing.T) {
	l := New(both, 0)
	for _, topic := range []string{"in", "other"} {
		if err := l.Inputs(stream(topic, nil, edit(topic, 1), edit(topic, 2), edit(topic, 3), edit("in", 3), edit(topic, 4))); err != nil {
			t.Fatal(err)
		}
	}
	var out []string
	for _, topic := range []string{"in", "other"} {
		out = append(out, said(t, topic, 1, "a", "1", false), said(t, topic, 1, "b", "1", true), said(t, topic, 2, "a", "1", false))
	}
	out = append(out, said(t, "other", 4, "a", "1", false), said(t, "other", 4, "b", "1", false))
	if err := l.Answers(events(out...)); err != nil {
		t.Fatal(err)
	}
	gaps := l.Gaps()
	if got, want := gaps.Spans(), []Span{{"in", 0, 1, 4}, {"other", 0, 1, 2}}; !reflect.DeepEqual(got, want) {
		t.Errorf("spans %v, want %v", got, want)
	}
	if got := gaps.Revisions(); got != 5 {
		t.Errorf("%d revisions, want 5", got)
	}
	var got []string
	for _, topic := range []string{"in", "other", "elsewhere"} {
		for rec := range stream(topic, nil, edit(topic, 1), edit(topic, 2), edit(topic, 3), edit("in", 3), edit(topic, 4)) {
			m, ok, err := gaps.Of(rec)
			if err != nil {
				t.Fatal(err)
			}
			if ok {
				got = append(got, fmt.Sprintf("%s@%d: %s %d %v", m.Topic, m.Offset, m.Wiki, m.RevID, m.Missing))
			}
		}
	}
	want := []string{
		"in@1: in 2 [{s.b b}]", "in@2: in 3 [{s.a a} {s.b b}]", "in@4: in 4 [{s.a a} {s.b b}]",
		"other@1: other 2 [{s.b b}]", "other@2: other 3 [{s.a a} {s.b b}]",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("missing\n%s, want\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	// A record that is no longer what it was.
	if _, _, err := gaps.Of(event.Record{Source: event.Source{Topic: "in", Offset: 1}, Value: []byte("{")}); err == nil {
		t.Error("a record that cannot be read is listed")
	}
}

func TestTooOld(t *testing.T) {
	for age, want := range map[time.Duration]int64{0: 0, time.Hour: 0, time.Nanosecond: 1} {
		l := New(both, age)
		rec := event.Record{Value: []byte(edit("enwiki", 1)), Received: noon.Add(time.Minute)}
		if err := l.Inputs(func(yield func(event.Record, error) bool) { yield(rec, nil) }); err != nil {
			t.Fatal(err)
		}
		if got := l.Read().TooOld; got != want {
			t.Errorf("greatest age %v: %d too old, want %d", age, got, want)
		}
	}
}

// A read that breaks off is no account.
func TestBrokenReads(t *testing.T) {
	broken := errors.New("broker away")
	l := New(both, 0)
	if err := l.Inputs(stream("in", broken, edit("enwiki", 1))); !errors.Is(err, broken) {
		t.Errorf("inputs: %v", err)
	}
	if err := l.Answers(func(yield func([]byte, error) bool) { yield(nil, broken) }); !errors.Is(err, broken) {
		t.Errorf("answers: %v", err)
	}
}

// Law: whatever is in an output topic, what is wanted stays and is answered or missing,
// and what cannot be read answers nothing.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"meta":{"id":"00000000-0000-5000-8000-000000000000","stream":"s.a"},"database":"enwiki","rev_id":1,"scores":{"a":{}}}`))
	f.Add([]byte(`{"meta":{"id":"0000000-00000-5000-8000-00000000000g"},"rev_id":1e99,"scores":null}`))
	f.Fuzz(func(t *testing.T, value []byte) {
		l := New(both, 0)
		if err := l.Inputs(stream("in", nil, edit("enwiki", 1))); err != nil {
			t.Fatal(err)
		}
		l.answer(value)
		c := Total(l.Rows())
		if c.Wanted != 2 || c.Scored+c.Errors+c.Missing != 2 || c.Missing < 2 && (l.Unreadable() > 0 || !json.Valid(value)) {
			t.Fatalf("%q gives %+v", value, c)
		}
	})
}

// change is the value of a page_change's record.
func change(wiki string, rev int64) string {
	return fmt.Sprintf(`{"$schema":"/mediawiki/page/change/1.2.0","changelog_kind":"update","page_change_kind":"edit","dt":"2026-01-02T12:00:00Z","wiki_id":%q,`+
		`"meta":{"stream":"mediawiki.page_change.v1","domain":"x"},"page":{"page_id":7,"page_title":"T","namespace_id":0},"revision":{"rev_id":%d,"rev_dt":"2026-01-02T12:00:00Z"}}`, wiki, rev)
}

// Predictions and events of all models at once are answers, too.
func TestAccountOfOtherEvents(t *testing.T) {
	l := New(func(*event.Revision) ([]Target, error) {
		return []Target{{"s.p", "p"}, {"s.all", "a"}, {"s.all", "b"}}, nil
	}, 0)
	if err := l.Inputs(stream("in", nil, change("enwiki", 1), change("enwiki", 2))); err != nil {
		t.Fatal(err)
	}
	rev, err := event.Parse([]byte(change("enwiki", 1)))
	if err != nil {
		t.Fatal(err)
	}
	score := &event.Score{Prediction: true, Probability: map[string]float64{"true": 1}}
	prediction, err := event.EncodePrediction(rev, "s.p", event.Outcome{Model: "p", Version: "1", Score: score}, noon)
	if err != nil {
		t.Fatal(err)
	}
	all, err := event.EncodeCombined(rev, "s.all", []event.Outcome{
		{Model: "a", Version: "1", Score: score}, {Model: "b", Version: "1", Failure: &event.Failure{Type: "RevisionNotFound", Message: "gone"}},
	}, noon)
	if err != nil {
		t.Fatal(err)
	}
	canary, err := event.EncodeCanary(&event.Revision{Stream: "x", Domain: "canary", MetaID: "c"}, "s.p", event.PredictionSchema, noon)
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(string(prediction), `"stream":"s.p"`, `"stream":"s.other"`, 1)
	if err := l.Answers(events(string(prediction), string(all), string(all), string(canary), other, strings.Replace(string(prediction), `"wiki_id":"enwiki"`, `"wiki_id":""`, 1))); err != nil {
		t.Fatal(err)
	}
	want := []Row{
		{Group{"enwiki", Target{"s.all", "a"}}, Counts{Wanted: 2, Scored: 1, Missing: 1, Repeated: 1}},
		{Group{"enwiki", Target{"s.all", "b"}}, Counts{Wanted: 2, Errors: 1, Missing: 1, Repeated: 1}},
		{Group{"enwiki", Target{"s.p", "p"}}, Counts{Wanted: 2, Scored: 1, Missing: 1}},
	}
	if got := l.Rows(); !reflect.DeepEqual(got, want) || l.Unreadable() != 1 {
		t.Errorf("rows\n%+v, want\n%+v; %d unreadable", got, want, l.Unreadable())
	}
}

// The letter about a prediction that failed is an error; other letters answer nothing.
func TestAccountOfFailedPredictions(t *testing.T) {
	l := New(func(*event.Revision) ([]Target, error) { return []Target{{"p.a", "a"}, {"p.b", "b"}}, nil }, 0)
	values := []string{change("enwiki", 1), change("enwiki", 2), change("enwiki", 3)}
	if err := l.Inputs(stream("in", nil, values...)); err != nil {
		t.Fatal(err)
	}
	letter := func(offset int64, about string, maxRaw int) string {
		value, err := event.Letter{
			Stream: "errors", Source: event.Source{Topic: "in", Offset: offset}, Value: []byte(values[offset]),
			Cause: &event.ParseError{Reason: "TextDeleted"}, MaxRaw: maxRaw, About: about,
		}.Encode(noon)
		if err != nil {
			t.Fatal(err)
		}
		return string(value)
	}
	refused, err := event.EncodeRefusal("errors", "e", "files", "p.a", []byte(values[0]), errors.New("no"), 1000, noon)
	if err != nil {
		t.Fatal(err)
	}
	about := func(rev *event.Revision, d *event.DeadLetter) (targets []Target) {
		for _, name := range []string{"a", "b"} {
			if d.ID == event.LetterID(d.Stream, d.Source, "p."+name).String() {
				targets = append(targets, Target{"p." + name, name})
			}
		}
		return targets
	}
	if err := l.Letters(events(letter(0, "p.a", 1000), letter(0, "p.a", 1000), letter(1, "", 1000), letter(1, "p.b", 1000), letter(2, "p.a", 10),
		string(refused), "no JSON"), about); err != nil {
		t.Fatal(err)
	}
	want := []Row{
		{Group{"enwiki", Target{"p.a", "a"}}, Counts{Wanted: 3, Errors: 1, Missing: 2, Repeated: 1}},
		{Group{"enwiki", Target{"p.b", "b"}}, Counts{Wanted: 3, Errors: 1, Missing: 2}},
	}
	if got := l.Rows(); !reflect.DeepEqual(got, want) {
		t.Errorf("rows\n%+v, want\n%+v", got, want)
	}
	bad := errors.New("no broker")
	if err := l.Letters(func(yield func([]byte, error) bool) { yield(nil, bad) }, about); !errors.Is(err, bad) {
		t.Errorf("reading ends with %v", err)
	}
}

// What waits in a retry topic is neither missing nor fed again, until it is answered.
func TestAccountOfWhatWaits(t *testing.T) {
	l := New(both, 0)
	if err := l.Inputs(stream("in", nil, edit("enwiki", 1), edit("enwiki", 2), edit("enwiki", 3))); err != nil {
		t.Fatal(err)
	}
	again := func(value string, streams, models []string) event.Record {
		retry := event.Retry{Attempt: 1, Due: noon, Origin: event.Source{Topic: "in"}, Streams: streams, Models: models, Reason: "maxlag"}
		return event.Record{Value: []byte(value), Headers: []event.Header{retry.Header()}}
	}
	records := func(yield func(event.Record, error) bool) {
		for _, rec := range []event.Record{
			again(edit("enwiki", 1), []string{"s.a", "s.b"}, []string{"a", "b"}),
			again(edit("enwiki", 2), []string{"s.b"}, []string{""}),
			again(edit("enwiki", 9), []string{"s.b"}, nil), // nobody asked
			again("no JSON", []string{"s.a"}, nil),
			{Value: []byte(edit("enwiki", 3))}, // no retry
			{Value: []byte(edit("enwiki", 3)), Headers: []event.Header{{Key: "revscore-retry", Value: []byte("{")}}},
		} {
			if !yield(rec, nil) {
				return
			}
		}
	}
	if err := l.Waiting(records); err != nil {
		t.Fatal(err)
	}
	if err := l.Answers(events(said(t, "enwiki", 1, "a", "1", false), said(t, "enwiki", 2, "a", "1", true))); err != nil {
		t.Fatal(err)
	}
	if got, want := Total(l.Rows()), (Counts{Wanted: 6, Scored: 1, Errors: 1, Waiting: 2, Missing: 2}); got != want {
		t.Errorf("total %+v, want %+v", got, want)
	}
	if got := l.Gaps().Spans(); !reflect.DeepEqual(got, []Span{{"in", 0, 2, 2}}) {
		t.Errorf("gaps in %+v", got)
	}
	bad := errors.New("no broker")
	if err := l.Waiting(func(yield func(event.Record, error) bool) { yield(event.Record{}, bad) }); !errors.Is(err, bad) {
		t.Errorf("reading ends with %v", err)
	}
}
