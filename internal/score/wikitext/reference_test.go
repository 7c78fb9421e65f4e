package wikitext

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"testing"
	"unicode/utf8"
)

// reference is a case recorded from the reference by testdata/record.py.
type reference struct {
	Name      string      `json:"name"`
	Text      string      `json:"text"`
	Tokens    [][2]string `json:"tokens"`
	Tree      any         `json:"tree"`
	Repeat    int         `json:"repeat"`
	Lower     string      `json:"lower"`
	Uppercase []string    `json:"uppercase"`
}

func references(tb testing.TB) []reference {
	tb.Helper()
	file, err := os.Open("testdata/reference.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	var cases []reference
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c reference
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			tb.Fatalf("case %d: %v", len(cases), err)
		}
		cases = append(cases, c)
	}
	if err := lines.Err(); err != nil {
		tb.Fatal(err)
	}
	if len(cases) == 0 {
		tb.Fatal("no cases")
	}
	return cases
}

func TestReference(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range references(t) {
		for _, token := range c.Tokens {
			seen[token[1]] = true
		}
		if err := compare(c.Tokens, c.Tree); err != nil {
			t.Errorf("%s %q: %v", c.Name, c.Text, err)
		}
		if got := LongestRepeat(c.Text); got != c.Repeat {
			t.Errorf("%s %q: longest repeat is %d, want %d", c.Name, c.Text, got, c.Repeat)
		}
		if got := string(AppendLower(nil, c.Text)); got != c.Lower {
			t.Errorf("%s %q: lower-cased is %q, want %q", c.Name, c.Text, got, c.Lower)
		}
		checkUppercase(t, c)
	}
	for k := Kind(0); int(k) < KindCount; k++ {
		if name := k.String(); seen[name] == (k == TabClose) {
			t.Errorf("kind %s: in the cases %v", name, seen[name])
		}
	}
}

func checkUppercase(t *testing.T, c reference) {
	t.Helper()
	d := Analyse(c.Text)
	var got []string
	chars, longest := 0, 0
	for _, token := range d.Tokens {
		if text := token.Text(d.Text); IsUppercase(text) {
			got = append(got, text)
			chars += utf8.RuneCountInString(text)
			longest = max(longest, utf8.RuneCountInString(text))
		}
	}
	if !slices.Equal(got, c.Uppercase) {
		t.Errorf("%s %q: words in capitals are %q, want %q", c.Name, c.Text, got, c.Uppercase)
	}
	words := KindsOf(Word, Tag)
	if d.CountUppercase(words) != len(got) || d.CharsUppercase(words) != chars || d.LongestUppercase(words) != longest {
		t.Errorf("%s %q: %d words in capitals, %d characters, %d the longest; want %d, %d, %d", c.Name, c.Text,
			d.CountUppercase(words), d.CharsUppercase(words), d.LongestUppercase(words), len(got), chars, longest)
	}
	if n := d.CountUppercase(KindsOf(URL, Tag)); n != 0 {
		t.Errorf("%s %q: %d URLs and tags in capitals", c.Name, c.Text, n)
	}
}
