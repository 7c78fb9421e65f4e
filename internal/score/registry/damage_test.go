package registry

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A digit of the recorded examples, or a file beside the card, may be damaged while
// the model is in service. Nobody saw it before the restart that failed: looks and
// SIGHUP read the card alone.
func TestDamageBesideTheCardIsSeen(t *testing.T) {
	const file = "examples.jsonl"
	for _, c := range []struct {
		name string
		look func(*testing.T, *Registry) Report
		harm func(*testing.T, string)
		want []string // of each look
	}{
		// The first look may have met a copy that is under way.
		{"a look", patient, truncate, []string{"kept", "failed!", "failed"}},
		{"a look, file gone", patient, remove, []string{"kept", "failed!", "failed"}},
		{"asked for", reload, truncate, []string{"failed!", "failed"}},
		{"asked for, the time as it was", reload, flip, []string{"failed!", "failed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := onDisk(t, "revid", t.TempDir())
			r, _ := start(t, Place{Bundle: string(dir)})
			old, path := find(t, r, "revid"), filepath.Join(string(dir), file)
			text := dir.read(t, file)
			c.harm(t, path)
			for i, want := range c.want {
				if got := kinds(c.look(t, r)); got != want {
					t.Errorf("look %d: %s, want %s", i, got, want)
				}
				if find(t, r, "revid") != old {
					t.Fatal("the model in service is another")
				}
			}
			if got := r.Failing(); len(got) != 1 || !strings.Contains(got[0], "in service unharmed, but the folder is damaged: a restart would fail: ") {
				t.Errorf("failing %q", got)
			}
			if got := kinds(patient(t, r)); got != "failed" {
				t.Errorf("the next look: %s", got)
			}
			dir.write(t, file, text)
			if got := kinds(patient(t, r)); got != "kept!" || len(r.Failing()) != 0 || find(t, r, "revid") != old {
				t.Errorf("repaired: %s, failing %q", got, r.Failing())
			}
			if got := kinds(patient(t, r)); got != "kept" {
				t.Errorf("afterwards: %s", got)
			}
		})
	}
}

func truncate(t *testing.T, path string) {
	t.Helper()
	if err := os.Truncate(path, 1); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// flip changes a bit as a disk does: the file's size and time stay.
func flip(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, time.Time{}, info.ModTime()); err != nil {
		t.Fatal(err)
	}
}

// A copy that is done before the next look is not worth a word, and what was
// verified once is not read at every look.
func TestUnharmedCopyIsVerifiedOnce(t *testing.T) {
	const file = "examples.jsonl"
	dir := onDisk(t, "revid", t.TempDir())
	r, _ := start(t, Place{Bundle: string(dir)})
	text := dir.read(t, file)
	truncate(t, filepath.Join(string(dir), file))
	if got := kinds(patient(t, r)); got != "kept" {
		t.Errorf("half copied: %s", got)
	}
	dir.write(t, file, text)
	for range 2 {
		if got := kinds(patient(t, r)); got != "kept" {
			t.Errorf("copied: %s", got)
		}
		if b := r.Set().bundles[0]; (source{b.id, Place{}, nil}).touched(b) {
			t.Error("would be read again at every look")
		}
	}
}

// What notes the files' times must not hide that one is a link: a bundle from
// elsewhere could make any file of this machine its own.
func TestLinkInABundleIsRefused(t *testing.T) {
	dir := onDisk(t, "revid", t.TempDir())
	path := filepath.Join(string(dir), "examples.jsonl")
	elsewhere := filepath.Join(t.TempDir(), "file")
	if err := os.Rename(path, elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, path); err != nil {
		t.Fatal(err)
	}
	_, err := LoadSet(nil, bundles(string(dir)), nil)
	if err == nil || !strings.Contains(err.Error(), "examples.jsonl: not a regular file") {
		t.Errorf("got %v", err)
	}
}

