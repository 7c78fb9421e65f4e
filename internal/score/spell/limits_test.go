package spell

import (
	"fmt"
	"strings"
	"testing"
)

// steps checks a word and counts what that took.
func (d *Dictionary) countSteps(word string) (bool, int) {
	s := newSearch(d)
	s.reset()
	return s.spell([]byte(nfc(word)), 0), s.steps
}

// TestBounded: dictionaries and words made to explode.
func TestBounded(t *testing.T) {
	loop := "SET UTF-8\nSFX A Y 2\nSFX A 0 a/AB .\nSFX A 0 0/AB .\nSFX B Y 2\nSFX B 0 a/AB .\nSFX B a a/AB a\n" +
		"PFX B Y 2\nPFX B 0 a/AB .\nPFX B 0 0/A .\n"
	var affixes strings.Builder
	fmt.Fprintf(&affixes, "SET UTF-8\nSFX A Y 3000\n")
	for i := range 3000 {
		fmt.Fprintf(&affixes, "SFX A %s %s/A .\n", strings.Repeat("b", 1+i%40), strings.Repeat("a", i%30))
	}
	for _, c := range []struct{ name, aff, dic, word string }{
		{"compound", "SET UTF-8\nCOMPOUNDFLAG C\nCOMPOUNDMIN 1\n", "3\na/C\naa/C\naaa/C\n", strings.Repeat("a", 290) + "b"},
		{"compound of 10,000 letters", "SET UTF-8\nCOMPOUNDFLAG C\nCOMPOUNDMIN 1\n", "1\na/C\n", strings.Repeat("a", 10_000)},
		{"compound rule", "SET UTF-8\nCOMPOUNDMIN 1\nCOMPOUNDRULE 1\nCOMPOUNDRULE A*A*A*A*A*B\n", "2\na/A\naa/A\n", strings.Repeat("a", 98) + "b"},
		{"compound rule with many stars", "SET UTF-8\nCOMPOUNDMIN 1\nCOMPOUNDRULE 2\nCOMPOUNDRULE A*A*A*A*A*A*A*A*A*B\nCOMPOUNDRULE CC\n", "2\na/A\nc/C\n", strings.Repeat("a", 97) + "c"},
		{"affix loop", loop, "1\na/AB\n", strings.Repeat("a", 200)},
		{"affixes", affixes.String(), "1\nc/A\n", strings.Repeat("a", 290)},
		{"affixes of capitals", affixes.String(), "1\nc/A\n", strings.Repeat("A-", 9) + strings.Repeat("A", 40)},
		{"breaks", "SET UTF-8\nCOMPOUNDFLAG C\nCOMPOUNDMIN 1\nBREAK 3\nBREAK -\nBREAK a\nBREAK ^a\n", "2\na/C\naa/C\n", "b" + strings.Repeat("-b", 9)},
		{"breaks made by conversion", "SET UTF-8\nICONV 1\nICONV b b-b\nBREAK 1\nBREAK -\n", "1\na\n", "b-c"},
		{"forbidden and replaced", "SET UTF-8\nCOMPOUNDFLAG C\nCOMPOUNDFORBIDFLAG X\nCOMPOUNDMIN 1\nCHECKCOMPOUNDPATTERN 1\nCHECKCOMPOUNDPATTERN a b c\n", "2\na/CX\nb/C\n", "acab"},
		{"sharps", "SET UTF-8\nCHECKSHARPS\nCOMPOUNDFLAG C\nCOMPOUNDMIN 1\n", "2\nß/C\ns/C\n", strings.Repeat("S", 290) + "X"},
		{"mistakes", "SET UTF-8\nCOMPOUNDFLAG C\nCHECKCOMPOUNDREP\nCOMPOUNDMIN 1\nREP 1\nREP a aa\n", "2\na/C\naa b\n", strings.Repeat("a", 280)},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := read(c.aff, c.dic)
			if err != nil {
				t.Fatal(err)
			}
			known, steps := d.countSteps(c.word)
			if known != d.Check(c.word) {
				t.Errorf("%t, then not", known)
			}
			// What a step over the limit leads to is finished.
			if steps > totalSteps+1000 {
				t.Errorf("%d steps, at most %d", steps, totalSteps)
			}
			t.Logf("%d steps", steps)
		})
	}
}

// FuzzRead: whatever the files hold, reading them is an error that names one
// of them and a line, or a dictionary that answers within its limits.
func FuzzRead(f *testing.F) {
	for _, r := range cases(f) {
		f.Add(r.aff, r.dic, strings.Join(r.words, " "))
	}
	f.Fuzz(func(t *testing.T, aff, dic, words string) {
		d, err := read(aff, dic)
		if err != nil {
			if text := err.Error(); !strings.HasPrefix(text, "x.aff:") && !strings.HasPrefix(text, "x.dic:") {
				t.Errorf("error %q names no file", text)
			}
			return
		}
		for i, word := range strings.Fields(words) {
			if i == 20 {
				break
			}
			d.Check(word)
			if _, steps := d.countSteps(word); steps > totalSteps+1000 {
				t.Errorf("%q takes %d steps", word, steps)
			}
		}
	})
}
