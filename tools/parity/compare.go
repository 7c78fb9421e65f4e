package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"revscore/internal/score/feature"
)

// comparer compares rows. It is not changed once made.
type comparer struct {
	lists  []list
	byName map[string]int // index in lists
	engine *engine
}

// newComparer compiles the lists. A feature that does not compile is marked in
// them as failed.
func newComparer(lists []list, assets feature.Assets) (*comparer, error) {
	c := &comparer{lists: lists, byName: map[string]int{}}
	for i, l := range lists {
		c.byName[l.name] = i
	}
	var err error
	c.engine, err = newEngine(lists, assets)
	return c, err
}

// job is the lines about one revision, as suffixes.
type job struct {
	place
	groupNames
	lines [][]byte
}

// compareFolder compares all rows of these files of a folder. One goroutine reads
// and as many compare as there are processors, each for itself.
func (c *comparer) compareFolder(ctx context.Context, folder string, groups []groupNames) (*tally, error) {
	workers := make([]*tally, runtime.GOMAXPROCS(0))
	jobs := make(chan job, len(workers))
	tasks, ctx := errgroup.WithContext(ctx)
	tasks.Go(func() error {
		defer close(jobs)
		for i, g := range groups {
			if err := sendRows(ctx, folder, i, g, jobs); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range workers {
		workers[i] = newTally(c.lists)
		tasks.Go(func() error {
			for j := range jobs {
				if err := c.compareRow(j, workers[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := tasks.Wait(); err != nil {
		return nil, err
	}
	total := newTally(c.lists)
	for _, t := range workers {
		total.merge(t)
	}
	return total, nil
}

// sendRows reads the files of a prefix in step and sends their rows.
func sendRows(ctx context.Context, folder string, number int, names groupNames, jobs chan<- job) error {
	rows, err := openGroup(folder, names)
	if err != nil {
		return err
	}
	defer rows.close()
	for row := 0; ; row++ {
		lines, err := rows.next()
		if err != nil || lines == nil {
			return err
		}
		select {
		case jobs <- job{place: place{group: number, row: row}, groupNames: names, lines: lines}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// compareRow compares all that is recorded of one revision.
func (c *comparer) compareRow(j job, t *tally) error {
	var r row
	at := j.place
	for i, suffix := range j.suffixes {
		at.name = j.prefix + suffix + ".jsonl.gz"
		var err error
		if suffix == "features" { // the first: the others need what is in it
			if err = json.Unmarshal(j.lines[i], &r); err == nil {
				at.revID, at.title = r.Event.RevID, r.Event.PageTitle
				err = c.compareFeatures(&r, at, t.features)
			}
		} else {
			err = compareStructure(&r, at, j.lines[i], suffix, t.structure)
		}
		if err != nil {
			return fmt.Errorf("%s, row %d: %w", at.name, j.row+1, err)
		}
	}
	return nil
}

// compareFeatures compares the base features and those lists that the row has: of
// long texts only some were recorded.
func (c *comparer) compareFeatures(r *row, at place, checks [][]check) error {
	outcomes := c.engine.evaluate(r)
	compareOne := func(list, i int, want json.RawMessage) {
		if f := &c.lists[list].features[i]; f.missing == "" && f.err == nil {
			checks[list][i].addValue(at, string(want), outcomes(list, i))
		}
	}
	for i, f := range c.lists[0].features {
		if want, ok := r.Features[f.name]; ok {
			compareOne(0, i, want)
		}
	}
	for name, values := range r.Lists {
		list, ok := c.byName[name]
		if !ok {
			return fmt.Errorf("list %s is not among those to compare", name)
		}
		if len(values) != len(c.lists[list].features) {
			return fmt.Errorf("list %s has %d values recorded, and %d features", name, len(values), len(c.lists[list].features))
		}
		for i, want := range values {
			compareOne(list, i, want)
		}
	}
	return nil
}

// outcome is a value of ours, or the error in its place.
type outcome struct {
	value string
	err   error
}

// addValue compares one value and adds the verdict. The reference's errors are objects with the
// field "error"; which error is ours to say.
func (c *check) addValue(at place, want string, got outcome) {
	v := compareValues(want, got.value)
	if failed := strings.HasPrefix(want, "{"); failed || got.err != nil {
		v = verdict{equal: failed && got.err != nil}
	}
	c.add(at, v, func() (string, string) {
		if got.err != nil {
			return want, "error: " + got.err.Error()
		}
		return want, got.value
	})
}
