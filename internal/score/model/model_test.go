package model

import (
	"errors"
	"io/fs"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"revscore/internal/score/estimator"
	"revscore/models"
)

func TestEmbeddedBundles(t *testing.T) {
	cards, err := fs.Glob(models.FS, "*/model.yaml")
	if err != nil || len(cards) < 2 {
		t.Fatalf("embedded bundles: %v, %v", cards, err)
	}
	for _, card := range cards {
		m := load(t, strings.TrimSuffix(card, "/model.yaml"))
		if err := m.Verify(); err != nil {
			t.Error(err)
		}
		if m.Examples() < 50 || m.Size() == 0 || len(m.Checksum()) != 64 {
			t.Errorf("%s: %d examples, %d bytes, checksum %s", m, m.Examples(), m.Size(), m.Checksum())
		}
	}
}

// loadDraft is the model of a draft.
func loadDraft(t testing.TB, d *Draft) *Model {
	t.Helper()
	m, err := Load(filesOf(t, d), ".", emptyLibrary())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestScore(t *testing.T) {
	m := loadDraft(t, stumpDraft(t))
	s, err := m.Score(1, []float64{2, 10})
	if err != nil {
		t.Fatal(err)
	}
	// Both trees: 0.5*(1+0.5), since (2-0)/1 > 1.5 and (10-10)/4 <= 0.
	if want := 1 / (1 + math.Exp(-0.75)); s.Prediction != true || s.Probability["true"] != want || s.Probability["false"] != 1-want || len(s.Probability) != 2 {
		t.Errorf("score %v, want %v of true", s, want)
	}
}

func TestLabelTypes(t *testing.T) {
	s, err := loadDraft(t, starsDraft(t)).Score(1, []float64{2, 10})
	if err != nil || s.Prediction != int64(5) || !(s.Probability["5"] > 0.5) || !(s.Probability["-1"] < 0.5) || len(s.Probability) != 2 {
		t.Errorf("numbers: %v, %v", s, err)
	}
	for _, c := range []struct {
		labels []any
		want   any
	}{
		{[]any{int64(3), int64(-1)}, []any{int64(3), int64(-1)}},
		{[]any{true, false}, []any{true, false}},
		{[]any{"", "x"}, []string{"", "x"}},
	} {
		d := fullDraft(t)
		d.Estimator.Classes, d.Estimator.Parts = c.labels, d.Estimator.Parts[:2]
		d.PopulationRates = nil
		m := loadDraft(t, d)
		s, err := m.Score(1, []float64{2, 10})
		if err != nil || !reflect.DeepEqual(s.Prediction, c.want) || len(s.Probability) != 2 {
			t.Errorf("multilabel of %v: %v, %v", c.labels, s, err)
		}
		if s, err = m.Score(1, []float64{1, 10}); err != nil || !reflect.DeepEqual(s.Prediction, []string{}) {
			t.Errorf("multilabel of %v: %v, %v", c.labels, s, err)
		}
		if err := m.Verify(); err != nil {
			t.Error(err)
		}
	}
	m := loadDraft(t, fullDraft(t))
	for _, c := range []struct {
		values []float64
		want   []string
	}{
		{[]float64{2, 10}, []string{"true", "1", odd1}}, // in the order of the labels
		{[]float64{1, 10}, []string{}},                  // none, which is not null
	} {
		s, err := m.Score(1, c.values)
		if err != nil || !reflect.DeepEqual(s.Prediction, c.want) || len(s.Probability) != 3 {
			t.Errorf("multilabel: %v, %v, want %q", s, err, c.want)
		}
	}
}

func TestScoreRefuses(t *testing.T) {
	m := loadDraft(t, stumpDraft(t))
	_, err := m.Score(12, []float64{1, math.NaN()})
	var ve *estimator.ValueError
	want := "score revision 12 with testwiki.stump: feature.two: value 1 is NaN"
	if !errors.As(err, &ve) || err.Error() != want {
		t.Errorf("NaN: error %v, want %s", err, want)
	}
	s, err := m.Score(12, nil)
	want = "score revision 12 with testwiki.stump: 0 values for an estimator of 2 features"
	if err == nil || err.Error() != want || s.Probability != nil || s.Prediction != nil {
		t.Errorf("no values: %v, error %v, want %s", s, err, want)
	}
}

func TestRevID(t *testing.T) {
	m := load(t, "revid")
	cases := []struct {
		id   int64
		p    float64
		pred bool
	}{
		{7, 0.70, true}, // "07"
		{1, 0.10, false},
		{10, 0.01, false},
		{5, 0.50, false}, // above 0.5, not from 0.5 on
		{15, 0.51, true},
		{99, 0.99, true},
		{100, 0, false},
		{974623, 0.32, false},  // both from the
		{23754929, 0.92, true}, // original's docstring
		{math.MaxInt64, 0.70, true},
	}
	for _, c := range cases {
		s, err := m.Score(c.id, nil)
		if err != nil {
			t.Errorf("%d: %v", c.id, err)
			continue
		}
		if s.Prediction != c.pred || s.Probability["true"] != c.p || s.Probability["false"] != 1-c.p {
			t.Errorf("%d: %v, want %v of true", c.id, s, c.p)
		}
	}
	for _, id := range []int64{0, -7} {
		if s, err := m.Score(id, nil); err == nil || s.Probability != nil {
			t.Errorf("%d: %v, %v", id, s, err)
		}
	}
	if _, err := m.Score(7, []float64{1}); err == nil {
		t.Error("took a value")
	}
	if m.Type() != RevIDScorer || m.Estimator() != "digits of the revision id" || len(m.Features()) != 0 || m.Content() != "" {
		t.Errorf("%s, %s, %q, content %q", m.Type(), m.Estimator(), m.Features(), m.Content())
	}
	if shares, of := m.Importance(); shares != nil || of != "" {
		t.Errorf("importance %v of %q", shares, of)
	}
}

// What people ask a model about comes from its draft.
func TestDescribe(t *testing.T) {
	d := fullDraft(t)
	m := loadDraft(t, d)
	shares, of := m.Importance()
	for name, pair := range map[string][2]any{
		"name": {m.Name(), "full"}, "wiki": {m.Wiki(), "testwiki"}, "version": {m.Version(), "1.0"},
		"type": {m.Type(), "RandomForest"}, "estimator": {m.Estimator(), "gradient boosting for each of 3 labels, 6 trees"},
		"string": {m.String(), "testwiki.full"}, "labels": {m.Labels(), d.Estimator.Classes}, "multilabel": {m.Multilabel(), true},
		"features":   {m.Features(), []string{d.Features[0].Name, d.Features[1].Name}},
		"importance": {shares, []Share{{d.Features[1].Name, 0.75}, {d.Features[0].Name, 0.25}}}, "of": {of, "splits"},
		"trained on": {m.TrainedOn(), d.TrainedOn}, "rates": {m.PopulationRates(), d.PopulationRates},
		"statistics": {m.Statistics(), d.Statistics}, "origin": {m.Origin(), d.Origin}, "licence": {m.Licence(), d.Licence},
		"examples": {m.Examples(), 50}, "content": {m.Content(), ContentWikitext},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s is %#v, want %#v", name, pair[0], pair[1])
		}
	}
	bundle := filesOf(t, d)
	var size int64
	for _, file := range bundle {
		size += int64(len(file.Data))
	}
	if sum := (content{cardFile, bundle[cardFile].Data}).ref().SHA256; m.Checksum() != sum || m.Size() != size {
		t.Errorf("checksum %s, %d bytes, want %s, %d", m.Checksum(), m.Size(), sum, size)
	}
	if kind, err := m.Info().Lookup("type"); err != nil || kind != "GradientBoosting" {
		t.Errorf("info: type %v, %v", kind, err)
	}
}

