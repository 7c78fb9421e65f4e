package avro

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	hamba "github.com/hamba/avro/v2"

	"revscore/internal/event"
)

const source = `{"$schema":"/mediawiki/revision/create/2.0.0","meta":{"stream":"mediawiki.revision-create","id":"a","dt":"2026-01-02T03:04:05Z","domain":"en.wikipedia.example","request_id":"r","uri":"https://en.wikipedia.example/wiki/A&B"},
"dt":"2026-01-02T03:04:05Z","database":"enwiki","page_id":7,"page_title":"A&B \u2028 \"ü\" 😀","page_namespace":-1,"page_is_redirect":false,"rev_id":43,"rev_parent_id":42,"rev_timestamp":"2026-01-02T03:04:05Z",
"performer":{"user_text":"U","user_id":9,"user_groups":["*","user"],"user_is_bot":false,"user_edit_count":0}}`

// moved has what predictions list, and a user whom the source hides.
const moved = `{"$schema":"/mediawiki/page/change/1.2.0","changelog_kind":"update","page_change_kind":"move","dt":"2026-01-03T00:00:00Z","wiki_id":"dewiki",
"meta":{"stream":"mediawiki.page_change.v1","id":"m","dt":"2026-01-03T00:00:01Z","domain":"de.wikipedia.example"},
"page":{"page_id":8,"page_title":"C","namespace_id":4,"is_redirect":true,"redirect_page_link":{"page_title":"E","interwiki_prefix":"w"}},"comment":"",
"created_redirect_page":{"page_id":10,"page_title":"Old"},"prior_state":{"page":{"page_title":"Old"},"revision":{"rev_id":98,"editor":{"user_text":"B","groups":[]}}},
"revision":{"rev_id":99,"rev_parent_id":98,"rev_dt":"2026-01-01T00:00:00Z","rev_size":5,"is_editor_visible":false}}`

var noon = time.Date(2026, 11, 21, 12, 0, 0, 5000, time.UTC)

