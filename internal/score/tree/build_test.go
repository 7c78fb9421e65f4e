package tree

import (
	"math"
	"strings"
	"testing"
)

// small is two features: x0 <= 1.5 ? leaf 0 : (x1 <= 0 ? leaf 1 : leaf 2).
func small() Columns {
	return Columns{
		Feature: []int32{0, Leaf, 1, Leaf, Leaf}, Threshold: []float64{1.5, 0, 0, 0, 0},
		Left: []uint32{1, 0, 3, 0, 0}, Right: []uint32{2, 0, 4, 0, 0},
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		damage func(*Columns)
		want   string
	}{
		{func(c *Columns) { *c = Columns{} }, "no nodes"},
		{func(c *Columns) { c.Left = c.Left[:4] }, "columns differ in length: feature 5, threshold 5, left 4, right 5"},
		{func(c *Columns) { c.Cover = []float64{1} }, "cover of 1 numbers for 5 nodes"},
		{func(c *Columns) { c.Feature[2] = 2 }, "node 2: feature 2 of 2"},
		{func(c *Columns) { c.Feature[2] = -2 }, "node 2: feature -2 of 2"},
		{func(c *Columns) { c.Feature[2] = Leaf }, "node 2: a leaf with a threshold or children"},
		{func(c *Columns) { c.Threshold[1] = 1 }, "node 1: a leaf with a threshold or children"},
		{func(c *Columns) { c.Threshold[0] = math.NaN() }, "node 0: threshold of NaN is not finite"},
		{func(c *Columns) { c.Threshold[0] = math.Inf(1) }, "node 0: threshold of +Inf is not finite"},
		{func(c *Columns) { c.Left[2] = 5 }, "node 2: child 5 of 5 nodes"},
		{func(c *Columns) { c.Right[2] = math.MaxUint32 }, "node 2: child 4294967295 of 5 nodes"},
		{func(c *Columns) { c.Left[2] = 2 }, "node 2: a second parent"},
		{func(c *Columns) { c.Left[2] = 0 }, "node 0: a second parent"},
		{func(c *Columns) { c.Left[2] = 4 }, "node 4: a second parent"},
		{func(c *Columns) { c.Right[0] = 3 }, "2 of 5 nodes have no way from the root"},
	} {
		damaged := small()
		c.damage(&damaged)
		_, err := New([]Columns{small(), damaged}, 2)
		if err == nil || err.Error() != "tree 1: "+strings.TrimPrefix(c.want, "tree 1: ") {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	if _, err := New(nil, 2); err == nil || err.Error() != "no trees" {
		t.Errorf("error %v", err)
	}
	for _, features := range []int{0, MaxFeatures + 1} {
		if _, err := New([]Columns{small()}, features); err == nil || !strings.Contains(err.Error(), "must be 1 to 1024") {
			t.Errorf("%d features: error %v", features, err)
		}
	}
}

func TestNewBoundsDepthAndNodes(t *testing.T) {
	if _, err := New([]Columns{chain(MaxDepth)}, 1); err != nil {
		t.Error(err)
	}
	_, err := New([]Columns{chain(MaxDepth + 1)}, 1)
	if err == nil || !strings.Contains(err.Error(), "deeper than 1024") {
		t.Errorf("error %v", err)
	}
	many := make([]Columns, MaxNodes/2000)
	for i := range many {
		many[i] = chain(1000) // 2,001 nodes
	}
	_, err = New(many, 1)
	if err == nil || !strings.Contains(err.Error(), "more than 4194304 nodes") {
		t.Errorf("error %v", err)
	}
}

// The order of nodes is free but for the root.
func TestNewTakesAnyOrder(t *testing.T) {
	f, err := New([]Columns{{
		Feature: []int32{0, Leaf, Leaf, Leaf, 1}, Threshold: []float64{1.5, 0, 0, 0, 0},
		Left: []uint32{3, 0, 0, 0, 2}, Right: []uint32{4, 0, 0, 0, 1},
	}}, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		x    [2]float32
		want uint32
	}{{[2]float32{1, 0}, 2}, {[2]float32{2, 0}, 1}, {[2]float32{2, 1}, 0}} {
		var x Vector
		copy(x[:], c.x[:])
		leaf := []uint32{9}
		if f.Walk(&x, leaf); leaf[0] != c.want {
			t.Errorf("%v: leaf %d, want %d", c.x, leaf[0], c.want)
		}
	}
}

func TestFloor32(t *testing.T) {
	for _, v := range []float64{0, 1.5, 0.1, -0.1, 1e-50, -1e-50, 1e300, -1e300, math.MaxFloat32} {
		f := floor32(v)
		next := math.Nextafter32(f, float32(math.Inf(1)))
		if float64(f) > v || (float64(next) <= v && f != next) {
			t.Errorf("floor32(%v) = %v, next %v", v, f, next)
		}
	}
}

// chain is the most lopsided tree: every left child is a leaf.
func chain(depth int) Columns {
	n := 2*depth + 1
	c := Columns{Feature: make([]int32, n), Threshold: make([]float64, n), Left: make([]uint32, n), Right: make([]uint32, n)}
	for i := range n {
		c.Feature[i] = Leaf
	}
	for i := 0; i < n-1; i += 2 {
		c.Feature[i], c.Left[i], c.Right[i] = 0, uint32(i+1), uint32(i+2)
		c.Threshold[i] = float64(i)
	}
	return c
}
