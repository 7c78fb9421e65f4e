package corpus

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
)

// line shows a revision as the .want files do.
func line(r *Revision) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s page %d ns %d %q rev %d<%d %s ", r.Wiki, r.Domain, r.PageID, r.Namespace, r.Title, r.RevID, r.ParentID, r.Timestamp.Format(time.RFC3339))
	switch {
	case r.UserHidden:
		b.WriteString("user hidden ")
	case r.Anonymous:
		fmt.Fprintf(&b, "anon %q/%d ", r.User, r.UserID)
	default:
		fmt.Fprintf(&b, "user %q/%d ", r.User, r.UserID)
	}
	if r.Minor {
		b.WriteString("minor ")
	}
	if r.CommentHidden {
		b.WriteString("comment hidden ")
	} else {
		fmt.Fprintf(&b, "%q ", r.Comment)
	}
	b.WriteString(r.ContentModel)
	if r.Redirect {
		b.WriteString(" redirect")
	}
	if r.Text == nil {
		fmt.Fprintf(&b, " text %s size %d", missing(r.TextHidden), r.Size)
	} else {
		fmt.Fprintf(&b, " %q", *r.Text)
	}
	if r.SHA1 != "" {
		b.WriteString(" sha1 " + r.SHA1)
	}
	if r.ParentText == nil {
		b.WriteString(" parent " + missing(r.ParentHidden))
	} else {
		fmt.Fprintf(&b, " parent %q", *r.ParentText)
	}
	return b.String()
}

func missing(hidden bool) string {
	if hidden {
		return "hidden"
	}
	return "nil"
}

// all reads to the end; bad records are lines of their own. It returns the error
// that ended the reading, nil for a regular end.
func all(r *Reader) (lines []string, err error) {
	for {
		rev, err := r.Next()
		var bad *LineError
		switch {
		case errors.As(err, &bad):
			lines = append(lines, fmt.Sprintf("line %d: %s", bad.Line, strings.ReplaceAll(bad.Err.Error(), "\n", "; ")))
		case err == io.EOF:
			return lines, nil
		case err != nil:
			return lines, err
		default:
			lines = append(lines, line(rev))
		}
	}
}

func open(t testing.TB, path string) *Reader {
	t.Helper()
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func compare(t *testing.T, got []string, wantFile string) {
	t.Helper()
	raw, err := os.ReadFile(wantFile)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
	for i := range max(len(got), len(want)) {
		var g, w string
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Errorf("%s line %d:\n got %s\nwant %s", wantFile, i+1, g, w)
		}
	}
}

// TestFiles reads every case file and compares with its .want.
func TestFiles(t *testing.T) {
	for _, name := range []string{"export-0.3.xml", "export-0.4.xml", "export-0.10.xml", "export-0.11.xml", "rows.jsonl"} {
		t.Run(name, func(t *testing.T) {
			got, err := all(open(t, filepath.Join("testdata", name)))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, got, filepath.Join("testdata", strings.TrimSuffix(name, filepath.Ext(name))+".want"))
		})
	}
}

// TestCompressed reads one dump through every packer, under names that say
// nothing about it. The bz2 file has two streams, cut inside an element.
func TestCompressed(t *testing.T) {
	plain, err := os.ReadFile("testdata/export-0.11.xml")
	if err != nil {
		t.Fatal(err)
	}
	bz, err := os.ReadFile("testdata/export-0.11.xml.bz2")
	if err != nil {
		t.Fatal(err)
	}
	skippable := append([]byte("\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"), zst(t, plain, 1<<27)...)
	for name, content := range map[string][]byte{
		"plain": plain, "bom": append([]byte("\xEF\xBB\xBF\n "), plain...), "gzip": gz(t, plain), "bz2": bz,
		"zstd": zst(t, plain, 1<<27), "pzstd": skippable, "gzip members": append(gz(t, plain[:600]), gz(t, plain[600:])...),
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t, write(t, content))
			got, err := all(r)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, got, "testdata/export-0.11.want")
			if done, total := r.Progress(); done != total || total != int64(len(content)) {
				t.Errorf("at the end progress is %d of %d, the file has %d", done, total, len(content))
			}
			if _, err := r.Next(); err != io.EOF {
				t.Errorf("Next after the end: %v, want io.EOF", err)
			}
		})
	}
}

