package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"revscore/internal/avro"
	"revscore/internal/event"
	"revscore/internal/score"
	"revscore/internal/score/feature"
	"revscore/internal/score/fetch"
	"revscore/schemas"
)

const (
	classificationSchema = "/mediawiki/page/prediction_classification_change/1.1.0"
	schemaConfig         = "routes:\n" +
		"  - {model: reverted}\n" +
		"  - {model: revid, stream: my.revid}\n" +
		"  - {model: reverted, match: {database: frwiki}}\n" +
		"  - {model: revid, output: prediction}\n" +
		"produce: {error_stream: my.errors, combined_stream: my.all}\n"
)

// printed is a field of each JSON document that a command prints.
func printed(t *testing.T, field string, args ...string) []string {
	t.Helper()
	out, err := execute(t, "", append([]string{"schema"}, args...)...)
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	var list []string
	for dec := json.NewDecoder(strings.NewReader(out)); ; {
		var doc map[string]any
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatalf("%q: %v in %s", args, err, out)
		}
		list = append(list, doc[field].(string))
	}
}

func TestSchemaSelects(t *testing.T) {
	config := writeFile(t, "streamer.yaml", schemaConfig)
	const (
		score, combined        = "revscore/revision-score", "revscore/revision-score-combined"
		letter, classification = "revscore/dead-letter", "revscore/prediction-classification-change"
	)
	// Scores of one model and of all are one record.
	names := map[string]string{score: "RevisionScore", combined: "RevisionScore", letter: "ErrorEvent", classification: "PredictionClassificationChange"}
	for _, tt := range []struct {
		args string
		want []string // $id of the JSON Schemas
	}{
		{"", []string{score, combined, letter, classification}},
		{"mediawiki.revision-score-damaging", []string{score}},
		{"mediawiki.page_outlink_prediction_change.v1", []string{classification}},
		{"revscore.error", []string{letter}},
		{"revscore.error mediawiki.revision-score-a mediawiki.revision-score-b", []string{letter, score}},
		{"--schema " + classificationSchema, []string{classification}},
		{"--schema " + classificationSchema + " some.stream", []string{classification}},
		{"--config " + config, []string{score, classification, letter, combined}},
		{"my.errors --config " + config, []string{letter}},
		{"my.revid --config " + config, []string{score}},
		{"my.all --config " + config, []string{combined}},
		{"my.all my.revid my.all --config " + config, []string{combined, score}},
		{"mediawiki.page_revid_prediction_change.v1 --config " + config, []string{classification}},
	} {
		args := strings.Fields(tt.args)
		if got := printed(t, "$id", append([]string{"json"}, args...)...); !slices.Equal(got, tt.want) {
			t.Errorf("json %s: %q, want %q", tt.args, got, tt.want)
		}
		var want []string
		for _, id := range tt.want {
			if !slices.Contains(want, names[id]) {
				want = append(want, names[id])
			}
		}
		if got := printed(t, "name", append([]string{"avro"}, args...)...); !slices.Equal(got, want) {
			t.Errorf("avro %s: %q, want %q", tt.args, got, want)
		}
	}
}

// The printed text is the file of the repository, which is what readers compare with.
func TestSchemaPrintsTheFiles(t *testing.T) {
	for file, args := range map[string][]string{
		"revision-score.json":                   {"json", "--schema", event.ScoreSchema},
		"dead-letter.json":                      {"json", "--schema", event.ErrorSchema},
		"prediction-classification-change.json": {"json", "--schema", classificationSchema},
		"revision-score.avsc":                   {"avro", "--schema", event.ScoreSchema},
		"error.avsc":                            {"avro", "--schema", event.ErrorSchema},
		"prediction-classification-change.avsc": {"avro", "--schema", classificationSchema},
	} {
		out, err := execute(t, "", append([]string{"schema"}, args...)...)
		if want := readText(t, "../../schemas/"+file); err != nil || strings.TrimSpace(out) != strings.TrimSpace(want) {
			t.Errorf("%q: %v, not what is in %s", args, err, file)
		}
	}
}

func TestSchemaHive(t *testing.T) {
	out, err := execute(t, "", "schema", "hive", "--config", writeFile(t, "streamer.yaml", schemaConfig), "--location", "hdfs:///it's/here/")
	if err != nil {
		t.Fatal(err)
	}
	goldenText(t, "hive.sql", out)
	one, err := execute(t, "", "schema", "hive", "my.classes", "--schema", classificationSchema, "--location", "/data")
	if err != nil {
		t.Fatal(err)
	}
	words(t, one, "IF NOT EXISTS my_classes\n", "LOCATION '/data/my.classes'", `"name": "PredictionClassificationChange"`, "REPAIR TABLE my_classes;\n")
}

