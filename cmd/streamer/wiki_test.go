package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"revscore/internal/event"
	"revscore/internal/simwiki"
)

// announcement is what the wiki says of itself once it serves.
type announcement struct {
	lines chan string
	buf   []byte
}

func newAnnouncement() *announcement { return &announcement{lines: make(chan string, 10)} }

func (a *announcement) Write(p []byte) (int, error) {
	a.buf = append(a.buf, p...)
	for {
		line, rest, ok := bytes.Cut(a.buf, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		a.lines <- string(line)
		a.buf = bytes.Clone(rest)
	}
}

// serve runs streamer wiki until the test ends and returns the API's address
// without the wiki's name and path.
func serve(t *testing.T, stdout io.Writer, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cmd := newCommand()
	said := newAnnouncement()
	cmd.SetArgs(append([]string{"wiki", "--listen", "127.0.0.1:0"}, args...))
	cmd.SetOut(stdout)
	cmd.SetErr(said)
	done := make(chan error, 1)
	go func() { done <- cmd.ExecuteContext(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("streamer wiki: %v", err)
		}
	})
	select {
	case line := <-said.lines:
		return regexp.MustCompile(`http://[^/]+`).FindString(line)
	case err := <-done:
		done <- nil
		t.Fatalf("streamer wiki ended: %v", err)
	}
	return ""
}

// What the command serves and what it prints belong together: the service can
// score every event of one with the other.
func TestWikiServesWhatItAnnounces(t *testing.T) {
	const n = 50
	var events bytes.Buffer
	address := serve(t, &events, "--count", fmt.Sprint(n))
	made := simwiki.New(1)
	count := 0
	for line := range strings.Lines(events.String()) {
		count++
		rev, err := event.Parse([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		want := made.Next()
		if rev.RevID != want.RevID || rev.Wiki != want.Wiki {
			t.Errorf("event %d is revision %d of %s, want %d of %s", count, rev.RevID, rev.Wiki, want.RevID, want.Wiki)
		}
		status, body := get(t, fmt.Sprintf("%s/%s/w/api.php?action=query&prop=revisions&rvslots=main&rvprop=ids|content&format=json&formatversion=2&revids=%d", address, rev.Wiki, rev.RevID))
		if status != 200 || strings.Contains(body, fmt.Sprintf(`"revid":%d,"missing"`, rev.RevID)) != want.Deleted ||
			(want.Text != nil && !want.Deleted && !strings.Contains(body, `"content":`)) {
			t.Errorf("API on revision %d: %d %.300s", rev.RevID, status, body)
		}
	}
	if count != n {
		t.Errorf("%d events of %d", count, n)
	}
}

func TestWikiWritesEventsToAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	var stdout bytes.Buffer
	serve(t, &stdout, "--count", "20", "--events", path)
	data, err := os.ReadFile(path)
	if err != nil || bytes.Count(data, []byte("\n")) != 20 || stdout.Len() != 0 {
		t.Errorf("%v; the file has %d lines, standard output %d bytes", err, bytes.Count(data, []byte("\n")), stdout.Len())
	}
}

func TestWikiServesACorpus(t *testing.T) {
	path := writeFile(t, "corpus.jsonl", corpusLine(7, 70, 0)+corpusLine(7, 71, 70))
	var events bytes.Buffer
	address := serve(t, &events, "--corpus", path, "--count", "0")
	if got := strings.Count(events.String(), "\n"); got != 2 {
		t.Errorf("%d events of 2", got)
	}
	if _, body := get(t, address+"/enwiki/w/api.php?action=query&prop=revisions&rvslots=main&rvprop=ids|content&format=json&formatversion=2&revids=70|71"); strings.Count(body, "Text of revision") != 2 {
		t.Errorf("API: %s", body)
	}
}

func TestWikiFaultsAtStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for want, args := range map[string][]string{
		taken.Addr().String(): {"wiki", "--count", "1", "--listen", taken.Addr().String()},
		"gone.xml":            {"wiki", "--corpus", "gone.xml"},
		"no/such/folder":      {"wiki", "--count", "1", "--events", "no/such/folder/events.jsonl"},
		"line 1":              {"wiki", "--count", "0", "--corpus", writeFile(t, "corpus.jsonl", "{\n")},
	} {
		if _, err := execute(t, "", args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, want an error with %q", args, err, want)
		}
	}
}
