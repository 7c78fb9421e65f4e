//go:build unix

package avro

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock keeps two processes from writing the same journals. The kernel releases it
// when the process dies, however it dies.
func lock(name string) (release func() error, err error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		err = fmt.Errorf("%s is locked by another process, give each its own sinks.avro.files.instance: %w", name, err)
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
}
