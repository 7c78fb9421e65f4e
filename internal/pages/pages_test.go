package pages

import "testing"

// Both sources yield edits of the sizes, the same in every run.
func TestEdits(t *testing.T) {
	for name, get := range map[string]func() []Edit{"at hand": func() []Edit { return Edits(t) }, "simulated": simulated} {
		first, second := get(), get()
		for i, size := range sizes {
			e := first[i]
			if len(e.After) < size*8/10 || len(e.After) > size*12/10 || e.Before == e.After || e.Name == "" {
				t.Errorf("%s: %s has %d bytes, want about %d", name, e.Name, len(e.After), size)
			}
			if second[i] != e {
				t.Errorf("%s: %s is another edit in the second run", name, e.Name)
			}
		}
	}
}
