package feature

import (
	"encoding/json"
	"testing"
)

func TestValue(t *testing.T) {
	for _, test := range []struct {
		value Value
		json  string
		float float64
	}{
		{IntValue(12), "12", 12}, {IntValue(-3), "-3", -3}, {Value{}, "0", 0},
		{BoolValue(true), "true", 1}, {BoolValue(false), "false", 0},
		{FloatValue(12), "12.0", 12}, {FloatValue(0), "0.0", 0}, {FloatValue(-0.5), "-0.5", -0.5},
		{FloatValue(-2.333333333333333), "-2.333333333333333", -2.333333333333333},
		{FloatValue(0.0001), "0.0001", 0.0001}, {FloatValue(0.00001), "1e-05", 0.00001},
		{FloatValue(9999999999999998), "9999999999999998.0", 9999999999999998},
		{FloatValue(1e16), "1e+16", 1e16}, {FloatValue(1.5e300), "1.5e+300", 1.5e300}, {FloatValue(5e-324), "5e-324", 5e-324},
	} {
		got, err := json.Marshal(test.value)
		if string(got) != test.json || err != nil || test.value.Float() != test.float {
			t.Errorf("%+v is %s, %v, error %v; want %s, %v", test.value, got, test.value.Float(), err, test.json, test.float)
		}
	}
	zero := 0.0
	for text, f := range map[string]float64{"Infinity": 1 / zero, "-Infinity": -1 / zero, "NaN": zero / zero} {
		if got, err := json.Marshal(FloatValue(f)); err == nil {
			t.Errorf("%v is written as %s", f, got)
		}
		if got := FloatValue(f).String(); got != text {
			t.Errorf("%v prints as %s, want %s", f, got, text)
		}
	}
}