func TestSchemaRefuses(t *testing.T) {
	config := writeFile(t, "streamer.yaml", schemaConfig)
	for _, tt := range []struct {
		args []string
		want []string
	}{
		{[]string{"json", "my.stream"}, []string{`"my.stream"`, "--config", "--schema"}},
		{[]string{"avro", "mediawiki.revision-score-", "another"}, []string{`"mediawiki.revision-score-"`, `"another"`}},
		{[]string{"json", "mediawiki.revision-score-damaging", "--config", config}, []string{"not known"}},
		{[]string{"json", "--schema", "/no/such/1.0.0"}, []string{"/no/such/1.0.0", event.ScoreSchema, classificationSchema}},
		{[]string{"json", "--schema", event.ErrorSchema, "--config", config}, []string{"config schema"}},
		{[]string{"json", "--config", "no/such.yaml"}, []string{"no/such.yaml"}},
		{[]string{"hive", "revscore.error"}, []string{"location"}},
		{[]string{"hive", "--location", "/data"}, []string{"no stream is named"}},
		{[]string{"hive", "revscore.error", "--location", ""}, []string{"--location"}},
		{[]string{"hive", "revscore.error", "--location", "/data;drop"}, []string{"semicolons"}},
		{[]string{"hive", "../up", "--schema", event.ErrorSchema, "--location", "/data\n"}, []string{`"../up"`, "control characters"}},
		{[]string{"hive", "a-b", "A.b", "--schema", event.ErrorSchema, "--location", "/data"}, []string{"a-b and A.b", "table a_b"}},
		{[]string{"thrift"}, []string{"unknown command"}},
	} {
		out, err := execute(t, "", append([]string{"schema"}, tt.args...)...)
		if err == nil || out != "" {
			t.Errorf("%q: %v, printed %.100q", tt.args, err, out)
			continue
		}
		words(t, err.Error(), tt.want...)
	}
}

// Every kind of event has both schemas.
func TestSchemasOfEveryKind(t *testing.T) {
	var uris []string
	for _, s := range avro.Schemas() {
		uris = append(uris, s.URI)
	}
	slices.Sort(uris)
	if got := slices.Sorted(maps.Keys(jsonSchemas)); !slices.Equal(got, uris) {
		t.Errorf("JSON Schemas of %q, Avro of %q", got, uris)
	}
}

// classified is an event of a page that a model classified, with every field.
const classified = `{"$schema":"/mediawiki/page/prediction_classification_change/1.1.0",` +
	`"meta":{"stream":"classes","id":"0e7aa7ba-2c6f-5d1c-9f0a-3a3b0a4c5d6e","dt":"2026-01-02T03:04:05.678Z","request_id":"r","uri":"https://w.example/wiki/P","domain":"w.example"},` +
	`"dt":"2026-01-02T03:04:05Z","changelog_kind":"update","page_change_kind":"move","wiki_id":"enwiki","comment":"",` +
	`"page":{"page_id":7,"page_title":"P","namespace_id":0,"is_redirect":true,"revision_count":2,` +
	`"redirect_page_link":{"page_id":8,"page_title":"Q","namespace_id":0,"interwiki_prefix":"","is_redirect":false}},` +
	`"performer":{"user_text":"U","user_id":3,"edit_count":0,"groups":["bot"],"is_bot":true,"is_system":false,"is_temp":false,"registration_dt":"2020-01-02T03:04:05Z"},` +
	`"revision":{"rev_id":43,"rev_parent_id":42,"rev_dt":"2026-01-02T03:04:05Z","rev_sha1":"","rev_size":10,"comment":"c","editor":{"user_text":"U"},` +
	`"is_minor_edit":false,"is_comment_visible":true,"is_content_visible":true,"is_editor_visible":true},` +
	`"created_redirect_page":{"page_id":9,"page_title":"O","namespace_id":0,"is_redirect":true,"revision_count":1},` +
	`"prior_state":{"page":{"page_id":7,"page_title":"O","namespace_id":0,"is_redirect":false,"revision_count":1},` +
	`"revision":{"rev_id":42,"rev_parent_id":41,"rev_dt":"2026-01-01T03:04:05Z","rev_sha1":"s","rev_size":9,"comment":"b","editor":{},` +
	`"is_minor_edit":true,"is_comment_visible":true,"is_content_visible":true,"is_editor_visible":true}},` +
	`"predicted_classification":{"model_name":"m","model_version":"1","predictions":["Stub"],"probabilities":{"Stub":0.75,"B":0.25}}}`

