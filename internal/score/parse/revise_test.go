package parse

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// checkRevised compares what Revise makes of a text with what Parse does, and
// returns both errors' presence and how much of the text was known.
func checkRevised(tb testing.TB, a, b string, steps int) (shared int) {
	tb.Helper()
	before, err := parseWithin(a, fuzzSteps)
	if err != nil {
		return 0
	}
	want, wantErr := parseWithin(b, steps)
	got, err := reviseWithin(before, b, steps)
	if !errors.Is(err, wantErr) {
		tb.Fatalf("%q to %q: error %v, want %v", a, b, err, wantErr)
	}
	if err != nil {
		return 0
	}
	if got.text != want.text || got.nodes.n != want.nodes.n {
		tb.Fatalf("%q to %q: %d nodes of %q, want %d", a, b, got.nodes.n, got.text, want.nodes.n)
	}
	for i := range want.nodes.n {
		if *got.nodes.at(i) != *want.nodes.at(i) {
			tb.Fatalf("%q to %q: node %d is %+v, want %+v", a, b, i, *got.nodes.at(i), *want.nodes.at(i))
		}
	}
	// What the budgets are spent on is the same too.
	if got, want := got.trail.steps(), want.trail.steps(); got != want {
		tb.Fatalf("%q to %q: %d steps, want %d", a, b, got, want)
	}
	if got, want := got.trail.most(), want.trail.most(); got != want {
		tb.Fatalf("%q to %q: %d nodes at most, want %d", a, b, got, want)
	}
	return known(before, b)
}

// known returns how much of a text is not read again to revise a page.
func known(before *Page, text string) int {
	t := new(tokenizer)
	text, _, _ = strings.Cut(text, "\x00")
	t.start(text, maxSteps)
	t.push(0)
	t.revise(before)
	from := t.head
	t.run()
	if !t.old.done {
		return from
	}
	return from + len(text) - int(t.old.page.trail[t.old.met].pos) - t.old.shift
}

// filler is more than a stride of lines.
var filler = strings.Repeat("The river rises near the town.\n", stride/30+2)

// TestRevise edits texts where what stands before or behind the edit depends on it.
func TestRevise(t *testing.T) {
	for _, test := range []struct{ name, a, b string }{
		{"a word", filler + "one\n" + filler, filler + "another\n" + filler},
		{"nothing", filler + filler, filler + filler},
		{"all", filler + "a", "b"},
		{"from nothing", "", filler},
		{"to nothing", filler, ""},
		{"more at the end", filler + "a", filler + "ab\n" + filler},
		{"less at the end", filler + "a\n" + filler, filler + "a"},
		{"more at the start", filler + filler, "{{a}}\n" + filler + filler},
		{"a template opened", filler + filler + "}}\n" + filler, filler + "{{a|\n" + filler + "}}\n" + filler},
		{"a template closed", filler + "{{a|\n" + filler + "b\n" + filler, filler + "{{a|\n" + filler + "}}\n" + filler},
		{"a template that was closed", filler + "{{a|\n" + filler + "}}\n" + filler, filler + "{{a|\n" + filler + "}\n" + filler},
		{"a template's end moved", "{{a|\n" + filler + "}}\n" + filler + "}}\n" + filler, "{{a|\n" + filler + "\n" + filler + "}}\n" + filler},
		{"a comment closed far behind", "<!-- a\n" + filler + filler + "b\n", "<!-- a\n" + filler + filler + "-->\n"},
		{"a comment that was closed", "<!-- a\n" + filler + filler + "-->\n", "<!-- a\n" + filler + filler + "->\n"},
		{"a tag closed", "<b>\n" + filler + filler, "<b>\n" + filler + "</b>" + filler},
		{"a tag without a closing one", "<li>\n" + filler + filler + "a", "<li>\n" + filler + filler + "a</li>"},
		{"a verbatim tag closed", "<nowiki>'' ''\n" + filler + filler + "a", "<nowiki>'' ''\n" + filler + filler + "</nowiki>"},
		{"a quote closed", "<a b=\"\n" + filler + filler + ">", "<a b=\"\n" + filler + filler + "\">"},
		{"italics closed", "''a\n" + filler + "b\n" + filler, "''a\n" + filler + "b''\n" + filler},
		{"a table closed", "{|\n|a\n" + filler + "|b\n" + filler, "{|\n|a\n" + filler + "|}\n" + filler},
		{"a cell's attributes", "{|\n|a\n" + filler + "|}\n" + filler, "{|\n|a|\n" + filler + "|}\n" + filler},
		{"a term", filler + ";a:b\n" + filler + ":c\n", filler + ";a\n" + filler + ":c\n"},
		{"a text that grows to a line", filler + "a\nhttp://b\n" + filler, filler + "ahttp://b\n" + filler},
		{"a NUL", filler + "a\n" + filler + filler, filler + "a\n" + filler + "\x00" + filler},
		{"a NUL that was", filler + "a\n" + filler + "\x00" + filler, filler + "a\n" + filler + filler},
		{"bytes that are no UTF-8", filler + "\xe2\n\x82\n" + filler, filler + "\xe2\x82\xac\n" + filler},
		// The italics close at a second try, which is not made once the tag has
		// failed: the routes that failed in it are known.
		{"a tag with routes that fail", "<b>\n" + filler + "''x'''y\n" + filler, "\n" + filler + "''x'''y\n" + filler},
		// That the name fails at the '<' is due to the byte behind.
		{"a byte ahead of the head", "{{x" + strings.Repeat("\n", 2*stride) + "<b", "{{x" + strings.Repeat("\n", 2*stride) + "<!--c-->}}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkRevised(t, test.a, test.b, fuzzSteps)
			checkRevised(t, test.b, test.a, fuzzSteps)
		})
	}
	if page, err := Revise(nil, "[[a]]"); err != nil || page.Count(Wikilink) != 1 {
		t.Errorf("a text without one before is %v, %v", page, err)
	}
}

