package score

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"revscore/internal/event"
)

// oddEvent has fields of every JSON type, and keys that mean something to gjson.
const oddEvent = `{"$schema":"/mediawiki/page/change/1.2.0","page_change_kind":"edit","wiki_id":"simplewiki",
"meta":{"stream":"mediawiki.page_change.v1","domain":"simple.wikipedia.example","id":"m"},
"page":{"page_id":7,"page_title":"Grüße, 世界!","namespace_id":0,"is_redirect":false},
"revision":{"rev_id":43,"rev_parent_id":42,"rev_dt":"2026-01-02T03:04:05Z","is_minor_edit":true,"rev_size":12,"comment":"line one\nline two","rev_sha1":null},
"performer":{"user_text":"192.0.2.7","groups":["*","user","sysop"],"edit_count":12345678901},
"odd":{"a#b":"hash","x|y":"pipe","*":"star","@this":"at","!no":"bang","q?":"question","{b}":"brace","a\\b":"backslash","":"nameless","1":"one",
 "float":1.5,"negative":-3,"e":1e2,"numeral":"0","truth":"true","nothing":"null","empty":[],"none":[null],"numbers":[1,2.5],"mixed":["a",1,true,null],"objects":[{"k":"v"}],"slash":"/a/"}}`

func parsed(t *testing.T, value string) *event.Revision {
	t.Helper()
	rev, err := event.Parse([]byte(value))
	if err != nil {
		t.Fatal(err)
	}
	return rev
}

// ruleOf reads conditions the way a configuration file has them.
func ruleOf(t *testing.T, text string) Alternatives {
	t.Helper()
	var a Alternatives
	if err := yaml.Unmarshal([]byte(text), &a); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return a
}

// holds tells whether one of the alternatives holds.
func holds(t *testing.T, text string, rev *event.Revision) bool {
	t.Helper()
	compiled, err := ruleOf(t, text).compile()
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	for _, all := range compiled {
		failed, _, err := all.firstFailure(rev)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if failed == nil {
			return true
		}
	}
	return false
}

