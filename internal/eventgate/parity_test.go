//go:build parity

package eventgate

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sentAndAnswered reads a recorded exchange with EventGate 1.8.4. The events have
// no meta.id, as the official examples have none; they get one on both sides.
func sentAndAnswered(t *testing.T, name string) (ids []string, status int, header http.Header, body []byte) {
	t.Helper()
	root := os.Getenv("SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	raw, err := os.ReadFile(filepath.Join(root, "contracts", "eventgate", name+".http"))
	if err != nil {
		t.Fatalf("the parity tests need the shared data: %v", err)
	}
	request, answer, _ := strings.Cut(string(raw), "\n----\n")
	_, sent, _ := strings.Cut(request, "\n\n")
	for i := range max(1, strings.Count(sent, `"$schema"`)) {
		ids = append(ids, string(rune('a'+i))+"1")
	}
	resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(answer)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp.ContentLength > 0 {
		if body, err = io.ReadAll(resp.Body); err != nil {
			t.Fatal(err)
		}
	}
	return ids, resp.StatusCode, resp.Header, body
}

// named gives the events that a recorded body repeats the meta.id that they had in
// the request: the one of the only event, or of the second, which is the bad one.
func named(t *testing.T, body []byte, id string) []byte {
	t.Helper()
	if len(body) == 0 || !json.Valid(body) {
		return body
	}
	return []byte(strings.ReplaceAll(string(body), `"meta":{`, `"meta":{"id":"`+id+`",`))
}

func TestRecordedAnswers(t *testing.T) {
	const accepted = "accepted"
	for name, want := range map[string][]string{
		"valid":          {accepted},
		"valid-2.0.0":    {accepted},
		"hasty":          {accepted},
		"all-invalid":    {"invalid: '.scores['example_model'].probability['yes']' should be number"},
		"mixed":          {accepted, "invalid: '.scores['example_model'].probability['yes']' should be number"},
		"no-such-schema": {"unknown_schema: Failed loading schema at /mediawiki/nope/1.0.0"},
		"broken-json":    nil,
		"empty-array":    nil,
	} {
		t.Run(name, func(t *testing.T) {
			ids, status, header, body := sentAndAnswered(t, name)
			a := judge(entries(t, ids...), name == "hasty", status, header, named(t, body, ids[len(ids)-1]), time.Now())
			if want == nil {
				if a.fault == nil || !a.suspect {
					t.Errorf("%+v, want a fault of the whole request", a)
				}
				return
			}
			if a.fault != nil || len(a.verdicts) != len(want) {
				t.Fatalf("%+v", a)
			}
			for i, v := range a.verdicts {
				got := accepted
				if !v.accepted() {
					got = string(v.reason) + ": " + v.detail
				}
				if got != want[i] {
					t.Errorf("event %d: %s, want %s", i, got, want[i])
				}
			}
		})
	}
}

func TestRecordedHang(t *testing.T) {
	root := os.Getenv("SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	raw, err := os.ReadFile(filepath.Join(root, "contracts", "eventgate", "broker-gone.http"))
	if err != nil {
		t.Fatalf("the parity tests need the shared data: %v", err)
	}
	if !strings.Contains(string(raw), "curl exit 124") { // timeout(1) ended it
		t.Fatalf("the recording changed: %s", raw)
	}
	if a := unanswered(os.ErrDeadlineExceeded); a.code != "timeout" || a.fault == nil || a.suspect {
		t.Errorf("%+v", a)
	}
}
