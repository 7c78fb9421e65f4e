//go:build !race

package explain

import "testing"

// What is returned is all that is allocated.
func TestAllocations(t *testing.T) {
	_, x := explainer(t, boosted(20, 10, 6))
	values := make([]float64, 10)
	if n := testing.AllocsPerRun(100, func() {
		if _, err := x.Explain(values, 1); err != nil {
			t.Fatal(err)
		}
	}); n > 1 {
		t.Errorf("%v allocations", n)
	}
}
