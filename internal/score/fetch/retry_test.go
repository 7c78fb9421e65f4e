package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// These failures may pass: the same call is made again after a pause.
func TestTransientFaultsAreRetried(t *testing.T) {
	bubbleStart := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name  string
		reply *reply
		code  string        // in the metric
		pause time.Duration // at least
	}{
		{"maxlag", apiFault("maxlag").with("Retry-After", "5"), "maxlag", 5 * time.Second},
		{"ratelimited", apiFault("ratelimited"), "ratelimited", 0},
		{"readonly", apiFault("readonly"), "readonly", 0},
		{"database", apiFault("internal_api_error_DBConnectionError"), "internal_api_error", 0},
		{"errors list", ok(`{"errors":[{"code":"ratelimited","text":"secret"}]}`), "ratelimited", 0},
		{"429 in seconds", status(429).with("Retry-After", "7"), "http_429", 7 * time.Second},
		{"429 with a date", status(429).with("Retry-After", bubbleStart.Add(9*time.Second).Format(http.TimeFormat)), "http_429", 8 * time.Second},
		{"429 with nonsense", status(429).with("Retry-After", "soon"), "http_429", 0},
		{"429 with the past", status(429).with("Retry-After", "-4"), "http_429", 0},
		{"500", status(500), "http_500", 0},
		{"500 that names its error", status(500).with("Mediawiki-Api-Error", `internal_api_error_Wikimedia\Rdbms\DBConnectionError`), "internal_api_error", 0},
		{"502", status(502), "http_502", 0},
		{"503", status(503).with("Retry-After", "3"), "http_503", 3 * time.Second},
		{"504", status(504), "http_504", 0},
		{"HTML", ok("<!DOCTYPE html><p>secret"), "invalid_json", 0},
		{"half a body", ok(`{"batchcomplete":true,"query":{"pa`), "invalid_json", 0},
		{"two bodies", ok(`{"batchcomplete":true}<html>`), "invalid_json", 0},
		{"no body", ok(""), "invalid_json", 0},
		{"formatversion 1", ok(`{"query":{"pages":{"1":{"revisions":[]}}}}`), "invalid_json", 0},
		{"connection", &reply{err: errors.New("secret connection reset")}, "connection", 0},
		{"timeout", &reply{err: context.DeadlineExceeded}, "timeout", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wiki := upTo(10)
				wiki.intercept = func(n int, _ []int64) *reply {
					if n == 0 {
						return tc.reply
					}
					return nil
				}
				c := newClient(t, testConfig(), wiki)
				if err := errors.Join(getAll(t, c, 10)...); err != nil {
					t.Fatal(err)
				}
				calls := wiki.made()
				if len(calls) != 2 || len(calls[1].ids) != 10 {
					t.Fatalf("calls are %v, want two with all revisions", calls)
				}
				pause := calls[1].at.Sub(calls[0].at)
				if least := max(tc.pause, testConfig().RetryMin/2); pause < least || pause > least+time.Second {
					t.Errorf("paused for %v, want about %v", pause, least)
				}
				if got := testutil.ToFloat64(c.metrics.calls.WithLabelValues(tc.code)); got != 1 {
					t.Errorf("calls with code %s: %v, want 1", tc.code, got)
				}
			})
		})
	}
}

// These will fail again, so they fail at once.
func TestRefusalsAreNotRetried(t *testing.T) {
	for _, tc := range []struct {
		name  string
		reply *reply
		want  string // in the message
	}{
		{"private wiki", apiFault("readapidenied"), "readapidenied"},
		{"permission", apiFault("permissiondenied"), "permissiondenied"},
		{"no such revision", apiFault("nosuchrevid"), "nosuchrevid"},
		{"not a number", apiFault("badinteger"), "badinteger"},
		{"unheard of", apiFault("<b>new\n"), "refused: bnew"},
		{"unnamed", ok(`{"error":{}}`), "unnamed"},
		{"403", status(403), "HTTP 403"},
		{"404", status(404), "HTTP 404"},
		{"304", status(304), "HTTP 304"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wiki := upTo(1)
				wiki.intercept = func(int, []int64) *reply { return tc.reply }
				c := newClient(t, testConfig(), wiki)
				_, err := get(t, c, 1)
				wantError(t, err, CaughtDependencyError, 1, false)
				if !strings.Contains(err.Error(), tc.want) {
					t.Errorf("error is %q, want %q in it", err, tc.want)
				}
				if n := len(wiki.made()); n != 1 {
					t.Errorf("%d calls, want 1", n)
				}
			})
		})
	}
}

func TestFailureThatLastsEndsAtTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(1)
		wiki.intercept = func(int, []int64) *reply { return status(503) }
		cfg := testConfig()
		c := newClient(t, cfg, wiki)
		start := time.Now()
		_, err := get(t, c, 1)
		e := wantError(t, err, CaughtDependencyError, 1, true)
		if !strings.Contains(e.Error(), "HTTP 503") {
			t.Errorf("error is %q, want its cause named", e)
		}
		if d := time.Since(start); d > cfg.Deadline || d < cfg.Deadline/4 {
			t.Errorf("gave up after %v, want up to %v", d, cfg.Deadline)
		}
		calls := wiki.made()
		if len(calls) < 5 || len(calls) > cfg.Tries {
			t.Errorf("%d calls, want 5 to %d", len(calls), cfg.Tries)
		}
		if _, err := get(t, c, 1); err == nil || len(wiki.made()) == len(calls) {
			t.Errorf("the failure was remembered: %v", err)
		}
	})
}

func TestWikiThatAsksForPeaceGetsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(20)
		wiki.intercept = func(n int, _ []int64) *reply {
			if n == 0 {
				return apiFault("maxlag").with("Retry-After", "20")
			}
			return nil
		}
		c := newClient(t, testConfig(), wiki)
		start := time.Now()
		var wg sync.WaitGroup
		for i := range 20 { // one caller a second
			wg.Go(func() {
				if _, err := get(t, c, int64(i)+1); err != nil {
					t.Error(err)
				}
			})
			time.Sleep(time.Second)
		}
		wg.Wait()
		calls := wiki.made()
		if len(calls) != 2 || calls[1].at.Sub(start) < 20*time.Second {
			t.Errorf("%d calls, the second after %v; want it after 20s for all", len(calls), calls[1].at.Sub(start))
		}
	})
}

func TestRetryAfterBeyondTheDeadlineFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(2)
		wiki.intercept = func(n int, _ []int64) *reply {
			if n == 0 {
				return status(429).with("Retry-After", "86400")
			}
			return nil
		}
		cfg := testConfig()
		c := newClient(t, cfg, wiki)
		start := time.Now()
		_, err := get(t, c, 1)
		wantError(t, err, CaughtDependencyError, 1, true)
		if d := time.Since(start); d > cfg.Timeout {
			t.Errorf("failed after %v, want no waiting for what cannot come", d)
		}
		if _, err := get(t, c, 2); err != nil { // the pause is never longer than a deadline
			t.Error(err)
		}
		if d := wiki.made()[1].at.Sub(start); d < cfg.Deadline || d > cfg.Deadline+time.Second {
			t.Errorf("the next call was after %v, want %v", d, cfg.Deadline)
		}
	})
}

func TestFreshRevisionMayAppear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(2)
		hidden := wiki.texts[2]
		delete(wiki.texts, 2)
		wiki.intercept = func(n int, _ []int64) *reply {
			if n == 2 { // the replica has caught up
				wiki.texts[2] = hidden
			}
			return nil
		}
		c := newClient(t, testConfig(), wiki)
		texts, err := c.Texts(t.Context(), Request{Wiki: "testwiki", RevID: 2, ParentID: 1, Time: time.Now()})
		if err != nil || texts.Revision.Text.Source() != hidden {
			t.Fatalf("got %v, %v", texts.Revision, err)
		}
		if asked := wiki.asked(); asked[2] != 3 || asked[1] != 1 {
			t.Errorf("asked %v times, want revision 2 three times, its parent once", asked)
		}
	})
}

