package estimator

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// file puts a header before data.
func file(header string, data []byte) []byte {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(out, header...), data...)
}

// parts takes a file apart again.
func parts(data []byte) (header string, tensors []byte) {
	n := binary.LittleEndian.Uint64(data)
	return string(data[8 : 8+n]), data[8+n:]
}

func stumpFile(t testing.TB) []byte {
	t.Helper()
	data, err := stump().Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Each case replaces one piece of the header of the stump's file.
func TestDecodeRefusesHeader(t *testing.T) {
	header, data := parts(stumpFile(t))
	f := func(old, repl, want string) {
		t.Helper()
		damaged := strings.Replace(header, old, repl, 1)
		if damaged == header {
			t.Fatalf("%q is not in %s", old, header)
		}
		_, err := Decode(file(damaged, data))
		if err == nil {
			t.Errorf("%s for %s: accepted", repl, old)
		} else if !strings.HasPrefix(err.Error(), "estimator: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s for %s: error %q, want %q", repl, old, err, want)
		}
	}
	f(header, `[]`, "not an object")
	f(header, `{}`, "bytes behind the last tensor")
	f(header[len(header)/2:], "", "header: ")
	f(`"__metadata__"`, `"soil":{"dtype":"F64","shape":[0],"data_offsets":[0,0]},"__metadata__"`, `nothing is known of a tensor "soil"`)
	f(`"__metadata__"`, `"__metadata__":{},"__metadata__"`, "__metadata__ twice")
	f(`"part.0.base"`, `"part.0.threshold"`, `"part.0.threshold" twice`)
	f(`"part.0.base"`, `"part.1.base"`, "part.0.base is missing")
	f(`"format":"1"`, `"format":"2","soil":"loam"`, "format 2 is newer than 1")
	f(`"format":"1"`, `"format":"0"`, `format is "0"`)
	f(`"format":"1"`, `"format":1`, "cannot unmarshal number")
	f(`"format":"1"`, `"format":"1","soil":"loam"`, `nothing is known of "soil"`)
	f(`,"format":"1"`, ``, "format is missing")
	f(`\"multilabel\":false,`, ``, "multilabel is missing")
	f(`\"multilabel\"`, `\"Multilabel\"`, "multilabel is missing")
	f(`\"multilabel\":false`, `\"multilabel\":null`, "multilabel is null")
	f(`\"multilabel\":false`, `\"multilabel\":false,\"soil\":1`, `unknown field "soil"`)
	f(`[false,true]`, `[1,1.5]`, "class 1 is 1.5, must be a whole number")
	f(`\"rate\":0.5,`, ``, "part 0: rate is missing")
	// The last of two keys won, and one in another case overwrote the one that is known.
	f(`\"rate\":0.5,`, `\"rate\":0.1,\"rate\":0.5,`, `part 0: "rate" twice`)
	f(`\"rate\":0.5,`, `\"rate\":0.1,\"Rate\":0.5,`, `part 0: nothing is known of "Rate"`)
	f(`\"rate\":0.5`, `\"rate\":1e999`, "cannot unmarshal number 1e999")
	f(`\"kind\":\"ensemble\"`, `\"kind\":\"perceptron\"`, `part 0: kind is "perceptron"`)
	f(`"dtype":"F64"`, `"dtype":"F32"`, `dtype is "F32"`)
	f(`"dtype":"I32"`, `"dtype":"U32"`, "part.0.feature is of U32, must be of I32")
	f(`"dtype":"F64"`, `"dtype":"F64","soil":1`, `unknown field "soil"`)
	f(`"shape":[6]`, `"shape":[-6]`, "shape [-6] does not fit")
	f(`"shape":[6]`, `"shape":[6,1]`, "has the shape [6 1]")
	f(`"shape":[6]`, `"shape":[6,1,1]`, "3 dimensions")
	f(`"shape":[6]`, `"shape":[4611686018427387904,4611686018427387904]`, "does not fit")
	f(`"data_offsets":[0,16]`, `"data_offsets":[0,24]`, "must lie at 0 to 16")
	f(`"data_offsets":[0,16]`, `"data_offsets":[-8,16]`, "must lie at 0 to 16")
	// encoding/json dropped a third offset, took 0 for null, and the last of two keys.
	f(`"data_offsets":[0,16]`, `"data_offsets":[0,16,24]`, "3 data_offsets, must be 2")
	f(`"data_offsets":[0,16]`, `"data_offsets":[16]`, "1 data_offsets, must be 2")
	f(`"data_offsets":[0,16]`, `"data_offsets":[null,16]`, "a number is null")
	f(`"data_offsets":[0,16]`, `"data_offsets":null`, "data_offsets is null")
	f(`"shape":[6]`, `"shape":[7],"shape":[6]`, `"shape" twice`)
	f(`"shape":[6]`, `"shape":[7],"Shape":[6]`, `nothing is known of "Shape"`)
	f(`"format":"1"`, `"format":"2","format":"1"`, `__metadata__: "format" twice`)
	f(`"shape":[4,1]`, `"shape":[2,2]`, "part.0.value has the shape [2 2]")
}

