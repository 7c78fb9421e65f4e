package bundle

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"revscore/internal/revscoring/translate"
	"revscore/internal/score/hanzi"
	"revscore/internal/score/model"
)

// recorded are the small models of internal/revscoring, with answers of the original.
const recorded = "../revscoring/testdata/"

func modelFile(t testing.TB, name string) (data []byte, answers []Recorded) {
	t.Helper()
	return readFile(t, recorded+name+".model"), recordings(t, recorded+name+".scores.jsonl")
}

// written is the bundle of a draft, loaded and asked its examples.
func written(t testing.TB, d *model.Draft) *model.Model {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "bundle")
	if err := model.Write(dir, d); err != nil {
		t.Fatal(err)
	}
	m, err := model.Load(os.DirFS(dir), ".", model.NewLibrary(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Verify(); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRevscoring(t *testing.T) {
	for _, c := range []struct {
		file, typ, version string
		rates              map[string]float64
		statistics         []string
	}{
		{"bools", "GradientBoosting", "0.5.1", map[string]float64{"true": 0.034, "false": 0.966}, []string{"pr_auc", "roc_auc"}},
		{"texts.protocol2", "RandomForest", "1", nil, []string{"pr_auc", "roc_auc"}},
		{"ints.bz2", "LogisticRegression", "14999bb91d09", nil, nil}, // named after its checksum
		{"many", "GradientBoosting", "1.0.0", map[string]float64{"Culture": 0.5, "STEM": 0.25, "History": 0.25}, []string{"pr_auc", "roc_auc"}},
		{"machine", "RBFSVC", "0.0.1", nil, []string{"pr_auc", "roc_auc"}},
	} {
		t.Run(c.file, func(t *testing.T) {
			data, answers := modelFile(t, c.file)
			d, err := Revscoring(data, Options{
				File: c.file + ".model", Folder: "testwiki.small", Examples: answers, TrainedOn: "made up", Licence: "none",
			})
			if err != nil {
				t.Fatal(err)
			}
			m := written(t, d)
			if m.String() != "testwiki.small" || m.Type() != c.typ || m.Version() != c.version {
				t.Errorf("%s of type %s, version %s", m, m.Type(), m.Version())
			}
			if got := m.PopulationRates(); len(got) != len(c.rates) || c.rates != nil && !reflect.DeepEqual(got, c.rates) {
				t.Errorf("rates %v", got)
			}
			for _, name := range c.statistics {
				if n := m.Statistics()[name]; !(n > 0 && n <= 1) {
					t.Errorf("%s is %v", name, n)
				}
			}
			if len(m.Statistics()) != len(c.statistics) || m.Examples() != len(answers) || len(m.Features()) != 5 {
				t.Errorf("statistics %v, %d examples, %d features", m.Statistics(), m.Examples(), len(m.Features()))
			}
			if o := m.Origin(); o.File != c.file+".model" || o.WrittenBy != "revscoring 2.11.13, scikit-learn 1.1.3, Python 3.11.7" || len(o.SHA256) != 64 {
				t.Errorf("origin %+v", o)
			}
			if m.TrainedOn() != "made up" || m.Licence() != "none" {
				t.Errorf("trained on %q, licence %q", m.TrainedOn(), m.Licence())
			}
		})
	}
}

func TestRevscoringIsNamed(t *testing.T) {
	data, _ := modelFile(t, "bools")
	for _, c := range []struct {
		o       Options
		want    string // wiki name version
		refused bool
	}{
		{Options{File: "bools.model", Folder: "dewiki.goodfaith"}, "dewiki goodfaith 0.5.1", false},
		{Options{File: "enwiki.damaging.gradient_boosting.model"}, "enwiki damaging 0.5.1", false},
		{Options{File: "enwiki.damaging.gradient_boosting.model", Folder: "next"}, "enwiki damaging 0.5.1", false},
		{Options{File: "enwiki.damaging.gradient_boosting.model", Folder: "dewiki.goodfaith"}, "dewiki goodfaith 0.5.1", false},
		{Options{File: "x.model", Folder: "dewiki.goodfaith", Wiki: "*", Name: "any", Version: "7"}, "* any 7", false},
		{Options{File: "x.model", Folder: "dewiki.goodfaith", Name: "other"}, "dewiki other 0.5.1", false},
		{Options{File: "x.model", Folder: "dewiki.good.faith"}, "dewiki good.faith 0.5.1", false},
		{Options{File: "x.model", Folder: "dewiki.", Name: "damaging"}, "dewiki damaging 0.5.1", false},
		{Options{File: "x.model", Folder: ".damaging", Wiki: "dewiki"}, "dewiki damaging 0.5.1", false},
		{Options{File: "enwiki.damaging.gradient_boosting.model", Folder: "dewiki."}, "dewiki damaging 0.5.1", false},
		{Options{File: "x.model", Wiki: "dewiki", Folder: "damaging"}, "there is no name: give --name, ", true},
		{Options{File: "x.model", Name: "damaging", Folder: "b"}, "there is no wiki: give --wiki, ", true},
		{Options{File: "x.model", Folder: "damaging"}, "there is no wiki and no name: give --wiki and --name, ", true},
		{Options{File: "x.model", Folder: "dewiki."}, "there is no name: give --name, ", true},
	} {
		d, err := Revscoring(data, c.o)
		if c.refused {
			same(t, err, c.want, "name the folder WIKI.NAME, as models/enwiki.damaging (it is called "+c.o.Folder+")")
			continue
		}
		if err != nil {
			t.Errorf("%+v: %v", c.o, err)
			continue
		}
		if got := strings.Join([]string{d.Wiki, d.Name, d.Version}, " "); got != c.want {
			t.Errorf("%+v: %s, want %s", c.o, got, c.want)
		}
		if v, _ := d.Info.Get("version"); c.o.Version != "" && v != c.o.Version {
			t.Errorf("the information still has version %v", v)
		}
	}
}

func TestRevscoringComparesAllAnswers(t *testing.T) {
	data, answers := modelFile(t, "bools")
	all := copies(answers, 1000)
	d, err := Revscoring(data, Options{Folder: "testwiki.x", Examples: all})
	if err != nil || len(d.Examples) != maxKept {
		t.Fatalf("%v, %d examples", err, len(d.Examples))
	}
	for i, e := range d.Examples { // spread over the whole
		if want := all[10*i]; !reflect.DeepEqual(e.Features, want.Features) || !reflect.DeepEqual(e.Score, want.Score) {
			t.Fatalf("example %d is %v, want %v", i, e, want)
		}
	}
	wrong := func(change func(*Recorded), words ...string) {
		t.Helper()
		list := slices.Clone(all)
		list[507].Score.Probability = map[string]float64{"true": list[507].Score.Probability["true"], "false": list[507].Score.Probability["false"]}
		change(&list[507])
		d, err := Revscoring(data, Options{Folder: "testwiki.x", Examples: list})
		if d != nil && err == nil {
			t.Error("a wrong answer is not found")
		}
		same(t, err, append(words, "recorded answer 508 of 1000", "(1 of them differ)")...)
	}
	wrong(func(r *Recorded) { r.Score.Probability["true"] += 2e-9 }, "probability of true is")
	wrong(func(r *Recorded) { delete(r.Score.Probability, "true") }, "2 probabilities, recorded are 1")
	wrong(func(r *Recorded) {
		delete(r.Score.Probability, "true")
		r.Score.Probability["True"] = 0.5
	}, "no probability of True")
	wrong(func(r *Recorded) { r.Score.Prediction = "true" }, `prediction is`, `recorded is "true"`)
	wrong(func(r *Recorded) { r.Features = nil }, "has no features")
	wrong(func(r *Recorded) { r.Features = []float64{1} }, "has 1 features, the estimator takes 5")
}

func TestRevscoringWithScores(t *testing.T) {
	data, answers := modelFile(t, "bools")
	for i := range answers {
		answers[i].Label = answers[i].Score.Prediction
	}
	_, err := Revscoring(data, Options{Folder: "testwiki.x", Scores: answers})
	same(t, err, "statistics of its own")

	data, answers = modelFile(t, "ints.bz2") // the original cannot test models of int labels
	for i, label := range []float64{1, 2, 5, 1, 2, 5, 1, 2, 5, 1, 2, 5} {
		answers[i].Label = label
	}
	d, err := Revscoring(data, Options{Folder: "testwiki.x", Scores: answers})
	if err != nil {
		t.Fatal(err)
	}
	m := written(t, d)
	if s := m.Info().Statistics(); s == nil || s.Thresholds == nil || m.Statistics()["roc_auc"] == 0 {
		t.Errorf("statistics %v, headline %v", s, m.Statistics())
	}
}

func TestRevscoringRefuses(t *testing.T) {
	data, _ := modelFile(t, "bools")
	_, err := Revscoring(data[:1000], Options{File: "x.model", Folder: "testwiki.x"})
	same(t, err, "read model x.model")
	_, err = Revscoring(readFile(t, recorded+"estimators/bare.pickle"), Options{File: "x.model", Folder: "testwiki.x"})
	same(t, err, "a bare sklearn.linear_model._logistic.LogisticRegression", "import --features")
}

func TestAssets(t *testing.T) {
	got, err := assets(translate.Assets{
		Words:        map[string][]string{"w": {"a"}},
		Conversions:  map[string][][2]string{"c": {{"亂", "乱"}}},
		Dictionaries: map[string]translate.Dictionary{"d": {Tags: []string{"xx", "yy"}, ReplaceAstral: true}},
	}, []string{t.TempDir()})
	want := model.Assets{
		Words:        map[string][]string{"w": {"a"}},
		Conversions:  map[string][]hanzi.Pair{"c": {{From: '亂', To: '乱'}}},
		Dictionaries: map[string]model.Checker{"d": {Dictionaries: []model.Recorded{{Tag: "xx"}, {Tag: "yy"}}, ReplaceAstral: true}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	for _, pair := range [][2]string{{"", "a"}, {"a", ""}, {"ab", "c"}, {"a", "bc"}} {
		_, err := assets(translate.Assets{Conversions: map[string][][2]string{"c": {pair}}}, nil)
		same(t, err, "conversion c:", "must be a character each")
	}
}
