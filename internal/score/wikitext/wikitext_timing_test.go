package wikitext

import (
	"fmt"
	"strings"
	"testing"
)

// page makes about size bytes of synthetic article.
func page(size int) string {
	var b strings.Builder
	for n := 0; b.Len() < size; n++ {
		fmt.Fprintf(&b, "== Section %d ==\nThe '''river %d''' rises near [[Town %d|the town]] and flows {{convert|%d|km}} south.<ref name=\"r%d\">{{cite web|url=http://example.org/%d|title=River's end}}</ref> It's fed by lakes, isn't it? Überall: naïve café.\n\n* item one\n* item two\n\n", n, n, n%7, n*3, n, n)
	}
	return b.String()[:size]
}

func BenchmarkTokens(b *testing.B) {
	for name, text := range map[string]string{
		"page":   page(20_000),
		"han":    strings.Repeat("维基百科是一个内容自由的百科全书。", 400),
		"arabic": strings.Repeat("ويكيبيديا هي موسوعة حرة. ", 450),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Tokens(text)
			}
		})
	}
}

// BenchmarkHostile has one throughput for both sizes if lexing is linear.
func BenchmarkHostile(b *testing.B) {
	for _, piece := range []string{"<ref ", "</ref ", "<!--", "\n \r", "&a"} {
		for _, size := range []int{1 << 15, 1 << 21} {
			b.Run(fmt.Sprintf("%q/%d", piece, size), func(b *testing.B) {
				text := strings.Repeat(piece, size/len(piece))
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					Tokens(text)
				}
			})
		}
	}
}

func BenchmarkAnalyse(b *testing.B) {
	text := page(20_000)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Analyse(text)
	}
}

func BenchmarkLongestRepeat(b *testing.B) {
	text := page(20_000)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		LongestRepeat(text)
	}
}