func TestVerifyComparesEveryPart(t *testing.T) {
	f := func(draft *Draft, old, repl, want string) {
		t.Helper()
		bundle := filesOf(t, draft)
		edit(t, bundle, "examples.jsonl", old, repl)
		resum(bundle)
		m, err := Load(bundle, ".", emptyLibrary())
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Verify(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q for %q: error %v, want %q", repl, old, err, want)
		}
	}
	one := 1 / (1 + math.Exp(-0.75))
	example := Example{Features: []float64{2, 10}}
	example.Score.Prediction, example.Score.Probability = true, map[string]float64{"false": 1 - one, "true": one}
	draft := stumpDraft(t)
	draft.Examples = []Example{example, example}
	f(draft, `"prediction":true`, `"prediction":false`, "verify testwiki.stump: example 1 of 2: prediction is true, recorded is false")
	f(draft, `"prediction":true`, `"prediction":["true"]`, "prediction is true, recorded is [true]")
	f(draft, `"prediction":true`, `"prediction":1`, "prediction is true, recorded is 1")
	f(draft, `"true":0.67`, `"true":0.68`, "probability of true is 0.67")
	f(draft, `"true":0.67`, `"maybe":0.67`, "probability of true is 0.679178699175393, none is recorded")
	f(draft, `"true":0.67`, `"maybe":0,"true":0.67`, "2 probabilities, recorded are 3")
	f(draft, `[2,10]`, `[2]`, "1 values for an estimator of 2 features")

	multilabel := fullDraft(t)
	example.Score.Prediction, example.Score.Probability = []string{"true", "1", odd1}, map[string]float64{"true": one, "1": one, odd1: one}
	multilabel.Examples = []Example{example}
	f(multilabel, `["true","1",`, `["1","true",`, "recorded is [1 true")
	f(multilabel, `["true",`, `[`, "recorded is [1 ")
}

func TestVerifyWithin(t *testing.T) {
	draft := stumpDraft(t)
	m := loadDraft(t, draft)
	if v, err := m.VerifyWithin(0); err != nil || v != (Verification{Examples: 50}) {
		t.Errorf("its own answers: %+v, %v", v, err)
	}
	draft.Examples = slices.Clone(m.examples)
	off := &draft.Examples[6].Score
	off.Probability = map[string]float64{"true": off.Probability["true"] + 1e-10, "false": off.Probability["false"]}
	m = loadDraft(t, draft)
	if v, err := m.VerifyWithin(1e-9); err != nil || v.Worst != 7 || math.Abs(v.Largest-1e-10) > 1e-15 {
		t.Errorf("off by 1e-10: %+v, %v", v, err)
	}
	if v, err := m.VerifyWithin(1e-12); err == nil || v.Worst != 7 || !strings.Contains(err.Error(), "example 7 of 50: probability of true") {
		t.Errorf("off by 1e-10, within 1e-12: %+v, %v", v, err)
	}
}
