package consume

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

// What is written beside an offset is read back as it was, and moving the base
// forgets what is before it and nothing else.
func FuzzProgress(f *testing.F) {
	f.Add(int64(0), []byte{}, uint16(0))
	f.Add(int64(1<<40), []byte{0, 255, 1}, uint16(9))
	f.Add(int64(7), []byte{1}, uint16(60000))
	f.Fuzz(func(t *testing.T, base int64, gaps []byte, ahead uint16) {
		base = max(0, min(base, 1<<60))
		p := progress{base: base}
		want := map[int64]bool{}
		offset := base
		for _, gap := range gaps {
			offset += int64(gap)
			if offset-base >= maxSpan {
				break
			}
			p.add(offset)
			want[offset] = true
		}
		text := p.String()
		if len(text) > 4096 {
			t.Fatalf("%d bytes, Kafka keeps 4096", len(text))
		}
		back, err := parseProgress(base, text)
		if err != nil {
			t.Fatal(err)
		}
		later := back.from(base + int64(ahead))
		for offset := base - 1; offset < base+maxSpan+10; offset++ {
			if back.has(offset) != want[offset] {
				t.Fatalf("offset %d: %v, want %v", offset, back.has(offset), want[offset])
			}
			if got := later.has(offset); got != (want[offset] && offset >= later.base) {
				t.Fatalf("from %d: offset %d is %v", later.base, offset, got)
			}
		}
	})
}

// The longest progress fits beside an offset.
func TestLongestProgressFits(t *testing.T) {
	p := progress{base: 5}
	p.add(5 + maxSpan - 1)
	if n := len(p.String()); n > 4096 {
		t.Errorf("%d bytes, Kafka keeps 4096 by default", n)
	}
}

func TestParseProgress(t *testing.T) {
	for _, metadata := range []string{"", "kgo-3f2a", "revscore2:AA"} {
		p, err := parseProgress(9, metadata)
		if err != nil || p.base != 9 || p.has(9) {
			t.Errorf("%q of another client gave %v, %v", metadata, p, err)
		}
	}
	for _, metadata := range []string{"revscore1:?", "revscore1:A", "revscore1:" + base64.RawStdEncoding.EncodeToString(make([]byte, maxSpan/8+1))} {
		if _, err := parseProgress(9, metadata); !errors.Is(err, errProgress) || !strings.Contains(err.Error(), "offset 9") {
			t.Errorf("%.20q gave %v", metadata, err)
		}
	}
}
