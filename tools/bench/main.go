//go:build unix

// Bench measures how many revisions the feature engine works off per CPU second.
//
//	go run ./tools/bench INPUTS LISTS
//
// INPUTS holds scoring inputs, a JSON object a line with its group in "size";
// LISTS is a file as tools/reference/lists.py writes it. Dictionaries are those of
// the system, and remember words as they would. Each list is measured with each
// group: texts in memory, analysed afresh for every revision, nothing kept from
// one to the next. A line of JSON is printed for each.
//
// CPU time is the process's, user and system, so that the garbage collector's
// threads count. tools/reference/bench.py runs this beside the reference.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"revscore/internal/score/analysis"
	"revscore/internal/score/feature"
	"revscore/internal/score/model"
	"revscore/tools/lists"
)

func main() {
	seconds := flag.Float64("seconds", 2, "CPU seconds a figure takes, at least")
	history := flag.String("chain", "", "a page's history to measure edits in sequence, an XML dump")
	skip := flag.Int("skip", 6000, "revisions of the history to pass over")
	edits := flag.Int("edits", 300, "edits of the history to measure")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: bench [flags] INPUTS LISTS")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	b := bench{least: time.Duration(*seconds * float64(time.Second)), out: json.NewEncoder(os.Stdout)}
	err := b.run(flag.Arg(0), flag.Arg(1))
	if err == nil && *history != "" {
		err = b.chain(*history, *skip, *edits)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run.
type bench struct {
	least time.Duration // CPU time of a figure
	out   *json.Encoder
	plans []plan
}

type plan struct {
	name string
	*feature.Plan
}

// row is a scoring input, as far as features of the measured lists read it.
type row struct {
	Size  string `json:"size"`
	Event struct {
		Timestamp time.Time `json:"rev_timestamp"`
		Namespace int64     `json:"page_namespace"`
		Comment   string    `json:"comment"`
		Performer struct {
			ID           int64     `json:"user_id"`
			Groups       []string  `json:"user_groups"`
			Registration time.Time `json:"user_registration_dt"`
		} `json:"performer"`
	} `json:"event"`
	Text   string `json:"text"`
	Parent struct {
		Text string `json:"text"`
	} `json:"parent"`
}

// input is the row with texts of which nothing is known yet.
func (r *row) input() feature.Input {
	who := r.Event.Performer
	return feature.Input{
		Revision: analysis.NewText(r.Text), Parent: analysis.NewText(r.Parent.Text),
		Comment: &r.Event.Comment, Timestamp: r.Event.Timestamp,
		User: feature.User{ID: who.ID, Groups: who.Groups, Registration: who.Registration},
		Page: feature.Page{Namespace: r.Event.Namespace},
	}
}

// figure is what is printed of a list and a group of inputs.
type figure struct {
	List    string  `json:"list"`
	Size    string  `json:"size"`
	Inputs  int     `json:"inputs"`
	Rate    float64 `json:"revisions_per_cpu_second"`
	Mallocs float64 `json:"allocations"` // of a revision
}

func (b *bench) run(inputs, lists string) error {
	sizes, rows, err := readRows(inputs)
	if err != nil {
		return err
	}
	if b.plans, err = readPlans(lists); err != nil {
		return err
	}
	for _, p := range b.plans {
		for _, size := range sizes {
			group := rows[size]
			for i := range group {
				if err := check(p, group[i].input()); err != nil {
					return fmt.Errorf("input %d of size %s: %w", i, size, err)
				}
			}
			cost := b.measure(len(group), func(i int) { p.Evaluate(group[i].input()) })
			err := b.out.Encode(figure{List: p.name, Size: size, Inputs: len(group), Rate: cost.rate, Mallocs: cost.mallocs})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// check refuses to measure what fails: faults are fast.
func check(p plan, in feature.Input) error {
	var errs []error
	for _, outcome := range p.Evaluate(in) {
		errs = append(errs, outcome.Err)
	}
	return errors.Join(errs...)
}

// readRows returns the inputs by size, and the sizes in the order of the file.
func readRows(path string) (sizes []string, rows map[string][]row, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	rows = map[string][]row{}
	for in := json.NewDecoder(file); ; {
		var r row
		if err := in.Decode(&r); errors.Is(err, io.EOF) {
			return sizes, rows, nil
		} else if err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", path, err)
		}
		if rows[r.Size] == nil {
			sizes = append(sizes, r.Size)
		}
		rows[r.Size] = append(rows[r.Size], r)
	}
}

// readPlans compiles each list by itself: what is compared knows one list, too.
func readPlans(path string) ([]plan, error) {
	file, err := lists.Read(path)
	if err != nil {
		return nil, err
	}
	assets, err := file.Assets.Build(lists.NewShelf(model.DictionaryFolders()))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	var plans []plan
	for _, name := range slices.Sorted(maps.Keys(file.Lists)) {
		list := feature.List{Assets: assets}
		for _, f := range file.Lists[name] {
			list.Definitions = append(list.Definitions, feature.Definition{Name: f.Name, Expr: f.Expr})
		}
		compiled, err := feature.Compile(list)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", name, err)
		}
		plans = append(plans, plan{name, compiled})
	}
	return plans, nil
}
