package feed

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

func TestPlain(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "Alpine chough", "Alpine chough"},
		{"escape sequence", "a\x1b[2Jb", "a\ufffd[2Jb"},
		{"C1 control", "a\u009b31mb", "a\ufffd31mb"},
		{"line breaks", "a\r\nb\u2028c", "a\ufffd\ufffdb\ufffdc"},
		{"NUL and DEL", "\x00\x7f", "\ufffd\ufffd"},
		{"override", "photo\u202egpj.exe", "photo\ufffdgpj.exe"},
		{"isolates and marks of direction", "\u2066a\u2069\u200e\u061c", "\ufffda\ufffd\ufffd\ufffd"},
		{"zero width", "a\u200bb\ufeff", "a\ufffdb\ufffd"},
		{"invalid UTF-8", "a\xffb\xc3", "a\ufffdb\ufffd"},
		{"Arabic stays", "مدينة قديمة", "مدينة قديمة"},
		{"Persian non-joiner stays", "می\u200cخواهم", "می\u200cخواهم"},
		{"emoji of several parts stays", "👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"},
		{"tower of marks", "a" + strings.Repeat("\u0301", 100), "a" + strings.Repeat("\u0301", maxMarks)},
		{"too long", strings.Repeat("é", maxText), strings.Repeat("é", maxText/2)},
		{"too long, cut in a character", "a" + strings.Repeat("é", maxText), "a" + strings.Repeat("é", maxText/2-1)},
		{"too long and not text", strings.Repeat("\xbf", 2*maxText), strings.Repeat("\ufffd", maxText-utf8.UTFMax)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := plain(tt.in); got != tt.want {
				t.Errorf("plain(%+q) is %+q, want %+q", tt.in, got, tt.want)
			}
		})
	}
}

func TestClip(t *testing.T) {
	tests := []struct {
		in    string
		width int
		want  string
	}{
		{"abcdef", 6, "abcdef"},
		{"abcdefg", 6, "abcde…"},
		{"東京の鉄道", 10, "東京の鉄道"},
		{"東京の鉄道", 9, "東京の鉄…"},
		{"東京の鉄道", 8, "東京の…"}, // half a character does not fit
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…"},
		{"👩\u200d👩\u200d👧👩\u200d👩\u200d👧", 3, "👩\u200d👩\u200d👧…"},
		{"", 1, ""},
	}
	for _, tt := range tests {
		if got := clip(tt.in, tt.width); got != tt.want {
			t.Errorf("clip(%q, %d) is %q, want %q", tt.in, tt.width, got, tt.want)
		}
	}
}

// FuzzText: whatever users wrote, a cell of a line is printable, valid and
// exactly as wide as it should be, and being made plain changes it only once.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "Alpine_chough", "a\x1b[2J\u202e\x00\xff", "東京の鉄道路線", "👩\u200d👩\u200d👧🏳️\u200d🌈", "ก็\u0e47\u0e47\u0e47\u0e47\u0e47", "\u1100\u1161\u11a8", "🇩🇪🇫🇷", strings.Repeat("\u0301", 3000)} {
		f.Add(s, uint8(20))
	}
	f.Fuzz(func(t *testing.T, s string, w uint8) {
		width := int(w)%100 + 1
		got := plain(s)
		if again := plain(got); again != got && len(got) <= maxText {
			t.Fatalf("plain(%+q) is %+q, and again %+q", s, got, again)
		}
		cell := pad(got, width)
		if !utf8.ValidString(cell) {
			t.Fatalf("%+q is not UTF-8", cell)
		}
		if i := strings.IndexFunc(cell, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }); i >= 0 {
			t.Fatalf("%+q has a control character at %d", cell, i)
		}
		if n := uniseg.StringWidth(clip(got, width)); n > width {
			t.Fatalf("%+q is %d wide, want at most %d", cell, n, width)
		}
	})
}
