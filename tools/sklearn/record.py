#!/usr/bin/env python3
"""Record what scikit-learn predicts, for internal/revscoring/sklearn/testdata.

    VENV/bin/python tools/sklearn/record.py [--all] [--protocol N] FILE.pickle.gz

trains small estimators of every kind, option and type of label on invented data and
writes a gzipped pickle: a list of dicts with
    name, features          what it is, and how many values it takes
    estimator               or, of a multilabel case, estimators: [(label, estimator)]
    scaler                  a RobustScaler or None
    vectors                 lists of values
    predictions             of each vector: a class, or a list of labels
    probabilities           of each vector: of each class, or of each label
    importance              feature_importances_, or None

Vectors are scored one by one, as revscoring does (revscoring/scoring/models/sklearn.py).
It runs under any scikit-learn from 0.19 on (Python 3.6): record.sh has the releases. An
option that a release has not is left out and named on standard error. --all records
every case; else those whose name is in SMALL.
"""
import argparse
import gzip
import pickle
import sys
import warnings

import numpy as np
import sklearn
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB, GaussianNB
from sklearn.preprocessing import RobustScaler
from sklearn.svm import SVC

warnings.simplefilter("ignore")

RELEASE = tuple(int(n) for n in sklearn.__version__.split(".")[:2])
FEATURES = 5
BOOL, TEXT, WIDE, NUMBER = [False, True], ["B", "FA", "Stub"], ["ä", "vandalism 𝄞"], [-3, 7]
NINE = ["c%d" % i for i in range(9)]

SMALL = {
    "gb", "gb exponential", "gb multinomial", "gb zero", "gb multinomial zero", "gb tie",
    "gb tie exponential", "gb tie multinomial", "gb dummy uniform", "gb dummy most_frequent",
    "gb dummy constant", "gb multilabel", "rf", "rf nine weighted", "lr", "lr centre",
    "lr multinomial", "lr ovr", "lr binary multinomial", "lr auto liblinear", "lr no intercept",
    "lr auto newton-cholesky", "lr default", "gnb", "bnb", "bnb none", "svc rbf", "svc linear three",
}


def data(classes, rows=90):
    """Values of different magnitudes, some of them bools, and labels that follow them, the
    first the most frequent."""
    rng = np.random.RandomState(len(classes))
    x = rng.normal(size=(rows, FEATURES)) * [1, 10, 0.1, 3, 1]
    x[:, 3] = np.round(np.abs(x[:, 3]))
    x[:, 4] = x[:, 4] > 0
    raw = x[:, 0] + x[:, 1] / 10 + x[:, 3] / 2 * x[:, 4] + rng.normal(size=rows) / 2
    order = (np.argsort(np.argsort(raw)) / float(rows)) ** 1.4 * len(classes)
    return x.tolist(), [classes[int(i)] for i in order]


def vectors(x):
    rng = np.random.RandomState(7)
    far = (rng.normal(size=(4, FEATURES)) * 20).tolist()
    return x[:6] + far + [[0.0] * FEATURES, [1.0] * FEATURES]


def plain(v):
    return v.item() if isinstance(v, np.generic) else v


def single(name, estimator, classes=BOOL, scaler=None, weights=False, labels=None, then=None, binary=False):
    """A case of one estimator; then changes it after training; binary makes all values 0 or 1."""
    x, y = data(classes)
    given = vectors(x)
    if binary:
        x, given = [[[float(v > 0) for v in row] for row in rows] for rows in (x, given)]
    if scaler is not None:
        x = scaler.fit_transform(x)
    kwargs = {"sample_weight": (np.arange(len(y)) % 7 + 0.3) / 3} if weights else {}
    estimator.fit(x, labels(y) if labels else y, **kwargs)
    if then:
        then(estimator)
    rows = [scaler.transform([v])[0] if scaler is not None else v for v in given]
    importance = getattr(estimator, "feature_importances_", None)
    return {
        "name": name, "features": FEATURES, "estimator": estimator, "scaler": scaler,
        "vectors": given,
        "predictions": [plain(estimator.predict([v])[0]) for v in rows],
        "probabilities": [estimator.predict_proba([v])[0].tolist() for v in rows],
        "importance": None if importance is None else importance.tolist(),
    }


def multilabel(name, make):
    """A case of an estimator for each label, of 0 and 1, as revscoring's Binarizer has it."""
    x, y = data(TEXT)
    given = vectors(x)
    estimators = []
    for i, label in enumerate(TEXT):
        y01 = np.array([[int(label == other), int(other != "B")][i % 2] for other in y])
        estimators.append((label, make().fit(x, y01)))
    return {
        "name": name, "features": FEATURES, "estimators": estimators, "scaler": None,
        "vectors": given,
        "predictions": [[l for l, e in estimators if e.predict([v])[0]] for v in given],
        "probabilities": [[float(e.predict_proba([v])[0][1]) for _, e in estimators] for v in given],
        "importance": None,
    }


def boosting(**kwargs):
    return GradientBoostingClassifier(**dict(dict(n_estimators=3, max_depth=2, random_state=0), **kwargs))


