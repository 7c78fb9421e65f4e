package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"sort"
)

// shown is how many differences of a check are reported.
const shown = 3

// place names a row.
type place struct {
	group int    // of files, as groups
	row   int    // from 0
	name  string // of the file
	revID int64
	title string
}

// difference is a comparison that failed.
type difference struct {
	place
	want, got string
}

// check is what is known of one check.
type check struct {
	compared, equal int
	largest         float64 // distance
	first           []difference
}

// add counts a comparison. describe is called only for what is reported.
func (c *check) add(at place, v verdict, describe func() (want, got string)) {
	c.compared++
	c.largest = max(c.largest, v.distance)
	if v.equal {
		c.equal++
		return
	}
	if len(c.first) < shown || at.before(c.first[shown-1].place) {
		want, got := describe()
		c.keep(difference{at, want, got})
	}
}

// keep keeps the differences that come first: rows are compared by several
// goroutines, in any order.
func (c *check) keep(differences ...difference) {
	c.first = append(c.first, differences...)
	sort.SliceStable(c.first, func(i, j int) bool { return c.first[i].before(c.first[j].place) })
	c.first = c.first[:min(len(c.first), shown)]
}

// merge adds what another goroutine counted of the same check.
func (c *check) merge(other check) {
	c.compared += other.compared
	c.equal += other.equal
	c.largest = max(c.largest, other.largest)
	c.keep(other.first...)
}

func (p place) before(q place) bool {
	return cmp.Or(cmp.Compare(p.group, q.group), cmp.Compare(p.row, q.row)) < 0
}

// tally is the checks of a run, or of one of its goroutines: those of the
// structure, and those of each list's features.
type tally struct {
	structure []check
	features  [][]check
}

func newTally(lists []list) *tally {
	t := &tally{structure: make([]check, len(structureFields))}
	for _, l := range lists {
		t.features = append(t.features, make([]check, len(l.features)))
	}
	return t
}

func (t *tally) merge(other *tally) {
	for i := range t.structure {
		t.structure[i].merge(other.structure[i])
	}
	for i, checks := range t.features {
		for j := range checks {
			checks[j].merge(other.features[i][j])
		}
	}
}

// report writes all checks and returns how many failed.
func report(out io.Writer, t *tally, lists []list) (failed int) {
	r := reporter{out: out, missing: map[string]int{}}
	for i, name := range structureFields {
		r.check("structure", name, t.structure[i])
	}
	for i, l := range lists {
		for j, f := range l.features {
			switch {
			case f.missing != "":
				r.missing[f.missing]++
			case f.err != nil:
				r.failed++
				fmt.Fprintf(out, "FAIL %s %s: %v\n", l.name, f.name, f.err)
			default:
				r.check(l.name, f.name, t.features[i][j])
			}
		}
	}
	reasons := []string{}
	for what := range r.missing {
		reasons = append(reasons, what)
	}
	slices.Sort(reasons)
	for _, what := range reasons {
		fmt.Fprintf(out, "not compared (needs %s): %d features\n", what, r.missing[what])
	}
	fmt.Fprintf(out, "%d passed, %d failed\n", r.passed, r.failed)
	return r.failed
}

type reporter struct {
	out            io.Writer
	passed, failed int
	missing        map[string]int // number of features by what they need
}

// check writes one check. A check that nothing was compared for has failed.
func (r *reporter) check(group, name string, c check) {
	r.verdict(c.compared > 0 && c.equal == c.compared, "%s %s: %d compared, %d equal, largest difference %.3g", group, name, c.compared, c.equal, c.largest)
	r.differences(c)
}

// verdict counts a check and writes its line.
func (r *reporter) verdict(passed bool, format string, args ...any) {
	mark := "ok  "
	if passed {
		r.passed++
	} else {
		mark = "FAIL"
		r.failed++
	}
	fmt.Fprintf(r.out, mark+" "+format+"\n", args...)
}

func (r *reporter) differences(c check) {
	for _, d := range c.first {
		fmt.Fprintf(r.out, "     %s, revision %d of %q: expected %s, got %s\n", d.name, d.revID, d.title, d.want, d.got)
	}
}
