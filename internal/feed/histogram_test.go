package feed

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// FuzzQuantile holds quantiles to what the buckets promise: at most 1/64 off.
func FuzzQuantile(f *testing.F) {
	seed := func(q uint16, durations ...time.Duration) {
		var data []byte
		for _, d := range durations {
			data = binary.BigEndian.AppendUint64(data, uint64(d))
		}
		f.Add(q, data)
	}
	seed(500, 1)
	seed(990, 0, 63, 64, 65, 127, 128, math.MaxInt64, -1)
	seed(0, time.Microsecond, time.Hour)
	seed(1000, time.Microsecond, time.Hour)
	rnd := rand.New(rand.NewPCG(1, 2))
	var many []time.Duration
	for range 500 {
		many = append(many, time.Duration(rnd.ExpFloat64()*float64(10*time.Millisecond)))
	}
	seed(500, many...)
	seed(990, many...)
	f.Fuzz(func(t *testing.T, permille uint16, data []byte) {
		q := float64(permille%1001) / 1000
		var h histogram
		var all []time.Duration
		for ; len(data) >= 8; data = data[8:] {
			d := time.Duration(binary.BigEndian.Uint64(data))
			h.add(d)
			all = append(all, max(d, 0))
		}
		got, ok := h.quantile(q)
		if ok != (len(all) > 0) {
			t.Fatalf("quantile of %d durations: ok is %v", len(all), ok)
		}
		if !ok {
			return
		}
		slices.Sort(all)
		want := all[max(int(math.Ceil(q*float64(len(all)))), 1)-1]
		if off := (got - want).Abs(); off > want/64 {
			t.Fatalf("quantile %v of %d durations is %d, is truly %d: off by %d", q, len(all), got, want, off)
		}
	})
}

func TestBucketsAreInOrder(t *testing.T) {
	last := -1
	for shift := range 63 {
		for _, v := range []int64{1<<shift - 1, 1 << shift, 1<<shift + 1<<shift/3} {
			b := bucketOf(time.Duration(v))
			if b < last || b >= buckets {
				t.Fatalf("%d is in bucket %d of %d, after bucket %d", v, b, buckets, last)
			}
			last = b
		}
	}
	if b := bucketOf(math.MaxInt64); b != buckets-1 {
		t.Errorf("the longest duration is in bucket %d, the last is %d", b, buckets-1)
	}
}

func TestHistogramSince(t *testing.T) {
	var h histogram
	h.add(time.Hour)
	old := h
	h.add(time.Millisecond)
	got, ok := h.since(&old).quantile(1)
	if off := (got - time.Millisecond).Abs(); !ok || off > time.Millisecond/64 {
		t.Errorf("the only duration since is %v, want about 1ms", got)
	}
}
