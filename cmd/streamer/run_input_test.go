package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"revscore/internal/corpus"
	"revscore/internal/event"
	"revscore/internal/score"
	"revscore/internal/score/fetch"
	"revscore/internal/score/registry"
	"revscore/internal/simwiki"
)

// page is a revision of a page of its own, with text unless a test takes it away.
func page(wiki string, rev int64) *corpus.Revision {
	text := "Some words about the matter."
	return &corpus.Revision{
		Wiki: wiki, Domain: wiki + ".example", PageID: rev, Title: fmt.Sprint("Page ", rev), RevID: rev, Timestamp: simwiki.Start,
		User: "Writer", UserID: 3, ContentModel: "wikitext", Text: &text, Size: int64(len(text)),
	}
}

// put makes a revision known to the API and returns its event.
func (r *rig) put(rev *corpus.Revision) []byte {
	r.t.Helper()
	r.wiki.Put(rev)
	value, err := rev.Event()
	if err != nil {
		r.t.Fatal(err)
	}
	return value
}

// with returns an event with fields replaced by dotted path; nil takes one away.
func with(t *testing.T, value []byte, fields map[string]any) []byte {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(value, &doc); err != nil {
		t.Fatal(err)
	}
	for path, v := range fields {
		at := doc
		parts := strings.Split(path, ".")
		for _, p := range parts[:len(parts)-1] {
			at = at[p].(map[string]any)
		}
		if last := parts[len(parts)-1]; v == nil {
			delete(at, last)
		} else {
			at[last] = v
		}
	}
	out, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// deadLetter has every field of /error/2.1.0 that this service writes.
type deadLetter struct {
	Schema string `json:"$schema"`
	Meta   struct {
		Stream string `json:"stream"`
		ID     string `json:"id"`
		DT     string `json:"dt"`
	} `json:"meta"`
	DT            string `json:"dt"`
	EmitterID     string `json:"emitter_id"`
	ErrorType     string `json:"error_type"`
	ErroredSchema string `json:"errored_schema_uri"`
	ErroredStream string `json:"errored_stream_name"`
	Message       string `json:"message"`
	RawEvent      string `json:"raw_event"`
}

// letters reads the topic of dead letters, by the offset of the record each is about.
func (r *rig) letters() map[int64]deadLetter {
	r.t.Helper()
	out := map[int64]deadLetter{}
	ids := map[string]bool{}
	for _, rec := range r.records(errorTopic) {
		var d deadLetter
		dec := json.NewDecoder(strings.NewReader(string(rec.Value)))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&d); err != nil {
			r.t.Fatalf("%v in %.500s", err, rec.Value)
		}
		id, err := uuid.Parse(d.Meta.ID)
		if err != nil || id.Version() != 5 || ids[d.Meta.ID] || d.Schema != event.ErrorSchema || d.Meta.Stream != errorTopic ||
			!isTime(d.DT) || !isTime(d.Meta.DT) || d.EmitterID == "" || d.ErrorType == "" {
			r.t.Errorf("no valid dead letter: %.500s", rec.Value)
		}
		ids[d.Meta.ID] = true
		var offset int64
		if _, err := fmt.Sscanf(d.Message, "record "+createTopic+"/0@%d", &offset); err != nil {
			r.t.Errorf("message %.200q names no record", d.Message)
		}
		out[offset] = d
	}
	return out
}

// badInput is a record and what is to become of it: a kind of report and, of
// those rejected, the type of the dead letter.
type badInput struct {
	name   string
	value  []byte
	kind   score.ReportKind
	reason string
}

