package avro

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/event"
)

func (l *ledger) count() (acked, refused int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked), len(l.errs)
}

// names lists the files whose path contains a text.
func (d *memDisk) names(part string) (out []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name := range d.files {
		if strings.Contains(name, part) {
			out = append(out, name)
		}
	}
	return out
}

func (d *memDisk) set(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

// A full disk, and one that does not flush, hold events up and lose none; Err says
// so, and is quiet when there is room again.
func TestFullDiskIsWaitedFor(t *testing.T) {
	for name, fault := range map[string]func(d *memDisk, on bool){
		"full": func(d *memDisk, on bool) {
			if d.room = -1; on {
				d.room = 700
			}
		},
		"no flush": func(d *memDisk, on bool) {
			if d.fail = nil; on {
				d.fail = errFull
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, l := newMemDisk(), newLedger(t)
				f := open(t, filesConfig(), d)
				l.publish(f, "s", "1")
				if err := flush(f); err != nil {
					t.Fatal(err)
				}
				d.set(func() { fault(d, true) })
				for _, v := range []string{"2", "3", "4", "5"} {
					l.publish(f, "s", v)
				}
				if err := flush(f); err == nil || !strings.Contains(err.Error(), "no space left") {
					t.Errorf("flush: %v", err)
				}
				if acked, refused := l.count(); acked != 1 || refused != 0 {
					t.Errorf("%d acknowledged, %d refused while the disk fails", acked, refused)
				}
				if err := f.Err(); err == nil || !strings.Contains(err.Error(), "write journal of s: no space left") {
					t.Errorf("Err is %v", err)
				}
				d.set(func() { fault(d, false) })
				if err := flush(f); err != nil || f.Err() != nil {
					t.Errorf("with room again: %v, %v", err, f.Err())
				}
				time.Sleep(2 * time.Hour)
				if err := f.Close(); err != nil {
					t.Fatal(err)
				}
				d.checkComplete(t, l)
			})
		})
	}
}

// A disk that is full at an hour's end keeps the journal, and finishes it later.
func TestFullDiskAtTheEndOfAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, l := newMemDisk(), newLedger(t)
		f := open(t, filesConfig(), d)
		l.publish(f, "s", "1")
		if err := flush(f); err != nil {
			t.Fatal(err)
		}
		d.set(func() { d.room = 10 })
		time.Sleep(2*time.Hour + time.Second) // between two ticks
		if f.Err() == nil || len(d.names(partSuffix)) != 0 || len(d.names(journalSuffix)) != 1 {
			t.Errorf("Err is %v, files %v", f.Err(), d.names(""))
		}
		d.set(func() { d.room = -1 })
		time.Sleep(time.Minute)
		if err := errors.Join(f.Err(), f.Close()); err != nil {
			t.Error(err)
		}
		d.checkComplete(t, l)
	})
}

// While the disk fails, Publish blocks when its bytes are too many; a context that
// ends gives an event up, and it is not written later.
func TestMemoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, l := newMemDisk(), newLedger(t)
		cfg := filesConfig()
		f := open(t, cfg, d)
		d.set(func() { d.fail = errFull })
		ctx, cancel := context.WithCancel(t.Context())
		var published, given atomic.Int64
		go func() {
			big := event.Message{Value: scoreEvent(t, "s", strings.Repeat("9", 1<<20), time.Now())}
			for range 40 {
				f.Publish(ctx, big, func(err error) {
					if !errors.Is(err, context.Canceled) {
						t.Errorf("given up with %v", err)
					}
					given.Add(1)
				})
				published.Add(1)
			}
		}()
		synctest.Wait()
		if n := published.Load(); n == 0 || n > cfg.Buffered>>20 {
			t.Errorf("%d events of a megabyte are taken in, with %d bytes of room", n, cfg.Buffered)
		}
		cancel()
		time.Sleep(time.Minute)
		if given.Load() != 40 {
			t.Errorf("%d of 40 given up", given.Load())
		}
		d.set(func() { d.fail = nil })
		l.publish(f, "s", "1")
		if err := flush(f); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		d.checkComplete(t, l)
		if n := len(d.table(t)); n != 1 {
			t.Errorf("%d events in the table, of one that was not given up", n)
		}
	})
}

// A file that lost what was flushed is an error with its place, not a shorter table.
func TestBrokenJournalIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, l := newMemDisk(), newLedger(t)
		f := open(t, filesConfig(), d)
		l.publish(f, "s", "1")
		l.publish(f, "s", "2")
		if err := flush(f); err != nil {
			t.Fatal(err)
		}
		path := d.names(journalSuffix)[0]
		d.set(func() { d.files[path].data[len(d.files[path].data)-5] ^= 1 })
		time.Sleep(2*time.Hour + time.Second)
		if err := f.Err(); err == nil || !strings.Contains(err.Error(), filepath.Base(path)+" is broken at byte ") {
			t.Errorf("Err is %v", err)
		}
		if len(d.names(path)) != 1 || len(d.names(successName)) != 0 || len(d.table(t)) != 0 {
			t.Errorf("files: %v", d.names(""))
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// What is on the disk under our names and not by us stops the start, with its path.
func TestForeignStateIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for suffix, data := range map[string]string{keysSuffix: "keys", journalSuffix: journalMagic + "\x00\x00\x00\x01\x2e\x2f\x3a\xb1{"} {
			d := newMemDisk()
			path := "/t/.revscore/0/s/2026112112-00000000000000000001" + suffix
			node := &inode{data: []byte(data)}
			d.files[path] = node
			f, err := openFiles(filesConfig(), d, time.Now, prometheus.NewRegistry())
			if suffix == journalSuffix {
				// A header that is not whole is what a crash leaves: no event was in it.
				if err != nil || len(d.files) != 0 {
					t.Errorf("%v, files %v", err, d.names(""))
				}
				if err := f.Close(); err != nil {
					t.Error(err)
				}
				continue
			}
			if err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("%s: %v", data, err)
			}
		}
	})
}
