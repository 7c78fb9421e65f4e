package diff

import (
	"math"
	"slices"
	"testing"

	"revscore/internal/score/wikitext"
)

// difflib is CPython 3.11's Lib/difflib.py word for word, hash maps and all:
// what matcher must equal, in a form that can be held against the original.
type difflib struct {
	a, b []uint32
	b2j  map[uint32][]int
}

func newDifflib(a, b []uint32) *difflib {
	b2j := map[uint32][]int{}
	for i, elt := range b {
		b2j[elt] = append(b2j[elt], i)
	}
	if n := len(b); n >= 200 {
		ntest := n/100 + 1
		for elt, idxs := range b2j {
			if len(idxs) > ntest {
				delete(b2j, elt)
			}
		}
	}
	return &difflib{a, b, b2j}
}

func (s *difflib) findLongestMatch(alo, ahi, blo, bhi int) block {
	besti, bestj, bestsize := alo, blo, 0
	j2len := map[int]int{}
	for i := alo; i < ahi; i++ {
		newj2len := map[int]int{}
		for _, j := range s.b2j[s.a[i]] {
			if j < blo {
				continue
			}
			if j >= bhi {
				break
			}
			k := j2len[j-1] + 1
			newj2len[j] = k
			if k > bestsize {
				besti, bestj, bestsize = i-k+1, j-k+1, k
			}
		}
		j2len = newj2len
	}
	for besti > alo && bestj > blo && s.a[besti-1] == s.b[bestj-1] {
		besti, bestj, bestsize = besti-1, bestj-1, bestsize+1
	}
	for besti+bestsize < ahi && bestj+bestsize < bhi && s.a[besti+bestsize] == s.b[bestj+bestsize] {
		bestsize++
	}
	return block{besti, bestj, bestsize}
}

// blocks is get_matching_blocks as the recursion that its comment describes.
func (s *difflib) blocks(alo, ahi, blo, bhi int) []block {
	if alo >= ahi || blo >= bhi {
		return nil
	}
	x := s.findLongestMatch(alo, ahi, blo, bhi)
	if x.n == 0 {
		return nil
	}
	left, right := s.blocks(alo, x.i, blo, x.j), s.blocks(x.i+x.n, ahi, x.j+x.n, bhi)
	return join(append(append(left, x), right...))
}

// FuzzMatcher: the matcher finds what difflib finds.
func FuzzMatcher(f *testing.F) {
	f.Add([]byte("abxcd"), []byte("abcd"), uint8(255), uint8(0))
	f.Add([]byte("aab"), []byte("aaab"), uint8(255), uint8(60))
	f.Add([]byte("abcabcabxxabyz"), []byte("xxabcbcabaabzy"), uint8(3), uint8(20))
	f.Fuzz(func(t *testing.T, x, y []byte, letters, times uint8) {
		codes := func(text []byte) []uint32 {
			var list []uint32
			for n := range min(1+int(times), 600/(len(text)+1)+1) {
				for _, c := range text {
					list = append(list, uint32(int(c)+n/7)%(1+uint32(letters)))
				}
			}
			return list
		}
		a, b := codes(x), codes(y)
		got, err := newMatcher(a, b, 1<<8, math.MaxInt).blocks()
		if err != nil {
			t.Fatal(err)
		}
		if want := newDifflib(a, b).blocks(0, len(a), 0, len(b)); !slices.Equal(got, want) {
			t.Errorf("%v to %v\n got %v\nwant %v", a, b, got, want)
		}
	})
}

// FuzzDiffApply: the operations make b of a.
func FuzzDiffApply(f *testing.F) {
	for _, c := range references(f) {
		f.Add(c.A, c.B)
	}
	f.Fuzz(func(t *testing.T, x, y string) {
		a, b := wikitext.Analyse(x), wikitext.Analyse(y)
		ops, err := documents(a, b, 1_000_000)
		if err != nil {
			return // too complex; TestTooComplex has these
		}
		if err := checkLaws(a, b, ops); err != nil {
			t.Fatalf("from %q to %q: %v", x, y, err)
		}
	})
}
