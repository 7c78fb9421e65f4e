package numpy_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"revscore/internal/pickle"
	"revscore/internal/revscoring/numpy"
)

// recorded are the cases that tools/sklearn/arrays.py wrote, by numpy 1 and 2.
func recorded(t testing.TB) map[string][]pickle.Fields {
	t.Helper()
	files, err := filepath.Glob("testdata/*.pickle")
	if err != nil || len(files) == 0 {
		t.Fatalf("testdata: %v, %d files", err, len(files))
	}
	all := make(map[string][]pickle.Fields)
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		v, err := pickle.Load(f)
		f.Close()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, item := range v.(*pickle.List).Items {
			c, err := pickle.Attributes(item)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			all[name] = append(all[name], c)
		}
	}
	return all
}

// TestRecorded reads every type, order and protocol.
func TestRecorded(t *testing.T) {
	for file, cases := range recorded(t) {
		for _, c := range cases {
			name, _ := c.String("name")
			t.Run(file+"/"+name, func(t *testing.T) {
				got, err := read(c)
				if c.Has("refused") {
					if err == nil {
						t.Fatalf("read as %v, must be refused", got)
					}
					return
				}
				want, wantErr := c.Items("items")
				if err != nil || wantErr != nil {
					t.Fatal(err, wantErr)
				}
				if !reflect.DeepEqual(got, want) && len(got)+len(want) > 0 {
					t.Errorf("got %v, want %v", got, want)
				}
			})
		}
	}
}

func read(c pickle.Fields) ([]any, error) {
	if c.Has("scalar") {
		v, err := numpy.Scalar(c.Get("scalar"))
		return []any{v}, err
	}
	a, err := numpy.ReadArray(c.Get("array"))
	if err != nil {
		return nil, err
	}
	if c.Has("shape") {
		if err := sameShape(c, a.Shape); err != nil {
			return nil, err
		}
	}
	if c.Has("field") {
		field, err := c.String("field")
		if err != nil {
			return nil, err
		}
		if a, err = a.Field(field); err != nil {
			return nil, err
		}
	}
	return a.Values()
}

func sameShape(c pickle.Fields, got []int) error {
	want, err := c.Items("shape")
	if err != nil {
		return err
	}
	for i, n := range got {
		if len(want) != len(got) || want[i] != int64(n) {
			return fmt.Errorf("shape is %v, must be %v", got, want)
		}
	}
	return nil
}

// TestGetters says which getters read which types: numbers as floats, integers and bools
// as ints, neither of them texts.
func TestGetters(t *testing.T) {
	for file, cases := range recorded(t) {
		for _, c := range cases {
			a, err := numpy.ReadArray(c.Get("array"))
			if err != nil || c.Has("refused") {
				continue
			}
			name := file + " " + a.Type.String()
			number, whole := false, false
			switch a.Type.Kind {
			case 'f':
				number = true
			case 'i', 'u', 'b':
				number, whole = true, true
			}
			floats, err := a.Floats()
			if inexact := name == file+" i8" && err != nil; (err == nil) != number && !inexact {
				t.Errorf("%s: Floats: %v", name, err)
			}
			ints, err := a.Ints()
			if (err == nil) != whole {
				t.Errorf("%s: Ints: %v", name, err)
			}
			for i := range min(len(ints), len(floats)) {
				if float64(ints[i]) != floats[i] {
					t.Errorf("%s: item %d is %d and %v", name, i, ints[i], floats[i])
				}
			}
			if _, err := a.Objects(); (err == nil) != (a.Type.Kind == 'O') {
				t.Errorf("%s: Objects: %v", name, err)
			}
		}
	}
}

func dtype(name, order string, rest ...any) *pickle.Object {
	state := append([]any{int64(3), order}, rest...)
	for len(state) < 8 {
		state = append(state, nil)
	}
	return &pickle.Object{
		Class: &pickle.Global{Module: "numpy", Name: "dtype"}, Args: []any{name, false, true},
		State: &pickle.Tuple{Items: state},
	}
}

func array(dtype any, data any, shape ...any) *pickle.Object {
	return &pickle.Object{
		Class: &pickle.Global{Module: "numpy._core.multiarray", Name: "_reconstruct"},
		Args:  []any{&pickle.Global{Module: "numpy", Name: "ndarray"}},
		State: &pickle.Tuple{Items: []any{int64(1), &pickle.Tuple{Items: shape}, dtype, false, data}},
	}
}

