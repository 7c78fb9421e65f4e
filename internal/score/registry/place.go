package registry

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"revscore/internal/score/model"
)

// EmbeddedPrefix before a bundle's name takes it from the program itself.
const EmbeddedPrefix = "embedded:"

// Place says where bundles are, and under which names and for which wikis they serve.
type Place struct {
	Bundle string   `yaml:"bundle" help:"Folder of the bundle; or a pattern like /srv/models/*, for every folder that it matches and that has a model.yaml; or embedded:NAME for one in the binary."`
	Wikis  []string `yaml:"wikis" help:"Wikis it serves; empty: the one its card names; *: every wiki without one of its own."`
	As     string   `yaml:"as" help:"Name in service, if it is not the card's: so that two versions of a model can be loaded, e.g. damaging_next."`
}

// Names in service become parts of topics, cache keys and metrics, as a card's do. A
// topic's name has at most 249 characters, with the stream's own.
var plain = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)

func (p Place) validate() error {
	if p.As != "" && !plain.MatchString(p.As) {
		return fmt.Errorf("as is %q, must be at most 128 letters, digits, dots, hyphens and underscores", p.As)
	}
	return nil
}

// pattern tells whether the place stands for all folders that it matches.
func (p Place) pattern() bool {
	return !strings.HasPrefix(p.Bundle, EmbeddedPrefix) && strings.ContainsAny(p.Bundle, `*?[`)
}

// id is which bundle: a folder, or a name in the program, of one of the places.
type id struct {
	place int // its index
	path  string
}

func compareIDs(a, b id) int {
	if a.place != b.place {
		return a.place - b.place
	}
	return strings.Compare(a.path, b.path)
}

// source is where a bundle is to be read from.
type source struct {
	id
	Place
	embedded fs.FS
}

// sources lists the bundles of a place. taken are folders that other places name:
// a pattern leaves them out, so that one of its folders can serve under another
// name.
func sources(embedded fs.FS, index int, place Place, taken map[string]bool) ([]source, error) {
	if err := place.validate(); err != nil {
		return nil, err
	}
	if !place.pattern() {
		return []source{{id{index, place.Bundle}, place, embedded}}, nil
	}
	folders, err := filepath.Glob(place.Bundle)
	if err != nil {
		return nil, err
	}
	hidden := strings.HasPrefix(filepath.Base(place.Bundle), ".")
	var found []source
	for _, folder := range folders { // in order of names
		if taken[filepath.Clean(folder)] || strings.HasPrefix(filepath.Base(folder), ".") && !hidden {
			continue // the latter are what rsync and volume mounts work in
		}
		_, err := os.Stat(filepath.Join(folder, cardFile))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			continue
		}
		found = append(found, source{id{index, folder}, place, embedded}) // loading says what else is wrong
	}
	if len(found) == 0 {
		return nil, errors.New("matches no folder with a " + cardFile)
	}
	return found, nil
}

// Expand lists the bundles that a command's argument names: all that a pattern fits,
// or the one bundle itself.
func Expand(bundle string) ([]string, error) {
	found, err := sources(nil, 0, Place{Bundle: bundle}, nil)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", bundle, err)
	}
	paths := make([]string, len(found))
	for i, src := range found {
		paths[i] = src.path
	}
	return paths, nil
}

// Load loads and verifies one bundle on its own, whatever others are called. It
// takes what bundles share from known.
func Load(embedded fs.FS, path string, known *model.Library) (*model.Model, error) {
	b, err := source{id{path: path}, Place{}, embedded}.load(known)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", path, err)
	}
	return b.model, nil
}

// named are the folders that places name without a pattern.
func named(places []Place) map[string]bool {
	folders := map[string]bool{}
	for _, p := range places {
		if !p.pattern() {
			folders[filepath.Clean(p.Bundle)] = true
		}
	}
	return folders
}

const cardFile = "model.yaml"

// maxCardBytes is far more than a card has; package model refuses what is larger.
const maxCardBytes = 1 << 20

// open says where the files of the bundle are.
func (s source) open() (fsys fs.FS, dir string, err error) {
	if name, ok := strings.CutPrefix(s.path, EmbeddedPrefix); ok {
		if _, err := fs.Stat(s.embedded, name); err != nil || name == "." {
			return nil, "", fmt.Errorf("no such model in this program, which has %s", strings.Join(names(s.embedded), ", "))
		}
		return s.embedded, name, nil
	}
	if _, err := os.Stat(s.path); err != nil {
		return nil, "", fmt.Errorf("%w; those in this program are %s%s", err, EmbeddedPrefix, strings.Join(names(s.embedded), ", "+EmbeddedPrefix))
	}
	return os.DirFS(s.path), ".", nil
}

// checksum is the bundle's, the sha256 of its card. It is read in full each time:
// modification times are not kept by all that copies files. A card that is a pipe, a
// device or a link is refused unread, as package model does: the first would hold up
// every later look, and the second has no end.
func (s source) checksum() (sum string, err error) {
	fsys, dir, err := s.open()
	if err != nil {
		return "", err
	}
	name := path.Join(dir, cardFile)
	info, err := fs.Lstat(fsys, name)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s: not a regular file", name)
	}
	file, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	digest := sha256.New()
	n, err := io.Copy(digest, io.LimitReader(file, maxCardBytes+1))
	if err != nil {
		return "", err
	}
	if n > maxCardBytes {
		return "", fmt.Errorf("%s: larger than %d bytes", name, maxCardBytes)
	}
	return hex.EncodeToString(digest.Sum(nil)), nil
}

// load reads the bundle and asks it its examples. A panic is a bug of ours that
// this bundle met: the models in service must not end for it.
func (s source) load(known *model.Library) (b *bundle, err error) {
	defer func() {
		if v := recover(); v != nil {
			b, err = nil, fmt.Errorf("panic, a bug of this program: %v", v)
		}
	}()
	fsys, dir, err := s.open()
	if err != nil {
		return nil, err
	}
	files := noted{fsys, map[string]stamp{}}
	m, err := model.Load(files, dir, known)
	if err != nil {
		return nil, withPackages(err, fsys, dir)
	}
	if err := m.Verify(); err != nil {
		return nil, err
	}
	b = &bundle{id: s.id, name: m.Name(), wikis: s.Wikis, model: m, stamps: files.stamps}
	if s.As != "" {
		b.name = s.As
	}
	if len(b.wikis) == 0 {
		b.wikis = []string{m.Wiki()}
	}
	return b, nil
}

// names lists the bundles of a file system.
func names(fsys fs.FS) []string {
	found, err := fs.Glob(fsys, "*/"+cardFile)
	if err != nil {
		panic("registry: a pattern of our own does not parse: " + err.Error())
	}
	for i, name := range found {
		found[i] = strings.TrimSuffix(name, "/"+cardFile)
	}
	return found
}
