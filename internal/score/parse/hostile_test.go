package parse

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// hostile are pieces that make the reference try routes over and over when
// nothing closes them.
var hostile = []string{
	"{{", "{{a|", "{{a|b=", "{{{", "{{{a|", "{{{{{a", "[[", "[[a|", "[[a", "[http://a ", "[http://a", "http://a", "a:", "<a", "<a>", "<a ",
	"<a b='", "<a b=\"x\" ", "<b><i>", "</", "</br ", "<br>", "<li>", "<nowiki>", "<nowiki></", "<nowiki>&amp;", "<!--", "&", "&amp;", "&#0",
	"=", "=a", "\n=", "\n=a=", "''", "'''", "'''''", "''a'''b", "'''a''", "\n*", ";a:", "\n;", "\n----", "{|\n", "\n{|", "\n{|\n|", "\n{|\n|-\n|a\n",
	"\n|", "\n{| a='\n", "||", "\n{|\n!!", "{", "}", "|", "-", "\\", "\n", "\r\n", " \n", "a", "é", "\xff", "\xe2\x80", "\u3000", "\n\u3000{|",
	"{{a|[[b|", "{{a|''b", "[[a|{{b|<i>", "<a>{{b|'''", "''[[a|'''{{b|",
}

// TestHostile parses two megabytes of each piece: that ends, with nodes or with
// ErrTooComplex, and no steps go uncounted. How long a step takes,
// BenchmarkHostile tells.
func TestHostile(t *testing.T) {
	for _, piece := range hostile {
		text := strings.Repeat(piece, 2<<20/len(piece))
		page, err := parseWithin(text, len(text)/(2*bytesPerStep))
		if page != nil || !errors.Is(err, ErrTooComplex) {
			t.Errorf("%q takes fewer steps than there must be to read it: %v", piece, err)
		}
		_, err = parseWithin(text, fuzzSteps)
		if err != nil && !errors.Is(err, ErrTooComplex) {
			t.Errorf("%q: %v", piece, err)
		}
	}
}

// TestLinear doubles the texts that do not run out of steps: that takes at most
// 2.3 times the steps.
func TestLinear(t *testing.T) {
	const size, stepsPerByte = 1 << 16, 8
	compared := 0
	for _, piece := range append([]string{article(10_000), tables(10_000)}, hostile...) {
		once := strings.Repeat(piece, size/len(piece))
		a, err := parseWithin(once, stepsPerByte*len(once))
		if err != nil {
			continue
		}
		b, err := parseWithin(once+once, 2*stepsPerByte*len(once))
		if err != nil {
			continue
		}
		compared++
		if before, after := a.trail.steps(), b.trail.steps(); after*10 > before*23 {
			t.Errorf("%.20q takes %d steps, twice the text %d", piece, before, after)
		}
	}
	if compared < 35 {
		t.Errorf("%d texts compared", compared)
	}
}

// steps is how many were taken.
func (t trail) steps() int {
	n := 0
	for _, c := range t {
		n += int(c.steps)
	}
	return n
}

// most is how many nodes there were at most.
func (t trail) most() int {
	n, base := 0, 0
	for _, c := range t {
		n = max(n, base+int(c.peak))
		base = int(c.nodes)
	}
	return n
}

// peak is how many bytes f makes the program take at most: all that it allocates,
// as if nothing of that were garbage before the end, and what its stack grows by.
// So it does not matter when garbage is collected.
func peak(f func()) int {
	runtime.GC() // what earlier parses left in the pool
	runtime.GC() // outlives one collection
	used := make(chan int)
	go func() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		used <- int(after.TotalAlloc-before.TotalAlloc) + max(0, int(after.StackInuse)-int(before.StackInuse))
	}()
	return <-used
}

// peakLimit is what a text of two megabytes, as large as pages may be, takes at
// most, its page included.
const peakLimit = 32 << 20

// TestPeak: whatever the text, it stays under the limit. The budgets of memory
// can be spent in far fewer steps than there are; so few keep the test short.
func TestPeak(t *testing.T) {
	check := func(name, text string, steps int) {
		var err error
		used := peak(func() { _, err = parseWithin(text, steps) })
		t.Logf("%s takes %d kB: %v", name, used>>10, err)
		if used > peakLimit {
			t.Errorf("%s takes %d bytes", name, used)
		}
	}
	for _, piece := range hostile {
		check(fmt.Sprintf("%q", piece), strings.Repeat(piece, 2<<20/len(piece)), maxSteps/32)
	}
	check("article", article(2<<20), maxSteps)
	check("tables", tables(2<<20), maxSteps)
	check("nodes, then routes", "{|"+strings.Repeat("\n|", 450_000)+strings.Repeat("<a", 190_000), maxSteps)
	check("headings, then nodes", "="+strings.Repeat("=a", maxStacks-50)+strings.Repeat("<br>", 400_000), maxSteps)
}

// TestPeakOfRevision: nor does an edit of such a text take more.
func TestPeakOfRevision(t *testing.T) {
	text := article(1<<20) + strings.Repeat("*''a''\n", 120_000)
	before := parse(t, text)
	for _, at := range []int{0, len(text) / 2, len(text)} {
		b := text[:at] + "\nword\n" + text[at:]
		if used := peak(func() { checkRevision(t, before, b) }); used > peakLimit {
			t.Errorf("an edit at %d takes %d bytes", at, used)
		}
	}
}

// TestPeakOfTooMuch: an edit that makes a page too large does not make it first.
func TestPeakOfTooMuch(t *testing.T) {
	text := filler + "b\n" + filler + strings.Repeat("*a\n", maxNodes*9/20)
	before := parse(t, text)
	b := strings.Replace(text, "b\n", strings.Repeat("*a\n", maxNodes*9/20), 1)
	var err error
	if used := peak(func() { _, err = Revise(before, b) }); used > 24<<20 || !errors.Is(err, ErrTooComplex) {
		t.Errorf("takes %d bytes: %v", used, err)
	}
}

func checkRevision(t *testing.T, before *Page, text string) {
	if _, err := Revise(before, text); err != nil {
		t.Error(err)
	}
}

// TestBigTables: tables of two megabytes parse, if their cells are small too.
func TestBigTables(t *testing.T) {
	for _, test := range []struct {
		row  string
		tags int // of it and its cells
	}{
		{"|-\n| a || b || c\n", 4},
		{"|-\n| 1\n| 2\n| 3\n", 4},
		{"|-\n! a !! b\n|style=x|c||d\n", 5},
		{"|-\n|1||[[Town|a]]||{{b|c}}\n", 4},
	} {
		rows := 2 << 20 / len(test.row)
		text := "{|\n" + strings.Repeat(test.row, rows) + "|}\n"
		var page *Page
		if used := peak(func() { page = parse(t, text) }); used > peakLimit {
			t.Errorf("rows %q take %d bytes", test.row, used)
		}
		if got, want := page.Count(Tag), 1+rows*test.tags; got != want {
			t.Errorf("rows %q make %d tags, want %d", test.row, got, want)
		}
	}
}
