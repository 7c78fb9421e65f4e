package stem

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

// recorded is a row of testdata/stems.jsonl.gz: see tools/stem/record.py.
type recorded struct{ language, word, lower, stem string }

func (r *recorded) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&r.language, &r.word, &r.lower, &r.stem})
}

func recordedStems(t testing.TB) []recorded {
	t.Helper()
	file, err := os.Open("testdata/stems.jsonl.gz")
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
		var r recorded
		if err := in.Decode(&r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	if len(rows) < 10_000 {
		t.Fatalf("only %d stems are recorded", len(rows))
	}
	return rows
}

func stemmer(t testing.TB, language string) *Stemmer {
	t.Helper()
	s, err := For(language)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRecorded(t *testing.T) {
	for _, r := range recordedStems(t) {
		if got := string(stemmer(t, r.language).AppendStem(nil, r.word)); got != r.stem {
			t.Errorf("%s: %q becomes %q, want %q", r.language, r.word, got, r.stem)
		}
		if got := string(AppendLower([]byte("x"), r.word)); got != "x"+r.lower {
			t.Errorf("%q in lower case is %q, want %q", r.word, got[1:], r.lower)
		}
	}
}

// Where NLTK goes another way than Snowball.
func TestSlipsAreKept(t *testing.T) {
	for _, test := range []struct{ language, word, want string }{
		{"italian", "residenza", "residt"},
		{"english", "sensationalism", "sensate"},
		{"english", "don’t", "don't"},
		{"english", "the’", "the"},
		{"portuguese", "Günther", "gunth"},
		{"romanian", "ţări", "ţăr"},
		{"romanian", "țări", "țăr"},
		{"russian", "Access", "Access"},
		{"russian", "Éa", "Éa"},
		{"russian", "ёлка", "елк"},
		{"russian", "Zж", "Zж"},
		{"russian", "abcж", "абcж"},
		{"french", "arrières", "arrier"},
	} {
		if got := string(stemmer(t, test.language).AppendStem(nil, test.word)); got != test.want {
			t.Errorf("%s: %q becomes %q, want %q", test.language, test.word, got, test.want)
		}
	}
}

func TestUnknownLanguage(t *testing.T) {
	for _, name := range []string{"", "English", "arabic", "porter"} {
		if s, err := For(name); s != nil || err == nil || !strings.Contains(err.Error(), `"`+name+`"`) {
			t.Errorf("stemmer of %q: %v, %v", name, s, err)
		}
	}
}

// A byte of no character stays, and what stands before it is in lower case.
func TestInvalidUTF8(t *testing.T) {
	for _, language := range languages {
		for _, bad := range []string{"\xff", "\xc3", "\xe4\xb8", "\xed\xa0\x80"} {
			if got := string(stemmer(t, language).AppendStem(nil, "ж"+bad)); got != "ж"+bad {
				t.Errorf("%s: %q becomes %q", language, "ж"+bad, got)
			}
		}
	}
}

// Only where a Romanian or a French rule makes a region of its own there may be
// an allocation.
func TestAllocations(t *testing.T) {
	words := map[string][]string{}
	for _, r := range recordedStems(t) {
		// What stands for Roman A, U and E in a Russian word is a copy.
		if len(r.word) <= 32 && !strings.Contains(r.word, "İ") && !strings.ContainsAny(r.word, "AUE") {
			words[r.language] = append(words[r.language], r.word)
		}
	}
	dst := make([]byte, 0, 256)
	for _, language := range languages {
		s, most := stemmer(t, language), 0
		if language == "french" || language == "romanian" {
			most = len(words[language]) / 10
		}
		got := testing.AllocsPerRun(1, func() {
			for _, w := range words[language] {
				dst = s.AppendStem(dst[:0], w)
			}
		})
		if got > float64(most) {
			t.Errorf("%s: %v allocations for %d words", language, got, len(words[language]))
		}
	}
}

// Words of any length take time in proportion: these would never end otherwise.
func TestLongWords(t *testing.T) {
	for _, language := range languages {
		s := stemmer(t, language)
		for _, part := range []string{"a", "b", "ativ", "ement", "ţiune", "y", "i^a", "'", "ё", "ß", "ующая", "İ", "Σ", "\xff"} {
			word := strings.Repeat(part, 1<<16/len(part))
			if got := s.AppendStem(nil, word); len(got) > 2*len(word) {
				t.Errorf("%s: %d times %q becomes %d bytes", language, 1<<16/len(part), part, len(got))
			}
		}
	}
}

// FuzzStem: a stem depends on its word alone, is the same for the word in lower
// case, has no more letters than that but for ß, and is whole characters.
func FuzzStem(f *testing.F) {
	for i, r := range recordedStems(f) {
		if i%17 == 0 {
			f.Add(r.word, uint8(i))
		}
	}
	f.Fuzz(func(t *testing.T, word string, n uint8) {
		language := languages[int(n)%len(languages)]
		s := stemmer(t, language)
		stem := s.AppendStem(nil, word)
		if again := s.AppendStem([]byte("before"), word); string(again) != "before"+string(stem) {
			t.Fatalf("%s: %q becomes %q and %q", language, word, stem, again)
		}
		if utf8.ValidString(word) && !utf8.Valid(stem) {
			t.Fatalf("%s: %q becomes %q", language, word, stem)
		}
		low := string(AppendLower(nil, word))
		if most := utf8.RuneCountInString(low) + strings.Count(low, "ß"); utf8.RuneCount(stem) > most {
			t.Fatalf("%s: %q becomes %q", language, word, stem)
		}
		if language == "russian" || strings.Contains(word, "Σ") {
			return // which have a lower case of their own
		}
		if byLow := s.AppendStem(nil, low); !bytes.Equal(byLow, stem) {
			t.Fatalf("%s: %q becomes %q, %q becomes %q", language, word, stem, low, byLow)
		}
	})
}
