package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"revscore/internal/score/model"
	"revscore/internal/score/registry"
	"revscore/models"
)

var bothModels = []string{"score", "--model", "embedded:enwiki.reverted", "--model", "embedded:revid"}

// input is a line for streamer score; text and parent are JSON.
func input(rev int64, text, parent string) string {
	event := strings.Replace(checkEvent, `"rev_id":43`, fmt.Sprintf(`"rev_id":%d`, rev), 1)
	return fmt.Sprintf(`{"event":%s,"text":%s,"parent":%s,"golden":"is not read"}`, event, text, parent) + "\n"
}

// scoredLine is a line of output as a consumer reads it.
type scoredLine struct {
	Line   int    `json:"line"`
	RevID  int64  `json:"rev_id"`
	Wiki   string `json:"wiki"`
	Error  *cellError
	Scores map[string]struct {
		Version string `json:"version"`
		Score   *struct {
			Prediction  any                `json:"prediction"`
			Probability map[string]float64 `json:"probability"`
		} `json:"score"`
		Error    *cellError                 `json:"error"`
		Features map[string]json.RawMessage `json:"features"`
	} `json:"scores"`
}

func scoredLines(t *testing.T, out string) []scoredLine {
	t.Helper()
	var lines []scoredLine
	for text := range strings.Lines(out) {
		var l scoredLine
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%v in %.300q", err, text)
		}
		lines = append(lines, l)
	}
	return lines
}

// Lines of very different cost are scored on all cores and written in order.
func TestScoreKeepsTheOrder(t *testing.T) {
	const n = 400
	var in strings.Builder
	for i := range int64(n) {
		text := `"short"`
		if i%50 == 0 {
			text = `"` + strings.Repeat("Some words of a long text. ", 8000) + `"`
		}
		in.WriteString(input(1000+i, text, `{"text":"short"}`))
	}
	out, err := execute(t, in.String(), bothModels...)
	if err != nil {
		t.Fatal(err)
	}
	lines := scoredLines(t, out)
	if len(lines) != n {
		t.Fatalf("%d lines of %d", len(lines), n)
	}
	for i, l := range lines {
		last := l.RevID % 100
		want := float64(last%10*10+last/10) / 100
		if got := l.Scores["revid"].Score; l.RevID != 1000+int64(i) || got == nil || got.Probability["true"] != want || got.Prediction != (want > 0.5) {
			t.Fatalf("line %d is %+v", i+1, l)
		}
		if l.Scores["reverted"].Score == nil {
			t.Fatalf("line %d: %+v", i+1, l.Scores["reverted"].Error)
		}
	}
}

func TestScorePrintsFeaturesAsPythonDoes(t *testing.T) {
	line := strings.Replace(input(43, `"Hello worldddd, hello."`, `{"text":"Hello."}`),
		`"user_id":5`, `"user_id":5,"user_registration_dt":"2026-01-02T03:03:05Z"`, 1)
	out, err := execute(t, line, append(bothModels, "--features")...)
	if err != nil {
		t.Fatal(err)
	}
	cells := scoredLines(t, out)[0].Scores
	want := map[string]string{
		"feature.wikitext.revision.diff.longest_repeated_char_added": "4",
		"feature.wikitext.revision.diff.words_added":                 "2.0",
		"feature.wikitext.revision.diff.words_removed":               "0.0",
		"feature.revision.user.is_anon":                              "false",
		"feature.revision.user.in_group({'bot', 'sysop'})":           "false",
		"feature.temporal.revision.user.seconds_since_registration":  "60",
	}
	got := cells["reverted"].Features
	for name, value := range want {
		if string(got[name]) != value {
			t.Errorf("%s is %s, want %s", name, got[name], value)
		}
	}
	if len(got) != len(want) || len(cells["revid"].Features) != 0 {
		t.Errorf("features %v and %v", got, cells["revid"].Features)
	}
	if cells["reverted"].Version != "1.0.0" {
		t.Errorf("version %q", cells["reverted"].Version)
	}
	if out, err := execute(t, line, bothModels...); err != nil || strings.Contains(out, "features") {
		t.Errorf("without the flag: %v, %s", err, out)
	}
}

