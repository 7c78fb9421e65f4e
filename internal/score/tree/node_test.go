package tree

import (
	"fmt"
	"testing"
)

// What is read back node by node is what went in, whatever the order in which it is
// laid out.
func TestNodes(t *testing.T) {
	covered, leaf := small(), Columns{Feature: []int32{Leaf}, Threshold: []float64{0}, Left: []uint32{0}, Right: []uint32{0}}
	covered.Cover, leaf.Cover = []float64{10, 4, 6, 1, 5}, []float64{3}
	f, err := New([]Columns{covered, leaf, covered, leaf, covered}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if !f.Covered() {
		t.Fatal("not covered")
	}
	number := uint32(0)
	var text func(i uint32) string
	text = func(i uint32) string {
		n := f.Node(i)
		if n.Feature == Leaf {
			number++
			if n.Number != number-1 {
				t.Errorf("leaf %d comes as number %d", n.Number, number-1)
			}
			return fmt.Sprint(f.Cover(i))
		}
		return fmt.Sprintf("%v(x%d<=%v %s %s)", f.Cover(i), n.Feature, n.Threshold, text(n.Left), text(n.Left+1))
	}
	for i := range f.Trees() {
		want := "10(x0<=1.5 4 6(x1<=0 1 5))"
		if i%2 == 1 {
			want = "3"
		}
		if got := text(f.Root(i)); got != want {
			t.Errorf("tree %d is %s, want %s", i, got, want)
		}
	}
}

func TestCoverOfAllOrNone(t *testing.T) {
	covered := small()
	covered.Cover = make([]float64, 5)
	if f, err := New([]Columns{covered, small()}, 2); err != nil || f.Covered() {
		t.Errorf("covered without one tree's: %v", err)
	}
}
