package wikitext

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"
)

// reference is a case recorded from the reference by testdata/record.py.
type reference struct {
	Name   string      `json:"name"`
	Text   string      `json:"text"`
	Tokens [][2]string `json:"tokens"`
	Tree   any         `json:"tree"`
	Repeat int         `json:"repeat"`
}

func references(tb testing.TB) []reference {
	tb.Helper()
	file, err := os.Open("testdata/reference.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	var cases []reference
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c reference
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			tb.Fatalf("case %d: %v", len(cases), err)
		}
		cases = append(cases, c)
	}
	if err := lines.Err(); err != nil {
		tb.Fatal(err)
	}
	if len(cases) == 0 {
		tb.Fatal("no cases")
	}
	return cases
}

func TestReference(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range references(t) {
		for _, token := range c.Tokens {
			seen[token[1]] = true
		}
		if err := compare(c.Tokens, c.Tree); err != nil {
			t.Errorf("%s %q: %v", c.Name, c.Text, err)
		}
		if got := LongestRepeat(c.Text); got != c.Repeat {
			t.Errorf("%s %q: longest repeat is %d, want %d", c.Name, c.Text, got, c.Repeat)
		}
	}
	for k := Kind(0); int(k) < KindCount; k++ {
		if name := k.String(); seen[name] == (k == TabClose) {
			t.Errorf("kind %s: in the cases %v", name, seen[name])
		}
	}
}
