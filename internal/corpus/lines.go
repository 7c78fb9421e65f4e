package corpus

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// lines reads one JSON object per line. Fields that are null were suppressed or
// are unknown.
type lines struct {
	path string
	in   *bufio.Reader
	line int
	at   int64 // bytes before the line being read
	read int64 // bytes taken so far
	buf  []byte
	max  int // bytes of a line
}

func newLines(path string, in *bufio.Reader, limit int) *lines {
	return &lines{path: path, in: in, max: limit}
}

func (l *lines) offset() int64 { return l.read }

// row is one line. Pointers tell null and absent from zero.
type row struct {
	Wiki       string  `json:"wiki"`
	PageID     *int64  `json:"page_id"`
	Title      string  `json:"page_title"`
	Namespace  int64   `json:"page_namespace"`
	RevID      int64   `json:"rev_id"`
	ParentID   *int64  `json:"rev_parent_id"`
	Timestamp  string  `json:"timestamp"`
	User       *string `json:"user"`
	UserID     *int64  `json:"user_id"`
	Anon       bool    `json:"anon"`
	Comment    *string `json:"comment"`
	Minor      bool    `json:"minor"`
	Text       *string `json:"text"`
	ParentText *string `json:"parent_text"`
}

func (l *lines) next() (*Revision, error) {
	for {
		line, err := l.readLine()
		var bad *LineError
		if err != nil && !errors.As(err, &bad) {
			return nil, err
		}
		if err == nil && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if err != nil {
			return nil, err
		}
		rev, err := parseRow(line)
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) && line[len(line)-1] != '\n' && syntax.Offset == int64(len(line)) {
			return nil, io.ErrUnexpectedEOF // the file was cut: nothing of its last line is known
		}
		if err != nil {
			return nil, &LineError{Path: l.path, Line: l.line, Offset: l.at, Err: err}
		}
		return rev, nil
	}
}

// readLine returns the next line, valid until the next call. A line above the
// bound is read to its end without being kept.
func (l *lines) readLine() ([]byte, error) {
	l.line++
	l.at = l.read
	l.buf = l.buf[:0]
	tooLong := false
	for {
		part, err := l.in.ReadSlice('\n')
		l.read += int64(len(part))
		if len(l.buf)+len(part) > l.max {
			tooLong = true
		}
		if !tooLong {
			l.buf = append(l.buf, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && len(part) == 0 && len(l.buf) == 0 && !tooLong:
			return nil, io.EOF
		case err != nil && err != io.EOF:
			return nil, err
		case tooLong:
			return nil, &LineError{Path: l.path, Line: l.line, Offset: l.at, Err: fmt.Errorf("the line is longer than %d bytes", l.max)}
		}
		return l.buf, nil
	}
}

func parseRow(line []byte) (*Revision, error) {
	var w row
	if err := json.Unmarshal(line, &w); err != nil {
		return nil, err
	}
	r := &Revision{
		Wiki: w.Wiki, Title: w.Title, Namespace: w.Namespace, RevID: w.RevID, Minor: w.Minor,
		Text: w.Text, TextHidden: w.Text == nil, ParentText: w.ParentText,
	}
	var errs []error
	at, err := time.Parse(time.RFC3339, w.Timestamp)
	if err != nil {
		errs = append(errs, fmt.Errorf("timestamp is %q, not an ISO 8601 time", w.Timestamp))
	}
	r.Timestamp = at.UTC()
	switch {
	case w.ParentID != nil && *w.ParentID != 0:
		r.ParentID, r.ParentHidden = *w.ParentID, w.ParentText == nil
	case w.ParentText != nil && *w.ParentText == "":
		r.ParentText = nil // a creation has no parent, not an empty one
	default:
		// To call it a creation would be a guess that features depend on.
		errs = append(errs, errors.New(`rev_parent_id is null and parent_text is not "", so the parent is unknown`))
	}
	if w.Comment == nil {
		r.CommentHidden = true
	} else {
		r.Comment = *w.Comment
	}
	name := ""
	if w.User != nil {
		name = *w.User
	}
	r.author(name, w.UserID, w.User == nil, w.Anon)
	r.complete()
	if w.PageID != nil {
		r.PageID = *w.PageID
	} else {
		r.PageID = derivedID("page", r.Wiki, r.Title)
	}
	if err := errors.Join(append(errs, r.check())...); err != nil {
		return nil, err
	}
	return r, nil
}
