// Package estimator predicts with a classifier somebody else trained, and gives the
// numbers its library gives. A [Spec] is the classifier in plain numbers: importers
// make it, a file keeps it ([Decode], [Spec.Encode]; docs/formats/estimator.md), and
// [New] checks it and makes an [Estimator].
//
// # Arithmetic
//
// It is the reference's step by step, since a score that differs from the original's
// cannot be compared with years of recorded ones. Files are those of scikit-learn
// 1.1.3, sklearn/, where nothing else is said; all is float64 but the first step of
// trees. Every product is rounded before it is added, on every processor.
//
// Values. false and true are 0 and 1. The robust scaler is (x-center)/scale
// (preprocessing/_data.py, RobustScaler.transform), either of which may be missing.
//
// [Ensemble]. Scaled values are rounded to float32; a node goes left when
// float64(x32) <= threshold (tree/_tree.pyx, _apply_dense). Gradient boosting starts
// each sum at the initial score and adds rate*leaf in the order of the trees
// (ensemble/_gradient_boosting.pyx). Then p1 = expit(s), of exponential loss expit(2s),
// p0 = 1-p1; of several classes exp(s-logsumexp(s)) (ensemble/_gb_losses.py). A forest
// adds the leaves' shares in the order of the trees and divides by their number
// (ensemble/_forest.py, predict_proba). The class is the first of the largest
// probability.
//
// [Linear]. s = coef·x + intercept (linear_model/_base.py, decision_function). Of one
// row p1 = expit(s), multinomial softmax(-s, s); of several rows softmax(s), or one
// against the rest expit(s) divided by their sum (linear_model/_logistic.py,
// predict_proba). The class is that of the largest s, of one row the second where s > 0.
//
// [GaussianNB]. log(prior) + (-0.5*sum(log(2π*var)) - 0.5*sum((x-theta)²/var)), sums in
// numpy's pairwise order; then exp(j-logsumexp(j)) (naive_bayes.py). [BernoulliNB]: x is
// 1 where x > binarize; x·(log p - log(1-p)) + log prior + sum(log(1-p)), then the same.
// The class is that of the largest joint likelihood.
//
// [SVC]. For each pair of classes the sum of dual*kernel over the vectors of the first
// and then of the second, plus the intercept; the class with the most such decisions
// is predicted, the first of equals. Probabilities come from the same decisions another
// way, and may favour another class: Platt's sigmoid for each pair, kept off 0 and 1 by
// 1e-7, and the pairwise coupling of Wu, Lin and Weng, iterated until the error is below
// 0.005/classes (svm/src/libsvm/svm.cpp).
//
// [Chain] is what ONNX Runtime does, in its number types: see there.
//
// Over the recorded scores of 20 models of all kinds the largest difference is 2e-14
// (support vectors, Gaussian naive Bayes) and 6e-16 for trees, none for forests: the last
// bits of exp, log and of BLAS's order of sums. All predictions are the same.
//
// # Guarantees
//
// What New accepts yields probabilities in [0, 1] or an error, in bounded time: a
// [*ValueError] for a value that is missing, not finite, or too large for the number
// type once scaled, and another error where the original divides nothing by nothing
// and answers NaN. A prediction does not allocate. An Estimator may be used by many
// goroutines. Decode takes any bytes, in memory bounded by a small multiple of them.
//
// # Limits
//
// [MaxFeatures], [MaxClasses], and those of package tree. Missing values have no branch
// of their own, as scikit-learn's trees have since 1.3. Dense kernels only.
package estimator
