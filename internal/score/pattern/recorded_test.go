package pattern

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"unicode"
)

// recorded is a row of testdata/cases.jsonl.gz: see tools/pattern/record.py.
type recorded struct {
	expr, text string
	refused    bool
	match      bool
	spans      [][2]int
}

func (r *recorded) UnmarshalJSON(data []byte) error {
	var row []json.RawMessage
	if err := json.Unmarshal(data, &row); err != nil {
		return err
	}
	r.refused = len(row) == 1
	for i, into := range []any{&r.expr, &r.text, &r.match, &r.spans}[:len(row)] {
		if err := json.Unmarshal(row[i], into); err != nil {
			return err
		}
	}
	raw := make([]byte, 0, len(r.text))
	for _, c := range r.text {
		raw = append(raw, byte(c))
	}
	r.text = string(raw)
	return nil
}

func recordedCases(t testing.TB) []recorded {
	t.Helper()
	file, err := os.Open("testdata/cases.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var rows []recorded
	for dec := json.NewDecoder(unzipped); dec.More(); {
		var r recorded
		if err := dec.Decode(&r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	return rows
}

// allSpans is what re.finditer gives, through the public Find where that can
// say it, and through the search behind Count.
func allSpans(p *Pattern, text string) ([][2]int, error) {
	var spans [][2]int
	for s := p.engine.search(text, 0); ; {
		h, ok, err := s.next()
		if !ok || err != nil {
			return spans, err
		}
		spans = append(spans, [2]int{h.start, h.end})
	}
}

// sweptSpans is the same by the sweep alone.
func sweptSpans(p *Pattern, text string) [][2]int {
	s := p.engine.search(text, 0)
	s.turn()
	var spans [][2]int
	for {
		h, ok, _ := s.next()
		if !ok {
			return spans
		}
		spans = append(spans, [2]int{h.start, h.end})
	}
}

func TestRecorded(t *testing.T) {
	rows := recordedCases(t)
	if len(rows) < 5000 {
		t.Fatalf("%d rows", len(rows))
	}
	bad := 0
	var last *Pattern
	var err error
	for _, r := range rows {
		if last == nil || last.expr != r.expr {
			last, err = Compile(r.expr)
		}
		if msg := checkRecorded(r, last, err); msg != "" {
			bad++
			if bad <= 20 {
				t.Errorf("%q on %q: %s", r.expr, r.text, msg)
			}
		}
	}
	t.Logf("%d rows, %d differ", len(rows), bad)
}

// checkRecorded compares a row with what Compile made of its expression.
func checkRecorded(r recorded, p *Pattern, err error) string {
	if r.refused {
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			return fmt.Sprintf("error %v, Python refuses it", err)
		}
		return ""
	}
	if err != nil {
		return err.Error()
	}
	got, err := p.Match(r.text)
	if err != nil || got != r.match {
		return fmt.Sprintf("match %v, %v, Python %v", got, err, r.match)
	}
	spans, err := allSpans(p, r.text)
	if err != nil || !slices.Equal(spans, r.spans) {
		return fmt.Sprintf("found %v, %v, Python %v", spans, err, r.spans)
	}
	if p.engine.backward != nil {
		if p.engine.backward.match(r.text) != r.match {
			return "backward match differs"
		}
		if spans := sweptSpans(p, r.text); !slices.Equal(spans, r.spans) {
			return fmt.Sprintf("swept %v, Python %v", spans, r.spans)
		}
	}
	return ""
}

// TestRecordedClasses compares which characters a class accepts, all of
// Unicode.
func TestRecordedClasses(t *testing.T) {
	file, err := os.Open("testdata/classes.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows := 0
	for lines := bufio.NewScanner(file); lines.Scan(); rows++ {
		var row []any
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		expr := row[0].(string)
		p, err := Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		prog := p.engine.prog
		sum, count := sha256.New(), 0
		first := rune(-1)
		for r := rune(0); r <= unicode.MaxRune+1; r++ {
			in := r <= unicode.MaxRune && (r < 0xd800 || r > 0xdfff) &&
				prog.insts[prog.start].set.has(int(prog.alphabet.wide(r)))
			switch {
			case in && first < 0:
				first = r
			case !in && first >= 0:
				fmt.Fprintf(sum, "%x-%x;", first, r-1)
				first = -1
			}
			if in {
				count++
			}
		}
		if count != int(row[1].(float64)) || hex.EncodeToString(sum.Sum(nil)) != row[2] {
			t.Errorf("%q accepts %d characters, in Python %v or others", expr, count, row[1])
		}
	}
	if rows < 150 {
		t.Errorf("%d rows", rows)
	}
}
