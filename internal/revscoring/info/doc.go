// Package info reads the information that a revscoring model keeps about itself
// (model.info in Python) out of its pickle, as the tree of package statistics.
//
// The classes of the tree are known by name and read by their attributes; nothing
// is run. They have kept their names and attributes from revscoring 2.0 to 2.11,
// but for three things that are read either way: statistics of a row were kept in
// __dict__ before October 2017 and in __slots__ since, thresholds were no entry of
// the statistics before August 2017, and models without multilabel, rounding of
// thresholds or default fields lack these attributes.
//
// # Guarantees
//
// Numbers come out as they went in. The sums that the original stores beside the
// four counts of a row (n, trues, positives, …) must be those that we compute of
// the counts, to the last digit, or the model is refused: a statistic would differ.
//
// # Limits
//
// A class of the tree that is not known is refused by name. Below the parameters,
// where anything may stand, an object that is no number is kept as its class name
// alone: a random state, say. What is read is bounded, in number and in depth, so
// that shared sub-graphs cannot multiply.
package info
