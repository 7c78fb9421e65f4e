package registry

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// patient is a look of Watch.
func patient(t *testing.T, r *Registry) Report {
	t.Helper()
	report, err := r.reload(context.WithoutCancel(t.Context()), true)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// serving lists names and versions, in order.
func serving(r *Registry) string {
	var out []string
	for _, b := range r.Set().bundles {
		out = append(out, b.name+" "+b.model.Version())
	}
	return strings.Join(out, ", ")
}

func TestPatternAddsAndRemoves(t *testing.T) {
	root := t.TempDir()
	at := func(name string) string { return filepath.Join(root, name) }
	a := onDisk(t, "revid", at("a"))
	onDisk(t, "revid", at(".b.tmp")) // rsync at work
	if err := os.WriteFile(at("README"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r, _ := start(t, Place{Bundle: at("*")})
	if got := serving(r); got != "revid 0.0.0" {
		t.Fatalf("at the start: %s", got)
	}
	b := onDisk(t, "revid", at("b")).set(t, "name", "second")
	if got := kinds(patient(t, r)); got != "kept added!" || serving(r) != "revid 0.0.0, second 0.0.0" {
		t.Errorf("a new folder: %s; in service %s", got, serving(r))
	}
	b.remove(t)
	if got := kinds(patient(t, r)); got != "kept kept" || serving(r) != "revid 0.0.0, second 0.0.0" {
		t.Errorf("gone at one look: %s; in service %s", got, serving(r))
	}
	if got := kinds(patient(t, r)); got != "kept removed!" || serving(r) != "revid 0.0.0" {
		t.Errorf("gone at two looks: %s; in service %s", got, serving(r))
	}
	if r.Wikis("second") != nil {
		t.Error("second is still in service")
	}
	b = onDisk(t, "revid", at("b")).set(t, "name", "second")
	patient(t, r)
	b.remove(t)
	if got := kinds(reload(t, r)); got != "kept removed!" { // an operator asks and means it
		t.Errorf("asked for: %s", got)
	}
	a.remove(t)
	for i, want := range []string{"failed! kept", "failed kept"} {
		if got := kinds(patient(t, r)); got != want || serving(r) != "revid 0.0.0" {
			t.Errorf("look %d at an empty folder: %s; in service %s", i, got, serving(r))
		}
	}
	if got := r.Failing(); len(got) != 1 || got[0] != "model "+at("*")+": matches no folder with a model.yaml" {
		t.Errorf("failing %q", got)
	}
}

// A folder that is removed and copied anew, slowly, serves all the time.
func TestPatternOutlastsACopy(t *testing.T) {
	root := t.TempDir()
	onDisk(t, "revid", filepath.Join(root, "a")).set(t, "name", "first")
	b := onDisk(t, "revid", filepath.Join(root, "b"))
	r, _ := start(t, Place{Bundle: root + "/*"})
	old := find(t, r, "revid")
	steps := []struct {
		do   func()
		want string
	}{
		{func() { b.remove(t) }, "kept kept"},
		{func() {
			if err := os.Mkdir(string(b), 0o700); err != nil {
				t.Fatal(err)
			}
		}, "kept failed!"}, // a folder that stands there empty
		{func() {}, "kept failed"},
		{func() { b.remove(t); onDisk(t, "revid", string(b)) }, "kept kept!"},
		{func() { b.set(t, "version", "2.0.0") }, "kept replaced!"},
	}
	for i, s := range steps {
		s.do()
		if got := kinds(patient(t, r)); got != s.want {
			t.Errorf("step %d: %s, want %s", i, got, s.want)
		}
		if m := find(t, r, "revid"); (m == old) != (i < len(steps)-1) {
			t.Errorf("step %d: version %s is in service", i, m.Version())
		}
	}
}

// A new version in a folder of its own takes over at once, and the old one waits
// for it however long its copy takes.
func TestPatternHandsOver(t *testing.T) {
	root := t.TempDir()
	onDisk(t, "revid", filepath.Join(root, "other")).set(t, "name", "other")
	v1 := onDisk(t, "revid", filepath.Join(root, "revid-1"))
	r, _ := start(t, Place{Bundle: root + "/*"})
	v2 := onDisk(t, "revid", filepath.Join(root, "revid-2")).set(t, "version", "2.0.0")
	if got := kinds(patient(t, r)); got != "kept kept failed!" || !strings.Contains(r.Failing()[0], "revid of * is already loaded from "+string(v1)) {
		t.Errorf("two folders of one name: %s, %q", got, r.Failing())
	}
	examples := v2.read(t, "examples.jsonl")
	v2.write(t, "examples.jsonl", examples[:len(examples)/2])
	v1.remove(t)
	for look := range 3 {
		patient(t, r)
		if got := find(t, r, "revid").Version(); got != "0.0.0" {
			t.Errorf("look %d while the new one is copied: version %s", look, got)
		}
	}
	v2.write(t, "examples.jsonl", examples)
	if got := kinds(patient(t, r)); got != "kept removed! added!" || find(t, r, "revid").Version() != "2.0.0" {
		t.Errorf("the copy is done: %s", got)
	}
}

// A folder that a place names itself is not the pattern's.
func TestPatternLeavesOutNamedFolders(t *testing.T) {
	root := t.TempDir()
	onDisk(t, "revid", filepath.Join(root, "a"))
	b := onDisk(t, "revid", filepath.Join(root, "b")).set(t, "version", "2.0.0")
	r, _ := start(t, Place{Bundle: root + "/*"}, Place{Bundle: string(b) + "/", As: "revid_next"})
	if got := serving(r); got != "revid 0.0.0, revid_next 2.0.0" {
		t.Errorf("in service %s", got)
	}
}
