package parse

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// sample is a text and what testdata/record.py says of it, empty fields left
// out.
type sample struct {
	Name string         `json:"name"`
	Text string         `json:"text"`
	Want map[string]any `json:"want"`
}

func samples(tb testing.TB) []sample {
	tb.Helper()
	data, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		tb.Fatal(err)
	}
	var all []sample
	if err := json.Unmarshal(data, &all); err != nil {
		tb.Fatal(err)
	}
	return all
}

func parse(tb testing.TB, text string) *Page {
	tb.Helper()
	page, err := Parse(text)
	if err != nil {
		tb.Fatalf("%.200q: %v", text, err)
	}
	return page
}

func TestParse(t *testing.T) {
	for _, s := range samples(t) {
		t.Run(s.Name, func(t *testing.T) {
			written, err := json.Marshal(summary(parse(t, s.Text)))
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if err := json.Unmarshal(written, &got); err != nil {
				t.Fatal(err)
			}
			for field, value := range got {
				want, ok := s.Want[field]
				if !ok {
					if size := reflect.ValueOf(value).Len(); size > 0 {
						t.Errorf("%q has %s %v, want none", s.Text, field, value)
					}
					continue
				}
				if !reflect.DeepEqual(value, want) {
					t.Errorf("%q has %s %v, want %v", s.Text, field, value, want)
				}
			}
		})
	}
}

// TestDepth compares nodes in nodes with what the reference yields, about its
// limit.
func TestDepth(t *testing.T) {
	for _, test := range []struct {
		open, shut string
		kind       Kind
		depth      int
		want       int
	}{
		{"{{a|", "}}", Template, 33, 33},
		{"{{a|", "}}", Template, 34, 33},
		{"{{a|", "}}", Template, 100, 33},
		{"[[a|", "]]", Wikilink, 99, 99},
		{"[[a|", "]]", Wikilink, 110, 99},
		{"<b>", "</b>", Tag, 110, 99},
		{"{{{a|", "}}}", Argument, 110, 50},
	} {
		text := strings.Repeat(test.open, test.depth) + "x" + strings.Repeat(test.shut, test.depth)
		if got := parse(t, text).Count(test.kind); got != test.want {
			t.Errorf("%d times %q has %d nodes, want %d", test.depth, test.open, got, test.want)
		}
	}
}

func TestTooComplex(t *testing.T) {
	text := "=" + strings.Repeat("=a", maxStacks*2)
	if page, err := Parse(text); page != nil || !errors.Is(err, ErrTooComplex) {
		t.Errorf("headings in headings are %v, %v, want %v", page, err, ErrTooComplex)
	}
	text = strings.Repeat("{{a|", 10_000)
	if page, err := parseWithin(text, fuzzSteps); page != nil || !errors.Is(err, ErrTooComplex) {
		t.Errorf("templates in templates are %v, %v, want %v", page, err, ErrTooComplex)
	}
}

// TestBudgets spends the budgets of memory without a text of their size.
func TestBudgets(t *testing.T) {
	over := func(name string, spend func(*tokenizer)) {
		defer func() {
			if fault := recover(); fault != ErrTooComplex {
				t.Errorf("%s: %v, want %v", name, fault, ErrTooComplex)
			}
		}()
		tok := new(tokenizer)
		tok.start("a", maxSteps)
		tok.push(0)
		spend(tok)
	}
	over("nodes one by one", func(t *tokenizer) {
		for range maxNodes + 1 {
			t.add(Node{})
		}
	})
	over("a node put in front", func(t *tokenizer) {
		for range maxNodes {
			t.add(Node{})
		}
		t.insert(maxNodes-1, Node{})
	})
	over("routes", func(t *tokenizer) {
		for t.head = range maxRoutes + 1 {
			t.push(0)
			t.fail()
		}
	})
}

// TestFailuresByLine: routes that failed are forgotten at the next line if none
// reaches it, so those of a long page do not spend the budget.
func TestFailuresByLine(t *testing.T) {
	text := strings.Repeat("[[a\n", maxRoutes+1)
	if page, err := Parse(text); err != nil || page.nodes.n != 1 {
		t.Errorf("links that no line ends: %v", err)
	}
}

// TestRejects: what cannot be, as far as we know, is no page.
func TestRejects(t *testing.T) {
	over := func(name string, do func(*tokenizer)) {
		defer func() {
			if fault := recover(); fault != ErrRejected {
				t.Errorf("%s: %v, want %v", name, fault, ErrRejected)
			}
		}()
		tok := new(tokenizer)
		tok.start("a", maxSteps)
		do(tok)
	}
	over("no stack", func(t *tokenizer) { t.emitHead() })
	over("a tag without a name", func(t *tokenizer) { t.push(inTagBody); t.tagName() })
	over("a stack too many", func(t *tokenizer) { t.push(0); t.push(0); t.run() })
}

// TestRoutes compares the table with a map; clearing it forgets.
func TestRoutes(t *testing.T) {
	var r routes
	for round := range 3 {
		r.clear()
		want := map[ident]bool{}
		for i := range 5_000 {
			id := ident{i * i % 7_001, context(1) << (i % 37)}
			if got := r.has(id); got != want[id] {
				t.Fatalf("round %d: %v is there: %v, want %v", round, id, got, want[id])
			}
			if i%3 > 0 {
				r.add(id)
				want[id] = true
			}
			if r.count != len(want) {
				t.Fatalf("round %d: %d idents, want %d", round, r.count, len(want))
			}
		}
	}
	r.turn = math.MaxUint32
	r.add(ident{1, 1})
	if r.clear(); r.has(ident{1, 1}) {
		t.Error("an ident is there after the last turn")
	}
}