// What a revision is given up for is told in a word, of a bounded number of words.
func TestCodesOfFailuresThatMayPass(t *testing.T) {
	for _, tc := range []struct {
		code  string
		reply *reply
	}{
		{"maxlag", apiFault("maxlag")},
		{"internal_api_error", apiFault("internal_api_error_DBQueryError")},
		{"http_503", status(503)},
		{"http_429", status(429).with("Retry-After", "3600")},
		{"invalid_json", ok("<html>")},
		{"connection", &reply{err: errors.New("secret connection reset")}},
		{"timeout", &reply{err: context.DeadlineExceeded}},
		{"left_out", ok(`{"batchcomplete":true}`)},
	} {
		synctest.Test(t, func(t *testing.T) {
			wiki := upTo(10)
			wiki.intercept = func(int, []int64) *reply { return tc.reply }
			_, err := get(t, newClient(t, testConfig(), wiki), 1)
			if e := wantError(t, err, CaughtDependencyError, 1, true); e.Code != tc.code || !KnownCode(e.Code) {
				t.Errorf("code %q, want %q, to be known: %v", e.Code, tc.code, KnownCode(e.Code))
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(10)
		wiki.intercept = func(int, []int64) *reply { return apiFault("readapidenied") }
		_, err := get(t, newClient(t, testConfig(), wiki), 1)
		if e := wantError(t, err, CaughtDependencyError, 1, false); e.Code != "" {
			t.Errorf("code %q of a refusal, want none", e.Code)
		}
	})
}

func TestMissingRevisions(t *testing.T) {
	for _, tc := range []struct {
		name        string
		age         time.Duration
		rev, parent int64
		missing     int64
		calls       int
		code        string
	}{
		{"fresh", 0, 9, 0, 9, 1 + DefaultConfig().FreshTries, NotReplicated},
		{"from a clock ahead", -time.Minute, 9, 0, 9, 1 + DefaultConfig().FreshTries, NotReplicated},
		{"old", time.Hour, 9, 0, 9, 1, ""},
		{"grows old meanwhile", DefaultConfig().FreshFor - time.Second, 9, 0, 9, 4, NotReplicated}, // calls, or fewer: pauses are jittered
		{"parent of a fresh one", 0, 1, 9, 9, 2, NotReplicated},
		{"parent of an old one", time.Hour, 1, 9, 9, 1, ""},
		{"both", time.Hour, 8, 9, 8, 1, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wiki := upTo(2)
				c := newClient(t, testConfig(), wiki)
				_, err := c.Texts(t.Context(), Request{Wiki: "testwiki", RevID: tc.rev, ParentID: tc.parent, Time: time.Now().Add(-tc.age)})
				if e := wantError(t, err, RevisionNotFound, tc.missing, false); e.Code != tc.code {
					t.Errorf("code %q, want %q", e.Code, tc.code)
				}
				if n := wiki.asked()[tc.missing]; n > tc.calls || n < min(tc.calls, 2) {
					t.Errorf("asked %d times, want %d", n, tc.calls)
				}
				before := len(wiki.made())
				wiki.texts[tc.missing] = "restored"
				if text, err := get(t, c, tc.missing); err != nil || text.Text.Source() != "restored" || len(wiki.made()) != before+1 {
					t.Errorf("absence was remembered: %v", err)
				}
			})
		})
	}
}

func TestTruncatedAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(50)
		for id := range wiki.texts {
			wiki.texts[id] = strings.Repeat("x", 1000)
		}
		wiki.texts[7] = strings.Repeat("y", 9000)
		wiki.limit = 8000
		c := newClient(t, testConfig(), wiki)
		for i, err := range getAll(t, c, 50) {
			if i+1 == 7 {
				wantError(t, err, TextTooLarge, 7, false)
			} else if err != nil {
				t.Errorf("revision %d: %v", i+1, err)
			}
		}
		if n := len(wiki.made()); n > 30 {
			t.Errorf("%d calls for 50 revisions of which 8 fit into one", n)
		}
	})
}

// A wiki that truncates everything, for ever: sample 52 with many ids.
func TestEndlessContinueEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(50)
		wiki.limit = 1
		c := newClient(t, testConfig(), wiki)
		for i, err := range getAll(t, c, 50) {
			wantError(t, err, TextTooLarge, int64(i)+1, false)
		}
		if n := len(wiki.made()); n > 100 {
			t.Errorf("%d calls for 50 revisions", n)
		}
	})
}

func TestTooManyValuesHalvesTheCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig()
		cfg.BatchSize, cfg.BatchWait = 80, 50*time.Millisecond
		wiki := upTo(200)
		wiki.intercept = func(_ int, ids []int64) *reply {
			if len(ids) > 50 {
				return apiFault("toomanyvalues")
			}
			return nil
		}
		c := newClient(t, cfg, wiki)
		if err := errors.Join(getAll(t, c, 200)...); err != nil {
			t.Fatal(err)
		}
		refused := 0
		for _, call := range wiki.made() {
			if len(call.ids) > 50 {
				refused++
			}
		}
		if refused > cfg.CallsPerWiki {
			t.Errorf("%d calls were too large, want none after the first", refused)
		}
	})
}

func TestTooManyValuesForOneRevision(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(8)
		wiki.intercept = func(int, []int64) *reply { return apiFault("toomanyvalues") }
		c := newClient(t, testConfig(), wiki)
		for i, err := range getAll(t, c, 8) {
			wantError(t, err, CaughtDependencyError, int64(i)+1, false)
		}
	})
}

