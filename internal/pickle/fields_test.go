package pickle_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"revscore/internal/pickle"
)

func dict(items ...any) *pickle.Dict {
	d := &pickle.Dict{}
	for i := 0; i < len(items); i += 2 {
		d.Entries = append(d.Entries, pickle.Entry{Key: items[i], Value: items[i+1]})
	}
	return d
}

func object(state any) *pickle.Object {
	return &pickle.Object{Class: &pickle.Global{Module: "m", Name: "C"}, State: state}
}

func TestAttributesOfEveryState(t *testing.T) {
	cases := []struct {
		name string
		v    any
		want string
	}{
		{"none", object(nil), ""},
		{"dict", object(dict("b", int64(1), "a", int64(2))), "a b"},
		{"slots", object(&pickle.Tuple{Items: []any{nil, dict("s", nil)}}), "s"},
		{"slots and dict", object(&pickle.Tuple{Items: []any{dict("d", nil), dict("s", nil)}}), "d s"},
		{"plain dict", dict("k", nil), "k"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f, err := pickle.Attributes(c.v)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(f.Names(), " "); got != c.want {
				t.Errorf("names %q, want %q", got, c.want)
			}
		})
	}
}

func TestAttributesRefused(t *testing.T) {
	var many []any
	for i := range 1001 {
		many = append(many, fmt.Sprint(i), nil)
	}
	cases := []struct {
		v    any
		want string
	}{
		{object(dict(many...)), "m.C has 1001 attributes, at most 1000"},
		{object(&pickle.Tuple{Items: []any{nil, dict(many...)}}), "m.C has 1001 attributes, at most 1000"},
		{nil, "is None, must be an object"},
		{&pickle.List{}, "is a list, must be an object"},
		{object("x"), "m.C has a state that is a str, must be a dict"},
		{object(&pickle.Tuple{Items: []any{nil}}), "m.C has a state that is a tuple"},
		{object(&pickle.Tuple{Items: []any{nil, "x"}}), "has a state with a str"},
		{object(dict(int64(1), nil)), "has an attribute whose name is an int"},
	}
	for _, c := range cases {
		if _, err := pickle.Attributes(c.v); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want an error with %q", err, c.want)
		}
	}
}

func TestGetters(t *testing.T) {
	outer, err := pickle.Attributes(object(dict(
		"init_", object(dict(
			"text", "a", "int", int64(3), "float", 0.5, "bool", true, "none", nil,
			"big", new(big.Int).Lsh(big.NewInt(1), 80), "list", &pickle.List{Items: []any{"x"}},
			"text", "the last counts",
		)),
	)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := outer.Named("estimator").Attributes("init_")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := f.String("text"); s != "the last counts" || err != nil {
		t.Errorf("text is %q, %v", s, err)
	}
	if n, err := f.Int("int"); n != 3 || err != nil {
		t.Errorf("int is %d, %v", n, err)
	}
	if x, err := f.Float("int"); x != 3 || err != nil {
		t.Errorf("int as a float is %v, %v", x, err)
	}
	if items, err := f.Items("list"); !slices.Equal(items, []any{"x"}) || err != nil {
		t.Errorf("list is %v, %v", items, err)
	}
	if name, v, err := f.First("float_", "float"); name != "float" || v != 0.5 || err != nil {
		t.Errorf("first is %s %v, %v", name, v, err)
	}
	if !f.None("none") || !f.None("missing") || !f.Has("none") || f.Has("missing") || f.None("bool") {
		t.Error("None and Has do not tell None from missing")
	}
	refused := []struct {
		err  error
		want string
	}{
		{second(f.String("int")), "estimator.init_.int: is an int, must be a str"},
		{second(f.Int("bool")), "estimator.init_.bool: is a bool, must be an int"},
		{second(f.Int("big")), "estimator.init_.big: is an int of 81 bits, at most 63"},
		{second(f.Float("text")), "estimator.init_.text: is a str, must be a float"},
		{second(f.Items("none")), "estimator.init_.none: is None, must be a list"},
		{second(f.Dict("missing")), "estimator.init_.missing: is missing"},
		{second(f.Object("list")), "estimator.init_.list: is a list, must be an object"},
		{second(f.Attributes("text")), "estimator.init_.text: is a str, must be an object"},
	}
	for _, r := range refused {
		if r.err == nil || r.err.Error() != r.want {
			t.Errorf("got %v, want %s", r.err, r.want)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestGlobalIs(t *testing.T) {
	cases := []struct {
		g    pickle.Global
		name string
		want bool
	}{
		{pickle.Global{Module: "__builtin__", Name: "long"}, "builtins.int", true},
		{pickle.Global{Module: "__builtin__", Name: "set"}, "builtins.set", true},
		{pickle.Global{Module: "copy_reg", Name: "_reconstructor"}, "copyreg._reconstructor", true},
		{pickle.Global{Module: "numpy._core.multiarray", Name: "scalar"}, "numpy.core.multiarray.scalar", true},
		{pickle.Global{Module: "numpy._corelike", Name: "scalar"}, "numpy.corelike.scalar", false},
		{pickle.Global{Module: "builtins", Name: "len"}, "builtins.int", false},
	}
	for _, c := range cases {
		if got := c.g.Is("other.name", c.name); got != c.want {
			t.Errorf("%s is %s: %v", &c.g, c.name, got)
		}
	}
	var none *pickle.Global
	if none.Is("builtins.int") {
		t.Error("no name is a name")
	}
}
