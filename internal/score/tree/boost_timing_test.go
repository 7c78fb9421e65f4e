package tree

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"
)

// The bundle that ships with the program: 700 trees of depth 5, and the vectors
// recorded with it.
const bundle = "../../../models/enwiki.reverted/"

func BenchmarkPredict(b *testing.B) {
	boost, rows := readBundle(b)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := boost.Predict(rows[i]); err != nil {
			b.Fatal(err)
		}
		i = (i + 1) % len(rows)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "predictions/s")
}

func BenchmarkReadBoost(b *testing.B) {
	data, err := os.ReadFile(bundle + "estimator.json")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadBoost(data); err != nil {
			b.Fatal(err)
		}
	}
}

func readBundle(tb testing.TB) (*Boost, [][]float64) {
	tb.Helper()
	data, err := os.ReadFile(bundle + "estimator.json")
	if err != nil {
		tb.Fatal(err)
	}
	boost, err := ReadBoost(data)
	if err != nil {
		tb.Fatal(err)
	}
	file, err := os.Open(bundle + "examples.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	var rows [][]float64
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var row struct{ Features []any }
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			tb.Fatal(err)
		}
		values := make([]float64, len(row.Features))
		for i, v := range row.Features {
			switch v := v.(type) {
			case float64:
				values[i] = v
			case bool:
				if v {
					values[i] = 1
				}
			}
		}
		rows = append(rows, values)
	}
	if len(rows) == 0 {
		tb.Fatal("no examples")
	}
	return boost, rows
}
