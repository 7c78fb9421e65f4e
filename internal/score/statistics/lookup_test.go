package statistics

import (
	"strings"
	"testing"
)

func TestLookupJSON(t *testing.T) {
	var observations []Observation
	for _, o := range []struct {
		p     float64
		label bool
	}{{0.1, false}, {0.2, false}, {0.4, true}, {0.6, false}, {0.8, true}, {0.9, true}} {
		observations = append(observations, Observation{Prediction: o.p > 0.5, Label: o.label, Probability: []float64{1 - o.p, o.p}})
	}
	fitted, err := Fit(Options{Labels: []any{false, true}, Probabilities: true, ThresholdDigits: 3}, observations)
	if err != nil {
		t.Fatal(err)
	}
	info := NewInfo(Entry{"type", "Ä \"T\""}, Entry{"version", nil}, Entry{"statistics", fitted})
	for path, want := range map[string]string{
		"type":                            `"\u00c4 \"T\""`, // as json.dumps
		"version":                         `null`,
		"statistics.counts.n":             `6`,
		"statistics.accuracy.labels.true": `0.6666666666666666`,
		`statistics.thresholds.true."maximum recall @ precision >= 0.75"`: `0.4`,
		`statistics.thresholds.true."maximum recall @ precision >= 1.5"`:  `null`,
		"statistics.rates": `{"sample": {"false": 0.5, "true": 0.5}}`,
	} {
		got, err := info.LookupJSON([]string{path})
		if err != nil || string(got) != want {
			t.Errorf("%s is %s, %v, want %s", path, got, err, want)
		}
	}
	got, err := info.LookupJSON([]string{"version", "statistics.thresholds.true", "statistics.counts.n"})
	if lines := strings.Split(string(got), "\n"); err != nil || len(lines) != 3 || lines[0] != "null" || !strings.HasPrefix(lines[1], "[{") || lines[2] != "6" {
		t.Errorf("%v: %s", err, got)
	}
	for _, path := range []string{"colour", "statistics.colour", "type.of", "statistics..n", `statistics.thresholds.true."as good as can be"`} {
		if got, err := info.LookupJSON([]string{"version", path}); err == nil {
			t.Errorf("%s is %s", path, got)
		}
	}
	if got, err := info.LookupJSON(nil); err != nil || len(got) != 0 {
		t.Errorf("no path: %q, %v", got, err)
	}
}
