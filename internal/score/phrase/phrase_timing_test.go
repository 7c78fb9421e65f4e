package phrase

import (
	"fmt"
	"strings"
	"testing"
)

// As many phrases as there are idioms in the reference, in prose whose words
// begin some of them.
func BenchmarkFind(b *testing.B) {
	words := strings.Fields("a an on the in of to at by up out off take make give have bring hold keep turn " +
		"cut end hand head heart house line side time way word world bird stone water fire tip top back")
	var phrases []string
	for i := range 4597 {
		n := len(words)
		phrases = append(phrases, fmt.Sprint(words[i%n], " ", words[i*7/n%n], " the ", words[i*31%n], i%5))
	}
	s := mustNew(b, phrases, nil, false)
	var text strings.Builder
	for i := 0; text.Len() < 20_000; i++ {
		fmt.Fprint(&text, words[i*i%len(words)], " History ", words[i*3%len(words)], " the [[Nation|people]], ")
	}
	for _, input := range []struct{ name, text string }{
		{"prose", text.String()},
		{"prose-with-umlaut", "ü" + text.String()},
		{"hostile", strings.Repeat("take a the ", 20_000/11)},
	} {
		b.Run(input.name, func(b *testing.B) {
			b.SetBytes(int64(len(input.text)))
			b.ReportAllocs()
			var dst []int32
			for b.Loop() {
				dst = s.Find(dst[:0], input.text)
			}
		})
	}
}
