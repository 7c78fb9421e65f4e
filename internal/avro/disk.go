package avro

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// disk is what Files asks of a file system. Tests put one in its place that forgets
// at a crash what was not flushed.
type disk interface {
	// MkdirAll makes a folder and its parents; they survive a crash.
	MkdirAll(dir string) error
	// Create makes an empty file in place of what may be there.
	Create(name string) (file, error)
	// Open opens a file for reading and writing.
	Open(name string) (file, error)
	Rename(from, to string) error
	// Remove removes a file; one that is not there is no error.
	Remove(name string) error
	// SyncDir makes what was created, renamed and removed in a folder survive.
	SyncDir(dir string) error
	// ReadDir lists names; a folder that is not there has none.
	ReadDir(dir string) ([]string, error)
}

type file interface {
	io.Reader
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
}

// osDisk is the file system of the machine.
type osDisk struct{}

func (d osDisk) MkdirAll(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := d.MkdirAll(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return d.SyncDir(parent)
}

func (osDisk) Create(name string) (file, error) {
	return os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o644)
}

func (osDisk) Open(name string) (file, error) { return os.OpenFile(name, os.O_RDWR, 0) }
func (osDisk) Rename(from, to string) error   { return os.Rename(from, to) }

func (osDisk) Remove(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (osDisk) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (osDisk) ReadDir(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

// writeFile writes a file so that its name stands for the whole of it or is not
// there, whatever happens: a temporary name, a flush, a rename, a flush of the folder.
func writeFile(d disk, dir, name string, write func(io.Writer) error) error {
	temporary := filepath.Join(dir, "."+name+".tmp")
	f, err := d.Create(temporary)
	if err != nil {
		return err
	}
	err = write(&sequential{f: f})
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, d.Remove(temporary))
	}
	if err := d.Rename(temporary, filepath.Join(dir, name)); err != nil {
		return err
	}
	return d.SyncDir(dir)
}

// sequential writes to a file from its beginning on.
type sequential struct {
	f   file
	off int64
}

func (s *sequential) Write(p []byte) (int, error) {
	n, err := s.f.WriteAt(p, s.off)
	s.off += int64(n)
	return n, err
}
