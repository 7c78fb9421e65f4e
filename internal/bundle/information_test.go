package bundle

import (
	"fmt"
	"testing"

	"revscore/internal/revscoring"
	"revscore/internal/score/model"
	"revscore/internal/score/statistics"
)

func infoMap(t testing.TB, info *statistics.Info, key string) *statistics.Map {
	t.Helper()
	v, _ := info.Get(key)
	m, ok := v.(*statistics.Map)
	if !ok {
		t.Fatalf("%s is %T", key, v)
	}
	return m
}

// The entries of a made tree are in the original's order. The statistics came last
// once, so that `make train` did not give what was committed.
func TestInformationIsInTheOriginalsOrder(t *testing.T) {
	data, answers := estimatorFile(t, "scaled")
	d, err := Estimator(data, card(t, 3, named3+"\npopulation_rates: {'true': 0.25}"), Options{Scores: answers})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(d.Info.Keys()); got != "[type version params environment statistics score_schema]" {
		t.Errorf("the tree has %s", got)
	}
	params := infoMap(t, d.Info, "params")
	if got := fmt.Sprint(params.Keys()[:5]); got != "[scale center labels multilabel population_rates]" {
		t.Errorf("the parameters are %s", got)
	}
	if got := fmt.Sprint(params.Entries[:4]); got != "[{scale true} {center true} {labels [false true]} {multilabel false}]" {
		t.Errorf("the parameters are %s", got)
	}
	if v, err := d.Info.Lookup("params.population_rates.true"); v != 0.25 {
		t.Errorf("the rate of true is %v, %v", v, err)
	}

	if v, err := d.Info.Lookup("params.n_estimators"); v != int64(4) {
		t.Errorf("n_estimators is %v, %v", v, err)
	}

	bare, _ := estimatorFile(t, "bare")
	if d, err = Estimator(bare, card(t, 3, named3), Options{}); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(infoMap(t, d.Info, "params").Entries[:5]); got != "[{scale false} {center false} {labels [false true]} {multilabel false} {population_rates <nil>}]" {
		t.Errorf("the parameters of one without a scaler are %s", got)
	}
}

// What tools/train notes beside the estimator is in the information, and names it.
func TestTrainingIsEntered(t *testing.T) {
	trained := &revscoring.Trained{
		Release:  "1.5.2",
		Params:   []statistics.Entry{{Key: "learning_rate", Value: 0.5}},
		Training: []statistics.Entry{{Key: "written_by", Value: "tools/train"}, {Key: "labels", Value: "none"}, {Key: "folds", Value: int64(10)}},
	}
	if got := writer(trained); got != "tools/train, scikit-learn 1.5.2" {
		t.Errorf("written by %s", got)
	}
	if got := writer(&revscoring.Trained{Release: "1.5.2"}); got != "scikit-learn 1.5.2" {
		t.Errorf("written by %s", got)
	}
	d := &model.Draft{Info: statistics.NewInfo(statistics.Entry{Key: "params", Value: &statistics.Map{
		Entries: []statistics.Entry{{Key: "labels", Value: statistics.List{"a"}}},
	}})}
	enterTraining(d, trained)
	if got := fmt.Sprint(infoMap(t, d.Info, "params").Entries); got != "[{labels [a]} {learning_rate 0.5} {folds 10}]" {
		t.Errorf("the parameters are %s", got)
	}
}
