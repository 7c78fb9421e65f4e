package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"revscore/internal/score/feature/expr"
	"revscore/tools/lists"
)

// runLists compares the lists of a file of tools/reference/lists.py, and what is
// recorded of words, with dictionaries of the folders. It returns how many checks
// failed: a list is one, and so is a column of the words.
func runLists(ctx context.Context, out io.Writer, path, golden string, folders []string) (failed int, err error) {
	file, err := lists.Read(path)
	if err != nil {
		return 0, err
	}
	shelf := lists.NewShelf(folders)
	assets, err := file.Assets.Build(shelf)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", path, err)
	}
	translated := listsOf(file)
	comparer, err := newComparer(translated, assets)
	if err != nil {
		return 0, err
	}
	total, err := comparer.compareFolder(ctx, golden, featureGroups())
	if err != nil {
		return 0, err
	}
	columns, err := compareWords(golden, shelf, assets.Words["english.stopwords"])
	if err != nil {
		return 0, err
	}
	r := reporter{out: out}
	for i, l := range translated {
		r.list(l, total.features[i])
	}
	if err := writeOrigins(ctx, out, shelf.Origins()); err != nil {
		return 0, err
	}
	for _, c := range columns {
		r.column(c)
	}
	fmt.Fprintf(out, "%d passed, %d failed\n", r.passed, r.failed)
	return r.failed, nil
}

// listsOf returns the lists of a file as those of the catalogue, the base
// features first.
func listsOf(file *lists.File) []list {
	read := []list{{name: base}}
	for _, name := range slices.Sorted(maps.Keys(file.Lists)) {
		l := list{name: name}
		for _, f := range file.Lists[name] {
			d := definition{name: f.Name, missing: f.Needs}
			if d.missing == "" {
				d.expr, d.err = expr.Parse(f.Expr)
			}
			l.features = append(l.features, d)
		}
		if name == base {
			read[0] = l
		} else {
			read = append(read, l)
		}
	}
	return read
}

// list writes a list's sums and each feature that is not equal everywhere.
func (r *reporter) list(l list, checks []check) {
	var sum check
	var faults []func()
	for i, f := range l.features {
		c := checks[i]
		sum.compared, sum.equal, sum.largest = sum.compared+c.compared, sum.equal+c.equal, max(sum.largest, c.largest)
		switch {
		case f.missing != "":
			faults = append(faults, func() { fmt.Fprintf(r.out, "     %s needs %s\n", f.name, f.missing) })
		case f.err != nil:
			faults = append(faults, func() { fmt.Fprintf(r.out, "     %s: %v\n", f.name, f.err) })
		case c.compared == 0 || c.equal != c.compared:
			faults = append(faults, func() {
				fmt.Fprintf(r.out, "     %s: %d compared, %d equal, largest difference %.3g\n", f.name, c.compared, c.equal, c.largest)
				r.differences(c)
			})
		}
	}
	r.verdict(len(faults) == 0 && len(l.features) > 0, "%s: %d features, %d values compared, %d equal, largest difference %.3g",
		l.name, len(l.features), sum.compared, sum.equal, sum.largest)
	for _, write := range faults {
		write()
	}
}
