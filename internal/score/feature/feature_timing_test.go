package feature

import (
	"testing"

	"revscore/internal/pages"
	"revscore/internal/score/analysis"
)

// BenchmarkEvaluate computes features of every source for real edits: of texts
// that nothing was made of yet, of a text whose parent was analysed before, as in
// a stream of edits of one page, and of texts that both were.
func BenchmarkEvaluate(b *testing.B) {
	p := compile(b, list(rude(b), everything()...))
	for _, e := range pages.Edits(b) {
		b.Run(e.Name, func(b *testing.B) {
			b.Run("fresh", func(b *testing.B) {
				b.SetBytes(int64(len(e.Before) + len(e.After)))
				b.ReportAllocs()
				for b.Loop() {
					p.Evaluate(input(e.After, e.Before))
				}
			})
			b.Run("next", func(b *testing.B) {
				parent := analysis.NewText(e.Before)
				p.Evaluate(Input{Revision: parent})
				b.SetBytes(int64(len(e.After)))
				b.ReportAllocs()
				for b.Loop() {
					p.Evaluate(Input{Revision: analysis.NewText(e.After), Parent: parent})
				}
			})
			b.Run("kept", func(b *testing.B) {
				in := input(e.After, e.Before)
				b.ReportAllocs()
				for b.Loop() {
					p.Evaluate(in)
				}
			})
		})
	}
}
