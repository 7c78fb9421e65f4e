package backfill

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

func open(t *testing.T, path string, job Job, source string) *Journal {
	t.Helper()
	j, err := OpenJournal(path, job, source, false)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestJournalGoesOn(t *testing.T) {
	state, file := filepath.Join(t.TempDir(), "state"), write(t, "dump.xml", strings.Repeat("x", 3*headBytes))
	job := Job{Kind: Dump}
	j := open(t, state, job, file)
	if j.At() != (Position{}) || j.Finished() {
		t.Errorf("a new job is at %+v", j.At())
	}
	at := Position{Records: 7, Offset: 700, Rev: 70, Time: day(3)}
	j.advance(at)
	if err := j.Save(); err != nil {
		t.Fatal(err)
	}
	name := j.Job().Name()
	if j = open(t, state, job, file); j.At() != at || j.Finished() || j.Job().Name() != name {
		t.Errorf("at %+v, job %s, want %+v of %s", j.At(), j.Job().Name(), at, name)
	}
	if err := j.finish(file); err != nil {
		t.Fatal(err)
	}
	if j = open(t, state, job, file); !j.Finished() {
		t.Error("a job that is done is not known as such")
	}
	if err := j.Save(); err != nil { // as a stop does
		t.Fatal(err)
	}
	grow(t, file, "more")
	if j = open(t, state, job, file); j.Finished() || j.At() != at {
		t.Errorf("the file has grown: finished %v, at %+v", j.Finished(), j.At())
	}
	if j, err := OpenJournal(state, job, file, true); err != nil || j.At() != (Position{}) {
		t.Errorf("with restart: %v, %v", j, err)
	}
	moved := filepath.Join(t.TempDir(), "dump.xml")
	if err := os.Rename(file, moved); err != nil {
		t.Fatal(err)
	}
	if j = open(t, state, job, moved); j.At() != at {
		t.Error("a file that was moved is another")
	}
	if left, err := filepath.Glob(state + ".*"); err != nil || len(left) > 0 {
		t.Errorf("%v are left over, %v", left, err)
	}
}

func grow(t *testing.T, path, more string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(more); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// A file that was cut while it was short is the same when it is whole.
func TestJournalKnowsAFileThatWasCut(t *testing.T) {
	state, file := filepath.Join(t.TempDir(), "state"), write(t, "dump.xml", "the beginning")
	j := open(t, state, Job{Kind: Dump}, file)
	j.advance(Position{Records: 1})
	if err := j.Save(); err != nil {
		t.Fatal(err)
	}
	grow(t, file, " and the rest")
	if again := open(t, state, Job{Kind: Dump}, file); again.At().Records != 1 || again.Job().Name() != j.Job().Name() {
		t.Errorf("at %+v of %s", again.At(), again.Job().Name())
	}
	other := filepath.Join(t.TempDir(), "dump.xml")
	if err := os.WriteFile(other, []byte("the begin"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenJournal(state, Job{Kind: Dump}, other, false); err == nil || !strings.Contains(err.Error(), "began with other bytes") {
		t.Errorf("a shorter file: %v", err)
	}
}

func TestJournalRefusesAnotherJob(t *testing.T) {
	state, file := filepath.Join(t.TempDir(), "state"), write(t, "ids", "1\n2\n")
	job := Job{Kind: IDs, Wiki: "enwiki"}
	if err := open(t, state, job, file).Save(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		job    Job
		source string
		want   string
	}{
		"file":       {job, write(t, "others", "1\n2\n"), "it feeds the ids of enwiki in ids, not the ids of enwiki in others"},
		"content":    {job, write(t, "ids", "1\n3\n"), "its ids began with other bytes"},
		"wiki":       {Job{Kind: IDs, Wiki: "dewiki"}, file, "it feeds the ids of enwiki in ids, not the ids of dewiki"},
		"kind":       {Job{Kind: Dump}, file, "not the revisions of ids"},
		"range":      {Job{Kind: Range, Wiki: "enwiki", From: day(1), To: day(2)}, "", "not the revisions of enwiki from 2026-01-01T00:00:00Z to 2026-01-02T00:00:00Z"},
		"namespaces": {Job{Kind: IDs, Wiki: "enwiki", Namespaces: []int64{0, 4}}, file, "in namespaces 0 4"},
		"streams":    {Job{Kind: IDs, Wiki: "enwiki", Suffix: ".b"}, file, `suffix "", not ".b"`},
		"events":     {Job{Kind: IDs, Wiki: "enwiki", Change: true}, file, "page_change: false, not true"},
	} {
		_, err := OpenJournal(state, c.job, c.source, false)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), state) || !strings.Contains(err.Error(), "--restart") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestJournalRefusesABrokenFile(t *testing.T) {
	for content, want := range map[string]string{
		"":               "it is broken",
		"{":              "it is broken",
		`{"version":1}`:  "names no position",
		`{"version":2}`:  "version 2, this program reads 1",
		`{"versions":1}`: "it is broken",
		`["a"]`:          "it is broken",
		`{"version":1,"job":{"kind":"dump"},"position":{"records":-1}}`: "names no position",
	} {
		state := write(t, "state", content)
		_, err := OpenJournal(state, Job{Kind: Range, Wiki: "enwiki"}, "", false)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), state) || !strings.Contains(err.Error(), "--restart") {
			t.Errorf("%q: %v", content, err)
		}
	}
	if _, err := OpenJournal("", Job{Kind: Dump}, filepath.Join(t.TempDir(), "none"), false); !os.IsNotExist(unwrapAll(err)) {
		t.Errorf("a job without its file: %v", err)
	}
}

// A position that cannot be saved is an error, and the old one stays.
func TestJournalThatCannotBeSaved(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "gone")
	j := open(t, filepath.Join(folder, "state"), Job{Kind: Range, Wiki: "enwiki"}, "")
	if err := j.Save(); err == nil || !strings.Contains(err.Error(), "save the state") {
		t.Errorf("saved into no folder: %v", err)
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := j.Save(); err != nil {
		t.Errorf("the folder is there: %v", err)
	}
	memory := open(t, "", Job{Kind: Range}, "")
	memory.advance(Position{Records: 1})
	if err := memory.Save(); err != nil || memory.finish("") != nil || !memory.Finished() {
		t.Error("a job without a state file")
	}
}

func TestJobNames(t *testing.T) {
	a, b := Job{Kind: Range, Wiki: "enwiki", From: day(1), To: day(2), Namespaces: []int64{1, 0}}, Job{Kind: Range, Wiki: "enwiki", From: day(1), To: day(2), Namespaces: []int64{0, 1}}
	if a.Name() != b.Name() || a.Namespaces[0] != 1 {
		t.Error("the order of namespaces makes no other job")
	}
	b.To = day(3)
	if a.Name() == b.Name() || len(a.Name()) != 12 {
		t.Errorf("names %s and %s", a.Name(), b.Name())
	}
}
