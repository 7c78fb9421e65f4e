package pickle_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"revscore/internal/pickle"
)

// FuzzBounded: whatever the input is, there is no panic, nothing nests deeper than allowed,
// and the shape is that of a walk that remembers.
func FuzzBounded(f *testing.F) {
	for _, r := range recordings(f) {
		if len(r.Pickle) < 2000 {
			f.Add(r.data(f))
		}
	}
	for _, data := range []string{"(lp0\ng0\na.", "cos\nsystem\n(S'x'\ntR.", ")\x85\x85\x85\x85\x85\x85\x85\x85\x85\x85\x85\x85."} {
		f.Add([]byte(data))
	}
	limits := pickle.Limits{Input: 1 << 16, Values: 5000, Memo: 5000, Depth: 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := limits.Load(bytes.NewReader(data))
		if err != nil {
			return
		}
		depth := walk(file.Value, make(map[any]bool), new(int))
		switch shape := file.Shape; {
		case shape.Depth > limits.Depth:
			t.Errorf("depth %d, at most %d", shape.Depth, limits.Depth)
		case depth > shape.Depth:
			t.Errorf("a path of %d containers in a shape of depth %d", depth, shape.Depth)
		}
	})
}

// walk returns the length of the longest path without a repetition that it meets. It is
// exponential, so it looks at some paths only.
func walk(v any, on map[any]bool, steps *int) int {
	if !container(v) || on[v] || *steps > 10000 {
		return 0
	}
	*steps++
	on[v] = true
	defer delete(on, v)
	deepest := 0
	for _, child := range children(v) {
		deepest = max(deepest, walk(child, on, steps))
	}
	return 1 + deepest
}

func children(v any) []any {
	switch v := v.(type) {
	case *pickle.Tuple:
		return v.Items
	case *pickle.List:
		return v.Items
	case *pickle.Set:
		return v.Items
	case *pickle.Dict:
		return flat(v.Entries)
	case *pickle.Object:
		all := append([]any{v.State}, v.Args...)
		if v.KwArgs != nil {
			all = append(all, v.KwArgs)
		}
		return append(append(all, v.Items...), flat(v.Entries)...)
	}
	return nil
}

func flat(entries []pickle.Entry) []any {
	var all []any
	for _, e := range entries {
		all = append(all, e.Key, e.Value)
	}
	return all
}

// FuzzReadsBack: what a small writer writes reads back equal.
func FuzzReadsBack(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"))
	f.Add([]byte("lists\x06\x06\x06 and dicts\x07\x07 and sets\x08\x08 and the rest"))
	f.Fuzz(func(t *testing.T, seed []byte) {
		want := grow(&seed, 0)
		var out bytes.Buffer
		out.WriteString("\x80\x04")
		write(&out, want)
		out.WriteByte('.')
		got, err := pickle.Load(&out)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := text(describe(got, nil)), text(describe(want, nil)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

// grow makes a value of the bytes of seed.
func grow(seed *[]byte, depth int) any {
	next := func() byte {
		if len(*seed) == 0 {
			return 0
		}
		b := (*seed)[0]
		*seed = (*seed)[1:]
		return b
	}
	items := func() []any {
		var all []any
		for range next() % 5 {
			if depth < 50 {
				all = append(all, grow(seed, depth+1))
			}
		}
		return all
	}
	switch next() % 10 {
	case 1:
		return true
	case 2:
		return int64(int8(next())) << (next() % 57)
	case 3:
		return float64(int8(next())) / 8
	case 4:
		return string(rune(next()) + 'é')
	case 5:
		return pickle.Bytes{next(), next()}
	case 6:
		return &pickle.List{Items: items()}
	case 7:
		d := &pickle.Dict{}
		for _, v := range items() {
			d.Entries = append(d.Entries, pickle.Entry{Key: int64(next()), Value: v})
		}
		return d
	case 8:
		return &pickle.Tuple{Items: items()}
	case 9:
		return &pickle.Object{Class: &pickle.Global{Module: "m", Name: "C"}, Args: items(), State: "state", Items: items()}
	}
	return nil
}

func write(out *bytes.Buffer, v any) {
	all := func(items []any) {
		out.WriteByte('(')
		for _, item := range items {
			write(out, item)
		}
	}
	switch v := v.(type) {
	case nil:
		out.WriteByte('N')
	case bool:
		out.WriteByte('\x88')
	case int64:
		out.WriteString("\x8a\x08")
		out.Write(binary.LittleEndian.AppendUint64(nil, uint64(v)))
	case float64:
		out.WriteByte('G')
		out.Write(binary.BigEndian.AppendUint64(nil, math.Float64bits(v)))
	case string:
		out.WriteByte('X')
		out.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(v))))
		out.WriteString(v)
	case pickle.Bytes:
		out.WriteByte('\x8e')
		out.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(v))))
		out.Write(v)
	case *pickle.List:
		out.WriteByte(']')
		all(v.Items)
		out.WriteByte('e')
	case *pickle.Tuple:
		all(v.Items)
		out.WriteByte('t')
	case *pickle.Dict:
		out.WriteByte('}')
		all(flat(v.Entries))
		out.WriteByte('u')
	case *pickle.Object:
		out.WriteString("cm\nC\n")
		all(v.Args)
		out.WriteString("t\x81")
		all(v.Items)
		out.WriteByte('e')
		write(out, v.State)
		out.WriteByte('b')
	}
}
