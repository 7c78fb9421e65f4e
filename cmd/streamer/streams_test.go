package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"revscore/internal/avro"
	"revscore/internal/corpus"
	"revscore/internal/score"
	"revscore/internal/sink"
)

// Predictions and the events of all models go out in JSON and Avro like scores: valid by
// the schema that is printed for their stream, and answers to an audit.
func TestPredictionsAndCombinedScores(t *testing.T) {
	const (
		n           = 60
		predictions = "mediawiki.page_reverted_prediction_change.v1"
		all         = "all.models"
	)
	for _, form := range []string{sink.Kafka, sink.KafkaAvro} {
		t.Run(form, func(t *testing.T) {
			r := newRig(t)
			registry := r.registry()
			for _, stream := range []string{predictions, all, errorTopic} {
				r.cfg.Sinks.Streams[stream] = []string{form}
			}
			r.cfg.Routes = []score.RouteConfig{{Model: "reverted", Output: score.OutputPrediction}, {Model: "revid"}}
			r.cfg.Produce.Combined = all
			revs, _ := r.edits(7, n)
			values := make([][]byte, n)
			for i, rev := range revs {
				if i%5 == 2 { // what is hidden cannot be predicted
					rev.Text, rev.TextHidden = nil, true
					r.wiki.Put(rev)
				}
				var err error
				if values[i], err = rev.EventAs(corpus.Form{Change: true}); err != nil {
					t.Fatal(err)
				}
			}
			r.halfAnHourAgo(changeTopic, values...)
			s := r.start()
			s.await(3 * n)
			s.stop()

			file := r.auditFile("{model: reverted}", "{model: reverted, output: prediction}", "routes:",
				fmt.Sprintf("produce: {combined_stream: %s}\nsinks: {avro: {registry: {urls: [%q], retry_for: 0s}}, streams: {%s: [%s], %s: [%s], %s: [%s]}}\nroutes:",
					all, registry.URL(), predictions, form, all, form, errorTopic, form))
			out, err := auditHour(t, file)
			if err != nil {
				t.Fatalf("%v in\n%s", err, out)
			}
			failures := len(r.asJSON(errorTopic))
			if failures < n/5 {
				t.Fatalf("%d of %d predictions failed, want %d at least", failures, n, n/5)
			}
			total := map[string]int{}
			for wiki, k := range perWiki(revs) {
				for _, target := range []string{predictions + " reverted", all + " revid", all + " reverted", revidTopic + " revid"} {
					var wanted, scored, errs int
					row := table(out)[wiki+" "+target]
					if _, err := fmt.Sscanf(row, "%d %d %d 0 0 0 0", &wanted, &scored, &errs); err != nil || wanted != k || scored+errs != k {
						t.Errorf("%s, %s: %q, want %d answers in\n%s", wiki, target, row, k, out)
					}
					total[target] += errs
				}
			}
			if total[predictions+" reverted"] != failures || total[all+" reverted"] != failures || total[all+" revid"] != 0 {
				t.Errorf("errors by target are %v, want %d of reverted", total, failures)
			}
			for stream, want := range map[string]int{predictions: n - failures, all: n, revidTopic: n, errorTopic: failures} {
				schema := printedSchema(t, file, stream)
				events := r.asJSON(stream)
				if len(events) != want {
					t.Errorf("%s has %d events, want %d", stream, len(events), want)
				}
				for _, e := range events {
					if err := judge(t, schema, string(e)); err != nil {
						t.Errorf("%s: %v in %s", stream, err, e)
					}
				}
			}
		})
	}
}

// printedSchema is what streamer schema says of a stream.
func printedSchema(t *testing.T, config, stream string) *jsonschema.Schema {
	t.Helper()
	out, err := execute(t, "", "schema", "json", "--config", config, stream)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	return compileSchema(t, doc)
}

// asJSON are the events of a stream, whatever its form.
func (r *rig) asJSON(stream string) (events [][]byte) {
	r.t.Helper()
	for _, rec := range r.records(stream) {
		value := rec.Value
		if bytes.HasPrefix(value, []byte{0}) {
			schema, err := avro.SchemaOf(r.cfg.streamSchema(stream))
			if err == nil {
				value, err = avro.NewCodec().Decode(schema, value[5:])
			}
			if err != nil {
				r.t.Fatal(err)
			}
		}
		events = append(events, value)
	}
	return events
}
