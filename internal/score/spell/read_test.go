package spell

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"
)

func read(aff, dic string) (*Dictionary, error) {
	return Read("x.aff", strings.NewReader(aff), "x.dic", strings.NewReader(dic))
}

func TestReadErrors(t *testing.T) {
	const dic = "1\nfoo\n"
	for _, c := range []struct{ name, aff, dic, want string }{
		{"empty dic", "", "", "x.dic:1: the file is empty"},
		{"no count", "", "foo\nbar\n", `x.dic:1: "foo" is no number of words`},
		{"count of 0", "", "0\n", "x.dic:1:"},
		{"truncated dic", "", "100\nfoo\nbar\n", "x.dic:3: 2 words, the first line announces 100"},
		{"binary dic", "", "2\nfoo\nb\x00r\n", "x.dic:3: a zero byte"},
		{"binary aff", "SET UTF-8\n\x7fELF\x00", dic, "x.aff:2: a zero byte"},
		{"dic in Latin 1", "SET UTF-8\n", "2\nfoo\nb\xe4r\n", `x.dic:3: "b\xe4r" is not UTF-8`},
		{"aff in Latin 1", "SET UTF-8\nSFX A Y 1\nSFX A 0 \xe4 .\n", dic, "x.aff:3:"},
		{"endless word", "", "1\n" + strings.Repeat("a", 2000) + "\n", "x.dic:2: a word of 2000 bytes"},
		{"flag type", "FLAG roman\n", dic, `x.aff:1: unknown flag type "roman"`},
		{"flag number", "FLAG num\n", "1\nfoo/a\n", `x.dic:2: flag "a" is no number`},
		{"flag too large", "FLAG num\nKEEPCASE 65510\n", dic, `x.aff:2: flag "65510"`},
		{"flags not UTF-8", "FLAG UTF-8\n", "1\nfoo/\xff\n", "x.dic:2: flags"},
		{"flag of a high plane", "FLAG UTF-8\nKEEPCASE 𝐀\n", dic, "x.aff:2: flags"},
		{"encoding", "SET ISCII-DEVANAGARI\n", dic, "x.aff: SET names an unknown encoding"},
		{"no encoding", "SET\n", dic, "x.aff:1: SET has no value"},
		{"twice", "KEEPCASE A\n# so\nKEEPCASE B\n", dic, "x.aff:3: KEEPCASE is given twice"},
		{"SET twice", "SET UTF-8\nSET UTF-8\n", dic, "x.aff:2: SET is given twice"},
		{"TRY twice", "TRY a\nTRY b\n", dic, "x.aff:2: TRY is given twice"},
		{"late SET", "REP 1\nREP a b\nSFX A Y 1\nSFX A 0 s .\nSET UTF-8\n", dic, "must come before affixes"},
		{"affix header", "SFX A Y\n", dic, "x.aff:1:"},
		{"affix without lines", "SFX A Y 0\n", dic, `x.aff:1: affix A has "0" lines`},
		{"too many lines announced", "SFX A Y 2\nSFX A 0 s .\nSFX B Y 1\nSFX B 0 t .\n", dic, "x.aff:3:"},
		{"too few lines announced", "SFX A Y 1\nSFX A 0 s .\nSFX A 0 t .\n", dic, `x.aff:3: affix A has "t" lines`},
		{"blank line in an affix", "SFX A Y 2\nSFX A 0 s .\n\nSFX A 0 t .\n", dic, "x.aff:3:"},
		{"affix cut off", "SFX A Y 3\nSFX A 0 s .\n", dic, "x.aff:2: the file ends after 1 of 3 lines of affix A"},
		{"a billion lines announced", "SFX A Y 999999999\n", dic, "x.aff:1: the file ends after 0"},
		{"inner dot", "SFX A Y 1\nSFX A 0 a.b .\n", dic, "x.aff:2:"},
		{"table cut off", "REP 3\nREP a b\n", dic, "x.aff:2: the file ends after 1 of 3 rows of REP"},
		{"table of another keyword", "MAP 2\nMAP ab\nBREAK 0\n", dic, "x.aff:3:"},
		{"table count", "ICONV many\n", dic, `x.aff:1: ICONV has "many" rows`},
		{"table without count", "AF\t\n", dic, "x.aff:1: AF has no number of rows"},
		{"table twice", "BREAK 0\nBREAK 1\nBREAK -\n", dic, "x.aff:2: BREAK is given twice"},
		{"empty pattern", "ICONV 1\nICONV __ a\n", dic, "x.aff:2: ICONV has an empty pattern"},
		{"empty mistake", "REP 1\nREP ^$ a\n", dic, "x.aff:2: REP has an empty pattern"},
		{"alias", "AF 1\nAF A\n", "1\nfoo/2\n", `x.dic:2: no AF alias "2" among 1`},
		{"alias of an affix", "AF 1\nAF A\nSFX B Y 1\nSFX B 0 s/9 .\n", dic, "x.aff:4:"},
		{"syllables", "COMPOUNDSYLLABLE\n", dic, "x.aff:1: COMPOUNDSYLLABLE has no number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(c.aff, c.dic)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
}

// TestReadTolerance: what Debian's files have and Hunspell takes.
func TestReadTolerance(t *testing.T) {
	for _, c := range []struct{ name, aff, dic, word string }{
		{"byte order marks", "\ufeffSET UTF-8\nFLAG num\n", "\ufeff1\nfoo/0\n", "foo"},
		{"carriage returns", "SET UTF-8\r\nSFX A Y 1\r\nSFX A 0 s .\r\n", "1\r\nfoo/A\r\n", "foos"},
		{"too many words", "", "1\nfoo\nbar\nbaz\n", "baz"},
		{"a few words missing", "", "10\nfoo\n" + strings.Repeat("x\n", 8), "foo"},
		{"text behind the count", "", "1\t1\nfoo\n", "foo"},
		{"a slash that parts no flags", "FLAG num\n", "100\nfoo\n\"A/S\"\n" + strings.Repeat("x\n", 98), "foo"},
		{"unknown lines", "NAME caf\xe9\nSET UTF-8\n\nCOMPOUNDLAST Z\n# FLAG?\n", "1\nfoo\n", "foo"},
		{"no line end", "SET UTF-8", "1\nfoo", "foo"},
		{"tables of suggestions", "PHONE 1\nPHONE A B\nMAP 1\nMAP ab\nOCONV 1\nOCONV a b\n", "1\nfoo\n", "foo"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := read(c.aff, c.dic)
			if err != nil {
				t.Fatal(err)
			}
			if !d.Check(c.word) || d.Check(c.word+"q") {
				t.Errorf("%q is %t, %[1]qq %t", c.word, d.Check(c.word), d.Check(c.word+"q"))
			}
		})
	}
}

func TestReadFailing(t *testing.T) {
	broken := errors.New("broken")
	_, err := Read("x.aff", strings.NewReader(""), "x.dic", iotest.ErrReader(broken))
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "x.dic") {
		t.Errorf("error %v", err)
	}
	if _, err := Load("testdata/none.aff", "testdata/none.dic"); err == nil || !strings.Contains(err.Error(), "none.aff") {
		t.Errorf("error %v", err)
	}
}

func TestSum(t *testing.T) {
	a, err := read("SET UTF-8\n", "1\nfoo\n")
	if err != nil {
		t.Fatal(err)
	}
	b, err := read("SET UTF-8\n", "1\nfoo\n\n")
	if err != nil {
		t.Fatal(err)
	}
	// printf 'SET UTF-8\n1\nfoo\n' | sha256sum
	const want = "3808d8766684ce84e57a34fde7426bd4992df2a173d0361e3a6874f7cedf0c2e"
	if a.Sum() != want || b.Sum() == want {
		t.Errorf("sums %s and %s, want %s", a.Sum(), b.Sum(), want)
	}
}
