#!/usr/bin/env python3
"""Writes models of revscoring as various as its options allow, with scores of theirs, for
tools/modelparity: what the importer has never seen.

    VENV/bin/python tools/revscoring/held.py [--lists N] [--only TEXT] [--seed TEXT] FOLDER

writes for each case into FOLDER
    RELEASE.NAME.model or .model.bz2   as Model.dump does, under any of the pickle protocols
    RELEASE.NAME.scores.jsonl.gz       lines of {"features", "label", "score"}, scored one by one
    RELEASE.NAME.info.json             the model's information

RELEASE is that of scikit-learn. A case fixes the estimator's options; labels, scaling,
weights, rates, version, statistics and protocol are drawn from the names of case and release (and
--seed), so that each release tries others, and the same ones again. Besides, N lists of
features of editquality, articlequality and draftquality, drawn likewise, get a model each.

It runs under any revscoring 2 with scikit-learn 0.19 to 1.5 (Python 3.6 on). What a release
cannot do is left out and named on standard error. Observations and labels are invented.
"""
import argparse
import bz2
import gzip
import importlib
import io
import json
import logging
import os
import pickle
import pkgutil
import random
import sys
import warnings
from collections import OrderedDict

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import numpy
import sklearn

for old, new in (("NaN", "nan"), ("PINF", "inf"), ("NINF", "inf")):  # gone from numpy 2; revscoring asks them
    if not hasattr(numpy, old):
        setattr(numpy, old, getattr(numpy, new) * (-1 if old == "NINF" else 1))

from revscoring.features import Feature, revision_oriented, temporal, wikitext
from revscoring.features.modifiers import log
from revscoring.scoring import models
from revscoring.scoring.statistics import Classification
from sklearn.dummy import DummyClassifier

FEATURES = [
    log(wikitext.revision.chars + 1),
    wikitext.revision.diff.markups_added,
    wikitext.revision.uppercase_words / (wikitext.revision.chars + 1),
    revision_oriented.revision.user.is_anon,
    temporal.revision.user.seconds_since_registration,
]
ROWS, SCORED = 240, 30

TWO = [[True, False], [False, True], [0, 1], [7, -3], ["spam", "OK"], ["ä", "vandalism 𝄞"], ["true", "false"], ["2", "10"]]
MORE = [["Stub", "Start", "C", "B", "GA", "FA"], ["E", "D", "C"], [3, 1, 2, 0], ["a b", "quo\"te\\'s", "<é&>"],
        ["Кириллица", "中文", "עברית", "emoji 😀"]]
SEVERAL = [["Culture", "STEM", "History"], ["Geography.Regions.Europe*", "Ω"], ["one", "two"]]

GB, RF = {"n_estimators": 4, "max_depth": 3, "random_state": 0}, {"n_estimators": 5, "random_state": 0}
LR, SVM = {"random_state": 0}, {"random_state": 0, "max_iter": 5000}

