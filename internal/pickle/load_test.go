package pickle_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"revscore/internal/pickle"
)

// recorded is a line of testdata/values.jsonl, which tools/pickle/record.py writes.
type recorded struct {
	Name     string          `json:"name"`
	Protocol int             `json:"protocol"`
	Pickle   string          `json:"pickle"`
	Value    json.RawMessage `json:"value"`
}

func (r recorded) data(t testing.TB) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(r.Pickle)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func recordings(t testing.TB) []recorded {
	t.Helper()
	data, err := os.ReadFile("testdata/values.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var all []recorded
	for line := range bytes.Lines(data) {
		var r recorded
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// describe renders a value as record.py does.
func describe(v any, path []any) any {
	if i := slices.Index(path, v); i >= 0 && container(v) {
		return []any{"ref", i}
	}
	inner := func(items []any) []any {
		out := []any{}
		for _, item := range items {
			out = append(out, describe(item, append(slices.Clip(path), v)))
		}
		return out
	}
	switch v := v.(type) {
	case int64:
		return []any{"int", fmt.Sprint(v)}
	case *big.Int:
		return []any{"int", v.String()}
	case float64:
		return []any{"float", hex.EncodeToString(binary.BigEndian.AppendUint64(nil, math.Float64bits(v)))}
	case string:
		return []any{"str", hex.EncodeToString([]byte(v))}
	case pickle.Bytes:
		return []any{"bytes", hex.EncodeToString(v)}
	case *pickle.Tuple:
		return append([]any{"tuple"}, inner(v.Items)...)
	case *pickle.List:
		return append([]any{"list"}, inner(v.Items)...)
	case *pickle.Dict:
		out := []any{"dict"}
		for _, e := range v.Entries {
			out = append(out, inner([]any{e.Key, e.Value}))
		}
		return out
	case *pickle.Set:
		return describeSet(v, inner(v.Items))
	case *pickle.Global:
		return []any{"global", v.String()}
	case *pickle.Object:
		return describeObject(v, inner)
	}
	return v
}

func container(v any) bool {
	switch v.(type) {
	case *pickle.Tuple, *pickle.List, *pickle.Dict, *pickle.Set, *pickle.Object:
		return true
	}
	return false
}

func describeSet(s *pickle.Set, items []any) any {
	kind := "set"
	if s.Frozen {
		kind = "frozenset"
	}
	slices.SortFunc(items, func(a, b any) int { return strings.Compare(text(a), text(b)) })
	return append([]any{kind}, items...)
}

func describeObject(o *pickle.Object, inner func([]any) []any) any {
	out := []any{"object", o.Class.String(), o.Reduced}
	out = append(out, append([]any{"tuple"}, inner(o.Args)...))
	if o.KwArgs != nil {
		out = append(out, inner([]any{o.KwArgs})...)
	} else {
		out = append(out, nil)
	}
	out = append(out, inner([]any{o.State})...)
	out = append(out, append([]any{"list"}, inner(o.Items)...))
	entries := []any{"list"}
	for _, e := range o.Entries {
		entries = append(entries, append([]any{"tuple"}, inner([]any{e.Key, e.Value})...))
	}
	return append(out, entries)
}

// text is JSON as Python's json.dumps spaces it.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return strings.ReplaceAll(string(b), ",", ", ")
}

func TestLoadsWhatPythonWrote(t *testing.T) {
	for _, r := range recordings(t) {
		t.Run(fmt.Sprintf("%s/%d", r.Name, r.Protocol), func(t *testing.T) {
			f, err := pickle.DefaultLimits().Load(bytes.NewReader(r.data(t)))
			if err != nil {
				t.Fatal(err)
			}
			if want := r.Protocol; want >= 2 && f.Protocol != want {
				t.Errorf("protocol %d, want %d", f.Protocol, want)
			}
			var want any
			if err := json.Unmarshal(r.Value, &want); err != nil {
				t.Fatal(err)
			}
			if got, want := text(describe(f.Value, nil)), text(want); got != want {
				t.Errorf("got  %.2000s\nwant %.2000s", got, want)
			}
			if cyclic := strings.HasPrefix(r.Name, "recursive"); f.Shape.Cyclic != cyclic {
				t.Errorf("cyclic is %v, want %v", f.Shape.Cyclic, cyclic)
			}
		})
	}
}

func TestSharedIsOnePointer(t *testing.T) {
	for _, r := range recordings(t) {
		if r.Name != "shared" {
			continue
		}
		v, err := pickle.Load(bytes.NewReader(r.data(t)))
		if err != nil {
			t.Fatal(err)
		}
		items := v.(*pickle.List).Items
		inTuple := items[2].(*pickle.Tuple).Items[0]
		inDict := items[3].(*pickle.Dict).Entries[0].Value
		if items[0] != items[1] || items[0] != inTuple || items[0] != inDict {
			t.Errorf("protocol %d: the shared list is several", r.Protocol)
		}
	}
}
