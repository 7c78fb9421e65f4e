package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"

	"revscore/internal/bundle"
	"revscore/internal/event"
	"revscore/internal/score/model"
)

const (
	withinVector = 1e-12 // of the estimator alone
	withinText   = 1e-9  // of features and estimator
)

// comparer compares one model file.
type comparer struct {
	file, name   string
	report       *report
	dictionaries []string
	texts        *texts
}

func (c *comparer) compare(dir string) {
	m, err := c.load(dir)
	if !c.report.check(c.name, "import", err, "%s", summary(m)) {
		return
	}
	recorded, err := c.recorded()
	if !c.report.check(c.name, "recorded scores", err, "%d", len(recorded)) {
		return
	}
	c.vectors(m, recorded)
	c.info(m)
	c.endToEnd(m, recorded)
}

// load takes the file the whole way of an import.
func (c *comparer) load(dir string) (*model.Model, error) {
	data, err := os.ReadFile(c.file)
	if err != nil {
		return nil, err
	}
	draft, err := bundle.Revscoring(data, bundle.Options{File: c.name, Wiki: "anywiki", Name: "model", Dictionaries: c.dictionaries})
	if err != nil {
		return nil, err
	}
	if err := model.Write(dir, draft); err != nil {
		return nil, err
	}
	m, err := model.Load(os.DirFS(dir), ".", model.NewLibrary(c.dictionaries))
	if err != nil {
		return nil, err
	}
	return m, m.Verify()
}

func summary(m *model.Model) string {
	if m == nil {
		return ""
	}
	return fmt.Sprintf("%s, %d features, version %s", m.Estimator(), len(m.Features()), m.Version())
}

func (c *comparer) recorded() ([]line, error) {
	list, err := readLines(stem(c.file) + ".scores.jsonl.gz")
	if err == nil && len(list) == 0 {
		err = errors.New("none: nothing was compared")
	}
	return list, err
}

func (c *comparer) vectors(m *model.Model, recorded []line) {
	var worst float64
	var first error
	for i, l := range recorded {
		got, err := m.Score(0, l.values)
		var d float64
		if err == nil {
			d, err = difference(got, l.Score, withinVector)
		}
		worst = max(worst, d)
		if err != nil && first == nil {
			first = fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	c.report.vectors += len(recorded)
	c.report.largestVector = max(c.report.largestVector, worst)
	c.report.check(c.name, "vectors", first, "%d scored, largest difference %.3g", len(recorded), worst)
}

// difference is the largest of the probabilities', and what is not equal.
func difference(got, want event.Score, within float64) (largest float64, err error) {
	if !reflect.DeepEqual(got.Prediction, want.Prediction) {
		return 0, fmt.Errorf("prediction is %v, the original's is %v", got.Prediction, want.Prediction)
	}
	if len(got.Probability) != len(want.Probability) {
		return 0, fmt.Errorf("probabilities of %d labels, the original has %d", len(got.Probability), len(want.Probability))
	}
	for label, p := range want.Probability {
		q, ok := got.Probability[label]
		d := math.Abs(p - q)
		if !ok || !(d <= within) {
			return d, fmt.Errorf("probability of %s is %v, the original's is %v", label, q, p)
		}
		largest = max(largest, d)
	}
	return largest, nil
}

// info compares the document of the model's information, byte by byte but for the
// white space at its end.
func (c *comparer) info(m *model.Model) {
	want, err := os.ReadFile(stem(c.file) + ".info.json")
	if errors.Is(err, os.ErrNotExist) {
		return // of other releases none is recorded
	}
	var got []byte
	if err == nil {
		got, err = m.Info().FormatJSONIndent(indent(want))
	}
	if err == nil && !bytes.Equal(bytes.TrimSpace(got), bytes.TrimSpace(want)) {
		err = firstDifference(string(got), string(want))
	}
	c.report.check(c.name, "information", err, "%d bytes equal", len(want))
}

// indent is that of the document's second line.
func indent(document []byte) string {
	_, second, _ := bytes.Cut(document, []byte("\n"))
	return string(second[:len(second)-len(bytes.TrimLeft(second, " "))])
}

func firstDifference(got, want string) error {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Errorf("line %d is %.80q, the original's is %.80q", i+1, g[i], w[i])
		}
	}
	return fmt.Errorf("%d lines, the original's has %d (%d)", len(g), len(w), cmp.Compare(len(g), len(w)))
}
