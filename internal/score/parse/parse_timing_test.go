package parse

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// article makes about size bytes of synthetic article.
func article(size int) string {
	var b strings.Builder
	for n := 0; b.Len() < size; n++ {
		fmt.Fprintf(&b, "== Section %d ==\nThe '''river %d''' rises near [[Town %d|the town]] and flows {{convert|%d|km}} south.<ref name=\"r%d\">{{cite web|url=http://example.org/%d|title=River's end|last=Doe}}</ref> It is &ndash; they say &ndash; fed by lakes.\n\n* item one\n* item ''two''\n\n", n, n, n%7, n*3, n, n)
	}
	return b.String()[:size]
}

// tables makes about size bytes of tables whose cells have attributes, which are
// parsed twice.
func tables(size int) string {
	var b strings.Builder
	for n := 0; b.Len() < size; n++ {
		fmt.Fprintf(&b, "{| class=\"wikitable\"\n|-\n! Year !! Town\n|- style=\"x\"\n| align=\"right\" | %d || [[Town %d]]\n|}\n", 1900+n, n)
	}
	return b.String()
}

func BenchmarkParse(b *testing.B) {
	for _, page := range []struct{ name, text string }{
		{"article", article(20_000)},
		{"tables", tables(20_000)},
		{"prose", strings.Repeat("The river rises near the town and flows south. ", 425)},
	} {
		b.Run(page.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(page.text)))
			for b.Loop() {
				if _, err := Parse(page.text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRevise changes one word in the middle.
func BenchmarkRevise(b *testing.B) {
	for _, size := range []int{20_000, 100_000} {
		b.Run(fmt.Sprintf("%dkB", size/1000), func(b *testing.B) {
			text := article(size)
			half := strings.Index(text[size/2:], "river") + size/2
			texts := [2]string{text, text[:half] + "stream" + text[half+len("river"):]}
			pages := [2]*Page{parse(b, texts[0]), parse(b, texts[1])}
			b.ReportAllocs()
			b.SetBytes(int64(size))
			for i := 0; b.Loop(); i++ {
				if _, err := Revise(pages[i%2], texts[1-i%2]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkContent(b *testing.B) {
	page := parse(b, article(20_000))
	for _, way := range []struct {
		name string
		read func()
	}{
		{"string", func() { page.Content() }},
		{"runes", func() { page.ContentRunes() }},
	} {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(20_000)
			for b.Loop() {
				way.read()
			}
		})
	}
}

// BenchmarkHostile takes as long as two megabytes of each piece do, at most
// maxSteps.
func BenchmarkHostile(b *testing.B) {
	for _, piece := range hostile {
		b.Run(fmt.Sprintf("%q", piece), func(b *testing.B) {
			text := strings.Repeat(piece, 2<<20/len(piece))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(text); err != nil && !errors.Is(err, ErrTooComplex) {
					b.Fatal(err)
				}
			}
		})
	}
}