func TestScoreReportsBadLines(t *testing.T) {
	cases := []struct{ name, line, kind string }{
		{"no JSON", "{\n", "InvalidJSON"},
		{"an array", "[]\n", "InvalidJSON"},
		{"no event", `{"text":"a"}` + "\n", "EmptyRecord"},
		{"no rev_id", strings.Replace(input(43, `"a"`, "null"), `"rev_id":43,`, "", 1), "MissingField"},
		{"wrong type", strings.Replace(input(43, `"a"`, "null"), `"rev_id":43`, `"rev_id":"43"`, 1), "WrongType"},
		{"unknown schema", strings.Replace(input(43, `"a"`, "null"), "create/2.0.0", "create/7.0.0", 1), "UnknownSchema"},
		{"text is a number", input(43, "5", "null"), "InvalidJSON"},
		{"parent is a text", input(43, `"a"`, `"b"`), "InvalidJSON"},
		{"canary", strings.Replace(input(43, `"a"`, "null"), "en.wikipedia.example", "canary", 1), "NothingToScore"},
		{"a deletion", strings.Replace(input(43, `"a"`, "null"), `/mediawiki/revision/create/2.0.0"`, `/mediawiki/page/change/1.2.0","page_change_kind":"delete"`, 1), "NothingToScore"},
	}
	var in strings.Builder
	for i, c := range cases {
		in.WriteString("\n" + c.line + input(int64(100+i), `"good"`, "null"))
	}
	out, err := execute(t, in.String(), bothModels...)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%d lines", len(cases))) {
		t.Errorf("the command ended with %v", err)
	}
	lines := scoredLines(t, out)
	if len(lines) != 2*len(cases) {
		t.Fatalf("%d lines of output", len(lines))
	}
	for i, c := range cases {
		bad, good := lines[2*i], lines[2*i+1]
		if bad.Error == nil || bad.Error.Type != c.kind || bad.Error.Message == "" || bad.Line != 3*i+2 || bad.Scores != nil {
			t.Errorf("%s: %+v %+v, want type %s at line %d", c.name, bad, bad.Error, c.kind, 3*i+2)
		}
		if good.RevID != int64(100+i) || good.Scores["revid"].Score == nil {
			t.Errorf("the line after %s: %+v", c.name, good)
		}
	}
}

// Texts are anyone's. Each is scored, or is an error of its own model.
func TestScoreHostileTexts(t *testing.T) {
	long := strings.Repeat("x", 2<<20)
	cases := []struct{ name, text, parent, failure string }{
		{"creation", `"A new page."`, "null", ""},
		{"empty", `""`, `{"text":""}`, ""},
		{"hidden", "null", `{"text":"a"}`, "TextDeleted"},
		{"hidden creation", "null", "null", "TextDeleted"},
		{"hidden parent", `"a"`, `{"text":null}`, "TextDeleted"},
		{"NUL", `"a\u0000b \u0000"`, `{"text":"\u0000"}`, ""},
		{"invalid UTF-8", "\"a\xff\xfe\xc3(\"", "{\"text\":\"\xf0\x9f\"}", ""},
		{"lone surrogates", `"a\ud800 \udfff\ud83d"`, `{"text":"\ude00"}`, ""},
		{"a 2 MB word", `"` + long + `"`, `{"text":"x"}`, ""},
		{"2 MB of brackets", `"` + strings.Repeat("[[{{", 1<<19) + `"`, `{"text":"[["}`, ""},
		{"2 MB of newlines", `"` + strings.Repeat(`\n`, 1<<20) + `"`, `{"text":"\n"}`, ""},
		{"right to left", `"שלום עולם \u202e مرحبا"`, `{"text":"שלום"}`, ""},
		{"CRLF", `"a\r\nb\r\n"`, `{"text":"a\nb\n"}`, ""},
		{"emoji", `"👩‍👩‍👧‍👦👩‍👩‍👧‍👦"`, `{"text":"👩"}`, ""},
	}
	var in strings.Builder
	for i, c := range cases {
		in.WriteString(input(int64(1+i), c.text, c.parent))
	}
	began := time.Now()
	out, err := execute(t, in.String(), append(bothModels, "--features")...)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d texts in %v", len(cases), time.Since(began))
	lines := scoredLines(t, out)
	if len(lines) != len(cases) {
		t.Fatalf("%d lines of %d", len(lines), len(cases))
	}
	for i, c := range cases {
		cell := lines[i].Scores["reverted"]
		switch {
		case lines[i].Scores["revid"].Score == nil:
			t.Errorf("%s: the model that needs no text failed: %+v", c.name, lines[i].Scores["revid"].Error)
		case c.failure != "" && (cell.Error == nil || cell.Error.Type != c.failure || cell.Score != nil || cell.Features != nil):
			t.Errorf("%s: %+v, want error %s", c.name, cell, c.failure)
		case c.failure == "" && (cell.Score == nil || len(cell.Features) != 6):
			t.Errorf("%s: %+v", c.name, cell.Error)
		}
	}
}

