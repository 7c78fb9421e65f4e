package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

// full is the page_change of a move with every field that the schema of predictions
// lists, and in each object one that it does not.
const full = `{"$schema":"/mediawiki/page/change/1.2.0","changelog_kind":"update","page_change_kind":"move","dt":"2026-01-03T00:00:00Z","wiki_id":"dewiki","new_upstream":1,
"meta":{"stream":"mediawiki.page_change.v1","domain":"de.wikipedia.example","uri":"https://de.wikipedia.example/wiki/C%26D","request_id":"r-2","id":"m-2","dt":"2026-01-03T00:00:01Z","topic":"x"},
"page":{"page_id":8,"page_title":"C&D <\u2028> \ud83d\ude00","namespace_id":4,"is_redirect":true,"revision_count":9007199254740991,"namespace_is_content":true,
"redirect_page_link":{"page_id":9,"page_title":"E","namespace_id":0,"interwiki_prefix":"w","is_redirect":false,"x":1}},
"performer":{"user_text":"Mover","groups":["sysop"],"is_bot":false,"is_system":false,"is_temp":false,"user_id":1,"registration_dt":"2010-01-01T00:00:00Z","edit_count":900,"user_central_id":5},
"comment":"said the mover",
"created_redirect_page":{"page_id":10,"page_title":"Old","namespace_id":4,"is_redirect":true,"revision_count":1,"redirect_page_link":{"page_id":1}},
"prior_state":{"page":{"page_title":"Old","namespace_id":4,"page_id":8,"is_redirect":false,"revision_count":7,"x":1},
"revision":{"rev_id":98,"rev_parent_id":97,"rev_dt":"2026-01-01T00:00:00Z","rev_sha1":"before","rev_size":4,"comment":"said the one before","is_minor_edit":true,
"is_comment_visible":true,"is_content_visible":true,"is_editor_visible":true,"editor":{"user_text":"Before"},"content_slots":{"main":{"slot_role":"main","content_sha1":"before"}}},"x":1},
"revision":{"rev_id":99,"rev_parent_id":98,"rev_dt":"2026-01-01T00:00:00.123456789+01:00","rev_sha1":"own","rev_size":5,"comment":"said the editor","is_minor_edit":false,
"is_comment_visible":true,"is_content_visible":true,"is_editor_visible":true,"revert":{"x":1},
"editor":{"user_text":"Editor","groups":[],"is_bot":true,"is_system":true,"is_temp":true,"user_id":0,"registration_dt":"2011-01-01T00:00:00Z","edit_count":0,"wiki_id":"x"},
"content_slots":{"main":{"slot_role":"main","content_model":"wikitext","content_size":5,"content_sha1":"own","content_body":"the text"}}}}`

const stableCombined = "97db6b52-2565-556b-a143-c2d9d092f495"

func predicted() Outcome {
	return Outcome{Model: "topic", Version: "2.1", Score: &Score{[]string{"yes", "mostly"}, map[string]float64{"yes": 0.99, "mostly": 0.1, "hardly": 1e-9}}}
}