// TestChunks parses pages of more nodes than a chunk has, with routes that fail
// and succeed across its end.
func TestChunks(t *testing.T) {
	for _, items := range []int{chunkSize/2 - 9, chunkSize/2 - 2, chunkSize/2 - 1, chunkSize / 2, chunkSize, 2 * chunkSize} {
		text := strings.Repeat("*a\n", items) + "==== a ==\n{{{{{b}}}}} '''''a'' b''' '''''c'' d\n" +
			strings.Repeat("{{a|[[b]]c", 3) + strings.Repeat("}}", 3)
		page := parse(t, text)
		if end := checkNodes(t, page, 0, page.nodes.n, 0, len(text), true); end != len(text) {
			t.Errorf("nodes end at %d of %d", end, len(text))
		}
		nodes := 0
		for kind, want := range map[Kind]int{Tag: items + 3, Template: 4, Argument: 1, Wikilink: 3, Heading: 1} {
			if got := page.Count(kind); got != want {
				t.Errorf("%d items: %d nodes are a %s, want %d", items, got, kindNames[kind], want)
			}
			nodes += want
		}
		if got := nodes + page.Count(Text); got != page.nodes.n {
			t.Errorf("%d items: %d nodes of all kinds, want %d", items, got, page.nodes.n)
		}
	}
}

// TestBytes checks what Bytes counts with: the sizes of what a page is made of.
func TestBytes(t *testing.T) {
	for _, size := range []struct {
		name      string
		have, got uintptr
	}{
		{"page", reflect.TypeFor[Page]().Size(), pageBytes},
		{"chunk", reflect.TypeFor[[]Node]().Size(), chunkBytes},
		{"node", reflect.TypeFor[Node]().Size(), nodeBytes},
		{"checkpoint", reflect.TypeFor[checkpoint]().Size(), checkpointBytes},
		{"route", reflect.TypeFor[route]().Size(), routeBytes},
	} {
		if size.got != size.have {
			t.Errorf("a %s takes %d bytes, not %d", size.name, size.have, size.got)
		}
	}
	small, big := parse(t, article(2_000)).Bytes(), parse(t, article(2_000_000)).Bytes()
	if small < 1_000 || big < 900*small || big > 1_100*small {
		t.Errorf("pages of 2 kB and 2 MB take %d and %d bytes", small, big)
	}
}

// TestInvalidUTF8: bytes that are no characters are text like any other.
func TestInvalidUTF8(t *testing.T) {
	page := parse(t, "\xff[[\xe2\x80|\xc3]]{{\xff\xfe}}<a\xff b=\xe3>\x80</a\xff>")
	if got, want := page.Content(), "\xff\xc3\x80"; got != want {
		t.Errorf("content is %q, want %q", got, want)
	}
	if page.Count(Wikilink) != 1 || page.Count(Template) != 1 || page.Count(Tag) != 1 {
		t.Errorf("nodes are %v", page.nodes.chunks)
	}
}

// TestContentRunes counts characters where bytes are none, alone or together.
func TestContentRunes(t *testing.T) {
	for _, text := range []string{
		"", "a", "é\n\n\né", "\xe2{{a}}\x82\xac", strings.Repeat("\x80", 1_000), strings.Repeat("日", 1_000), strings.Repeat("a", 127) + "é",
		strings.Repeat("é", 300) + "\xff", strings.Repeat("a", 300) + "é" + strings.Repeat("a", 300), "&#10;&#10;a&#xD800;&eacute;",
	} {
		page := parse(t, text)
		if got, want := page.ContentRunes(), utf8.RuneCountInString(page.Content()); got != want {
			t.Errorf("%q has %d characters, want %d", text, got, want)
		}
	}
}

// TestKept: a tokenizer for the next texts keeps little of what a large one took,
// whether that was given up or went into the page.
func TestKept(t *testing.T) {
	for _, text := range []string{
		"{|" + strings.Repeat("\n|", 200_000) + strings.Repeat("<a", 100_000) + "\n=" + strings.Repeat("=a", 5_000),
		strings.Repeat("*a\n", 200_000),
	} {
		tok := new(tokenizer)
		tok.start(text, maxSteps)
		tok.push(0)
		tok.run()
		tok.stop()
		kept := len(tok.routes.slots)*routeBytes + cap(tok.stacks)*100 + cap(tok.trail)*checkpointBytes
		for _, chunk := range tok.nodes.chunks[:cap(tok.nodes.chunks)] {
			kept += cap(chunk) * nodeBytes
		}
		if kept > 3<<20 {
			t.Errorf("after %.8q %d bytes are kept", text, kept)
		}
	}
}

// TestAlnum pins the classes of characters to Python 3.11's, whatever Unicode the
// Go release has.
func TestAlnum(t *testing.T) {
	alnum, space := 0, 0
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if isAlnum(r) {
			alnum++
		}
		if isSpace(r) {
			space++
		}
	}
	if alnum != 133547 || space != 29 {
		t.Errorf("%d letters and numbers and %d spaces, want 133547 and 29", alnum, space)
	}
}
