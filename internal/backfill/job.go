package backfill

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Kind says what revisions are taken from.
type Kind string

// The kinds of jobs.
const (
	Dump  Kind = "dump"  // a file of revisions with their texts
	IDs   Kind = "ids"   // a file of revision ids
	Range Kind = "range" // a stretch of a wiki's time
)

// Job says what is fed, and to where. It is what a journal is about.
type Job struct {
	Kind Kind `json:"kind"`
	// Of files, the name without its folder and a digest of the first bytes: a file may
	// be moved, and may grow at its end.
	File      string    `json:"file,omitempty"`
	Head      string    `json:"head,omitempty"` // SHA-256 in hexadecimal
	HeadBytes int64     `json:"head_bytes,omitempty"`
	Wiki      string    `json:"wiki,omitempty"` // of ids and ranges
	From      time.Time `json:"from,omitzero"`
	To        time.Time `json:"to,omitzero"` // not included
	// Namespaces are those of the pages wanted; none: all.
	Namespaces []int64 `json:"namespaces,omitempty"`
	Suffix     string  `json:"suffix,omitempty"` // of the output streams
	Change     bool    `json:"page_change,omitempty"`
}

// headBytes are digested: enough that two dumps of one wiki differ, whose first pages are
// the same for years, by the revisions of the first page.
const headBytes = 1 << 20

// identify sets what tells the job's file from others.
func (j *Job) identify(path string) error {
	digest, n, err := digestHead(path, headBytes)
	if err != nil {
		return fmt.Errorf("know the job by its file: %w", err) // which names the file
	}
	j.File, j.Head, j.HeadBytes = filepath.Base(path), digest, n
	return nil
}

// digestHead reads up to most bytes.
func digestHead(path string, most int64) (digest string, n int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close() // read only
	h := sha256.New()
	if n, err = io.Copy(h, io.LimitReader(f, most)); err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(h.Sum(nil)), n, nil
}

// Name is short and the same for the same job.
func (j Job) Name() string {
	j.Namespaces = slices.Clone(j.Namespaces)
	slices.Sort(j.Namespaces)
	text, err := json.Marshal(j)
	if err != nil {
		panic("backfill: strings, numbers and times of four-digit years are always JSON: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

// String says what is fed, for people.
func (j Job) String() string {
	var what string
	switch j.Kind {
	case Dump:
		what = "the revisions of " + j.File
	case IDs:
		what = fmt.Sprintf("the ids of %s in %s", j.Wiki, j.File)
	default:
		what = fmt.Sprintf("the revisions of %s from %s to %s", j.Wiki, stamp(j.From), stamp(j.To))
	}
	if len(j.Namespaces) > 0 {
		what += " in namespaces " + strings.Trim(fmt.Sprint(j.Namespaces), "[]")
	}
	return what
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// difference says in what another job differs, nil if in nothing.
func (j Job) difference(other Job) error {
	var errs []error
	differ := func(what string, ours, theirs any) {
		if fmt.Sprint(ours) != fmt.Sprint(theirs) {
			errs = append(errs, fmt.Errorf("%s %v, not %v", what, theirs, ours))
		}
	}
	differ("it feeds", j.String(), other.String())
	if j.Head != other.Head && j.File == other.File {
		errs = append(errs, fmt.Errorf("its %s began with other bytes", other.File))
	}
	differ("its streams have the suffix", quote(j.Suffix), quote(other.Suffix))
	differ("its events are page_change:", j.Change, other.Change)
	return errors.Join(errs...)
}

func quote(s string) string { return fmt.Sprintf("%q", s) }
