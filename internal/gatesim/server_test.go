package gatesim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// A schema with the shapes of the official ones.
const thing = `
title: thing
$id: /thing/1.0.0
$schema: 'https://json-schema.org/draft-07/schema#'
type: object
additionalProperties: false
required: [$schema, meta, dt]
properties:
  $schema: {type: string}
  dt: {type: string, format: date-time, maxLength: 30}
  meta:
    type: object
    required: [stream]
    properties:
      id: {type: string}
      stream: {type: string, minLength: 1}
      uri: {type: string, format: uri-reference}
  kind: {enum: [edit, move]}
  page-id: {type: integer, minimum: 1, maximum: 9007199254740991}
  tags: {type: array, items: {type: string, pattern: '^[a-z]+$'}}
  shares: {type: object, additionalProperties: {type: number}}
`

func gate(t *testing.T) *Server {
	t.Helper()
	return New(fstest.MapFS{"thing/1.0.0.yaml": {Data: []byte(thing)}}, 100)
}

func post(s *Server, target, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// with returns a valid event with further fields.
func with(id, more string) string {
	return fmt.Sprintf(`{"$schema": "/thing/1.0.0", "dt": "2026-01-02T03:04:05Z", "meta": {"stream": "s", "id": %q}%s}`, id, more)
}

func TestErrorsAreWrittenAsAJVDoes(t *testing.T) {
	for _, c := range []struct{ event, want string }{
		{`{"$schema":"/thing/1.0.0","dt":"x"}`, `"keyword":"required","dataPath":"","schemaPath":"#/required","params":{"missingProperty":"meta"},"message":"should have required property 'meta'"`},
		{with("1", `,"other":1,"kind":2`), `"keyword":"additionalProperties","dataPath":"","schemaPath":"#/additionalProperties","params":{"additionalProperty":"other"},"message":"should NOT have additional properties"`},
		{with("1", `,"kind":"x"`), `"keyword":"enum","dataPath":".kind","schemaPath":"#/properties/kind/enum","params":{"allowedValues":["edit","move"]},"message":"should be equal to one of the allowed values"`},
		{with("1", `,"page-id":0`), `"keyword":"minimum","dataPath":"['page-id']","schemaPath":"#/properties/page-id/minimum","params":{"comparison":">=","limit":1,"exclusive":false},"message":"should be >= 1"`},
		{with("1", `,"page-id":9007199254740993`), `"keyword":"maximum","dataPath":"['page-id']","schemaPath":"#/properties/page-id/maximum","params":{"comparison":"<=","limit":9007199254740991,"exclusive":false},"message":"should be <= 9007199254740991"`},
		{with("1", `,"tags":["a","B"]`), `"keyword":"pattern","dataPath":".tags[1]","schemaPath":"#/properties/tags/items/pattern","params":{"pattern":"^[a-z]+$"},"message":"should match pattern \"^[a-z]+$\""`},
		{with("1", `,"shares":{"yes":"1"}`), `"keyword":"type","dataPath":".shares['yes']","schemaPath":"#/properties/shares/additionalProperties/type","params":{"type":"number"},"message":"should be number"`},
		{`{"$schema":"/thing/1.0.0","dt":"2026-01-02 03:04:05Z","meta":{"stream":"s"}}`, `"keyword":"format","dataPath":".dt","schemaPath":"#/properties/dt/format","params":{"format":"date-time"},"message":"should match format \"date-time\""`},
		{`{"$schema":"/thing/1.0.0","dt":"2026-01-02T03:04:05.0000000000000Z","meta":{"stream":"s"}}`, `"keyword":"maxLength","dataPath":".dt","schemaPath":"#/properties/dt/maxLength","params":{"limit":30},"message":"should NOT be longer than 30 characters"`},
		{`{"$schema":"/thing/1.0.0","dt":"2026-01-02T03:04:05Z","meta":{"stream":""}}`, `"keyword":"minLength","dataPath":".meta.stream","schemaPath":"#/properties/meta/properties/stream/minLength","params":{"limit":1},"message":"should NOT be shorter than 1 characters"`},
		{`{"$schema":"/thing/1.0.0","dt":"2026-01-02T03:04:05Z","meta":{"stream":"s","uri":"http://a/b c"}}`, `"message":"should match format \"uri-reference\""`},
	} {
		w := post(gate(t), "/v1/events", c.event)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), `"context":{"errors":[{`) || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s\n got %d %s\nwant %s", c.event, w.Code, w.Body, c.want)
		}
	}
}

func TestStatusOfSeveralEvents(t *testing.T) {
	good, bad, unknown := with("1", ""), with("2", `,"kind":2`), strings.Replace(with("3", ""), "1.0.0", "9.9.9", 1)
	list := func(events ...string) string { return "[" + strings.Join(events, ",") + "]" }
	for _, c := range []struct {
		body string
		code int
	}{
		{good, 201},
		{list(good, good), 201},
		{list(good, bad), 207},
		{list(good, unknown), 207},
		{list(bad, bad), 400},
		{list(bad, unknown), 500},
		{unknown, 500},
		{strings.Replace(good, "/thing", "/../thing", 1), 500}, // does not leave the folder
		{`{"meta":{}}`, 500},
		{`{}`, 400},
		{`[]`, 400},
		{`[1]`, 500},
		{``, 400},
	} {
		if w := post(gate(t), "/v1/events", c.body); w.Code != c.code {
			t.Errorf("%.200s: %d %s, want %d", c.body, w.Code, w.Body, c.code)
		}
	}
}

