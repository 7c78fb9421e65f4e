package estimator

// Spec is an estimator in plain numbers, as importers make it and a file keeps it.
// [New] checks it and makes it ready to predict.
type Spec struct {
	// Classes are bools, strings or int64s, in the order of the probabilities. Of a
	// multilabel estimator they are its labels.
	Classes    []any
	Multilabel bool
	Features   int // that a prediction takes
	Scaler     Scaler
	// Parts has one estimator; of a multilabel one for each label, each of two
	// classes, of which the second means that the label applies.
	Parts []Part

	// Importance of each feature, adding up to 1; nil if unknown. ImportanceOf says
	// what it is a share of: "impurity decrease", "absolute coefficients", "splits".
	Importance   []float64
	ImportanceOf string
}

// Scaler is the robust scaler: (x-Center)/Scale, each for all features or nil.
type Scaler struct{ Center, Scale []float64 }

// Part is an [Ensemble], [Linear], [GaussianNB], [BernoulliNB], [SVC] or [Chain].
type Part interface {
	build(features, classes int) (predictor, error)
	kind() (name, counted string, count int)
	encode(w *writer, prefix string) any
}

// Ensemble is many decision trees whose leaves add up: gradient boosting, random
// forests, and what ONNX calls tree ensembles.
type Ensemble struct {
	Trees []Tree
	// Width is how many numbers a leaf has. 1: tree i adds to output Target[i] (nil:
	// i modulo Outputs). Outputs: to all of them.
	Width, Outputs int
	Target         []int32
	Base           []float64 // of each output, where its sum starts
	Rate           float64   // by which every leaf is multiplied
	Mean           bool      // the sums are divided by the number of trees
	Single         bool      // sums in float32; in a [Chain] only
	Link           Link
	Decision       Decision
}

// Tree is columns over its nodes; node 0 is the root, the others follow in any order.
// A node goes left when float64(float32(x)) <= Threshold. A leaf's Feature is -1. What
// a node has no use for is 0: a leaf's Threshold, Left and Right, a split's Value.
type Tree struct {
	Feature     []int32
	Threshold   []float64
	Left, Right []uint32
	Value       []float64 // nodes x Width
	Cover       []float64 // training samples, weighted, that came by; nil if unknown
}

// Linear is logistic regression: scores are Coef·x + Intercept, with one row (two
// classes) or one for each class.
type Linear struct {
	Coef      [][]float64
	Intercept []float64
	Single    bool // sums in float32; in a [Chain] only
	Link      Link
	Decision  Decision
}

// GaussianNB is naive Bayes with a normal distribution for each class and feature.
type GaussianNB struct {
	Theta, Var [][]float64 // classes x features
	Prior      []float64
}

// BernoulliNB is naive Bayes over features above or not above Binarize.
type BernoulliNB struct {
	LogProb  [][]float64 // classes x features
	LogPrior []float64
	Binarize *float64 // nil: features are 0 or 1 already
}

// SVC is a support vector machine of libsvm with its probability calibration
// (Platt's sigmoid for each pair of classes, then pairwise coupling). Signs are those
// of libsvm, in scikit-learn the attributes _dual_coef_ and _intercept_: a pair's
// decision is the sum plus Intercept and speaks for its first class where it is > 0.
type SVC struct {
	Kernel       string // "linear", "rbf", "poly", "sigmoid"
	Gamma, Coef0 float64
	Degree       int
	Support      [][]float64 // vectors
	PerClass     []int       // how many of each class
	Dual         [][]float64 // (classes-1) x vectors
	Intercept    []float64   // of each pair of classes
	ProbA, ProbB []float64   // the same
}

// Link turns raw scores into probabilities.
type Link string

// The links.
const (
	Logistic      Link = "logistic"       // 1/(1+exp(-s)) of one output
	Logistic2     Link = "logistic2"      // the same of 2s: exponential loss
	Softmax       Link = "softmax"        // over all outputs
	BinarySoftmax Link = "binary_softmax" // over -s and s of one output
	OneVsRest     Link = "one_vs_rest"    // logistic of each, divided by their sum
	Identity      Link = "identity"       // they are probabilities
)

// Decision says which class is predicted.
type Decision string

// The decisions.
const (
	Argmax   Decision = "argmax"    // the first of the largest probability
	RawMax   Decision = "raw_max"   // the first of the largest raw score
	RawAbove Decision = "raw_above" // of one output: the second class where it is > 0
	RawFrom  Decision = "raw_from"  // of one output: the second class where it is >= 0
)
