package pickle

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// spelled returns the value that a call stands for where an older protocol has no
// opcode for it, or nil.
func (m *machine) spelled(class *Global, args []any) (any, error) {
	switch class.Canonical() {
	case "_codecs.encode", "builtins.bytearray":
		return m.spelledBytes(args)
	case "builtins.bytes":
		if len(args) == 0 {
			return Bytes{}, nil
		}
		return m.spelledBytes(args)
	case "builtins.set":
		return m.spelledSet(args, false)
	case "builtins.frozenset":
		return m.spelledSet(args, true)
	case "copyreg._reconstructor":
		return reconstructed(args), nil
	case "copyreg.__newobj__":
		if len(args) > 0 {
			if of, ok := args[0].(*Global); ok {
				return &Object{Class: of, Args: args[1:]}, nil
			}
		}
	}
	return nil, nil
}

// spelledBytes are (), (bytes) and (text, "latin1").
func (m *machine) spelledBytes(args []any) (any, error) {
	switch len(args) {
	case 0:
		return Bytes{}, nil
	case 1:
		if b, ok := args[0].(Bytes); ok {
			return b, nil
		}
	case 2:
		text, ok1 := args[0].(string)
		codec, ok2 := args[1].(string)
		if ok1 && ok2 && slices.Contains([]string{"latin1", "latin-1", "iso-8859-1"}, strings.ToLower(codec)) {
			return m.encode(text)
		}
	}
	return nil, nil
}

// encode makes bytes of text. A writer spells every bytes object by a text of its own, so
// that they cannot be more than the file is long; one text encoded over and over could.
func (m *machine) encode(text string) (any, error) {
	if m.latin1 += utf8.RuneCountInString(text); m.latin1 > len(m.in.data) {
		return nil, errors.New("one text is encoded many times")
	}
	b, ok := toLatin1(text)
	if !ok {
		return nil, errors.New("the text is not Latin-1")
	}
	return b, nil
}

// spelledSet is a set of a list, whose items it shares: what is appended to the list
// later does not come into the set.
func (m *machine) spelledSet(args []any, frozen bool) (any, error) {
	if len(args) == 0 {
		return &Set{Frozen: frozen}, nil
	}
	if list, ok := args[0].(*List); ok && len(args) == 1 {
		return &Set{Items: slices.Clip(list.Items), Frozen: frozen}, m.count(len(list.Items))
	}
	return nil, nil
}

// reconstructed is an object by copyreg._reconstructor(class, object, None).
func reconstructed(args []any) any {
	if len(args) != 3 || args[2] != nil {
		return nil
	}
	class, ok1 := args[0].(*Global)
	base, ok2 := args[1].(*Global)
	if !ok1 || !ok2 || !base.Is("builtins.object") {
		return nil
	}
	return &Object{Class: class}
}
