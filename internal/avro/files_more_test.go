package avro

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"revscore/internal/event"
)

// An event that comes late, or after the clock had jumped ahead, goes to its own
// hour, in a file beside the others, and _SUCCESS is written anew.
func TestLateEventsAndClockJumps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, l := newMemDisk(), newLedger(t)
		var mu sync.Mutex
		var jump time.Duration
		set := func(j time.Duration) { mu.Lock(); defer mu.Unlock(); jump = j }
		f, err := openFiles(filesConfig(), d, func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Add(jump) }, prometheus.NewRegistry())
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		l.publishAt(f, "s", "1", start)
		if err := flush(f); err != nil {
			t.Fatal(err)
		}
		set(24 * time.Hour)
		time.Sleep(time.Minute)
		if len(d.names(successName)) != 1 {
			t.Errorf("files after the jump ahead: %v", d.names(""))
		}
		set(0)
		l.publishAt(f, "s", "2", start.Add(time.Minute))
		set(-48 * time.Hour)
		l.publishAt(f, "s", "3", start.Add(2*time.Minute))
		l.publishAt(f, "s", "future", start.Add(72*time.Hour))
		if err := flush(f); err != nil {
			t.Fatal(err)
		}
		if n := testutil.ToFloat64(f.metrics.late.WithLabelValues("s")); n != 2 {
			t.Errorf("%v late events counted", n)
		}
		time.Sleep(time.Minute)
		set(0)
		time.Sleep(80 * time.Hour)
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		d.checkComplete(t, l)
		if parts := d.names("/part-"); len(parts) != 3 {
			t.Errorf("parts %v", parts)
		}
	})
}

// An hour is marked when its end is as long past as configured, not before.
func TestSuccessWaitsForLateness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, l := newMemDisk(), newLedger(t)
		cfg := filesConfig()
		f := open(t, cfg, d)
		l.publish(f, "s", "1")
		time.Sleep(time.Hour + cfg.Lateness - time.Second)
		if got := d.names("/s/year"); len(got) != 0 {
			t.Errorf("before the hour is over there is %v", got)
		}
		time.Sleep(2 * sealEvery)
		if len(d.names(successName)) != 1 {
			t.Errorf("files %v", d.names(""))
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// Repeats are dropped and acknowledged: in one batch, in a later one, with another
// meta.dt. A score that follows an error of the same id is no repeat.
func TestRepeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, l := newMemDisk(), newLedger(t)
		f := open(t, filesConfig(), d)
		for range 3 {
			l.publish(f, "s", "1")
		}
		if err := flush(f); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Hour)
		l.publish(f, "s", "1")
		r, err := event.Parse([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		for _, message := range []string{"one wording", "another"} {
			data, err := event.EncodeScore(r, "s", event.Outcome{Model: "damaging", Version: "1", Failure: &event.Failure{Type: "TextDeleted", Message: message}}, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			f.Publish(t.Context(), event.Message{Value: data}, func(err error) {
				if err != nil {
					t.Error(err)
				}
			})
		}
		if err := errors.Join(flush(f), f.Close()); err != nil {
			t.Fatal(err)
		}
		if n := testutil.ToFloat64(f.metrics.records.WithLabelValues("s")); n != 2 {
			t.Errorf("%v records", n)
		}
		if n := testutil.ToFloat64(f.metrics.repeats.WithLabelValues("s")); n != 4 {
			t.Errorf("%v repeats", n)
		}
	})
}

// What is no event of ours is refused, once, and nothing else is.
func TestFilesRefuse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, l := newMemDisk(), newLedger(t)
		f := open(t, filesConfig(), d)
		good := string(scoreEvent(t, "s", "1", time.Now()))
		for _, test := range []struct{ old, new, want string }{
			{`"stream":"s"`, `"stream":"../s"`, "is no name of a folder"},
			{`"stream":"s"`, `"stream":"_s"`, "is no name of a folder"},
			{`"id":"`, `"request_id":"`, ""},
			{`"dt":"2000`, `"dt":"yesterday`, "meta.dt"},
			{`"dt":"2000`, `"dt":"0000`, "no partition"},
			{`{`, ``, "read event"},
			{good, strings.Repeat(" ", maxFrame), "at most"},
		} {
			calls := 0
			f.Publish(t.Context(), event.Message{Value: []byte(strings.Replace(good, test.old, test.new, 1))}, func(err error) {
				if calls++; calls > 1 || err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("%s: call %d with %v, want %s", test.new[:min(40, len(test.new))], calls, err, test.want)
				}
			})
			if err := flush(f); err != nil || calls != 1 {
				t.Errorf("%d calls, %v", calls, err)
			}
		}
		l.publish(f, "s", "1")
		if err := flush(f); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		d.checkComplete(t, l)
	})
}

