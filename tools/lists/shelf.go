package lists

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"revscore/internal/score/spell"
)

// Shelf loads dictionaries, each once. It is not for several goroutines.
type Shelf struct {
	folders []string
	loaded  map[string]*spell.Dictionary // by tag
	origins map[string]Origin
}

// Origin says which files a tag stood for.
type Origin struct{ Tag, Aff, Dic string }

// NewShelf makes an empty shelf; see spell.Locate for how folders are searched.
func NewShelf(folders []string) *Shelf {
	return &Shelf{folders: folders, loaded: map[string]*spell.Dictionary{}, origins: map[string]Origin{}}
}

// Checker loads the dictionaries and makes a checker that asks them.
func (s *Shelf) Checker(d Dictionary) (*spell.Checker, error) {
	cfg := spell.Config{ReplaceAstral: d.ReplaceAstral}
	for _, tag := range d.Tags {
		if s.loaded[tag] == nil {
			if err := s.load(tag); err != nil {
				return nil, err
			}
		}
		cfg.Dictionaries = append(cfg.Dictionaries, s.loaded[tag])
	}
	return spell.NewChecker(cfg), nil
}

func (s *Shelf) load(tag string) error {
	aff, dic, err := spell.Locate(s.folders, tag)
	if err != nil {
		return err
	}
	if s.loaded[tag], err = spell.Load(aff, dic); err != nil {
		return fmt.Errorf("dictionary %s: %w", tag, err)
	}
	s.origins[tag] = Origin{tag, aff, dic}
	return nil
}

// Origins returns the dictionaries that were loaded, by tag.
func (s *Shelf) Origins() []Origin {
	return slices.SortedFunc(maps.Values(s.origins), func(a, b Origin) int { return strings.Compare(a.Tag, b.Tag) })
}
