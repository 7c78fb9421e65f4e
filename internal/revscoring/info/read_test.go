package info_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"revscore/internal/pickle"
	"revscore/internal/revscoring/info"
	"revscore/internal/score/statistics"
)

// What follows builds pickled values by hand, for the forms that no release at
// hand writes.

const fitness = "statistics.classification."

func dict(pairs ...any) *pickle.Dict {
	d := &pickle.Dict{}
	for i := 0; i < len(pairs); i += 2 {
		d.Entries = append(d.Entries, pickle.Entry{Key: pairs[i], Value: pairs[i+1]})
	}
	return d
}

func ordered(pairs ...any) *pickle.Object {
	return &pickle.Object{Class: &pickle.Global{Module: "collections", Name: "OrderedDict"}, Reduced: true, Entries: dict(pairs...).Entries}
}

func object(class string, state any) *pickle.Object {
	at := strings.LastIndex(class, ".")
	return &pickle.Object{Class: &pickle.Global{Module: "revscoring.scoring." + class[:at], Name: class[at+1:]}, State: state}
}

func model(pairs ...any) *pickle.Object {
	return object("model_info.ModelInfo", dict("_data", ordered(pairs...), "_default_fields", nil))
}

func row(threshold float64, tp, fp, tn, fn int64, n int64) *pickle.Tuple {
	return &pickle.Tuple{Items: []any{threshold, object(fitness+"scaled_prediction_statistics.ScaledPredictionStatistics", dict(
		"population_rate", nil, "tp", tp, "fp", fp, "tn", tn, "fn", fn, "n", n, "positives", tp+fp,
		"negatives", tn+fn, "trues", tp+fn, "falses", fp+tn, "correct", tp+tn))}}
}

func rows(items ...any) *pickle.Object {
	t := object(fitness+"scaled_threshold_statistics.ScaledThresholdStatistics", dict("trues", int64(2)))
	t.Items = items
	return t
}

// oldest are statistics of 2017: rows with a __dict__, thresholds that are an
// OrderedDict and no entry, no multilabel, rounding or default fields.
func oldest(thresholds any) *pickle.Object {
	return object(fitness+"classification.Classification", dict(
		"_data", ordered(), "labels", nil, "prediction_key", "prediction", "decision_key", "probability",
		"population_rates", dict(), "label_thresholds", thresholds))
}

