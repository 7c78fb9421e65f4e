package score

import (
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/score/analysis"
	"revscore/internal/score/feature"
	"revscore/internal/score/model"
	"revscore/models"
)

// reverted and revid are the models in the program.
func embeddedModels(t *testing.T) (reverted, revid *model.Model) {
	t.Helper()
	set, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	return set.All()[0], set.All()[1]
}

// bundleOnDisk copies a bundle of the program to a folder, with another card.
func bundleOnDisk(t testing.TB, name string, change func(card string) string) string {
	t.Helper()
	dir := t.TempDir()
	sub, err := fs.Sub(models.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, sub); err != nil {
		t.Fatal(err)
	}
	writeCard(t, dir, change)
	return dir
}

// writeCard exchanges the card of a bundle on disk for another, at once.
func writeCard(t testing.TB, dir string, change func(card string) string) {
	t.Helper()
	path := filepath.Join(dir, "model.yaml")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	card := change(string(data))
	if card == string(data) {
		t.Fatalf("the card is as it was:\n%s", card)
	}
	card, _, _ = strings.Cut(card, "checksum: ")                                // of the lines before, as they were
	card = regexp.MustCompile(`(?m)^checksum:.*\n?`).ReplaceAllString(card, "") // of the card as it was
	if err := os.WriteFile(path+".new", []byte(card), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// setKey gives a key of a card another value.
func setKey(key, value string) func(card string) string {
	line := regexp.MustCompile(`(?m)^` + key + `:.*$`)
	return func(card string) string { return line.ReplaceAllLiteralString(card, key+": "+value) }
}

// asksTheUser makes every feature of a card one that needs no text.
func asksTheUser(card string) string {
	return regexp.MustCompile(`(?m)expression:.*$`).ReplaceAllString(card, "expression: is_anon(revision.user.id)")
}

// variant loads the first model with another card.
func variant(t *testing.T, change func(card string) string) *model.Model {
	t.Helper()
	m, err := model.Load(os.DirFS(bundleOnDisk(t, "enwiki.reverted", change)), ".", model.NewLibrary(nil))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// anEdit is an input on which the features differ from each other.
func anEdit() feature.Input {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return feature.Input{
		Revision: analysis.NewText("One two aaaaa six seven eight nine."), Parent: analysis.NewText("One two three four five."),
		Timestamp: at, User: feature.User{ID: 5, Groups: []string{"*", "user"}, Registration: at.Add(-time.Hour)},
	}
}

// counter is the value of a counter without labels.
func counter(t *testing.T, reg *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

func TestEngineScores(t *testing.T) {
	reverted, revid := embeddedModels(t)
	results := NewEngine(0, prometheus.NewRegistry()).Score(1234, []*model.Model{reverted, revid}, anEdit())
	if len(results) != 2 || results[0].Model != "reverted" || results[0].Version != "1.0.0" || results[1].Model != "revid" {
		t.Fatalf("got %+v", results)
	}
	for _, r := range results {
		if r.Failure != nil || r.Score == nil {
			t.Errorf("%s failed: %+v", r.Model, r.Failure)
		}
	}
	if got := results[1].Score.Probability["true"]; got != 0.43 {
		t.Errorf("revid of 1234 is %v", got)
	}
	var values []string
	for _, v := range results[0].Features {
		values = append(values, v.String())
	}
	if got := strings.Join(values, " "); got != "5 5.0 3.0 false false 3600" {
		t.Errorf("features %s", got)
	}
}

// Models fail apart: each for its own reason, the others score.
func TestModelsFailApart(t *testing.T) {
	reverted, revid := embeddedModels(t)
	textless := variant(t, asksTheUser)
	hiddenText, hiddenUser := anEdit(), anEdit()
	hiddenText.Revision = nil
	hiddenUser.User = feature.User{Hidden: true}
	cases := []struct {
		name string
		in   feature.Input
		want [3]string // of reverted, textless, revid
	}{
		{"all at hand", anEdit(), [3]string{}},
		{"text hidden", hiddenText, [3]string{"TextDeleted", "", ""}},
		{"user hidden", hiddenUser, [3]string{"UserDeleted", "UserDeleted", ""}},
	}
	engine := NewEngine(1, prometheus.NewRegistry())
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for i, r := range engine.Score(7, []*model.Model{reverted, textless, revid}, c.in) {
				got := ""
				if r.Failure != nil {
					got = r.Failure.Type
				}
				if got != c.want[i] || (r.Score == nil) != (got != "") || (got != "" && r.Features != nil) {
					t.Errorf("model %d: %+v and %+v, want failure %q", i, r.Score, r.Failure, c.want[i])
				}
			}
		})
	}
}

// A number that is no probability of anything is an error, not a score: here a
// feature leaves the range of the estimator's floats.
func TestImpossibleNumberIsAFailure(t *testing.T) {
	reverted, _ := embeddedModels(t)
	engine := NewEngine(1, prometheus.NewRegistry())
	var r Result
	r.Model = reverted.Name()
	values := feature.Result{}
	for _, v := range []float64{1, math.MaxFloat64, 0, 0, 0, 0} {
		values = append(values, feature.Outcome{Value: feature.FloatValue(v)})
	}
	engine.fromColumns(&r, reverted, 7, values, []int{0, 1, 2, 3, 4, 5})
	if r.Score != nil || r.Failure == nil || r.Failure.Type != typeCaught || !strings.Contains(r.Failure.Message, "words_added") {
		t.Errorf("got %+v and %+v", r.Score, r.Failure)
	}
}

// explode is our own code with a bug.
func explode(*feature.Plan, feature.Input) feature.Result { panic("index out of range in this text") }

// A panic is a bug of this program that one revision met: it becomes an error
// that names the place, and the next revision is scored.
func TestPanicBecomesFailure(t *testing.T) {
	reverted, _ := embeddedModels(t)
	reg := prometheus.NewRegistry()
	engine := NewEngine(1, reg)
	sound := engine.compute
	engine.compute = explode
	r := engine.Score(7, []*model.Model{reverted}, anEdit())[0]
	if r.Score != nil || r.Failure == nil || r.Failure.Type != typeCaught {
		t.Fatalf("got %+v and %+v", r.Score, r.Failure)
	}
	if !strings.Contains(r.Failure.Message, "bug of this program") || !strings.Contains(r.Failure.Message, "score.explode") {
		t.Errorf("message %q does not name the place", r.Failure.Message)
	}
	if got := counter(t, reg, "revscore_model_panics_total"); got != 1 {
		t.Errorf("%v panics counted", got)
	}
	engine.compute = sound
	if r := engine.Score(8, []*model.Model{reverted}, anEdit())[0]; r.Score == nil {
		t.Errorf("the engine is stuck after a panic: %+v", r.Failure)
	}
}

// What models ask for is computed once however many ask, and the plan of a set
// of models is made once.
func TestModelsShareOnePlan(t *testing.T) {
	reverted, revid := embeddedModels(t)
	second := variant(t, func(card string) string { return strings.Replace(card, "'reverted'", "'damaging'", 1) })
	list := []*model.Model{reverted, second, revid}
	engine := NewEngine(1, prometheus.NewRegistry())
	sound := engine.compute
	engine.compute = func(p *feature.Plan, in feature.Input) feature.Result {
		if got := len(p.Names()); got != len(reverted.Features()) {
			t.Errorf("%d features are computed for two models that share all %d", got, len(reverted.Features()))
		}
		return sound(p, in)
	}
	results := engine.Score(7, list, anEdit())
	if results[0].Score.Probability["true"] != results[1].Score.Probability["true"] || results[1].Model != "damaging" {
		t.Errorf("one estimator, two answers: %+v and %+v", results[0].Score, results[1].Score)
	}
	engine.Score(8, list, anEdit())
	if len(engine.plans) != 1 {
		t.Errorf("%d plans for one set of models", len(engine.plans))
	}
}

// Two bundles may bear one name and version, each for its own wikis, and want
// other features. The engine once took the plan of whichever came first.
func TestPlansBelongToBundles(t *testing.T) {
	reverted, _ := embeddedModels(t)
	swapped := variant(t, func(card string) string {
		return strings.NewReplacer("tokens_added", "tokens_removed", "tokens_removed", "tokens_added").Replace(card)
	})
	alone := NewEngine(1, prometheus.NewRegistry()).Score(7, []*model.Model{swapped}, anEdit())[0]
	engine := NewEngine(1, prometheus.NewRegistry())
	engine.Score(7, []*model.Model{reverted}, anEdit())
	after := engine.Score(7, []*model.Model{swapped}, anEdit())[0]
	if alone.Failure != nil || after.Failure != nil {
		t.Fatalf("%+v, %+v", alone.Failure, after.Failure)
	}
	for i, v := range alone.Features {
		if after.Features[i] != v {
			t.Errorf("feature %s is %v, after another bundle %v", swapped.Features()[i], v, after.Features[i])
		}
	}
}

// Many revisions at once, no more of them computing than there are workers.
func TestEngineBoundsItsWork(t *testing.T) {
	reverted, _ := embeddedModels(t)
	const workers, revisions = 3, 40
	engine := NewEngine(workers, prometheus.NewRegistry())
	var now, most atomic.Int64
	sound := engine.compute
	engine.compute = func(p *feature.Plan, in feature.Input) feature.Result {
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		return sound(p, in)
	}
	var all sync.WaitGroup
	for i := range revisions {
		all.Go(func() {
			if r := engine.Score(int64(1+i), []*model.Model{reverted}, anEdit())[0]; r.Score == nil {
				t.Errorf("revision %d: %+v", i, r.Failure)
			}
		})
	}
	all.Wait()
	if got := most.Load(); got < 1 || got > workers {
		t.Errorf("%d revisions computed at once, %d are allowed", got, workers)
	}
}
