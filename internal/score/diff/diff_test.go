package diff

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"revscore/internal/score/wikitext"
)

// reference is a case recorded from the reference by testdata/record.py.
type reference struct {
	Name string   `json:"name"`
	A    string   `json:"a"`
	B    string   `json:"b"`
	Ops  [][5]any `json:"ops"`
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
	for _, c := range references(t) {
		ops, err := Documents(wikitext.Analyse(c.A), wikitext.Analyse(c.B))
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		if got := plain(ops); !slices.Equal(got, c.Ops) {
			t.Errorf("%s: from %q to %q\n got %v\nwant %v", c.Name, c.A, c.B, got, c.Ops)
		}
	}
}

// plain writes operations as the recordings have them.
func plain(ops []Op) [][5]any {
	var rows [][5]any
	for _, op := range ops {
		rows = append(rows, [5]any{op.Kind.String(), float64(op.A1), float64(op.A2), float64(op.B1), float64(op.B2)})
	}
	return rows
}

// shuffled returns n words of a vocabulary, in an order that a small linear
// congruential generator makes.
func shuffled(n, vocabulary int, seed uint32) string {
	var b strings.Builder
	for range n {
		seed = seed*1664525 + 1013904223
		fmt.Fprintf(&b, "w%d ", int(seed>>8)%vocabulary)
	}
	return b.String()
}

// Texts that share all their words in another order are what takes longest. The
// work ends where it must, whatever the texts.
func TestTooComplex(t *testing.T) {
	a, b := wikitext.Analyse(shuffled(4000, 200, 1)), wikitext.Analyse(shuffled(4000, 200, 2))
	needed := stepsOf(t, a, b)
	if _, err := documents(a, b, needed); err != nil {
		t.Errorf("%d steps allowed and needed: %v", needed, err)
	}
	for _, allowed := range []int{0, 1, needed / 2, needed - 1} {
		ops, err := documents(a, b, allowed)
		if !errors.Is(err, ErrTooComplex) || ops != nil {
			t.Errorf("%d of %d steps allowed: %d operations, error %v", allowed, needed, len(ops), err)
		}
		// A search stops with the row that reaches the limit.
		c := newClusters(a, b)
		m := newMatcher(c.a.codes, c.b.codes, c.codeCount(), allowed)
		if _, err := m.blocks(); err == nil || m.steps > allowed+1+len(c.b.codes) {
			t.Errorf("%d steps allowed, %d taken: %v", allowed, m.steps, err)
		}
	}
	if _, err := documents(a, b, 0); !strings.HasPrefix(err.Error(), "compare 8000 tokens with 8000: ") {
		t.Errorf("error is %q", err)
	}
}

// What is alike costs about nothing: moved paragraphs of a 2 MB text are one
// item each.
func TestStepsOfMoves(t *testing.T) {
	var a, b []string
	for n := range 2000 {
		a = append(a, fmt.Sprintf("Paragraph %d: %s.", n, strings.Repeat("word ", 200)))
		b = append(b, a[n])
	}
	slices.Reverse(b)
	from, to := wikitext.Analyse(strings.Join(a, "\n\n")), wikitext.Analyse(strings.Join(b, "\n\n"))
	if steps, most := stepsOf(t, from, to), 4000*2000; steps > most {
		t.Errorf("%d steps for %d tokens, want at most %d", steps, len(to.Tokens), most)
	}
}
