// Onnx measures how long our estimators take for a row of features, from the model
// files and rows in a folder as tools/onnx/record.py writes it.
//
//	go run ./tools/onnx [-seconds 2] FOLDER
//
// A line of JSON is printed for each model: the median over rows of the least time
// that a row took in repeated passes, and how many allocations a prediction makes.
// Before it is measured, a model must answer what was recorded. tools/onnx/bench.py
// runs this beside ONNX Runtime.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"revscore/internal/onnx"
	"revscore/internal/score/estimator"
)

func main() {
	seconds := flag.Float64("seconds", 2, "seconds a figure takes, at least")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: onnx [-seconds 2] FOLDER")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), time.Duration(*seconds*float64(time.Second))); err != nil {
		fmt.Fprintln(os.Stderr, "onnx:", err)
		os.Exit(1)
	}
}

// recorded is what a model answered.
type recorded struct {
	Name          string      `json:"name"`
	Probabilities [][]float64 `json:"probabilities"`
}

// figure is what is printed of a model.
type figure struct {
	Model   string  `json:"model"`
	Ours    float64 `json:"ours_us"`
	Mallocs float64 `json:"allocations"`
}

func run(folder string, least time.Duration) error {
	var rows [][]float64
	var cases []recorded
	if err := read(filepath.Join(folder, "rows.json"), &rows); err != nil {
		return err
	}
	if err := read(filepath.Join(folder, "cases.json"), &cases); err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for _, c := range cases {
		data, err := os.ReadFile(filepath.Join(folder, c.Name+".onnx"))
		if err != nil {
			return err
		}
		model, err := onnx.Read(data)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		e, err := estimator.New(model.Spec)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		if err := check(e, rows, c); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		if err := out.Encode(measure(e, rows, c.Name, least)); err != nil {
			return err
		}
	}
	return nil
}

func read(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

// check refuses to measure what answers otherwise.
func check(e *estimator.Estimator, rows [][]float64, c recorded) error {
	p, chosen := make([]float64, len(e.Classes())), make([]bool, len(e.Classes()))
	for i, row := range rows {
		if err := e.Predict(row, p, chosen); err != nil {
			return fmt.Errorf("row %d: %w", i, err)
		}
		for k, v := range p {
			if want := c.Probabilities[i][k]; math.Abs(v-want) > 1e-6 {
				return fmt.Errorf("row %d: probability %v, recorded %v", i, v, want)
			}
		}
	}
	return nil
}

// measure times each row in many passes: the least is what it takes undisturbed.
func measure(e *estimator.Estimator, rows [][]float64, name string, least time.Duration) figure {
	p, chosen := make([]float64, len(e.Classes())), make([]bool, len(e.Classes()))
	took := make([]time.Duration, len(rows))
	for i := range took {
		took[i] = math.MaxInt64
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	predictions := 0
	for began := time.Now(); time.Since(began) < least; {
		for i, row := range rows {
			start := time.Now()
			_ = e.Predict(row, p, chosen) // check has seen that it succeeds
			took[i] = min(took[i], time.Since(start))
		}
		predictions += len(rows)
	}
	runtime.ReadMemStats(&after)
	slices.Sort(took)
	return figure{
		Model: name, Ours: float64(took[len(took)/2].Nanoseconds()) / 1000,
		Mallocs: math.Round(float64(after.Mallocs-before.Mallocs) / float64(predictions)),
	}
}