func judge(t *testing.T, schema *jsonschema.Schema, text string) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return schema.Validate(doc)
}

func compileSchema(t *testing.T, doc any) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("memory:///it", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("memory:///it")
}

func classificationOurs(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemas.PredictionClassificationChange))
	if err != nil {
		t.Fatal(err)
	}
	return compileSchema(t, doc)
}

// changes to classified: what of them the schema takes, and what not.
func TestClassificationSchema(t *testing.T) {
	schema := classificationOurs(t)
	if err := judge(t, schema, classified); err != nil {
		t.Fatal(err)
	}
	without, _, _ := strings.Cut(classified, `,"predicted_classification"`)
	without += "}"
	canary := strings.Replace(without, `"domain":"w.example"`, `"domain":"canary"`, 1)
	if err := judge(t, schema, canary); err != nil {
		t.Errorf("a canary: %v", err)
	}
	bad := map[string]string{
		"without a prediction": without,
		"canary with one":      strings.Replace(classified, `"domain":"w.example"`, `"domain":"canary"`, 1),
	}
	for _, change := range [][2]string{
		{`"Stub":0.75`, `"Stub":1.5`},
		{`{"Stub":0.75,"B":0.25}`, `{}`},
		{`1.1.0`, `1.0.0`},
		{`"rev_id":43,`, ``},
		{`"rev_id":43`, `"rev_id":0`},
		{`"rev_dt":"2026-01-02T03:04:05Z",`, ``},
		{`"page_id":9,`, ``},
		{`"page_id":7`, `"page_id":"7"`},
		{`"move"`, `"moved"`},
		{`"wiki_id":"enwiki"`, `"wiki_id":""`},
		{`"dt":"2026-01-02T03:04:05Z"`, `"dt":"yesterday"`},
		{`"model_name":"m",`, ``},
		{`"rev_size":10`, `"rev_size":10,"content_slots":{}`},
		{`"is_bot":true`, `"is_bot":null`},
	} {
		text := strings.Replace(classified, change[0], change[1], 1)
		if text == classified {
			t.Fatalf("%q is not there to be replaced", change[0])
		}
		bad[change[0]+" → "+change[1]] = text
	}
	for name, text := range bad {
		if judge(t, schema, text) == nil {
			t.Errorf("%s: it is still valid", name)
		}
	}
}

// What is valid here fits the Avro schema: its codec refuses a field that it does not list.
func TestClassificationsFitAvro(t *testing.T) {
	if err := judge(t, classificationOurs(t), classified); err != nil {
		t.Fatal(err)
	}
	codec := avro.NewCodec()
	s, data, err := codec.Encode([]byte(classified))
	if err != nil {
		t.Fatal(err)
	}
	back, err := codec.Decode(s, data)
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := errors.Join(json.Unmarshal([]byte(classified), &want), json.Unmarshal(back, &got)); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s\ncame back as\n%s", classified, back)
	}
}

// Whatever a dead letter is about, its type is one that the schema lists.
func TestTypesOfDeadLetters(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemas.DeadLetter))
	if err != nil {
		t.Fatal(err)
	}
	schema := compileSchema(t, doc)
	for _, reason := range []string{
		event.ReasonEmpty, event.ReasonInvalidJSON, event.ReasonUnknownSchema, event.ReasonMissingField, event.ReasonWrongType, event.ReasonTooLarge,
		score.ReasonRoute, score.ReasonRetry, score.ReasonExhausted, event.ReasonRefused,
		fetch.RevisionNotFound, fetch.TextDeleted, feature.TypeUserDeleted, feature.TypeContent, fetch.MissingResource, fetch.TextTooLarge, fetch.CaughtDependencyError,
	} {
		value, err := event.Letter{Stream: "s", Emitter: "e", Source: event.Source{Topic: "t"}, Cause: &event.ParseError{Reason: reason}, MaxRaw: 9}.Encode(time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := judge(t, schema, string(value)); err != nil {
			t.Errorf("%s: %v", reason, err)
		}
	}
}
