package registry

import "io/fs"

// stamp is by what a look notices that a file may be another than was read.
type stamp struct{ size, modified int64 }

func stampOf(info fs.FileInfo) stamp { return stamp{info.Size(), info.ModTime().UnixNano()} }

// noted is a bundle's files, and what each was like when it was opened: before it
// was read, so that a change during the reading is noticed at the next look.
type noted struct {
	fs.FS
	stamps map[string]stamp
}

func (n noted) Open(name string) (fs.File, error) {
	file, err := n.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err == nil {
		n.stamps[name] = stampOf(info)
	}
	return file, nil
}

// Lstat and ReadLink hand on what package fs would not find behind a wrapper:
// without them a link would look like the file that it leads to.
func (n noted) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(n.FS, name) }

func (n noted) ReadLink(name string) (string, error) { return fs.ReadLink(n.FS, name) }

// touched tells whether a file that was read has another size or time since, or is
// gone. Damage that leaves both as they were is found when a reload is asked for.
func (s source) touched(b *bundle) bool {
	fsys, _, err := s.open()
	if err != nil {
		return true
	}
	for name, was := range b.stamps {
		info, err := fs.Lstat(fsys, name)
		if err != nil || stampOf(info) != was {
			return true
		}
	}
	return false
}
