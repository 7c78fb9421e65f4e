package feed

import (
	"math"
	"math/bits"
	"time"
)

// Buckets of a histogram: each power of two nanoseconds has 32 of equal width,
// durations below 64 ns have one each. A bucket is at most 1/32 of its lower
// bound wide and is answered by its middle, so a quantile is off by at most 1/64
// (1.6 %) of the true value. Shifts and masks find a bucket; no logarithm does.
const (
	subBits = 5
	buckets = (63-subBits-1)<<subBits + 2<<subBits
)

// histogram counts durations in 15 kB, however many there are and however far
// apart. Exact quantiles would keep every duration; a sampled reservoir has
// errors at p99 that nobody can state.
type histogram [buckets]int64

func bucketOf(d time.Duration) int {
	v := uint64(max(d, 0))
	shift := max(bits.Len64(v)-subBits-1, 0)
	return shift<<subBits + int(v>>shift)
}

// middle is the duration that stands for a bucket.
func middle(bucket int) time.Duration {
	shift := max(bucket>>subBits-1, 0)
	low := uint64(bucket-shift<<subBits) << shift
	return time.Duration(low + 1<<shift>>1)
}

func (h *histogram) add(d time.Duration) { h[bucketOf(d)]++ }

// since returns what was added after old was copied from h.
func (h *histogram) since(old *histogram) *histogram {
	var out histogram
	for i := range h {
		out[i] = h[i] - old[i]
	}
	return &out
}

// quantile returns the duration that a share q of all are not above; false when
// there are none.
func (h *histogram) quantile(q float64) (time.Duration, bool) {
	var n int64
	for _, c := range h {
		n += c
	}
	rank := max(int64(math.Ceil(q*float64(n))), 1)
	for i, c := range h {
		if rank -= c; rank <= 0 {
			return middle(i), true
		}
	}
	return 0, false
}