// TestBroken gives files that cannot be read to the end: the error must name the
// file and the place, and stay.
func TestBroken(t *testing.T) {
	xml, err := os.ReadFile("testdata/export-0.11.xml")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := os.ReadFile("testdata/rows.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	packed, packedRows := gz(t, xml), gz(t, rows)
	for _, c := range []struct {
		name, content string
		want          string
		cause         error
	}{
		{"empty", "", "the file is empty", nil},
		{"blank", " \n\n", "the file is empty", nil},
		{"text", "hello", `neither XML nor JSON`, nil},
		{"7z", "7z\xbc\xaf\x27\x1c", "7z is not supported", nil},
		{"gzip head only", "\x1f\x8b\x08", "unexpected EOF", io.ErrUnexpectedEOF},
		{"truncated gzip", string(packed[:len(packed)-20]), "at byte ", io.ErrUnexpectedEOF},
		{"truncated gzip of rows", string(packedRows[:len(packedRows)-12]), "at byte ", io.ErrUnexpectedEOF},
		{"truncated zstd", string(zst(t, xml, 1<<20)[:300]), "unexpected EOF", io.ErrUnexpectedEOF},
		{"truncated xml", string(xml[:900]), "at byte 900", nil},
		{"truncated rows", string(rows[:len(rows)-20]), "at byte ", io.ErrUnexpectedEOF},
		{"other xml", "<html></html>", "root element is <html>", nil},
		{"no element", "<!-- only -->", "no <mediawiki> element", nil},
		{"wrong end", "<mediawiki><page></mediawiki>", "at byte ", nil},
		{"bad entity", "<mediawiki><page><title>&nope;</title></page></mediawiki>", "at byte ", nil},
		{"invalid UTF-8", "<mediawiki><page><title>\xff</title></page></mediawiki>", "at byte ", nil},
		{"deep", "<mediawiki>" + strings.Repeat("<a>", 100000), "nested deeper", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := write(t, []byte(c.content))
			r, err := Open(path)
			if err == nil {
				defer r.Close()
				_, err = all(r)
				if _, again := r.Next(); again != err {
					t.Errorf("the error is %v first and %v then", err, again)
				}
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error is %v, must name %s and %q", err, path, c.want)
			}
			if c.cause != nil && !errors.Is(err, c.cause) {
				t.Errorf("error %v does not wrap %v", err, c.cause)
			}
		})
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

// TestTooLarge feeds a revision and a line above the bound. The XML cannot go on
// (the decoder would have to hold the text), the lines can.
func TestTooLarge(t *testing.T) {
	const limit = 2000
	limited := func(content string) *Reader {
		r, err := newReader("limited", io.NopCloser(strings.NewReader(content)), 0, limit)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	big := strings.Repeat("a", limit+10)
	for _, content := range []string{
		"<mediawiki><page><revision><text>" + big + "</text></revision></page></mediawiki>",
		"<mediawiki><page><title>" + big + "</title></page></mediawiki>",
		"<mediawiki><other>" + big + "</other></mediawiki>",
	} {
		if _, err := limited(content).Next(); !errors.Is(err, errTooLarge) {
			t.Errorf("%.30s…: %v, want %v", content, err, errTooLarge)
		}
	}
	rows, err := os.ReadFile("testdata/rows.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	r := limited(`{"text":"` + big + "\"}\n" + string(rows))
	var bad *LineError
	if _, err := r.Next(); !errors.As(err, &bad) || bad.Line != 1 {
		t.Errorf("line: %v, want a LineError of line 1", err)
	}
	if rev, err := r.Next(); err != nil || rev.RevID != 11 {
		t.Errorf("after the long line: %v", err)
	}
	// Elements that are passed over may be of any length in all.
	long := "<mediawiki><other>" + strings.Repeat("<a>xyz</a>", limit) + "</other><page><title>T</title><id>1</id><revision><id>1</id><timestamp>2020-01-01T00:00:00Z</timestamp></revision></page></mediawiki>"
	d := limited(long)
	if _, err := d.Next(); !errors.As(err, &bad) || !strings.Contains(err.Error(), "wiki is missing") {
		t.Errorf("after a long element to pass over: %v", err)
	}
}

func TestClosed(t *testing.T) {
	r := open(t, "testdata/rows.jsonl")
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Next after Close: %v", err)
	}
}

func write(t testing.TB, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "corpus")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func gz(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(content)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zst(t testing.TB, content []byte, window int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, zstd.WithWindowSize(window), zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Write(content)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
