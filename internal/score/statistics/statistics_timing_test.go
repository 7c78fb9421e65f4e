package statistics

import "testing"

func BenchmarkParse(b *testing.B) {
	data := fixture(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkThresholdQuery(b *testing.B) {
	info, err := Parse(fixture(b))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := info.FormatJSON(`statistics.thresholds.true."maximum recall @ precision >= 0.04"`); err != nil {
			b.Fatal(err)
		}
	}
}
