package pickle

import (
	"bytes"
	"errors"
	"fmt"
)

// input is the pickle's bytes. Everything it returns is part of them.
type input struct {
	data []byte
	pos  int
}

// ErrTruncated is of the errors that say that the file should go on: it was cut off, or is
// no pickle.
var ErrTruncated = errors.New("the file ends here")

func (in *input) left() int { return len(in.data) - in.pos }

func (in *input) byte() (byte, error) {
	if in.left() == 0 {
		return 0, ErrTruncated
	}
	in.pos++
	return in.data[in.pos-1], nil
}

// take returns the next n bytes; n is what the file claims.
func (in *input) take(n uint64) ([]byte, error) {
	if n > uint64(in.left()) {
		return nil, claims(n, in.left())
	}
	from := in.pos
	in.pos += int(n)
	return in.data[from:in.pos:in.pos], nil
}

// truncation is [ErrTruncated] in other words.
type truncation struct{ text string }

func (e *truncation) Error() string        { return e.text }
func (e *truncation) Is(target error) bool { return target == ErrTruncated }

func claims(n uint64, left int) error {
	return &truncation{fmt.Sprintf("claims %d bytes where %d are left", n, left)}
}

// uint reads a little-endian number of n bytes.
func (in *input) uint(n int) (uint64, error) {
	if in.left() < n {
		return 0, ErrTruncated
	}
	var u uint64
	for i := n - 1; i >= 0; i-- {
		u = u<<8 | uint64(in.data[in.pos+i])
	}
	in.pos += n
	return u, nil
}

// sized reads a length of n bytes, then that many bytes.
func (in *input) sized(n int) ([]byte, error) {
	size, err := in.uint(n)
	if err != nil {
		return nil, err
	}
	return in.take(size)
}

// line reads up to a newline, which is not part of what it returns.
func (in *input) line() ([]byte, error) {
	end := bytes.IndexByte(in.data[in.pos:], '\n')
	if end < 0 {
		return nil, &truncation{"its line does not end"}
	}
	line := in.data[in.pos : in.pos+end : in.pos+end]
	in.pos += end + 1
	return line, nil
}
