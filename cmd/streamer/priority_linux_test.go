package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Every thread has the lowest priority, also those that come later. The test asks a copy
// of itself: there is no way back up.
func TestLowestPriority(t *testing.T) {
	if os.Getenv("REVSCORE_TEST_PRIORITY") == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLowestPriority$", "-test.v")
		cmd.Env = append(os.Environ(), "REVSCORE_TEST_PRIORITY=1")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "looked at") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	if err := lowestPriority(); err != nil {
		t.Fatal(err)
	}
	locked := make(chan struct{})
	for range 4 { // four more threads
		go func() {
			runtime.LockOSThread()
			locked <- struct{}{}
			<-t.Context().Done()
		}()
	}
	for range 4 {
		<-locked
	}
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range threads {
		id, err := strconv.Atoi(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		nice, err := syscall.Getpriority(syscall.PRIO_PROCESS, id)
		if err != nil || 20-nice != 19 { // the system call counts from 40 to 1
			t.Errorf("thread %d is nice by %d, %v", id, 20-nice, err)
		}
	}
	fmt.Printf("looked at %d threads\n", len(threads))
}
