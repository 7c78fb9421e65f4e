package wikitext

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// Python has no such texts: a byte of no character has no case.
func TestLowerInvalidUTF8(t *testing.T) {
	for _, s := range []string{"\xff", "a\xffb", "\xe4\xb8", "\xed\xa0\x80", "\xce", "abcdefgh\xce", "\ufffd"} {
		if got := string(AppendLower([]byte("x"), s)); got != "x"+s {
			t.Errorf("%q becomes %q", s, got)
		}
		if IsUppercase(s) || IsUppercase("AB"+s) {
			t.Errorf("%q is in capitals", s)
		}
	}
}

func TestEqualLower(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"", "", true},
		{"", "a", false},
		{"Word", "wORD", true},
		{"word", "words", false},
		{"Extraordinarily", "EXTRAORDINARILY", true},
		{"extraordinarily", "extraordinarilY!", false},
		{"extraOrdinarily", "extraördinarily", false},
		{"[", "{", false},
		{"@", "`", false},
		{"İstanbul", "istanbul", true},
		{"İSTANBUL", "İstanbul", true},
		{"ı", "i", false},
		{"K", "k", true}, // the sign of Kelvin: three bytes and one
		{"ẞ", "ß", true},
		{"ß", "SS", false},
		{"ΟΔΥΣΣΕΥΣ", "οδυσσευς", true},
		{"ΟΔΥΣΣΕΥΣ", "οδυσσευσ", false},
		{"ΟΔΥΣΣΕΥΣΑ", "οδυσσευσα", true},
		{"Жук", "жУК", true},
		{"ǅ", "ǆ", true},
		{"\xff", "\xff", true},
		{"\xff", "\xfe", false},
		{"\xff", "\ufffd", false},
		{"A\xce", "a\xce", true},
	} {
		if EqualLower(test.a, test.b) != test.want || EqualLower(test.b, test.a) != test.want {
			t.Errorf("%q and %q are equal in lower case: %v", test.a, test.b, !test.want)
		}
	}
}

// FuzzLower: two texts are equal if what they become is, and ASCII becomes what
// it does elsewhere.
func FuzzLower(f *testing.F) {
	for _, c := range references(f) {
		f.Add(c.Text, c.Lower)
		f.Add(c.Text, strings.ToUpper(c.Text))
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		low, other := AppendLower(nil, a), AppendLower(nil, b)
		for _, pair := range []struct {
			a, b string
			want bool
		}{{a, b, bytes.Equal(low, other)}, {a, a, true}, {string(low), b, bytes.Equal(AppendLower(nil, string(low)), other)}} {
			if EqualLower(pair.a, pair.b) != pair.want {
				t.Fatalf("%q and %q are equal in lower case: %v", pair.a, pair.b, !pair.want)
			}
		}
		if ascii := strings.Map(func(r rune) rune { return r & 0x7F }, a); string(AppendLower(nil, ascii)) != strings.ToLower(ascii) {
			t.Fatalf("%q becomes %q", ascii, AppendLower(nil, ascii))
		}
	})
}

// Runs at each place of the eight bytes that are looked at together, in reach of
// characters that are looked at one by one, and after a longest run of each length.
func TestLongestRepeatEverywhere(t *testing.T) {
	for offset := range 20 {
		for length := range 14 {
			for _, run := range []string{"k", "kK", "\u212Ak", "[", "é", "Éé", "ſ", "Σσ", "İ", "\u0307", "\xff", "中"} {
				for _, first := range []string{"", "==", "'''", "-----", "1111111"} {
					middle := strings.Repeat(run, length)
					for _, text := range []string{
						first + strings.Repeat("ab", offset)[:offset] + middle + "xyzxyzxyzxyz",
						first + strings.Repeat("ab", offset)[:offset] + middle + "\u212Akk é",
						first + "é" + middle + strings.Repeat("cd", offset) + middle,
					} {
						if got, want := LongestRepeat(text), slowRepeat(text); got != want {
							t.Fatalf("%q: %d, want %d", text, got, want)
						}
					}
				}
			}
		}
	}
}

func TestCommonEnds(t *testing.T) {
	for _, length := range []int{0, 1, 7, 8, 9, 15, 16, 255, 256, 257, 300, 600} {
		for common := 0; common <= length; common += 1 + common/9 {
			t.Run(fmt.Sprint(common, " of ", length), func(t *testing.T) {
				same, rest := strings.Repeat("é~", common)[:common], length-common
				a, b := strings.Repeat("a", rest), strings.Repeat("b", rest+3)
				if got := commonPrefix(same+a, same+b); got != common {
					t.Errorf("prefix is %d", got)
				}
				if got := commonSuffix(a+same, b+same); got != common {
					t.Errorf("suffix is %d", got)
				}
				if got := commonPrefix(same, same+b); got != common {
					t.Errorf("prefix of a whole is %d", got)
				}
				if got := commonSuffix(b+same, same); got != common {
					t.Errorf("suffix of a whole is %d", got)
				}
			})
		}
	}
}
