package registry

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A look read the card of a newcomer whatever it was: a pipe held up the look, and
// all later ones, for ever, and a link to /dev/zero took all memory of the service.
func TestReloadRefusesACardThatIsNoFile(t *testing.T) {
	root := t.TempDir()
	onDisk(t, "revid", filepath.Join(root, "a"))
	r, _ := start(t, Place{Bundle: filepath.Join(root, "*")})
	for name, put := range map[string]func(card string) error{
		"pipe":   func(card string) error { return syscall.Mkfifo(card, 0o600) },
		"link":   func(card string) error { return os.Symlink(os.DevNull, card) },
		"folder": func(card string) error { return os.Mkdir(card, 0o700) },
	} {
		folder := filepath.Join(root, name)
		if err := errors.Join(os.Mkdir(folder, 0o700), put(filepath.Join(folder, cardFile))); err != nil {
			t.Fatal(err)
		}
	}
	report := reload(t, r)
	if got := kinds(report); got != "kept failed! failed! failed!" {
		t.Fatalf("the look gave %s", got)
	}
	for _, c := range report.Changes[1:] {
		if !strings.Contains(c.Err.Error(), "not a regular file") {
			t.Errorf("%s: %v", c.Path, c.Err)
		}
	}
	if got := serving(r); got != "revid 0.0.0" {
		t.Errorf("in service: %s", got)
	}
}

// A file may grow between two looks at its size.
func TestChecksumBoundsTheCard(t *testing.T) {
	dir := onDisk(t, "revid", filepath.Join(t.TempDir(), "a"))
	if err := os.Truncate(filepath.Join(string(dir), cardFile), maxCardBytes+1); err != nil {
		t.Fatal(err)
	}
	_, err := source{id: id{path: string(dir)}}.checksum()
	if err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("got %v", err)
	}
}
