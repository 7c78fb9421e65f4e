package wikitext

import (
	"math/bits"
	"unicode/utf8"
)

// Texts are read eight bytes at a time where that can be: a loop over single
// bytes ends elsewhere for each word, which processors predict badly, and each
// wrong guess costs as much as lexing a short token.
const (
	lows uint64 = 0x0101010101010101 // the lowest bit of each byte
	tops        = lows << 7          // the highest; set in no byte of ASCII
)

// load returns the bytes text[i:i+8] as a number, the first byte lowest. The
// compiler makes one load of it.
func load(text string, i int) uint64 {
	s := text[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// within returns the top bits of the bytes of x from low to high. All bytes must
// be below 0x80, so that no sum reaches the next byte.
func within(x uint64, low, high byte) uint64 {
	return (x + lows*uint64(0x80-low)) &^ (x + lows*uint64(0x7F-high)) & tops
}

// alphanumerics returns the number of ASCII letters and digits that eight bytes
// start with.
func alphanumerics(x uint64) int {
	ascii := x &^ tops
	found := (within(ascii|lows*0x20, 'a', 'z') | within(ascii, '0', '9')) &^ x
	return bits.TrailingZeros64(found^tops) >> 3
}

// lowerASCII makes the capitals of eight bytes of ASCII small.
func lowerASCII(x uint64) uint64 { return x | within(x, 'A', 'Z')>>2 }

// asciiEnd returns where the first byte beyond ASCII is at i or behind it, or
// up to which place there is none.
func asciiEnd(text string, i uint32) uint32 {
	for int(i)+8 <= len(text) {
		if x := load(text, int(i)) & tops; x != 0 {
			return i + uint32(bits.TrailingZeros64(x)>>3)
		}
		i += 8
	}
	return i
}

// runes returns the number of characters of s, counting as one each byte that
// belongs to none.
func runes(s string) int {
	i := 0
	for i+8 <= len(s) && load(s, i)&tops == 0 {
		i += 8
	}
	return i + utf8.RuneCountInString(s[i:])
}

// compareBlock is how many bytes are first compared at once, by the runtime's
// vector instructions.
const compareBlock = 256

// commonPrefix returns how many bytes a and b have in common at their start.
func commonPrefix(a, b string) int {
	i, most := 0, min(len(a), len(b))
	for i+compareBlock <= most && a[i:i+compareBlock] == b[i:i+compareBlock] {
		i += compareBlock
	}
	for ; i+8 <= most; i += 8 {
		if x := load(a, i) ^ load(b, i); x != 0 {
			return i + bits.TrailingZeros64(x)>>3
		}
	}
	for i < most && a[i] == b[i] {
		i++
	}
	return i
}

// commonSuffix returns how many bytes a and b have in common at their end.
func commonSuffix(a, b string) int {
	n, most := 0, min(len(a), len(b))
	for n+compareBlock <= most && a[len(a)-n-compareBlock:len(a)-n] == b[len(b)-n-compareBlock:len(b)-n] {
		n += compareBlock
	}
	for ; n+8 <= most; n += 8 {
		if x := load(a, len(a)-n-8) ^ load(b, len(b)-n-8); x != 0 {
			return n + bits.LeadingZeros64(x)>>3
		}
	}
	for n < most && a[len(a)-n-1] == b[len(b)-n-1] {
		n++
	}
	return n
}
