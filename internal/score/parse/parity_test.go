//go:build parity

package parse

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"
)

// shared opens a file of the recorded reference data.
func shared(t *testing.T, name string) *json.Decoder {
	t.Helper()
	root := os.Getenv("SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(root, "golden", "public", name+".jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	return json.NewDecoder(unzipped)
}

// next decodes the next row; false at the end.
func next(t *testing.T, in *json.Decoder, row any) bool {
	t.Helper()
	err := in.Decode(row)
	if errors.Is(err, io.EOF) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	return true
}

// input is the part of features.jsonl.gz that was parsed. The rows of both files
// stand in the same order.
type input struct {
	Event struct {
		RevID int64 `json:"rev_id"`
	} `json:"event"`
	Text string `json:"text"`
}

// summaryFields are the fields of a summary.
var summaryFields = []string{
	"counts", "content", "headings", "wikilinks", "external_links", "templates", "tags", "comments", "entities", "arguments",
}

func TestParity(t *testing.T) {
	for _, prefix := range []string{"", "edge_"} {
		t.Run(prefix+"parsed", func(t *testing.T) {
			inputs, parsed := shared(t, prefix+"features"), shared(t, prefix+"parsed")
			rows, equal := 0, map[string]int{}
			for {
				var in input
				var row map[string]json.RawMessage
				more := next(t, inputs, &in)
				if next(t, parsed, &row) != more {
					t.Fatalf("one file ends after %d rows, the other does not", rows)
				}
				if !more {
					break
				}
				if id := strconv.FormatInt(in.Event.RevID, 10); string(row["rev_id"]) != id {
					t.Fatalf("row %d is revision %s in one file, %s in the other", rows, id, row["rev_id"])
				}
				rows++
				compareRow(t, in, row, equal)
			}
			if rows == 0 {
				t.Error("no rows compared")
			}
			for _, field := range summaryFields {
				t.Logf("%d of %d rows equal: %s", equal[field], rows, field)
			}
		})
	}
}

func compareRow(t *testing.T, in input, row map[string]json.RawMessage, equal map[string]int) {
	page, err := Parse(in.Text)
	if err != nil {
		t.Errorf("revision %d: %v", in.Event.RevID, err)
		return
	}
	got := summary(page)
	for _, field := range summaryFields {
		written, err := json.Marshal(got[field])
		if err != nil {
			t.Fatal(err)
		}
		var a, b any
		if err := errors.Join(json.Unmarshal(written, &a), json.Unmarshal(row[field], &b)); err != nil {
			t.Fatalf("revision %d: %s: %v", in.Event.RevID, field, err)
		}
		if !reflect.DeepEqual(a, b) {
			t.Errorf("revision %d: %s is %.300s, recorded %.300s", in.Event.RevID, field, written, row[field])
			continue
		}
		equal[field]++
	}
}