func TestOldestForm(t *testing.T) {
	tree, err := info.Read(model("statistics", oldest(ordered(true, rows(row(0.1, 2, 2, 0, 0, 4), row(0.5, 1, 0, 2, 1, 4))))))
	if err != nil {
		t.Fatal(err)
	}
	got, err := reread(t, tree).FormatJSON("statistics.'maximum recall @ precision >= 0.9'")
	const want = `{"statistics": {"maximum recall @ precision >= 0.9": {"micro": 0.5, "macro": 0.5, "labels": {"true": 0.5}}}}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
	if got, err := tree.FormatJSON("statistics.thresholds"); err == nil {
		t.Errorf("thresholds are an entry: %s", got)
	}
}

func TestForeignObjectsAreOpaque(t *testing.T) {
	state := &pickle.Object{Class: &pickle.Global{Module: "numpy.random", Name: "__RandomState_ctor"}, Reduced: true}
	tree, err := info.Read(model("params", dict("random_state", state)))
	if err != nil {
		t.Fatal(err)
	}
	v, err := reread(t, tree).Lookup("params.random_state")
	if v != (statistics.Opaque{Class: "numpy.random.__RandomState_ctor"}) || err != nil {
		t.Errorf("%v, %v", v, err)
	}
	if _, err := tree.FormatJSON(); err == nil || !strings.Contains(err.Error(), "TypeError: Object of type numpy.random.__RandomState_ctor is not JSON serializable") {
		t.Errorf("error is %v", err)
	}
}

// A table whose rows all were one object with very many attributes took the square of
// the file's length to read; so did anything that is named over and over.
func TestReadsSharedOnce(t *testing.T) {
	one := row(0.1, 2, 2, 0, 0, 4)
	state := one.Items[1].(*pickle.Object).State.(*pickle.Dict)
	for i := range 900 {
		state.Entries = append(state.Entries, pickle.Entry{Key: fmt.Sprint("k", i)})
	}
	many := make([]any, 1<<20)
	for i := range many {
		many[i] = one
	}
	start := time.Now()
	if _, err := info.Read(model("s", oldest(ordered(true, rows(many...))))); err != nil {
		t.Fatal(err)
	}
	// Ten seconds and more where each row is read anew, a tenth of one where not.
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("%d rows of one object took %v", len(many), took)
	}
}

func TestReadRefuses(t *testing.T) {
	deep := any("bottom")
	for range 40 {
		deep = &pickle.List{Items: []any{deep}}
	}
	bomb := any(&pickle.List{})
	for range 25 {
		bomb = &pickle.List{Items: []any{bomb, bomb, bomb}}
	}
	rate := rows(row(0.1, 2, 2, 0, 0, 4), row(0.5, 1, 0, 2, 1, 4))
	rate.Items[1].(*pickle.Tuple).Items[1].(*pickle.Object).State.(*pickle.Dict).Entries[0].Value = 0.5
	for name, c := range map[string]struct {
		value any
		want  string
	}{
		"no object":        {dict(), "is a dict, must be a ModelInfo"},
		"another class":    {object("environment.Environment", dict("_data", ordered())), "must be a ModelInfo"},
		"no data":          {object("model_info.ModelInfo", dict()), "_data: is missing"},
		"data of no dict":  {object("model_info.ModelInfo", dict("_data", int64(1))), "_data: is an int, must be a dict"},
		"unknown class":    {model("statistics", object(fitness+"label_thresholds.LabelThresholds", dict())), "class revscoring.scoring.statistics.classification.label_thresholds.LabelThresholds is not known"},
		"default fields":   {object("model_info.ModelInfo", dict("_data", ordered(), "_default_fields", &pickle.Set{})), "has default fields"},
		"bytes":            {model("a", pickle.Bytes("b")), "'a': is a bytes"},
		"key":              {model("a", dict(&pickle.List{}, 1)), "'a': key is a list"},
		"long text":        {model("a", shared(strings.Repeat("x", 1<<20), 100)), "bytes of text"},
		"long scalar":      {model("a", shared(scalar(1<<18), 100)), "bytes of text"},
		"long number":      {model("a", new(big.Int).Lsh(big.NewInt(1), 15000)), "has a number of 4516 digits, at most 4300"},
		"many numbers":     {model("a", shared(new(big.Int).Lsh(big.NewInt(1), 14000), 5000)), "bytes of text"},
		"attributes":       {object("model_info.ModelInfo", attributes(1001)), "has 1001 attributes, at most 1000"},
		"default names":    {model("s", shared(oldestShowing(1<<17), 9)), "values"},
		"deep":             {model("a", deep), "within each other"},
		"bomb":             {model("a", bomb), "values"},
		"wrong sum":        {model("s", oldest(ordered(true, rows(row(0.1, 2, 2, 0, 0, 5))))), "n is 5, must be 4 by its counts"},
		"two rates":        {model("s", oldest(ordered(true, rate))), "another population rate"},
		"row of no pair":   {model("s", oldest(ordered(true, rows(int64(1))))), "row 1 is an int"},
		"thresholds":       {model("s", oldest(int64(1))), "label_thresholds: is an int"},
		"statistic's name": {model("s", object(fitness+"micro_macro_stats.MicroMacroStats", dict("_data", ordered(), "field", int64(1)))), "field: is an int, must be a str"},
	} {
		if _, err := info.Read(c.value); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, must have %q", name, err, c.want)
		}
	}
}

// shared is a list of n times the same.
func shared(v any, n int) *pickle.List {
	l := &pickle.List{}
	for range n {
		l.Items = append(l.Items, v)
	}
	return l
}

// scalar is numpy's text of so many characters.
func scalar(characters int) *pickle.Object {
	dtype := &pickle.Object{
		Class: &pickle.Global{Module: "numpy", Name: "dtype"}, Args: []any{fmt.Sprint("U", characters)},
		State: &pickle.Tuple{Items: []any{int64(3), "<", nil, nil, nil, int64(4 * characters), int64(4), int64(8)}},
	}
	text := pickle.Bytes(strings.Repeat("x\x00\x00\x00", characters))
	return &pickle.Object{Class: &pickle.Global{Module: "numpy.core.multiarray", Name: "scalar"}, Args: []any{dtype, text}, Reduced: true}
}

func attributes(n int) *pickle.Dict {
	d := dict("_data", ordered())
	for i := range n - 1 {
		d.Entries = append(d.Entries, pickle.Entry{Key: fmt.Sprint("k", i)})
	}
	return d
}

func oldestShowing(n int) *pickle.Object {
	o := oldest(ordered())
	state := o.State.(*pickle.Dict)
	state.Entries = append(state.Entries, pickle.Entry{Key: "_default_fields", Value: &pickle.Set{Items: shared("a", n).Items}})
	return o
}
