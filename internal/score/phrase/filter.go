package phrase

import "math/bits"

// filter says of a word that no phrase begins with it, or that one may. Most
// words of a text begin none, and need not be looked for in the tree.
type filter []uint64

// newFilter makes a filter with 16 bits or more for each phrase.
func newFilter(phrases int) filter { return make(filter, 1<<bits.Len(uint(phrases/4))) }

// has and add take the upper bits of a hash: those depend on all of what was
// hashed. There are powers of two of words.
func (f filter) has(hash uint64) bool {
	return f[hash>>32&uint64(len(f)-1)]>>(hash>>58)&1 != 0
}

func (f filter) add(hash uint64) { f[hash>>32&uint64(len(f)-1)] |= 1 << (hash >> 58) }

// wordHash hashes a word, by its length, its first bytes and its last one: going
// through all bytes of all words of a text would take longer than the rest.
func wordHash(word []byte) uint64 {
	n := len(word)
	hash := uint64(n)<<32 | uint64(word[0])<<24 | uint64(word[n-1])
	if n > 2 {
		hash |= uint64(word[1])<<16 | uint64(word[2])<<8
	}
	return hash * 0x9e3779b97f4a7c15
}

// ahead is how many bytes behind the first word are looked at before the tree is
// asked: the space and two letters. Idioms begin with "a", "in" and "the", as half
// the words of a text do: 324 us before, 79 with it and the shorter hash, on 20 kB.
const ahead = 3

// aheadHash hashes a word and what follows it.
func aheadHash(word uint64, behind []byte) uint64 {
	next := uint64(behind[0])<<16 | uint64(behind[1])<<8 | uint64(behind[2])
	return (word ^ next) * 0x9e3779b97f4a7c15
}