def forest(**kwargs):
    return RandomForestClassifier(**dict(dict(n_estimators=4, max_depth=3, random_state=0), **kwargs))


def logistic(**kwargs):
    return LogisticRegression(**dict(dict(random_state=0), **kwargs))


def svc(**kwargs):
    return SVC(**dict(dict(probability=True, random_state=0, gamma="auto"), **kwargs))


def robust(**kwargs):
    return RobustScaler(**kwargs)


def tie(estimator):
    """Leaves the raw scores at zero, where releases choose different classes."""
    for tree in estimator.estimators_.ravel():
        tree.tree_.value[:] = 0


def sparse(y):
    return np.array(y, dtype=object)


CASES = [
    ("gb", lambda n: single(n, boosting(), scaler=robust())),
    ("gb text", lambda n: single(n, boosting(), WIDE)),
    ("gb number", lambda n: single(n, boosting(), NUMBER)),
    ("gb object", lambda n: single(n, boosting(), WIDE, labels=sparse)),
    ("gb weights", lambda n: single(n, boosting(subsample=0.7, max_features="sqrt"), weights=True)),
    ("gb leaves", lambda n: single(n, boosting(max_leaf_nodes=5, max_depth=None))),
    ("gb pruned", lambda n: single(n, boosting(ccp_alpha=0.02, max_depth=4))),
    ("gb early", lambda n: single(n, boosting(n_estimators=50, n_iter_no_change=2))),
    ("gb warm", lambda n: single(n, boosting(warm_start=True))),
    ("gb stumps", lambda n: single(n, boosting(min_samples_split=1000))),
    ("gb zero", lambda n: single(n, boosting(init="zero"))),
    ("gb tie", lambda n: single(n, boosting(init="zero"), then=tie)),
    ("gb exponential", lambda n: single(n, boosting(loss="exponential"), scaler=robust(with_centering=False))),
    ("gb exponential zero", lambda n: single(n, boosting(loss="exponential", init="zero"))),
    ("gb tie exponential", lambda n: single(n, boosting(loss="exponential", init="zero"), then=tie)),
    ("gb multinomial", lambda n: single(n, boosting(n_estimators=2), TEXT, scaler=robust())),
    ("gb multinomial weights", lambda n: single(n, boosting(), TEXT, weights=True)),
    ("gb multinomial zero", lambda n: single(n, boosting(init="zero", n_estimators=2), [1, 2, 3])),
    ("gb tie multinomial", lambda n: single(n, boosting(init="zero", n_estimators=1), [1, 2, 3], then=tie)),
    ("gb nine", lambda n: single(n, boosting(), NINE)),
    ("gb multilabel", lambda n: multilabel(n, lambda: boosting(n_estimators=2))),
    ("gb multilabel exponential", lambda n: multilabel(n, lambda: boosting(loss="exponential"))),
    ("rf", lambda n: single(n, forest())),
    ("rf scaled", lambda n: single(n, forest(), TEXT, scaler=robust(with_scaling=False))),
    ("rf balanced", lambda n: single(n, forest(class_weight="balanced"), NUMBER)),
    ("rf subsample", lambda n: single(n, forest(class_weight="balanced_subsample"), TEXT)),
    ("rf class weight", lambda n: single(n, forest(class_weight={True: 10, False: 0.3}))),
    ("rf weighted", lambda n: single(n, forest(), weights=True)),
    ("rf nine weighted", lambda n: single(n, forest(), NINE, weights=True)),
    ("rf whole", lambda n: single(n, forest(bootstrap=False, criterion="entropy", max_depth=None), TEXT)),
    ("rf many", lambda n: single(n, forest(n_estimators=40, max_depth=None), TEXT)),
    ("rf leaves", lambda n: single(n, forest(max_leaf_nodes=4, n_jobs=2))),
    ("rf pruned", lambda n: single(n, forest(ccp_alpha=0.02, max_samples=0.5))),
    ("rf stumps", lambda n: single(n, forest(min_samples_split=1000))),
    ("rf multilabel", lambda n: multilabel(n, forest)),
    ("rf multilabel weights", lambda n: multilabel(n, lambda: forest(class_weight={0: 1, 1: 5}))),
    ("lr", lambda n: single(n, logistic(solver="liblinear"), scaler=robust())),
    ("lr centre", lambda n: single(n, logistic(solver="lbfgs"), scaler=robust(with_scaling=False))),
    ("lr quantiles", lambda n: single(n, logistic(solver="lbfgs"), WIDE, scaler=robust(quantile_range=(10, 80)))),
    ("lr unit variance", lambda n: single(n, logistic(solver="lbfgs"), scaler=robust(unit_variance=True))),
    ("lr default", lambda n: single(n, logistic(), TEXT)),
    ("lr default two", lambda n: single(n, logistic(), NUMBER)),
    ("lr no intercept", lambda n: single(n, logistic(fit_intercept=False, solver="liblinear"))),
    ("lr l1", lambda n: single(n, logistic(penalty="l1", solver="liblinear"), TEXT)),
    ("lr ovr", lambda n: single(n, logistic(multi_class="ovr", solver="lbfgs"), TEXT, scaler=robust())),
    ("lr ovr nine", lambda n: single(n, logistic(multi_class="ovr", solver="liblinear"), NINE)),
    ("lr multinomial", lambda n: single(n, logistic(multi_class="multinomial", solver="lbfgs"), TEXT)),
    ("lr multinomial no intercept", lambda n: single(
        n, logistic(multi_class="multinomial", solver="newton-cg", fit_intercept=False), [1, 2, 3])),
    ("lr binary multinomial", lambda n: single(n, logistic(multi_class="multinomial", solver="lbfgs"))),
    ("lr binary multinomial no intercept", lambda n: single(
        n, logistic(multi_class="multinomial", solver="lbfgs", fit_intercept=False))),
    ("lr auto liblinear", lambda n: single(n, logistic(multi_class="auto", solver="liblinear"), TEXT)),
    ("lr auto lbfgs", lambda n: single(n, logistic(multi_class="auto", solver="lbfgs"), TEXT)),
    ("lr auto two", lambda n: single(n, logistic(multi_class="auto", solver="lbfgs"))),
    ("lr auto newton-cholesky", lambda n: single(n, logistic(multi_class="auto", solver="newton-cholesky"), TEXT)),
    ("lr newton-cholesky", lambda n: single(n, logistic(solver="newton-cholesky"), TEXT)),
    ("lr saga", lambda n: single(n, logistic(solver="saga", class_weight="balanced"), TEXT)),
    ("lr multilabel", lambda n: multilabel(n, lambda: logistic(solver="liblinear"))),
    ("gnb", lambda n: single(n, GaussianNB(), TEXT)),
    ("gnb priors", lambda n: single(n, GaussianNB(priors=[0.9, 0.1]), scaler=robust())),
    ("gnb weights", lambda n: single(n, GaussianNB(), weights=True)),
    ("gnb multilabel", lambda n: multilabel(n, GaussianNB)),
    ("bnb", lambda n: single(n, BernoulliNB())),
    ("bnb above", lambda n: single(n, BernoulliNB(binarize=0.5, alpha=0.1), TEXT, scaler=robust())),
    ("bnb integer", lambda n: single(n, BernoulliNB(binarize=1, fit_prior=False), NINE)),
    ("bnb none", lambda n: single(n, BernoulliNB(binarize=None), binary=True)),
    ("bnb weights", lambda n: single(n, BernoulliNB(class_prior=[0.2, 0.8]), weights=True)),
    ("bnb multilabel", lambda n: multilabel(n, BernoulliNB)),
    ("svc rbf", lambda n: single(n, svc(), scaler=robust())),
    ("svc scale", lambda n: single(n, svc(gamma="scale"), NUMBER)),
    ("svc rbf four", lambda n: single(n, svc(gamma=0.3, C=2), [1, 2, 3, 4], scaler=robust())),
    ("svc linear", lambda n: single(n, svc(kernel="linear"), WIDE, scaler=robust())),
    ("svc linear three", lambda n: single(n, svc(kernel="linear"), TEXT, scaler=robust())),
    ("svc poly", lambda n: single(n, svc(kernel="poly", coef0=1.5, degree=2), scaler=robust())),
    ("svc poly three", lambda n: single(n, svc(kernel="poly"), TEXT, scaler=robust())),
    ("svc sigmoid", lambda n: single(n, svc(kernel="sigmoid", coef0=0.5), scaler=robust())),
    ("svc weights", lambda n: single(n, svc(class_weight="balanced"), TEXT, scaler=robust(), weights=True)),
    ("svc ovo", lambda n: single(n, svc(decision_function_shape="ovo"), TEXT, scaler=robust())),
    ("svc nine", lambda n: single(n, svc(), NINE, scaler=robust())),
    ("svc multilabel", lambda n: multilabel(n, svc)),
]
if RELEASE >= (0, 21):
    for strategy in ("prior", "uniform", "most_frequent", "constant"):
        for kind, options, classes in (("", {}, BOOL), (" exponential", {"loss": "exponential"}, BOOL),
                                       (" multinomial", {}, TEXT)):
            CASES.append(("gb dummy " + strategy + kind, lambda n, s=strategy, o=options, c=classes: single(
                n, boosting(init=DummyClassifier(strategy=s, constant=1 if s == "constant" else None), **o), c)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--protocol", type=int, default=pickle.HIGHEST_PROTOCOL)
    parser.add_argument("file")
    args = parser.parse_args()
    done = []
    for name, make in CASES:
        if not args.all and name not in SMALL:
            continue
        try:
            done.append(make(name))
        except (TypeError, ValueError) as err:
            print("%s: %s: %s" % (sklearn.__version__, name, str(err)[:100]), file=sys.stderr)
    with open(args.file, "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        z.write(pickle.dumps(done, protocol=args.protocol))
    print("%s: %d cases" % (sklearn.__version__, len(done)), file=sys.stderr)


if __name__ == "__main__":
    main()
