// Package tree walks decision trees: for a vector it finds the leaf that it reaches in
// each tree of a forest. What leaves are worth, and how they add up, is the business of
// package estimator.
//
// The test is that of scikit-learn (_tree.pyx, _apply_dense): features are rounded to
// float32, and a node goes left when float64(x32) <= threshold, a float64.
//
// Guarantees: what [New] accepts is walked without leaving its arrays and in bounded
// time; a walk does not allocate; a [Forest] may be used by many goroutines.
//
// Limits: [MaxFeatures], [MaxNodes], [MaxDepth]. Missing values are not known: a caller
// refuses NaN beforehand.
package tree
