package spell

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// large makes a dictionary of n roots with a few affixes, and words of it
// and near it, from a fixed seed.
func large(tb testing.TB, n int) (*Dictionary, []string) {
	tb.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	syllables := strings.Fields("ba ce di fo gu la men nor pir sta tru vel wi zo é ß")
	word := func() string {
		var b strings.Builder
		for range 2 + rng.IntN(3) {
			b.WriteString(syllables[rng.IntN(len(syllables))])
		}
		return b.String()
	}
	var dic strings.Builder
	fmt.Fprintln(&dic, n)
	var words []string
	for range n {
		root := word()
		fmt.Fprintf(&dic, "%s/ABC\n", root)
		words = append(words, root, root+"s", "un"+root+"ed", strings.ToUpper(root[:1])+root[1:], root+"x", word(), "re"+word()+"ing")
	}
	aff := "SET UTF-8\nPFX A Y 2\nPFX A 0 un .\nPFX A 0 re .\nSFX B Y 2\nSFX B 0 s [^s]\nSFX B 0 es s\n" +
		"SFX C Y 3\nSFX C 0 ed [^e]\nSFX C e ing e\nSFX C 0 ing [^e]\n"
	d, err := Read("invented.aff", strings.NewReader(aff), "invented.dic", strings.NewReader(dic.String()))
	if err != nil {
		tb.Fatal(err)
	}
	rng.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	return d, words
}

func BenchmarkCheck(b *testing.B) {
	d, words := large(b, 50_000)
	b.Run("unseen", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			d.Check(words[i%len(words)])
		}
	})
	b.Run("seen", func(b *testing.B) {
		c := NewChecker(Config{Dictionaries: []*Dictionary{d}})
		few := words[:1000]
		for _, word := range few {
			c.Check(word)
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			c.Check(few[i%len(few)])
		}
	})
}