// A folder that vanished under a pattern took its stream with it: no error event, no
// counter, and health was well.
func TestLastModelOfARouteStays(t *testing.T) {
	root := t.TempDir()
	at := func(name string) string { return filepath.Join(root, name) }
	onDisk(t, "revid", at("other")).set(t, "name", "other")
	dir := onDisk(t, "revid", at("revid"))
	r, _ := start(t, Place{Bundle: at("*")})
	r.Need([]string{"revid"})
	old := find(t, r, "revid")
	dir.remove(t)
	for i, want := range []string{"kept kept", "kept failed!", "kept failed"} {
		if got := kinds(patient(t, r)); got != want || find(t, r, "revid") != old {
			t.Errorf("look %d: %s, want %s", i, got, want)
		}
	}
	if got := kinds(reload(t, r)); got != "kept failed" || r.Left("enwiki", "revid") {
		t.Errorf("asked for: %s", got)
	}
	if got := r.Failing(); len(got) != 1 || !strings.Contains(got[0], "the folder is gone, and no other bundle is called revid, which routes name") {
		t.Errorf("failing %q", got)
	}
	next := onDisk(t, "revid", at("revid-2"))
	next.set(t, "version", "[") // while it is copied
	for range 2 {
		patient(t, r)
		if find(t, r, "revid") != old || len(r.Failing()) != 2 {
			t.Errorf("while another is copied: failing %q", r.Failing())
		}
	}
	next.remove(t)
	onDisk(t, "revid", string(next)).set(t, "version", "2.0.0")
	if got := kinds(patient(t, r)); got != "kept removed! added!" || find(t, r, "revid").Version() != "2.0.0" || len(r.Failing()) != 0 {
		t.Errorf("replaced: %s, failing %q", got, r.Failing())
	}
	if got := kinds(reload(t, r)); got != "kept kept" {
		t.Errorf("afterwards: %s", got)
	}
	onDisk(t, "revid", at("gone")).set(t, "name", "gone")
	reload(t, r)
	folder(at("gone")).remove(t)
	if got := kinds(reload(t, r)); got != "removed! kept kept" { // no route has it
		t.Errorf("another: %s", got)
	}
}

// One wiki of several may go. It is warned about, and remembered, so that its events
// can be told from those of wikis that never had a model.
func TestLeavingAWikiIsWarnedAbout(t *testing.T) {
	root := t.TempDir()
	at := func(name string) string { return filepath.Join(root, name) }
	onDisk(t, "revid", at("a")).set(t, "wiki", "awiki")
	b := onDisk(t, "revid", at("b")).set(t, "wiki", "bwiki")
	r, _ := start(t, Place{Bundle: at("*")})
	r.Need([]string{"revid"})
	b.remove(t)
	report := reload(t, r)
	if got := kinds(report); got != "kept removed!" || !strings.Contains(report.Changes[1].Warning, "no bundle of that name is left for bwiki") {
		t.Errorf("%s: %v", got, report.Changes)
	}
	if !r.Left("bwiki", "revid") || r.Left("awiki", "revid") || r.Left("cwiki", "revid") || r.Left("bwiki", "other") {
		t.Error("what left is not told from what is there and what never was")
	}
	reload(t, r)
	if !r.Left("bwiki", "revid") {
		t.Error("forgotten at the next reload")
	}
	b = onDisk(t, "revid", at("b")).set(t, "wiki", "bwiki")
	reload(t, r)
	if r.Left("bwiki", "revid") {
		t.Error("it is there again")
	}
	anywhere := onDisk(t, "revid", at("c"))
	reload(t, r)
	b.remove(t)
	if report := reload(t, r); kinds(report) != "kept removed! kept" || report.Changes[1].Warning != "" {
		t.Errorf("another answers for all wikis: %v", report.Changes)
	}
	anywhere.remove(t)
	if report := reload(t, r); kinds(report) != "kept removed!" || !r.Left("cwiki", "revid") {
		t.Errorf("the one for all wikis is gone: %v", report.Changes)
	}
}

// The end of a pattern's failure was not told: an alarm without an all-clear.
func TestPatternRecovers(t *testing.T) {
	root := t.TempDir()
	dir := onDisk(t, "revid", filepath.Join(root, "a"))
	r, _ := start(t, Place{Bundle: root + "/*"})
	dir.remove(t)
	if got := kinds(reload(t, r)); got != "failed! kept" {
		t.Errorf("empty: %s", got)
	}
	onDisk(t, "revid", string(dir))
	report := reload(t, r)
	if got := kinds(report); got != "kept! kept" || report.Changes[0].String() != "kept "+root+"/*: no longer fails" {
		t.Errorf("there again: %s, %v", got, report.Changes)
	}
	if got := kinds(reload(t, r)); got != "kept" {
		t.Errorf("afterwards: %s", got)
	}
}

// All that a pattern fits is listed, whatever the others are called and however
// broken they are.
func TestExpandAndLoad(t *testing.T) {
	root := t.TempDir()
	onDisk(t, "revid", filepath.Join(root, "a"))
	onDisk(t, "revid", filepath.Join(root, "b")).set(t, "name", "[")
	onDisk(t, "revid", filepath.Join(root, "c"))
	paths, err := Expand(root + "/*")
	if err != nil || len(paths) != 3 {
		t.Fatalf("%q, %v", paths, err)
	}
	var out bytes.Buffer
	for _, path := range paths {
		m, err := Load(nil, path, known())
		if err != nil {
			out.WriteString("fault ")
			continue
		}
		out.WriteString(m.Name() + " ")
	}
	if out.String() != "revid fault revid " {
		t.Errorf("loaded %s", out.String())
	}
	if paths, err := Expand("embedded:*"); err != nil || len(paths) != 1 {
		t.Errorf("%q, %v", paths, err)
	}
	if _, err := Expand(root + "/x*"); err == nil || !strings.Contains(err.Error(), "matches no folder") {
		t.Errorf("got %v", err)
	}
}
