package fetch

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkDecode reads an answer with fifty revisions of pages of usual lengths.
func BenchmarkDecode(b *testing.B) {
	const paragraph = "The '''quick''' brown [[fox]] jumped \"over\" the lazy dog's <ref name=\"a\">ref</ref> – naïvely.\n"
	for _, size := range []int{2_000, 30_000} {
		b.Run(strconv.Itoa(size/1000)+"kB", func(b *testing.B) {
			wiki := upTo(50)
			var ids []int64
			for id := range wiki.texts {
				wiki.texts[id] = strings.Repeat(paragraph, size/len(paragraph))
				ids = append(ids, id)
			}
			body := []byte(wiki.body(ids))
			now := time.Now()
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				ans, _, err := decode(body, ids, 8<<20, now)
				if err != nil || len(ans.outcomes) != len(ids) {
					b.Fatal(len(ans.outcomes), err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(len(ids))/b.Elapsed().Seconds(), "revisions/s")
		})
	}
}
