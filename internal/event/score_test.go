package event

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func parse(t *testing.T, value []byte) *Revision {
	t.Helper()
	r, err := Parse(value)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func decode(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return doc
}

func TestEncodeScore(t *testing.T) {
	score := &Score{Prediction: true, Probability: map[string]float64{"true": 0.75, "false": 0.25}}
	data, err := EncodeScore(parse(t, []byte(create)), "s.one", Outcome{Model: "reverted", Version: "1.0", Score: score}, noon)
	if err != nil {
		t.Fatal(err)
	}
	id := ScoreID("s.one", "enwiki", 43, "reverted", "1.0").String()
	want := `{"$schema":"/mediawiki/revision/score/3.0.0","meta":{"stream":"s.one","id":"` + id + `","dt":"2026-01-02T12:00:00Z",` +
		`"request_id":"r-1","uri":"https://en.wikipedia.example/wiki/A%26B","domain":"en.wikipedia.example"},` +
		`"dt":"2026-01-02T03:04:05Z","database":"enwiki","page_id":7,"page_title":"A&B","page_namespace":0,"page_is_redirect":false,` +
		`"performer":{"user_text":"Reviewer","user_id":5,"user_edit_count":3,"user_groups":["*","user"],"user_is_bot":false,"user_registration_dt":"2020-05-06T07:08:09Z"},` +
		`"rev_id":43,"rev_parent_id":42,"rev_timestamp":"2026-01-02T03:04:05Z",` +
		`"scores":{"reverted":{"model_name":"reverted","model_version":"1.0","prediction":["true"],"probability":{"false":0.25,"true":0.75}}}}`
	if string(data) != want {
		t.Errorf("got  %s\nwant %s", data, want)
	}
}

func TestEncodeFailure(t *testing.T) {
	data, err := EncodeScore(parse(t, []byte(change)), "s.one", Outcome{Model: "reverted", Version: "1.0", Failure: &Failure{"TextDeleted", "hidden"}}, noon)
	if err != nil {
		t.Fatal(err)
	}
	doc := decode(t, data)
	if _, ok := doc["scores"]; ok {
		t.Error("an event of a failure has scores")
	}
	want := map[string]any{"reverted": map[string]any{"model_name": "reverted", "model_version": "1.0", "type": "TextDeleted", "message": "hidden"}}
	if !reflect.DeepEqual(doc["errors"], want) {
		t.Errorf("errors are %v", doc["errors"])
	}
	// E8: from page_change Lift Wing loses the parent, and fields of the newer
	// performer would break the older schema.
	if doc["rev_parent_id"] != 98.0 {
		t.Errorf("rev_parent_id is %v", doc["rev_parent_id"])
	}
	performer := doc["performer"].(map[string]any)
	if performer["is_temp"] != nil || performer["user_is_bot"] != false || performer["user_edit_count"] != 900.0 {
		t.Errorf("performer is %v", performer)
	}
}

func TestScoreDocuments(t *testing.T) {
	for _, s := range []Score{
		{Prediction: false, Probability: map[string]float64{"true": 0.1, "false": 0.9}},
		{Prediction: "Stub", Probability: map[string]float64{"Stub": 1}},
		{Prediction: int64(-3), Probability: map[string]float64{"-3": 0.75, "4": 0.25}},
		{Prediction: []string{"a", "b"}, Probability: map[string]float64{"a": 0.5, "b": 0.6}},
		{Prediction: []any{int64(2), int64(-1)}, Probability: map[string]float64{"-1": 0.5, "2": 0.6}},
		{Prediction: []any{true, false}, Probability: map[string]float64{"true": 0.5, "false": 0.6}},
		{Prediction: []string{""}, Probability: map[string]float64{"": 0.5, "x": 0.4}},
		{Prediction: []string{}, Probability: map[string]float64{"a": 0.4, "b": 0.3}},
	} {
		data, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back Score
		if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(s, back) {
			t.Errorf("%s came back as %+v, %v", data, back, err)
		}
	}
	for _, bad := range []string{
		`{}`, `{"prediction":true}`, `[]`, `{"prediction":true,"probability":{"a":"x"}}`, `{"probability":{"a":1}}`,
		// encoding/json would read null as false, and a float as nothing at all.
		`{"prediction":null,"probability":{"a":1}}`, `{"prediction":[null],"probability":{"a":1}}`,
		`{"prediction":1.5,"probability":{"a":1}}`, `{"prediction":1e2,"probability":{"a":1}}`,
		`{"prediction":9223372036854775808,"probability":{"a":1}}`,
		`{"prediction":{},"probability":{"a":1}}`, `{"prediction":[1,"a"],"probability":{"a":1}}`,
		`{"prediction":[1.5],"probability":{"a":1}}`, `{"prediction":[["a"]],"probability":{"a":1}}`, `{"prediction":[1,true],"probability":{"a":1}}`,
		// A probability that is null was read as 0.
		`{"prediction":true,"probability":{"true":null}}`, `{"prediction":true,"probability":{"true":1,"false":null}}`,
	} {
		var s Score
		if err := json.Unmarshal([]byte(bad), &s); err == nil {
			t.Errorf("%s was read as %+v", bad, s)
		}
	}
}

// The score event's schema knows strings only; the score document keeps the type.
func TestNumberPrediction(t *testing.T) {
	s := &Score{Prediction: int64(3), Probability: map[string]float64{"1": 0.25, "3": 0.75}}
	data, err := s.AppendJSON(nil)
	if want := `{"prediction":3,"probability":{"1":0.25,"3":0.75}}`; err != nil || string(data) != want {
		t.Errorf("document %s, %v, want %s", data, err, want)
	}
	data, err = EncodeScore(parse(t, []byte(create)), "s.one", Outcome{Model: "stars", Version: "1.0", Score: s}, noon)
	if want := `"prediction":["3"],"probability":{"1":0.25,"3":0.75}`; err != nil || !strings.Contains(string(data), want) {
		t.Errorf("event %s, %v, want %s", data, err, want)
	}
}

// Labels that are no strings keep their type in the document of a multilabel model, in the
// order of the labels, as in the original's; the event's schema knows strings only.
func TestListsOfLabels(t *testing.T) {
	for _, c := range []struct {
		prediction      any
		document, event string
	}{
		{[]any{int64(1), int64(-2)}, `[1,-2]`, `["1","-2"]`},
		{[]any{true, false}, `[true,false]`, `["true","false"]`},
		{[]string{"", "b"}, `["","b"]`, `["","b"]`},
		{[]string{}, `[]`, `[]`},
		{[]any{}, `[]`, `[]`},
	} {
		s := &Score{Prediction: c.prediction, Probability: map[string]float64{"1": 1}}
		data, err := s.AppendJSON(nil)
		if want := `{"prediction":` + c.document + `,`; err != nil || !strings.HasPrefix(string(data), want) {
			t.Errorf("document %s, %v, want %s", data, err, want)
		}
		data, err = EncodeScore(parse(t, []byte(create)), "s.one", Outcome{Model: "m", Version: "1", Score: s}, noon)
		if want := `"prediction":` + c.event + `,`; err != nil || !strings.Contains(string(data), want) {
			t.Errorf("event %s, %v, want %s", data, err, want)
		}
	}
}

// The ids are a contract with every consumer that merges on them: a change of
// this test breaks theirs.
func TestIDsAreStable(t *testing.T) {
	got := ScoreID("mediawiki.revision-score-reverted", "enwiki", 1234, "reverted", "0.1.0")
	if want := uuid.MustParse("82f7bfbe-c0e2-5693-8647-a826c56d2bbf"); got != want {
		t.Errorf("ScoreID is %v, want %v", got, want)
	}
	if got.Version() != 5 {
		t.Errorf("version %d", got.Version())
	}
	// No two ways of splitting the parts give one name.
	long := strings.Repeat("x", 1000) // beyond the room on the stack
	for _, stream := range []string{"", "s", long} {
		got := ScoreID(stream, "w", -5, "m", "1")
		if want := uuid.NewSHA1(idSpace, []byte(stream+"\x00w\x00-5\x00m\x001\x00")); got != want || string(appendID(nil, got)) != want.String() {
			t.Errorf("id with a stream of %d bytes is %s, want %s", len(stream), appendID(nil, got), want)
		}
	}
	if ScoreID("a", "b", 1, "c", "d") == ScoreID("ab", "", 1, "c", "d") {
		t.Error("parts run into each other")
	}
}

func TestEncodeCanary(t *testing.T) {
	canary := parse(t, edit(t, create, map[string]any{"meta/domain": "canary"}))
	data, err := EncodeCanary(canary, "s.one", ScoreSchema, noon)
	if err != nil {
		t.Fatal(err)
	}
	doc := decode(t, data)
	meta := doc["meta"].(map[string]any)
	if meta["domain"] != "canary" || meta["stream"] != "s.one" || doc["dt"] != "2026-01-02T03:04:06Z" || doc["scores"] != nil || doc["rev_id"] != nil {
		t.Errorf("got %s", data)
	}
	again, err := EncodeCanary(canary, "s.one", ScoreSchema, noon.Add(time.Hour))
	if err != nil || decode(t, again)["meta"].(map[string]any)["id"] != meta["id"] {
		t.Errorf("the same canary got another id: %s, %v", again, err)
	}
}

func TestEncodeKey(t *testing.T) {
	if got := string(EncodeKey("enwiki", 7)); got != `{"wiki_id":"enwiki","page_id":7}` {
		t.Error(got)
	}
	if doc := decode(t, EncodeKey("a\"\\\x00\xff", 1)); doc["page_id"] != 1.0 {
		t.Error(doc)
	}
}

func TestEncodeDeadLetter(t *testing.T) {
	src := Source{"eqiad.t", 3, 14}
	cause := &ParseError{Reason: ReasonWrongType, Schema: "/x/1", Stream: "x", Detail: "rev_id is a JSON string"}
	long := strings.Repeat("é", 100)
	cases := []struct {
		name, value, raw, message string
	}{
		{"text", `{"a":"<&>"}`, `{"a":"<&>"}`, "record eqiad.t/3@14: WrongType: rev_id is a JSON string"},
		{"bytes", "\xff\x00", Base64Prefix + base64.StdEncoding.EncodeToString([]byte("\xff\x00")), "eqiad.t/3@14"},
		{"long", long, long[:100], "the first 100 of 200 bytes"},
		{"cut in a character", "x" + long, ("x" + long)[:99], "the first 99 of 201 bytes"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			data, err := EncodeDeadLetter("errors", "revscore", src, []byte(c.value), cause, 100, noon)
			if err != nil {
				t.Fatal(err)
			}
			doc := decode(t, data)
			if doc["raw_event"] != c.raw || !strings.Contains(doc["message"].(string), c.message) {
				t.Errorf("got %s", data)
			}
			if doc["error_type"] != "WrongType" || doc["errored_schema_uri"] != "/x/1" || doc["errored_stream_name"] != "x" || doc["emitter_id"] != "revscore" {
				t.Errorf("got %s", data)
			}
		})
	}
	if _, err := EncodeDeadLetter("errors", "revscore", src, nil, errors.New("other"), 100, noon); err != nil {
		t.Error(err)
	}
}

// A record may have several dead letters, each with an id of its own that comes again
// with it.
func TestLettersAboutOneRecord(t *testing.T) {
	id := func(about string) string {
		data, err := Letter{Stream: "errors", Source: Source{"t", 0, 1}, Cause: errors.New("x"), About: about}.Encode(noon)
		if err != nil {
			t.Fatal(err)
		}
		return decode(t, data)["meta"].(map[string]any)["id"].(string)
	}
	if first, again := id("a"), id("a"); first != again {
		t.Error("a letter that comes again has another id")
	}
	if id("") == id("a") || id("a") == id("b") {
		t.Error("two letters have one id")
	}
}