func TestConditions(t *testing.T) {
	rev := parsed(t, oddEvent)
	cases := []struct {
		rule string
		want bool
	}{
		// Exact values, by type as in JSON.
		{`wiki_id: simplewiki`, true},
		{`wiki_id: Simplewiki`, false},
		{`wiki_id: simple`, false},
		{`page.namespace_id: 0`, true},
		{`page.namespace_id: "0"`, false},
		{`page.namespace_id: false`, false},
		{`page.namespace_id: 0.0`, true},
		{`odd.numeral: "0"`, true},
		{`odd.numeral: 0`, false},
		{`page.is_redirect: false`, true},
		{`page.is_redirect: "false"`, false},
		{`page.is_redirect: 0`, false},
		{`odd.truth: true`, false},
		{`revision.is_minor_edit: true`, true},
		{`performer.edit_count: 12345678901`, true},
		{`odd.float: 1.5`, true},
		{`odd.negative: -3`, true},
		{`odd.e: 100`, true},
		{`page.page_title: "Grüße, 世界!"`, true},
		{`meta.domain: simple.wikipedia.example`, true},

		// Null is null or absent, and nothing else.
		{`revision.rev_sha1: null`, true},
		{`revision.nowhere: null`, true},
		{`no.such.path: null`, true},
		{`wiki_id: null`, false},
		{`page.namespace_id: null`, false},
		{`odd.nothing: null`, false},
		{`no.such.path: ""`, false},
		{`database: null`, true}, // the name of another schema
		{`database: simplewiki`, false},

		// A list is an OR.
		{`wiki_id: [enwiki, simplewiki]`, true},
		{`wiki_id: [enwiki, dewiki]`, false},
		{`page.namespace_id: [1, "0", 0]`, true},
		{`wiki_id: [enwiki, /^simple/]`, true},
		{`revision.nowhere: [5, null]`, true},

		// All of a map, one of several maps.
		{`{wiki_id: simplewiki, page.namespace_id: 0}`, true},
		{`{wiki_id: simplewiki, page.namespace_id: 1}`, false},
		{`[{wiki_id: enwiki}, {page.namespace_id: 0}]`, true},
		{`[{wiki_id: enwiki}, {page.namespace_id: 1}]`, false},
		{`[{wiki_id: simplewiki, page.namespace_id: 1}, {wiki_id: enwiki, page.namespace_id: 0}]`, false},

		// Nested maps are dotted paths.
		{`page: {namespace_id: 0, is_redirect: false}`, true},
		{`page: {namespace_id: 0, is_redirect: true}`, false},
		{`{revision: {comment: /two/}, meta: {domain: [canary, simple.wikipedia.example]}}`, true},
		{`page: {deep.er: {est: null}}`, true},

		// Regular expressions, as JavaScript reads them.
		{`wiki_id: /wiki/`, true},
		{`wiki_id: /^wiki/`, false},
		{`wiki_id: /^SIMPLE/`, false},
		{`wiki_id: /^SIMPLE/i`, true},
		{`page_change_kind: /^(edit|create|move)$/`, true},
		{`revision.comment: /^line two$/`, false},
		{`revision.comment: /^line two$/m`, true},
		{`revision.comment: /LINE TWO$/im`, true},
		{`page.page_title: /\u4e16\u754c/`, true},
		{`page.page_title: /^Gr..e/u`, true},
		{`page.page_title: /gr[üu]ße/iu`, true},
		{`wiki_id: /^(?!.*(?:commons|meta|sources|species|wikidata)).*wiki$/`, true},
		{`wiki_id: /^(?=simple)(?<=)\w+$/`, true},
		{`performer.user_text: /^(\d{1,3})\.\d+\.\1?/`, true},
		{`page.page_id: /^7$/`, true}, // a number as it is written
		{`page.is_redirect: /false/`, false},
		{`revision.rev_sha1: /.*/`, false},
		{`no.such.path: /.*/`, false},
		{`odd.slash: /^\/a\/$/`, true},
		{`odd.slash: "/a/"`, true}, // is an expression too: it finds the a
		{`odd.slash: "/b/"`, false},

		// Of an array any element may do.
		{`performer.groups: sysop`, true},
		{`performer.groups: bot`, false},
		{`performer.groups: [bot, user]`, true},
		{`performer.groups: /^sys/`, true},
		{`performer.groups.0: "*"`, true},
		{`performer.groups.7: null`, true},
		{`odd.numbers: 2.5`, true},
		{`odd.mixed: true`, true},
		{`odd.mixed: null`, true},
		{`odd.mixed: false`, false},
		{`odd.empty: null`, false},
		{`odd.empty: /.*/`, false},
		{`odd.none: null`, true},
		{`odd.objects: v`, false},
		{`odd.objects.0.k: v`, true},
		{`page: simplewiki`, false}, // an object is no value

		// Keys are keys, whatever they mean to the path library.
		{`$schema: /page\/change/`, true},
		{`odd.a#b: hash`, true},
		{`odd.x|y: pipe`, true},
		{`odd.*: star`, true},
		{`odd.@this: at`, true},
		{`odd.!no: bang`, true},
		{`odd.q?: question`, true},
		{`odd: {"{b}": brace}`, true},
		{`odd: {'a\b': backslash}`, true},
		{`odd.1: one`, true},
		{`performer.groups.#: 3`, false},
		{`p*.namespace_id: 0`, false},
		{`"@this.wiki_id": simplewiki`, false},
		{`"@pretty": /./`, false},
		{`wiki?id: simplewiki`, false},
	}
	for _, c := range cases {
		if got := holds(t, c.rule, rev); got != c.want {
			t.Errorf("%s: %v, want %v", c.rule, got, c.want)
		}
	}
}

// The rule by which Wikimedia feeds its own model servers.
func TestLiftWingRule(t *testing.T) {
	const match = `{wiki_id: /^(?!.*(?:commons|meta|sources|species|wikidata)).*wiki$/, page_change_kind: /^(edit|create|move)$/, page: {is_redirect: false, namespace_id: 0}}`
	const matchNot = `meta: {domain: canary}`
	for wiki, want := range map[string]bool{
		"simplewiki": true, "enwiki": true, "zh_yuewiki": true, "wikimaniawiki": true,
		"commonswiki": false, "metawiki": false, "wikidatawiki": false, "specieswiki": false, "sourceswiki": false,
		"enwiktionary": false, "wiki_": false, "test_commonswiki": false,
	} {
		rev := parsed(t, strings.Replace(oddEvent, `"simplewiki"`, `"`+wiki+`"`, 1))
		if got := holds(t, match, rev) && !holds(t, matchNot, rev); got != want {
			t.Errorf("%s: %v, want %v", wiki, got, want)
		}
	}
	for change, want := range map[string]bool{
		`"page_change_kind":"move"`: true, `"page_change_kind":"undelete"`: false,
	} {
		rev := parsed(t, strings.Replace(oddEvent, `"page_change_kind":"edit"`, change, 1))
		if got := holds(t, match, rev); got != want {
			t.Errorf("%s: %v, want %v", change, got, want)
		}
	}
}

