package model

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"revscore/internal/score/hanzi"
	"revscore/internal/score/pattern"
)

// An item that an editor of another system spoilt would be found nowhere, without
// a word.
func TestLinesAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":           "line 1 is empty",
		"a\n\nb":     "line 2 is empty",
		"a\r\nb\r\n": "line 1 has white space, or a carriage return",
		"\ufeffa":    "byte order mark",
		"a\nb\xff":   "not UTF-8",
		"a \nb":      "line 1 has white space",
		"a\n\"b":     "line 2 begins with a quote and is no JSON string",
		"\"a\" b":    "line 1 begins with a quote and is no JSON string",
	} {
		for name, parse := range map[string]func(string) error{
			"words":      func(s string) error { _, err := parseWords(s); return err },
			"phrases":    func(s string) error { _, err := parsePhrases(s); return err },
			"conversion": func(s string) error { _, err := parseConversion(s); return err },
		} {
			if err := parse(text); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s of %q: %v, want %s", name, text, err, want)
			}
		}
	}
	if _, err := parseConversion("東东\n馬"); err == nil || !strings.Contains(err.Error(), "line 2 has 1 characters") {
		t.Errorf("half a pair: %v", err)
	}
	if _, err := parseWords("a\n\"a\""); err == nil || !strings.Contains(err.Error(), `line 2: "a" is there twice`) {
		t.Errorf("a word twice: %v", err)
	}
	if set, err := parsePhrases("kick the bucket\n"); err != nil || len(set.Find(nil, "Kick the Bucket")) != 1 {
		t.Errorf("a phrase: %v", err)
	}
}

func TestFormsRefuse(t *testing.T) {
	_, lines := writeLines([]string{"a", "\xff"})
	_, pairs := writePairs([]hanzi.Pair{{From: 'a', To: 0xd800}})
	_, lexicon := writeLexicon(pattern.Source{Patterns: []string{"a\xff"}})
	for name, err := range map[string]error{"lines": lines, "pairs": pairs, "lexicon": lexicon} {
		if !errors.Is(err, errNotUTF8) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAliasesAreRefused(t *testing.T) {
	// Nine lists of nine of the list before: 80 kB of text would be 3 GB of labels.
	bomb := "labels: [&a [x,x,x], &b [*a,*a,*a]]\n"
	for _, text := range []string{bomb, "name: !!str a\n", "%YAML 1.2\n---\nname: a\n", "origin: &o {file: a}\n<<: *o\n", "name: a\n---\nname: b\n"} {
		var c card
		if err := decode([]byte(text), &c); err == nil {
			t.Errorf("%q was read as %+v", text, c)
		}
	}
}

// What the library would take minutes or gigabytes for is refused before.
func TestLargeYAMLIsRefused(t *testing.T) {
	for want, text := range map[string]string{
		"more than 131072 words and marks":   "labels: [" + strings.Repeat("a,", 1<<17) + "]",
		"more than 1000 keys of one mapping": "statistics:\n" + strings.Repeat(" a:\n  - {b: 1}\n", 1001),
		"more than 1000 keys":                "statistics: {" + strings.Repeat("a: {b: 1}\n,", 501) + "}",
	} {
		var c card
		if err := decode([]byte(text), &c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
	}
	many := "features:\n" + strings.Repeat("  - name: a\n    expression: {b: c}\n", 2000)
	if err := tame([]byte(many)); err != nil {
		t.Errorf("2000 features: %v", err)
	}
}

// What is written reads back the same, and what can be read can be written.
func FuzzLines(f *testing.F) {
	for _, item := range fullDraft(f).Assets.Words["b.words"] {
		f.Add(item, "second")
	}
	f.Add("a\n\"b\"", "\u2029")
	f.Fuzz(func(t *testing.T, one, two string) {
		want := []string{one, two}
		data, err := writeLines(want)
		if valid := utf8.ValidString(one + "\n" + two); err != nil || !valid {
			if valid {
				t.Fatalf("write %q: %v", want, err)
			}
			return
		}
		got, err := readLines(string(data))
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%q is written as %q and read as %q, %v", want, data, got, err)
		}
		if read, err := readLines(one); err == nil {
			data, err := writeLines(read)
			if err != nil {
				t.Fatalf("%q can be read and not written: %v", one, err)
			}
			if again, err := readLines(string(data)); err != nil || !slices.Equal(again, read) {
				t.Fatalf("%q is read as %q, written and read as %q, %v", one, read, again, err)
			}
		}
	})
}

func FuzzLexicon(f *testing.F) {
	for _, src := range fullDraft(f).Assets.Lexicons {
		f.Add(src.Before, src.After, src.Patterns[0], "a", src.Flags == "i")
		for _, p := range src.Patterns {
			f.Add("", "", p, p, false)
		}
	}
	f.Add(odd1, odd1, odd1, odd1, true)
	f.Fuzz(func(t *testing.T, before, after, one, two string, fold bool) {
		want := pattern.Source{Patterns: []string{one, two}, Before: before, After: after, Exclude: []string{two, one}}
		if fold {
			want.Flags = "i"
		}
		data, err := writeLexicon(want)
		if err != nil {
			if utf8.ValidString(strings.Join([]string{before, after, one, two}, "\n")) {
				t.Fatalf("write %+v: %v", want, err)
			}
			return
		}
		var got lexicon
		if err := decode(data, &got); err != nil || !reflect.DeepEqual(pattern.Source(got), want) {
			t.Fatalf("%+v is written as\n%s and read as %+v, %v", want, data, got, err)
		}
	})
}

func FuzzReadLexicon(f *testing.F) {
	f.Add(rude)
	f.Add("patterns: [a, \"\\u200c\"]\n")
	f.Fuzz(func(t *testing.T, text string) {
		want, err := readLexicon(text)
		if err != nil {
			return
		}
		data, err := writeLexicon(want)
		if err != nil {
			t.Fatalf("%q can be read and not written: %v", text, err)
		}
		if got, err := readLexicon(string(data)); err != nil || !equalSources(got, want) {
			t.Fatalf("%q is read as %+v, written as\n%s and read as %+v, %v", text, want, data, got, err)
		}
	})
}

// equalSources takes no exceptions and an empty list of them for the same.
func equalSources(a, b pattern.Source) bool {
	return slices.Equal(a.Patterns, b.Patterns) && slices.Equal(a.Exclude, b.Exclude) &&
		a.Before == b.Before && a.After == b.After && a.Flags == b.Flags
}
