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

	"revscore/internal/corpus"
)

// shared opens a file of the recorded reference data.
func shared(t testing.TB, path ...string) *json.Decoder {
	t.Helper()
	file, err := os.Open(sharedPath(path...))
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

func sharedPath(path ...string) string {
	root := os.Getenv("SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared")
	}
	return filepath.Join(append([]string{root}, path...)...)
}

// next decodes the next row; false at the end.
func next(t testing.TB, in *json.Decoder, row any) bool {
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
	Text   string `json:"text"`
	Parent *struct {
		Text string `json:"text"`
	} `json:"parent"`
}

// summaryFields are the fields of a summary.
var summaryFields = []string{
	"counts", "content", "headings", "wikilinks", "external_links", "templates", "tags", "comments", "entities", "arguments",
}

func TestParity(t *testing.T) {
	for _, prefix := range []string{"", "edge_"} {
		t.Run(prefix+"parsed", func(t *testing.T) {
			inputs, parsed := shared(t, "golden", "public", prefix+"features.jsonl.gz"), shared(t, "golden", "public", prefix+"parsed.jsonl.gz")
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

// TestParityRevise revises each parent to its child.
func TestParityRevise(t *testing.T) {
	inputs := shared(t, "golden", "public", "features.jsonl.gz")
	var work work
	for {
		var in input
		if !next(t, inputs, &in) {
			break
		}
		if in.Parent != nil {
			work.revise(t, in.Parent.Text, in.Text)
		}
	}
	work.report(t, 550)
}

// TestParityHistory revises each text of a page's history to the next.
func TestParityHistory(t *testing.T) {
	reader, err := corpus.Open(sharedPath("corpus", "enwiki-anarchism-history.xml.zst"))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	var work work
	last := ""
	for {
		revision, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if revision.Text != nil {
			work.revise(t, last, *revision.Text)
			last = *revision.Text
		}
	}
	work.report(t, 15_000)
}

// work counts what revising texts shares, in bytes.
type work struct{ pairs, bytes, known int }

func (w *work) revise(t *testing.T, a, b string) {
	t.Helper()
	w.pairs++
	w.bytes += len(b)
	w.known += checkRevised(t, a, b, maxSteps)
}

func (w *work) report(t *testing.T, pairs int) {
	if w.pairs < pairs {
		t.Errorf("%d pairs, want %d", w.pairs, pairs)
	}
	t.Logf("%d pairs, %d bytes, of which %.1f %% are read again", w.pairs, w.bytes, 100*float64(w.bytes-w.known)/float64(w.bytes))
}
