// Package revscoring reads the .model files of revscoring, the Python library of
// Wikimedia's ORES, without Python.
//
// A .model file is one pickled object, bare or within bzip2. [Read] takes it apart: the
// features become expressions (package translate), the estimator plain numbers (package
// sklearn), the statistics a tree that can be asked (package info). Nothing in the file is
// run, see package pickle.
//
// # Guarantees
//
//   - Every name that occurs anywhere in the file is in a closed table, or in a package
//     of features, whose names package translate knows one by one; a file with any
//     other is refused by that name, also where the name would not be used.
//   - A part that is read is read whole: a feature, class, loss or label that is not
//     known fails the file. What scores do not depend on, such as states of random
//     generators, is skipped.
//   - Memory is bounded: a file takes [pickle.DefaultLimits], before and after
//     decompression.
//
// # Which files
//
// All of revscoring 2: its classes of models did not move between 2.0 and 2.11. 2.0 has no
// multilabel models, and no such attribute; those of 2.1 have one estimator for all labels
// together, as none has since, and are refused. Models of revscoring 1
// (revscoring.scorer_models, revscoring.scorers) keep test statistics of another kind
// and features that 2 computes otherwise; they are refused, as revscoring 2 cannot read
// them either. MultinomialNB is refused: no estimator of ours computes it.
package revscoring
