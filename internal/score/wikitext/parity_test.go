//go:build parity

package wikitext

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// shared opens a file of the recorded reference data.
func shared(t *testing.T, name string) io.Reader {
	t.Helper()
	root := os.Getenv("SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(root, "golden", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	return unzipped
}

// recorded is a row of tokens.jsonl.gz with the fields this package answers for.
type recorded struct {
	RevID          int64       `json:"rev_id"`
	Tokens         [][2]string `json:"tokens"`
	ParentTokens   [][2]string `json:"parent_tokens"`
	Segments       any         `json:"segments"`
	ParentSegments any         `json:"parent_segments"`
}

func TestParity(t *testing.T) {
	for _, name := range []string{"tokens", "edge_tokens"} {
		t.Run(name, func(t *testing.T) {
			in := json.NewDecoder(shared(t, "public/"+name+".jsonl.gz"))
			texts, equal, tokens := 0, 0, 0
			for {
				var row recorded
				if err := in.Decode(&row); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
				for _, side := range []struct {
					tokens   [][2]string
					segments any
				}{{row.Tokens, row.Segments}, {row.ParentTokens, row.ParentSegments}} {
					texts++
					tokens += len(side.tokens)
					if err := compare(side.tokens, side.segments); err != nil {
						t.Errorf("revision %d: %v", row.RevID, err)
						continue
					}
					equal++
				}
				checkParityOfRevision(t, row)
			}
			t.Logf("%d of %d texts equal in tokens, types and segments (%d tokens)", equal, texts, tokens)
			if texts == 0 {
				t.Error("no texts compared")
			}
		})
	}
}

// checkParityOfRevision compares the tokens of a text that is the revision of its
// parent; TestParity has compared those of the text alone.
func checkParityOfRevision(t *testing.T, row recorded) {
	t.Helper()
	text := func(tokens [][2]string) string {
		var b strings.Builder
		for _, token := range tokens {
			b.WriteString(token[0])
		}
		return b.String()
	}
	before := Analyse(text(row.ParentTokens))
	before.counted()
	d := Revise(before, text(row.Tokens))
	if !slices.Equal(d.Tokens, Tokens(d.Text)) {
		t.Errorf("revision %d has other tokens when its parent is known", row.RevID)
	}
	if err := compareCounts(d, row.Tokens); err != nil {
		t.Errorf("revision %d with its parent known: %v", row.RevID, err)
	}
}

// TestUnicodeParity compares every code point with the recorded tables.
func TestUnicodeParity(t *testing.T) {
	var tables struct {
		Word  [][2]rune         `json:"w"`
		Digit [][2]rune         `json:"d"`
		Space [][2]rune         `json:"s"`
		Lower map[string]string `json:"lower"`
	}
	if err := json.NewDecoder(shared(t, "unicode_tables.json.gz")).Decode(&tables); err != nil {
		t.Fatal(err)
	}
	lowered := map[rune]string{}
	for hex, to := range tables.Lower {
		r, err := strconv.ParseUint(hex, 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		lowered[rune(r)] = to
	}
	in := func(ranges [][2]rune, r rune) bool {
		return slices.ContainsFunc(ranges, func(x [2]rune) bool { return x[0] <= r && r <= x[1] })
	}
	for r := rune(0); r <= utf8.MaxRune; r++ {
		c := classOf(r)
		if c&classWord != 0 != in(tables.Word, r) || c&classDigit != 0 != in(tables.Digit, r) ||
			c&classSpace != 0 != in(tables.Space, r) {
			t.Errorf("%U has classes %b", r, c)
		}
		if !utf8.ValidRune(r) {
			continue
		}
		want, changes := lowered[r]
		if c&classLower != 0 != changes {
			t.Errorf("%U: lower changes it: %v, recorded %v", r, !changes, changes)
		}
		text := string(r)
		if got := string(lower(text, 0, r, len(text))); changes && got != want && r != dottedI {
			t.Errorf("%U lowers to %q, recorded %q", r, got, want)
		}
	}
}
