package avro

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A file system of one megabyte that is truly full, when journals are written and again
// when an hour is finished: what was acknowledged stays, what was not is waited for, and
// in the end every event is in the table once. The test runs itself anew where it may
// mount one, in namespaces of its own.
func TestTrulyFullDisk(t *testing.T) {
	const variable, noMount = "REVSCORE_TEST_FULL_DISK", "no mount here"
	if dir := os.Getenv(variable); dir != "" {
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
			t.Fatalf("%s: %v", noMount, err)
		}
		synctest.Test(t, func(t *testing.T) { testFullDisk(t, dir) })
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestTrulyFullDisk$", "-test.v")
	cmd.Env = append(os.Environ(), variable+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Start()
	if err == nil {
		err = cmd.Wait()
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || strings.Contains(out.String(), noMount) {
		t.Skipf("this machine lets nobody mount a file system of his own: %v %s", err, out.String())
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	t.Log(out.String())
}

func testFullDisk(t *testing.T, dir string) {
	const n = 300
	cfg := filesConfig()
	cfg.Dir, cfg.Compression = filepath.Join(dir, "table"), "null"
	f, err := NewFiles(cfg, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	l := newLedger(t)
	l.publish(f, "s", "first")
	if err := flush(f); err != nil {
		t.Fatal(err)
	}
	filler := filepath.Join(dir, "filler")
	fill(t, filler, 40<<10)
	for i := range n {
		l.publish(f, "s", fmt.Sprint(i))
	}
	if err := flush(f); err == nil || !errors.Is(f.Err(), syscall.ENOSPC) || !strings.Contains(err.Error(), "write journal of s") {
		t.Errorf("flush to a full disk: %v, health %v", err, f.Err())
	}
	acked, refused := l.count()
	t.Logf("%d of %d events acknowledged when the disk was full", acked, n+1)
	if acked > n || refused > 0 {
		t.Errorf("%d acknowledged, %d refused on a full disk", acked, refused)
	}
	empty(t, filler)
	if err := errors.Join(flush(f), f.Err()); err != nil {
		t.Errorf("with room again: %v", err)
	}
	fill(t, filler, 8<<10)
	time.Sleep(2 * time.Hour)
	if err := f.Err(); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "finish ") {
		t.Errorf("at the hour's end: %v", err)
	}
	empty(t, filler)
	time.Sleep(time.Minute)
	if err := errors.Join(f.Err(), f.Close()); err != nil {
		t.Errorf("after it: %v", err)
	}
	readBack(t, cfg.Dir).checkComplete(t, l)
}

// fill leaves so much room on a file system.
func fill(t *testing.T, name string, room uint64) {
	t.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(name), &s); err != nil {
		t.Fatal(err)
	}
	free := s.Bavail * uint64(s.Bsize)
	if err := os.WriteFile(name, make([]byte, free-room), 0o600); err != nil {
		t.Fatal(err)
	}
}

func empty(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
}

// readBack is what is on a true disk, in a form that tests can look at.
func readBack(t *testing.T, dir string) *memDisk {
	t.Helper()
	d := newMemDisk()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		d.files["/t"+strings.TrimPrefix(path, dir)] = &inode{data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
