// Package onnx reads classifiers from ONNX files as an estimator.Spec: gradient
// boosting, forests and trees of scikit-learn, XGBoost and LightGBM, and logistic
// regression, with the scalers before them, as skl2onnx and onnxmltools write them.
//
// [Read] walks back from the output of probabilities to the inputs, and every node
// it meets becomes a step of an estimator.Chain that does in the same number type
// and order what ONNX Runtime does with one row on one thread. There is no
// approximation: an operator, attribute, type or graph that has no exact
// counterpart is refused, by its name and that of the node. Nodes that no output
// of ours needs are not looked at.
//
// What is reproduced is ONNX Runtime (1.15 and 1.31 were compared) on an x86-64
// processor with AVX2 and FMA, including what the format leaves open: two classes with
// one score, weights that are all positive (core/providers/cpu/ml of its sources). Sums
// of trees, scores of linear models, scalers, sigmoids and softmaxes are equal bit for
// bit, with two exceptions: a softmax over the classes of a linear model is vectorised
// there for five classes and more and for graphs with a Softmax of their own, and so
// are sums of float64s. Such probabilities are equal within 1e-6 of their value; 3e-7
// was the most in 189,000 (TestONNXFolder).
//
// Why no binding of ONNX Runtime: it is a C++ library of 29 MB that would have to stand
// beside a binary that needs no other, and for one row at a time it is slower: 31 µs
// for 700 trees where we take 9 (tools/onnx/bench.py: ONNX Runtime 1.31.1, go1.26, one
// core of an Intel Xeon, 2026-11-21). Why protowire and no package generated from
// onnx.proto: nine messages with few fields are needed, of which most bytes are arrays
// of numbers; read in place they cost their own size once, and a tree's node no string.
//
// Files are hostile until read: lengths are checked against the data, nothing is
// allocated that the file has no bytes for, graphs may be cyclic, external data is
// refused. Sizes are bounded by the constants in wire.go.
package onnx
