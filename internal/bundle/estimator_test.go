package bundle

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"revscore/internal/event"
	"revscore/internal/score/estimator"
	"revscore/internal/score/model"
	"revscore/internal/score/statistics"
)

// card writes a card of n features and some more lines, with files beside it.
func card(t testing.TB, n int, lines string, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	text := lines + "\nfeatures:\n"
	for i := range n {
		text += fmt.Sprintf("  - {name: f%d, expression: len(revision.text) + %d}\n", i, i)
	}
	for i := 0; i < len(files); i += 2 {
		put(t, filepath.Join(dir, files[i]), files[i+1])
	}
	path := filepath.Join(dir, "card.yaml")
	put(t, path, text)
	return path
}

func put(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const named3 = "name: small\nwiki: testwiki\nversion: '7'"

func estimatorFile(t testing.TB, name string) (data []byte, answers []Recorded) {
	t.Helper()
	return readFile(t, recorded+"estimators/"+name+".pickle"), recordings(t, recorded+"estimators/"+name+".scores.jsonl")
}

func TestEstimator(t *testing.T) {
	for _, c := range []struct{ file, typ, labels string }{
		{"bare", "LogisticRegression", "[false true]"},
		{"scaled", "GradientBoosting", "[false true]"},
		{"one", "RandomForest", "[0 1 2]"},
	} {
		t.Run(c.file, func(t *testing.T) {
			data, answers := estimatorFile(t, c.file)
			d, err := Estimator(data, card(t, 3, named3+"\ntrained_on: made up"), Options{
				File: "x.pickle", Examples: answers, Scores: answers, Licence: "none",
			})
			if err != nil {
				t.Fatal(err)
			}
			m := written(t, d)
			if m.String() != "testwiki.small" || m.Version() != "7" || m.Type() != c.typ || fmt.Sprint(m.Labels()) != c.labels {
				t.Errorf("%s version %s, type %s, labels %v", m, m.Version(), m.Type(), m.Labels())
			}
			if o := m.Origin(); o.WrittenBy != "scikit-learn 1.5.2" || o.File != "x.pickle" || m.TrainedOn() != "made up" || m.Licence() != "none" {
				t.Errorf("origin %+v, trained on %q, licence %q", o, m.TrainedOn(), m.Licence())
			}
			if m.Statistics()["roc_auc"] < 0.5 || m.Info().Statistics().Thresholds == nil {
				t.Errorf("statistics %v", m.Statistics())
			}
			for _, path := range []string{"type", "version", "params.labels", "environment.written_by", "score_schema.properties.prediction.type"} {
				if v, err := m.Info().Lookup(path); err != nil || v == nil {
					t.Errorf("%s is %v, %v", path, v, err)
				}
			}
		})
	}
}

// The flags go before the card, the card before the folder.
func TestEstimatorIsNamed(t *testing.T) {
	data, _ := estimatorFile(t, "bare")
	for _, c := range []struct {
		card string
		o    Options
		want string
	}{
		{named3, Options{Folder: "dewiki.other"}, "testwiki small 7 LogisticRegression"},
		{named3 + "\ntype: Own", Options{Wiki: "*", Name: "n", Version: "8"}, "* n 8 Own"},
		{"version: '7'", Options{Folder: "dewiki.other"}, "dewiki other 7 LogisticRegression"},
		{"wiki: testwiki", Options{Folder: "dewiki.other", Version: "1"}, "testwiki other 1 LogisticRegression"},
	} {
		d, err := Estimator(data, card(t, 3, c.card), c.o)
		if err != nil {
			t.Errorf("%s: %v", c.card, err)
		} else if got := strings.Join([]string{d.Wiki, d.Name, d.Version, d.Type}, " "); got != c.want {
			t.Errorf("%s, %+v: %s, want %s", c.card, c.o, got, c.want)
		}
	}
	_, err := Estimator(data, card(t, 3, "trained_on: made up"), Options{Folder: "next"})
	same(t, err, "there is no name", "there is no wiki", "there is no version", "card.yaml", "--version", "WIKI.NAME")
}

func TestEstimatorRefuses(t *testing.T) {
	data, answers := estimatorFile(t, "one") // three numbered classes
	bools, boolAnswers := estimatorFile(t, "bare")
	f := func(data []byte, card string, o Options, words ...string) {
		t.Helper()
		_, err := Estimator(data, card, o)
		same(t, err, words...)
	}
	f([]byte("I1\n."), card(t, 3, named3), Options{}, "must be a classifier of scikit-learn")
	f(data, filepath.Join(t.TempDir(), "none.yaml"), Options{}, "none.yaml")
	f(data, card(t, 4, named3), Options{}, "the estimator takes 3 values", "card.yaml lists 4 features")
	f(data, card(t, 3, named3+"\nlabels: [a, b]"), Options{}, "card.yaml: labels are [a b], the estimator's classes [0 1 2]: as many labels")
	f(bools, card(t, 3, named3+"\nlabels: [a, b]"), Options{}, "only numbered classes take other names")
	f(data, card(t, 3, named3+"\npopulation_rates: {'0': 0.5, '1': 0.25}"), Options{}, "population_rates has no rate of 2")
	f(bools, card(t, 3, named3+"\npopulation_rates: {ture: 0.03}"), Options{}, "population_rates has a rate of ture, which is no label: those are false, true")
	f(bools, card(t, 3, named3), Options{Examples: answers}, "recorded answer 1 of 60")

	list := slices.Clone(boolAnswers)
	list[6].Label = nil
	f(bools, card(t, 3, named3), Options{Scores: list}, "score 7: has no label")
	list[6].Label = 1.5
	f(bools, card(t, 3, named3), Options{Scores: list}, "score 7: label 1.5 is not a whole number")
	list[6].Label = map[string]any{}
	f(bools, card(t, 3, named3), Options{Scores: list}, "score 7: label map[] is neither")
	list[6].Label = "true"
	f(bools, card(t, 3, named3), Options{Scores: list}, "statistics of the scores", "is none of the model's")
	list[6] = boolAnswers[6]
	list[6].Score.Probability = map[string]float64{"true": 1}
	f(bools, card(t, 3, named3), Options{Scores: list}, "score 7: has no probability of false")
	for i := range list {
		list[i].Label = true
	}
	list[6] = boolAnswers[6]
	list[6].Label = true
	f(bools, card(t, 3, named3), Options{Scores: list}, "label False is of no observation")
}

func TestEstimatorIsRelabelled(t *testing.T) {
	data, answers := estimatorFile(t, "one")
	names := []string{"Stub", "B", "GA"}
	for i := range answers {
		s := event.Score{Probability: map[string]float64{}}
		for n, name := range names {
			s.Probability[name] = answers[i].Score.Probability[fmt.Sprint(n)]
		}
		s.Prediction = names[answers[i].Score.Prediction.(int64)]
		answers[i].Score, answers[i].Label = s, names[int(answers[i].Label.(float64))]
	}
	d, err := Estimator(data, card(t, 3, named3+"\nlabels: [Stub, B, GA]"), Options{Examples: answers, Scores: answers})
	if err != nil {
		t.Fatal(err)
	}
	m := written(t, d)
	if !reflect.DeepEqual(m.Labels(), []any{"Stub", "B", "GA"}) || m.Statistics()["roc_auc"] == 0 {
		t.Errorf("labels %v, statistics %v", m.Labels(), m.Statistics())
	}
	if v, err := m.Info().Lookup("score_schema.properties.prediction.type"); v != "string" {
		t.Errorf("the schema says %v, %v", v, err)
	}
}

// One rate of two says the other: the statistics need both.
func TestRatesAreCompleted(t *testing.T) {
	data, answers := estimatorFile(t, "bare")
	both, err := Estimator(data, card(t, 3, named3+"\npopulation_rates: {'true': 0.25, 'false': 0.75}"), Options{Scores: answers})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []string{"'true': 0.25", "'false': 0.75"} {
		d, err := Estimator(data, card(t, 3, named3+"\npopulation_rates: {"+one+"}"), Options{Scores: answers})
		if err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(d.PopulationRates, both.PopulationRates) {
			t.Errorf("%s: rates %v", one, d.PopulationRates)
		}
		if got, want := encoded(t, d.Info), encoded(t, both.Info); got != want {
			t.Errorf("%s: other statistics:\n%s\n%s", one, got, want)
		}
	}
}

func encoded(t *testing.T, info *statistics.Info) string {
	t.Helper()
	data, err := info.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The files of a card become those of the bundle, and its dictionaries get the
// checksums of those installed.
func TestEstimatorWithAssets(t *testing.T) {
	data, _ := estimatorFile(t, "bare")
	folder := t.TempDir()
	put(t, filepath.Join(folder, "xx_YY.aff"), "SET UTF-8\n")
	put(t, filepath.Join(folder, "xx_YY.dic"), "1\nbread\n")
	sum := strings.Repeat("ab", 32)
	path := card(t, 2, named3+`
lexicons: [{name: rude, file: rude.yaml}]
words: [{name: stop, file: stop.txt}]
dictionaries:
  - {name: yy, dictionaries: [{tag: xx_YY}]}
  - {name: zz, replace_astral: true, dictionaries: [{tag: zz}, {tag: xx_YY, sha256: `+sum+`}]}`,
		"rude.yaml", "patterns: ['darn']\n", "stop.txt", "the\na\n")
	text := string(readFile(t, path)) + `  - {name: f2, expression: "len(find(revision.text, @rude)) + len(stopwords(tokens(revision.text), @stop)) + len(spelled(tokens(revision.text), @yy))"}` + "\n"
	put(t, path, text)
	d, err := Estimator(data, path, Options{Dictionaries: []string{folder}})
	if err != nil {
		t.Fatal(err)
	}
	installed := model.Installed([]string{folder}, "xx_YY")
	want := map[string]model.Checker{
		"yy": {Dictionaries: []model.Recorded{installed}},
		"zz": {Dictionaries: []model.Recorded{{Tag: "zz"}, {Tag: "xx_YY", SHA256: sum}}, ReplaceAstral: true},
	}
	if !reflect.DeepEqual(d.Assets.Dictionaries, want) || len(installed.SHA256) != 64 {
		t.Errorf("dictionaries %+v, want %+v", d.Assets.Dictionaries, want)
	}
	delete(d.Assets.Dictionaries, "zz") // is nowhere installed
	dir := filepath.Join(t.TempDir(), "bundle")
	if err := model.Write(dir, d); err != nil {
		t.Fatal(err)
	}
	m, err := model.Load(os.DirFS(dir), ".", model.NewLibrary([]string{folder}))
	if err != nil {
		t.Fatal(err)
	}
	if asked := m.Dictionaries(); len(asked) != 1 || asked[0].Changed() {
		t.Errorf("asks %+v", asked)
	}
}

const onnxFiles = "../onnx/testdata/"

// onnxAnswers are what ONNX Runtime answered, see tools/onnx/record.py.
func onnxAnswers(t testing.TB, name string, label func(int64) any) []Recorded {
	t.Helper()
	var rows [][]float64
	var cases []struct {
		Name          string
		Labels        []int64
		Probabilities [][]float64
	}
	for file, into := range map[string]any{"rows.json": &rows, "cases.json": &cases} {
		text := strings.ReplaceAll(string(readFile(t, onnxFiles+file)), "NaN", "null")
		if err := json.Unmarshal([]byte(text), into); err != nil {
			if _, ok := err.(*json.UnmarshalTypeError); !ok { // other cases have labels of other types
				t.Fatalf("%s: %v", file, err)
			}
		}
	}
	var list []Recorded
	for _, c := range cases {
		if c.Name != name {
			continue
		}
		for i, p := range c.Probabilities {
			s := event.Score{Prediction: label(c.Labels[i]), Probability: map[string]float64{}}
			for class, q := range p {
				s.Probability[fmt.Sprint(label(int64(class)))] = q
			}
			list = append(list, Recorded{Features: rows[i], Score: s, Label: s.Prediction})
		}
	}
	if len(list) == 0 {
		t.Fatalf("no recording of %s", name)
	}
	return list
}

// Answers of ONNX Runtime are printed as float32: the bundle, which must give its
// examples within less at every load, keeps its own.
func TestONNX(t *testing.T) {
	data := readFile(t, onnxFiles+"gb_binary.onnx")
	answers := onnxAnswers(t, "gb_binary", func(class int64) any { return class == 1 })
	width := len(answers[0].Features)
	d, err := ONNX(data, card(t, width, named3+"\nlabels: [false, true]\npopulation_rates: {'true': 0.03}"), Options{
		File: "gb.onnx", Examples: answers, Scores: answers,
	})
	if err != nil {
		t.Fatal(err)
	}
	m := written(t, d)
	if m.Type() != "ONNX" || !strings.HasPrefix(m.Origin().WrittenBy, "skl2onnx") || m.Examples() != len(answers) || m.PopulationRates()["false"] != 0.97 {
		t.Errorf("type %s, origin %+v, %d examples, rates %v", m.Type(), m.Origin(), m.Examples(), m.PopulationRates())
	}
	other := slices.Clone(answers)
	other[3].Score.Probability = maps.Clone(other[3].Score.Probability)
	other[3].Score.Probability["true"] += 2e-6
	_, err = ONNX(data, card(t, width, named3+"\nlabels: [false, true]"), Options{Examples: other})
	same(t, err, "recorded answer 4 of", "probability of true")
	_, err = ONNX(data, card(t, width, named3), Options{Examples: answers}) // labels are 0 and 1 then
	same(t, err, "recorded answer 1 of")
	_, err = ONNX(data, card(t, width-1, named3), Options{})
	same(t, err, fmt.Sprintf("the estimator takes %d values, ", width), fmt.Sprintf("lists %d features", width-1))
	_, err = ONNX(readFile(t, onnxFiles+"refused/svc.onnx"), card(t, width, named3), Options{})
	same(t, err, "SVMClassifier")
	_, err = ONNX(data[:len(data)/2], card(t, width, named3), Options{})
	same(t, err, "read ONNX model")
	_, err = ONNX(data, card(t, width, named3+"\nlabels: [false, false]"), Options{})
	if err == nil {
		d, _ := ONNX(data, card(t, width, named3+"\nlabels: [false, false]"), Options{})
		err = model.Write(filepath.Join(t.TempDir(), "b"), d)
	}
	same(t, err, "false")
}

// The headline does not go beyond what the statistics know.
func TestHeadlineOfNothing(t *testing.T) {
	if got := headline(statistics.NewInfo()); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	d := &model.Draft{Type: "T", Version: "1", Estimator: &estimator.Spec{Classes: []any{"a", "b"}, Multilabel: true}}
	if v, err := information(d).Lookup("score_schema.properties.prediction.items.type"); v != "string" {
		t.Errorf("predictions of many labels are lists of %v, %v", v, err)
	}
}
