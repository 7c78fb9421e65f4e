package feed

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"revscore/internal/event"
	"revscore/internal/score"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func record(offset int64) event.Record {
	return event.Record{
		Source:   event.Source{Topic: "mediawiki.revision-create", Partition: int32(offset % 3), Offset: offset},
		Received: noon.Add(time.Duration(offset) * time.Millisecond),
	}
}

func revisionAt(offset int64) *event.Revision {
	return &event.Revision{Wiki: "testwiki", PageTitle: "A_page", RevID: offset + 1, Domain: "test.example.org"}
}

func twoClassScore(p float64) *event.Score {
	return &event.Score{Prediction: p > 0.5, Probability: map[string]float64{"true": p, "false": 1 - p}}
}

func scored(offset int64, model string, p float64) score.Report {
	return score.Report{
		Kind: score.KindScore, Record: record(offset), Revision: revisionAt(offset), Model: model,
		Outcome: event.Outcome{Model: model, Score: twoClassScore(p)}, Latency: 4 * time.Millisecond,
	}
}

func failed(offset int64, model, kind string) score.Report {
	r := scored(offset, model, 0)
	r.Kind, r.Outcome = score.KindFailure, event.Outcome{Model: model, Failure: &event.Failure{Type: kind}}
	return r
}

func repeated(offset int64, model string) score.Report {
	return score.Report{Kind: score.KindDuplicate, Record: record(offset), Revision: revisionAt(offset), Model: model}
}

func rejected(offset int64, cause error) score.Report {
	return score.Report{Kind: score.KindRejected, Record: record(offset), Cause: cause}
}

func passed(offset int64, kind score.ReportKind) score.Report {
	return score.Report{Kind: kind, Record: record(offset)}
}

// check fails unless both sums that Counts documents hold.
func check(t *testing.T, c Counts) {
	t.Helper()
	if sum := c.Answered + c.Duplicates + c.Rejected + c.Canaries + c.Skipped + c.Open; sum != c.In {
		t.Errorf("%d events came in, the sum is %d: %+v", c.In, sum, c)
	}
	for _, s := range []struct {
		what         string
		total, parts int64
	}{{"rejected", c.Rejected, total(c.RejectedBy)}, {"skipped", c.Skipped, total(c.SkippedBy)}} {
		if s.total != s.parts {
			t.Errorf("%d events were %s, their reasons make %d", s.total, s.what, s.parts)
		}
	}
}

func total[K comparable](m map[K]int64) (n int64) {
	for _, v := range m {
		n += v
	}
	return n
}

func TestTallyClasses(t *testing.T) {
	unreadable := &event.ParseError{Reason: event.ReasonInvalidJSON}
	tests := []struct {
		name    string
		reports []score.Report
		want    string // answered, duplicates, rejected, canaries, skipped; scores, errors, repeats
	}{
		{"nothing", nil, "0 0 0 0 0; 0 0 0"},
		{"two models, one event", []score.Report{scored(1, "a", 1), scored(1, "b", 1)}, "1 0 0 0 0; 2 0 0"},
		{"a score and an error", []score.Report{scored(1, "a", 1), failed(1, "b", "TextDeleted")}, "1 0 0 0 0; 1 1 0"},
		{"same offset, other partition", []score.Report{scored(1, "a", 1), func() score.Report {
			r := scored(1, "a", 1)
			r.Record.Partition = 9
			return r
		}()}, "2 0 0 0 0; 2 0 0"},
		{"all sent before", []score.Report{repeated(1, "a"), repeated(1, "b")}, "0 1 0 0 0; 0 0 2"},
		{"one model had it", []score.Report{repeated(1, "a"), scored(1, "b", 1)}, "1 0 0 0 0; 1 0 1"},
		{"delivered twice", []score.Report{scored(1, "a", 1), repeated(1, "a")}, "1 0 0 0 0; 1 0 1"},
		{"a dead letter sent before", []score.Report{{Kind: score.KindDuplicate, Record: record(1)}}, "0 1 0 0 0; 0 0 0"},
		{"rejected twice", []score.Report{rejected(1, unreadable), rejected(1, unreadable)}, "0 0 1 0 0; 0 0 0"},
		{"records without offsets", []score.Report{func() score.Report {
			r := scored(1, "a", 1)
			r.Record.Offset = -1
			return r
		}(), func() score.Report {
			r := scored(2, "a", 1)
			r.Record.Offset, r.Record.Partition = -1, scored(1, "a", 1).Record.Partition
			return r
		}()}, "2 0 0 0 0; 2 0 0"},
		{"put off, then answered", []score.Report{passed(1, score.KindRetry), passed(1, score.KindRetry), scored(1, "a", 1)}, "1 0 0 0 0; 1 0 0"},
		{"one model put off", []score.Report{scored(1, "a", 1), passed(1, score.KindRetry), failed(1, "b", "TextDeleted")}, "1 0 0 0 0; 1 1 0"},
		{"the rest", []score.Report{
			passed(1, score.KindCanary), passed(2, score.SkippedTombstone), passed(3, score.SkippedKind),
			passed(4, score.SkippedAge), passed(5, score.SkippedRoute),
		}, "0 0 0 1 4; 0 0 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tally := NewTally()
			for _, r := range tt.reports {
				tally.Observe(r)
			}
			c := tally.Counts()
			got := fmt.Sprintf("%d %d %d %d %d; %d %d %d", c.Answered, c.Duplicates, c.Rejected, c.Canaries, c.Skipped,
				c.TotalScores(), c.TotalErrors(), c.Repeats)
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			check(t, c)
		})
	}
}

