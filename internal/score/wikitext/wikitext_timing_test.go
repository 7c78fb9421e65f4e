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

// BenchmarkRevise changes a word in the middle of 20 kB.
func BenchmarkRevise(b *testing.B) {
	old := page(20_000)
	text := strings.Replace(old, "river 30", "stream 30", 1)
	for _, counted := range []bool{false, true} {
		b.Run(fmt.Sprintf("counted=%v", counted), func(b *testing.B) {
			before := Analyse(old)
			if counted {
				before.counted()
			}
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Revise(before, text)
			}
		})
	}
}

// BenchmarkSegments groups the tokens of 20 kB and goes through the list.
func BenchmarkSegments(b *testing.B) {
	text := page(20_000)
	tokens := Tokens(text)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		d := &Document{Text: text, Tokens: tokens}
		for range d.Segments() {
		}
	}
}

func BenchmarkCounts(b *testing.B) {
	for name, text := range map[string]string{
		"page":     page(20_000),
		"cyrillic": strings.Repeat("Вікіпедія — це [[ПРОЄКТ]]. ", 450),
	} {
		b.Run(name, func(b *testing.B) {
			tokens := Tokens(text)
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				d := &Document{Text: text, Tokens: tokens}
				d.Count(KindsOf(Word))
			}
		})
	}
}

// BenchmarkLower lower-cases all words of 20 kB, or compares each with itself in
// capitals.
func BenchmarkLower(b *testing.B) {
	text := page(20_000)
	var words, capitals []string
	for _, token := range Tokens(text) {
		if token.Kind == Word {
			words = append(words, token.Text(text))
			capitals = append(capitals, strings.ToUpper(token.Text(text)))
		}
	}
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		var buffer []byte
		for b.Loop() {
			for _, word := range words {
				buffer = AppendLower(buffer[:0], word)
			}
		}
	})
	b.Run("equal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for i, word := range words {
				if !EqualLower(word, capitals[i]) {
					b.Fatal(word)
				}
			}
		}
	})
}

func BenchmarkLongestRepeat(b *testing.B) {
	text := page(20_000)
	for name, text := range map[string]string{
		"page":     text,
		"ascii":    strings.NewReplacer("Ü", "U", "ï", "i", "é", "e").Replace(text),
		"prose":    strings.Repeat("the quick brown fox jumps over the lazy dog, and so on. ", 350),
		"cyrillic": strings.Repeat("Вікіпедія — це проєкт. ", 500),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				LongestRepeat(text)
			}
		})
	}
}
