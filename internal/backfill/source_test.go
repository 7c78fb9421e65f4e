package backfill

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/event"
)

// counting is a pipeline that finishes everything, each after a moment.
type counting struct {
	mu      sync.Mutex
	records []event.Record
	done    int
	after   func(n int) error
}

func (c *counting) Begin(rec event.Record) func(context.Context) error {
	c.mu.Lock()
	c.records = append(c.records, rec)
	n := len(c.records)
	c.mu.Unlock()
	return func(ctx context.Context) error {
		if c.after != nil {
			if err := c.after(n); err != nil {
				return err
			}
		}
		c.mu.Lock()
		c.done++
		c.mu.Unlock()
		return ctx.Err()
	}
}

type source struct {
	*Source
	pipeline *counting
	state    string
	warned   []string
}

func newSource(t *testing.T, path, state string, live Live, perSecond float64) *source {
	t.Helper()
	s := &source{pipeline: &counting{}, state: state}
	journal := open(t, state, Job{Kind: Dump}, path)
	feed, err := OpenDump(path, journal.At(), nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Source = NewSource(Parts{
		Feed: feed, Journal: journal, Path: path, Pace: NewPace(perSecond), Live: live, Texts: NewTexts(nil, 1<<20),
		Handler: s.pipeline, Window: 4, Registry: prometheus.NewRegistry(),
		Warn: func(message string, err error) { s.warned = append(s.warned, message+": "+err.Error()) },
	})
	return s
}

// stop is what the service does at the end of Run.
func (s *source) stop(t *testing.T) {
	t.Helper()
	if err := errors.Join(s.Drain(t.Context()), s.Commit(t.Context())); err != nil {
		t.Error(err)
	}
	s.Close()
}

// many are n revisions of one page.
func many(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = element(int64(100+i), int64(99+i), xmlText(fmt.Sprint("text ", i)))
	}
	return xmlDump(list...)
}

// A comment that the dump withholds is none that is empty, in either schema.
func TestSourceTellsOfHiddenComments(t *testing.T) {
	shown := element(11, 0, xmlText("one"))
	path := write(t, "dump.xml", xmlDump(shown, strings.Replace(element(12, 11, xmlText("two")), "<comment>c</comment>", `<comment deleted="deleted"/>`, 1)))
	synctest.Test(t, func(t *testing.T) {
		s := newSource(t, path, "", nil, 0)
		if err := s.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.stop(t)
		if r := s.pipeline.records; len(r) != 2 || r[0].CommentHidden() || !r[1].CommentHidden() {
			t.Errorf("records %v", r)
		}
	})
}

func TestSourceFeedsAJob(t *testing.T) {
	path, state := write(t, "dump.xml", strings.Replace(many(50), "<id>120</id>", "<id>x</id>", 1)), filepath.Join(t.TempDir(), "state")
	synctest.Test(t, func(t *testing.T) {
		s := newSource(t, path, state, nil, 0)
		if err := s.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.pipeline.done != 49 || s.Progress().Revisions != 49 || !s.Ended() || !s.Journal.Finished() {
			t.Errorf("%d of 49 done, %+v, ended %v", s.pipeline.done, s.Progress(), s.Ended())
		}
		left := s.Left()[LeftBroken]
		if left.Count != 1 || !strings.Contains(left.Examples[0], "not a number") || len(s.Left()) != 1 {
			t.Errorf("left out %+v", s.Left())
		}
		s.stop(t)
		if n := len(s.Texts.held); n > 0 {
			t.Errorf("the texts of %d revisions are held", n)
		}
		name := s.Journal.Job().Name()
		for i, rec := range s.pipeline.records {
			rev, err := event.Parse(rec.Value)
			if err != nil || rev.RequestID != "backfill-"+name || rev.Stream != "mediawiki.revision-create" || rec.Topic != "backfill."+name {
				t.Fatalf("record %d of %s is %s, %v", i, rec.Topic, rec.Value, err)
			}
		}
		if again := open(t, state, Job{Kind: Dump}, path); !again.Finished() || again.At().Records != 50 {
			t.Errorf("the state is at %+v, finished %v", again.At(), again.Finished())
		}
	})
}

