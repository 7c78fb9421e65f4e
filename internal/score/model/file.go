package model

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// Files larger than these are not what they are called.
const (
	maxCardBytes      = 1 << 20
	maxLexiconBytes   = 4 << 20 // YAML takes a hundred times its size to read
	maxEstimatorBytes = 256 << 20
	maxExampleBytes   = 16 << 20
	maxOtherBytes     = 64 << 20
)

// folder reads the files of a bundle.
type folder struct {
	fsys fs.FS
	dir  string
	read map[string]int64 // how many bytes, by name
}

// file returns a file that has the checksum of the card.
func (f *folder) file(name, sum string, limit int64) ([]byte, error) {
	data, err := f.bytes(name, limit)
	if err != nil {
		return nil, err
	}
	if got := sha256.Sum256(data); !strings.EqualFold(hex.EncodeToString(got[:]), sum) {
		return nil, fmt.Errorf("%s: sha256 is %x, the card says %s", f.path(name), got, sum)
	}
	return data, nil
}

// bytes returns a file of at most limit bytes. Nothing on the way to it, from the
// bundle on, may be a symbolic link: a bundle from elsewhere could make any file of
// this machine its own.
func (f *folder) bytes(name string, limit int64) ([]byte, error) {
	steps := strings.Split(name, "/")
	for i := range steps {
		step := f.path(path.Join(steps[:i+1]...))
		info, err := fs.Lstat(f.fsys, step)
		last := i == len(steps)-1
		switch {
		case err != nil && last:
			return nil, err // names the file already
		case err != nil:
			return nil, fmt.Errorf("%s: %w", f.path(name), err)
		case !last && !info.IsDir():
			return nil, fmt.Errorf("%s: not a folder", step)
		case last && !info.Mode().IsRegular():
			return nil, fmt.Errorf("%s: not a regular file", step)
		case last && info.Size() > limit:
			return nil, fmt.Errorf("%s: larger than %d bytes", step, limit)
		}
	}
	data, err := readBounded(f.fsys, f.path(name), limit)
	if err == nil {
		f.read[name] = int64(len(data))
	}
	return data, err
}

// readBounded does not trust the size that was told: a file may grow meanwhile.
func readBounded(fsys fs.FS, name string, limit int64) (data []byte, err error) {
	opened, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	data, err = io.ReadAll(io.LimitReader(opened, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s: larger than %d bytes", name, limit)
	}
	return data, nil
}

// path is a file's name for people and the file system.
func (f *folder) path(name string) string { return path.Join(f.dir, name) }

// size is how many bytes all files have that were read.
func (f *folder) size() (total int64) {
	for _, n := range f.read {
		total += n
	}
	return total
}