// TestRefused is arrays that no numpy writes.
func TestRefused(t *testing.T) {
	record := func(offset any) *pickle.Object {
		fields := &pickle.Dict{Entries: []pickle.Entry{{Key: "a", Value: &pickle.Tuple{Items: []any{dtype("f8", "<"), offset}}}}}
		return dtype("V16", "|", nil, &pickle.Tuple{Items: []any{"a"}}, fields)
	}
	eight := pickle.Bytes(make([]byte, 8))
	f := func(name string, v any) {
		t.Helper()
		if a, err := numpy.ReadArray(v); err == nil {
			t.Errorf("%s: read as %v", name, a)
		}
	}
	f("not an array", "x")
	f("too few bytes", array(dtype("f8", "<"), eight, int64(2)))
	f("too many bytes", array(dtype("f8", "<"), eight, int64(0)))
	f("odd bytes", array(dtype("f8", "<"), pickle.Bytes("123"), int64(1)))
	f("overflow", array(dtype("f8", "<"), eight, int64(math.MaxInt64), int64(4)))
	f("nothing times all", array(dtype("f8", "<"), pickle.Bytes{}, int64(1)<<40, int64(0)))
	f("negative", array(dtype("f8", "<"), eight, int64(-1), int64(-1)))
	f("dimension is a float", array(dtype("f8", "<"), eight, 1.0))
	f("bytes for objects", array(dtype("O8", "|"), eight, int64(1)))
	f("list for floats", array(dtype("f8", "<"), &pickle.List{Items: []any{1.0}}, int64(1)))
	f("no data", array(dtype("f8", "<"), nil, int64(1)))
	f("unknown order", array(dtype("f8", "!"), eight, int64(1)))
	f("native order", array(dtype("f8", "="), eight, int64(1)))
	f("unknown type", array(dtype("q8", "<"), eight, int64(1)))
	f("no size", array(dtype("f", "<"), eight, int64(1)))
	f("huge size", array(dtype("U1000000000000", "<"), eight, int64(1)))
	f("no bytes an item", array(dtype("U0", "<"), pickle.Bytes{}, int64(0)))
	f("field beyond the end", array(record(int64(9)), pickle.Bytes(make([]byte, 16)), int64(1)))
	f("field before the start", array(record(int64(-1)), pickle.Bytes(make([]byte, 16)), int64(1)))
	wide := func(n int) *pickle.Object {
		names, fields := &pickle.Tuple{}, &pickle.Dict{}
		for i := range n {
			names.Items = append(names.Items, fmt.Sprint(i))
			fields.Entries = append(fields.Entries, pickle.Entry{Key: fmt.Sprint(i), Value: &pickle.Tuple{Items: []any{dtype("f8", "<"), int64(0)}}})
		}
		return array(dtype("V16", "|", nil, names, fields), pickle.Bytes(make([]byte, 16)), int64(1))
	}
	f("65 fields", wide(65))
	if _, err := numpy.ReadArray(wide(64)); err != nil {
		t.Errorf("64 fields: %v", err)
	}
	f("field's offset", array(record("0"), pickle.Bytes(make([]byte, 16)), int64(1)))
	buffer := func(args ...any) *pickle.Object {
		return &pickle.Object{Class: &pickle.Global{Module: "numpy.core.numeric", Name: "_frombuffer"}, Args: args}
	}
	one := &pickle.Tuple{Items: []any{int64(1)}}
	f("buffer without order", buffer(eight, dtype("f8", "<"), one))
	f("buffer in another order", buffer(eight, dtype("f8", "<"), one, "A"))
	f("buffer with axes", buffer(eight, dtype("f8", "<"), one, "C", one))
	f("array without state", &pickle.Object{Class: array(nil, nil).Class, Args: array(nil, nil).Args})
	if _, err := numpy.ReadArray(buffer(eight, dtype("f8", "<"), one, "F", nil)); err != nil {
		t.Errorf("a sound buffer: %v", err)
	}
	if _, err := numpy.ReadArray(array(record(int64(8)), pickle.Bytes(make([]byte, 16)), int64(1))); err != nil {
		t.Errorf("a sound record: %v", err)
	}
}

// FuzzArray: an array that is read has as many items as its shape says, and its getters
// do not run over, whatever the pickle.
func FuzzArray(f *testing.F) {
	files, err := filepath.Glob("testdata/*.pickle")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := pickle.DefaultLimits().Parse(data)
		if err != nil {
			return
		}
		list, ok := file.Value.(*pickle.List)
		if !ok {
			return
		}
		for _, item := range list.Items {
			c, err := pickle.Attributes(item)
			if err != nil {
				continue
			}
			a, err := numpy.ReadArray(c.Get("array"))
			if err != nil {
				continue
			}
			if values, err := a.Values(); err == nil && len(values) != a.Len() {
				t.Fatalf("%d values of %d", len(values), a.Len())
			}
			if values, err := a.Floats(); err == nil && len(values) != a.Len() {
				t.Fatalf("%d floats of %d", len(values), a.Len())
			}
			for _, field := range a.Type.Fields {
				if _, err := a.Field(field.Name); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
