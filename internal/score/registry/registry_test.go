package registry

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"revscore/internal/score/model"
	"revscore/models"
)

func start(t *testing.T, places ...Place) (*Registry, *prometheus.Registry) {
	t.Helper()
	reg := prometheus.NewRegistry()
	r, err := New(models.FS, places, nil, reg)
	if err != nil {
		t.Fatal(err)
	}
	return r, reg
}

func reload(t *testing.T, r *Registry) Report {
	t.Helper()
	report, err := r.Reload(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// kinds sums a report up: "replaced kept!"; a mark of exclamation is for news.
func kinds(r Report) string {
	news := map[string]bool{}
	for _, c := range r.News() {
		news[c.Path] = true
	}
	var out []string
	for _, c := range r.Changes {
		mark := ""
		if news[c.Path] {
			mark = "!"
		}
		out = append(out, string(c.Kind)+mark)
	}
	return strings.Join(out, " ")
}

func find(t *testing.T, r *Registry, name string) *model.Model {
	t.Helper()
	m, ok := r.Find("testwiki", name)
	if !ok {
		t.Fatalf("no model %s is in service", name)
	}
	return m
}

func TestReloadReplaces(t *testing.T) {
	dir := onDisk(t, "revid", t.TempDir())
	r, _ := start(t, Place{Bundle: "embedded:enwiki.reverted", Wikis: []string{"testwiki"}}, Place{Bundle: string(dir)})
	old, other := find(t, r, "revid"), find(t, r, "reverted")
	if got := kinds(reload(t, r)); got != "kept kept" {
		t.Errorf("nothing changed: %s", got)
	}
	if find(t, r, "revid") != old {
		t.Error("an unchanged bundle was loaded anew")
	}
	dir.set(t, "version", "1.0.0")
	report := reload(t, r)
	if got := kinds(report); got != "kept replaced!" {
		t.Fatalf("the second changed: %s", got)
	}
	c := report.Changes[1]
	if c.Name != "revid" || c.Old.Version != "0.0.0" || c.New.Version != "1.0.0" || c.Old.Checksum == c.New.Checksum || c.Warning != "" {
		t.Errorf("change %v", c)
	}
	now := find(t, r, "revid")
	if now == old || now.Version() != "1.0.0" || find(t, r, "reverted") != other {
		t.Errorf("in service are %s %s", now, now.Version())
	}
	if s, err := old.Score(7, nil); err != nil || s.Prediction != true { // an event in flight has it
		t.Errorf("the old model gives %v, %v", s, err)
	}
}

// The version is the promise that scores are the same: a bundle may be corrected
// under it, but not silently.
func TestSameVersionIsWarnedAbout(t *testing.T) {
	dir := onDisk(t, "revid", t.TempDir())
	r, _ := start(t, Place{Bundle: string(dir)})
	dir.set(t, "licence", "none")
	report := reload(t, r)
	if got := kinds(report); got != "replaced!" || !strings.Contains(report.Changes[0].String(), "the version is the same") {
		t.Errorf("%s: %v", got, report.Changes)
	}
}

// Whatever is wrong with a bundle, its model stays, the others are exchanged, and
// it is said once.
func TestFailedReloadKeeps(t *testing.T) {
	for _, c := range []struct {
		name string
		harm func(folder)
		want string
	}{
		{"wrong answer", func(f folder) { f.examples(t, wrongExample) }, "example 1 of 1: prediction is true, recorded is false"},
		{"no card any more", func(f folder) { f.set(t, "name", "[") }, "model.yaml"},
		{"newer format", func(f folder) { f.set(t, "format", "99") }, "format 99 is newer"},
		{"no examples", func(f folder) {
			f.set(t, "version", "2.0.0")
			if err := os.Remove(filepath.Join(string(f), "examples.jsonl")); err != nil {
				t.Fatal(err)
			}
		}, "examples.jsonl"},
		{"card removed", func(f folder) {
			if err := os.Remove(filepath.Join(string(f), cardFile)); err != nil {
				t.Fatal(err)
			}
		}, "model.yaml"},
		{"huge card", func(f folder) { f.write(t, cardFile, strings.Repeat("#", maxCardBytes+1)) }, "larger than"},
		{"folder removed", func(f folder) { f.remove(t) }, "no such file"},
		{"another model", func(f folder) { f.set(t, "name", "other") }, "the folder of *.revid now has *.other"},
		{"another wiki", func(f folder) { f.set(t, "wiki", "frwiki") }, "the folder of *.revid now has frwiki.revid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad, good := onDisk(t, "revid", t.TempDir()), onDisk(t, "revid", t.TempDir())
			r, reg := start(t, Place{Bundle: string(bad)}, Place{Bundle: string(good), As: "good"})
			old := find(t, r, "revid")
			good.set(t, "version", "2.0.0")
			c.harm(bad)
			report := reload(t, r)
			if got := kinds(report); got != "failed! replaced!" {
				t.Fatalf("first reload: %s", got)
			}
			if err := report.Changes[0].Err; !strings.Contains(err.Error(), c.want) || report.Changes[0].New.Version != "0.0.0" {
				t.Errorf("change %v, want %q", report.Changes[0], c.want)
			}
			if find(t, r, "revid") != old || find(t, r, "good").Version() != "2.0.0" {
				t.Error("the old one must stay and the good one be exchanged")
			}
			if got := r.Failing(); len(got) != 1 || !strings.HasPrefix(got[0], "model "+string(bad)+": ") {
				t.Errorf("failing: %q", got)
			}
			if got := kinds(reload(t, r)); got != "failed kept" {
				t.Errorf("second reload: %s", got)
			}
			bad.remove(t)
			onDisk(t, "revid", string(bad))
			if got := kinds(reload(t, r)); got != "kept! kept" || len(r.Failing()) != 0 || find(t, r, "revid") != old {
				t.Errorf("after the repair: %s, failing %q", got, r.Failing())
			}
			want := "# HELP revscore_model_reload_failing Bundles, or patterns for them, that could not be loaded at the last look; their models of before stay in service.\n" +
				"# TYPE revscore_model_reload_failing gauge\nrevscore_model_reload_failing 0\n"
			if err := testutil.GatherAndCompare(reg, strings.NewReader(want), "revscore_model_reload_failing"); err != nil {
				t.Error(err)
			}
		})
	}
}

// A file that grows has another checksum at every look and is one failure.
func TestSameFailure(t *testing.T) {
	sum := func(digit string) error {
		return errors.New("estimator: sha256 is " + strings.Repeat(digit, 64) + ", the card says " + strings.Repeat("0", 64))
	}
	if !sameFailure(sum("a"), sum("b")) || sameFailure(sum("a"), errors.New("gone")) || sameFailure(nil, sum("a")) || sameFailure(sum("a"), nil) {
		t.Error("failures are told apart by more than checksums, and by nothing less")
	}
}

func TestReloadEndsWithItsContext(t *testing.T) {
	dir := onDisk(t, "revid", t.TempDir())
	r, _ := start(t, Place{Bundle: string(dir)})
	dir.set(t, "version", "1.0.0")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Reload(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if v := find(t, r, "revid").Version(); v != "0.0.0" {
		t.Errorf("version %s is in service", v)
	}
}

func TestMetrics(t *testing.T) {
	dir := onDisk(t, "revid", t.TempDir())
	r, reg := start(t, Place{Bundle: string(dir), Wikis: []string{"awiki", "bwiki"}, As: "next"})
	reload(t, r)
	dir.set(t, "version", "1.0.0")
	sum := reload(t, r).Changes[0].New.Checksum
	dir.set(t, "version", "[")
	reload(t, r)
	want := `# HELP revscore_model_info Models in service: 1 for each, by wiki, name, version and checksum.
# TYPE revscore_model_info gauge
revscore_model_info{checksum="` + sum + `",model="next",version="1.0.0",wiki="awiki"} 1
revscore_model_info{checksum="` + sum + `",model="next",version="1.0.0",wiki="bwiki"} 1
# HELP revscore_model_reload_failing Bundles, or patterns for them, that could not be loaded at the last look; their models of before stay in service.
# TYPE revscore_model_reload_failing gauge
revscore_model_reload_failing 1
# HELP revscore_model_reloads_total Reloads of models that were asked for or found something, by result: changed, unchanged, or failed for at least one bundle.
# TYPE revscore_model_reloads_total counter
revscore_model_reloads_total{result="changed"} 1
revscore_model_reloads_total{result="failed"} 1
revscore_model_reloads_total{result="unchanged"} 1
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}
