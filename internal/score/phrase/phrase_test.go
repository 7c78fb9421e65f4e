package phrase

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// recorded is a row of testdata/phrases.jsonl.gz: see tools/stem/record.py.
type recorded struct {
	Phrases []string
	Exclude []string
	Case    bool
	Texts   []struct {
		text  string
		found []string
	}
}

func recordedSets(t testing.TB) []recorded {
	t.Helper()
	file, err := os.Open("testdata/phrases.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var rows []recorded
	for in := json.NewDecoder(unzipped); in.More(); {
		var raw struct {
			recorded
			Texts [][2]json.RawMessage
		}
		if err := in.Decode(&raw); err != nil {
			t.Fatal(err)
		}
		r := raw.recorded
		r.Texts = make([]struct {
			text  string
			found []string
		}, len(raw.Texts))
		for i, pair := range raw.Texts {
			if err := json.Unmarshal(pair[0], &r.Texts[i].text); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(pair[1], &r.Texts[i].found); err != nil {
				t.Fatal(err)
			}
		}
		rows = append(rows, r)
	}
	if len(rows) < 200 {
		t.Fatalf("only %d sets are recorded", len(rows))
	}
	return rows
}

func mustNew(t testing.TB, phrases, exclude []string, caseSensitive bool) *Set {
	t.Helper()
	s, err := New(phrases, exclude, caseSensitive)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func found(s *Set, text string) []string {
	names := []string{}
	for _, i := range s.Find(nil, text) {
		names = append(names, s.Phrase(i))
	}
	return names
}

func TestRecorded(t *testing.T) {
	hits := 0
	for _, r := range recordedSets(t) {
		s := mustNew(t, r.Phrases, r.Exclude, r.Case)
		for _, c := range r.Texts {
			if got := found(s, c.text); !slices.Equal(got, c.found) {
				t.Errorf("%q without %q, case %v, in %q: %q, want %q", r.Phrases, r.Exclude, r.Case, c.text, got, c.found)
			}
			hits += len(c.found)
		}
	}
	if hits < 1000 {
		t.Errorf("only %d hits are recorded", hits)
	}
}

func TestFind(t *testing.T) {
	for _, test := range []struct {
		name    string
		phrases []string
		text    string
		want    []string
	}{
		{"the list's spelling", []string{"Bill W."}, "friends of BILL W.", []string{"Bill W."}},
		{"the last of equal ones", []string{"ab", "Ab", "AB"}, "aB", []string{"AB"}},
		{"é ends a word", []string{"caf"}, "café", []string{"caf"}},
		{"_ does not", []string{"caf"}, "caf_ caf7", nil},
		{"longest", []string{"tip", "tip of the iceberg"}, "tip of the iceberg, tip of the", []string{"tip of the iceberg", "tip"}},
		{"passed over behind a hit", []string{"a", "-b"}, "a-b a--b", []string{"a", "a", "-b"}},
		{"passed over behind a word", []string{" b"}, "x b", nil},
		{"at the second word", []string{"new york city", "york"}, "new york town", []string{"york"}},
		{"at the end", []string{"on", "110%"}, "110% on", []string{"110%", "on"}},
		{"a sigma is final", []string{"ΟΔΟΣ"}, "οδος ΟΔΟΣΑ οδοσ ΟΔΟΣ", []string{"ΟΔΟΣ", "ΟΔΟΣ"}},
		{"İ is two", []string{"i", "İb"}, "İ İB", []string{"i", "İb"}},
		{"broken text", []string{"é"}, "\xc3 \xc3\xa9 \xa9", []string{"é"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := found(mustNew(t, test.phrases, nil, false), test.text); !slices.Equal(got, test.want) {
				t.Errorf("%q in %q: %q, want %q", test.phrases, test.text, got, test.want)
			}
		})
	}
}

func TestBadLists(t *testing.T) {
	many := slices.Repeat([]string{strings.Repeat("a", MaxPhrase)}, MaxBytes/MaxPhrase+1)
	for _, test := range []struct {
		name             string
		phrases, exclude []string
		want             string
	}{
		{"nothing", nil, nil, "no phrases"},
		{"empty ones", []string{"", ""}, nil, "no phrases"},
		{"all excluded", []string{"a"}, []string{"a"}, "no phrases"},
		{"binary", []string{"a", "\xff"}, nil, "phrase 2 is "},
		{"too long", []string{strings.Repeat("a", MaxPhrase+1)}, nil, "phrase 1 has 1001 bytes"},
		{"too much", many, nil, "more than"},
	} {
		if _, err := New(test.phrases, test.exclude, false); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// The tree of a large list stays in proportion to it.
func TestLargeList(t *testing.T) {
	phrases := make([]string, 250_000)
	for i := range phrases {
		phrases[i] = fmt.Sprintf("the %d phrase of %d", i, i*7)
	}
	s := mustNew(t, phrases, nil, false)
	if len(s.nodes) > 2*len(phrases) {
		t.Errorf("%d nodes", len(s.nodes))
	}
	if got := found(s, "The 249999 phrase of 1749993!"); !slices.Equal(got, phrases[249_999:]) {
		t.Errorf("found %q", got)
	}
}

// At each word of this text a phrase of the longest kind begins and the tree
// branches at each of its words.
func TestHostileText(t *testing.T) {
	var phrases []string
	for n := 2; n+1 <= MaxPhrase; n += 2 {
		phrases = append(phrases, strings.Repeat("a ", n/2)+"b")
	}
	s := mustNew(t, phrases, nil, false)
	began := time.Now()
	if got := s.Find(nil, strings.Repeat("a ", 1<<16)); len(got) != 0 {
		t.Errorf("%d hits", len(got))
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("took %v", took)
	}
}

// slow is extract_keywords of flashtext 2.7, statement by statement, on a dict.
type slow struct {
	words map[string]int32 // prefix: phrase that ends there, or none
}

func newSlow(s *Set) slow {
	words := map[string]int32{"": none}
	for i, p := range s.phrases {
		low := []rune(string(s.appendKey(nil, p)))
		for j := range low {
			if _, known := words[string(low[:j+1])]; !known {
				words[string(low[:j+1])] = none
			}
		}
		if len(low) > 0 {
			words[string(low)] = int32(i)
		}
	}
	return slow{words}
}

func (w slow) find(text []rune) (out []int32) {
	boundary := func(r rune) bool { return r >= utf8.RuneSelf || !inWord[r] }
	has := func(prefix string, r rune) bool { _, ok := w.words[prefix+string(r)]; return ok }
	current := ""
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case boundary(c):
			longest := w.words[current]
			if has(current, c) {
				inner, j, end := current+string(c), i+1, -1
				for ; j < len(text); j++ {
					if boundary(text[j]) && w.words[inner] != none {
						longest, end = w.words[inner], j
					}
					if !has(inner, text[j]) {
						break
					}
					inner += string(text[j])
				}
				if j == len(text) && w.words[inner] != none {
					longest, end = w.words[inner], j
				}
				if end >= 0 {
					i = end
				}
			}
			current = ""
			if longest != none {
				out = append(out, longest)
			}
		case has(current, c):
			current += string(c)
		default:
			current = ""
			for i++; i < len(text) && !boundary(text[i]); i++ {
			}
		}
		if i+1 >= len(text) && w.words[current] != none {
			out = append(out, w.words[current])
		}
		i++
	}
	return out
}

// FuzzFind: the same phrases as flashtext's own walk finds.
func FuzzFind(f *testing.F) {
	for _, r := range recordedSets(f) {
		f.Add(strings.Join(r.Phrases, "|"), r.Texts[len(r.Texts)-1].text, r.Case)
	}
	f.Fuzz(func(t *testing.T, phrases, text string, caseSensitive bool) {
		s, err := New(strings.Split(phrases, "|"), nil, caseSensitive)
		if err != nil || !utf8.ValidString(text) || len(phrases) > 300 || len(text) > 1000 {
			return
		}
		got, want := s.Find(nil, text), newSlow(s).find([]rune(string(s.appendKey(nil, text))))
		if !slices.Equal(got, want) {
			t.Fatalf("%q in %q: %v, want %v", s.phrases, text, got, want)
		}
	})
}