func badInputs(r *rig) []badInput {
	good := r.put(page("enwiki", 500))
	huge := strings.Repeat("x", 2<<20)
	rejected := func(name, reason string, fields map[string]any) badInput {
		return badInput{name, with(r.t, good, fields), score.KindRejected, reason}
	}
	return []badInput{
		{"tombstone", nil, score.SkippedTombstone, ""},
		{"empty", []byte{}, score.KindRejected, event.ReasonEmpty},
		{"blank", []byte(" \n\t"), score.KindRejected, event.ReasonEmpty},
		{"no JSON", []byte(`{"$schema":`), score.KindRejected, event.ReasonInvalidJSON},
		{"two objects", []byte(`{}{}`), score.KindRejected, event.ReasonInvalidJSON},
		{"an array", []byte(`[]`), score.KindRejected, event.ReasonWrongType},
		{"null", []byte(`null`), score.KindRejected, event.ReasonMissingField},
		{"Avro", []byte("Obj\x01\x04\xff\xfe\x00"), score.KindRejected, event.ReasonInvalidJSON},
		{"deeply nested", []byte(`{"a":` + strings.Repeat("[", 1<<20)), score.KindRejected, event.ReasonInvalidJSON},
		{"4 MiB of nothing", []byte(strings.Repeat("x", 4<<20)), score.KindRejected, event.ReasonInvalidJSON},
		{"4 MiB of control characters", []byte(strings.Repeat("\x01", 4<<20)), score.KindRejected, event.ReasonInvalidJSON},
		{"4 MiB of bytes", []byte(strings.Repeat("\xff", 4<<20)), score.KindRejected, event.ReasonInvalidJSON},
		rejected("no schema", event.ReasonMissingField, map[string]any{"$schema": nil}),
		rejected("unknown schema", event.ReasonUnknownSchema, map[string]any{"$schema": "/mediawiki/page/delete/1.0.0"}),
		rejected("future schema", event.ReasonUnknownSchema, map[string]any{"$schema": "/mediawiki/revision/create/3.0.0"}),
		rejected("no rev_id", event.ReasonMissingField, map[string]any{"rev_id": nil}),
		rejected("no wiki", event.ReasonMissingField, map[string]any{"database": nil}),
		rejected("rev_id as text", event.ReasonWrongType, map[string]any{"rev_id": "500"}),
		rejected("rev_id of no int64", event.ReasonWrongType, map[string]any{"rev_id": 1e300}),
		rejected("rev_id of 0", event.ReasonWrongType, map[string]any{"rev_id": 0}),
		rejected("performer as list", event.ReasonWrongType, map[string]any{"performer": []string{"a"}}),
		rejected("no time", event.ReasonWrongType, map[string]any{"rev_timestamp": "yesterday"}),
		// What goes out must fit a message, so nothing that is copied may be endless.
		rejected("2 MB of schema", event.ReasonUnknownSchema, map[string]any{"$schema": huge}),
		rejected("2 MB of stream", event.ReasonMissingField, map[string]any{"meta.stream": huge, "rev_id": nil}),
		rejected("2 MB of time", event.ReasonWrongType, map[string]any{"rev_timestamp": huge}),
		rejected("2 MB of registration", event.ReasonWrongType, map[string]any{"performer.user_registration_dt": huge}),
		rejected("2 MB of title", event.ReasonTooLarge, map[string]any{"page_title": huge}),
		rejected("2 MB of user", event.ReasonTooLarge, map[string]any{"performer.user_text": huge}),
		rejected("2 MB of groups", event.ReasonTooLarge, map[string]any{"performer.user_groups": strings.SplitAfter(huge, "xxx")}),
		rejected("2 MB of wiki", event.ReasonTooLarge, map[string]any{"database": huge}),
		rejected("2 MB of domain", event.ReasonTooLarge, map[string]any{"meta.domain": huge}),
		rejected("2 MB of address", event.ReasonTooLarge, map[string]any{"meta.uri": huge}),
		rejected("2 MB of request", event.ReasonTooLarge, map[string]any{"meta.request_id": huge}),
		rejected("canary of 2 MB", event.ReasonTooLarge, map[string]any{"meta.domain": "canary", "meta.uri": huge}),
		{"digits without end", []byte(strings.Replace(string(good), `"page_id":500`, `"page_id":`+strings.Repeat("9", 2<<20), 1)), score.KindRejected, event.ReasonWrongType},
		// These are odd but say what is needed.
		{"2 MB of comment", with(r.t, good, map[string]any{"comment": huge, "rev_id": 501, "page_id": 501}), score.KindFailure, ""},
		{"unknown fields", with(r.t, r.put(page("enwiki", 502)), map[string]any{"new_field": huge, "performer.new": 1}), score.KindScore, ""},
		{"another time zone", with(r.t, r.put(page("enwiki", 503)), map[string]any{"rev_timestamp": "2026-01-01T01:00:00+01:00"}), score.KindScore, ""},
		{"no performer", with(r.t, r.put(page("enwiki", 504)), map[string]any{"performer": nil}), score.KindFailure, ""},
	}
}

func TestBadInputStopsNothing(t *testing.T) {
	r := newRig(t)
	r.cfg.Routes = []score.RouteConfig{{Model: "reverted"}}
	cases := badInputs(r)
	for _, c := range cases {
		r.feed(createTopic, c.value)
	}
	r.feed(createTopic, r.put(page("enwiki", 900)))
	s := r.start()
	reports := map[int64]score.Report{}
	for _, rep := range s.await(len(cases) + 1) {
		reports[rep.Record.Offset] = rep
	}
	s.stop()
	letters := r.letters()
	rejected := 0
	for i, c := range cases {
		rep, letter := reports[int64(i)], letters[int64(i)]
		if rep.Kind != c.kind {
			t.Errorf("%s gave %q (%v), want %q", c.name, rep.Kind, rep.Cause, c.kind)
		}
		if c.reason == "" {
			continue
		}
		rejected++
		if letter.ErrorType != c.reason {
			t.Errorf("%s gave a dead letter of type %q, want %q", c.name, letter.ErrorType, c.reason)
		}
		checkRaw(t, c, letter)
	}
	if len(letters) != rejected {
		t.Errorf("%d dead letters for %d bad records", len(letters), rejected)
	}
	if last := reports[int64(len(cases))]; last.Kind != score.KindScore {
		t.Errorf("the good revision after all of them gave %q", last.Kind)
	}
	if got := r.committed(createTopic); got != int64(len(cases))+1 {
		t.Errorf("committed %d of %d", got, len(cases)+1)
	}
	if got := r.scores(revertedTopic); len(got) != len(cases)-rejected {
		t.Errorf("%d score events, want %d", len(got), len(cases)-rejected)
	}
}

