package avro

import "testing"

func BenchmarkCodec(b *testing.B) {
	c := NewCodec()
	in := scoreEvent(b, "s", "1", noon)
	s, data, err := c.Encode(in)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("encode", func(b *testing.B) {
		b.SetBytes(int64(len(in)))
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := c.Encode(in); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Decode(s, data); err != nil {
				b.Fatal(err)
			}
		}
	})
}
