package main

import (
	"errors"
	"math"
	"testing"
)

func TestCompareValues(t *testing.T) {
	for _, test := range []struct {
		want, got string
		equal     bool
		distance  float64
	}{
		{"1", "1", true, 0},
		{"1", "2", false, 0.5},
		{"1", "1.0", false, 0}, // an int is no float
		{"1.0", "1", false, 0},
		{"true", "true", true, 0},
		{"true", "false", false, 0},
		{"true", "1", false, 0},
		{"1.0", "1.0000000000000002", true, 2.220446049250313e-16},
		{"1000000000.0", "1000000001.0", true, 9.99999971718e-10},
		{"1000000000.0", "1000000002.0", false, 1.99999998784e-9},
		{"-1e-05", "1e-05", false, 2},
		{"1e+308", "-1e+308", false, 2},
		{"0.0", "-0.0", true, 0},
		{"0.0", "5e-324", false, 1},
		{"NaN", "NaN", true, 0},
		{"1.0", "Infinity", false, math.Inf(1)},
		{"1.0", "NaN", false, math.Inf(1)},
		{"null", "0", false, 0},
	} {
		got := compareValues(test.want, test.got)
		if got.equal != test.equal || math.Abs(got.distance-test.distance) > 1e-15 {
			t.Errorf("%s and %s: %+v, want %v and %v", test.want, test.got, got, test.equal, test.distance)
		}
	}
}

func TestErrorsMatchErrors(t *testing.T) {
	const recorded = `{"error": "TypeError: x"}`
	ours := errors.New("no text")
	for _, test := range []struct {
		want  string
		got   outcome
		equal bool
	}{
		{recorded, outcome{err: ours}, true},
		{recorded, outcome{value: "0"}, false},
		{"0", outcome{err: ours}, false},
		{"0", outcome{value: "0"}, true},
	} {
		var c check
		c.addValue(place{}, test.want, test.got)
		if c.compared != 1 || c.equal == 1 != test.equal || len(c.first) == 1 == test.equal {
			t.Errorf("%s and %+v: %+v", test.want, test.got, c)
		}
	}
}

// Whatever the order of the rows and however they are spread over goroutines, the
// first differences are reported.
func TestFirstDifferences(t *testing.T) {
	var a, b check
	for i, at := range []place{{1, 0, "", 5, ""}, {0, 9, "", 4, ""}, {0, 2, "", 2, ""}, {0, 3, "", 3, ""}, {0, 1, "", 1, ""}, {2, 0, "", 6, ""}} {
		c := &a
		if i%2 == 1 {
			c = &b
		}
		c.add(at, verdict{distance: float64(i)}, func() (string, string) { return "", "" })
	}
	a.merge(b)
	if a.compared != 6 || a.equal != 0 || a.largest != 5 || len(a.first) != shown {
		t.Fatalf("%+v", a)
	}
	for i, d := range a.first {
		if d.revID != int64(i+1) {
			t.Errorf("difference %d is of revision %d", i, d.revID)
		}
	}
}

func TestCompareItems(t *testing.T) {
	long := make([]byte, 300)
	for i := range long {
		long[i] = 'a'
	}
	for _, test := range []struct {
		want            string
		got             any
		equal           bool
		wantItem, given string
	}{
		{`["\u00e9", 1, null]`, []any{"é", 1, nil}, true, "", ""},
		{`{"a": 1}`, map[string]int{"a": 1}, true, "", ""},
		{`{"a": 1}`, map[string]int{"a": 2}, false, `{"a":1}`, `{"a":2}`},
		{`[1, [2, 3]]`, []any{1, []int{2, 4}}, false, "item 1: [2,3]", "item 1: [2,4]"},
		{`[1]`, []int{1, 2}, false, "an end after item 1", "item 1: 2"},
		{`"b"`, string(long), false, `"b"`, `"` + string(long[:199]) + "…"},
	} {
		equal, want, got, err := compareItems([]byte(test.want), test.got)
		if err != nil || equal != test.equal || want != test.wantItem || got != test.given {
			t.Errorf("%s: %v, %s, %s, %v", test.want, equal, want, got, err)
		}
	}
	if _, _, _, err := compareItems([]byte("{"), nil); err == nil {
		t.Error("broken JSON is compared")
	}
}
