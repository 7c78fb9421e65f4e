package model

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Write makes a bundle of a draft in the folder dir, which must not exist, or be
// empty: else the error is fs.ErrExist.
//
// The bundle is made in a folder beside it whose name begins with a dot, read and
// verified there as the service would, but for the dictionaries, brought to the
// disk, and renamed last. So dir is never half a bundle, nor one that does not
// load, whatever ends this program.
func Write(dir string, d *Draft) error { return write(dir, d, false) }

// Replace is [Write] that takes the place of a bundle that is there. Whatever
// fails, the old one is in its place again; a power cut between two renames leaves
// it beside, whole, under a name that begins with a dot. A folder that is no bundle
// is not replaced.
func Replace(dir string, d *Draft) error { return write(dir, d, true) }

func write(dir string, d *Draft, replace bool) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write bundle %s: %w", dir, err)
		}
	}()
	files, err := d.files()
	if err != nil {
		return err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	occupied, err := occupied(dir, replace)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	made := beside(dir)
	defer func() { err = errors.Join(err, os.RemoveAll(made)) }() // gone already if all went well
	if err := writeFiles(made, files); err != nil {
		return err
	}
	m, err := Load(os.DirFS(made), ".", emptyLibrary())
	if err != nil {
		return err
	}
	if err := m.Verify(); err != nil {
		return err
	}
	if !occupied {
		err = errors.Join(removeEmpty(dir), os.Rename(made, dir))
	} else {
		err = swap(made, dir, os.Rename)
	}
	return errors.Join(err, syncFolder(filepath.Dir(dir)))
}

// occupied tells whether a bundle is in dir that may be replaced. Anything else
// there but an empty folder is an error.
func occupied(dir string, replace bool) (bool, error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0:
		return false, nil
	case err != nil:
		return false, err
	case !replace:
		return false, fs.ErrExist
	}
	if _, err := os.Stat(filepath.Join(dir, cardFile)); err != nil {
		return false, fmt.Errorf("a folder that is no bundle is not replaced: %w", err)
	}
	return true, nil
}

// beside is an unused name for a folder on the same disk.
func beside(dir string) string {
	return filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+"."+strings.ToLower(rand.Text()[:8]))
}

func removeEmpty(dir string) error {
	if err := os.Remove(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// swap puts made in the place of dir.
func swap(made, dir string, rename func(from, to string) error) error {
	old := beside(dir)
	if err := rename(dir, old); err != nil {
		return err
	}
	if err := rename(made, dir); err != nil {
		return errors.Join(err, rename(old, dir))
	}
	return os.RemoveAll(old)
}

// writeFiles writes files to a new folder and waits until the disk has them.
func writeFiles(dir string, files []content) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	folders := map[string]bool{dir: true}
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.name))
		if within := filepath.Dir(name); !folders[within] {
			if err := os.Mkdir(within, 0o755); err != nil {
				return err
			}
			folders[within] = true
		}
		if err := writeFile(name, f.data); err != nil {
			return err
		}
	}
	for folder := range folders {
		if err := syncFolder(folder); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncFolder waits until the disk has the names in a folder.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