// scoreEvent is a score as the pipeline publishes it.
func scoreEvent(t testing.TB, stream, version string, at time.Time) []byte {
	t.Helper()
	r, err := event.Parse([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	out := event.Outcome{Model: "damaging", Version: version, Score: &event.Score{Prediction: true, Probability: map[string]float64{"true": 0.30000000000000004, "false": 1e-9}}}
	data, err := event.EncodeScore(r, stream, out, at)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// published is one event of each sort that the service writes.
func published(t testing.TB) [][]byte {
	t.Helper()
	r, err := event.Parse([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	failure, err := event.EncodeScore(r, "s", event.Outcome{Model: "m", Version: "1", Failure: &event.Failure{Type: "TextDeleted", Message: "hidden"}}, noon)
	if err != nil {
		t.Fatal(err)
	}
	canary, err := event.EncodeCanary(r, "s", event.ScoreSchema, noon)
	if err != nil {
		t.Fatal(err)
	}
	letter, err := event.EncodeDeadLetter("errors", "revscore", event.Source{Topic: "t", Offset: 1}, []byte("\xff\x00"), fmt.Errorf("bad"), 1000, noon)
	if err != nil {
		t.Fatal(err)
	}
	out := [][]byte{scoreEvent(t, "s", "1", noon), failure, canary, letter}
	scored := event.Outcome{Model: "damaging", Version: "1", Score: &event.Score{Prediction: []string{"a", "ü"}, Probability: map[string]float64{"a": 0.5, "ü": 1e-9}}}
	missed := event.Outcome{Model: "m", Version: "1", Failure: &event.Failure{Type: "TextDeleted", Message: "hidden"}}
	combined, err := event.EncodeCombined(r, "s", []event.Outcome{scored, missed}, noon)
	if err != nil {
		t.Fatal(err)
	}
	if r, err = event.Parse([]byte(moved)); err != nil {
		t.Fatal(err)
	}
	prediction, err := event.EncodePrediction(r, "s", scored, noon)
	if err != nil {
		t.Fatal(err)
	}
	alive, err := event.EncodeCanary(r, "s", event.PredictionSchema, noon)
	if err != nil {
		t.Fatal(err)
	}
	return append(out, combined, prediction, alive)
}

// What we publish comes back to the byte, but for how an exponent is spelled.
func TestPublishedEventsComeBack(t *testing.T) {
	c := NewCodec()
	for _, in := range published(t) {
		s, data, err := c.Encode(in)
		if err != nil {
			t.Fatalf("%v: %s", err, in)
		}
		out, err := c.Decode(s, data)
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.Replace(string(in), "1e-09", "1e-9", 1); string(out) != want {
			t.Errorf("got  %s\nwant %s", out, want)
		}
	}
}

// value makes a random JSON value of a schema: every optional field is now there
// and now not, lists and maps may be empty, texts hold what JSON must escape.
func value(r *rand.Rand, s hamba.Schema) any {
	switch s := s.(type) {
	case *hamba.RefSchema:
		return value(r, s.Schema())
	case *hamba.UnionSchema:
		return value(r, s.Types()[1])
	case *hamba.RecordSchema:
		out := map[string]any{}
		for _, f := range s.Fields() {
			if !f.HasDefault() || r.IntN(2) == 0 {
				name := f.Name()
				if name == "_schema" {
					name = "$schema"
				}
				out[name] = value(r, f.Type())
			}
		}
		return out
	case *hamba.MapSchema:
		out := map[string]any{}
		for range r.IntN(4) {
			out[word(r)] = value(r, s.Values())
		}
		return out
	case *hamba.ArraySchema:
		out := []any{}
		for range r.IntN(4) {
			out = append(out, value(r, s.Items()))
		}
		return out
	}
	switch s.Type() {
	case hamba.String:
		return word(r)
	case hamba.Boolean:
		return r.IntN(2) == 0
	case hamba.Long:
		return json.Number(strconv.FormatInt(r.Int64N(1<<54)-1<<53, 10))
	case hamba.Double:
		return r.NormFloat64() * 1e-3
	}
	panic("a schema that no event has: " + s.String())
}

func word(r *rand.Rand) string {
	return []string{"", "a", "ü\u2028", "\x00\"\\", "😀", strings.Repeat("x", 300), "$schema"}[r.IntN(7)]
}

// same compares two JSON texts: numbers by value, the rest as it is.
func same(t testing.TB, a, b []byte) bool {
	t.Helper()
	parse := func(data []byte) any {
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%v in %s", err, data)
		}
		return numbers(v)
	}
	return reflect.DeepEqual(parse(a), parse(b))
}

func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, _ := v.Float64()
		if f == 0 {
			return int64(0)
		}
		if i := int64(f); float64(i) == f && -1<<53 < i && i < 1<<53 {
			return i
		}
		return f
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	}
	return v
}

func comesBack(t testing.TB, c *Codec, in []byte) {
	t.Helper()
	s, data, err := c.Encode(in)
	if err != nil {
		t.Fatalf("%v: %s", err, in)
	}
	out, err := c.Decode(s, data)
	if err != nil {
		t.Fatalf("%v: %s", err, in)
	}
	if !same(t, in, out) {
		t.Fatalf("%s\ncame back as\n%s", in, out)
	}
}

func randomEvent(t testing.TB, r *rand.Rand, s *Schema) []byte {
	t.Helper()
	v := value(r, s.avro).(map[string]any)
	v["$schema"] = s.URI
	in, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestEveryFieldComesBack(t *testing.T) {
	c := NewCodec()
	for _, s := range Schemas() {
		r := rand.New(rand.NewPCG(1, 2))
		for range 2000 {
			comesBack(t, c, randomEvent(t, r, s))
		}
	}
}

// Whatever JSON the codec takes comes back equal.
func FuzzComesBack(f *testing.F) {
	c := NewCodec()
	for _, in := range published(f) {
		f.Add(in)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for _, s := range Schemas() {
		for range 5 {
			f.Add(randomEvent(f, r, s))
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if _, _, err := c.Encode(in); err != nil {
			return
		}
		comesBack(t, c, in)
	})
}

// Whatever bytes the codec takes are one record: decoded and encoded again they are
// the same event. Nothing makes it panic or allocate what the bytes only claim.
func FuzzDecode(f *testing.F) {
	c := NewCodec()
	for _, in := range published(f) {
		s, data, err := c.Encode(in)
		if err != nil {
			f.Fatal(err)
		}
		for i, known := range Schemas() {
			if known == s {
				f.Add(i, data)
			}
		}
	}
	f.Add(0, []byte("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x01\x01\x01\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, which int, data []byte) {
		all := Schemas()
		s := all[uint(which)%uint(len(all))]
		out, err := c.Decode(s, data)
		if err != nil {
			return
		}
		r := s.alloc()
		if err := json.Unmarshal(out, r); err != nil {
			t.Fatal(err)
		}
		again, err := write(s, r)
		if err != nil || !same(t, out, again) {
			t.Fatalf("%s and %s, %v", out, again, err)
		}
	})
}

func TestCodecRefuses(t *testing.T) {
	c := NewCodec()
	good := string(scoreEvent(t, "s", "1", noon))
	for _, test := range []struct{ old, new, want string }{
		{`"page_id":7`, `"page_id":7,"extra":1`, `"extra" is not in the schema`},
		{`"page_id":7`, `"page_id":7,"_schema":"x"`, `"_schema" is not in the schema`},
		{`"page_id":7`, `"Page_ID":7`, `"Page_ID" is not in the schema`},
		{`"user_id":9`, `"user_id":9,"gender":"x"`, `"performer" "gender" is not in the schema`},
		{`"page_id":7`, `"page_id":7,"page_id":8`, `duplicate`},
		{`"page_id":7`, `"page_id":7.5`, `page_id`},
		{`"page_id":7`, `"page_id":"7"`, `page_id`},
		{`"page_id":7`, `"page_id":92233720368547758080`, `page_id`},
		{`"page_id":7`, `"page_id":null`, `"page_id" is null`},
		{`"user_groups":["*","user"]`, `"user_groups":["*",null]`, `"user_groups" is null`},
		{`"true":0.30000000000000004`, `"true":1e999`, `true`},
		{`"true":0.30000000000000004`, `"true":null`, `"true" is null`},
		{`"page_title":"`, `"page_title":"\ud800`, `surrogate`},
		{`"model_version":"1",`, ``, `"scores" "damaging" 1 required fields of Score are missing`},
		{`"stream":"s",`, ``, `"meta" 1 required fields of Meta are missing`},
		{`"performer":{`, `"performer":[{`, ``},
		{`/mediawiki/revision/score/3.0.0`, `/mediawiki/revision/score/4.0.0`, `no Avro schema for events of "/mediawiki/revision/score/4.0.0"`},
		{`}}}}`, `}}}`, `EOF`},
	} {
		bad := strings.Replace(good, test.old, test.new, 1)
		if bad == good {
			t.Fatalf("%s is not in %s", test.old, good)
		}
		if _, _, err := c.Encode([]byte(bad)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s for %s: %v, want %s", test.new, test.old, err, test.want)
		}
	}
}

func TestBytesThatAreNoRecord(t *testing.T) {
	c := NewCodec()
	s, data, err := c.Encode(scoreEvent(t, "s", "1", noon))
	if err != nil {
		t.Fatal(err)
	}
	for n := range data {
		if out, err := c.Decode(s, data[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes are %s", n, len(data), out)
		}
	}
	if out, err := c.Decode(s, append(bytes.Clone(data), 0)); err == nil || !strings.Contains(err.Error(), "behind the record") {
		t.Errorf("with a byte more: %s, %v", out, err)
	}
	for _, bad := range []string{"", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "\x02\xff", "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"} {
		if out, err := c.Decode(s, []byte(bad)); err == nil {
			t.Errorf("%q is %s", bad, out)
		}
	}
}
