package event

import (
	"testing"
	"time"
)

func BenchmarkParse(b *testing.B) {
	for name, value := range map[string]string{"create": create, "change": change} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(value)))
			for b.Loop() {
				if _, err := Parse([]byte(value)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncodeScore(b *testing.B) {
	r, err := Parse([]byte(create))
	if err != nil {
		b.Fatal(err)
	}
	score := &Score{Prediction: true, Probability: map[string]float64{"true": 0.7596312, "false": 0.2403688}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := EncodeScore(r, "mediawiki.revision-score-reverted", Outcome{Model: "reverted", Version: "1.0", Score: score}, time.Now()); err != nil {
			b.Fatal(err)
		}
	}
}
