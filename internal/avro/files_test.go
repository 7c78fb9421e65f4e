package avro

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hamba/avro/v2/ocf"
	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/event"
)

// ledger is what stands before the files: it knows what was acknowledged and
// publishes the rest again after a crash, each time written anew.
type ledger struct {
	t     testing.TB
	mu    sync.Mutex
	acked map[string]bool  // by stream and version
	errs  map[string]error // of what was refused
	known []string
}

func newLedger(t testing.TB) *ledger {
	return &ledger{t: t, acked: map[string]bool{}, errs: map[string]error{}}
}

func (l *ledger) publish(f *Files, stream, version string) {
	l.publishAt(f, stream, version, time.Now())
}

func (l *ledger) publishAt(f *Files, stream, version string, at time.Time) {
	id := stream + " " + version
	if !slices.Contains(l.known, id) {
		l.known = append(l.known, id)
	}
	calls := 0
	m := event.Message{Topic: "dc." + stream, Value: scoreEvent(l.t, stream, version, at)}
	f.Publish(context.Background(), m, func(err error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if calls++; calls > 1 {
			l.t.Errorf("%s: done was called %d times", id, calls)
		}
		if err == nil {
			l.acked[id] = true
		} else {
			l.errs[id] = err
		}
	})
}

// again publishes what was not acknowledged, and some of what was.
func (l *ledger) again(f *Files, r *rand.Rand) {
	l.mu.Lock()
	acked := maps.Clone(l.acked)
	l.mu.Unlock()
	for _, id := range l.known {
		if !acked[id] || r.IntN(3) == 0 {
			stream, version, _ := strings.Cut(id, " ")
			l.publish(f, stream, version)
		}
	}
}

func filesConfig() FilesConfig {
	cfg := DefaultConfig().Files
	cfg.Dir = "/t"
	return cfg
}

func open(t testing.TB, cfg FilesConfig, d disk) *Files {
	t.Helper()
	f, err := openFiles(cfg, d, time.Now, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func flush(f *Files) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return f.Flush(ctx)
}

// table reads every container file: how often an event is in it, by stream and
// version. Each must be in the hour of its meta.dt.
func (d *memDisk) table(t testing.TB) map[string]int {
	t.Helper()
	out := map[string]int{}
	for path, node := range d.files {
		if !isPart(filepath.Base(path)) {
			continue
		}
		dec, err := ocf.NewDecoder(bytes.NewReader(node.data))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for dec.HasNext() {
			var e RevisionScore
			if err := dec.Decode(&e); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			out[e.Meta.Stream+" "+(*e.Scores)["damaging"].ModelVersion]++
			at, err := time.Parse(time.RFC3339, *e.Meta.Dt)
			if want := filepath.Join("/t", e.Meta.Stream, hourPath(at)); err != nil || filepath.Dir(path) != want {
				t.Errorf("an event of %s is in %s, %v", *e.Meta.Dt, path, err)
			}
		}
		if dec.Error() != nil {
			t.Fatalf("%s: %v", path, dec.Error())
		}
	}
	return out
}

// checkComplete wants every event once, every hour marked with its files, and
// nothing left over.
func (d *memDisk) checkComplete(t testing.TB, l *ledger) {
	t.Helper()
	got := d.table(t)
	for _, id := range l.known {
		if got[id] != 1 {
			t.Errorf("%s is there %d times (acknowledged: %v)", id, got[id], l.acked[id])
		}
	}
	hours := map[string][]string{}
	for path := range d.files {
		dir, base := filepath.Split(path)
		switch {
		case isPart(base):
			hours[dir] = append(hours[dir], base)
		case strings.HasSuffix(base, journalSuffix):
			t.Errorf("%s is left", path)
		}
	}
	for dir, parts := range hours {
		var s success
		mark := d.files[dir+successName]
		if mark == nil {
			t.Errorf("%s has no %s", dir, successName)
			continue
		}
		slices.Sort(parts)
		if err := json.Unmarshal(mark.data, &s); err != nil || !slices.Equal(s.Parts, parts) {
			t.Errorf("%s is marked with %s, %v, and has %v", dir, mark.data, err, parts)
		}
	}
}

// scenario is three hours with events of two streams; rounds counts from, so that a
// run after a crash goes on where the one before stopped.
func scenario(f *Files, l *ledger, round *int) {
	for ; *round < 5; *round++ {
		for i := range 3 {
			l.publish(f, "a.b", fmt.Sprint(*round, "-", i))
			l.publish(f, "c", fmt.Sprint(*round, "-", i))
		}
		if flush(f) != nil {
			return
		}
		time.Sleep(29 * time.Minute)
		if f.Err() != nil {
			return
		}
	}
}

// The law: however often and wherever the machine dies, once all is published that
// was not acknowledged, each event is in the table exactly once.
func TestCrashAnywhere(t *testing.T) {
	whole := newMemDisk()
	crashes := func(r *rand.Rand, first int) (total int) {
		synctest.Test(t, func(t *testing.T) {
			d := newMemDisk()
			d.crashAt = first
			l := newLedger(t)
			round := 0
			for life := range 10 {
				f, err := openFiles(filesConfig(), d, time.Now, prometheus.NewRegistry())
				if err == nil {
					l.again(f, r)
					scenario(f, l, &round)
					if !d.dead() {
						time.Sleep(80 * time.Minute)
					}
					if err := f.Close(); err != nil {
						t.Fatal(err)
					}
				} else if !errors.Is(err, errCrashed) {
					t.Fatal(err)
				}
				if !d.dead() {
					break
				}
				d = d.reboot(r)
				if life < 3 && r.IntN(2) == 0 {
					d.crashAt = 1 + r.IntN(400)
				}
			}
			total = d.ops
			d.checkComplete(t, l)
			if t.Failed() {
				t.Logf("first crash at operation %d", first)
			}
			whole = d
		})
		return total
	}
	total := crashes(rand.New(rand.NewPCG(0, 0)), 0)
	if len(whole.table(t)) != 30 {
		t.Fatalf("%d events without a crash", len(whole.table(t)))
	}
	t.Logf("%d operations", total)
	for at := 1; at <= total && !t.Failed(); at++ {
		crashes(rand.New(rand.NewPCG(1, uint64(at))), at)
	}
}
