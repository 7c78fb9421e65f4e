package registry

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"revscore/models"
)

func TestSetFind(t *testing.T) {
	ownRevID := string(onDisk(t, "revid", t.TempDir()).set(t, "wiki", "testwiki"))
	s, err := LoadSet(models.FS, append(bundles("embedded:revid", ownRevID),
		Place{Bundle: "embedded:enwiki.reverted", Wikis: []string{"enwiki", "simplewiki"}}), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ wiki, name, want string }{
		{"enwiki", "reverted", "enwiki.reverted"},
		{"simplewiki", "reverted", "enwiki.reverted"},
		{"dewiki", "reverted", ""},
		{"dewiki", "revid", "*.revid"},
		{"testwiki", "revid", "testwiki.revid"},
		{"enwiki", "damaging", ""},
		{"*", "revid", "*.revid"},
	} {
		got := ""
		if m, ok := s.Find(c.wiki, c.name); ok {
			got = m.String()
		}
		if got != c.want {
			t.Errorf("%s %s: %q, want %q", c.wiki, c.name, got, c.want)
		}
	}
	var order []string
	for _, m := range s.All() {
		order = append(order, m.String())
	}
	if got := strings.Join(order, " "); got != "*.revid testwiki.revid enwiki.reverted" {
		t.Errorf("models %s", got)
	}
}

func bundles(paths ...string) []Place {
	places := make([]Place, len(paths))
	for i, path := range paths {
		places[i].Bundle = path
	}
	return places
}

func TestLoadSetReportsAllFaults(t *testing.T) {
	wrongAnswer := string(onDisk(t, "revid", t.TempDir()).examples(t, wrongExample))
	absent := filepath.Join(t.TempDir(), "absent")
	s, err := LoadSet(models.FS, bundles(
		"embedded:revid", "embedded:frwiki.oracle", "embedded:.", "embedded:revid", absent, wrongAnswer, "",
	), nil)
	if s != nil || err == nil {
		t.Fatalf("%v, %v", s, err)
	}
	for i, want := range []string{
		"model embedded:frwiki.oracle: no such model in this program, which has enwiki.reverted, revid",
		"model embedded:.: no such model in this program",
		"model embedded:revid: revid of * is already loaded from embedded:revid",
		"model " + absent + ": stat " + absent + ": no such file or directory; those in this program are embedded:enwiki.reverted, embedded:revid",
		"model " + wrongAnswer + ": verify *.revid: example 1 of 1: prediction is true, recorded is false",
		"model : ",
	} {
		lines := strings.Split(err.Error(), "\n")
		if len(lines) != 6 || !strings.HasPrefix(lines[i], want) {
			t.Errorf("fault %d of %d: %q, want %q", i, len(lines), lines[i], want)
		}
	}
}

func TestLoadSetRefusesAnUnknownFeature(t *testing.T) {
	dir := onDisk(t, "enwiki.reverted", t.TempDir())
	dir.edit(t, func(card string) string { return strings.Replace(card, "tokens_added(", "tokens_dadded(", 1) })
	_, err := LoadSet(models.FS, bundles(string(dir)), nil)
	if err == nil || !strings.Contains(err.Error(), `unknown function "tokens_dadded"`) {
		t.Errorf("got %v", err)
	}
}

// Two versions of one model serve side by side under two names; wikis may share them.
func TestAs(t *testing.T) {
	next := onDisk(t, "revid", t.TempDir()).set(t, "version", "9.0.0")
	s, err := LoadSet(models.FS, []Place{{Bundle: "embedded:revid"}, {Bundle: string(next), As: "revid_next", Wikis: []string{"enwiki", "dewiki"}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ wiki, name, version string }{
		{"enwiki", "revid", "0.0.0"}, {"enwiki", "revid_next", "9.0.0"}, {"dewiki", "revid_next", "9.0.0"}, {"frwiki", "revid_next", ""},
	} {
		version := ""
		if m, ok := s.Find(c.wiki, c.name); ok {
			version = m.Version()
		}
		if version != c.version {
			t.Errorf("%s of %s has version %q, want %q", c.name, c.wiki, version, c.version)
		}
	}
	if len(s.Wikis("revid_next")) != 2 || s.Wikis("revid_nex") != nil {
		t.Error("Wikis does not know names in service")
	}
}

func TestPlacesThatContradict(t *testing.T) {
	empty := t.TempDir()
	for _, c := range []struct {
		place Place
		want  string
	}{
		{Place{Bundle: "embedded:revid", As: "a b"}, `model embedded:revid: as is "a b", must be`},
		{Place{Bundle: "embedded:revid", As: strings.Repeat("a", 129)}, "must be at most 128 letters"},
		{Place{Bundle: "embedded:revid", Wikis: []string{"a", "b", "a"}}, "a is listed twice under wikis"},
		{Place{Bundle: "embedded:enwiki.reverted", As: "revid", Wikis: []string{"*"}}, "revid of * is already loaded from embedded:revid"},
		{Place{Bundle: empty + "/*"}, "model " + empty + "/*: matches no folder with a model.yaml"},
		{Place{Bundle: empty + "/["}, "syntax error in pattern"},
	} {
		_, err := LoadSet(models.FS, []Place{{Bundle: "embedded:revid"}, c.place}, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %s", c.place, err, c.want)
		}
	}
}

// panicky is a bug of ours that one bundle meets.
type panicky struct{ fs.FS }

func (p panicky) Open(name string) (fs.File, error) {
	if name == "revid/examples.jsonl" {
		panic("index out of range")
	}
	return p.FS.Open(name)
}

func TestPanicIsAFault(t *testing.T) {
	_, err := LoadSet(panicky{models.FS}, bundles("embedded:revid"), nil)
	if err == nil || err.Error() != "model embedded:revid: panic, a bug of this program: index out of range" {
		t.Errorf("got %v", err)
	}
}
