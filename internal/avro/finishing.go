package avro

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// finishing is the goroutine that turns journals that are over into container
// files, one at a time, and marks hours complete. It works beside the writing one
// because an hour may be gigabytes. Steps of a journal, each flushed before the next:
//
//  1. the container file, by renaming
//  2. a file with the journal's keys, by renaming: repeats of its events may come
//  3. the journal goes
//  4. _SUCCESS, when no journal of the hour is left; the file of keys tells the next
//     process that this is still to be done
//
// A crash between two steps leaves the journal or the keys, and the steps are done
// again with the same result.
type finishing struct {
	*Files
	wake     chan struct{} // a journal was added
	sealedMu sync.Mutex
	sealed   []*journal // guarded by sealedMu; each is a file on the disk

	kept    []keysFile         // oldest first
	pending map[place]struct{} // hours with a file of ours, not yet marked complete
}

// place is a partition.
type place struct {
	stream string
	hour   time.Time
}

// keysFile is a file of keys that is still remembered.
type keysFile struct {
	place
	path string
	last int64
}

func (n *finishing) init(f *Files) {
	n.Files, n.wake, n.pending = f, make(chan struct{}, 1), map[place]struct{}{}
}

// add takes a journal over from the writing goroutine.
func (n *finishing) add(j *journal) {
	n.sealedMu.Lock()
	n.sealed = append(n.sealed, j)
	n.sealedMu.Unlock()
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

func (n *finishing) take() []*journal {
	n.sealedMu.Lock()
	defer n.sealedMu.Unlock()
	taken := n.sealed
	n.sealed = nil
	return taken
}

func (n *finishing) run() {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		select {
		case <-n.stopped:
			return
		case <-n.wake:
		case <-tick.C:
		}
		n.work(n.now())
	}
}

// work finishes what can be finished. What fails stays for the next tick.
func (n *finishing) work(now time.Time) {
	for _, j := range n.take() {
		err := n.finish(j)
		n.fault("finish "+j.path(), err)
		if err != nil {
			n.sealedMu.Lock()
			n.sealed = append(n.sealed, j)
			n.sealedMu.Unlock()
		}
	}
	for at := range n.pending {
		done, err := n.complete(at, now)
		n.fault("complete "+n.hourDir(at.stream, at.hour), err)
		if done {
			delete(n.pending, at)
		}
	}
	n.fault("remove old keys", n.prune())
}

func (n *finishing) finish(j *journal) error {
	if j.empty {
		return errors.Join(n.disk.Remove(j.path()), n.disk.SyncDir(j.dir))
	}
	dir := n.hourDir(j.stream, j.hour)
	if err := n.disk.MkdirAll(dir); err != nil {
		return err
	}
	keys, err := n.writePart(j, dir)
	if err != nil {
		return err
	}
	err = writeFile(n.disk, j.dir, j.stem()+keysSuffix, func(w io.Writer) error {
		b := appendHeader(nil, j.head)
		for _, r := range keys.rows {
			b = appendRow(b, r)
		}
		_, err := w.Write(b)
		return err
	})
	if err != nil {
		return err
	}
	if err := errors.Join(n.disk.Remove(j.path()), n.disk.SyncDir(j.dir)); err != nil {
		return err
	}
	n.metrics.parts.Inc()
	at := place{j.stream, j.hour}
	n.kept = append(n.kept, keysFile{at, filepath.Join(j.dir, j.stem()+keysSuffix), keys.rows[len(keys.rows)-1].seq})
	n.pending[at] = struct{}{}
	return nil
}

// writePart writes the container file of a journal and returns its keys.
func (n *finishing) writePart(j *journal, dir string) (keys remembered, err error) {
	in, err := n.disk.Open(j.path())
	if err != nil {
		return keys, err
	}
	defer in.Close()
	part := n.partName(j.first)
	err = writeFile(n.disk, dir, part, func(w io.Writer) error {
		keys, err = j.convert(in, w, part, n.cfg.Compression, n.cfg.Remember)
		return err
	})
	return keys, err
}

// success is what _SUCCESS says. Hive wants only that it is there.
type success struct {
	Parts []string `json:"parts"`
}

// complete marks an hour, unless it is too early, or a journal of any instance is
// left, or it is marked already with the files that it has.
func (n *finishing) complete(at place, now time.Time) (done bool, err error) {
	if now.Before(at.hour.Add(time.Hour + n.cfg.Lateness)) {
		return false, nil
	}
	if open, err := n.open(at); open || err != nil {
		return false, err
	}
	dir := n.hourDir(at.stream, at.hour)
	names, err := n.disk.ReadDir(dir)
	if err != nil {
		return false, err
	}
	names = slices.DeleteFunc(names, func(n string) bool { return !isPart(n) })
	slices.Sort(names)
	text, err := json.Marshal(success{names})
	if err != nil {
		return false, err
	}
	text = append(text, '\n')
	if f, err := n.disk.Open(filepath.Join(dir, successName)); err == nil {
		old, err := io.ReadAll(io.LimitReader(f, maxHeader))
		if err = errors.Join(err, f.Close()); err == nil && string(old) == string(text) {
			return true, nil
		}
	}
	err = writeFile(n.disk, dir, successName, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if err == nil {
		n.metrics.complete.WithLabelValues(at.stream).Inc()
	}
	return err == nil, err
}

// open reports whether any instance has a journal of an hour. Each removes its
// journal before it looks, so the last of several finds none.
func (n *finishing) open(at place) (bool, error) {
	root := filepath.Join(n.cfg.Dir, stateDir)
	instances, err := n.disk.ReadDir(root)
	if err != nil {
		return false, err
	}
	for _, instance := range instances {
		names, err := n.disk.ReadDir(filepath.Join(root, instance, at.stream))
		if err != nil {
			return false, fmt.Errorf("instance %s: %w", instance, err)
		}
		for _, name := range names {
			if hour, _, ok := parseStem(name, journalSuffix); ok && hour.Equal(at.hour) {
				return true, nil
			}
		}
	}
	return false, nil
}

// prune removes files of keys that are remembered no longer. Those of hours that
// are not marked complete stay: they tell the next process to do it.
func (n *finishing) prune() error {
	oldest := n.next.Load() - int64(n.cfg.Remember)
	var err error
	n.kept = slices.DeleteFunc(n.kept, func(k keysFile) bool {
		_, pending := n.pending[k.place]
		if err != nil || pending || k.last >= oldest {
			return false
		}
		err = n.disk.Remove(k.path)
		return err == nil
	})
	return err
}
