//go:build parity

package wikiapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"revscore/internal/corpus"
)

func sample(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	raw, err := os.ReadFile(filepath.Join(root, "contracts", "mw-api", "w43", name))
	if err != nil {
		t.Fatalf("the parity tests need the shared data: %v", err)
	}
	return string(raw)
}

// recorded is a real answer, as far as revisions can be made of it.
type recorded struct {
	Query struct {
		Pages []struct {
			PageID    int64  `json:"pageid"`
			NS        int64  `json:"ns"`
			Title     string `json:"title"`
			Revisions []struct {
				RevID         int64     `json:"revid"`
				ParentID      int64     `json:"parentid"`
				Minor         bool      `json:"minor"`
				User          string    `json:"user"`
				Anon          bool      `json:"anon"`
				UserID        int64     `json:"userid"`
				UserHidden    bool      `json:"userhidden"`
				Timestamp     time.Time `json:"timestamp"`
				Size          int64     `json:"size"`
				Comment       string    `json:"comment"`
				CommentHidden bool      `json:"commenthidden"`
				Suppressed    bool      `json:"suppressed"`
				Slots         struct {
					Main struct {
						Model   string  `json:"contentmodel"`
						Content *string `json:"content"`
					} `json:"main"`
				} `json:"slots"`
			} `json:"revisions"`
		} `json:"pages"`
	} `json:"query"`
}

// stock puts in what a real answer shows.
func stock(t *testing.T, s *Server, body string) {
	t.Helper()
	var rec recorded
	if err := json.Unmarshal([]byte(body), &rec); err != nil {
		t.Fatal(err)
	}
	for _, p := range rec.Query.Pages {
		for _, r := range p.Revisions {
			s.Put(&corpus.Revision{
				Wiki: "w43", PageID: p.PageID, Namespace: p.NS, Title: p.Title, RevID: r.RevID, ParentID: r.ParentID,
				Minor: r.Minor, User: r.User, UserID: r.UserID, Anonymous: r.Anon, UserHidden: r.UserHidden,
				Timestamp: r.Timestamp, Comment: r.Comment, CommentHidden: r.CommentHidden, Suppressed: r.Suppressed,
				ContentModel: r.Slots.Main.Model, Text: r.Slots.Main.Content, Size: r.Size,
			})
		}
	}
}

