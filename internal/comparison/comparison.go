package comparison

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"revscore/internal/event"
	"revscore/internal/score/model"
	"revscore/internal/score/statistics"
)

// bins divide the probabilities from 0 to 1.
const bins = 20

// DefaultQueries are operating points in the manner of MediaWiki's ORES extension:
// what may be bad, is likely to be, is very likely to be; and the least work that
// finds most of it.
func DefaultQueries() []string {
	return []string{
		"maximum recall @ precision >= 0.15", "maximum recall @ precision >= 0.45", "maximum recall @ precision >= 0.9",
		"maximum filter_rate @ recall >= 0.75", "maximum filter_rate @ recall >= 0.9",
	}
}

// Comparison counts the scores of two models. It is not safe for concurrent use.
type Comparison struct {
	// Paths are where the two bundles are, for people; two versions of a model have
	// one name.
	Paths [2]string

	a, b     *model.Model
	compared int
	alone    int // scored by one of the two, or neither
	flips    map[[2]string]int
	labels   []*labelled
}

// labelled is what is counted of the probability of one label.
type labelled struct {
	label   string
	points  []*point
	sum     float64 // of the differences
	largest float64
	worst   int64 // revision
	a, b    [bins]int
}

// point is an operating point.
type point struct {
	query string
	a, b  *float64 // thresholds; nil: the model cannot, or does not know
	flips int
}

// New compares models of the same labels: their probabilities, or those of the
// chosen labels alone, and their decisions at the queries.
func New(a, b *model.Model, labels, queries []string) (*Comparison, error) {
	known, other := keys(a), keys(b)
	if !maps.Equal(known, other) {
		return nil, fmt.Errorf("%s has labels %s, %s has %s: their scores cannot be compared", a, list(known), b, list(other))
	}
	c := &Comparison{a: a, b: b, flips: map[[2]string]int{}}
	if len(labels) == 0 {
		labels = shown(a)
	}
	for _, label := range labels {
		if !known[label] {
			return nil, fmt.Errorf("%s has no label %s, but %s", a, Visible(label), list(known))
		}
		l, err := newLabelled(a, b, label, queries)
		if err != nil {
			return nil, err
		}
		c.labels = append(c.labels, l)
	}
	return c, nil
}

func newLabelled(a, b *model.Model, label string, queries []string) (*labelled, error) {
	l := &labelled{label: label}
	for _, query := range queries {
		p := &point{query: query}
		var err error
		if p.a, err = threshold(a, label, query); err == nil {
			p.b, err = threshold(b, label, query)
		}
		if err != nil {
			return nil, err
		}
		l.points = append(l.points, p)
	}
	return l, nil
}

func keys(m *model.Model) map[string]bool {
	set := map[string]bool{}
	for _, label := range m.Labels() {
		set[fmt.Sprint(label)] = true
	}
	return set
}

func list(labels map[string]bool) string {
	visible := slices.Sorted(maps.Keys(labels))
	for i, label := range visible {
		visible[i] = Visible(label)
	}
	return strings.Join(visible, ", ")
}

// shown are all labels, but of false and true the second, which says all.
func shown(m *model.Model) []string {
	var list []string
	for _, label := range m.Labels() {
		if label != false {
			list = append(list, fmt.Sprint(label))
		}
	}
	return list
}

// threshold asks a model's statistics. A model without any has no threshold.
func threshold(m *model.Model, label, query string) (*float64, error) {
	o, err := statistics.ParseOptimization(query)
	if err != nil {
		return nil, fmt.Errorf("operating point %q: %w", query, err)
	}
	t := thresholds(m, label)
	if t == nil {
		return nil, nil
	}
	row, err := t.Optimal(o)
	if err != nil {
		return nil, fmt.Errorf("threshold of %s for %q: %w", m, query, err)
	}
	if row < 0 {
		return nil, nil
	}
	return &t.Rows[row].Threshold, nil
}

// thresholds are those of a label, nil if the model knows none. They are found
// without a path: a label may have dots and quotes.
func thresholds(m *model.Model, label string) *statistics.Thresholds {
	s := m.Info().Statistics()
	if s == nil || s.Thresholds == nil {
		return nil
	}
	for _, e := range s.Thresholds.Entries {
		if t, ok := e.Value.(*statistics.Thresholds); ok && fmt.Sprint(e.Key) == label {
			return t
		}
	}
	return nil
}

// Add counts what both models say of a revision; nil is no score.
func (c *Comparison) Add(revID int64, a, b *event.Score) {
	if !usable(a) || !usable(b) {
		c.alone++
		return
	}
	c.compared++
	if p, q := predicted(a), predicted(b); p != q {
		c.flips[[2]string{p, q}]++
	}
	for _, l := range c.labels {
		l.add(revID, a.Probability[l.label], b.Probability[l.label])
	}
}

// Compared is how many revisions both models scored.
func (c *Comparison) Compared() int { return c.compared }

// usable tells whether there is a score of numbers. The service would not send
// another.
func usable(s *event.Score) bool {
	if s == nil {
		return false
	}
	for _, p := range s.Probability {
		if math.IsNaN(p) || math.IsInf(p, 0) {
			return false
		}
	}
	return true
}

// predicted is a prediction for people. Several labels are sorted: the models may
// have them in different orders.
func predicted(s *event.Score) string {
	labels := s.Labels()
	if len(labels) == 0 {
		return "none"
	}
	slices.Sort(labels)
	for i, label := range labels {
		labels[i] = Visible(label)
	}
	return strings.Join(labels, " + ")
}

func (l *labelled) add(revID int64, a, b float64) {
	d := math.Abs(a - b)
	l.sum += d
	if d > l.largest {
		l.largest, l.worst = d, revID
	}
	l.a[bin(a)]++
	l.b[bin(b)]++
	for _, p := range l.points {
		if p.a != nil && p.b != nil && (a >= *p.a) != (b >= *p.b) {
			p.flips++
		}
	}
}

func bin(p float64) int { return min(max(int(p*bins), 0), bins-1) }
