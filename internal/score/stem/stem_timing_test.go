package stem

import "testing"

// The recorded words are longer and richer in suffixes than those of texts.
func BenchmarkStem(b *testing.B) {
	words := map[string][]string{}
	for _, r := range recordedStems(b) {
		words[r.language] = append(words[r.language], r.word)
	}
	plain := []string{"The", "article", "generalizations", "was", "happily", "Germany", "cities", "of", "national", "running"}
	run := func(name, language string, words []string) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			s, dst, i := stemmer(b, language), make([]byte, 0, 256), 0
			for b.Loop() {
				dst = s.AppendStem(dst[:0], words[i])
				if i++; i == len(words) {
					i = 0
				}
			}
		})
	}
	run("english-plain", "english", plain)
	for _, language := range languages {
		run(language, language, words[language])
	}
}
