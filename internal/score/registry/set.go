package registry

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"revscore/internal/score/model"
)

// Set is models in service, found by wiki and name. It never changes.
type Set struct {
	bundles []*bundle // in order of places, then of folders
	index   map[key]*bundle
}

type key struct{ wiki, name string }

// bundle is a loaded one.
type bundle struct {
	id
	name   string // in service
	wikis  []string
	model  *model.Model
	stamps map[string]stamp // of its files, as they were when they were last verified
}

// claims says which bundle serves under a name for a wiki.
type claims map[key]*bundle

// taken tells whether another bundle serves under one of a bundle's names.
func (c claims) taken(b *bundle) bool {
	return slices.ContainsFunc(b.wikis, func(wiki string) bool { return c[key{wiki, b.name}] != nil })
}

// take enters a bundle, all of it or, when a name is another's already, nothing.
func (c claims) take(b *bundle) error {
	var errs []error
	for i, wiki := range b.wikis {
		k := key{wiki, b.name}
		for _, same := range b.wikis[:i] {
			if same == wiki {
				errs = append(errs, fmt.Errorf("%s is listed twice under wikis", wiki))
			}
		}
		if other := c[k]; other != nil {
			errs = append(errs, fmt.Errorf("%s of %s is already loaded from %s", b.name, wiki, other.path))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	for _, wiki := range b.wikis {
		c[key{wiki, b.name}] = b
	}
	return nil
}

// LoadSet loads and verifies the bundles at places, each once however many wikis
// it serves. Spelling dictionaries come from the folders. It reports the faults of
// all places at once; two models of one name for one wiki are a fault.
func LoadSet(embedded fs.FS, places []Place, folders []string) (*Set, error) {
	return loadSet(embedded, places, model.NewLibrary(folders))
}

func loadSet(embedded fs.FS, places []Place, known *model.Library) (*Set, error) {
	s := &Set{index: map[key]*bundle{}}
	var errs []error
	fault := func(path string, err error) { errs = append(errs, fmt.Errorf("model %s: %w", path, err)) }
	for i, place := range places {
		list, err := sources(embedded, i, place, named(places))
		if err != nil {
			fault(place.Bundle, err)
		}
		for _, src := range list {
			b, err := src.load(known)
			if err == nil {
				err = claims(s.index).take(b)
			}
			if err != nil {
				fault(src.path, err)
				continue
			}
			s.bundles = append(s.bundles, b)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s, nil
}

// Find returns the model of that name in service for a wiki: its own, else the one
// for any wiki.
func (s *Set) Find(wiki, name string) (*model.Model, bool) {
	b, ok := s.index[key{wiki, name}]
	if !ok {
		b, ok = s.index[key{model.AnyWiki, name}]
	}
	if !ok {
		return nil, false
	}
	return b.model, true
}

// Wikis lists the wikis for which there is a model of that name in service.
func (s *Set) Wikis(name string) []string {
	var list []string
	for k := range s.index {
		if k.name == name {
			list = append(list, k.wiki)
		}
	}
	slices.Sort(list)
	return list
}

// Left tells whether a model of that name served a wiki and was taken out of
// service. A set never changes.
func (s *Set) Left(string, string) bool { return false }

// Doubts says which dictionaries are not those that the models were imported with,
// or may not be.
func (s *Set) Doubts() []string {
	var list []string
	for _, b := range s.bundles {
		for _, d := range b.model.Dictionaries() {
			if doubt := Doubt(b.model, d); doubt != "" && !slices.Contains(list, doubt) {
				list = append(list, doubt)
			}
		}
	}
	return list
}

// InService is a bundle as it serves.
type InService struct {
	Path  string // the folder, or embedded:NAME
	Name  string // in service, which may not be the model's own
	Wikis []string
	Model *model.Model
}

// List returns every bundle, in the order of [Set.All].
func (s *Set) List() []InService {
	list := make([]InService, len(s.bundles))
	for i, b := range s.bundles {
		list[i] = InService{b.path, b.name, slices.Clone(b.wikis), b.model}
	}
	return list
}

// All returns every model, in the order of the places and, where one has several,
// of their folders.
func (s *Set) All() []*model.Model {
	list := make([]*model.Model, len(s.bundles))
	for i, b := range s.bundles {
		list[i] = b.model
	}
	return list
}
