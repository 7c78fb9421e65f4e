package consume

import (
	"math/rand/v2"
	"testing"
)

// Finishing in any order moves the prefix exactly to the first gap.
func FuzzWindowCommitsUnbrokenPrefix(f *testing.F) {
	f.Add(uint64(1), uint16(40), uint8(7))
	f.Add(uint64(2), uint16(500), uint8(255))
	f.Fuzz(func(t *testing.T, seed uint64, count uint16, most uint8) {
		n, ahead := int(count%2000), int(most)+1
		rng := rand.New(rand.NewPCG(seed, 0))
		var w window[int]
		var open []uint64
		done := make([]bool, n)
		committed := -1 // last position committed; positions are 0, 1, …
		finishOne := func() {
			i := rng.IntN(len(open))
			seq := open[i]
			open = append(open[:i], open[i+1:]...)
			done[seq] = true
			w.finish(seq, func(at int) {
				if at <= committed {
					t.Fatalf("prefix went from %d back to %d", committed, at)
				}
				committed = at
			})
			want := committed
			for want+1 < n && done[want+1] {
				want++
			}
			if committed != want {
				t.Fatalf("committed %d, the unbroken prefix ends at %d", committed, want)
			}
			if committed >= 0 && !done[committed] {
				t.Fatalf("committed %d, which is not finished", committed)
			}
		}
		for i := range n {
			open = append(open, w.add(i))
			for len(open) >= ahead {
				finishOne()
			}
		}
		for len(open) > 0 {
			finishOne()
		}
		if committed != n-1 || w.inFlight() != 0 {
			t.Fatalf("all finished, committed %d of %d, %d in flight", committed, n, w.inFlight())
		}
	})
}

// A regression that a competitor has: position 0 read as "nothing done yet".
func TestWindowCommitsPositionZero(t *testing.T) {
	var w window[int]
	seq := w.add(0)
	called := false
	w.finish(seq, func(at int) { called = at == 0 })
	if !called {
		t.Error("position 0 was not committed")
	}
}
