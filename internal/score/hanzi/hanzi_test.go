package hanzi

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
	"unsafe"
)

// recorded is testdata/hanzi.json: see tools/stem/record.py.
type recorded struct {
	Pairs []string
	Texts [][2]string
}

func recordedTable(t testing.TB) (*Table, recorded) {
	t.Helper()
	data, err := os.ReadFile("testdata/hanzi.json")
	if err != nil {
		t.Fatal(err)
	}
	var r recorded
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	var pairs []Pair
	for _, p := range r.Pairs {
		both := []rune(p)
		pairs = append(pairs, Pair{both[0], both[1]})
	}
	table, err := New(pairs)
	if err != nil {
		t.Fatal(err)
	}
	return table, r
}

func TestRecorded(t *testing.T) {
	table, r := recordedTable(t)
	changed := 0
	for _, c := range r.Texts {
		if got := table.Simplify(c[0]); got != c[1] {
			t.Errorf("%q becomes %q, want %q", c[0], got, c[1])
		}
		if c[0] != c[1] {
			changed++
		}
	}
	if changed < 30 {
		t.Errorf("only %d texts change", changed)
	}
}

func TestSameText(t *testing.T) {
	table, err := New([]Pair{{'馬', '马'}, {'乾', '乾'}, {'乾', '干'}, {utf8.RuneError, 'x'}})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "plain", "中文", "乾", "\xff\xe9\xa6"} {
		got := table.Simplify(text)
		if got != text || unsafe.StringData(got) != unsafe.StringData(text) {
			t.Errorf("%q becomes %q, a copy", text, got)
		}
	}
	if got := table.Simplify("馬\xff\ufffd"); got != "马\xffx" {
		t.Errorf("became %q", got)
	}
}

func TestBadTables(t *testing.T) {
	for _, pairs := range [][]Pair{nil, {{'a', 0}}, {{'馬', '马'}, {-1, 'a'}}, {{'a', 0xD800}}, {{0x110000, 'a'}}} {
		if _, err := New(pairs); err == nil {
			t.Errorf("%v is a table", pairs)
		}
	}
}

// FuzzSimplify: a text becomes what its parts become.
func FuzzSimplify(f *testing.F) {
	table, r := recordedTable(f)
	for _, c := range r.Texts {
		f.Add(c[0])
	}
	f.Fuzz(func(t *testing.T, text string) {
		var want strings.Builder
		for rest := text; rest != ""; {
			_, size := utf8.DecodeRuneInString(rest)
			want.WriteString(table.Simplify(rest[:size]))
			rest = rest[size:]
		}
		if got := table.Simplify(text); got != want.String() {
			t.Fatalf("%q becomes %q, want %q", text, got, want.String())
		}
	})
}

func BenchmarkSimplify(b *testing.B) {
	table, r := recordedTable(b)
	for i, c := range "維基百科 " {
		if table.of(c) != c {
			b.Fatalf("character %d of the text that stays the same is in the table", i)
		}
	}
	var traditional strings.Builder
	for _, c := range r.Texts {
		traditional.WriteString(c[0])
	}
	for _, input := range []struct{ name, text string }{
		{"same", strings.Repeat("維基百科 ", 2000)},
		{"changed", strings.Repeat(traditional.String(), 10)},
	} {
		b.Run(input.name, func(b *testing.B) {
			b.SetBytes(int64(len(input.text)))
			b.ReportAllocs()
			for b.Loop() {
				table.Simplify(input.text)
			}
		})
	}
}