// A job that is stopped goes on behind its finished prefix; what is done twice is at most
// what was in flight.
func TestSourceGoesOn(t *testing.T) {
	const n = 60
	path, state := write(t, "dump.xml", many(n)), filepath.Join(t.TempDir(), "state")
	synctest.Test(t, func(t *testing.T) {
		seen := map[int64]int{}
		for runs := 0; ; runs++ {
			ctx, cancel := context.WithCancel(t.Context())
			s := newSource(t, path, state, nil, 0)
			s.pipeline.after = func(n int) error {
				if n == 7 {
					cancel()
				}
				return nil
			}
			err := s.Run(ctx)
			s.stop(t)
			for _, rec := range s.pipeline.records {
				seen[rec.Offset]++
			}
			cancel()
			if err != nil {
				t.Fatal(err)
			}
			if s.Journal.Finished() {
				if runs < 3 {
					t.Errorf("done after %d stops", runs)
				}
				break
			}
		}
		for i := int64(1); i <= n; i++ {
			if seen[i] != 1 {
				t.Errorf("record %d was fed %d times: a stop drains, so nothing is repeated", i, seen[i])
			}
		}
	})
}

func TestSourceOfADumpThatIsCut(t *testing.T) {
	whole := many(30)
	path, state := write(t, "dump.xml", whole[:strings.Index(whole, "text 20")]), filepath.Join(t.TempDir(), "state")
	synctest.Test(t, func(t *testing.T) {
		s := newSource(t, path, state, nil, 0)
		err := s.Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "at byte") || s.pipeline.done != 20 || s.Ended() {
			t.Errorf("%v after %d revisions", err, s.pipeline.done)
		}
		s.stop(t)
	})
	grow(t, path, whole[strings.Index(whole, "text 20"):])
	synctest.Test(t, func(t *testing.T) {
		s := newSource(t, path, state, nil, 0)
		if err := s.Run(t.Context()); err != nil || s.pipeline.done != 10 {
			t.Errorf("completed: %v after %d revisions, want the last ten", err, s.pipeline.done)
		}
		s.stop(t)
	})
}

// watched is a live service that is behind in some seconds.
type watched struct {
	looks  int
	behind func(look int) bool
	err    error
}

func (w *watched) Behind(context.Context) (bool, error) {
	w.looks++
	return w.behind(w.looks), w.err
}

func TestSourceYields(t *testing.T) {
	path := write(t, "dump.xml", many(40))
	synctest.Test(t, func(t *testing.T) {
		live := &watched{behind: func(look int) bool { return look <= 30 }}
		s := newSource(t, path, "", live, 0)
		var first time.Time
		start := time.Now()
		s.pipeline.after = func(n int) error {
			if n == 1 {
				first = time.Now()
			}
			return nil
		}
		if err := s.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := first.Sub(start); d < 29*time.Second || d > 32*time.Second {
			t.Errorf("the first revision came after %v; the live service was behind for 29 s from the start", d)
		}
		s.stop(t)
	})
	synctest.Test(t, func(t *testing.T) {
		refused := errors.New("not authorized")
		s := newSource(t, path, "", &watched{behind: func(int) bool { return true }, err: refused}, 0)
		if err := s.Run(t.Context()); !errors.Is(err, refused) {
			t.Errorf("nobody may look: %v", err)
		}
		s.stop(t)
	})
}

// A task that fails ends the job where it failed; a folder that is gone makes no end of
// it, but is told.
func TestSourceInTrouble(t *testing.T) {
	path, state := write(t, "dump.xml", many(40)), filepath.Join(t.TempDir(), "state")
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("no broker")
		s := newSource(t, path, state, nil, 0)
		s.pipeline.after = func(n int) error {
			if n == 11 {
				return broken
			}
			return nil
		}
		if err := s.Run(t.Context()); !errors.Is(err, broken) {
			t.Errorf("ends with %v", err)
		}
		_ = s.Drain(t.Context())
		if at := s.Journal.At(); at.Records != 10 {
			t.Errorf("at %+v, want the record before the one that failed", at)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := newSource(t, path, filepath.Join(t.TempDir(), "gone", "state"), nil, 10)
		if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "save the state") || s.pipeline.done != 40 {
			t.Errorf("%v after %d revisions", err, s.pipeline.done)
		}
		if len(s.warned) == 0 || !strings.Contains(s.warned[0], "not saved") {
			t.Errorf("warned %v", s.warned)
		}
		_ = s.Drain(t.Context())
	})
}
