//go:build unix

package main

import (
	"runtime"
	"syscall"
	"time"
)

// cost is what one step takes.
type cost struct {
	rate    float64 // steps per CPU second
	mallocs float64 // allocations of a step
}

// measure repeats passes of n steps until they took long enough. One pass goes
// before, so that pools are filled and pages are mapped.
func (b *bench) measure(n int, step func(i int)) cost {
	pass := func() {
		for i := range n {
			step(i)
		}
	}
	pass()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	steps, began, spent := 0, cpuTime(), time.Duration(0)
	for spent < b.least {
		pass()
		steps += n
		spent = cpuTime() - began
	}
	runtime.ReadMemStats(&after)
	return cost{
		rate:    float64(steps) / spent.Seconds(),
		mallocs: float64(after.Mallocs-before.Mallocs) / float64(steps),
	}
}

// cpuTime is the process's so far, of all threads.
func cpuTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err) // it takes no argument of ours
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
