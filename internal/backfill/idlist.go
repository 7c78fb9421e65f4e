package backfill

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync/atomic"
)

// maxIDLine bounds a line; a longer one is passed over.
const maxIDLine = 1 << 20

// maxRevID is the largest id that an event can hold.
const maxRevID = 1<<53 - 1

// idList reads a file of revision ids: a number on each line, or a JSON object with
// rev_id, as streamer audit --missing writes them. Empty lines, and those that begin with
// #, say nothing. It holds one line at a time.
type idList struct {
	path string
	file io.ReadCloser
	in   *bufio.Reader
	size int64
	wiki string // that objects may name

	at   Position     // Records counts lines, Offset bytes
	done atomic.Int64 // bytes
	buf  []byte
}

// magics begin files that are no text.
var magics = []struct{ magic, what string }{
	{"\x1f\x8b", "gzip"}, {"BZh", "bzip2"}, {"\x28\xb5\x2f\xfd", "zstd"}, {"7z\xbc\xaf", "7z"}, {"PK\x03\x04", "a zip archive"},
	{"\xff\xfe", "UTF-16"}, {"\xfe\xff", "UTF-16"},
}

func openIDList(path, wiki string, from Position) (*idList, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the list of ids: %w", err)
	}
	l, err := readIDList(path, f, wiki, from)
	if err == nil {
		l.size, err = f.Seek(0, io.SeekEnd)
	}
	if err == nil && l.size < from.Offset {
		err = fmt.Errorf("it has %d bytes, and was done up to byte %d: %w", l.size, from.Offset, errOtherFile)
	}
	if err == nil {
		_, err = f.Seek(from.Offset, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the list of ids %s: %w", path, err), f.Close())
	}
	l.in.Reset(f)
	return l, nil
}

// readIDList looks at the beginning of a file.
func readIDList(path string, file io.ReadCloser, wiki string, from Position) (*idList, error) {
	l := &idList{path: path, file: file, in: bufio.NewReaderSize(file, 1<<16), wiki: wiki, at: from}
	head, err := l.in.Peek(4)
	if err != nil && err != io.EOF {
		return nil, err
	}
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return nil, fmt.Errorf("it is %s, must be text; unpack it first", m.what)
		}
	}
	return l, nil
}

// next returns the next line that is not empty: an id, or why it is none. Its position
// is in at.
func (l *idList) next() (rev int64, left *Left, err error) {
	for {
		line, err := l.readLine()
		if err != nil {
			return 0, nil, err
		}
		if len(line) > maxIDLine {
			return 0, l.broken(fmt.Errorf("the line is longer than %d bytes", maxIDLine)), nil
		}
		if l.at.Records == 1 {
			line = bytes.TrimPrefix(line, []byte("\xEF\xBB\xBF"))
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		rev, wiki, err := parseID(line)
		if err == nil && wiki != "" && wiki != l.wiki {
			return 0, leftOut(LeftWiki, rev), nil
		}
		if err != nil {
			return 0, l.broken(err), nil
		}
		return rev, nil, nil
	}
}

func (l *idList) broken(err error) *Left {
	where := fmt.Sprint("line ", l.at.Records)
	return &Left{Reason: LeftBroken, Where: where, Err: fmt.Errorf("%s %s: %w", l.path, where, err)}
}

// readLine returns the next line, valid until the next call, cut at the bound.
func (l *idList) readLine() ([]byte, error) {
	l.buf = l.buf[:0]
	read := 0
	for {
		part, err := l.in.ReadSlice('\n')
		read += len(part)
		if len(l.buf) <= maxIDLine {
			l.buf = append(l.buf, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && read == 0:
			return nil, io.EOF
		case err != nil && err != io.EOF:
			return nil, fmt.Errorf("read %s behind byte %d: %w", l.path, l.at.Offset, err)
		}
		l.at.Records++
		l.at.Offset += int64(read)
		l.done.Store(l.at.Offset)
		return l.buf, nil
	}
}

// parseID reads a line; wiki is "" where it names none.
func parseID(line []byte) (rev int64, wiki string, err error) {
	text := string(line)
	if line[0] == '{' {
		var row struct {
			RevID    json.Number `json:"rev_id"`
			Wiki     string      `json:"wiki"`
			Database string      `json:"database"`
		}
		switch err := json.Unmarshal(line, &row); {
		case err != nil:
			return 0, "", errNoObject
		case row.RevID == "":
			return 0, "", errors.New("the object has no rev_id")
		}
		text, wiki = string(row.RevID), row.Wiki
		if wiki == "" {
			wiki = row.Database
		}
	}
	rev, err = strconv.ParseInt(text, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrSyntax), text[0] == '+':
		return 0, "", fmt.Errorf("%.40q is no revision id", text)
	case err != nil || rev < 1 || rev > maxRevID:
		return 0, "", fmt.Errorf("%.40s is no revision id, which is 1 to %d", text, int64(maxRevID))
	}
	return rev, wiki, nil
}

// errNoObject does not quote: the line may hold more than an id.
var errNoObject = errors.New("it is no JSON object with a number as rev_id")
