//go:build parity

package stem

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// goldenWords calls each with the words of the golden data.
func goldenWords(t *testing.T, each func(word string, row map[string]any)) {
	t.Helper()
	root := os.Getenv("SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(root, "golden", "public", "words.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	words := 0
	for in := json.NewDecoder(unzipped); in.More(); words++ {
		var row map[string]any
		if err := in.Decode(&row); err != nil {
			t.Fatal(err)
		}
		each(row["w"].(string), row)
	}
	if words == 0 {
		t.Fatal("no words")
	}
}

func TestParity(t *testing.T) {
	stemmers := map[string]*Stemmer{
		"stem_en": stemmer(t, "english"), "stem_de": stemmer(t, "german"), "stem_fr": stemmer(t, "french"),
		"stem_es": stemmer(t, "spanish"), "stem_ru": stemmer(t, "russian"),
	}
	equal, all := map[string]int{}, 0
	goldenWords(t, func(word string, row map[string]any) {
		all++
		for name, s := range stemmers {
			if got := string(s.AppendStem(nil, word)); got == row[name] {
				equal[name]++
			} else {
				t.Errorf("%s: %q becomes %q, want %q", name, word, got, row[name])
			}
		}
	})
	for name := range stemmers {
		t.Logf("%s: %d of %d words equal", name, equal[name], all)
	}
}

// TestParityLower has no list of stop words, which is data of models. But what
// the reference says of a word it says of its lower case: words that are equal
// in lower case are stop words together, and these are no more than the 179 that
// NLTK lists for English.
func TestParityLower(t *testing.T) {
	stop, all := map[string]bool{}, 0
	goldenWords(t, func(word string, row map[string]any) {
		all++
		low := string(AppendLower(nil, word))
		is := row["stop_en"].(bool)
		if before, known := stop[low]; known && before != is {
			t.Errorf("%q is a stop word: %v, unlike others that are %q in lower case", word, is, low)
		}
		stop[low] = is
	})
	listed := 0
	for _, is := range stop {
		if is {
			listed++
		}
	}
	if listed == 0 || listed > 179 {
		t.Errorf("%d stop words", listed)
	}
	t.Logf("%d words, %d in lower case, of which %d are stop words", all, len(stop), listed)
}
