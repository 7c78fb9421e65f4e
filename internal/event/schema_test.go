package event

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"revscore/schemas"
)

func schema(t testing.TB, source []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("memory:///it", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("memory:///it")
}

func judge(t testing.TB, s *jsonschema.Schema, data []byte) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return s.Validate(doc)
}

// Whatever comes in, what goes out is what consumers were promised.
func FuzzEventsKeepTheirSchema(f *testing.F) {
	scores, letters := schema(f, schemas.RevisionScore), schema(f, schemas.DeadLetter)
	combined, predictions := schema(f, schemas.CombinedScore), schema(f, schemas.PredictionClassificationChange)
	f.Add([]byte(full))
	f.Add([]byte(strings.Replace(create, "T03:04:05Z", "T3:04:05Z", 1)))
	f.Add([]byte(strings.Replace(strings.Replace(create, "en.wikipedia.example", "canary", 1), "T03:04:06Z", "T3:04:06Z", 1)))
	f.Add([]byte(strings.Replace(full, "de.wikipedia.example", "canary", 1)))
	f.Add([]byte(strings.Replace(full, `"groups":["sysop"]`, `"groups":[""]`, 1)))
	f.Add([]byte(strings.Replace(create, `"user_groups":["*","user"]`, `"user_groups":[""]`, 1)))
	f.Add([]byte(strings.Replace(create, `43`, `9007199254740992`, 1)))
	f.Add([]byte(create))
	f.Add([]byte(change))
	f.Add([]byte(strings.Replace(create, "en.wikipedia.example", "canary", 1)))
	f.Add([]byte(strings.Replace(create, `"comment"`, `"page_title":"\u0000\ud800","comment"`, 1)))
	f.Add([]byte(strings.Replace(create, `"user_groups":["*","user"]`, `"user_groups":[]`, 1)))
	f.Add([]byte("\xff"))
	score := &Score{Prediction: "Stub", Probability: map[string]float64{"Stub": 1e-9, "B": 1}}
	f.Fuzz(func(t *testing.T, value []byte) {
		r, err := Parse(value)
		if err != nil {
			if err == ErrNothingToScore {
				return
			}
			data, err := EncodeDeadLetter("errors", "revscore", Source{"t", 0, 1}, value, err, 1000, noon)
			if err != nil {
				t.Fatal(err)
			}
			if err := judge(t, letters, data); err != nil {
				t.Fatalf("%v: %s", err, data)
			}
			return
		}
		good := func(s *jsonschema.Schema) func([]byte, error) {
			return func(data []byte, err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
				if err := judge(t, s, data); err != nil {
					t.Fatalf("%v: %s", err, data)
				}
			}
		}
		if r.Canary() {
			good(scores)(EncodeCanary(r, "s", ScoreSchema, noon))
			good(combined)(EncodeCanary(r, "s", ScoreSchema, noon))
			good(predictions)(EncodeCanary(r, "s", PredictionSchema, noon))
			return
		}
		scored, failed := Outcome{Model: "m", Version: "1", Score: score}, Outcome{Model: "n", Version: "1", Failure: &Failure{"TextDeleted", "hidden"}}
		data, err := EncodeScore(r, "s", scored, noon)
		good(scores)(data, err)
		good(scores)(Redact(data, true, true, true))
		good(scores)(EncodeScore(r, "s", failed, noon))
		good(combined)(EncodeCombined(r, "s", []Outcome{failed, scored}, noon))
		data, err = EncodePrediction(r, "s", scored, noon)
		var pe *ParseError
		if !errors.As(err, &pe) { // the one error that a source can cause
			good(predictions)(data, err)
			good(predictions)(Redact(data, true, true, true))
			good(predictions)(RedactParent(data, true, true, true))
		}
	})
}

func TestSchemasRefuse(t *testing.T) {
	scores, letters := schema(t, schemas.RevisionScore), schema(t, schemas.DeadLetter)
	good, err := EncodeScore(parse(t, []byte(create)), "s", Outcome{Model: "m", Version: "1", Score: &Score{true, map[string]float64{"true": 1}}}, noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{`"rev_id":43`, `"rev_id":0`},
		{`"true":1`, `"true":1.5`},
		{`"scores"`, `"errors"`},
		{`"page_id":7,`, ``},
		{`"page_id":7,`, `"page_id":7,"extra":1,`},
		{`"domain":"en.wikipedia.example"`, `"domain":"canary"`},
	} {
		bad := strings.Replace(string(good), change[0], change[1], 1)
		if bad == string(good) {
			t.Fatalf("%q is not in %s", change[0], good)
		}
		if judge(t, scores, []byte(bad)) == nil {
			t.Errorf("with %s for %s it is still valid", change[1], change[0])
		}
	}
	if judge(t, letters, good) == nil {
		t.Error("a score is valid as a dead letter")
	}
}
