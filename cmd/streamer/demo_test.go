package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// corpusLine is one revision of a corpus in JSON lines.
func corpusLine(pageID, rev, parent int64) string {
	before := ""
	if parent != 0 {
		before = fmt.Sprintf("Text of revision %d.", parent)
	}
	return fmt.Sprintf(`{"wiki":"enwiki","page_id":%d,"page_title":"Page %d","page_namespace":0,"rev_id":%d,"rev_parent_id":%d,`+
		`"timestamp":"2026-01-02T03:04:05Z","user":"Writer","user_id":5,"comment":"c","minor":false,`+
		`"text":"Text of revision %d.","parent_text":%q}`, pageID, pageID, rev, parent, rev, before) + "\n"
}

// summary reads the counts under the labels of a demo's summary. The indented
// rows are those of the row above them.
func summary(t *testing.T, out string) (events, answers map[string]int) {
	t.Helper()
	events, answers = map[string]int{}, map[string]int{}
	group := events
	for _, m := range regexp.MustCompile(`(?m)^( *)([a-z][a-z ]*?) +([0-9][0-9,]*)(?: |$)`).FindAllStringSubmatch(out, -1) {
		n, err := strconv.Atoi(strings.ReplaceAll(m[3], ",", ""))
		if err != nil {
			t.Fatal(err)
		}
		if m[2] == "answers" {
			group = answers
		}
		group[m[2]] = n
	}
	if events["events in"] == 0 && answers["answers"] == 0 {
		t.Fatalf("no summary in:\n%s", out)
	}
	return events, answers
}

// addsUp fails when a group's rows do not make its sum.
func addsUp(t *testing.T, group map[string]int, total string) {
	t.Helper()
	sum := 0
	for label, n := range group {
		if label != total && label != "rate" {
			sum += n
		}
	}
	if sum != group[total] {
		t.Errorf("the rows add up to %d: %v", sum, group)
	}
}

// lockedBuffer is written to by the demo and read by the test.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

// runDemo runs streamer demo to its end and returns standard output and error.
func runDemo(t *testing.T, args ...string) (out, said string) {
	t.Helper()
	var stdout, stderr lockedBuffer
	cmd := newCommand()
	cmd.SetArgs(append([]string{"demo", "--listen", "127.0.0.1:0"}, args...))
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("%v\n%s%s", err, stdout.String(), stderr.String())
	}
	return stdout.String(), stderr.String()
}

func TestDemoOfTheSimulatedWiki(t *testing.T) {
	out, said := runDemo(t, "--events", "200", "--seed", "7")
	if !regexp.MustCompile(`http://127\.0\.0\.1:[1-9][0-9]*/`).MatchString(said) {
		t.Errorf("no address of the page in %q", said)
	}
	events, answers := summary(t, out)
	addsUp(t, events, "events in")
	addsUp(t, answers, "answers")
	if events["events in"] != 200 || events["duplicates"] == 0 || events["open"] != 0 || events["rejected"] != 0 {
		t.Errorf("events %v, want 200 with the repeats recognised", events)
	}
	// Two models answer every event; a repeat is recognised by both.
	if answers["answers"] != 400 || answers["duplicates"] != 2*events["duplicates"] || answers["scores"]+answers["errors"] != 2*events["answered"] || answers["errors"] == 0 {
		t.Errorf("answers %v of events %v", answers, events)
	}
}

func TestDemoRecognisesRepeats(t *testing.T) {
	out, _ := runDemo(t, "--events", "100", "--repeats", "1")
	if events, _ := summary(t, out); events["answered"] != 50 || events["duplicates"] != 50 {
		t.Errorf("every event came twice, and the summary says %v", events)
	}
}

func TestDemoKeepsItsPace(t *testing.T) {
	began := time.Now()
	runDemo(t, "--events", "16", "--rate", "10")
	if took := time.Since(began); took < 1500*time.Millisecond {
		t.Errorf("16 events at 10 a second took %v", took)
	}
}

// A line that is no revision is passed over, and accounted for.
func TestDemoOfACorpus(t *testing.T) {
	path := writeFile(t, "corpus.jsonl", corpusLine(7, 70, 0)+corpusLine(7, 71, 70)+`{"wiki":"enwiki"}`+"\n"+corpusLine(8, 80, 0))
	out, _ := runDemo(t, "--corpus", path, "--all")
	events, answers := summary(t, out)
	addsUp(t, events, "events in")
	if events["events in"] != 3 || events["answered"] != 3 || answers["scores"] != 6 || answers["errors"] != 0 {
		t.Errorf("events %v, answers %v", events, answers)
	}
	if !strings.Contains(out, "1 lines of the corpus cannot be read") {
		t.Errorf("the bad line is not accounted for:\n%s", out)
	}
	for _, rev := range []string{"Page 7", "Page 8"} {
		if !strings.Contains(out, rev) {
			t.Errorf("%s is not shown:\n%s", rev, out)
		}
	}
}

// Somebody else's port is no reason not to start.
func TestDemoFallsBackToAnotherPort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, said := runDemo(t, "--events", "2", "--listen", taken.Addr().String())
	if strings.Contains(said, taken.Addr().String()) || !strings.Contains(said, "http://127.0.0.1:") {
		t.Errorf("it serves at %q", said)
	}
}

// Ctrl-C ends an endless demo, with its summary and without an error.
func TestDemoEndsWithCtrlC(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stdout := &onText{text: "reverted", found: cancel}
	cmd := newCommand()
	cmd.SetArgs([]string{"demo", "--listen", "127.0.0.1:0", "--rate", "200", "--all"})
	cmd.SetOut(stdout)
	cmd.SetErr(&lockedBuffer{})
	if err := cmd.ExecuteContext(ctx); err != nil {
		t.Fatal(err)
	}
	events, answers := summary(t, stdout.String())
	if events["answered"] == 0 || answers["scores"] == 0 {
		t.Errorf("events %v, answers %v in:\n%s", events, answers, stdout.String())
	}
}

// onText tells when a text was written.
type onText struct {
	lockedBuffer
	text  string
	found func()
}

func (w *onText) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(w.text)) {
		w.found()
	}
	return w.lockedBuffer.Write(p)
}

func TestDemoFaults(t *testing.T) {
	for want, args := range map[string][]string{
		"gone.xml":     {"demo", "--corpus", "gone.xml"},
		"neither XML":  {"demo", "--corpus", writeFile(t, "corpus.txt", "no corpus\n")},
		"live":         {"demo", "--live", "--corpus", "a.xml"},
		"admin.listen": {"demo", "--listen", "everywhere"},
	} {
		if _, err := execute(t, "", args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, want an error with %q", args, err, want)
		}
	}
}
