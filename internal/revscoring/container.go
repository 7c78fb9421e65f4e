package revscoring

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"

	"revscore/internal/pickle"
)

// load reads a pickle, within bzip2 or not, and says of what is none what it is.
func load(r io.Reader, limits pickle.Limits) (*pickle.File, error) {
	in, err := open(r, limits.Input)
	if err != nil {
		return nil, err
	}
	data, err := limits.Read(in)
	if err != nil {
		return nil, err
	}
	file, err := limits.Parse(data)
	if err != nil {
		return nil, explain(err, data)
	}
	return file, nil
}

// open decompresses r if it is bzip2, whatever it is called: revscoring itself goes by
// the name, but files are renamed.
func open(r io.Reader, limit int64) (io.Reader, error) {
	raw := &counter{}
	in := bufio.NewReader(io.TeeReader(r, raw))
	head, err := peek(in)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(head, []byte("BZh")) {
		// What decompresses to nothing has an end too.
		unpacked := &unpacker{packed: raw, limit: limit}
		unpacked.from = bzip2.NewReader(io.LimitReader(in, limit))
		in = bufio.NewReader(unpacked)
		if head, err = peek(in); err != nil {
			return nil, err
		}
	}
	return in, foreign(head)
}

// peek returns how the file begins, which it must.
func peek(in *bufio.Reader) ([]byte, error) {
	head, err := in.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(head) == 0 {
		return nil, errors.New("the file is empty")
	}
	return head, nil
}

// bzip2 makes a million bytes of one. Models become 1 to 8 times as long, so that what
// becomes much longer is stopped before it has taken the memory of the longest file.
const (
	mostExpansion = 100
	anyway        = 16 << 20 // bytes that any file may become
)

// unpacker reads what bzip2 unpacks.
type unpacker struct {
	from   io.Reader
	packed *counter
	bytes  int64 // unpacked so far
	limit  int64 // of packed bytes
}

func (u *unpacker) Read(p []byte) (int, error) {
	n, err := u.from.Read(p)
	u.bytes += int64(n)
	switch {
	case u.bytes > max(anyway, mostExpansion*u.packed.bytes):
		return 0, fmt.Errorf("the bzip2 file of %d bytes becomes more than %d times as long: refused", u.packed.bytes, mostExpansion)
	case errors.Is(err, io.ErrUnexpectedEOF) && u.packed.bytes >= u.limit:
		return n, fmt.Errorf("the bzip2 file has more than %d bytes", u.limit)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return n, fmt.Errorf("the bzip2 file is cut off after %d bytes", u.packed.bytes)
	}
	return n, err
}
