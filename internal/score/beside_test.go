package score

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"revscore/internal/score/estimator"
	"revscore/internal/score/feature"
	"revscore/internal/score/model"
	"revscore/internal/score/registry"
	"revscore/internal/score/statistics"
)

// labelled makes a bundle in dir, which predicts always the same of two labels.
func labelled(t *testing.T, dir, name string, labels ...any) {
	t.Helper()
	constant := &estimator.Ensemble{
		Width: 1, Outputs: 1, Base: []float64{0}, Rate: 1, Link: estimator.Logistic, Decision: estimator.Argmax,
		Trees: []estimator.Tree{{Feature: []int32{-1}, Threshold: []float64{0}, Left: []uint32{0}, Right: []uint32{0}, Value: []float64{0}}},
	}
	err := model.Replace(dir, &model.Draft{
		Name: name, Wiki: "*", Version: "1", Type: "Constant", Info: statistics.NewInfo(),
		Estimator: &estimator.Spec{Classes: labels, Features: 1, Parts: []estimator.Part{constant}},
		Features:  []feature.Definition{{Name: "f", Expr: "len(revision.text)"}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A shadow whose labels are others differed on every revision, and nobody was told.
func TestShadowOfOtherLabels(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "next")
	labelled(t, dir, "next", "spam", "ham")
	const want = `stream mediawiki.revision-score-revid, wiki *: the shadow next has labels ["ham" "spam"], the model revid has ["false" "true"]`
	r := newRig(t)
	r.models = append(r.models, registry.Place{Bundle: dir})
	set, err := registry.LoadSet(nil, r.models[2:], nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg := []RouteConfig{{Model: "revid", Shadow: ShadowConfig{Model: "next", Sample: 1}}}
	if _, err := NewRoutes(cfg, both{set}, prefixed); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("at the start: %v", err)
	}
	labelled(t, dir, "next", false, true)
	r.routes = cfg
	p := r.start(t)
	if got := p.Routes.Mismatches(); got != nil {
		t.Errorf("the same labels: %q", got)
	}
	if got := p.Routes.Shadows(); len(got) != 1 || got[0].Model != "revid" || got[0].ShadowConfig.Model != "next" {
		t.Errorf("shadows %+v", got)
	}
	labelled(t, dir, "next", "spam", "ham")
	mustReload(t, r.registry, "changed")
	if got := p.Routes.Mismatches(); len(got) != 1 || !strings.HasPrefix(got[0], want) {
		t.Errorf("after a reload: %q", got)
	}
}

// both has the models in the program and others.
type both struct{ *registry.Set }

func (b both) Find(wiki, name string) (*model.Model, bool) {
	if m, ok := b.Set.Find(wiki, name); ok {
		return m, true
	}
	set, err := embedded()
	if err != nil {
		panic(err)
	}
	return set.Find(wiki, name)
}

func (b both) Wikis(name string) []string {
	set, err := embedded()
	if err != nil {
		panic(err)
	}
	return append(b.Set.Wikis(name), set.Wikis(name)...)
}

// Events of a wiki whose model was taken away vanished without a trace. Those of a
// wiki that never had one are not for its route, which is normal.
func TestEventsWithoutAModelAreCounted(t *testing.T) {
	root := t.TempDir()
	for wiki, name := range map[string]string{"enwiki": "a", "dewiki": "b"} {
		if err := os.Rename(bundleOnDisk(t, "revid", setKey("wiki", wiki)), filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	r := newRig(t)
	r.models = []registry.Place{{Bundle: root + "/*"}}
	r.routes = []RouteConfig{{Model: "revid"}, {Model: "revid", Stream: "second", On: []string{"bot_edit"}}}
	p := r.start(t)
	lost := func() float64 { return testutil.ToFloat64(p.metrics.lost.WithLabelValues("revid")) }
	if testutil.CollectAndCount(p.metrics.lost) != 1 {
		t.Error("no series before the first event")
	}
	sent := func(wiki string, rev int64) {
		t.Helper()
		do(t, p, record(strings.Replace(edit(7, rev, 0), `"database":"enwiki"`, `"database":"`+wiki+`"`, 1), rev))
	}
	sent("dewiki", 1)
	sent("frwiki", 2)
	if lost() != 0 {
		t.Errorf("%v events are counted while all models are there", lost())
	}
	if err := os.RemoveAll(filepath.Join(root, "b")); err != nil {
		t.Fatal(err)
	}
	mustReload(t, r.registry, "changed")
	sent("dewiki", 3)
	sent("frwiki", 4)
	sent("enwiki", 5)
	if lost() != 1 || r.kinds() != "score no_route no_route no_route score" {
		t.Errorf("%v events are counted; reports %s", lost(), r.kinds())
	}
}
