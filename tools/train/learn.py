"""Estimators, how well they do, and what they say."""
import numpy
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import RobustScaler

import data

ESTIMATORS = {"GradientBoosting": GradientBoostingClassifier, "RandomForest": RandomForestClassifier,
              "LogisticRegression": LogisticRegression}


def build(name, params):
    """An estimator behind the scaler that the original's training puts before it."""
    known = ESTIMATORS[name]().get_params()
    for param in params:
        if param not in known:
            raise ValueError(f"--set {param}: {name} has no such parameter, only {', '.join(known)}")
    return Pipeline([("scaler", RobustScaler()), ("classifier", ESTIMATORS[name](**params))])


def documents(model, rows):
    """Score documents, as the original writes them."""
    classes = model.classes_.tolist()
    # predict() decides by the raw scores: a tie of probabilities may be none of theirs.
    for best, probabilities in zip(model.predict(rows).tolist(), model.predict_proba(rows).tolist()):
        yield {"prediction": best, "probability": {data.key(c): p for c, p in zip(classes, probabilities)}}


def check_folds(table, folds):
    keys = table.keys()
    count, rarest = min((keys.count(label), label) for label in map(data.key, table.classes()))
    if count < folds:
        raise ValueError(f"{count} revisions are {rarest}, of which each of {folds} folds must have one: --folds {count}")


def cross_validated(make, table, folds):
    """A score document for each row, by a model that was trained on other folds."""
    scores = [None] * len(table.ids)
    # Stratified: the rarest class must be in every fold.
    split = StratifiedKFold(folds, shuffle=True, random_state=0)
    for train, test in split.split(table.rows, table.keys()):
        model = make().fit(table.rows[train], table.labels[train])
        for i, document in zip(test, documents(model, table.rows[test])):
            scores[i] = document
    return scores


def positive(classes):
    """The classes of which statistics tell: of false and true, true."""
    return [True] if data.key(classes[0]) == "false" and classes == [False, True] else classes


def headline(scores, table, rates):
    """Areas under the curves of the positive of two classes; of several, their means.

    With population rates precision is that among all edits, as in the bundle's
    information: each side of a class counts as often as it occurs there."""
    of = {"roc_auc": [], "pr_auc": []}
    for c in positive(table.classes()):
        truth, chance = table.labels == c, [s["probability"][data.key(c)] for s in scores]
        rate = rates.get(data.key(c), truth.mean())
        weight = numpy.where(truth, rate / truth.mean(), (1 - rate) / (1 - truth.mean()))
        of["roc_auc"].append(roc_auc_score(truth, chance))
        of["pr_auc"].append(average_precision_score(truth, chance, sample_weight=weight))
    return {name: round(float(numpy.mean(areas)), 4) for name, areas in of.items()}
