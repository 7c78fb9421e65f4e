package pattern

import (
	"fmt"
	"strings"
	"testing"
)

// article makes about size bytes of synthetic article with few hits.
func article(size int) string {
	var b strings.Builder
	for n := 0; b.Len() < size; n++ {
		fmt.Fprintf(&b, "== Section %d ==\nThe '''river %d''' rises near [[Town %d|the town]] and flows {{convert|%d|km}} south of the great northern hills.<ref name=\"r%d\">{{cite web|url=http://example.org/%d|title=River's end}}</ref> It's fed by lakes, isn't it? Überall: naïve café. Many boats passed here before the bridge was built, as historians have grudgingly observed.\n\n* item one\n* item two\n\n", n, n, n%7, n*3, n, n)
	}
	return b.String()[:size]
}

func BenchmarkLexicon(b *testing.B) {
	cyrillic := strings.Repeat("Волга берёт начало на холмах и течёт мимо городов к морю. ", 400)
	for i, name := range map[int]string{0: "words", 2: "consuming", 3: "bare", 4: "open", 5: "ahead"} {
		l := inventedLexicons(b)[i]
		for kind, text := range map[string]string{"article": article(40_000), "cyrillic": cyrillic} {
			b.Run(name+"/"+kind, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(text)))
				var dst []Span
				for b.Loop() {
					var err error
					if dst, err = l.Find(dst[:0], text); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkRevise(b *testing.B) {
	l := inventedLexicons(b)[0]
	text := article(40_000)
	old, err := l.Find(nil, text)
	if err != nil {
		b.Fatal(err)
	}
	edited := text[:20_000] + " grumpf " + text[20_000:]
	b.ReportAllocs()
	b.SetBytes(int64(len(edited)))
	var dst []Span
	for b.Loop() {
		if dst, err = l.Revise(dst[:0], text, old, edited); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	paragraph := article(2_000)
	for _, c := range []struct{ name, expr, text string }{
		{"name", `(?i)^cit(e|ation)`, "cite web"},
		{"miss", `(?i)Info|Infobox`, "convert"},
		{"inner", `(?i).*[ _]bilgi[ _]kutusu`, "Kişi bilgi kutusu"},
		{"paragraph", `(?i)^(?!\s*$)((?!<ref>)(.|\n))*$`, paragraph},
		{"comment", `(?i).*\[\[[^\]]+\]\].*`, "Reverted edits by [[Special:Contributions/1.2.3.4|1.2.3.4]]"},
	} {
		p, err := Compile(c.expr)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Match(c.text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCount(b *testing.B) {
	text := article(40_000)
	p, err := Compile(`(?i)\{\{(multiple image|image array|gallery)`)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := p.Count(text); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHostile has one throughput for both sizes if searching is linear.
func BenchmarkHostile(b *testing.B) {
	p, err := Compile(`(?s)a.*z|a`)
	if err != nil {
		b.Fatal(err)
	}
	for _, size := range []int{1 << 15, 1 << 21} {
		text := strings.Repeat("a", size)
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				if n, err := p.Count(text); n != size || err != nil {
					b.Fatal(n, err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		if _, err := CompileLexicon(invented[0]); err != nil {
			b.Fatal(err)
		}
	}
}
