// Package sklearn reads trained scikit-learn estimators out of a pickle: their numbers
// become an [estimator.Spec], which predicts the same without Python.
//
// # What is read
//
// GradientBoostingClassifier, RandomForestClassifier, LogisticRegression, GaussianNB,
// BernoulliNB and SVC, as scikit-learn 0.19 to 1.7 wrote them, alone or one for each
// label, and RobustScaler. These are the classes that revscoring's models use.
//
// # Guarantees
//
//   - What is not known is refused by name: another class, release, loss, kernel or
//     initial estimator. Nothing is approximated.
//   - Every array's shape is checked against the number of features and classes.
//     [estimator.New] checks what the numbers mean.
//   - The memory needed is in proportion to the pickle: a large array that appears twice
//     is refused, for scikit-learn shares none.
//
// # Releases
//
// Each object says which release wrote it (_sklearn_version). The same numbers mean
// different things in different releases, and a file means what its own did:
//
//   - Gradient boosting up to 0.20 starts at what an estimator of its own kept, which for
//     several classes are probabilities, not their logarithms; later at the class
//     frequencies that a DummyClassifier kept, through the loss's link. Up to 1.3 it
//     predicts by the larger probability, so that 0.5 is the first class, and from 1.4
//     by the raw score, where 0 is the second.
//   - Leaves of a forest hold weighted counts up to 1.3, shares from 1.4 on.
//   - A LogisticRegression with multi_class="multinomial" of two classes is a logistic
//     function in 0.19 and a softmax over [-s, s], which is that of 2s, from 0.20 on.
//     "auto" is one-vs-rest for solver liblinear, and up to 1.5 for newton-cholesky.
//   - The variances of GaussianNB are called sigma_ up to 0.24; what SVC keeps lost or
//     gained underscores.
//
// # What the original cannot score
//
// An estimator of a multilabel model that saw one class only, because every or no example
// had its label, is refused: revscoring takes the second probability, which is not there,
// and raises IndexError for every revision. So is an SVC without probability=True.
package sklearn
