package sklearn

import (
	"fmt"

	"revscore/internal/score/estimator"
)

// loss is what gradient boosting does with its raw scores.
type loss struct {
	link     estimator.Link
	decision estimator.Decision
	several  bool                      // one output for each class; else one for the second
	base     func([]float64) []float64 // raw scores of class frequencies
}

// lossOf knows the losses by the class that predicts: up to 1.3 in
// sklearn/ensemble/gradient_boosting.py, later _gb_losses.py, then sklearn/_loss/loss.py.
func lossOf(class string) (loss, bool) {
	switch class {
	case "sklearn.ensemble.gradient_boosting.BinomialDeviance", "sklearn.ensemble._gb_losses.BinomialDeviance":
		return loss{estimator.Logistic, estimator.Argmax, false, logOdds}, true
	case "sklearn.ensemble.gradient_boosting.ExponentialLoss", "sklearn.ensemble._gb_losses.ExponentialLoss":
		return loss{estimator.Logistic2, estimator.RawFrom, false, halfLogOdds}, true
	case "sklearn.ensemble.gradient_boosting.MultinomialDeviance", "sklearn.ensemble._gb_losses.MultinomialDeviance":
		return loss{estimator.Softmax, estimator.Argmax, true, logs}, true
	case "sklearn._loss.loss.HalfBinomialLoss":
		return loss{estimator.Logistic, estimator.RawFrom, false, logOdds}, true
	case "sklearn._loss.loss.ExponentialLoss":
		return loss{estimator.Logistic2, estimator.RawFrom, false, halfLogOdds}, true
	case "sklearn._loss.loss.HalfMultinomialLoss":
		return loss{estimator.Softmax, estimator.RawMax, true, centredLogs}, true
	}
	return loss{}, false
}

// boosting reads a GradientBoostingClassifier.
func (r *reader) boosting(o object) (part, error) {
	name, v, err := o.First("_loss", "loss_") // loss_ up to 1.0
	if err != nil {
		return part{}, err
	}
	lossObject, err := newObject(o.Path(name), v)
	if err != nil {
		return part{}, err
	}
	l, ok := lossOf(lossObject.class)
	if !ok {
		return part{}, fmt.Errorf("%s: class %s is not known", o.Path(name), lossObject.class)
	}
	outputs := len(o.classes)
	if !l.several {
		if outputs != 2 {
			return part{}, fmt.Errorf("%s: %s has %d classes, must have 2", o.Path(name), lossObject.class, outputs)
		}
		outputs = 1
	}
	e := &estimator.Ensemble{Width: 1, Outputs: outputs, Link: l.link, Decision: l.decision}
	if e.Rate, err = number(o, "learning_rate"); err != nil {
		return part{}, err
	}
	if e.Base, err = r.base(o, l, outputs); err != nil {
		return part{}, err
	}
	// Up to 0.19 every tree's shares added up to 1 first.
	g, err := r.stages(o, e, o.release.before(0, 20))
	if err != nil {
		return part{}, err
	}
	return part{Part: e, importance: g.shares(), of: ofImpurity}, nil
}

// stages reads estimators_, an array of stages x outputs, and thereby the trees in the
// order in which predict_stages adds them.
func (r *reader) stages(o object, e *estimator.Ensemble, equal bool) (*gain, error) {
	a, err := r.array(o, "estimators_", -1, e.Outputs)
	if err != nil {
		return nil, err
	}
	trees, err := a.Objects()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Path("estimators_"), err)
	}
	return r.trees(o, trees, "DecisionTreeRegressor", e, equal)
}

// trees reads all trees of an ensemble.
func (r *reader) trees(o object, list []any, class string, e *estimator.Ensemble, equal bool) (*gain, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: there are none", o.Path("estimators_"))
	}
	if err := r.ownWidth(o); err != nil {
		return nil, err
	}
	g := newGain(r.features, equal)
	for i, v := range list {
		t, err := r.tree(fmt.Sprintf("%s[%d]", o.Path("estimators_"), i), v, class, e.Width, g)
		if err != nil {
			return nil, err
		}
		e.Trees = append(e.Trees, t)
	}
	return g, nil
}

// ownWidth checks what an estimator of trees itself says of features.
func (r *reader) ownWidth(o object) error {
	name, _, err := o.First("n_features_in_", "n_features_") // the first since 0.24
	if err != nil {
		return err
	}
	n, err := number(o, name)
	if err != nil {
		return err
	}
	return r.named(o, name, int(n))
}
