package feature_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"

	"revscore/internal/score"
	"revscore/internal/score/feature"
	"revscore/internal/score/pattern"
)

// recordedList reads testdata/features.json: features as tools/reference/record.py
// translated them from the original's objects.
func recordedList(t *testing.T) feature.List {
	t.Helper()
	data, err := os.ReadFile("testdata/features.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Features []feature.Definition
		Lexicons map[string]pattern.Source
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	list := feature.List{Definitions: file.Features, Assets: feature.Assets{Lexicons: map[string]*pattern.Lexicon{}}}
	for name, source := range file.Lexicons {
		if list.Assets.Lexicons[name], err = pattern.CompileLexicon(source); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// All values that the original computes of our own texts, hostile ones and those
// of many scripts: the same, of the same type.
func TestRecorded(t *testing.T) {
	list := recordedList(t)
	plan, err := feature.Compile(list)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open("testdata/recorded.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, 1<<22)
	for ; lines.Scan(); rows++ {
		var row struct {
			Case   string
			Values []json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		_, in, err := score.ReadInput(lines.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		result := plan.Evaluate(in)
		if len(row.Values) != len(list.Definitions) {
			t.Fatalf("%s: %d values of %d features", row.Case, len(row.Values), len(list.Definitions))
		}
		for i, column := range plan.Columns(0) {
			if got := result[column]; !equal(got, string(row.Values[i])) {
				t.Errorf("%s: %s is %s (%v), recorded %s", row.Case, list.Definitions[i].Name, got.Value, got.Err, row.Values[i])
			}
		}
	}
	if err := lines.Err(); err != nil || rows < 50 {
		t.Fatalf("%d rows, %v", rows, err)
	}
}

// equal compares with a value as Python's json writes it. Floats may differ in
// the last bits of a logarithm; an error must be one.
func equal(got feature.Outcome, recorded string) bool {
	if recorded[0] == '{' || got.Err != nil {
		return recorded[0] == '{' && got.Err != nil
	}
	if got.Value.String() == recorded {
		return true
	}
	want, err := strconv.ParseFloat(recorded, 64)
	printed, err2 := strconv.ParseFloat(got.Value.String(), 64)
	return err == nil && err2 == nil && isFloat(recorded) && isFloat(got.Value.String()) &&
		math.Abs(printed-want) <= 1e-12*math.Abs(want)
}

func isFloat(number string) bool {
	_, err := strconv.ParseInt(number, 10, 64)
	return err != nil
}
