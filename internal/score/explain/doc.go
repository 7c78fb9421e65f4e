// Package explain says how much each feature's value moved a score. For one class it
// gives a base, what the model says of a revision it knows nothing about, and a
// contribution for each feature, which add up to the margin: the model's raw score of
// that class.
//
// # What is explained
//
// Trees, boosted or averaged: Shapley values, each feature being a player and the worth
// of a set of features the mean of the trees where only those are known. A split on a
// feature that is not known is followed both ways, in the shares of the training samples
// that went there ("path-dependent" TreeSHAP: Lundberg et al., Consistent Individualized
// Feature Attribution for Tree Ensembles, 2018, algorithm 2; PyPI shap's TreeExplainer
// without background data). The margin is the sum of the leaves, log-odds where a link
// follows, and the probability itself of forests.
//
// Linear models: weight * (value - reference), scaled. The reference is what the model's
// scaler makes 0 of, its center, for that is the training data's own middle; without a
// center it is 0. The base is the intercept.
//
// Naive Bayes: the logarithm of how much likelier the value is in the class than in the
// others, which are averaged, a geometric mean; the base is the same of the priors.
//
// Of two classes that share one score the first has the opposite sign of the second (and
// of a forest 1 minus its base). Of a multilabel estimator the class is a label.
//
// Scalers and the steps before the scores of a [estimator.Chain] take each feature by
// itself, so that a contribution to what they make of it is the feature's own. Steps that
// mix features are [ErrMixed].
//
// # Guarantees
//
// Base and contributions add up to the margin within 1e-9, and the margin's link gives
// the estimator's probability (in a chain of float32s within its rounding). What cannot
// be explained is an error when the explainer is made: [ErrKind], [ErrNoCover],
// [ErrMixed]. An [Explainer] may be used by many goroutines, and allocates nothing but
// what it returns. Time is nodes x depth, see trees.go: 1.7 ms for 700 trees of depth 5
// over 80 features, 22 ms for 50 of depth 14 (Intel Xeon, go1.26, one core).
//
// # Limits
//
// Contributions say what the model did, not what is true of the edit: of two features
// that say the same, either may have the credit. Interactions are shared out and not
// shown.
package explain
