package gatesim

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"
)

// Faults are what is to go wrong. Each share is between 0 and 1; those of
// requests add up, at most to 1. The zero value is a gate without faults.
type Faults struct {
	Seed uint64

	// Hang never answers, as a gate whose broker is gone; half of such requests
	// are produced nevertheless.
	Hang float64
	// Gone breaks the connection; half of such requests are produced.
	Gone float64
	// Fail answers 500 without a word about events.
	Fail float64
	// Busy answers 429 with RetryAfter, of which whole seconds count.
	Busy       float64
	RetryAfter time.Duration
	// Slow waits for Pause before it answers.
	Slow  float64
	Pause time.Duration
	// Late waits for Pause and produces then, whether the client is still there or
	// not, as a gate whose broker was gone for a while.
	Late float64

	// Error is the share of events that cannot be produced: 207, or 500 if they
	// are all events of a request.
	Error float64
}

// ParseFaults reads faults as flags and tests write them:
// "seed=7 hang=0.01 slow=0.1 pause=2s". What is not named is off.
func ParseFaults(text string) (Faults, error) {
	var f Faults
	shares := map[string]*float64{"hang": &f.Hang, "gone": &f.Gone, "fail": &f.Fail, "busy": &f.Busy, "slow": &f.Slow, "late": &f.Late, "error": &f.Error}
	times := map[string]*time.Duration{"retry_after": &f.RetryAfter, "pause": &f.Pause}
	for _, word := range strings.Fields(text) {
		name, value, _ := strings.Cut(word, "=")
		var err error
		switch {
		case name == "seed":
			f.Seed, err = strconv.ParseUint(value, 10, 64)
		case shares[name] != nil:
			*shares[name], err = strconv.ParseFloat(value, 64)
		case times[name] != nil:
			*times[name], err = time.ParseDuration(value)
		default:
			err = errors.New("there is no such fault")
		}
		if err != nil {
			return Faults{}, fmt.Errorf("fault %q: %w", word, err)
		}
	}
	for name, share := range shares {
		if !(*share >= 0 && *share <= 1) {
			return Faults{}, fmt.Errorf("fault %s is %v, must be between 0 and 1", name, *share)
		}
	}
	if sum := f.Hang + f.Gone + f.Fail + f.Busy + f.Slow + f.Late; sum > 1 {
		return Faults{}, fmt.Errorf("faults of requests add up to %v, must be at most 1", sum)
	}
	return f, nil
}

type fault int

const (
	none fault = iota
	hang
	gone
	failed
	busy
	slow
	late
)

// ofRequest draws the fault of the request whose first event is id.
func (f Faults) ofRequest(id string, try int) fault {
	drawn := f.draw("request", id, try)
	for _, option := range []struct {
		fault fault
		share float64
	}{{hang, f.Hang}, {gone, f.Gone}, {failed, f.Fail}, {busy, f.Busy}, {slow, f.Slow}, {late, f.Late}} {
		if drawn < option.share {
			return option.fault
		}
		drawn -= option.share
	}
	return none
}

// produced draws whether a request that is not answered is carried out.
func (f Faults) produced(id string, try int) bool { return f.draw("produced", id, try) < 0.5 }

// ofEvent draws whether an event cannot be produced.
func (f Faults) ofEvent(id string, try int) bool { return f.draw("event", id, try) < f.Error }

// draw is a number in [0, 1) that depends on nothing else than its arguments.
func (f Faults) draw(what, id string, try int) float64 {
	h := fnv.New64a()
	h.Write(binary.LittleEndian.AppendUint64(nil, f.Seed))
	h.Write([]byte(what + "\x00" + id + "\x00"))
	h.Write(binary.LittleEndian.AppendUint64(nil, uint64(try)))
	// FNV leaves the high bits of short inputs alike; this spreads them
	// (the last steps of MurmurHash3).
	x := h.Sum64()
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	return float64(x>>11) / (1 << 53)
}

// sleep waits, or until the client leaves.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