# name: (class, common options, options, which labels); "*" are those of TWO or MORE or, now
# and then, SEVERAL; "2" of TWO; "3" of MORE; "m" of SEVERAL.
CASES = {
    "gb": ("GradientBoosting", GB, {}, "*"),
    "gb_two": ("GradientBoosting", GB, {"learning_rate": 0.01, "max_features": "log2"}, "2"),
    "gb_three": ("GradientBoosting", GB, {"learning_rate": 1}, "3"),
    "gb_many": ("GradientBoosting", GB, {"max_features": "sqrt"}, "m"),
    "gb_exponential": ("GradientBoosting", GB, {"loss": "exponential"}, "2"),
    "gb_exponential_zero": ("GradientBoosting", GB, {"loss": "exponential", "init": "zero"}, "2"),
    "gb_exponential_many": ("GradientBoosting", GB, {"loss": "exponential"}, "m"),
    "gb_deviance": ("GradientBoosting", GB, {"loss": "deviance"}, "*"),
    "gb_log_loss": ("GradientBoosting", GB, {"loss": "log_loss"}, "*"),
    "gb_zero": ("GradientBoosting", GB, {"init": "zero"}, "2"),
    "gb_zero_three": ("GradientBoosting", GB, {"init": "zero"}, "3"),
    "gb_zero_many": ("GradientBoosting", GB, {"init": "zero"}, "m"),
    "gb_warm": ("GradientBoosting", GB, {"warm_start": True}, "*"),
    "gb_early": ("GradientBoosting", GB, {"n_estimators": 60, "n_iter_no_change": 2, "validation_fraction": 0.3}, "*"),
    "gb_subsample": ("GradientBoosting", GB, {"subsample": 0.5}, "*"),
    "gb_leaves": ("GradientBoosting", GB, {"max_leaf_nodes": 5, "max_depth": None}, "*"),
    "gb_squared": ("GradientBoosting", GB, {"criterion": "squared_error"}, "*"),
    "gb_mse": ("GradientBoosting", GB, {"criterion": "mse"}, "*"),
    "gb_mae": ("GradientBoosting", GB, {"criterion": "mae"}, "2"),
    "gb_stumps": ("GradientBoosting", GB, {"min_samples_leaf": 200}, "*"),
    "gb_impurity": ("GradientBoosting", GB, {"min_impurity_decrease": 0.05, "min_weight_fraction_leaf": 0.1}, "*"),
    "gb_pruned": ("GradientBoosting", GB, {"ccp_alpha": 0.02}, "*"),
    "gb_presort": ("GradientBoosting", GB, {"presort": True}, "*"),
    "gb_one_tree": ("GradientBoosting", GB, {"n_estimators": 1, "max_depth": 1}, "*"),
    "gb_dummy": ("GradientBoosting", GB, {"init": DummyClassifier(strategy="prior")}, "*"),
    "gb_numbers": ("GradientBoosting", GB, {"learning_rate": numpy.float64(0.07), "subsample": 1}, "*"),
    "gb_state": ("GradientBoosting", GB, {"random_state": numpy.random.RandomState(3)}, "*"),
    "rf": ("RandomForest", RF, {}, "*"),
    "rf_two": ("RandomForest", RF, {"criterion": "entropy", "min_samples_leaf": 5}, "2"),
    "rf_three": ("RandomForest", RF, {"max_features": "log2"}, "3"),
    "rf_many": ("RandomForest", RF, {"max_depth": 4}, "m"),
    "rf_log_loss": ("RandomForest", RF, {"criterion": "log_loss"}, "*"),
    "rf_balanced": ("RandomForest", RF, {"class_weight": "balanced"}, "*"),
    "rf_balanced_subsample": ("RandomForest", RF, {"class_weight": "balanced_subsample"}, "*"),
    "rf_samples": ("RandomForest", RF, {"max_samples": 0.3}, "*"),
    "rf_few_samples": ("RandomForest", RF, {"max_samples": 2, "n_estimators": 12}, "*"),
    "rf_oob": ("RandomForest", RF, {"oob_score": True, "n_estimators": 20}, "*"),
    "rf_whole": ("RandomForest", RF, {"bootstrap": False, "max_features": None}, "*"),
    "rf_warm": ("RandomForest", RF, {"warm_start": True, "n_jobs": 2}, "*"),
    "rf_leaves": ("RandomForest", RF, {"max_leaf_nodes": 4, "min_samples_split": 9}, "*"),
    "rf_stumps": ("RandomForest", RF, {"min_samples_leaf": 200}, "*"),
    "rf_impurity": ("RandomForest", RF, {"min_impurity_decrease": 0.05, "ccp_alpha": 0.01}, "*"),
    "rf_forty": ("RandomForest", RF, {"n_estimators": 40}, "*"),
    "lr": ("LogisticRegression", LR, {}, "*"),
    "lr_two": ("LogisticRegression", LR, {"C": 0.1, "max_iter": 500}, "2"),
    "lr_many": ("LogisticRegression", LR, {"solver": "liblinear"}, "m"),
    "lr_liblinear": ("LogisticRegression", LR, {"solver": "liblinear"}, "2"),
    "lr_liblinear_three": ("LogisticRegression", LR, {"solver": "liblinear"}, "3"),
    "lr_dual": ("LogisticRegression", LR, {"solver": "liblinear", "dual": True, "intercept_scaling": 3}, "2"),
    "lr_l1": ("LogisticRegression", LR, {"solver": "liblinear", "penalty": "l1", "C": 0.05}, "2"),
    "lr_saga_l1": ("LogisticRegression", LR, {"solver": "saga", "penalty": "l1", "max_iter": 20}, "*"),
    "lr_elastic": ("LogisticRegression", LR, {"solver": "saga", "penalty": "elasticnet", "l1_ratio": 0.5, "max_iter": 20}, "*"),
    "lr_none": ("LogisticRegression", LR, {"solver": "lbfgs", "penalty": None}, "*"),
    "lr_none_text": ("LogisticRegression", LR, {"solver": "lbfgs", "penalty": "none"}, "*"),
    "lr_ovr": ("LogisticRegression", LR, {"solver": "lbfgs", "multi_class": "ovr"}, "*"),
    "lr_ovr_three": ("LogisticRegression", LR, {"solver": "sag", "multi_class": "ovr", "max_iter": 20}, "3"),
    "lr_multinomial": ("LogisticRegression", LR, {"solver": "lbfgs", "multi_class": "multinomial"}, "3"),
    "lr_multinomial_two": ("LogisticRegression", LR, {"solver": "newton-cg", "multi_class": "multinomial"}, "2"),
    "lr_multinomial_many": ("LogisticRegression", LR, {"solver": "lbfgs", "multi_class": "multinomial"}, "m"),
    "lr_auto": ("LogisticRegression", LR, {"solver": "lbfgs", "multi_class": "auto"}, "*"),
    "lr_auto_liblinear": ("LogisticRegression", LR, {"solver": "liblinear", "multi_class": "auto"}, "2"),
    "lr_cholesky": ("LogisticRegression", LR, {"solver": "newton-cholesky"}, "*"),
    "lr_no_intercept": ("LogisticRegression", LR, {"solver": "lbfgs", "fit_intercept": False}, "*"),
    "lr_balanced": ("LogisticRegression", LR, {"solver": "lbfgs", "class_weight": "balanced"}, "2"),
    "lr_balanced_three": ("LogisticRegression", LR, {"solver": "lbfgs", "class_weight": "balanced"}, "3"),
    "lr_warm": ("LogisticRegression", LR, {"solver": "lbfgs", "warm_start": True, "n_jobs": 1}, "*"),
    "linear_svc": ("LinearSVC", SVM, {}, "2"),
    "linear_svc_balanced": ("LinearSVC", SVM, {"class_weight": "balanced"}, "3"),
    "rbf_svc": ("RBFSVC", SVM, {"gamma": "auto"}, "*"),
    "rbf_svc_scale": ("RBFSVC", SVM, {"gamma": "scale", "C": 10}, "*"),
    "rbf_svc_three": ("RBFSVC", SVM, {"gamma": 0.05}, "3"),
    "rbf_svc_many": ("RBFSVC", SVM, {"gamma": "auto"}, "m"),
    "svc_default": ("SVC", SVM, {}, "*"),
    "svc_poly": ("SVC", SVM, {"kernel": "poly", "degree": 2, "coef0": 1.5, "gamma": "auto"}, "*"),
    "svc_poly_three": ("SVC", SVM, {"kernel": "poly", "gamma": 0.1}, "3"),
    "svc_sigmoid": ("SVC", SVM, {"kernel": "sigmoid", "coef0": -0.5, "gamma": "auto", "shrinking": False}, "*"),
    "svc_ovo": ("SVC", SVM, {"decision_function_shape": "ovo", "gamma": "auto", "cache_size": 10}, "3"),
    "gnb": ("GaussianNB", {}, {}, "*"),
    "gnb_two": ("GaussianNB", {}, {"priors": [0.8, 0.2]}, "2"),
    "gnb_three": ("GaussianNB", {}, {}, "3"),
    "gnb_many": ("GaussianNB", {}, {}, "m"),
    "gnb_smooth": ("GaussianNB", {}, {"var_smoothing": 0.01}, "*"),
    "bnb": ("BernoulliNB", {}, {}, "*"),
    "bnb_half": ("BernoulliNB", {}, {"binarize": 0.5, "alpha": 0.01}, "*"),
    "bnb_five": ("BernoulliNB", {}, {"binarize": 5, "fit_prior": False}, "*"),
    "bnb_priors": ("BernoulliNB", {}, {"class_prior": [0.3, 0.7], "alpha": 3}, "2"),
    "bnb_many": ("BernoulliNB", {}, {"binarize": 0.1}, "m"),
}


