package backfill

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
)

// readAll shows what a list says, from a position on.
func readAll(t testing.TB, content string, from Position) (lines []string, at []Position) {
	t.Helper()
	l, err := readIDList("ids", io.NopCloser(strings.NewReader(content[from.Offset:])), "enwiki", from)
	if err != nil {
		t.Fatal(err)
	}
	for {
		rev, left, err := l.next()
		if err == io.EOF {
			return lines, at
		}
		if err != nil {
			t.Fatal(err)
		}
		if left != nil {
			lines = append(lines, left.Reason+" "+left.String())
		} else {
			lines = append(lines, fmt.Sprint(rev))
		}
		at = append(at, l.at)
	}
}

func TestIDList(t *testing.T) {
	for _, c := range []struct {
		name, content string
		want          []string
	}{
		{"numbers", "1\n22\n333", []string{"1", "22", "333"}},
		{"duplicates", "5\n5\n", []string{"5", "5"}},
		{"nothing", "", nil},
		{"empty lines and comments", "\n  \n# of Tuesday\n\t7 \r\n\r\n#\n", []string{"7"}},
		{"byte order mark", "\xEF\xBB\xBF12\n13", []string{"12", "13"}},
		{"objects", `{"rev_id":8,"wiki":"enwiki"}` + "\n" + `{"rev_id":9,"database":"enwiki","x":[]}` + "\n" + `{"rev_id":10}`, []string{"8", "9", "10"}},
		{"other wiki", `{"rev_id":8,"wiki":"dewiki"}` + "\n9", []string{"other_wiki 8", "9"}},
		{"largest", "9007199254740991", []string{"9007199254740991"}},
		{"too large for an event", "9007199254740992", []string{"broken ids line 1: 9007199254740992 is no revision id, which is 1 to 9007199254740991"}},
		{"2^63", "9223372036854775808\n1", []string{"broken ids line 1: 9223372036854775808 is no revision id, which is 1 to 9007199254740991", "1"}},
		{"2^63 in an object", `{"rev_id":9223372036854775808}`, []string{"broken ids line 1: 9223372036854775808 is no revision id, which is 1 to 9007199254740991"}},
		{"zero, negative, signed", "0\n-4\n+4", []string{
			"broken ids line 1: 0 is no revision id, which is 1 to 9007199254740991",
			"broken ids line 2: -4 is no revision id, which is 1 to 9007199254740991",
			`broken ids line 3: "+4" is no revision id`,
		}},
		{"no number", "1\nrev_id\n2\n3,4\n1e3\n1.0\n", []string{
			"1", `broken ids line 2: "rev_id" is no revision id`, "2", `broken ids line 4: "3,4" is no revision id`,
			`broken ids line 5: "1e3" is no revision id`, `broken ids line 6: "1.0" is no revision id`,
		}},
		{"no object", "{\n{\"rev_id\":\"x\"}\n{\"rev\":1}\n{\"rev_id\":1.5}\n[1]", []string{
			"broken ids line 1: it is no JSON object with a number as rev_id",
			"broken ids line 2: it is no JSON object with a number as rev_id",
			"broken ids line 3: the object has no rev_id",
			`broken ids line 4: "1.5" is no revision id`, `broken ids line 5: "[1]" is no revision id`,
		}},
		{"NUL and bytes that are no text", "1\x002\n\xff\xff\n3", []string{`broken ids line 1: "1\x002" is no revision id`, `broken ids line 2: "\xff\xff" is no revision id`, "3"}},
		{"a long line", strings.Repeat("0", maxIDLine) + "1\n2", []string{"broken ids line 1: the line is longer than 1048576 bytes", "2"}},
		{"long, and no number", strings.Repeat("x", 5000) + "\n2", []string{`broken ids line 1: "` + strings.Repeat("x", 40) + `" is no revision id`, "2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, at := readAll(t, c.content, Position{})
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			for i, p := range at { // and so from any place that was reached
				if rest, _ := readAll(t, c.content, p); !slices.Equal(rest, c.want[i+1:]) && len(rest)+len(c.want[i+1:]) > 0 {
					t.Errorf("behind line %d: %q, want %q", p.Records, rest, c.want[i+1:])
				}
			}
		})
	}
}

func TestIDListRefusals(t *testing.T) {
	for magic, want := range map[string]string{
		"\x1f\x8b\x08": "it is gzip", "BZh9": "it is bzip2", "\x28\xb5\x2f\xfd": "it is zstd", "\xff\xfe1\x00": "it is UTF-16",
	} {
		path := write(t, "ids", magic)
		if _, err := openIDList(path, "enwiki", Position{}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: %v", magic, err)
		}
	}
	if _, err := openIDList(t.TempDir()+"/none", "enwiki", Position{}); !os.IsNotExist(unwrapAll(err)) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := openIDList(t.TempDir(), "enwiki", Position{}); err == nil {
		t.Error("a folder is no list")
	}
}

func unwrapAll(err error) error {
	for {
		u, ok := err.(interface{ Unwrap() error })
		if !ok || os.IsNotExist(err) {
			return err
		}
		err = u.Unwrap()
	}
}

// Millions of lines take the memory of one.
func TestIDListHoldsOneLine(t *testing.T) {
	line := []byte("123456789\n")
	l, err := readIDList("ids", io.NopCloser(io.LimitReader(repeating{line}, 10*200_000)), "enwiki", Position{})
	if err != nil {
		t.Fatal(err)
	}
	allocations := testing.AllocsPerRun(100_000, func() {
		if _, _, err := l.next(); err != nil {
			t.Fatal(err)
		}
	})
	if allocations > 2 || cap(l.buf) > 64 {
		t.Errorf("%v allocations a line, %d bytes kept", allocations, cap(l.buf))
	}
}

type repeating struct{ line []byte }

func (r repeating) Read(p []byte) (int, error) {
	return copy(p, bytes.Repeat(r.line, len(p)/len(r.line)+1)[:len(p)/len(r.line)*len(r.line)]), nil
}

// FuzzIDList: whatever the bytes, every line is read once, positions only grow, and a
// reader that goes on at any of them reads what is left.
func FuzzIDList(f *testing.F) {
	f.Add("1\n2\r\n# c\n\n{\"rev_id\":3}\nx", 1)
	f.Add("\xEF\xBB\xBF9223372036854775808\n{\"rev_id\":1e400}\n", 0)
	f.Fuzz(func(t *testing.T, content string, stop int) {
		if _, err := readIDList("ids", io.NopCloser(strings.NewReader(content)), "enwiki", Position{}); err != nil {
			return // no text
		}
		lines, at := readAll(t, content, Position{})
		before := Position{}
		for i, p := range at {
			if p.Records <= before.Records || p.Offset <= before.Offset || p.Offset > int64(len(content)) {
				t.Fatalf("line %d: %+v after %+v", i, p, before)
			}
			before = p
		}
		if len(at) == 0 {
			return
		}
		i := ((stop % len(at)) + len(at)) % len(at)
		for _, m := range magics { // openIDList looks at the beginning of the file alone
			if strings.HasPrefix(content[at[i].Offset:], m.magic) {
				return
			}
		}
		if rest, _ := readAll(t, content, at[i]); !slices.Equal(rest, lines[i+1:]) && len(rest)+len(lines[i+1:]) > 0 {
			t.Fatalf("behind %+v: %q, want %q", at[i], rest, lines[i+1:])
		}
	})
}
