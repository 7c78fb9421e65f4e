#!/usr/bin/env python3
"""Writes small classifiers of scikit-learn that were pickled by themselves or in a
Pipeline, for the tests of internal/revscoring and internal/bundle. Needs
scikit-learn 1.5:

    VENV/bin/python tools/sklearn/pipeline.py

writes NAME.pickle to internal/revscoring/testdata/estimators/ and, of those that can
be read, NAME.scores.jsonl: lines of {"features", "score", "label"}. The observations
are made up.
"""

import json
import os
import pickle
import random

from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import RobustScaler, StandardScaler

OUT = os.path.join(os.path.dirname(__file__), "..", "..", "internal", "revscoring", "testdata", "estimators")


def boosting():
    return GradientBoostingClassifier(n_estimators=4, max_depth=2, random_state=0)


CASES = {
    # name: (estimator, labels); without labels it is one that is refused
    "bare": (LogisticRegression(), [False, True]),
    "scaled": (Pipeline([("scaler", RobustScaler()), ("classifier", boosting())]), [False, True]),
    "one": (Pipeline([("classifier", RandomForestClassifier(n_estimators=3, max_depth=3, random_state=0))]), [0, 1, 2]),
    "three": (Pipeline([("a", RobustScaler()), ("b", RobustScaler()), ("c", LogisticRegression())]), None),
    "standard": (Pipeline([("scaler", StandardScaler()), ("classifier", LogisticRegression())]), None),
    "passthrough": (Pipeline([("scaler", "passthrough"), ("classifier", LogisticRegression())]), None),
    "nested": (Pipeline([("all", Pipeline([("classifier", LogisticRegression())]))]), None),
    "scaler": (RobustScaler(), None),
}


def observations(labels):
    """Values whose means differ from label to label, so that there is something to learn."""
    rng = random.Random(6)
    rows, truth = [], []
    for i in range(60):
        k = i % len(labels)
        rows.append([rng.gauss(5 + k, 1), float(rng.randrange(9 + 3 * k)), float(rng.random() < 0.2 + 0.3 * k)])
        truth.append(labels[k])
    return rows, truth


def main():
    os.makedirs(OUT, exist_ok=True)
    for name, (estimator, labels) in CASES.items():
        rows, truth = observations(labels or [False, True])
        estimator.fit(rows, truth)
        with open(os.path.join(OUT, name + ".pickle"), "wb") as out:
            pickle.dump(estimator, out, 4)
        if labels is None:
            continue
        with open(os.path.join(OUT, name + ".scores.jsonl"), "w", encoding="utf-8") as out:
            for row, label, chosen, p in zip(rows, truth, estimator.predict(rows), estimator.predict_proba(rows)):
                score = {
                    "prediction": chosen.item(),
                    "probability": {json.dumps(c.item()): q for c, q in zip(estimator.classes_, p.tolist())},
                }
                print(json.dumps({"features": row, "score": score, "label": label}), file=out)


if __name__ == "__main__":
    main()
