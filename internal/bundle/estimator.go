package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"revscore/internal/onnx"
	"revscore/internal/revscoring"
	"revscore/internal/score/estimator"
	"revscore/internal/score/model"
)

// Estimator makes a draft of a pickled classifier of scikit-learn, or of a pipeline
// of a RobustScaler and one. The card in the file card says what it is, and names a
// feature for each of its columns.
func Estimator(data []byte, card string, o Options) (*model.Draft, error) {
	t, err := revscoring.ReadTrained(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	d, err := described(data, card, o, source{t.Spec, t.Type, writer(t), exact})
	if err != nil {
		return nil, err
	}
	enterTraining(d, t)
	return d, nil
}

// ONNX makes a draft of an ONNX classifier and its card.
func ONNX(data []byte, card string, o Options) (*model.Draft, error) {
	m, err := onnx.Read(data)
	if err != nil {
		return nil, err
	}
	return described(data, card, o, source{m.Spec, "ONNX", m.Producer, single})
}

// source is an estimator of which a file says no more.
type source struct {
	*estimator.Spec
	typ, writer string
	within      float64 // how far its answers may be from recorded ones
}

// described makes a draft of a bare estimator by its card.
func described(data []byte, card string, o Options, from source) (*model.Draft, error) {
	d, labels, err := model.ReadCard(card)
	if err != nil {
		return nil, err
	}
	if len(d.Features) != from.Features {
		return nil, fmt.Errorf("the estimator takes %d values, %s lists %d features", from.Features, card, len(d.Features))
	}
	if err := relabel(from.Spec, labels); err != nil {
		return nil, fmt.Errorf("%s: %w", card, err)
	}
	d.Type, d.Estimator = either(d.Type, from.typ), from.Spec
	wiki, name := o.ofFolder()
	d.Name, d.Wiki, d.Version = either(o.Name, d.Name, name), either(o.Wiki, d.Wiki, wiki), either(o.Version, d.Version)
	if err := named(d, card); err != nil {
		return nil, err
	}
	if err := completeRates(d); err != nil {
		return nil, fmt.Errorf("%s: %w", card, err)
	}
	d.TrainedOn, d.Licence = either(o.TrainedOn, d.TrainedOn), either(o.Licence, d.Licence)
	sum := sha256.Sum256(data)
	d.Origin = model.Origin{File: o.File, SHA256: hex.EncodeToString(sum[:]), WrittenBy: from.writer}
	for name, checker := range d.Assets.Dictionaries {
		for i, asked := range checker.Dictionaries {
			if asked.SHA256 == "" {
				checker.Dictionaries[i] = model.Installed(o.Dictionaries, asked.Tag)
			}
		}
		d.Assets.Dictionaries[name] = checker
	}
	d.Info = information(d)
	if len(o.Scores) > 0 {
		if err := setStatistics(d, o.Scores); err != nil {
			return nil, err
		}
	}
	if len(d.Statistics) == 0 {
		d.Statistics = headline(d.Info)
	}
	d.Examples, err = answers(d, o.Examples, from.within)
	return d, err
}

// relabel gives an estimator's classes the labels of the card, in the same order.
// ONNX has no bools, and XGBoost numbers the classes.
func relabel(spec *estimator.Spec, labels []any) error {
	if len(labels) == 0 || slices.Equal(labels, spec.Classes) {
		return nil
	}
	if len(labels) != len(spec.Classes) {
		return fmt.Errorf("labels are %v, the estimator's classes %v: as many labels are needed, in that order", labels, spec.Classes)
	}
	for _, class := range spec.Classes {
		if _, numbered := class.(int64); !numbered {
			return fmt.Errorf("labels are %v, the estimator's classes %v: only numbered classes take other names", labels, spec.Classes)
		}
	}
	spec.Classes = slices.Clone(labels)
	return nil
}
