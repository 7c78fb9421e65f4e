package statistics

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"
)

// eachLine calls f with every line of a file of tools/statistics/record.py.
func eachLine(t *testing.T, path string, f func(t *testing.T, line []byte)) int {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	s := bufio.NewScanner(z)
	for s.Buffer(nil, 16<<20); s.Scan(); n++ {
		f(t, s.Bytes())
	}
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	return n
}

func decode(t *testing.T, line []byte, v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(line)))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		t.Fatal(err)
	}
}

// TestPrintsAsPython compares numbers, texts and tables with what Python 3.11 and
// tabulate 0.9.0 print: tools/statistics/record.py --python.
func TestPrintsAsPython(t *testing.T) {
	n := eachLine(t, "testdata/python.jsonl.gz", func(t *testing.T, line []byte) {
		var c struct {
			Float, Text, Number *string
			Repr, G, JSON       string
			Round               []string
			Int                 string
			Rows                []List
			Headers             []any
			Table               *string
		}
		decode(t, line, &c)
		switch {
		case c.Table != nil:
			rows := make([][]any, len(c.Rows))
			for i, row := range c.Rows {
				rows[i] = pythonValues(t, row)
			}
			same(t, string(line), tabulate(rows, pythonValues(t, c.Headers)), *c.Table)
		case c.Number != nil:
			same(t, "int of "+*c.Number, orError(parseInt(*c.Number)), c.Int)
			same(t, "float of "+*c.Number, orError(parseFloat(*c.Number)), *c.Float)
		case c.Text != nil:
			same(t, "repr", Repr(*c.Text), c.Repr)
			var w jsonWriter
			w.quoted(*c.Text)
			same(t, "json", string(w.out), c.JSON)
		default:
			x, err := strconv.ParseFloat(*c.Float, 64)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "repr", Repr(x), c.Repr)
			same(t, "g", formatG(x), c.G)
			for i, digits := range []int{0, 3, 5} {
				r, err := round(x, digits)
				same(t, fmt.Sprintf("%v rounded to %d: %v", x, digits, err), Repr(r), c.Round[i])
			}
		}
	})
	if n < 500 {
		t.Errorf("%d lines", n)
	}
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got %s\nwant %s", what, got, want)
	}
}

func orError[T *big.Int | float64](v T, ok bool) string {
	if !ok {
		return "ValueError"
	}
	return Repr(any(v))
}

// pythonValues makes values of decoded JSON, ints and floats apart.
func pythonValues(t *testing.T, items []any) []any {
	t.Helper()
	out := make([]any, len(items))
	for i, item := range items {
		out[i] = item
		if n, ok := item.(json.Number); ok {
			v, err := readNumber(string(n), strings.ContainsAny(string(n), ".eE"))
			if err != nil {
				t.Fatal(err)
			}
			out[i] = v
		}
	}
	return out
}

// fitCase is what Classification.fit made of observations: record.py --fit.
type fitCase struct {
	Labels     []any
	Multilabel bool
	Digits     *int
	Rates      []float64
	Decision   bool
	Rows       [][3]json.RawMessage
	Expected   map[string]string
}

func (c *fitCase) options(t *testing.T) Options {
	o := Options{Labels: pythonValues(t, c.Labels), Multilabel: c.Multilabel, Probabilities: c.Decision, ThresholdDigits: -1}
	if c.Digits != nil {
		o.ThresholdDigits = *c.Digits
	}
	for i, rate := range c.Rates {
		if o.PopulationRates == nil {
			o.PopulationRates = &Map{}
		}
		o.PopulationRates.Set(o.Labels[i], rate)
	}
	return o
}

func (c *fitCase) observations(t *testing.T) []Observation {
	out := make([]Observation, len(c.Rows))
	label := func(data []byte) any {
		var v any
		decode(t, data, &v)
		if list, ok := v.([]any); ok {
			return list
		}
		return pythonValues(t, []any{v})[0]
	}
	for i, row := range c.Rows {
		out[i] = Observation{Prediction: label(row[0]), Label: label(row[1])}
		if err := json.Unmarshal(row[2], &out[i].Probability); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestFit compares whole statistics, to the last digit.
func TestFit(t *testing.T) {
	n := eachLine(t, "testdata/fit.jsonl.gz", func(t *testing.T, line []byte) {
		var c fitCase
		decode(t, line, &c)
		fitted, err := Fit(c.options(t), c.observations(t))
		if err != nil {
			t.Errorf("%v: %v", c.Labels, err)
			return
		}
		for name, want := range c.Expected {
			same(t, name, fittedPart(t, fitted, name), want)
		}
	})
	if n < 20 {
		t.Errorf("%d cases", n)
	}
}

func fittedPart(t *testing.T, c *Classification, name string) string {
	if name == "shown" {
		doc, err := NewInfo(Entry{"statistics", c}).FormatJSON()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSuffix(strings.TrimPrefix(string(doc), `{"statistics": `), "}")
	}
	if label, ok := strings.CutPrefix(name, "thresholds "); ok {
		for _, e := range c.Thresholds.Entries {
			if Repr(e.Key) == label {
				return reprOfTable(e.Value.(*Thresholds))
			}
		}
		t.Fatalf("no thresholds of %s", label)
	}
	v, _ := c.Get(name)
	m, ok := v.(*MicroMacro)
	if !ok {
		t.Fatalf("%s is a %T", name, v)
	}
	micro, _ := m.Get("micro")
	macro, _ := m.Get("macro")
	labels, err := m.dict("labels")
	if err != nil {
		t.Fatal(err)
	}
	var values List
	for _, e := range labels.Entries {
		values = append(values, e.Value)
	}
	return Repr(List{micro, macro, values})
}

func reprOfTable(t *Thresholds) string {
	list := List{t.Trues}
	for _, r := range t.Rows {
		list = append(list, List{r.Threshold, r.TP, r.FP, r.TN, r.FN})
	}
	return Repr(list)
}
