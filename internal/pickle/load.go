package pickle

import (
	"fmt"
	"io"
)

// Limits bound what a pickle may ask for. Zero means none is allowed.
type Limits struct {
	Input  int64 // bytes
	Values int   // values made, of any type; MARKs and recalls may be four times as many
	Memo   int   // entries of the memo
	Depth  int   // nesting of the values
}

// DefaultLimits have room for a multilabel model of 64 labels with 500 trees each: a tree
// makes some 60 values. Python cannot write what nests deeper than about a thousand
// unless told to, and the models that are known nest 26 to 89 deep, most of it tries
// of flashtext, which are as deep as their longest phrase is long.
func DefaultLimits() Limits {
	return Limits{Input: 256 << 20, Values: 4 << 20, Memo: 4 << 20, Depth: 2000}
}

// File is a pickle that was read.
type File struct {
	Value    any
	Protocol int
	// Globals are all names that occur, also in what was thrown away, each once, in
	// the order of their first occurrence.
	Globals []*Global
	Shape   Shape
}

// Error says where in a pickle something is wrong.
type Error struct {
	Op     string // name of the opcode
	Offset int    // of the opcode, in bytes
	Err    error
}

func (e *Error) Error() string {
	return fmt.Sprintf("pickle: %s at byte %d: %v", e.Op, e.Offset, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Load reads a pickle within the default limits and returns its value.
func Load(r io.Reader) (any, error) {
	f, err := DefaultLimits().Load(r)
	if err != nil {
		return nil, err
	}
	return f.Value, nil
}

// Load reads a pickle, which must be all that r has.
func (l Limits) Load(r io.Reader) (*File, error) {
	data, err := l.Read(r)
	if err != nil {
		return nil, err
	}
	return l.Parse(data)
}

// Read reads the bytes of a pickle for Parse. It keeps them in pieces until it knows how
// many there are: what is refused for its length never takes more than that length, where
// a buffer that grows is copied and takes twice as much.
func (l Limits) Read(r io.Reader) ([]byte, error) {
	r = io.LimitReader(r, l.Input+1)
	var pieces [][]byte
	total := 0
	for size := 1 << 16; ; size = min(2*size, 8<<20) {
		piece, err := fill(r, size)
		pieces, total = append(pieces, piece), total+len(piece)
		switch {
		case int64(total) > l.Input:
			return nil, fmt.Errorf("pickle: more than %d bytes", l.Input)
		case err == io.EOF:
			return join(pieces, total), nil
		case err != nil:
			return nil, fmt.Errorf("pickle: read: %w", err)
		}
	}
}

// fill reads size bytes, or those before an error. io.ReadFull would not tell the end of
// the file from bzip2 data that break off.
func fill(r io.Reader, size int) (piece []byte, err error) {
	piece = make([]byte, 0, size)
	for len(piece) < size && err == nil {
		var n int
		n, err = r.Read(piece[len(piece):size])
		piece = piece[:len(piece)+n]
	}
	return piece, err
}

// join lets go of each piece as soon as it is copied.
func join(pieces [][]byte, total int) []byte {
	if len(pieces) == 1 {
		return pieces[0]
	}
	data := make([]byte, 0, total)
	for i := range pieces {
		data = append(data, pieces[i]...)
		pieces[i] = nil
	}
	return data
}

// Parse reads a pickle from data, parts of which the values keep: it must not be
// changed afterwards.
func (l Limits) Parse(data []byte) (*File, error) {
	m := newMachine(data, l)
	v, err := m.run()
	if err != nil {
		return nil, err
	}
	shape := measure(v, l.Depth)
	if shape.Depth > l.Depth {
		return nil, fmt.Errorf("pickle: values nest more than %d deep", l.Depth)
	}
	return &File{Value: v, Protocol: m.protocol, Globals: m.globals.list, Shape: shape}, nil
}
