package onnx

import (
	"errors"
	"fmt"
	"slices"

	"revscore/internal/score/estimator"
)

// treeAttributes are all that the two operators of ai.onnx.ml 1 to 4 have. Missing
// values have no way of their own with us: a row with NaN is refused.
var treeAttributes = []string{
	"aggregate_function", "base_values", "base_values_as_tensor", "class_ids", "class_nodeids", "class_treeids",
	"class_weights", "class_weights_as_tensor", "classlabels_int64s", "classlabels_strings", "n_targets",
	"nodes_falsenodeids", "nodes_featureids", "nodes_hitrates", "nodes_hitrates_as_tensor",
	"nodes_missing_value_tracks_true", "nodes_modes", "nodes_nodeids", "nodes_treeids", "nodes_truenodeids",
	"nodes_values", "nodes_values_as_tensor", "post_transform", "target_ids", "target_nodeids", "target_treeids",
	"target_weights", "target_weights_as_tensor",
}

// trees makes the scores of an ensemble, in the type of the row: a row of doubles is
// compared with thresholds and added up in double.
func (b *builder) trees(n *node) error {
	if err := n.only(treeAttributes...); err != nil {
		return err
	}
	kind := "class"
	labels, err := n.classLabels("classlabels_int64s", "classlabels_strings")
	outputs := len(labels)
	if n.op == "TreeEnsembleRegressor" {
		kind = "target"
		var targets int64
		targets, err = n.number("n_targets", 0)
		if targets > maxLabels {
			return fmt.Errorf("%d targets, at most %d are supported", targets, maxLabels)
		}
		outputs = int(targets)
	}
	if err != nil {
		return err
	}
	f, err := readForest(n, kind, outputs, b.width)
	if err != nil {
		return err
	}
	base, err := n.floats("base_values")
	if err != nil {
		return err
	}
	e := f.ensemble
	e.Single = !b.double
	if err := b.roundForTrees(f); err != nil {
		return err
	}
	b.double = !e.Single // the sums are in the type of the row, not of the thresholds
	b.chain.Scores, b.width = e, outputs
	if n.op == "TreeEnsembleRegressor" {
		return b.regressor(n, base, len(e.Trees))
	}
	b.labels, b.scorer = labels, n
	return b.classifier(n, f, base)
}

// roundForTrees makes float32s of a row of doubles without changing the way through
// any tree, all of whose thresholds are float32s. Which side rounding must keep
// depends on the comparison.
func (b *builder) roundForTrees(f *forest) error {
	if !b.double {
		return nil
	}
	switch {
	case f.strict && f.inclusive:
		return errors.New("in trees over doubles, comparisons of both <= or > and < or >= are not supported")
	case f.strict:
		b.step(estimator.Below)
	default:
		b.step(estimator.Above)
	}
	return nil
}

// classifier follows TreeAggregatorClassifier::FinalizeScores and write_scores of
// onnxruntime/core/providers/cpu/ml (tree_ensemble_aggregator.h, ml_common.h).
func (b *builder) classifier(n *node, f *forest, base []float64) error {
	transform := n.word("post_transform", "NONE")
	if !slices.Contains([]string{"NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"}, transform) {
		return fmt.Errorf("post_transform %.20s is not supported", transform)
	}
	if n.word("aggregate_function", "SUM") != "SUM" {
		return errors.New("aggregate_function other than SUM is not supported")
	}
	if b.width == 2 {
		return b.twoClasses(f, base, transform)
	}
	switch len(base) {
	case 0:
		if !f.everyOutput {
			return errors.New("classes without a weight in some leaves and no base_values are not supported")
		}
	case b.width:
		b.step(estimator.Add, base...)
	default:
		return fmt.Errorf("%d base_values for %d labels", len(base), b.width)
	}
	b.chain.Decision, b.chain.Raw = estimator.RawMax, len(b.chain.After)
	b.nearest()
	switch transform {
	case "LOGISTIC":
		b.step(estimator.Expit)
	case "SOFTMAX":
		b.step(estimator.SoftmaxAll)
	case "SOFTMAX_ZERO":
		b.step(estimator.SoftmaxZero)
	}
	return nil
}

// twoClasses: converters give weights to the first of two classes only, and mean the
// second. What becomes of the one score depends on whether any weight is negative: if
// none is, it is a probability already, even where the transform is LOGISTIC.
func (b *builder) twoClasses(f *forest, base []float64, transform string) error {
	if f.only != 0 {
		return errors.New("of two classes, weights for any but the first alone are not supported: ONNX Runtime's label would not follow its probabilities")
	}
	if len(base) > 1 {
		return errors.New("two base_values for one score are not supported")
	}
	e := f.ensemble
	e.Outputs, b.width = 1, 1
	if len(base) == 1 {
		b.step(estimator.Add, base[0])
	}
	b.chain.Decision, b.chain.Raw = estimator.RawAbove, len(b.chain.After)
	switch {
	case f.positive:
		b.chain.Cut = 0.5
		b.step(estimator.Complement)
		b.nearest()
	case transform == "LOGISTIC":
		b.nearest()
		b.step(estimator.Mirror)
		b.step(estimator.Expit)
	default:
		b.step(estimator.Mirror)
		b.nearest()
	}
	return nil
}

// nearest rounds a double to the float that the operator puts out.
func (b *builder) nearest() {
	if b.double {
		b.step(estimator.Nearest)
	}
}

// regressor follows TreeAggregatorSum and TreeAggregatorAverage.
func (b *builder) regressor(n *node, base []float64, trees int) error {
	if transform := n.word("post_transform", "NONE"); transform != "NONE" {
		return fmt.Errorf("post_transform %.20s is not supported", transform)
	}
	switch function := n.word("aggregate_function", "SUM"); function {
	case "SUM":
	case "AVERAGE":
		b.step(estimator.Div, float64(trees))
	default:
		return fmt.Errorf("aggregate_function %.20s is not supported", function)
	}
	switch len(base) {
	case 0:
	case b.width:
		b.step(estimator.Add, base...)
	default:
		return fmt.Errorf("%d base_values for %d targets", len(base), b.width)
	}
	b.nearest()
	return nil
}