// TestTallyAddsUp has eight goroutines report at once, as the pipeline's do, and
// reads in between.
func TestTallyAddsUp(t *testing.T) {
	const workers, each = 8, 5000
	tally := NewTally()
	var group sync.WaitGroup
	for w := range int64(workers) {
		group.Go(func() {
			for i := range int64(each) {
				tally.RecordsIn(1)
				offset := i*workers + w
				switch i % 10 {
				case 0:
					tally.Observe(rejected(offset, &event.ParseError{Reason: event.ReasonMissingField}))
				case 1:
					tally.Observe(repeated(offset, "a"))
				case 2:
					tally.Observe(passed(offset, score.SkippedRoute))
				case 3: // never finished
				default:
					tally.Observe(repeated(offset, "a"))
					tally.Observe(scored(offset, "b", 0.5))
					tally.Observe(failed(offset, "c", "TextDeleted"))
				}
				if i%1000 == 0 {
					check(t, tally.Counts())
				}
			}
		})
	}
	group.Wait()
	c := tally.Counts()
	check(t, c)
	const tenth = workers * each / 10
	if c.In != 10*tenth || c.Rejected != tenth || c.Duplicates != tenth || c.Skipped != tenth || c.Open != tenth || c.Answered != 6*tenth {
		t.Errorf("counted %+v of %d events", c, 10*tenth)
	}
	if c.Scores["b"] != 6*tenth || c.Errors["c"]["TextDeleted"] != 6*tenth || c.Repeats != 7*tenth {
		t.Errorf("answers are %v scores, %v errors, %d repeats", c.Scores, c.Errors, c.Repeats)
	}
}

// TestPlacesForget: memory is bounded, and what is forgotten is the oldest.
func TestPlacesForget(t *testing.T) {
	p := newPlaces()
	for i := range int64(remembered + 10) {
		p.settle(record(i), classAnswered)
	}
	if len(p.known) != remembered || len(p.ring) != remembered {
		t.Errorf("%d records are known and %d in the ring, want %d", len(p.known), len(p.ring), remembered)
	}
	for offset, want := range map[int64]bool{9: false, 10: true, remembered + 9: true} {
		if _, known := p.known[p.placeOf(record(offset))]; known != want {
			t.Errorf("record %d is known: %v, want %v", offset, known, want)
		}
	}
}

func TestSummary(t *testing.T) {
	tally := NewTally()
	tally.RecordsIn(1043)
	for i := range int64(990) {
		if i%2 == 0 {
			tally.Observe(scored(i, "reverted", 0.2))
		} else {
			tally.Observe(failed(i, "reverted", []string{"TextDeleted", "UnexpectedContentType", "UnexpectedContentType"}[i%3]))
		}
		tally.Observe(scored(i, "revid", 0.2))
	}
	for i := range int64(40) {
		tally.Observe(repeated(1000+i, "revid"))
	}
	for i := range int64(7) {
		tally.Observe(rejected(1100+i, []error{&event.ParseError{Reason: event.ReasonInvalidJSON}, os.ErrInvalid}[i%2]))
	}
	tally.Observe(passed(1199, score.KindRetry))
	tally.Observe(passed(1200, score.KindCanary))
	tally.Observe(passed(1201, score.SkippedTombstone))
	golden(t, "summary.golden", tally.Summary())

	var b strings.Builder
	if n, err := tally.WriteTo(&b); err != nil || int(n) != b.Len() || b.String() != tally.Summary() {
		t.Errorf("WriteTo wrote %d bytes, %v:\n%s", n, err, b.String())
	}
}

func TestSummaryOfNothing(t *testing.T) {
	golden(t, "summary_empty.golden", NewTally().Summary())
}

// golden compares with a file of testdata. UPDATE=1 writes it, to be looked at.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s\nwant:\n%s", name, got, want)
	}
}

func TestGroup(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", -100: "-100", 1234567: "1,234,567"} {
		if got := group(n); got != want {
			t.Errorf("group(%d) is %s, want %s", n, got, want)
		}
	}
}

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 µs", 999 * time.Microsecond: "999 µs", 3140 * time.Microsecond: "3.1 ms",
		9960 * time.Microsecond: "10 ms", 14 * time.Millisecond: "14 ms", 999600 * time.Microsecond: "1.0 s", time.Minute: "60.0 s",
	} {
		if got := short(d); got != want {
			t.Errorf("short(%v) is %s, want %s", d, got, want)
		}
	}
}
