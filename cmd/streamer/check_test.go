package main

import (
	"fmt"
	"strings"
	"testing"
)

const checkConfig = `
routes:
  - model: reverted
    on: [nonbot_edit]
    match: {database: enwiki, page_namespace: 0}
  - model: revid
    stream: everything
    topic: other.topic
    match_not:
      - {performer.user_groups: bot}
      - {meta.domain: /^test\./}
  - model: reverted
    stream: several
    match: [{page_title: A}, {page_title: B}]
models:
  - bundle: embedded:enwiki.reverted
  - bundle: embedded:revid
`

const checkEvent = `{"$schema":"/mediawiki/revision/create/2.0.0","meta":{"stream":"mediawiki.revision-create","domain":"en.wikipedia.example","id":"m"},` +
	`"database":"enwiki","page_id":7,"page_title":"T","page_namespace":0,"page_is_redirect":false,"rev_id":43,"rev_parent_id":42,` +
	`"rev_timestamp":"2026-01-02T03:04:05Z","performer":{"user_text":"R","user_groups":["*","user"],"user_id":5}}`

func TestCheckConfiguration(t *testing.T) {
	out, err := execute(t, "", "check", "--config", writeFile(t, "streamer.yaml", checkConfig))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"model reverted of enwiki: enwiki.reverted version 1.0.0, checksum ", ", 6 features, recorded examples reproduced (embedded:enwiki.reverted)\n",
		"model revid of *: *.revid version 0.0.0, checksum ", ", 0 features, recorded examples reproduced (embedded:revid)\n",
		"stream mediawiki.revision-score-reverted to topic mediawiki.revision-score-reverted, /mediawiki/revision/score/3.0.0\n",
		"stream everything to topic other.topic, /mediawiki/revision/score/3.0.0\n",
		"stream revscore.error to topic revscore.error, /error/2.1.0\n",
		"retry topics revscore.retry.1m, revscore.retry.10m, revscore.retry.1h\n",
		"configuration is valid\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in:\n%s", want, out)
		}
	}
}

// Streams of other events are named with their schemas, and why an event has no place
// in them.
func TestCheckPredictions(t *testing.T) {
	const config = `
routes: [{model: revid, output: prediction}, {model: revid}]
models: [{bundle: embedded:revid}]
produce: {combined_stream: all.models, topic_prefix: eqiad.}
sinks: {streams: {all.models: [kafka_avro, eventgate], revscore.error: [files]}, eventgate: {url: "http://gate"}, avro: {registry: {urls: ["http://registry"]}, files: {dir: /data}}}
`
	out, err := execute(t, checkEvent, "check", "--config", writeFile(t, "streamer.yaml", config), "--event", "-")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"stream mediawiki.page_revid_prediction_change.v1 to topic eqiad.mediawiki.page_revid_prediction_change.v1, /mediawiki/page/prediction_classification_change/1.1.0\n",
		"stream all.models to topic eqiad.all.models in Avro and EventGate, /mediawiki/revision/score/3.0.0\n",
		"stream revscore.error to files, /error/2.1.0\n",
		"  no   mediawiki.page_revid_prediction_change.v1 (model revid): output: predictions are made of page_change events, this is /mediawiki/revision/create/2.0.0\n",
		"  yes  mediawiki.revision-score-revid (model revid, version 0.0.0)\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in:\n%s", want, out)
		}
	}
}

// Which of two versions serves under which name, and what is tried out beside it, was
// seen with an event only.
func TestCheckShowsNamesAndShadows(t *testing.T) {
	config := `
routes: [{model: reverted, shadow: {model: next, sample: 0.5, tolerance: 0.01, topic: differences}}, {model: next, stream: s, shadow: {model: reverted}}]
models: [{bundle: 'embedded:enwiki.reverted'}, {bundle: 'embedded:enwiki.reverted', as: next, wikis: [enwiki, dewiki]}]
`
	out, err := execute(t, "", "check", "--config", writeFile(t, "streamer.yaml", config))
	if err != nil {
		t.Fatal(err)
	}
	words(t, out, "model next of enwiki, dewiki: enwiki.reverted version 1.0.0, checksum ",
		"shadow next beside reverted in stream mediawiki.revision-score-reverted, tolerance 0.01, sample 0.5, differences to differences\n",
		"shadow reverted beside next in stream s, tolerance 0, sample 0, differences to the log\n")
	for _, line := range strings.Split(out, "\n")[:2] {
		if _, sum, _ := strings.Cut(line, "checksum "); strings.Index(sum, ",") != 12 {
			t.Errorf("checksum in %q", line)
		}
	}
}

func TestCheckRefusesAShadowOfOtherLabels(t *testing.T) {
	config := fmt.Sprintf("{routes: [{model: damaging, shadow: {model: topic}}], models: [{bundle: %s}, {bundle: %s}]}", imported(t, "bools", "damaging"), imported(t, "many", "topic"))
	_, err := execute(t, "", "check", "--config", writeFile(t, "streamer.yaml", config))
	if err == nil || !strings.Contains(err.Error(), "wiki testwiki: the shadow topic has labels ") {
		t.Errorf("got %v", err)
	}
}

