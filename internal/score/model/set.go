package model

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// EmbeddedPrefix before a bundle's name takes it from the program itself.
const EmbeddedPrefix = "embedded:"

// Set is the models in service, found by wiki and name.
type Set struct {
	models []*Model
	index  map[key]*Model
}

type key struct{ wiki, name string }

// LoadSet loads and verifies the bundles at places, each a folder on disk or
// "embedded:NAME" for a folder of embedded. It reports the faults of all of
// them at once; two models of one name for one wiki are a fault.
func LoadSet(embedded fs.FS, places []string) (*Set, error) {
	s := &Set{index: make(map[key]*Model, len(places))}
	from := make(map[key]string, len(places))
	var errs []error
	for _, place := range places {
		m, err := loadPlace(embedded, place)
		if err != nil {
			errs = append(errs, fmt.Errorf("model %s: %w", place, err))
			continue
		}
		k := key{m.Wiki(), m.Name()}
		if first, taken := from[k]; taken {
			errs = append(errs, fmt.Errorf("model %s: %s is already loaded from %s", place, m, first))
			continue
		}
		from[k], s.index[k] = place, m
		s.models = append(s.models, m)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s, nil
}

func loadPlace(embedded fs.FS, place string) (*Model, error) {
	fsys, dir := embedded, "."
	if name, ok := strings.CutPrefix(place, EmbeddedPrefix); ok {
		if _, err := fs.Stat(embedded, name); err != nil || name == "." {
			return nil, fmt.Errorf("no such model in this program, which has %s", strings.Join(names(embedded), ", "))
		}
		dir = name
	} else {
		fsys = os.DirFS(place)
	}
	m, err := Load(fsys, dir)
	if err != nil {
		return nil, err
	}
	return m, m.Verify()
}

// names lists the bundles of a file system.
func names(fsys fs.FS) []string {
	found, err := fs.Glob(fsys, "*/model.yaml")
	if err != nil {
		panic("model: a pattern of our own does not parse: " + err.Error())
	}
	for i, name := range found {
		found[i] = strings.TrimSuffix(name, "/model.yaml")
	}
	return found
}

// Find returns the model of that name for a wiki: its own, else the one for any
// wiki.
func (s *Set) Find(wiki, name string) (*Model, bool) {
	m, ok := s.index[key{wiki, name}]
	if !ok {
		m, ok = s.index[key{AnyWiki, name}]
	}
	return m, ok
}

// All returns every model, in the order they were listed.
func (s *Set) All() []*Model { return slices.Clone(s.models) }
