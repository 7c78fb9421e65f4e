package spell

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recorded is an invented dictionary with what the real hunspell said of words
// (tools/spell/record.py).
type recorded struct {
	name     string
	aff, dic string
	words    []string
	known    []bool
}

func parseRecorded(tb testing.TB, name, text string) recorded {
	tb.Helper()
	r := recorded{name: name}
	_, rest, found := strings.Cut(text, "-- aff --\n")
	r.aff, rest, _ = strings.Cut(rest, "-- dic --\n")
	r.dic, rest, _ = strings.Cut(rest, "-- words --\n")
	for line := range strings.Lines(rest) {
		word, answer, answered := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if !answered {
			tb.Fatalf("%s: no answer for %q", name, word)
		}
		r.words = append(r.words, word)
		r.known = append(r.known, answer == "1")
	}
	if !found || len(r.words) == 0 {
		tb.Fatalf("%s has no words", name)
	}
	return r
}

func cases(tb testing.TB) []recorded {
	tb.Helper()
	files, err := filepath.Glob("testdata/cases/*.txt")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no cases: %v", err)
	}
	var all []recorded
	for _, file := range files {
		all = append(all, parseRecorded(tb, filepath.Base(file), readFile(tb, file)))
	}
	return all
}

func invented(tb testing.TB) []recorded {
	tb.Helper()
	var all []recorded
	for section := range strings.SplitSeq(readFile(tb, "testdata/random.txt"), "== ") {
		if number, text, found := strings.Cut(section, " ==\n"); found {
			all = append(all, parseRecorded(tb, "seed "+number, text))
		}
	}
	if len(all) == 0 {
		tb.Fatal("no invented dictionaries")
	}
	return all
}

func readFile(tb testing.TB, name string) string {
	tb.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

// read loads the dictionary, in the encoding that its SET names.
func (r recorded) read(tb testing.TB) *Dictionary {
	tb.Helper()
	encode := func(text string) *bytes.Reader { return bytes.NewReader([]byte(text)) }
	for line := range strings.Lines(r.aff) {
		if name, found := strings.CutPrefix(line, "SET "); found && name != "UTF-8\n" {
			set := newCharset(strings.TrimSpace(name))
			encode = func(text string) *bytes.Reader {
				data, ok := set.encode(nil, text)
				if !ok {
					tb.Fatalf("%s has letters that %s has not", r.name, name)
				}
				return bytes.NewReader(data)
			}
		}
	}
	d, err := Read("case.aff", encode(r.aff), "case.dic", encode(r.dic))
	if err != nil {
		tb.Fatalf("%s: %v", r.name, err)
	}
	return d
}

func (r recorded) check(t *testing.T) {
	d := r.read(t)
	for i, word := range r.words {
		if got := d.Check(word); got != r.known[i] {
			t.Errorf("%q is %t, hunspell says %t", word, got, r.known[i])
		}
	}
}

func TestCases(t *testing.T) {
	for _, r := range cases(t) {
		t.Run(r.name, r.check)
	}
}

// TestInvented: rules in combinations nobody would write.
func TestInvented(t *testing.T) {
	for _, r := range invented(t) {
		t.Run(r.name, r.check)
	}
}
