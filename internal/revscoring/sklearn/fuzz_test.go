package sklearn

import (
	"testing"

	"revscore/internal/pickle"
	"revscore/internal/score/estimator"
)

// slots are all places of a value that can be replaced.
func slots(v any) []*any {
	var out []*any
	seen := make(map[any]bool)
	var walk func(v any)
	each := func(items []any) {
		for i := range items {
			out = append(out, &items[i])
			walk(items[i])
		}
	}
	walk = func(v any) {
		switch v := v.(type) {
		case *pickle.Tuple:
			if !seen[v] {
				seen[v] = true
				each(v.Items)
			}
		case *pickle.List:
			if !seen[v] {
				seen[v] = true
				each(v.Items)
			}
		case *pickle.Dict:
			if !seen[v] {
				seen[v] = true
				for i := range v.Entries {
					out = append(out, &v.Entries[i].Value)
					walk(v.Entries[i].Value)
				}
			}
		case *pickle.Object:
			if !seen[v] {
				seen[v] = true
				each(v.Args)
				out = append(out, &v.State)
				walk(v.State)
			}
		}
	}
	walk(v)
	return out
}

// FuzzRead replaces a value somewhere in a case by another. The law: it is refused, here
// or by the estimator, or its predictions are probabilities or an error, never a panic.
func FuzzRead(f *testing.F) {
	data := unzip(f, "testdata/1.5.2.pickle.gz")
	for i := range 28 {
		f.Add(uint8(i), uint16(7*i), uint8(i), uint16(11*i))
	}
	f.Fuzz(func(t *testing.T, which uint8, at uint16, what uint8, from uint16) {
		cases := parse(t, data)
		c := cases[int(which)%len(cases)]
		src, err := source(c)
		if err != nil {
			t.Fatal(err)
		}
		src.Features = 5
		all := slots(&pickle.Tuple{Items: []any{src.Estimator, src.Scaler}})
		for _, e := range src.Estimators {
			all = append(all, slots(e.Estimator)...)
		}
		values := []any{nil, true, int64(-1), int64(1) << 40, -0.5, "x", pickle.Bytes("12345678"), *all[int(from)%len(all)]}
		*all[int(at)%len(all)] = values[int(what)%len(values)]
		spec, err := Read(src)
		if err != nil {
			return
		}
		e, err := estimator.New(spec)
		if err != nil {
			return
		}
		p, chosen := make([]float64, len(spec.Classes)), make([]bool, len(spec.Classes))
		if e.Predict([]float64{0.5, -3, 0, 2, 1}, p, chosen) != nil {
			return
		}
		for _, v := range p {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("%v: probabilities %v", c.Get("name"), p)
			}
		}
	})
}
