package explain

import "errors"

// What cannot be explained; all are found by [New], and wrapped with what the model is.
var (
	// ErrKind is of models whose scores are no sum over features or trees: support
	// vectors, digits of the revision id.
	ErrKind = errors.New("this kind of model is not explained")
	// ErrNoCover is of trees that do not know how many training samples came by their
	// nodes: bundles made before that was kept, and ONNX files, which do not say.
	ErrNoCover = errors.New("its trees lack the counts of training samples: import the original model file again (ONNX files have none)")
	// ErrMixed is of chains with a step that makes one number of several features, or
	// whose steps after the scores leave no class with a score of its own.
	ErrMixed = errors.New("steps of its chain mix features or classes, contributions of single ones are not defined")
)
