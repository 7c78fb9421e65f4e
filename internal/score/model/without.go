package model

import "slices"

// NewLibraryWithout is [NewLibrary] for bundles of which no text is asked: their
// dictionaries are not looked for, and need not be installed. Whatever a feature
// asks of them is answered with no, so such a model must not compute features.
func NewLibraryWithout() *Library { return emptyLibrary() }

// Recorded lists the dictionaries that the card names, each once, also where they
// are not installed: see [NewLibraryWithout].
func (m *Model) Recorded() []Recorded {
	var list []Recorded
	for _, c := range m.card.Dictionaries {
		for _, d := range c.Dictionaries {
			if !slices.Contains(list, d) {
				list = append(list, d)
			}
		}
	}
	return list
}