func TestCheckSaysWhatEachRouteThinks(t *testing.T) {
	const yesReverted = "  yes  mediawiki.revision-score-reverted (model reverted, version 1.0.0)\n"
	const yesEverything = "  yes  everything (model revid, version 0.0.0)\n"
	const noSeveral = "  no   several (model reverted): match: none of the alternatives; the first fails at page_title: \"A\", is \"T\"\n"
	cases := []struct{ name, old, new, want string }{
		{"wanted", "", "", "revision 43 of enwiki\n" + yesReverted + yesEverything + noSeveral},
		{
			"another wiki", `"enwiki"`, `"dewiki"`, "revision 43 of dewiki\n" +
				"  no   mediawiki.revision-score-reverted (model reverted): match: database: \"enwiki\", is \"dewiki\"\n" + yesEverything + noSeveral,
		},
		{
			"a talk page", `"page_namespace":0`, `"page_namespace":1`, "revision 43 of enwiki\n" +
				"  no   mediawiki.revision-score-reverted (model reverted): match: page_namespace: 0, is 1\n" + yesEverything + noSeveral,
		},
		{
			"a bot", `"user"]`, `"bot"]`, "revision 43 of enwiki\n" +
				"  no   mediawiki.revision-score-reverted (model reverted): on: none of the classes nonbot_edit applies\n" +
				"  no   everything (model revid): match_not: performer.user_groups: \"bot\"\n" + noSeveral,
		},
		{
			"a test wiki", `en.wikipedia.example`, `test.wikipedia.example`, "revision 43 of enwiki\n" + yesReverted +
				"  no   everything (model revid): match_not: meta.domain: /^test\\./\n" + noSeveral,
		},
		{
			"no model", `"database":"enwiki","page_id":7,"page_title":"T"`, `"database":"frwiki","page_id":7,"page_title":"B"`,
			"  no   several (model reverted): no model reverted is loaded for frwiki\n",
		},
		{"canary", `en.wikipedia.example`, `canary`, "canary: passed on to every stream, not scored\n"},
		{"no revision", `/mediawiki/revision/create/2.0.0","meta"`, `/mediawiki/page/change/1.2.0","page_change_kind":"delete","meta"`, "the event names no revision to score\n"},
	}
	var events strings.Builder
	for _, c := range cases {
		events.WriteString(strings.Replace(checkEvent, c.old, c.new, 1) + "\n")
	}
	out, err := execute(t, events.String(), "check", "--config", writeFile(t, "streamer.yaml", checkConfig), "--event", "-")
	if err != nil {
		t.Fatal(err)
	}
	_, out, _ = strings.Cut(out, "line 1: ")
	for i, c := range cases {
		said, rest, _ := strings.Cut(out, fmt.Sprintf("line %d: ", i+2))
		if !strings.HasSuffix(said, c.want) {
			t.Errorf("%s: got\n%s\nwant at the end\n%s", c.name, said, c.want)
		}
		out = rest
	}
}

// Bad events are explained, counted, and make the command fail, but the lines
// after them are read.
func TestCheckNamesDeadLetters(t *testing.T) {
	lines := strings.Join([]string{
		`{"$schema":`, "", strings.Replace(checkEvent, `"rev_id":43,`, ``, 1), checkEvent,
		strings.Replace(checkEvent, "create/2.0.0", "create/9.0.0", 1),
	}, "\n")
	out, err := execute(t, "", "check", "--config", writeFile(t, "streamer.yaml", checkConfig), "--event", writeFile(t, "events.jsonl", lines))
	if err == nil || !strings.Contains(err.Error(), "3 events") {
		t.Errorf("got error %v", err)
	}
	for _, want := range []string{
		"line 1: dead letter: InvalidJSON", "line 3: dead letter: MissingField: rev_id", "line 4: revision 43", "line 5: dead letter: UnknownSchema",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in:\n%s", want, out)
		}
	}
}

func TestCheckFaults(t *testing.T) {
	good := writeFile(t, "streamer.yaml", checkConfig)
	cases := []struct {
		name, want string
		args       []string
	}{
		{"no configuration", "config", nil},
		{"no such file", "gone.yaml", []string{"--config", "gone.yaml"}},
		{"no such events", "gone.jsonl", []string{"--config", good, "--event", "gone.jsonl"}},
		{"invalid setting", "consume.window", []string{"--config", writeFile(t, "a.yaml", "consume: {window: 0}\n")}},
		{"no such model", "embedded:nosuch", []string{"--config", writeFile(t, "b.yaml", "models: [{bundle: embedded:nosuch}]\n")}},
		{"no such bundle", "no/such/folder", []string{"--config", writeFile(t, "c.yaml", "models: [{bundle: no/such/folder}]\n")}},
		{"bad route", "routes[0]", []string{"--config", writeFile(t, "d.yaml", "routes: [{model: reverted, match: {a: /(/}}]\n")}},
		{"bad routes are all named", "routes[1]", []string{"--config", writeFile(t, "e.yaml", "routes: [{model: reverted, on: [never]}, {stream: s}]\n")}},
		{"an argument", "unknown command", []string{"--config", good, "events.jsonl"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := execute(t, "", append([]string{"check"}, c.args...)...)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}