class LeftOut(Exception):
    """A release cannot do it."""


def draw_labels(rng, which):
    if which == "*":
        which = rng.choice("2223333m")
    labels = rng.choice({"2": TWO, "3": MORE, "m": SEVERAL}[which])
    return (tuple(labels) if rng.random() < 0.15 else labels), which == "m"


def value(rng, feature, k):
    """Of the feature's type; its mean follows the label's number k. Some are rarely other than 0."""
    if feature.returns is bool:
        return rng.random() < 0.2 + 0.1 * k
    rare = sum(map(ord, str(feature))) % 4 == 0
    if rare and rng.random() < 0.85:
        return feature.returns(0)
    if feature.returns is int:
        return int(10 ** rng.uniform(0, 1 + k) if rare else rng.randrange(9 + 5 * k))
    return rng.choice([rng.gauss(k, 1), rng.random() / (1 + k), rng.gauss(0, 100)]) if rare else rng.gauss(k, 1.5)


def observations(rng, features, labels, multilabel):
    rows = []
    for i in range(ROWS):
        k = i % len(labels) if i < 4 * len(labels) else int(len(labels) * rng.random() ** 1.5)
        label = labels[k]
        if multilabel:
            label = [l for n, l in enumerate(labels) if rng.random() < (0.8 if n == k else 0.3)]
        rows.append(([value(rng, f, k) for f in features], label))
    rng.shuffle(rows)
    return rows


