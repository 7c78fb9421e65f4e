package feed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"revscore/internal/event"
	"revscore/internal/score"
)

func TestDiffURL(t *testing.T) {
	tests := []struct{ name, uri, domain, want string }{
		{"the page's address", "https://en.example.org/wiki/A_page", "", "https://en.example.org/wiki/A_page?diff=7"},
		{"a port, no TLS", "http://127.0.0.1:8081/wiki/A", "", "http://127.0.0.1:8081/wiki/A?diff=7"},
		{"its query is not ours", "https://w.example/index.php?title=A&action=delete#x", "", "https://w.example/index.php?diff=7"},
		{"escapes stay", "https://w.example/wiki/A%2FB%3F%20%C3%A9", "", "https://w.example/wiki/A%2FB%3F%20%C3%A9?diff=7"},
		{"not ASCII", "https://w.example/wiki/é\"<", "", "https://w.example/wiki/%C3%A9%22%3C?diff=7"},
		{"by domain", "", "en.example.org", "https://en.example.org/w/index.php?diff=7"},
		{"javascript", "javascript:alert(1)", "", ""},
		{"javascript with a host", "javascript://en.example.org/%0aalert(1)", "", ""},
		{"data", "data:text/html,x", "", ""},
		{"mixed case scheme", "JaVaScRiPt:alert(1)", "", ""},
		{"bad uri, good domain", "javascript:alert(1)", "en.example.org", "https://en.example.org/w/index.php?diff=7"},
		{"relative", "//en.example.org/wiki/A", "", ""},
		{"a name before the host", "https://en.example.org@evil.example/", "", ""},
		{"a control character", "https://en.example.org/\x00", "", ""},
		{"domain with a path", "", "evil.example/x", ""},
		{"domain with a name", "", "a@evil.example", ""},
		{"domain with markup", "", "\"><script>", ""},
		{"domain with an override", "", "en.example.org\u202e", ""},
		{"nothing", "", "", ""},
		{"too long", "https://en.example.org/" + strings.Repeat("a", 5000), "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := diffURL(&event.Revision{URI: tt.uri, Domain: tt.domain, RevID: 7}); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestEntryValues(t *testing.T) {
	topics := map[string]float64{"Biology": 0.9, "Physics": 0.6, "Sports": 0.1}
	tests := []struct {
		name, model string
		score       event.Score
		want        string // prediction, probability, concern
	}{
		{"bad", "damaging", *twoClassScore(0.75), "true 0.75 0.75"},
		{"good", "goodfaith", *twoClassScore(0.75), "true 0.75 0.25"},
		{"unlikely", "reverted", *twoClassScore(0.25), "false 0.25 0.25"},
		{"several classes", "articlequality", event.Score{Prediction: "B", Probability: map[string]float64{"B": 0.5, "C": 0.3, "FA": 0.2}}, "B 0.5 -"},
		{"several labels", "articletopic", event.Score{Prediction: []string{"Physics", "Biology"}, Probability: topics}, "Physics, Biology 0.9 -"},
		{"no label", "articletopic", event.Score{Prediction: []string{}, Probability: topics}, " 0.9 -"},
		{"not a number", "damaging", event.Score{Prediction: true, Probability: map[string]float64{"true": math.NaN(), "false": 1}}, "true - -"},
		{"no such label", "articlequality", event.Score{Prediction: "B", Probability: map[string]float64{"C": 1}}, "B - -"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := scored(1, tt.model, 0)
			r.Outcome.Score = &tt.score
			e, ok := entryOf(r)
			if got := fmt.Sprintf("%s %s %s", e.Prediction, number(e.Probability), number(e.Concern)); !ok || got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func number(p *float64) string {
	if p == nil {
		return "-"
	}
	return fmt.Sprint(*p)
}

func TestEntryIsOnlyOfAnswers(t *testing.T) {
	for _, r := range []score.Report{repeated(1, "a"), rejected(1, nil), passed(1, score.KindCanary), passed(1, score.SkippedAge)} {
		if e, ok := entryOf(r); ok {
			t.Errorf("a %s report is shown as %+v", r.Kind, e)
		}
	}
}

// FuzzEncode: one event is one frame of valid UTF-8, whatever is in its names.
func FuzzEncode(f *testing.F) {
	f.Add("enwiki", "A_page", "https://en.example.org/wiki/A_page", "true")
	f.Add("\xff", "\x00\n\ndata: x\r\u2028", "https://\xff/\xff", "\xc3")
	f.Fuzz(func(t *testing.T, wiki, title, uri, label string) {
		r := scored(1, label, 0)
		r.Revision = &event.Revision{Wiki: wiki, PageTitle: title, URI: uri, Domain: wiki, RevID: 1}
		r.Outcome.Score = &event.Score{Prediction: label, Probability: map[string]float64{label: 0.5}}
		e, _ := entryOf(r)
		wire := encode(1, revision{wiki, 1}, e).wire
		if !utf8.Valid(wire) {
			t.Fatalf("%q is not UTF-8", wire)
		}
		data, found := bytes.CutPrefix(wire, []byte("id: 1\ndata: "))
		data, ended := bytes.CutSuffix(data, []byte("\n\n"))
		if !found || !ended || bytes.ContainsAny(data, "\r\n\x00") || !json.Valid(data) {
			t.Fatalf("%q is not one event", wire)
		}
		if e.URL != "" && !strings.HasPrefix(e.URL, "http://") && !strings.HasPrefix(e.URL, "https://") {
			t.Fatalf("%q is linked as %q", uri, e.URL)
		}
	})
}