func TestBodiesThatAreNotJSON(t *testing.T) {
	for body, want := range map[string]string{
		`{"a"`:       "Unexpected end of JSON input",
		`{ broken`:   "Expected property name or '}' in JSON at position 2",
		`[1 2]`:      "Unexpected token 2 in JSON at position 3",
		`"text"`:     `Unexpected token \" in JSON at position 0`,
		"  \n":       "Unexpected end of JSON input",
		`{"a":1} {}`: "Unexpected token { in JSON at position 8",
	} {
		w := post(gate(t), "/v1/events", body)
		if w.Code != 500 || !strings.Contains(w.Body.String(), `"title":"SyntaxError","detail":"`+want+`"`) {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	w := post(gate(t), "/v1/events", `"`+strings.Repeat("x", MaxBody)+`"`)
	if w.Code != 500 || !strings.Contains(w.Body.String(), "PayloadTooLargeError") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestEventsAreRepeatedAsJavaScriptWritesThem(t *testing.T) {
	for source, want := range map[string]string{
		`{ "b" : [ 1.0 , -0, 1e-7, 1E21, {} ], "a": {"x":null, "y":[true,false]} }`: `{"b":[1,0,1e-7,1e+21,{}],"a":{"x":null,"y":[true,false]}}`,
		`"\u00e9\/\u2028<&>\u0001\b\t\n\u000b\f\r\"\\"`:                             "\"é/\u2028<&>\\u0001\\b\\t\\n\\u000b\\f\\r\\\"\\\\\"",
		`[[],{},12345678901234567890,0.30000000000000004]`:                          `[[],{},12345678901234567000,0.30000000000000004]`,
	} {
		if got := string(javaScript(json.RawMessage(source))); got != want {
			t.Errorf("%s\n got %s\nwant %s", source, got, want)
		}
	}
}

func TestMemoryIsBoundedAndCounts(t *testing.T) {
	s := New(nil, 3)
	for _, id := range []string{"1", "2", "2", "3", "4"} {
		post(s, "/v1/events", with(id, ""))
	}
	var ids []string
	for _, a := range s.Accepted() {
		ids = append(ids, a.ID)
		if a.Stream != "s" || !a.Answered || !json.Valid(a.Event) {
			t.Errorf("%+v", a)
		}
	}
	if want := []string{"2", "3", "4"}; !slices.Equal(ids, want) {
		t.Errorf("remembers %v, want %v", ids, want)
	}
	if got, want := s.Stats(), (Stats{Requests: 5, Accepted: 5, Repeats: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// Shares are met within what chance allows: 4 standard deviations of 20,000 draws.
func TestFaultsAreDrawnInTheirShares(t *testing.T) {
	f, err := ParseFaults("seed=5 hang=0.1 gone=0.2 fail=0.1 busy=0.1 slow=0.25 error=0.3 pause=2s retry_after=3s")
	if err != nil {
		t.Fatal(err)
	}
	if f.Pause != 2*time.Second || f.RetryAfter != 3*time.Second {
		t.Errorf("%+v", f)
	}
	const n = 20_000
	other := f
	other.Seed++
	counts, failed, same := map[fault]int{}, 0, 0
	for i := range n {
		id := fmt.Sprint(i)
		counts[f.ofRequest(id, 0)]++
		if f.ofEvent(id, 0) {
			failed++
		}
		if f.draw("x", id, 0) == other.draw("x", id, 0) || f.draw("x", id, 0) == f.draw("x", id, 1) {
			same++
		}
	}
	for what, share := range map[fault]float64{hang: 0.1, gone: 0.2, fault(3): 0.1, busy: 0.1, slow: 0.25, none: 0.25} {
		if got := float64(counts[what]) / n; got < share-0.013 || got > share+0.013 {
			t.Errorf("fault %d: %v, want %v", what, got, share)
		}
	}
	if same > 0 {
		t.Errorf("%d draws do not depend on seed or try", same)
	}
	if got := float64(failed) / n; got < 0.287 || got > 0.313 {
		t.Errorf("events fail: %v, want 0.3", got)
	}
}

func TestFaultsThatCannotBe(t *testing.T) {
	for _, text := range []string{"hang=2", "hang=-1", "hang=NaN", "hang=0.6 gone=0.6", "nope=1", "pause=2", "seed=-1", "hang"} {
		if f, err := ParseFaults(text); err == nil {
			t.Errorf("%s: %+v", text, f)
		}
	}
}

func TestHastyAnswersAndKeepsQuiet(t *testing.T) {
	s := gate(t)
	s.SetFaults(Faults{Error: 1})
	if w := post(s, "/v1/events?hasty=true", with("1", "")); w.Code != http.StatusAccepted || w.Body.Len() > 0 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if got := s.Stats(); got.Accepted != 0 || got.Errors != 1 {
		t.Errorf("%+v", got)
	}
}

func TestControl(t *testing.T) {
	s := gate(t)
	call := func(method, target, body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.Control().ServeHTTP(w, httptest.NewRequest(method, target, strings.NewReader(body)))
		return w
	}
	post(s, "/v1/events", with("1", ""))
	if w := call("PUT", "/faults", "busy=1 retry_after=2s"); w.Code != http.StatusNoContent {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := call("PUT", "/faults", "busy=x"); w.Code != http.StatusBadRequest {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := post(s, "/v1/events", with("2", "")); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "2" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := call("GET", "/stats", ""); !strings.Contains(w.Body.String(), `"requests":2,"accepted":1,`) {
		t.Error(w.Body)
	}
	if w := call("GET", "/accepted", ""); !strings.HasPrefix(w.Body.String(), `{"id":"1","stream":"s","answered":true,"event":{`) || strings.Count(w.Body.String(), "\n") != 1 {
		t.Error(w.Body)
	}
}