// replay sends the request of a recorded head to the stand-in.
func replay(t *testing.T, s *Server, head string) *httptest.ResponseRecorder {
	t.Helper()
	first, _, _ := strings.Cut(head, "\n")
	method, rest, _ := strings.Cut(first, " ")
	address, body, _ := strings.Cut(rest, "  [body] ")
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/w43/w/api.php"
	r := httptest.NewRequest(method, u.String(), strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// The edit tags are nothing that a corpus knows, and the address is another.
var (
	tags   = regexp.MustCompile(`"tags":\[[^]]*\]`)
	docref = regexp.MustCompile(`http://127\.0\.0\.1:8043/[a-z0-9/]*api\.php`)
)

func normal(body string) string {
	body = strings.ReplaceAll(body, `\/`, `/`)
	return docref.ReplaceAllString(tags.ReplaceAllString(body, `"tags":[]`), "API")
}

// TestParity: with the same revisions the stand-in gives the same bytes as
// MediaWiki 1.43.9 did, tags and its own address apart, and the head fields that
// a client may look at.
func TestParity(t *testing.T) {
	for _, name := range []string{
		"01-single-ok", "02-batch50-ok", "03-anon-author", "04-text-hidden-anon", "05-user-comment-hidden-anon", "06-suppressed-anon",
		"09-blank-text", "10-missing-revid", "11-deleted-page-revid", "14-mixed", "17-redirect-rev", "18-json-model", "19-moved-page-rev",
		"20-imported-user", "21-unicode-rev", "22-revid-0", "23-revid-negative", "24-revid-not-integer", "25-revids-empty",
		"26-toomanyvalues-anon", "28-maxlag", "29-maxlag5-ok", "33-post", "34-gzip", "36-unknown-action", "37-unknown-rvprop",
		"39-rvslots-all", "45-revids-with-rvlimit",
	} {
		t.Run(name, func(t *testing.T) {
			body, head := sample(t, name+".json"), sample(t, name+".headers")
			s := New(1 << 30)
			s.SetFaults(Faults{Lag: -1}) // as a wiki without replicas reports
			stock(t, s, body)
			w := replay(t, s, head)
			if w.Code != http.StatusOK {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			if got, want := normal(w.Body.String()), normal(body); got != want {
				t.Errorf("\n got %.2000s\nwant %.2000s", got, want)
			}
			for _, field := range []string{"MediaWiki-API-Error", "Retry-After", "X-Database-Lag", "Content-Type", "Content-Disposition", "Cache-Control"} {
				_, rest, _ := strings.Cut(head, "\n"+field+": ")
				want, _, _ := strings.Cut(rest, "\n")
				if got := w.Header().Get(field); got != want {
					t.Errorf("%s is %q, MediaWiki sends %q", field, got, want)
				}
			}
		})
	}
}

// TestParityTruncated: one revision larger than the whole answer may be.
func TestParityTruncated(t *testing.T) {
	s := New(1 << 30)
	s.ResultLimit = 20_000
	text := strings.Repeat("x", 1_500_000)
	s.Put(&corpus.Revision{Wiki: "w43", PageID: 620, Title: "Samples 54203 huge 3", RevID: 2836, Timestamp: time.Unix(0, 0), Text: &text})
	const name = "52-result-smaller-than-one-revision"
	if got, want := replay(t, s, sample(t, name+".headers")).Body.String(), sample(t, name+".json"); normal(got) != normal(want) {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// TestParityOversize replays the recorded chain of three requests whose answers
// together exceed the limit twice. Their bodies are not kept; the requests tell
// where each answer broke off, and the table of the samples which keys it had.
func TestParityOversize(t *testing.T) {
	s := New(1 << 30)
	heads := []string{sample(t, "30-oversize-page1.headers"), sample(t, "30-oversize-page2.headers"), sample(t, "30-oversize-page3.headers")}
	first, _, _ := strings.Cut(heads[0], "\n")
	u, err := url.Parse(strings.TrimPrefix(first, "GET "))
	if err != nil {
		t.Fatal(err)
	}
	ids, err := revIDs(u.Query().Get("revids"))
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		// About 100 kB each, and 1.9 MB those from 2833 on, which fits the two
		// breaks and the sizes of the three answers.
		text := strings.Repeat("y", 100_000)
		if id >= 2833 {
			text = strings.Repeat("y", 1_920_000)
		}
		s.Put(&corpus.Revision{Wiki: "w43", PageID: 1000 - int64(i), Title: "T", RevID: id, Timestamp: time.Unix(0, 0), ContentModel: "wikitext", Text: &text})
	}
	seen := 0
	for i, head := range heads {
		w := replay(t, s, head)
		got := w.Body.Bytes()
		want := `{"batchcomplete":true,"query":`
		if i < 2 {
			_, next, _ := strings.Cut(heads[i+1], "&rvcontinue=")
			next, _, _ = strings.Cut(next, "&")
			want = `{"continue":{"rvcontinue":` + next + `,"continue":"||"},"warnings":{"result":{"warnings":"This result was truncated because it would otherwise be larger than the limit of 8,388,608 bytes."}},"query":`
		}
		if !bytes.HasPrefix(got, []byte(want)) {
			t.Fatalf("answer %d starts %.200s\nwant %s", i+1, got, want)
		}
		seen += bytes.Count(got, []byte(`"revid":`))
	}
	if seen != len(ids) {
		t.Errorf("the three answers have %d revisions, asked for %d", seen, len(ids))
	}
}