// Sample 51: PHP runs out of memory over fifty long pages, but not over ten.
func TestCallThatIsTooMuchForTheWikiIsSplit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(50)
		wiki.intercept = func(_ int, ids []int64) *reply {
			if len(ids) > 10 {
				return status(500)
			}
			return nil
		}
		c := newClient(t, testConfig(), wiki)
		if err := errors.Join(getAll(t, c, 50)...); err != nil {
			t.Fatal(err)
		}
		if calls := wiki.made(); len(calls[0].ids) != 50 || len(calls[1].ids) != 50 {
			t.Error("the call was split at its first failure")
		}
	})
}

func TestRevisionThatBreaksTheWikiEndsUpAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(50)
		wiki.intercept = func(_ int, ids []int64) *reply {
			if slices.Contains(ids, 13) {
				return apiFault("internal_api_error_TypeError")
			}
			return nil
		}
		c := newClient(t, testConfig(), wiki)
		for i, err := range getAll(t, c, 50) {
			if i+1 == 13 {
				wantError(t, err, CaughtDependencyError, 13, true)
			} else if err != nil {
				t.Errorf("revision %d: %v", i+1, err)
			}
		}
	})
}

func TestOutageDoesNotSplitCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(50)
		wiki.intercept = func(n int, _ []int64) *reply {
			if n < 5 {
				return status(503)
			}
			return nil
		}
		c := newClient(t, testConfig(), wiki)
		if err := errors.Join(getAll(t, c, 50)...); err != nil {
			t.Fatal(err)
		}
		if n := len(wiki.made()); n != 6 {
			t.Errorf("%d calls, want 6", n)
		}
	})
}

func TestAnswerThatLeavesARevisionOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(2)
		wiki.intercept = func(_ int, ids []int64) *reply {
			return ok(wiki.body(slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id == 2 })))
		}
		c := newClient(t, testConfig(), wiki)
		errs := getAll(t, c, 2)
		if errs[0] != nil {
			t.Error(errs[0])
		}
		wantError(t, errs[1], CaughtDependencyError, 2, true)
	})
}

func TestLargeTexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig()
		cfg.MaxTextBytes, cfg.MaxResponseBytes = 100_000, 400_000
		wiki := upTo(9)
		wiki.texts[1] = strings.Repeat("x", 100_001)
		wiki.texts[2] = strings.Repeat("x", 100_000)
		wiki.texts[3] = strings.Repeat("x", 400_000)
		c := newClient(t, cfg, wiki)
		for i, err := range getAll(t, c, 9) {
			if i == 0 || i == 2 {
				wantError(t, err, TextTooLarge, int64(i)+1, false)
			} else if err != nil {
				t.Error(err)
			}
		}
	})
}

func TestTwentyMegabytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(1)
		wiki.texts[1] = strings.Repeat("x", 20_000_000)
		c := newClient(t, testConfig(), wiki)
		_, err := get(t, c, 1)
		wantError(t, err, TextTooLarge, 1, false)
		if b := c.cache.bytes(); b != 0 {
			t.Errorf("%v bytes are kept", b)
		}
	})
}

// A gzip bomb is read up to the limit and no further.
func TestGzipBomb(t *testing.T) {
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	if _, err := io.CopyN(zip, zeros{}, 8<<20); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	cfg, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(packed.Bytes())
	})
	cfg.MaxResponseBytes, cfg.MaxTextBytes = 256<<10, 256<<10
	c := newClient(t, cfg, nil)
	_, err := get(t, c, 1)
	wantError(t, err, TextTooLarge, 1, false)
	if n := testutil.ToFloat64(c.metrics.received); n > 256<<10+1 {
		t.Errorf("%v bytes were read", n)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestFlightsAskedForAsParentGainPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(1)
		wiki.latency = 10 * time.Millisecond
		c := newClient(t, testConfig(), wiki)
		var wg sync.WaitGroup
		for _, age := range []time.Duration{time.Hour, 0} { // the second joins the first's flight
			wg.Go(func() {
				_, err := c.Texts(t.Context(), Request{Wiki: "testwiki", RevID: 9, Time: time.Now().Add(-age)})
				wantError(t, err, RevisionNotFound, 9, false)
			})
			synctest.Wait()
		}
		wg.Wait()
		if n := wiki.asked()[9]; n < 3 {
			t.Errorf("asked %d times, want the patience of a fresh revision", n)
		}
	})
}

func ExampleError() {
	err := error(&Error{Type: TextDeleted, Wiki: "enwiki", RevID: 123, Err: errors.New("the text is hidden")})
	var e *Error
	fmt.Println(errors.As(err, &e), e.Type)
	fmt.Println(err)
	// Output:
	// true TextDeleted
	// fetch revision 123 of enwiki: TextDeleted: the text is hidden
}
