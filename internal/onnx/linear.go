package onnx

import (
	"errors"
	"fmt"

	"revscore/internal/score/estimator"
)

// linearClassifier follows onnxruntime/core/providers/cpu/ml/linearclassifier.cc: it
// works in float whatever goes in, and adds the second class where there is one score.
func (b *builder) linearClassifier(n *node) error {
	labels, linear, err := b.linearAttributes(n)
	if err != nil {
		return err
	}
	rows := len(linear.Coef)
	if b.double {
		b.step(estimator.Nearest)
	}
	b.chain.Scores, b.width, b.labels, b.scorer = linear, rows, labels, n
	b.chain.Decision = estimator.RawMax
	transform := n.word("post_transform", "NONE")
	if rows == 1 {
		b.chain.Decision = estimator.RawAbove
		return b.oneLinearScore(transform)
	}
	switch transform {
	case "NONE":
	case "LOGISTIC":
		b.step(estimator.Sigmoid)
	case "SOFTMAX":
		b.step(estimator.SoftmaxAll)
	case "SOFTMAX_ZERO":
		b.step(estimator.SoftmaxZero)
	default:
		return fmt.Errorf("post_transform %.20s is not supported", transform)
	}
	return nil
}

// linearAttributes reads the labels and the numbers of a LinearClassifier.
func (b *builder) linearAttributes(n *node) (labels []any, linear *estimator.Linear, err error) {
	if err := n.only("classlabels_ints", "classlabels_strings", "coefficients", "intercepts", "multi_class", "post_transform"); err != nil {
		return nil, nil, err
	}
	if labels, err = n.classLabels("classlabels_ints", "classlabels_strings"); err != nil {
		return nil, nil, err
	}
	coefficients, err := n.floats("coefficients")
	if err != nil {
		return nil, nil, err
	}
	intercepts, err := n.floats("intercepts")
	if err != nil {
		return nil, nil, err
	}
	rows := len(intercepts)
	if rows == 0 || len(coefficients) != rows*b.width || rows != len(labels) && (rows != 1 || len(labels) != 2) {
		return nil, nil, fmt.Errorf("%d coefficients and %d intercepts for %d columns and %d labels",
			len(coefficients), rows, b.width, len(labels))
	}
	linear = &estimator.Linear{Intercept: intercepts, Single: true}
	for i := range rows {
		linear.Coef = append(linear.Coef, coefficients[i*b.width:(i+1)*b.width])
	}
	return labels, linear, nil
}

// oneLinearScore: with one row ONNX Runtime writes 1-s and s whatever the transform,
// even LOGISTIC (batched_update_scores_inplace, add_second_class 1). Only a score that
// is no probability comes of it.
func (b *builder) oneLinearScore(transform string) error {
	return fmt.Errorf("two labels with one row of coefficients and post_transform %.20s: ONNX Runtime makes no probabilities of it", transform)
}

// product is a matrix of weights and what is added to it: MatMul with an Add behind it,
// or Gemm, which are in the type of the row.
func (b *builder) product(n *node) error {
	if n.op != "MatMul" && n.op != "Gemm" {
		return fmt.Errorf("not supported; supported are %s", supported)
	}
	if len(n.inputs) < 2 || len(n.inputs) > 3 || n.op == "MatMul" && len(n.inputs) == 3 {
		return n.takes(2)
	}
	rows, err := b.weights(n)
	if err != nil {
		return err
	}
	b.chain.Scores = &estimator.Linear{Coef: rows, Intercept: make([]float64, len(rows))}
	b.width = len(rows)
	if len(n.inputs) == 3 {
		added, _, err := b.graph.floatConstant(n.inputs[2])
		if err != nil {
			return err
		}
		if err := b.vector(estimator.Add, added); err != nil {
			return err
		}
	}
	return n.only("transB")
}

// weights reads the matrix of a product as one row for each column that comes out.
func (b *builder) weights(n *node) ([][]float64, error) {
	values, t, err := b.graph.floatConstant(n.inputs[1])
	if err != nil {
		return nil, err
	}
	if t == nil || len(t.dims) != 2 || (t.elem == typeDouble) != b.double {
		return nil, errors.New("the second operand must be a constant matrix of the row's type")
	}
	if !b.double {
		return nil, errors.New("of floats is not supported: ONNX Runtime's order of sums depends on the processor")
	}
	transposed := int64(0)
	if n.op == "Gemm" {
		if transposed, err = n.number("transB", 0); err != nil {
			return nil, err
		}
	}
	inner, outer := int(t.dims[0]), int(t.dims[1])
	if transposed != 0 {
		inner, outer = outer, inner
	}
	if inner != b.width || outer < 1 {
		return nil, fmt.Errorf("a matrix of %v for %d columns", t.dims, b.width)
	}
	rows := make([][]float64, outer)
	for o := range rows {
		rows[o] = make([]float64, inner)
		for i := range inner {
			if transposed != 0 {
				rows[o][i] = values[o*inner+i]
			} else {
				rows[o][i] = values[i*outer+o]
			}
		}
	}
	return rows, nil
}