def far(rng, rows):
    """Values that training has not seen: of other rows, huge, negative, and none."""
    width = len(rows[0][0])
    yield [0] * width
    yield [-1.5] * width
    for _ in range(6):
        yield [rng.choice(rows)[0][i] for i in range(width)]
    yield [v if isinstance(v, bool) else v * 1e6 for v in rows[0][0]]


def weights(rng, labels):
    if rng.random() < 0.6:
        return None
    return mapping(rng, ((l, rng.choice([1, 2.5, 10])) for l in labels))


def rates(rng, labels, multilabel):
    if rng.random() < 0.4:
        return None
    shares = [rng.random() + 0.01 for _ in labels]
    whole = 1 if multilabel else sum(shares)
    return mapping(rng, ((l, round(s / whole * 0.98, 4)) for l, s in zip(labels, shares)))


def mapping(rng, pairs):
    """A dict, or what revscoring's commands make of their options."""
    return rng.choice([dict, OrderedDict])(pairs)


def build(rng, cls, features, labels, multilabel, options):
    arguments = dict(options, scale=rng.random() < 0.5, center=rng.random() < 0.5)
    # Unscaled values, or a linear machine that separates nothing, as of many labels, show the
    # order of BLAS's sums, which is another on other processors.
    if "SVC" in cls:
        arguments["scale"] = True
    if rng.random() < 0.7:
        arguments["version"] = rng.choice(["0.0.1", "0.5.1", "0.1.0-ref", "1"])
    if multilabel:  # revscoring 2.0 has none
        arguments["multilabel"] = True
    weighted = weights(rng, labels) if cls == "RandomForest" or not multilabel else None  # no others take those of many
    for name, drawn in (("label_weights", weighted), ("population_rates", rates(rng, labels, multilabel))):
        if drawn is not None:
            arguments[name] = drawn
    if rng.random() < 0.2:
        arguments["threshold_ndigits"] = rng.choice([2, 5])
    if rng.random() < 0.1 and "population_rates" not in arguments:
        kind = {"multilabel": True} if multilabel else {}
        arguments["statistics"] = Classification(labels, decision_key=rng.choice([None, "probability"]), **kind)
    return getattr(models, cls)(features, labels=labels, **arguments)


def trained(rng, make, rows, multilabel):
    """A model that was tested, cross-validated, or neither, which some cannot be."""
    model = make()
    how = rng.choice(["test", "test", "test" if multilabel else "cross", "never"])  # few of many labels can be copied
    half = len(rows) // 2
    try:
        if how == "cross":
            model.cross_validate(rows, folds=3)
        model.train(rows[:half] if how == "test" else rows)
        if how == "test":
            model.test(rows[half:])
    except KeyError:  # the probabilities of labels that are ints have texts for keys, and are not found
        model = make()
        model.train(rows)
    return model


