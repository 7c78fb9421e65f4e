package phrase

import "math/bits"

// filter says of a word that no phrase begins with it, or that one may. Most
// words of a text begin none, and need not be looked for in the tree.
type filter []uint64

// newFilter makes a filter with 16 bits or more for each phrase.
func newFilter(phrases int) filter { return make(filter, 1<<bits.Len(uint(phrases/4))) }

func (f filter) has(hash uint32) bool { return f[hash>>6%uint32(len(f))]>>(hash%64)&1 != 0 }

func (f filter) add(hash uint32) { f[hash>>6%uint32(len(f))] |= 1 << (hash % 64) }

// wordSeed and wordHash make a word's hash, FNV-1a, byte by byte.
const wordSeed = uint32(2166136261)

func wordHash(hash uint32, c byte) uint32 { return (hash ^ uint32(c)) * 16777619 }
