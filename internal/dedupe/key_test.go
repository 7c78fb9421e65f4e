package dedupe

import (
	"strings"
	"testing"
)

func TestKeyText(t *testing.T) {
	long := strings.Repeat("x", maxPart+1)
	const longSum = "%#" // and 64 hex digits
	tests := []struct {
		name  string
		key   Key
		mark  string
		score string
	}{
		{"plain", Key{"score", "enwiki", "damaging", "0.5.1", 1234},
			"revscore:sent:{enwiki:1234}:score:damaging:0.5.1", "ores:enwiki:damaging:1234:0.5.1"},
		{"empty", Key{}, "revscore:sent:{:0}:::", "ores:::0:"},
		{"negative", Key{"s", "w", "m", "v", -5}, "revscore:sent:{w:-5}:s:m:v", "ores:w:m:-5:v"},
		{"separators", Key{"a:b", "%", "\x00\n\x7f", "é 😀", 1},
			"revscore:sent:{%25:1}:a%3Ab:%00%0A%7F:é 😀", "ores:%25:%00%0A%7F:1:é 😀"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(appendMarkKey(nil, &tt.key)); got != tt.mark {
				t.Errorf("mark %q, want %q", got, tt.mark)
			}
			if got := string(appendScoreKey(nil, "ores", &tt.key)); got != tt.score {
				t.Errorf("score %q, want %q", got, tt.score)
			}
		})
	}
	hashed := string(appendPart(nil, long))
	if !strings.HasPrefix(hashed, longSum) || len(hashed) != len(longSum)+64 {
		t.Errorf("a part of %d bytes becomes %q", len(long), hashed)
	}
	if got := string(appendPart(nil, hashed)); got == hashed {
		t.Errorf("a part that looks like a hash, %q, becomes that hash", got)
	}
}

// Law: two keys have the same text only when they are the same key; for scores,
// only when they differ in nothing but the stream.
func FuzzKeyInjective(f *testing.F) {
	f.Add("a:b", "c", "d", "e", int64(1), "a", "b:c", "d", "e", int64(1))
	f.Add("a", "w", "m", "1:v", int64(1), "a", "w", "m:1", "v", int64(1))
	f.Add("a%3Ab", "c", "d", "e", int64(1), "a:b", "c", "d", "e", int64(1))
	f.Add(strings.Repeat("x", 128), "", "", "", int64(0), strings.Repeat("x", 129), "", "", "", int64(0))
	f.Add("s", "\x00", "\xff", "%#", int64(-1), "s", "\x00\x00", "\xff", "%", int64(-1))
	f.Fuzz(func(t *testing.T, s1, w1, m1, v1 string, r1 int64, s2, w2, m2, v2 string, r2 int64) {
		a, b := Key{s1, w1, m1, v1, r1}, Key{s2, w2, m2, v2, r2}
		checkInjective(t, a, b)
		// Neighbours: a separator that moves from one part to the next.
		checkInjective(t, Key{s1 + ":" + s2, w1, m1, v1, r1}, Key{s1, s2 + ":" + w1, m1, v1, r1})
		checkInjective(t, a, Key{s1, w1, m1 + ":", v1, r1})
		for _, part := range []string{s1, w1, m1, v1, s2, w2, m2, v2} {
			text := string(appendPart(nil, part))
			if got := unescape(t, text); len(part) <= maxPart && got != part {
				t.Fatalf("%q became %q, which reads %q", part, text, got)
			}
			if len(text) > 3*maxPart {
				t.Fatalf("%d bytes became %d", len(part), len(text))
			}
		}
	})
}

func checkInjective(t *testing.T, a, b Key) {
	t.Helper()
	if ka, kb := string(appendMarkKey(nil, &a)), string(appendMarkKey(nil, &b)); (ka == kb) != (a == b) {
		t.Fatalf("%+v is %q and %+v is %q", a, ka, b, kb)
	}
	ka, kb := string(appendScoreKey(nil, "ores", &a)), string(appendScoreKey(nil, "ores", &b))
	a.Stream, b.Stream = "", ""
	if (ka == kb) != (a == b) {
		t.Fatalf("%+v is %q and %+v is %q", a, ka, b, kb)
	}
}

// unescape reads a part back; what it cannot be sure of it refuses.
func unescape(t *testing.T, s string) string {
	t.Helper()
	if strings.HasPrefix(s, "%#") {
		return s
	}
	var out []byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ':' || c < 0x20 || c == 0x7f:
			t.Fatalf("%q has an unescaped byte %#x", s, c)
		case c == '%':
			hi, lo := strings.IndexByte(hexDigits, s[i+1]), strings.IndexByte(hexDigits, s[i+2])
			if hi < 0 || lo < 0 {
				t.Fatalf("%q has a bad escape", s)
			}
			out = append(out, byte(hi<<4|lo))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return string(out)
}