// checkRaw holds raw_event against the record: all of it, or its beginning.
func checkRaw(t *testing.T, c badInput, letter deadLetter) {
	t.Helper()
	raw := []byte(letter.RawEvent)
	if text, ok := strings.CutPrefix(letter.RawEvent, event.Base64Prefix); ok {
		var err error
		if raw, err = base64.StdEncoding.DecodeString(text); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	cut := strings.Contains(letter.Message, fmt.Sprintf("first %d of %d bytes", len(raw), len(c.value)))
	if string(raw) != string(c.value) && (!cut || len(raw) < 100_000 || !strings.HasPrefix(string(c.value), string(raw))) {
		t.Errorf("%s: raw_event has %d bytes, the record %d; message %.200q", c.name, len(raw), len(c.value), letter.Message)
	}
}

func TestRevisionsNobodyWants(t *testing.T) {
	r := newRig(t)
	r.cfg.Models = []registry.Place{{Bundle: "embedded:enwiki.reverted", Wikis: []string{"enwiki", "noapiwiki"}}}
	r.cfg.Routes = []score.RouteConfig{{Model: "reverted"}}
	api := r.cfg.Fetch.Wikis[0].API
	r.cfg.Fetch.Wikis = []fetch.Wiki{{Match: "enwiki", API: api}}
	r.feed(createTopic, r.put(page("nomodelwiki", 1)), r.put(page("noapiwiki", 2)), r.put(page("enwiki", 3)))
	s := r.start()
	kinds := map[int64]score.Report{}
	for _, rep := range s.await(3) {
		kinds[rep.Record.Offset] = rep
	}
	s.stop()
	if kinds[0].Kind != score.SkippedRoute || kinds[1].Kind != score.KindFailure || kinds[2].Kind != score.KindScore {
		t.Errorf("got %v, %v and %v", kinds[0].Kind, kinds[1].Kind, kinds[2].Kind)
	}
	events := r.scores(revertedTopic)
	if len(events) != 2 {
		t.Fatalf("%d events", len(events))
	}
	for _, e := range events {
		if e.RevID == 2 && (e.failure("reverted") != "CaughtDependencyError" || !strings.Contains(e.Errors["reverted"].Message, "no API is configured")) {
			t.Errorf("a wiki without API gave %+v", e.Errors)
		}
	}
}

// A canary goes to every output stream under its own name, once; switched off
// it goes nowhere.
func TestCanaries(t *testing.T) {
	for _, on := range []bool{true, false} {
		t.Run(fmt.Sprint(on), func(t *testing.T) {
			r := newRig(t)
			r.cfg.Produce.Canaries = on
			canary := with(t, r.put(page("enwiki", 1)), map[string]any{"meta.domain": "canary", "meta.id": "odd id: ✓\x00"})
			change := pageChange(t, page("enwiki", 2), "edit", "Writer")
			s := r.start()
			for topic, value := range map[string][]byte{createTopic: canary, changeTopic: with(t, change, map[string]any{"meta.domain": "canary"})} {
				for range 2 { // the second is a repeat
					r.feed(topic, value)
					if kind := s.await(1)[0].Kind; kind != score.KindCanary {
						t.Errorf("a canary gave %q", kind)
					}
				}
			}
			s.stop()
			for _, topic := range []string{revertedTopic, revidTopic} {
				want := 0
				if on {
					want = 2
				}
				records := r.records(topic)
				if len(records) != want {
					t.Errorf("%d canaries on %s, want %d", len(records), topic, want)
				}
				for _, rec := range records {
					var e scoreEvent
					if err := json.Unmarshal(rec.Value, &e); err != nil || e.Meta.Domain != "canary" || e.Meta.Stream != topic ||
						e.Schema != event.ScoreSchema || !isTime(e.DT) || e.Scores != nil || e.Errors != nil || e.RevID != 0 {
						t.Errorf("%v: %s", err, rec.Value)
					}
				}
			}
			if r.end(errorTopic) != 0 {
				t.Error("a canary became a dead letter")
			}
		})
	}
}

func TestOldRevisions(t *testing.T) {
	for _, maxAge := range []time.Duration{0, 24 * time.Hour} {
		t.Run(maxAge.String(), func(t *testing.T) {
			r := newRig(t)
			r.cfg.Consume.MaxAge = maxAge
			r.cfg.Routes = []score.RouteConfig{{Model: "revid"}}
			old, young := page("enwiki", 1), page("enwiki", 2)
			old.Timestamp = time.Now().AddDate(-1, 0, 0)
			young.Timestamp = time.Now()
			r.feed(createTopic, r.put(old), r.put(young))
			s := r.start()
			want := map[int64]score.ReportKind{0: score.KindScore, 1: score.KindScore}
			if maxAge > 0 {
				want[0] = score.SkippedAge
			}
			for _, rep := range s.await(2) {
				if rep.Kind != want[rep.Record.Offset] {
					t.Errorf("revision %d gave %q, want %q", rep.Revision.RevID, rep.Kind, want[rep.Record.Offset])
				}
			}
			s.stop()
		})
	}
}