// brokenPipe fails after some lines, as a closed pipe does.
type brokenPipe struct{ left int }

var errPipe = errors.New("broken pipe")

func (w *brokenPipe) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errPipe
	}
	return len(p), nil
}

// endless is an input without end; reading it stops only with the command.
type endless struct {
	line []byte
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.line[e.at:])
	e.at = (e.at + n) % len(e.line)
	return n, nil
}

func revidOnly(t *testing.T) []*model.Model {
	t.Helper()
	set, err := registry.LoadSet(models.FS, []registry.Place{{Bundle: "embedded:revid"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return set.All()
}

func TestScoreEndsWithItsOutput(t *testing.T) {
	in := &endless{line: []byte(input(1, `"a"`, "null"))}
	if err := scoreLines(t.Context(), in, &brokenPipe{left: 10_000}, revidOnly(t), scoreOptions{}); !errors.Is(err, errPipe) {
		t.Errorf("got %v", err)
	}
}

func TestScoreEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	first := &firstWrite{done: cancel}
	in := &endless{line: []byte(input(1, `"a"`, "null"))}
	if err := scoreLines(ctx, in, first, revidOnly(t), scoreOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

type firstWrite struct{ done func() }

func (w *firstWrite) Write(p []byte) (int, error) { w.done(); return len(p), nil }

// A result is not kept back until more input comes.
func TestScoreAnswersAnIdleInput(t *testing.T) {
	in, feed := io.Pipe()
	read, out := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- scoreLines(t.Context(), in, out, revidOnly(t), scoreOptions{}) }()
	for i := range int64(3) {
		if _, err := io.WriteString(feed, input(10+i, "null", "null")); err != nil {
			t.Fatal(err)
		}
		var line [4096]byte
		n, err := read.Read(line[:])
		if err != nil || !bytes.Contains(line[:n], fmt.Appendf(nil, `"rev_id":%d`, 10+i)) {
			t.Fatalf("%v: %s", err, line[:n])
		}
	}
	feed.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestScoreFaults(t *testing.T) {
	for want, args := range map[string][]string{
		"model":           {"score"},
		"embedded:nosuch": {"score", "--model", "embedded:nosuch"},
		"no/such/folder":  {"score", "--model", "no/such/folder"},
		"already loaded":  {"score", "--model", "embedded:revid", "--model", "embedded:revid"},
	} {
		if _, err := execute(t, "", args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v", args, err)
		}
	}
}

// The command refuses what the service refuses: content that the model is not for.
func TestScoreOfOtherContent(t *testing.T) {
	line := `{"event":{"$schema":"/mediawiki/revision/create/2.0.0","meta":{"stream":"s","domain":"d"},"database":"enwiki","page_id":1,` +
		`"page_title":"A","page_namespace":0,"rev_id":5,"rev_timestamp":"2020-01-01T00:00:00Z","rev_content_model":"css",` +
		`"performer":{"user_text":"192.0.2.1"}},"text":"a { }","parent":null}`
	out, err := execute(t, line, append(bothModels, "--features")...)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, `"reverted":{"version":"1.0.0","error":{"type":"UnexpectedContentType"`) || !strings.Contains(out, `"revid":{"version":"0.0.0","score"`) {
		t.Errorf("answered %s", out)
	}
	out, err = execute(t, `{"event":{},"text":"a","parent":"b"}`, bothModels...)
	if err == nil || !strings.Contains(out, "parent is a JSON string") {
		t.Errorf("a parent that is a string: %v, %s", err, out)
	}
}
