// Package registry holds the models in service: it loads the bundles that a
// configuration places, and finds the one that answers for a wiki.
package registry

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"revscore/internal/score/model"
)

// EmbeddedPrefix before a bundle's name takes it from the program itself.
const EmbeddedPrefix = "embedded:"

// Place says where a bundle is and which wikis it serves.
type Place struct {
	Bundle string   `yaml:"bundle" help:"Folder of the bundle, or embedded:NAME for one in the binary."`
	Wikis  []string `yaml:"wikis" help:"Wikis it serves; empty: the one its card names; *: every wiki without one of its own."`
}

// Set is the models in service, found by wiki and name.
type Set struct {
	models []*model.Model
	index  map[key]*model.Model
}

type key struct{ wiki, name string }

// LoadSet loads and verifies the bundles at places, each once however many wikis
// it serves. Spelling dictionaries come from the folders. It reports the faults of all of them at once; two models of one
// name for one wiki are a fault.
func LoadSet(embedded fs.FS, places []Place, folders []string) (*Set, error) {
	s := &Set{index: make(map[key]*model.Model, len(places))}
	from := make(map[key]string, len(places))
	known := model.NewLibrary(folders)
	var errs []error
	for _, place := range places {
		m, err := loadPlace(embedded, place.Bundle, known)
		if err != nil {
			errs = append(errs, fmt.Errorf("model %s: %w", place.Bundle, err))
			continue
		}
		wikis := place.Wikis
		if len(wikis) == 0 {
			wikis = []string{m.Wiki()}
		}
		for _, wiki := range wikis {
			k := key{wiki, m.Name()}
			if first, taken := from[k]; taken {
				errs = append(errs, fmt.Errorf("model %s: %s of %s is already loaded from %s", place.Bundle, m.Name(), wiki, first))
				continue
			}
			from[k], s.index[k] = place.Bundle, m
		}
		s.models = append(s.models, m)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s, nil
}

func loadPlace(embedded fs.FS, place string, known *model.Library) (*model.Model, error) {
	fsys, dir := embedded, "."
	if name, ok := strings.CutPrefix(place, EmbeddedPrefix); ok {
		if _, err := fs.Stat(embedded, name); err != nil || name == "." {
			return nil, fmt.Errorf("no such model in this program, which has %s", strings.Join(names(embedded), ", "))
		}
		dir = name
	} else {
		if _, err := os.Stat(place); err != nil {
			return nil, fmt.Errorf("%w; those in this program are %s%s", err, EmbeddedPrefix, strings.Join(names(embedded), ", "+EmbeddedPrefix))
		}
		fsys = os.DirFS(place)
	}
	m, err := model.Load(fsys, dir, known)
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
func (s *Set) Find(wiki, name string) (*model.Model, bool) {
	m, ok := s.index[key{wiki, name}]
	if !ok {
		m, ok = s.index[key{model.AnyWiki, name}]
	}
	return m, ok
}

// Has tells whether there is a model of that name for some wiki.
func (s *Set) Has(name string) bool {
	return slices.ContainsFunc(s.models, func(m *model.Model) bool { return m.Name() == name })
}

// Changed is that of all models.
func (s *Set) Changed() []string {
	var list []string
	for _, m := range s.models {
		list = append(list, m.Changed()...)
	}
	return list
}

// All returns every model, in the order they were listed.
func (s *Set) All() []*model.Model { return slices.Clone(s.models) }
