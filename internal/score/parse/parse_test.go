package parse

import (
	"encoding/json"
	"errors"
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

// TestMemory fills the budgets of memory without a text of their size.
func TestMemory(t *testing.T) {
	over := func(name string, fill func(*tokenizer)) {
		defer func() {
			if fault := recover(); fault != ErrTooComplex {
				t.Errorf("%s: %v, want %v", name, fault, ErrTooComplex)
			}
		}()
		tok := newTokenizer("a", maxSteps)
		tok.push(0)
		fill(tok)
	}
	over("tokens one by one", func(t *tokenizer) {
		for range maxTokens + 1 {
			t.emit(token{})
		}
	})
	over("tokens at once", func(t *tokenizer) { t.emitAll(make([]token, maxTokens+1)) })
	over("routes", func(t *tokenizer) {
		for t.head = range maxRoutes + 1 {
			t.push(0)
			t.fail()
		}
	})
}

func TestBuildRejects(t *testing.T) {
	for _, tokens := range [][]token{
		{{kind: tokenClose}},
		{{kind: tokenSeparator}},
		{{kind: tokenOpen, node: Template}},
	} {
		if nodes, err := build(tokens); !errors.Is(err, ErrRejected) {
			t.Errorf("%v builds %v, %v, want %v", tokens, nodes, err, ErrRejected)
		}
	}
}

// TestInvalidUTF8: bytes that are no characters are text like any other.
func TestInvalidUTF8(t *testing.T) {
	page := parse(t, "\xff[[\xe2\x80|\xc3]]{{\xff\xfe}}<a\xff b=\xe3>\x80</a\xff>")
	if got, want := page.Content(), "\xff\xc3\x80"; got != want {
		t.Errorf("content is %q, want %q", got, want)
	}
	if page.Count(Wikilink) != 1 || page.Count(Template) != 1 || page.Count(Tag) != 1 {
		t.Errorf("nodes are %v", page.nodes)
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
