package feature_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"revscore/internal/score"
	"revscore/internal/score/feature"
	"revscore/tools/lists"
)

// recordedList reads a file of testdata: features as tools/reference/record.py
// translated them from the original's objects.
func recordedList(t *testing.T, name string) feature.List {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Features []feature.Definition
		lists.Source
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	list := feature.List{Definitions: file.Features}
	if list.Assets, err = file.Build(lists.NewShelf([]string{"testdata/dictionaries"})); err != nil {
		t.Fatal(err)
	}
	return list
}

// All values that the original computes of our own texts, hostile ones and those
// of many scripts: the same, of the same type.
func TestRecorded(t *testing.T) {
	testRecorded(t, recordedList(t, "features.json"), "testdata/recorded.jsonl.gz", 50)
}

// testRecorded compares all values of a file of rows, which are least or more.
func testRecorded(t *testing.T, list feature.List, name string, least int) {
	t.Helper()
	plan, err := feature.Compile(list)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(name)
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
	if err := lines.Err(); err != nil || rows < least {
		t.Fatalf("%d rows, %v", rows, err)
	}
}

// equal compares with a value as Python's json writes it. Floats may differ in
// the last bits of a logarithm; an error must be one.
func equal(got feature.Outcome, recorded string) bool {
	if recorded[0] == '{' || got.Err != nil {
		return recorded[0] == '{' && got.Err != nil && sameType(got.Err, recorded)
	}
	if got.Value.String() == recorded {
		return true
	}
	want, err := strconv.ParseFloat(recorded, 64)
	printed, err2 := strconv.ParseFloat(got.Value.String(), 64)
	return err == nil && err2 == nil && isFloat(recorded) && isFloat(got.Value.String()) &&
		math.Abs(printed-want) <= 1e-12*math.Abs(want)
}

// sameType compares an error's type. Python names its own exceptions where the
// reference has one type for all.
func sameType(err error, recorded string) bool {
	var e *feature.Error
	if !errors.As(err, &e) {
		return false
	}
	content := strings.HasPrefix(recorded, `{"error":"`+feature.TypeContent+":")
	return (e.Type == feature.TypeContent) == content
}

func isFloat(number string) bool {
	_, err := strconv.ParseInt(number, 10, 64)
	return err != nil
}
