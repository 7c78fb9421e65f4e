package spell

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// A flag names a rule that a word or affix takes part in. In options 0 is none.
type flag = uint16

// Flags of Hunspell's own, above all that a file may use (hashmgr.hxx).
const (
	maxFlag       = 65509
	defaultForbid = 65510 // FORBIDDENWORD, unless the file names one
	onlyUpper     = 65511 // a capitalised form that only an all-capitals word may use
)

// flagType is how flags are written, by FLAG.
type flagType uint8

const (
	flagChar   flagType = iota // each byte
	flagLong                   // each pair of bytes
	flagNumber                 // decimal numbers between commas
	flagUTF8                   // each character of the basic plane
)

// decode reads the flags of a word, an affix or a compound rule, in their order.
func (t flagType) decode(text []byte) ([]flag, error) {
	var out []flag
	switch t {
	case flagLong:
		// An odd last byte is dropped, as in hashmgr.cxx, decode_flags.
		for i := 0; i+1 < len(text); i += 2 {
			out = append(out, flag(text[i])<<8|flag(text[i+1]))
		}
	case flagNumber:
		for part := range bytes.SplitSeq(text, []byte(",")) {
			n, err := strconv.Atoi(string(part))
			// 0 is wrong by the manual, yet Debian's tr_TR has it, and it works.
			if err != nil || n < 0 || n > maxFlag {
				return nil, fmt.Errorf("flag %q is no number from 0 to %d", part, maxFlag)
			}
			out = append(out, flag(n))
		}
	case flagUTF8:
		for rest := text; len(rest) > 0; {
			r, size := utf8.DecodeRune(rest)
			if r == utf8.RuneError && size < 2 || r > 0xffff {
				return nil, fmt.Errorf("flags %q are not characters of the basic plane in UTF-8", text)
			}
			out = append(out, flag(r))
			rest = rest[size:]
		}
	default:
		for _, c := range text {
			out = append(out, flag(c))
		}
	}
	return out, nil
}

// decodeOne reads the one flag that an option or affix header names; what
// follows it in the same field is not looked at (hashmgr.cxx, decode_flag).
func (t flagType) decodeOne(text []byte) (flag, error) {
	if t == flagNumber {
		text, _, _ = bytes.Cut(text, []byte(","))
	}
	if t == flagLong && len(text) == 1 {
		return flag(text[0]) << 8, nil
	}
	flags, err := t.decode(text)
	if err == nil && len(flags) == 0 {
		err = fmt.Errorf("%q names no flag", text)
	}
	if err != nil {
		return 0, err
	}
	return flags[0], nil
}

// setID is a set of flags in flagSets; 0 is the set of none.
type setID uint32

// flagSets keeps each distinct set once: dictionaries have a hundred words to
// each set of flags.
type flagSets struct {
	sets   [][]flag
	byText map[string]setID
	upper  map[setID]setID // the same set and onlyUpper
}

func newFlagSets() *flagSets {
	return &flagSets{sets: [][]flag{nil}, byText: map[string]setID{"": 0}, upper: map[setID]setID{}}
}

// read gives the set that a text of flags stands for.
func (f *flagSets) read(t flagType, text []byte) (setID, error) {
	if id, ok := f.byText[string(text)]; ok {
		return id, nil
	}
	flags, err := t.decode(text)
	if err != nil {
		return 0, err
	}
	slices.Sort(flags)
	id := f.add(flags)
	f.byText[string(text)] = id
	return id, nil
}

func (f *flagSets) add(flags []flag) setID {
	if len(flags) == 0 {
		return 0
	}
	f.sets = append(f.sets, flags)
	return setID(len(f.sets) - 1)
}

// withOnlyUpper is the set and the flag of a form for capitals alone.
func (f *flagSets) withOnlyUpper(id setID) setID {
	upper, ok := f.upper[id]
	if !ok {
		upper = f.add(append(slices.Clone(f.sets[id]), onlyUpper))
		f.upper[id] = upper
	}
	return upper
}

// has tells whether a set has a flag. Sets are sorted and mostly short.
func (f *flagSets) has(id setID, want flag) bool {
	for _, have := range f.sets[id] {
		if have >= want {
			return have == want
		}
	}
	return false
}

// closed drops what only reading needs.
func (f *flagSets) closed() {
	f.byText, f.upper = nil, nil
}
