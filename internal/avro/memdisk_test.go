package avro

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// memDisk is a disk that keeps apart what a program sees and what would survive a
// crash: bytes that were flushed, and names whose folder was. At an operation of
// choice the machine dies: that operation and all later ones fail.
type memDisk struct {
	mu       sync.Mutex
	files    map[string]*inode // as the program sees it
	durable  map[string]*inode // names that survive
	pending  []change          // of names, in order, not yet durable
	ops      int
	crashAt  int   // 0: never
	room     int64 // bytes that still fit; negative: no bound
	fail     error // of flushes
	open     int
	mostOpen int
}

type inode struct{ data, synced []byte }

// change is one creation, renaming or removal.
type change struct {
	gone, name string
	node       *inode
}

var (
	errCrashed = errors.New("the machine died")
	errFull    = errors.New("no space left on device")
)

func newMemDisk() *memDisk {
	return &memDisk{files: map[string]*inode{}, durable: map[string]*inode{}, room: -1}
}

// step counts an operation; it holds the lock for the caller.
func (d *memDisk) step() (func(), error) {
	d.mu.Lock()
	d.ops++
	if d.crashAt > 0 && d.ops >= d.crashAt {
		return d.mu.Unlock, errCrashed
	}
	return d.mu.Unlock, nil
}

// dead reports whether the machine died.
func (d *memDisk) dead() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.crashAt > 0 && d.ops >= d.crashAt
}

func (d *memDisk) MkdirAll(string) error {
	unlock, err := d.step()
	defer unlock()
	return err
}

func (d *memDisk) Create(name string) (file, error) {
	unlock, err := d.step()
	defer unlock()
	if err != nil {
		return nil, err
	}
	node := &inode{}
	d.files[name] = node
	d.pending = append(d.pending, change{name: name, node: node})
	return d.opened(node), nil
}

func (d *memDisk) opened(node *inode) *memFile {
	d.open++
	d.mostOpen = max(d.mostOpen, d.open)
	return &memFile{d: d, node: node}
}

func (d *memDisk) Open(name string) (file, error) {
	unlock, err := d.step()
	defer unlock()
	if err != nil {
		return nil, err
	}
	node := d.files[name]
	if node == nil {
		return nil, fs.ErrNotExist
	}
	return d.opened(node), nil
}

func (d *memDisk) Rename(from, to string) error {
	unlock, err := d.step()
	defer unlock()
	if err != nil {
		return err
	}
	node := d.files[from]
	if node == nil {
		return fs.ErrNotExist
	}
	delete(d.files, from)
	d.files[to] = node
	d.pending = append(d.pending, change{gone: from, name: to, node: node})
	return nil
}

func (d *memDisk) Remove(name string) error {
	unlock, err := d.step()
	defer unlock()
	if err != nil {
		return err
	}
	if d.files[name] != nil {
		delete(d.files, name)
		d.pending = append(d.pending, change{gone: name})
	}
	return nil
}

func (d *memDisk) apply(c change) {
	if c.gone != "" {
		delete(d.durable, c.gone)
	}
	if c.node != nil {
		d.durable[c.name] = c.node
	}
}

func (d *memDisk) SyncDir(dir string) error {
	unlock, err := d.step()
	defer unlock()
	if err != nil {
		return err
	}
	d.pending = slices.DeleteFunc(d.pending, func(c change) bool {
		mine := filepath.Dir(c.name+c.gone) == dir || filepath.Dir(c.name) == dir
		if mine {
			d.apply(c)
		}
		return mine
	})
	return nil
}

func (d *memDisk) ReadDir(dir string) ([]string, error) {
	unlock, err := d.step()
	defer unlock()
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range d.files {
		if rest, ok := strings.CutPrefix(name, dir+string(filepath.Separator)); ok {
			first, _, _ := strings.Cut(rest, string(filepath.Separator))
			names = append(names, first)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// reboot is the disk as the machine finds it after a crash: of names that were not
// flushed the first few, of bytes that were not flushed a part, and zeros.
func (d *memDisk) reboot(r *rand.Rand) *memDisk {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.pending[:r.IntN(len(d.pending)+1)] {
		d.apply(c)
	}
	out := newMemDisk()
	for name, node := range d.durable {
		data := bytes.Clone(node.synced)
		if !bytes.Equal(node.data, node.synced) && r.IntN(3) > 0 {
			data = bytes.Clone(node.data)
			if bytes.HasPrefix(data, node.synced) {
				data = data[:len(node.synced)+r.IntN(len(data)-len(node.synced)+1)]
			}
			if r.IntN(3) == 0 && len(data) > len(node.synced) {
				clear(data[len(node.synced)+r.IntN(len(data)-len(node.synced)):])
			}
		}
		same := &inode{data, bytes.Clone(data)}
		out.files[name], out.durable[name] = same, same
	}
	return out
}

type memFile struct {
	d    *memDisk
	node *inode
	at   int
}

func (f *memFile) Read(p []byte) (int, error) {
	unlock, err := f.d.step()
	defer unlock()
	if err != nil {
		return 0, err
	}
	if f.at >= len(f.node.data) {
		return 0, io.EOF
	}
	n := copy(p, f.node.data[f.at:])
	f.at += n
	return n, nil
}

func (f *memFile) WriteAt(p []byte, off int64) (int, error) {
	unlock, err := f.d.step()
	defer unlock()
	if err != nil {
		p = p[:len(p)/2] // dead in the middle of it
	}
	if grown := off + int64(len(p)) - int64(len(f.node.data)); f.d.room >= 0 && grown > f.d.room {
		p, err = p[:max(0, int64(len(p))-(grown-f.d.room))], errFull
	}
	end := int(off) + len(p)
	if grown := end - len(f.node.data); grown > 0 {
		f.node.data = append(f.node.data, make([]byte, grown)...)
		if f.d.room >= 0 {
			f.d.room -= int64(grown)
		}
	}
	copy(f.node.data[off:], p)
	return len(p), err
}

func (f *memFile) Truncate(size int64) error {
	unlock, err := f.d.step()
	defer unlock()
	if err != nil {
		return err
	}
	if f.d.room >= 0 {
		f.d.room += int64(len(f.node.data)) - size
	}
	f.node.data = f.node.data[:size:size]
	return nil
}

func (f *memFile) Sync() error {
	unlock, err := f.d.step()
	defer unlock()
	if err == nil {
		err = f.d.fail
	}
	if err != nil {
		return err
	}
	f.node.synced = bytes.Clone(f.node.data)
	return nil
}

func (f *memFile) Close() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	f.d.open--
	return nil
}
