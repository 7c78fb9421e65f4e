package registry

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// watched runs Watch in a bubble of fake time and collects what it tells.
type watched struct {
	mu    sync.Mutex
	told  []string
	after func() // waits for the end of Watch
}

func (w *watched) take() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	told := w.told
	w.told = nil
	return told
}

func watch(t *testing.T, r *Registry, interval time.Duration) *watched {
	w := &watched{}
	ctx, cancel := context.WithCancel(t.Context())
	var owned sync.WaitGroup
	owned.Go(func() {
		r.Watch(ctx, interval, func(report Report) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.told = append(w.told, kinds(report))
		})
	})
	w.after = func() { cancel(); owned.Wait() }
	return w
}

func (w *watched) expect(t *testing.T, when string, want ...string) {
	t.Helper()
	got := w.take()
	if len(got) != len(want) {
		t.Fatalf("%s: told %q, want %q", when, got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s: told %q, want %q", when, got, want)
		}
	}
}

func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := onDisk(t, "revid", t.TempDir())
		r, _ := start(t, Place{Bundle: string(dir)})
		const interval = 5 * time.Second
		w := watch(t, r, interval)
		defer w.after()
		time.Sleep(10 * interval)
		w.expect(t, "nothing changes")
		examples := dir.read(t, "examples.jsonl")
		dir.set(t, "version", "1.0.0")
		dir.write(t, "examples.jsonl", examples[:1])
		time.Sleep(10 * interval)
		w.expect(t, "half copied for ten looks", "failed!")
		if got := find(t, r, "revid").Version(); got != "0.0.0" {
			t.Errorf("version %s is in service", got)
		}
		dir.write(t, "examples.jsonl", examples)
		time.Sleep(interval)
		w.expect(t, "the copy is done", "replaced!")
		if got := find(t, r, "revid").Version(); got != "1.0.0" {
			t.Errorf("version %s is in service", got)
		}
		r.Trigger()
		w.expect(t, "asked for", "kept")
	})
}

// Many triggers before a reload begins are one, and none of them waits.
func TestTriggersAreOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := start(t, Place{Bundle: "embedded:revid"})
		for range 10 {
			r.Trigger()
		}
		w := watch(t, r, 0)
		defer w.after()
		w.expect(t, "asked for ten times", "kept")
	})
}

// An interval of 0 looks only when asked.
func TestWatchOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := onDisk(t, "revid", t.TempDir())
		r, _ := start(t, Place{Bundle: string(dir)})
		w := watch(t, r, 0)
		defer w.after()
		dir.set(t, "version", "1.0.0")
		time.Sleep(time.Hour)
		w.expect(t, "for an hour")
		r.Trigger()
		w.expect(t, "asked for", "replaced!")
	})
}
