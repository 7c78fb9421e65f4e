#!/usr/bin/env python3
"""Writes small models of revscoring with scores of theirs, for the tests of
internal/revscoring. Needs revscoring 2.11.13 with scikit-learn 1.1.3:

    VENV/bin/python tools/revscoring/record.py

writes NAME.model (bzip2 where the name says so) and NAME.scores.jsonl, lines of
{"features", "score"}, to internal/revscoring/testdata/. The observations are made up.
"""

import bz2
import json
import os
import pickle
import random
import warnings

warnings.simplefilter("ignore")

import numpy
from revscoring.features import revision_oriented, temporal, wikitext
from revscoring.features.modifiers import log
from revscoring.scoring import models

OUT = os.path.join(os.path.dirname(__file__), "..", "..", "internal", "revscoring", "testdata")

FEATURES = [
    log(wikitext.revision.chars + 1),
    wikitext.revision.diff.markups_added,
    wikitext.revision.uppercase_words / (wikitext.revision.chars + 1),
    revision_oriented.revision.user.is_anon,
    temporal.revision.user.seconds_since_registration,
]


def observations(labels, draw):
    """Values whose means differ from label to label, so that there is something to learn."""
    rng = random.Random(6)
    out = []
    for i in range(90):
        label = labels[i % len(labels)]
        k = i % len(labels)
        values = [rng.gauss(5 + k, 1), rng.randrange(9 + 3 * k), rng.random() / (1 + k), rng.random() < 0.2 + 0.2 * k, rng.randrange(10**6)]
        out.append((values, draw(rng, label)))
    return out


def one(_, label):
    return label


def several(rng, label):
    return sorted({label, rng.choice(["Culture", "STEM", "History"])})


CASES = {
    # name: (class, labels, protocol, draw, arguments)
    "bools": (models.GradientBoosting, [True, False], 4, one, dict(
        n_estimators=4, max_depth=2, random_state=0, scale=True, center=True, version="0.5.1",
        population_rates={True: 0.034, False: 0.966}, label_weights={True: 10})),
    "texts.protocol2": (models.RandomForest, ["Stub", "B", "GA"], 2, one, dict(
        n_estimators=3, max_depth=3, random_state=numpy.random.RandomState(0), version="1", label_weights={"Stub": 1, "B": 2.5, "GA": 3})),
    "ints.bz2": (models.LogisticRegression, [1, 2, 5], 5, one, dict(scale=True, center=False)),
    "many": (models.GradientBoosting, ["Culture", "STEM", "History"], 4, several, dict(
        multilabel=True, n_estimators=3, max_depth=2, random_state=0, version="1.0.0",
        population_rates={"Culture": 0.5, "STEM": 0.25, "History": 0.25})),
    "machine": (models.RBFSVC, [False, True], 3, one, dict(random_state=0, scale=True, center=True, version="0.0.1")),
}


def main():
    os.makedirs(OUT, exist_ok=True)
    for name, (cls, labels, protocol, draw, arguments) in CASES.items():
        model = cls(FEATURES, labels=labels, **arguments)
        rows = observations(labels, draw)
        model.train(rows)
        if labels != [1, 2, 5]:  # revscoring cannot test int labels: their scores have str keys
            model.test(rows)
        data = pickle.dumps(model, protocol)
        if name.endswith(".bz2"):
            data = bz2.compress(data)
        with open(os.path.join(OUT, name + ".model"), "wb") as out:
            out.write(data)
        with open(os.path.join(OUT, name + ".scores.jsonl"), "w", encoding="utf-8") as out:
            for values, _ in rows[:12]:
                print(json.dumps({"features": values, "score": model.score(values)}, default=int), file=out)


if __name__ == "__main__":
    main()
