//go:build unix && !linux

package main

import (
	"fmt"
	"syscall"
)

// lowestPriority makes the process run behind all others.
func lowestPriority() error {
	if err := syscall.Setpriority(syscall.PRIO_PROCESS, 0, 19); err != nil {
		return fmt.Errorf("lower the priority: %w", err)
	}
	return nil
}
