package event

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"
)

// What is appended by hand is what encoding/json writes.
func FuzzAppend(f *testing.F) {
	f.Add("plain", 0.5)
	f.Add("<&>\"\\\x00\x1f\x7f\b\f\n\r\t\u2028\u2029\xff\xed\xa0\x80é漢😀", 1e-9)
	f.Add("", math.Copysign(0, -1))
	f.Fuzz(func(t *testing.T, s string, p float64) {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(s); err != nil {
			t.Fatal(err)
		}
		if got := append(appendString(nil, s), '\n'); !bytes.Equal(got, want.Bytes()) {
			t.Fatalf("%q is written %s, want %s", s, got, want.Bytes())
		}
		data, err := appendProbabilities(nil, map[string]float64{"p": p})
		if math.IsNaN(p) || math.IsInf(p, 0) {
			if err == nil {
				t.Fatalf("%v was written as %s", p, data)
			}
			return
		}
		var back map[string]float64
		if err := json.Unmarshal(data, &back); err != nil || back["p"] != p {
			t.Fatalf("%v is written %s and reads back as %v, %v", p, data, back, err)
		}
	})
}