func TestEncodePrediction(t *testing.T) {
	data, err := EncodePrediction(parse(t, []byte(full)), "s.topic", predicted(), noon)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"$schema":"/mediawiki/page/prediction_classification_change/1.1.0","meta":{"stream":"s.topic","id":"` + ScoreID("s.topic", "dewiki", 99, "topic", "2.1").String() +
		`","dt":"2026-01-02T12:00:00Z","request_id":"r-2","uri":"https://de.wikipedia.example/wiki/C%26D","domain":"de.wikipedia.example"},` +
		`"dt":"2026-01-03T00:00:00Z","changelog_kind":"update","page_change_kind":"move","wiki_id":"dewiki",` +
		`"page":{"page_id":8,"page_title":"C&D <\u2028> 😀","namespace_id":4,"is_redirect":true,"revision_count":9007199254740991,` +
		`"redirect_page_link":{"page_id":9,"page_title":"E","namespace_id":0,"interwiki_prefix":"w","is_redirect":false}},` +
		`"performer":{"user_text":"Mover","user_id":1,"edit_count":900,"groups":["sysop"],"is_bot":false,"is_system":false,"is_temp":false,"registration_dt":"2010-01-01T00:00:00Z"},` +
		`"revision":{"rev_id":99,"rev_parent_id":98,"rev_dt":"2026-01-01T00:00:00.123456789+01:00","rev_sha1":"own","rev_size":5,"comment":"said the editor",` +
		`"editor":{"user_text":"Editor","user_id":0,"edit_count":0,"groups":[],"is_bot":true,"is_system":true,"is_temp":true,"registration_dt":"2011-01-01T00:00:00Z"},` +
		`"is_minor_edit":false,"is_comment_visible":true,"is_content_visible":true,"is_editor_visible":true},"comment":"said the mover",` +
		`"created_redirect_page":{"page_id":10,"page_title":"Old","namespace_id":4,"is_redirect":true,"revision_count":1},` +
		`"prior_state":{"page":{"page_id":8,"page_title":"Old","namespace_id":4,"is_redirect":false,"revision_count":7},` +
		`"revision":{"rev_id":98,"rev_parent_id":97,"rev_dt":"2026-01-01T00:00:00Z","rev_sha1":"before","rev_size":4,"comment":"said the one before",` +
		`"editor":{"user_text":"Before"},"is_minor_edit":true,"is_comment_visible":true,"is_content_visible":true,"is_editor_visible":true}},` +
		`"predicted_classification":{"model_name":"topic","model_version":"2.1","predictions":["yes","mostly"],"probabilities":{"hardly":1e-09,"mostly":0.1,"yes":0.99}}}`
	if string(data) != want {
		t.Errorf("got  %s\nwant %s", data, want)
	}
}

// A hidden user is no performer to page_change and an empty one to predictions, which
// require it. Lift Wing makes no event then (BEHAVIOURS E8).
func TestPredictionOfAHiddenUser(t *testing.T) {
	data, err := EncodePrediction(parse(t, edit(t, full, map[string]any{"performer": nil, "prior_state": nil, "created_redirect_page": nil, "comment": nil})), "s", predicted(), noon)
	if err != nil {
		t.Fatal(err)
	}
	doc := decode(t, data)
	if !reflect.DeepEqual(doc["performer"], map[string]any{}) {
		t.Errorf("performer is %v", doc["performer"])
	}
	for _, name := range []string{"prior_state", "created_redirect_page", "comment"} {
		if _, there := doc[name]; there {
			t.Errorf("%s came from nowhere: %v", name, doc[name])
		}
	}
}

func TestPredictionRefuses(t *testing.T) {
	for _, c := range []struct {
		path   string
		value  any
		reason string
		detail string
	}{
		{"changelog_kind", nil, ReasonMissingField, "changelog_kind"},
		{"changelog_kind", "replace", ReasonWrongType, `changelog_kind is "replace"`},
		{"dt", nil, ReasonMissingField, "dt is missing"},
		{"dt", "yesterday", ReasonWrongType, "dt is not an ISO 8601 time"},
		{"performer/is_temp", 1, ReasonWrongType, "performer.is_temp is a JSON number"},
		{"performer/user_id", -1, ReasonWrongType, "performer.user_id is not from 0 to 2^53-1"},
		{"performer/groups", []string{""}, ReasonWrongType, "performer.groups.0 is empty"},
		{"created_redirect_page", []int{}, ReasonWrongType, "created_redirect_page is a JSON array"},
		{"revision/rev_size", 1 << 53, ReasonWrongType, "revision.rev_size is not from 0"},
		{"revision/comment", strings.Repeat("x", 1<<16), ReasonTooLarge, "at most 65536"},
		{"prior_state/revision/rev_id", 0, ReasonWrongType, "prior_state.revision.rev_id is not from 1"},
		{"prior_state/revision/rev_dt", "", ReasonWrongType, "prior_state.revision.rev_dt is not"},
		{"prior_state/page/page_title", "", ReasonWrongType, "prior_state.page.page_title is empty"},
		{"created_redirect_page/page_id", nil, ReasonMissingField, "created_redirect_page.page_id"},
		{"created_redirect_page/page_title", nil, ReasonMissingField, "created_redirect_page.page_title"},
	} {
		r := parse(t, edit(t, full, map[string]any{c.path: c.value}))
		data, err := EncodePrediction(r, "s", predicted(), noon)
		var pe *ParseError
		if !errors.As(err, &pe) || pe.Reason != c.reason || !strings.Contains(pe.Detail, c.detail) {
			t.Errorf("%s: got %s, %v; want %s with %q", c.path, data, err, c.reason, c.detail)
		} else if pe.Schema != "/mediawiki/page/change/1.2.0" || pe.Stream != "mediawiki.page_change.v1" {
			t.Errorf("%s: refused as an event of %q on %q", c.path, pe.Schema, pe.Stream)
		}
	}
	var pe *ParseError
	if _, err := EncodePrediction(parse(t, []byte(create)), "s", predicted(), noon); !errors.As(err, &pe) || pe.Reason != ReasonUnknownSchema {
		t.Errorf("a revision-create became a prediction: %v", err)
	}
}

func TestEncodeCombined(t *testing.T) {
	r := parse(t, []byte(create))
	a := Outcome{Model: "a", Version: "1", Score: &Score{true, map[string]float64{"true": 0.75}}}
	b := Outcome{Model: "b", Version: "2", Failure: &Failure{"TextDeleted", "hidden"}}
	c := Outcome{Model: "c", Version: "3", Score: &Score{"Stub", map[string]float64{"Stub": 1}}}
	one, err := EncodeScore(r, "s", a, noon)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := bytes.Cut(one, []byte(`,"scores"`))
	const (
		inA = `"a":{"model_name":"a","model_version":"1","prediction":["true"],"probability":{"true":0.75}}`
		inB = `"b":{"model_name":"b","model_version":"2","type":"TextDeleted","message":"hidden"}`
		inC = `"c":{"model_name":"c","model_version":"3","prediction":["Stub"],"probability":{"Stub":1}}`
	)
	ids := map[string]bool{}
	for _, test := range []struct {
		outcomes []Outcome
		want     string
	}{
		{[]Outcome{a, b, c}, `,"scores":{` + inA + `,` + inC + `},"errors":{` + inB + `}}`},
		{[]Outcome{c, a}, `,"scores":{` + inC + `,` + inA + `}}`},
		{[]Outcome{a, c}, `,"scores":{` + inA + `,` + inC + `}}`},
		{[]Outcome{b}, `,"errors":{` + inB + `}}`},
	} {
		got, err := EncodeCombined(r, "s", test.outcomes, noon)
		if err != nil {
			t.Fatal(err)
		}
		id := CombinedID("s", "enwiki", 43, test.outcomes).String()
		want := strings.Replace(string(head), ScoreID("s", "enwiki", 43, "a", "1").String(), id, 1) + test.want
		if string(got) != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		ids[id] = true
	}
	if len(ids) != 4 {
		t.Errorf("four events have %d ids", len(ids))
	}
	// Consumers merge on it: see TestIDsAreStable.
	if got := CombinedID("s", "enwiki", 43, []Outcome{a, b}).String(); got != stableCombined {
		t.Errorf("CombinedID is %s", got)
	}
	for _, bad := range [][]Outcome{nil, {a, a}} {
		if data, err := EncodeCombined(r, "s", bad, noon); err == nil {
			t.Errorf("%v became %s", bad, data)
		}
	}
}

func TestCanariesOfEachSchema(t *testing.T) {
	canary := parse(t, edit(t, full, map[string]any{"meta/domain": "canary", "wiki_id": nil}))
	data, err := EncodeCanary(canary, "s.one", PredictionSchema, noon)
	if err != nil {
		t.Fatal(err)
	}
	doc := decode(t, data)
	meta := doc["meta"].(map[string]any)
	if meta["domain"] != "canary" || meta["stream"] != "s.one" || doc["dt"] != "2026-01-03T00:00:01Z" || doc["predicted_classification"] != nil {
		t.Errorf("got %s", data)
	}
	if bytes.Contains(data, []byte("C&D")) || bytes.Contains(data, []byte("Mover")) {
		t.Errorf("a canary tells of the source's page: %s", data)
	}
	score, err := EncodeCanary(canary, "s.one", ScoreSchema, noon)
	if err != nil || decode(t, score)["meta"].(map[string]any)["id"] != meta["id"] {
		t.Errorf("got %s, %v", score, err)
	}
	if data, err := EncodeCanary(canary, "s.one", ErrorSchema, noon); err == nil {
		t.Errorf("a dead letter is a canary: %s", data)
	}
}

func compact(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
