package numpy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"revscore/internal/pickle"
)

// Type is a numpy dtype.
type Type struct {
	Kind   byte    // b, i, u, f, U, O, or V of a record
	Size   int     // of an item, in bytes; of objects 0
	Fields []Field // of a record

	order binary.ByteOrder
}

// Field is a named part of a record.
type Field struct {
	Name   string
	Offset int
	Type   Type
}

// maxFields bounds those of a record, because arrays without number may share a type.
// The nodes of a tree have eight.
const maxFields = 64

// maxSize bounds the bytes of an item, so that products of sizes cannot overflow.
const maxSize = 1 << 20

// String is the type as numpy spells it, without byte order: "f8", "U5".
func (t Type) String() string {
	switch t.Kind {
	case 'O':
		return "O"
	case 'U':
		return "U" + strconv.Itoa(t.Size/4)
	}
	return string(t.Kind) + strconv.Itoa(t.Size)
}

// readType reads numpy.dtype(name, align, copy) with its state (version, byte order,
// subtype, names, fields, size, alignment, flags[, metadata]); see arraydescr_reduce in
// numpy/core/src/multiarray/descriptor.c.
func readType(v any) (Type, error) {
	return typeOf(v, "")
}

// typeOf reads a type. Where it is that of a part, a record is refused.
func typeOf(v any, part string) (Type, error) {
	o, ok := v.(*pickle.Object)
	if !ok || !o.Class.Is("numpy.dtype") || len(o.Args) == 0 {
		return Type{}, fmt.Errorf("type is %s, must be a numpy.dtype", pickle.Kind(v))
	}
	name, ok1 := o.Args[0].(string)
	state, ok2 := o.State.(*pickle.Tuple)
	if !ok1 || !ok2 || len(state.Items) < 8 {
		return Type{}, errors.New("type has no name or no state of eight items")
	}
	t, err := plain(name)
	if err != nil {
		return Type{}, err
	}
	if state.Items[2] != nil {
		return Type{}, fmt.Errorf("type %s has a sub-array", t)
	}
	if t.order, err = byteOrder(state.Items[1]); err != nil {
		return Type{}, fmt.Errorf("type %s: %w", t, err)
	}
	if t.Kind != 'V' {
		return t, nil
	}
	if part != "" {
		return Type{}, fmt.Errorf("type %s is a record %s", t, part)
	}
	t.Fields, err = fields(state.Items[3], state.Items[4], t.Size)
	return t, err
}

// plain reads a name such as "f8".
func plain(name string) (Type, error) {
	if name == "" {
		return Type{}, errors.New("type has an empty name")
	}
	t := Type{Kind: name[0]}
	if t.Kind == 'O' {
		return t, nil
	}
	size, err := strconv.Atoi(name[1:])
	if err != nil || size < 0 || size > maxSize {
		return Type{}, fmt.Errorf("type %.40q is not known", name)
	}
	t.Size = size
	known := false
	switch t.Kind {
	case 'b':
		known = size == 1
	case 'i', 'u':
		known = size == 1 || size == 2 || size == 4 || size == 8
	case 'f':
		known = size == 4 || size == 8
	case 'U':
		t.Size *= 4 // UTF-32; the name counts characters
		known = t.Size <= maxSize
	case 'V':
		known = size > 0
	}
	if !known {
		return Type{}, fmt.Errorf("type %.40q is not known", name)
	}
	return t, nil
}

func byteOrder(v any) (binary.ByteOrder, error) {
	switch v {
	case "<", "|":
		return binary.LittleEndian, nil
	case ">":
		return binary.BigEndian, nil
	}
	return nil, fmt.Errorf("byte order %s is not known", pickle.Brief(v))
}

// fields reads the parts of a record: a tuple of names, and a dict from each name to
// (type, offset[, title]). A title is one more key of that dict; nobody asks for it.
func fields(names, of any, size int) ([]Field, error) {
	list, ok1 := names.(*pickle.Tuple)
	dict, ok2 := of.(*pickle.Dict)
	if !ok1 || !ok2 {
		return nil, errors.New("record has no fields")
	}
	if n := max(len(list.Items), len(dict.Entries)/2); n > maxFields { // a title is an entry too
		return nil, fmt.Errorf("record has %d fields, at most %d", n, maxFields)
	}
	entries := make(map[string]any, len(dict.Entries))
	for _, e := range dict.Entries {
		if name, ok := e.Key.(string); ok {
			entries[name] = e.Value
		}
	}
	out := make([]Field, 0, len(list.Items))
	for _, item := range list.Items {
		name, ok := item.(string)
		if !ok {
			return nil, fmt.Errorf("name of a field is %s, must be a str", pickle.Kind(item))
		}
		f, err := field(name, entries[name], size)
		if err != nil {
			return nil, fmt.Errorf("field %.80q: %w", name, err)
		}
		out = append(out, f)
	}
	return out, nil
}

func field(name string, v any, size int) (Field, error) {
	def, ok := v.(*pickle.Tuple)
	if !ok || len(def.Items) < 2 {
		return Field{}, fmt.Errorf("is %s, must be (type, offset)", pickle.Kind(v))
	}
	t, err := typeOf(def.Items[0], "in a record")
	if err != nil {
		return Field{}, err
	}
	offset, ok := def.Items[1].(int64)
	if !ok || t.Kind == 'O' || offset < 0 || offset > int64(size) || int64(size)-offset < int64(t.Size) {
		return Field{}, fmt.Errorf("type %v at offset %s is not within the record's %d bytes", t, pickle.Brief(def.Items[1]), size)
	}
	return Field{Name: name, Offset: int(offset), Type: t}, nil
}
