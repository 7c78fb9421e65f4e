//go:build parity

package fetch

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// samples says what each answer that MediaWiki 1.39 and 1.43 gave comes to, as
// numbers of outcomes or as the fault of the call.
var samples = map[string]string{
	"01-single-ok":                        "1 text",
	"02-batch50-ok":                       "50 text",
	"03-anon-author":                      "1 text",
	"04-text-hidden-anon":                 "1 TextDeleted",
	"05-user-comment-hidden-anon":         "1 text",
	"06-suppressed-anon":                  "1 TextDeleted",
	"07-text-hidden-admin":                "1 TextDeleted",
	"08-suppressed-overseer":              "1 TextDeleted",
	"09-blank-text":                       "1 text",
	"10-missing-revid":                    "2 RevisionNotFound",
	"11-deleted-page-revid":               "1 RevisionNotFound",
	"12-deleted-page-revid-admin":         "nothing", // it names the deleted page, which is no answer about the revision
	"13-deletedrevisions-admin":           "nothing", // another prop
	"14-mixed":                            "2 RevisionNotFound, 2 TextDeleted, 2 text",
	"15-content-blob-missing":             "1 MissingResource",
	"16-content-blob-missing-in-batch":    "1 MissingResource, 2 text",
	"17-redirect-rev":                     "1 text",
	"18-json-model":                       "1 text",
	"19-moved-page-rev":                   "1 text",
	"20-imported-user":                    "1 text",
	"21-unicode-rev":                      "1 text",
	"22-revid-0":                          "1 RevisionNotFound",
	"23-revid-negative":                   "1 RevisionNotFound",
	"24-revid-not-integer":                "refused badinteger",
	"25-revids-empty":                     "nothing",
	"26-toomanyvalues-anon":               "too many toomanyvalues",
	"27-51-ids-highlimits":                "51 text",
	"28-maxlag":                           "busy maxlag after 5s",
	"29-maxlag5-ok":                       "1 text",
	"31-formatversion1":                   "suspect invalid_json",
	"32-no-rvslots":                       "nothing", // the shape before 1.32
	"33-post":                             "1 text",
	"34-gzip":                             "10 text",
	"35-assert-user-fail":                 "refused assertuserfailed",
	"36-unknown-action":                   "refused badvalue",
	"37-unknown-rvprop":                   "nothing",
	"38-errorformat":                      "too many toomanyvalues",
	"39-rvslots-all":                      "1 text",
	"40-users":                            "nothing",
	"41-siteinfo":                         "nothing",
	"42-recentchanges":                    "truncated",
	"43-page-latest-by-title":             "nothing",
	"44-compare":                          "nothing",
	"45-revids-with-rvlimit":              "refused other_api_error",
	"46-ratelimited-edit":                 "busy ratelimited",
	"47-readonly-read":                    "1 text",
	"48-readonly-edit":                    "busy readonly",
	"49-db-down":                          "suspect internal_api_error",
	"50-private-wiki":                     "refused readapidenied",
	"51-php-out-of-memory":                "suspect http_500",
	"51b-php-out-of-memory-gzip":          "suspect http_500",
	"52-result-smaller-than-one-revision": "truncated",
}

// Samples whose bodies are not kept, being many megabytes: 30, which
// TestTruncatedAnswers makes up, and 51, where something complete is served in
// their place, as the original looked complete.
func bodyOf(t *testing.T, base string) []byte {
	t.Helper()
	body, err := os.ReadFile(base + ".json")
	if len(body) == 0 && strings.HasPrefix(filepath.Base(base), "51") {
		body, err = os.ReadFile(filepath.Join(filepath.Dir(base), "01-single-ok.json"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestRecordedAnswers(t *testing.T) {
	shared := os.Getenv("SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "..", "shared")
	}
	for _, version := range []string{"w39", "w43"} {
		heads, err := filepath.Glob(filepath.Join(shared, "contracts", "mw-api", version, "*.headers"))
		if err != nil || len(heads) < len(samples) {
			t.Fatalf("%s has %d samples of %d (%v); set SHARED to their folder", version, len(heads), len(samples), err)
		}
		for _, head := range heads {
			base := strings.TrimSuffix(head, ".headers")
			name := filepath.Base(base)
			if strings.HasPrefix(name, "30-") {
				continue
			}
			t.Run(version+"/"+name, func(t *testing.T) { replay(t, base, samples[name]) })
		}
	}
}

func replay(t *testing.T, base, want string) {
	h := readHead(t, base+".headers")
	body := bodyOf(t, base)
	if h.header.Get("Content-Encoding") == "gzip" && !strings.HasPrefix(filepath.Base(base), "51b") {
		var packed bytes.Buffer
		zip := gzip.NewWriter(&packed)
		zip.Write(body)
		zip.Close()
		body = packed.Bytes()
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), h.header)
		w.WriteHeader(h.status)
		w.Write(body)
	}))
	defer server.Close()
	cfg := testConfig()
	m := newMetrics(prometheus.NewRegistry(), func() float64 { return 0 })
	ans, fault := newCaller(cfg, newTransport(cfg), m).call(t.Context(), server.URL, h.ids)
	if got := summary(ans, fault); got != want {
		t.Errorf("%v: got %q, want %q", h.ids, got, want)
	}
}

type head struct {
	ids    []int64
	status int
	header http.Header
}

var (
	revidsPattern = regexp.MustCompile(`[?&]revids=([^&\s]+)`)
	statusPattern = regexp.MustCompile(`(?m)^HTTP\S* (\d{3}) .*$`)
)

// readHead reads which ids a sample was asked for and the parts of its head that
// say something about the body.
func readHead(t *testing.T, path string) head {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	h := head{ids: []int64{1}, header: http.Header{}}
	if m := revidsPattern.FindSubmatch(b); m != nil {
		list, err := url.QueryUnescape(string(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		h.ids = h.ids[:0]
		for s := range strings.SplitSeq(list, "|") {
			if id, err := strconv.ParseInt(s, 10, 64); err == nil && !slices.Contains(h.ids, id) {
				h.ids = append(h.ids, id)
			}
		}
	}
	m := statusPattern.FindSubmatchIndex(b)
	if m == nil {
		t.Fatalf("%s has no status line", path)
	}
	h.status, _ = strconv.Atoi(string(b[m[2]:m[3]]))
	for line := range strings.Lines(string(b[m[1]:])) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "Content-Type", "Content-Encoding", "Retry-After", "MediaWiki-API-Error":
			h.header.Set(name, value)
		}
	}
	return h
}

func summary(ans answer, f *fault) string {
	if f != nil {
		s := [...]string{refused: "refused", busy: "busy", suspect: "suspect", tooMany: "too many", tooLarge: "too large"}[f.verdict] + " " + f.code
		if f.wait > 0 {
			s += " after " + f.wait.String()
		}
		return s
	}
	counts := map[string]int{}
	for _, o := range ans.outcomes {
		if o.text != nil {
			counts["text"]++
		} else {
			counts[o.failure.kind]++
		}
	}
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d %s", counts[kind], kind))
	}
	if ans.truncated {
		parts = append(parts, "truncated")
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}
