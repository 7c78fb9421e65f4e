package registry

import (
	"fmt"
	"slices"
	"strings"
)

// Kind says what a reload did with a bundle.
type Kind string

// What a reload may do with a bundle.
const (
	Added    Kind = "added"
	Replaced Kind = "replaced"
	Kept     Kind = "kept" // its card is as it was
	Removed  Kind = "removed"
	Failed   Kind = "failed" // what was in service before, if anything, stays
)

// Identity is which model of one name it is.
type Identity struct {
	Version  string
	Checksum string // sha256 of model.yaml, in hexadecimal
}

func (i Identity) String() string {
	if i.Version == "" {
		return "none"
	}
	return i.Version + " (sha256 " + i.Checksum + ")"
}

// Change is what became of one bundle, or of a place with a pattern.
type Change struct {
	Kind Kind
	Path string // the folder, the pattern, or embedded:NAME
	// Name and Wikis are those in service; empty for a newcomer that failed.
	Name  string
	Wikis []string
	Old   Identity // zero: there was none
	New   Identity // what is in service now; zero: nothing
	Err   error    // of a failure
	// Warning is what an operator should know of a change that was made.
	Warning string
	// Repeated marks a failure that was reported before.
	Repeated bool
	// Recovered marks a bundle that failed before and does no longer, or a pattern
	// that does; one that has neither a Name nor a failure is only that.
	Recovered bool
}

func (c Change) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", c.Kind, c.Path)
	if c.Name != "" {
		fmt.Fprintf(&b, " (%s of %s)", c.Name, strings.Join(c.Wikis, ", "))
	}
	switch c.Kind {
	case Kept:
		if c.Name == "" {
			b.WriteString(": no longer fails")
			break
		}
		fmt.Fprintf(&b, ": %v", c.New)
	case Replaced:
		fmt.Fprintf(&b, ": %v by %v", c.Old, c.New)
	case Added:
		fmt.Fprintf(&b, ": %v", c.New)
	case Removed:
		fmt.Fprintf(&b, ": %v", c.Old)
	case Failed:
		fmt.Fprintf(&b, ": in service is %v: %v", c.New, c.Err)
	}
	if c.Warning != "" {
		b.WriteString("; " + c.Warning)
	}
	return b.String()
}

// Report is what one reload did, in the order of places and folders.
type Report struct{ Changes []Change }

// News are the changes that are worth saying: not those of bundles that are as
// they were, nor failures that were reported before.
func (r Report) News() []Change {
	return slices.DeleteFunc(slices.Clone(r.Changes), func(c Change) bool {
		return c.Repeated || c.Kind == Kept && !c.Recovered
	})
}

// Result sums the report up: "failed" if a bundle did, else "changed" or "unchanged".
func (r Report) Result() string {
	result := "unchanged"
	for _, c := range r.Changes {
		switch c.Kind {
		case Failed:
			return "failed"
		case Kept:
		default:
			result = "changed"
		}
	}
	return result
}
