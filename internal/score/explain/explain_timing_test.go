package explain

import "testing"

// One explanation of boosting as in the damaging models, and of deep trees.
func BenchmarkExplain(b *testing.B) {
	for name, spec := range map[string]struct{ trees, features, depth int }{"700x5": {700, 80, 5}, "50x14": {50, 80, 14}} {
		b.Run(name, func(b *testing.B) {
			_, x := explainer(b, boosted(spec.trees, spec.features, spec.depth))
			values := make([]float64, spec.features)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := x.Explain(values, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
