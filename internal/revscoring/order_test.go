package revscoring

import (
	"strings"
	"testing"

	"revscore/internal/pickle"
	"revscore/internal/revscoring/sklearn"
)

func binarizer(possible ...any) pickle.Fields {
	object := func(name string, value any) *pickle.Object {
		state := &pickle.Dict{Entries: []pickle.Entry{{Key: name, Value: value}}}
		return &pickle.Object{Class: &pickle.Global{Module: "m", Name: "C"}, State: state}
	}
	attrs, err := pickle.Attributes(object("label_normalizer", object("possible_labels", &pickle.List{Items: possible})))
	if err != nil {
		panic(err)
	}
	return attrs
}

// Labels of estimators were believed, where the original goes by the place of a label.
func TestOrderOfLabels(t *testing.T) {
	labels := []any{int64(1), "b", true}
	estimators := func(labels ...any) (list []sklearn.Labelled) {
		for _, l := range labels {
			list = append(list, sklearn.Labelled{Label: l})
		}
		return list
	}
	for _, c := range []struct {
		attrs      pickle.Fields
		estimators []sklearn.Labelled
		want       string
	}{
		{binarizer(labels...), estimators(labels...), ""},
		{binarizer(labels...), estimators(int64(1), true, "b"), `estimators[1]: is of label true, must be of "b"`},
		{binarizer(labels...), estimators(true, "b", true), "estimators[0]: is of label true, must be of 1"},
		{binarizer(labels...), estimators(int64(1), "b"), "estimators: there are 2 for 3 labels"},
		{binarizer(labels...), estimators(nil, "b", true), "estimators[0]: is of label None"},
		{binarizer(int64(1), true, "b"), estimators(labels...), `label_normalizer.possible_labels[1]: is true, must be "b"`},
		{binarizer(int64(1), "b"), estimators(labels...), "label_normalizer.possible_labels: there are 2 for 3 labels"},
	} {
		err := checkOrder(c.attrs, labels, c.estimators)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v: got %v, want %q", c.estimators, err, c.want)
		}
	}
}
