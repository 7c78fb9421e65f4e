#!/usr/bin/env python3
"""Trains a model on labelled revisions and has it made a bundle.

    streamer score --features-only --list CARD < input.jsonl > features.jsonl
    tools/train/train.py --card CARD --features features.jsonl --labels labels.jsonl \\
        --label damaging --population-rate true=0.034 --out models/enwiki.damaging

CARD says what the model is and which features it has, in the order of the columns
(docs/formats/bundle.md). Labels are those of Wikilabels, a JSON object a line:
{"rev_id": 123, "damaging": true}. A revision that has no label, or whose features
could not be computed, is left out and counted.

What comes out is the bundle, with statistics over cross-validated scores (each
revision is scored by a model that has not seen it), and report.svg beside the
card: ROC, precision and recall, calibration, and how the scores are distributed.
With --test-features and --test-labels the report and the card are about those
other revisions, of which no part of the training knows.

Nothing of this is needed to score: the program reads the estimator out of the
pickle and keeps its numbers.
"""
import argparse
import json
import pathlib
import pickle
import subprocess
import sys
import tempfile

import numpy
import yaml
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import RobustScaler

import data
import report

ESTIMATORS = {"GradientBoosting": GradientBoostingClassifier, "RandomForest": RandomForestClassifier,
              "LogisticRegression": LogisticRegression}
EXAMPLES = 100  # recorded in the bundle: each load scores them again


def build(name, params):
    """An estimator behind the scaler that the original's training puts before it."""
    return Pipeline([("scaler", RobustScaler()), ("classifier", ESTIMATORS[name](**params))])


def documents(model, rows):
    """Score documents, as the original writes them."""
    classes = model.classes_.tolist()
    # predict() decides by the raw scores: a tie of probabilities may be none of theirs.
    for best, probabilities in zip(model.predict(rows).tolist(), model.predict_proba(rows).tolist()):
        yield {"prediction": best, "probability": {data.key(c): p for c, p in zip(classes, probabilities)}}


def cross_validated(make, table, folds):
    """A score document for each row, by a model that was trained on other folds."""
    scores = [None] * len(table.labels)
    # Stratified: the rarest class must be in every fold.
    split = StratifiedKFold(folds, shuffle=True, random_state=0)
    for train, test in split.split(table.rows, table.keys):
        model = make().fit(table.rows[train], table.labels[train])
        for i, document in zip(test, documents(model, table.rows[test])):
            scores[i] = document
    return scores


def headline(scores, labels):
    """Areas under the curves of two classes, of the positive one; of several, their means."""
    classes = sorted(set(labels.tolist()), key=str)
    positive = [True] if classes == [False, True] else classes
    figures = {}
    for name, area in (("roc_auc", roc_auc_score), ("pr_auc", average_precision_score)):
        of = [area(labels == c, [s["probability"][data.key(c)] for s in scores]) for c in positive]
        figures[name] = round(float(numpy.mean(of)), 4)
    return figures


def write_lines(path, documents):
    with open(path, "w", encoding="utf-8") as file:
        for document in documents:
            file.write(json.dumps(document, ensure_ascii=False) + "\n")


def bundle(args, card, model, table, scores, figures, folder):
    """Has the program write the bundle from what the training left in the folder."""
    card["statistics"] = figures
    if args.population_rate:
        card["population_rates"] = dict(args.population_rate)
    # Beside the original card: the files that it names are relative to it.
    with tempfile.NamedTemporaryFile("w", dir=pathlib.Path(args.card).parent, suffix=".yaml", encoding="utf-8") as copy:
        yaml.safe_dump(card, copy, allow_unicode=True, sort_keys=False, width=1000)
        copy.flush()
        with open(folder / "estimator.pickle", "wb") as file:
            pickle.dump(model, file, protocol=4)
        write_lines(folder / "scores.jsonl", ({"score": s, "label": label} for s, label in zip(scores, table.labels.tolist())))
        chosen = numpy.linspace(0, len(table.values) - 1, min(EXAMPLES, len(table.values))).astype(int)
        rows = [table.values[i] for i in chosen]
        write_lines(folder / "examples.jsonl", (
            {"features": row, "score": s} for row, s in zip(rows, documents(model, table.rows[chosen]))))
        command = [args.streamer, "import", str(folder / "estimator.pickle"), "--features", copy.name,
                   "--scores", str(folder / "scores.jsonl"), "--examples", str(folder / "examples.jsonl"), "--out", args.out]
        subprocess.run(command + (["--replace"] if args.replace else []), check=True)


def parameter(text):
    name, _, value = text.partition("=")
    return name, yaml.safe_load(value)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--card", required=True, help="what the model is, and its features")
    parser.add_argument("--features", required=True, help="JSON lines of streamer score --features-only")
    parser.add_argument("--labels", required=True, help="JSON lines, as Wikilabels has them")
    parser.add_argument("--label", required=True, help="the key of the label in them")
    parser.add_argument("--test-features", help="the same of other revisions, for the card and the report")
    parser.add_argument("--test-labels")
    parser.add_argument("--out", required=True, help="folder of the bundle")
    parser.add_argument("--replace", action="store_true", help="an existing bundle is replaced")
    parser.add_argument("--estimator", default="GradientBoosting", choices=ESTIMATORS)
    parser.add_argument("--set", dest="params", action="append", type=parameter, default=[], metavar="NAME=VALUE",
                        help="a parameter of scikit-learn's estimator; may be repeated")
    parser.add_argument("--population-rate", action="append", type=parameter, default=[], metavar="LABEL=RATE",
                        help="how frequent a label is among all edits, where the labelled ones are chosen otherwise")
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--streamer", default="bin/streamer", help="the program")
    args = parser.parse_args()
    if bool(args.test_features) != bool(args.test_labels):
        parser.error("--test-features and --test-labels go together")
    return args


def main():
    args = arguments()
    with open(args.card, encoding="utf-8") as file:
        card = yaml.safe_load(file)
    columns = [feature["name"] for feature in card["features"]]
    table = data.join(args.features, args.labels, args.label, columns)
    params = {"random_state": 0, **dict(args.params)}
    scores = cross_validated(lambda: build(args.estimator, params), table, args.folds)
    figures = headline(scores, table.labels)
    print(f"{args.folds}-fold cross-validation on {len(table.labels)} revisions: {figures}")
    model = build(args.estimator, params).fit(table.rows, table.labels)
    shown, about = (scores, table.labels), f"{args.folds}-fold cross-validation, {len(table.labels)} revisions"
    if args.test_features:
        test = data.join(args.test_features, args.test_labels, args.label, columns)
        held_out = list(documents(model, test.rows))
        figures = headline(held_out, test.labels)
        print(f"on {len(test.labels)} revisions held out: {figures}")
        shown, about = (held_out, test.labels), f"{len(test.labels)} revisions held out"
    with tempfile.TemporaryDirectory() as folder:
        bundle(args, card, model, table, scores, figures, pathlib.Path(folder))
    report.draw(pathlib.Path(args.out) / "report.svg", f"{card['wiki']}.{card['name']}, {about}", *shown)


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        sys.exit(f"train.py: {error}")