def scores(rng, model, rows):
    for values, label in rows[:SCORED] + [(v, None) for v in far(rng, rows)]:
        try:
            score = model.score(values)
        except ValueError as err:  # too large a value for a tree
            if "too large" in str(err):
                continue
            raise
        if not numpy.isnan(list(score["probability"].values())).any():  # naive Bayes, far from all classes
            yield {"features": values, "label": label, "score": score}


def write(rng, path, model, lines):
    if rng.random() < 0.2:
        data = dumped(model)
    else:
        data = pickle.dumps(model, rng.randrange(2, pickle.HIGHEST_PROTOCOL + 1))
    suffix = ".model"
    if rng.random() < 0.15:
        data, suffix = bz2.compress(data), rng.choice([".model.bz2", ".model"])
    with open(path + suffix, "wb") as out:
        out.write(data)
    with gzip.GzipFile(path + ".scores.jsonl.gz", "wb", mtime=0) as out:
        for line in lines:
            out.write((json.dumps(line, default=lambda v: v.item()) + "\n").encode())
    try:
        text = json.dumps(model.info.format(formatting="json"), indent=1)
    except (TypeError, KeyError) as err:  # of parameters that are objects; of statistics never fitted
        print("%s: no information: %s" % (os.path.basename(path), err), file=sys.stderr)
        return
    with open(path + ".info.json", "w", encoding="utf-8") as out:
        out.write(text)


def dumped(model):
    file = io.BytesIO()
    model.dump(file)
    return file.getvalue()


def record(folder, name, seed, cls, features, options, which):
    name = "skl%s.%s" % (sklearn.__version__, name)
    rng = random.Random("%s %s" % (name, seed))
    labels, multilabel = draw_labels(rng, which)
    rows = observations(rng, features, labels, multilabel)
    state = rng.getstate()

    def make():
        rng.setstate(state)
        return build(rng, cls, features, labels, multilabel, options)

    try:
        model = trained(rng, make, rows, multilabel)
        lines = list(scores(rng, model, rows))
    except Exception as err:  # whatever a release raises at options that it does not know
        raise LeftOut("%s: %s: %s" % (name, type(err).__name__, str(err).replace("\n", " ")[:150]))
    write(rng, os.path.join(folder, name), model, lines)


def feature_lists():
    """All lists of features, by name: wiki and variable."""
    for package in ("editquality", "articlequality", "draftquality"):
        found = importlib.import_module(package + ".feature_lists")
        for _, module, _ in pkgutil.iter_modules(found.__path__):
            try:
                variables = vars(importlib.import_module("%s.%s" % (found.__name__, module)))
            except Exception as err:  # a dictionary is missing, or the release is older than the list
                print("%s.%s: %s" % (package, module, str(err).split("\n")[0][:150]), file=sys.stderr)
                continue
            for name in ("damaging", "goodfaith", "reverted", "wp10", "item_quality", "draft_quality", "pagelevel"):
                if name in variables and all(isinstance(f, Feature) for f in variables[name]):
                    yield "%s.%s.%s" % (package, module, name), variables[name]


def cases(lists, seed):
    for name, (cls, common, options, which) in CASES.items():
        yield name, cls, FEATURES, dict(common, **options), which
    found = sorted(feature_lists()) if lists else []
    rng = random.Random("%s %s" % (sklearn.__version__, seed))
    for name, features in rng.sample(found, min(lists, len(found))):
        kind = rng.choice([("GradientBoosting", GB), ("RandomForest", RF), ("LogisticRegression", {"solver": "liblinear"}), ("GaussianNB", {})])
        yield name, kind[0], features, kind[1], "*"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lists", type=int, default=0, metavar="N", help="so many lists of features (default none)")
    parser.add_argument("--only", default="", metavar="TEXT", help="cases whose name has it")
    parser.add_argument("--seed", default="", metavar="TEXT", help="draw otherwise")
    parser.add_argument("folder")
    args = parser.parse_args()
    os.makedirs(args.folder, exist_ok=True)
    done = 0
    for name, cls, features, options, which in cases(args.lists, args.seed):
        if args.only not in name:
            continue
        try:
            record(args.folder, name, args.seed, cls, features, options, which)
            done += 1
        except LeftOut as err:
            print(err, file=sys.stderr)
    print("scikit-learn %s: %d models" % (sklearn.__version__, done), file=sys.stderr)


if __name__ == "__main__":
    main()
