package avro

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// recover takes up what a former process left.
func (f *Files) recover() error {
	root := filepath.Join(f.cfg.Dir, stateDir, f.cfg.Instance)
	streams, err := f.disk.ReadDir(root)
	if err != nil {
		return err
	}
	all := remembered{most: f.cfg.Remember}
	next := f.now().UnixNano()
	found := false
	for _, stream := range streams {
		if !name.MatchString(stream) {
			continue // the lock
		}
		names, err := f.disk.ReadDir(f.stateDir(stream))
		if err != nil {
			return err
		}
		slices.Sort(names)
		for _, n := range names {
			last, err := f.recoverFile(stream, n, &all)
			if err != nil {
				return fmt.Errorf("recover %s: %w", filepath.Join(f.stateDir(stream), n), err)
			}
			if last >= 0 && (!found || last >= next) {
				found, next = true, last+1
			}
		}
	}
	all.trim()
	for _, r := range all.rows {
		f.writer.seen.add(r.key)
	}
	slices.SortFunc(f.finisher.kept, func(a, b keysFile) int { return cmp.Compare(a.last, b.last) })
	f.next.Store(next)
	return nil
}

// recoverFile returns the last sequence number of a file, -1 of one without any.
func (f *Files) recoverFile(stream, name string, all *remembered) (last int64, err error) {
	path := filepath.Join(f.stateDir(stream), name)
	if strings.HasSuffix(name, ".tmp") {
		return -1, f.disk.Remove(path)
	}
	hour, first, isJournal := parseStem(name, journalSuffix)
	if !isJournal {
		var isKeys bool
		if hour, first, isKeys = parseStem(name, keysSuffix); !isKeys {
			return -1, nil
		}
	}
	in, err := f.disk.Open(path)
	if err != nil {
		return -1, err
	}
	last = first
	rows := false
	counted := &counting{in: in}
	h, good, err := scan(counted, func(r row) error {
		rows, last = true, max(last, r.seq)
		return all.add(r)
	})
	if errors.Is(err, errTorn) && isJournal {
		err = f.cut(in, counted, good)
	}
	if err = errors.Join(err, in.Close()); err != nil {
		return -1, err
	}
	at := place{stream, hour}
	switch {
	case !isJournal:
		f.finisher.kept = append(f.finisher.kept, keysFile{at, path, last})
		f.finisher.pending[at] = struct{}{}
	case good == 0: // the crash came before the header was flushed: no event was in it
		return first, f.disk.Remove(path)
	default:
		f.resume(&journal{stream: stream, hour: hour, head: h, dir: f.stateDir(stream), first: first, size: good, empty: !rows})
	}
	return last, nil
}

// resume goes on with a journal, or finishes it if a later program has another
// schema, or if there is a younger one of the same slot. Names are recovered in the
// order of age.
func (f *Files) resume(j *journal) {
	s, err := SchemaOf(j.head.URI)
	if err != nil || s.Text != j.head.Avro {
		f.finisher.add(j)
		return
	}
	at := slot{j.stream, s, j.hour}
	if older := f.writer.journals[at]; older != nil {
		f.finisher.add(older)
	}
	f.writer.journals[at] = j
}

// cut removes what a crash left behind the last whole frame. None of it was
// acknowledged: an acknowledgement comes after the flush of all before it.
func (f *Files) cut(in file, counted *counting, good int64) error {
	if _, err := io.Copy(io.Discard, counted); err != nil {
		return err
	}
	f.metrics.cut.Add(float64(counted.n - good))
	if good == 0 {
		return nil // the whole file is removed
	}
	return errors.Join(in.Truncate(good), in.Sync())
}

// counting counts what is read.
type counting struct {
	in io.Reader
	n  int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += int64(n)
	return n, err
}
