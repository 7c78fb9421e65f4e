package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"unsafe"
)

// schedIdle is SCHED_IDLE: such a thread runs when nobody else wants the processor, and
// gives it back at once when somebody does, which nice alone does not do.
const schedIdle = 5

// lowestPriority makes the process run behind all others. On Linux priorities are those
// of threads, contrary to POSIX, and new threads have that of the one that made them: it
// goes over the threads until it finds no other.
func lowestPriority() error {
	lowerSession()
	done := map[int]bool{}
	for {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return fmt.Errorf("lower the priority: %w", err)
		}
		found := false
		for _, t := range threads {
			id, err := strconv.Atoi(t.Name())
			if err != nil || done[id] {
				continue
			}
			found, done[id] = true, true
			if err := lowerThread(id); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("lower the priority: %w", err)
			}
		}
		if !found {
			return nil
		}
	}
}

// lowerSession is for kernels that share the processor out among sessions first
// (CONFIG_SCHED_AUTOGROUP), and only then among the threads of each. Only the leader of a
// session speaks for it: a shell's other jobs may be the live service.
func lowerSession() {
	if id, _, errno := syscall.RawSyscall(syscall.SYS_GETSID, 0, 0, 0); errno == 0 && int(id) == os.Getpid() {
		_ = os.WriteFile("/proc/self/autogroup", []byte("19"), 0) // not every kernel has it
	}
}

func lowerThread(id int) error {
	if err := syscall.Setpriority(syscall.PRIO_PROCESS, id, 19); err != nil {
		return err
	}
	var none int32 // sched_priority, which has no meaning here
	_, _, errno := syscall.RawSyscall(syscall.SYS_SCHED_SETSCHEDULER, uintptr(id), schedIdle, uintptr(unsafe.Pointer(&none)))
	if errno != 0 && errno != syscall.EPERM { // a sandbox may forbid it; nice is something, too
		return errno
	}
	return nil
}
