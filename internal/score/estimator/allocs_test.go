//go:build !race

package estimator

import "testing"

// The race detector has pools lose one thing in four, so this file is not for it.

func TestPredictDoesNotAllocate(t *testing.T) {
	recorded(t, func(t *testing.T, _ *Spec, e *Estimator, rows []row) {
		p, chosen := make([]float64, len(e.Classes())), make([]bool, len(e.Classes()))
		if n := testing.AllocsPerRun(100, func() {
			if err := e.Predict(rows[0].Features, p, chosen); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%v allocations a prediction", n)
		}
	})
}
