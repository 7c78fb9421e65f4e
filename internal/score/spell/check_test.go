package spell

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestCheckAsEnchant: what happens to a word before Hunspell sees it.
func TestCheckAsEnchant(t *testing.T) {
	wide, err := read("SET UTF-8\n", "3\nécole\n가\nx\n")
	if err != nil {
		t.Fatal(err)
	}
	latin, err := read("SET ISO8859-1\n", "2\n\xe9cole\nx\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		word        string
		wide, latin bool
	}{
		{"école", true, true},
		{"e\u0301cole", true, true}, // composed first
		{"\u1100\u1161", true, false},
		{"x\u0301", false, false},
		{"日本", false, false}, // no such letters in Latin 1
		{"", false, false},
		{"x\x00", false, false},
		{"x\xff", false, false},
		{"\xed\xa0\x80", false, false}, // a surrogate
		{"...", true, true},            // nothing is left to be wrong
		{"1,000", true, true},
		{strings.Repeat("1", 99), true, true},
		{strings.Repeat("1", 100), true, false}, // MAXWORDLEN
		{strings.Repeat("1", 299), true, false},
		{strings.Repeat("1", 300), false, false},
		{strings.Repeat("1", 301), false, false},
		{strings.Repeat("e\u0301", 100), false, false}, // 300 bytes asked, 200 after NFC
	} {
		if got := wide.Check(c.word); got != c.wide {
			t.Errorf("UTF-8: %.20q is %t", c.word, got)
		}
		if got := latin.Check(c.word); got != c.latin {
			t.Errorf("Latin 1: %.20q is %t", c.word, got)
		}
	}
}

// nfcCases are from Python's unicodedata.normalize.
var nfcCases = map[string]string{
	"abc":                        "abc",
	"a\u0301":                    "á",
	"A\u030a":                    "Å",
	"\u212b":                     "Å",             // a singleton
	"\u0344":                     "\u0308\u0301",  // never composed
	"\u0958":                     "\u0915\u093c",  // excluded
	"q\u0307\u0323":              "q\u0323\u0307", // ordered
	"d\u0307\u0323":              "ḍ\u0307",
	"a\u0315\u0300\u05ae\u0300b": "à\u05ae\u0300\u0315b",
	"\u0301a\u0301":              "\u0301á",
	"\u1100\u1161\u11a8":         "각",
	"\uac00\u11a8":               "각",
	"\uac01\u11a8":               "각\u11a8",
	"\u1100\u0300\u1161":         "\u1100\u0300\u1161",
	"\u0b47\u0300\u0b3e":         "\u0b47\u0300\u0b3e",
	"\U0001d15e":                 "\U0001d157\U0001d165",
	"s\u0323\u0307":              "ṩ",
	"\u1e9b\u0323":               "\u1e9b\u0323",
	"\ufb1d\u05b7":               "\u05d9\u05b4\u05b7",
}

func TestNFC(t *testing.T) {
	for in, want := range nfcCases {
		if got := nfc(in); got != want {
			t.Errorf("%+q becomes %+q, want %+q", in, got, want)
		}
	}
}

func FuzzNFC(f *testing.F) {
	for in := range nfcCases {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return // nothing else reaches nfc
		}
		once := nfc(s)
		if twice := nfc(once); twice != once {
			t.Errorf("%+q becomes %+q and then %+q", s, once, twice)
		}
	})
}

func TestChecker(t *testing.T) {
	first, err := read("", "1\nfoo\n")
	if err != nil {
		t.Fatal(err)
	}
	second, err := read("SET UTF-8\n", "2\nbar\nx\ufffd\n")
	if err != nil {
		t.Fatal(err)
	}
	both := []*Dictionary{first, second}
	for _, c := range []struct {
		cfg  Config
		word string
		want bool
	}{
		{Config{Dictionaries: both}, "foo", true},
		{Config{Dictionaries: both}, "bar", true},
		{Config{Dictionaries: both}, "baz", false},
		{Config{}, "foo", false},
		{Config{Dictionaries: both}, "x𝐀", false},
		{Config{Dictionaries: both, ReplaceAstral: true}, "x𝐀", true},
		{Config{Dictionaries: both, ReplaceAstral: true}, "x\xff", false},
		// 399 bytes, 299 of them left
		{Config{Dictionaries: both, ReplaceAstral: true}, strings.Repeat("𝐀", 100), false},
	} {
		checker := NewChecker(c.cfg)
		for range 2 { // asked and remembered
			if got := checker.Check(c.word); got != c.want {
				t.Errorf("%.20q is %t", c.word, got)
			}
		}
	}
}

// TestCheckerForgets: a table smaller than the text answers the same.
func TestCheckerForgets(t *testing.T) {
	d, words := large(t, 500)
	c := NewChecker(Config{Dictionaries: []*Dictionary{d}, Remember: 16})
	for range 3 {
		for _, word := range words {
			if got, want := c.Check(word), d.Check(word); got != want {
				t.Fatalf("%q is %t, the dictionary says %t", word, got, want)
			}
		}
	}
	if len(c.table) != 16 {
		t.Errorf("the table has %d places", len(c.table))
	}
}

func TestCheckerConcurrent(t *testing.T) {
	d, words := large(t, 200)
	c := NewChecker(Config{Dictionaries: []*Dictionary{d}, Remember: 64})
	done := make(chan string)
	for worker := range 4 {
		go func() {
			for i := range words {
				word := words[(i*7+worker)%len(words)]
				if c.Check(word) != d.Check(word) {
					done <- word
					return
				}
			}
			done <- ""
		}()
	}
	for range 4 {
		if word := <-done; word != "" {
			t.Errorf("%q is %t", word, !d.Check(word))
		}
	}
}

func TestCheckerAllocatesNothing(t *testing.T) {
	d, words := large(t, 100)
	c := NewChecker(Config{Dictionaries: []*Dictionary{d}})
	c.Check(words[0])
	if n := testing.AllocsPerRun(100, func() { c.Check(words[0]) }); n != 0 {
		t.Errorf("a remembered word: %v allocations", n)
	}
}