// A refusal names the condition and what the event has instead.
func TestFirstFailureSaysWhatTheEventHas(t *testing.T) {
	rev := parsed(t, oddEvent)
	for text, want := range map[string][2]string{
		`{page.namespace_id: 0, wiki_id: [enwiki, /^de/]}`: {`wiki_id: "enwiki" or /^de/`, `"simplewiki"`},
		`page.namespace_id: 4`:                             {`page.namespace_id: 4`, `0`},
		`performer.groups: bot`:                            {`performer.groups: "bot"`, `["*","user","sysop"]`},
		`no.such: x`:                                       {`no.such: "x"`, `absent`},
		`revision.rev_sha1: x`:                             {`revision.rev_sha1: "x"`, `null`},
	} {
		compiled, err := ruleOf(t, text).compile()
		if err != nil {
			t.Fatal(err)
		}
		failed, got, err := compiled[0].firstFailure(rev)
		if err != nil || failed == nil || failed.String() != want[0] || got != want[1] {
			t.Errorf("%s: %v is %s (%v), want %v", text, failed, got, err, want)
		}
	}
}

func TestInvalidConditions(t *testing.T) {
	cases := []struct{ rule, want string }{
		{`page.namespace_id: []`, "page.namespace_id: an empty list never matches"},
		{`{}`, "a map without conditions matches everything"},
		{`[{wiki_id: a}, {}]`, "a map without conditions matches everything"},
		{`page: {}`, "a map without conditions matches everything"},
		{`wiki_id: /(/`, "wiki_id: /(/: "},
		{`wiki_id: /a/g`, `wiki_id: /a/g: flag 'g' is not one of i, m, u`},
		{`wiki_id: /wiki/Page`, `flag 'P'`},
		{`page: {a: [[1]]}`, "page.a: [1]"},
		{`page: {a: [{b: 1}]}`, "page.a: map[b:1]"},
		{`{a: [], b: /(/}`, "a: an empty list"},
		{`{a: [], b: /(/}`, "b: /(/"},
	}
	for _, c := range cases {
		_, err := ruleOf(t, c.rule).compile()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s gives %v, want %q in it", c.rule, err, c.want)
		}
	}
	for _, text := range []string{`5`, `text`, `[a, b]`, `[[wiki_id]]`} {
		var a Alternatives
		if err := yaml.Unmarshal([]byte(text), &a); err == nil {
			t.Errorf("%s was read as %v", text, a)
		}
	}
}

// The expression is the operator's, the text is anyone's: one that would take
// centuries ends in a dead letter, soon, and the events after it are scored.
func TestCatastrophicExpressionBecomesDeadLetter(t *testing.T) {
	r := newRig(t)
	r.routes = []RouteConfig{{Model: "revid", Match: ruleOf(t, `page_title: /^(\w+\s?)*$/`)}}
	p := r.start(t)
	hostile := strings.Replace(edit(7, 1, 0), `"page_title":"T"`, `"page_title":"`+strings.Repeat("a", 50)+`!"`, 1)
	began := time.Now()
	do(t, p, record(hostile, 0), record(edit(8, 2, 0), 1))
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
	if got := r.kinds(); got != "rejected score" {
		t.Fatalf("reports: %s", got)
	}
	var letter struct {
		Type    string `json:"error_type"`
		Message string `json:"message"`
		Raw     string `json:"raw_event"`
		Stream  string `json:"errored_stream_name"`
	}
	if err := json.Unmarshal(r.broker.messages[0].Value, &letter); err != nil {
		t.Fatal(err)
	}
	if letter.Type != ReasonRoute || !strings.Contains(letter.Message, "page_title") || letter.Raw != hostile || letter.Stream != "mediawiki.revision-create" {
		t.Errorf("dead letter %+v", letter)
	}
}
