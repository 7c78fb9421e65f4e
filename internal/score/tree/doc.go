// Package tree evaluates gradient boosting over decision trees and gives the
// numbers scikit-learn 1.1.3 gives.
//
// The arithmetic is the reference's, step by step, because a score that differs
// from the original's cannot be compared with years of recorded ones:
//
//   - the robust scaler is (x-center)/scale in float64 (_data.py, RobustScaler);
//   - the scaled value is rounded to float32, as the trees' DTYPE is, and a node
//     goes left when float64(x32) <= threshold (_tree.pyx, _apply_dense);
//   - the sum starts at the log-odds of the clipped prior and adds
//     learning_rate*leaf in the order of the trees (_gradient_boosting.pyx);
//   - p1 = 1/(1+exp(-sum)) and p0 = 1-p1 (_gb_losses.py, BinomialDeviance).
//
// Over the recorded scores of the original the largest difference is 1e-15 or
// less; it stems from the last bit of exp.
//
// Guarantees: what [ReadBoost] accepts can be evaluated without leaving its
// arrays, in bounded time, and yields probabilities in [0, 1]; a value that is
// not a finite float32 once scaled is a [*ValueError], never a number. A
// prediction does not allocate, and a [Boost] may be used by many goroutines.
//
// Limits: two classes and the binomial deviance. Other losses, several classes
// and random forests are refused when read, not approximated.
package tree
