package info_test

import (
	"bufio"
	"compress/bzip2"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"revscore/internal/pickle"
	"revscore/internal/revscoring/info"
	"revscore/internal/score/statistics"
)

// load reads the information of a model file.
func load(t testing.TB, path string) *statistics.Info {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = bufio.NewReader(f)
	if strings.HasSuffix(path, ".bz2") {
		r = bzip2.NewReader(r)
	}
	v, err := pickle.Load(r)
	if err != nil {
		t.Fatal(err)
	}
	model, err := pickle.Attributes(v)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := info.Read(model.Get("info"))
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// question is a line of tools/statistics/record.py.
type question struct {
	Ask    string
	Path   string
	Paths  []string
	Answer string
	Error  string
}

func (q *question) put(tree *statistics.Info) (string, error) {
	switch q.Ask {
	case "lookup":
		v, err := tree.Lookup(q.Path)
		return statistics.Repr(v), err
	case "json":
		doc, err := tree.FormatJSON(q.Paths...)
		return string(doc), err
	}
	return tree.FormatString(q.Paths...)
}

// replay puts all recorded questions to a tree and to the tree that its file form
// reads back as, and returns how many there are.
func replay(t *testing.T, tree *statistics.Info, answers string) int {
	t.Helper()
	again := reread(t, tree)
	f, err := os.Open(answers)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	n, wrong := 0, 0
	dec := json.NewDecoder(z)
	for {
		var q question
		if err := dec.Decode(&q); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		n++
		for _, from := range []*statistics.Info{tree, again} {
			got, err := q.put(from)
			if !q.is(got, err) && wrong < 10 {
				wrong++
				t.Errorf("%s %q %q\n got %q, %v\nwant %q %s", q.Ask, q.Path, q.Paths, got, err, q.Answer, q.Error)
			}
		}
	}
	return n
}

// is compares answers to the byte and errors by their class.
func (q *question) is(got string, err error) bool {
	if err == nil {
		return q.Error == "" && got == q.Answer
	}
	var e *statistics.Error
	return errors.As(err, &e) && string(e.Exception) == q.Error
}

// reread writes the tree as a file and reads it.
func reread(t *testing.T, tree *statistics.Info) *statistics.Info {
	t.Helper()
	data, err := tree.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := statistics.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	twice, err := again.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if string(twice) != string(data) {
		t.Error("the tree that was read back is written otherwise")
	}
	return again
}

// TestRecorded compares with what revscoring answered about models that it
// trained on noise: tools/statistics/record.py --invent.
func TestRecorded(t *testing.T) {
	models, err := filepath.Glob("testdata/*.model")
	if err != nil || len(models) < 5 {
		t.Fatalf("%d models, %v", len(models), err)
	}
	for _, path := range models {
		t.Run(filepath.Base(path), func(t *testing.T) {
			if n := replay(t, load(t, path), path+".answers.jsonl.gz"); n < 20 {
				t.Errorf("%d questions", n)
			}
		})
	}
}