// TestReviseShares: a changed word costs two strides of reading or so, whatever
// the length of the page, and so do all edits that others have made before.
func TestReviseShares(t *testing.T) {
	text := article(100_000)
	for _, at := range []int{0, 500, 50_000, 99_990} {
		b := text[:at] + "word" + text[at:]
		if read := len(b) - checkRevised(t, text, b, fuzzSteps); read > 4*stride+1_000 {
			t.Errorf("a word at %d makes %d bytes be read again", at, read)
		}
	}
	page := parse(t, text)
	for _, c := range page.places()[:40] {
		checkRevised(t, text, text[:c.pos]+"*"+text[c.pos+1:], fuzzSteps)
	}
	for i := range 200 {
		at := (i*7919 + 13) % len(text)
		text = text[:at] + "[[x]]" + text[at:]
		next, err := Revise(page, text)
		if err != nil {
			t.Fatal(err)
		}
		page = next
	}
	if want := parse(t, text); !reflect.DeepEqual(page.nodes, want.nodes) {
		t.Error("200 edits in a row yield other nodes than their result")
	}
	if read := len(text) - checkRevised(t, text, "a"+text, fuzzSteps); read > 4*stride+1_000 {
		t.Errorf("after 200 edits %d bytes are read again", read)
	}
}

// TestReviseBudget: a text is too complex for both or for none, to the step and
// to the node.
func TestReviseBudget(t *testing.T) {
	a := filler + "{{a|[[b]]}} '''c'' d\n" + filler + "<b>\n" + filler
	b := strings.Replace(a, "[[b]]", "[[b]] e", 1)
	page := parse(t, b)
	for steps := range page.trail.steps() + 2 {
		checkRevised(t, a, b, steps)
	}
	// The comment and the text in front are two nodes, each item is two more.
	a = "<!---->" + filler + "b\n" + strings.Repeat("*a\n", maxNodes/2-2)
	for item, want := range map[string]error{"b\n": nil, "*b\n": nil, "*b\n*c\n": ErrTooComplex} {
		b := strings.Replace(a, "b\n", item, 1)
		if _, err := Parse(b); !errors.Is(err, want) {
			t.Errorf("%q for the first item: %v, want %v", item, err, want)
		}
		if _, err := Revise(parse(t, a), b); !errors.Is(err, want) {
			t.Errorf("%q for the first item, revised: %v, want %v", item, err, want)
		}
	}
}

// TestRevisePeak: nodes that are dropped count for both, though few are left.
func TestRevisePeak(t *testing.T) {
	a := filler + "b\n" + filler + "{|\n" + strings.Repeat("|a\n", maxNodes/2-20)
	b := strings.Replace(a, "b\n", strings.Repeat("*b\n", 20), 1)
	before := parse(t, a)
	if most := before.trail.most(); before.nodes.n > 10 || most < maxNodes-50 {
		t.Fatalf("a page of %d nodes, at most %d", before.nodes.n, most)
	}
	if _, err := Parse(b); !errors.Is(err, ErrTooComplex) {
		t.Errorf("parsed: %v, want %v", err, ErrTooComplex)
	}
	if _, err := Revise(before, b); !errors.Is(err, ErrTooComplex) {
		t.Errorf("revised: %v, want %v", err, ErrTooComplex)
	}
}

// edit is a source of edits that are the same in every run.
type edit struct{ *rand.Rand }

// markup returns some pieces of markup, lines and text.
func (e edit) markup(most int) string {
	var b strings.Builder
	for range e.IntN(most) {
		switch e.IntN(6) {
		case 0:
			b.WriteString("some text of a line\n")
		case 1:
			b.WriteString([]string{"}}", "]]", "</a>", "''", "'''", "-->", "|}", "\n|}\n", "</nowiki>", "\">", "==\n"}[e.IntN(11)])
		case 2:
			b.WriteByte('\n')
			fallthrough
		default:
			b.WriteString(hostile[e.IntN(len(hostile))])
		}
	}
	return b.String()
}

// TestReviseEdits makes random edits of random texts.
func TestReviseEdits(t *testing.T) {
	e, shared := edit{rand.New(rand.NewPCG(4, 2))}, 0
	for range 2_000 {
		a := e.markup(60)
		for range e.IntN(4) {
			a += strings.Repeat("a line\n", e.IntN(90)) + e.markup(8) + "\n"
		}
		b := a
		for range 1 + e.IntN(3) {
			start := e.IntN(len(b) + 1)
			end := start + e.IntN(min(len(b)-start, 30)+1)
			b = b[:start] + e.markup(4) + b[end:]
		}
		if checkRevised(t, a, b, fuzzSteps) > 0 {
			shared++
		}
	}
	if shared < 500 {
		t.Errorf("%d of 2000 edits share any work", shared)
	}
}

// FuzzRevise: Revise yields what Parse does.
func FuzzRevise(f *testing.F) {
	for i, s := range samples(f) {
		f.Add(filler+s.Text+filler, uint16(len(filler)+i%9), uint16(i%5), "\n")
	}
	for _, piece := range hostile {
		f.Add(filler+strings.Repeat(piece, 8)+"\n"+filler, uint16(len(filler)), uint16(2*len(piece)), fmt.Sprint(len(piece)))
	}
	f.Fuzz(func(t *testing.T, a string, start, size uint16, text string) {
		from := min(int(start), len(a))
		b := a[:from] + text + a[min(from+int(size), len(a)):]
		checkRevised(t, a, b, fuzzSteps)
		checkRevised(t, b, a, fuzzSteps)
	})
}