func TestDecodeRefusesBytes(t *testing.T) {
	good := stumpFile(t)
	header, data := parts(good)
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "not a safetensors file"},
		{"header beyond the file", binary.LittleEndian.AppendUint64(nil, 1000), "header of 1000 bytes"},
		{"header beyond all bounds", binary.LittleEndian.AppendUint64(nil, math.MaxUint64), "header of 18446744073709551615 bytes"},
		{"truncated", good[:len(good)-1], "ends at"},
		{"longer", append(file(header, data), 0), "1 bytes behind the last tensor"},
		{"something behind the header", file(header+"{}", data), "data after the end of the object"},
	} {
		_, err := Decode(c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

// Tables that fit their header and not each other.
func TestDecodeRefusesTrees(t *testing.T) {
	good := stumpFile(t)
	header, _ := parts(good)
	var tensors map[string]struct {
		Offsets [2]int `json:"data_offsets"`
	}
	if err := json.Unmarshal([]byte(header), &tensors); err != nil {
		t.Fatal(err)
	}
	f := func(name string, index int, value uint32, want string) {
		t.Helper()
		damaged := append([]byte(nil), good...)
		_, data := parts(damaged)
		binary.LittleEndian.PutUint32(data[tensors[name].Offsets[0]+4*index:], value)
		spec, err := Decode(damaged)
		if err == nil {
			_, err = New(spec)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s[%d] = %d: error %v, want %q", name, index, value, err, want)
		}
	}
	minus1 := uint32(math.MaxUint32)
	f("part.0.tree", 0, 1, "tree does not begin with 0")
	f("part.0.tree", 2, 5, "and end with 6")
	f("part.0.tree", 1, 7, "tree 0 ends at 7 of 6 nodes")
	f("part.0.tree", 1, 4, "tree 0: node 2: child 4 of 4 nodes")
	f("part.0.feature", 0, minus1, "values of 4 leaves, there are 5")
	f("part.0.feature", 0, 2, "tree 0: node 0: feature 2 of 2")
	f("part.0.feature", 0, minus1-1, "tree 0: node 0: feature -2 of 2")
	f("part.0.left", 2, 2, "tree 0: node 2: a second parent")
	f("part.0.left", 2, 4, "tree 0: node 4: a second parent")
	f("part.0.left", 0, 0, "tree 0: node 0: a second parent")
	f("part.0.left", 1, 3, "tree 0: node 1: a leaf with a threshold or children")
	f("part.0.threshold", 1, 0x7ff00000, "tree 0: node 0: threshold of +Inf")
	f("part.0.value", 1, 0x7ff80000, "tree 0: node 1: value of NaN")
}

// What Decode takes from any bytes can be encoded again if New accepts it, comes back
// the same, and predicts probabilities.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/*.safetensors")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		if len(data) < 12<<10 {
			f.Add(data, 1.0, -2.5)
		}
	}
	f.Add(stumpFile(f), math.NaN(), 1e300)
	f.Fuzz(func(t *testing.T, data []byte, even, odd float64) {
		spec, err := Decode(data)
		if err != nil {
			return
		}
		e, err := New(spec)
		if err != nil {
			return
		}
		first, err := spec.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(first)
		if err != nil {
			t.Fatal(err)
		}
		if second, err := again.Encode(); err != nil || string(first) != string(second) {
			t.Fatalf("the second file differs from the first, %v", err)
		}
		values := make([]float64, e.Features())
		for i := range values {
			values[i] = []float64{even, odd}[i%2]
		}
		p, chosen := make([]float64, len(e.Classes())), make([]bool, len(e.Classes()))
		err = e.Predict(values, p, chosen)
		var ve *ValueError
		if err != nil && !errors.As(err, &ve) && !errors.Is(err, errUndefined) {
			t.Fatal(err)
		}
		count := 0
		for i, v := range p {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("%v gives %v", values, p)
			}
			if chosen[i] {
				count++
			}
		}
		if !e.Multilabel() && (count != 1) != (err != nil) {
			t.Fatalf("%d chosen of %v, %v", count, chosen, err)
		}
	})
}