// Close gives up what waits; Publish and Flush after it say that it is closed.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, l := newMemDisk(), newLedger(t)
		f := open(t, filesConfig(), d)
		d.set(func() { d.fail = errFull })
		l.publish(f, "s", "1")
		time.Sleep(time.Second)
		if err := errors.Join(f.Close(), f.Close()); err != nil {
			t.Fatal(err)
		}
		l.publish(f, "s", "2")
		if _, refused := l.count(); refused != 2 {
			t.Errorf("%v", l.errs)
		}
		for id, err := range l.errs {
			if !errors.Is(err, errClosed) {
				t.Errorf("%s: %v", id, err)
			}
		}
		if err := f.Flush(t.Context()); !errors.Is(err, errClosed) {
			t.Errorf("flush: %v", err)
		}
	})
}

// Many streams share few open files; an hour that is large has several parts.
func TestManyStreamsAndLargeHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, l := newMemDisk(), newLedger(t)
		cfg := filesConfig()
		cfg.OpenFiles, cfg.PartBytes = 3, 2000
		f := open(t, cfg, d)
		for round := range 20 {
			for s := range 10 {
				l.publish(f, fmt.Sprint("s", s), fmt.Sprint(round))
			}
			if err := flush(f); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(2 * time.Hour)
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if d.mostOpen > cfg.OpenFiles+3 { // beside them what is being finished
			t.Errorf("%d files open at once", d.mostOpen)
		}
		if d.open != 0 {
			t.Errorf("%d files left open", d.open)
		}
		d.checkComplete(t, l)
		if parts := len(d.names(partSuffix)); parts <= 10 {
			t.Errorf("%d parts of 10 streams", parts)
		}
	})
}

// Two instances share a folder: an hour is complete when both have finished it.
func TestTwoInstances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, l := newMemDisk(), newLedger(t)
		one, two := filesConfig(), filesConfig()
		one.Instance, two.Instance = "one", "two"
		f, g := open(t, one, d), open(t, two, d)
		l.publish(f, "s", "1")
		l.publish(g, "s", "2")
		if err := errors.Join(flush(f), flush(g), g.Close()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Hour)
		if got := d.names(successName); len(got) != 0 || len(d.names(partSuffix)) != 1 {
			t.Errorf("with a journal of the other: %v", d.names(""))
		}
		g = open(t, two, d)
		time.Sleep(time.Minute)
		if err := errors.Join(f.Close(), g.Close()); err != nil {
			t.Fatal(err)
		}
		d.checkComplete(t, l)
	})
}

// Keys are forgotten at last, also on the disk.
func TestOldKeysGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, l := newMemDisk(), newLedger(t)
		cfg := filesConfig()
		cfg.Remember = 3
		f := open(t, cfg, d)
		for i := range 10 {
			l.publish(f, "s", fmt.Sprint(i))
			time.Sleep(time.Hour)
		}
		time.Sleep(2 * time.Hour)
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		d.checkComplete(t, l)
		if keys := d.names(keysSuffix); len(keys) < 3 || len(keys) > 4 || len(f.writer.seen.keys) != 3 {
			t.Errorf("%d keys in memory, files %v", len(f.writer.seen.keys), keys)
		}
	})
}

// On a true file system: the same, and a second process of the same name is refused.
func TestRealDisk(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		cfg := filesConfig()
		cfg.Dir = filepath.Join(dir, "not", "there")
		f, err := NewFiles(cfg, prometheus.NewRegistry())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewFiles(cfg, prometheus.NewRegistry()); err == nil || !strings.Contains(err.Error(), "avro.files.instance") {
			t.Errorf("a second process: %v", err)
		}
		l := newLedger(t)
		l.publish(f, "s", "1")
		if err := errors.Join(flush(f), f.Close()); err != nil {
			t.Fatal(err)
		}
		if f, err = NewFiles(cfg, prometheus.NewRegistry()); err != nil {
			t.Fatal(err)
		}
		l.publish(f, "s", "1")
		time.Sleep(2 * time.Hour)
		if err := errors.Join(f.Err(), f.Close()); err != nil {
			t.Error(err)
		}
		hour := filepath.Join(cfg.Dir, "s", "year=2000", "month=01", "day=01", "hour=00")
		entries, err := os.ReadDir(hour)
		if err != nil || len(entries) != 2 || entries[0].Name() != successName || !isPart(entries[1].Name()) {
			t.Errorf("%v, %v", entries, err)
		}
		cfg.Dir = filepath.Join(hour, successName)
		if _, err := NewFiles(cfg, prometheus.NewRegistry()); err == nil {
			t.Error("a folder below a file is taken")
		}
	})
}
