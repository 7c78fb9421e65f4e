#!/usr/bin/env python3
"""Trains a model on labelled revisions and has it made a bundle.

    make build tools/train/.venv/.done             # the program; a Python 3.11 with scikit-learn
    bin/streamer score --features-only --list CARD < input.jsonl > features.jsonl
    tools/train/.venv/bin/python tools/train/train.py --card CARD --features features.jsonl \\
        --labels labels.jsonl --label damaging --out models/enwiki.damaging

CARD says what the model is and which features it has, in the order of the columns
(docs/formats/bundle.md). The card of a bundle will do, as models/x/model.yaml; the
new model then needs --version. Labels are those of Wikilabels, a JSON object a line:
{"rev_id": 123, "damaging": true}. A revision that has no label, or whose features
could not be computed, is left out and counted.

What comes out is the bundle, with statistics over cross-validated scores (each
revision is scored by a model that has not seen it), and report.svg beside the
card: ROC, precision and recall, calibration, and how the scores are distributed.
With --test-features and --test-labels the report, and roc_auc and pr_auc in the
card, are about those other revisions, of which no part of the training knows.

Nothing of this is needed to score: the program reads the estimator out of the
pickle and keeps its numbers.
"""
import argparse
import ast
import json
import sys

ESTIMATORS = ("GradientBoosting", "RandomForest", "LogisticRegression")


def parameter(text):
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text} must be NAME=VALUE")
    for read in (json.loads, ast.literal_eval):  # true or True
        try:
            return name, read(value)
        except (ValueError, SyntaxError):
            pass
    return name, value


def rate(text):
    name, value = parameter(text)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text} must be a label and a share between 0 and 1")
    return name, value


def arguments(argv):
    parser = argparse.ArgumentParser(prog="train.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--card", required=True, help="what the model is, and its features")
    parser.add_argument("--features", required=True, help="JSON lines of streamer score --features-only")
    parser.add_argument("--labels", required=True, help="JSON lines, as Wikilabels has them")
    parser.add_argument("--label", required=True, help="the key of the label in them")
    parser.add_argument("--test-features", help="the same of other revisions, for the card and the report")
    parser.add_argument("--test-labels")
    parser.add_argument("--out", required=True, help="folder of the bundle")
    parser.add_argument("--replace", action="store_true", help="an existing bundle is replaced")
    parser.add_argument("--version", help="of the model, where it is not the card's")
    parser.add_argument("--trained-on", help="what the revisions are, for the card")
    parser.add_argument("--estimator", default="GradientBoosting", choices=ESTIMATORS)
    parser.add_argument("--set", dest="params", action="append", type=parameter, default=[], metavar="NAME=VALUE",
                        help="a parameter of scikit-learn's estimator; may be repeated")
    parser.add_argument("--population-rate", action="append", type=rate, default=[], metavar="LABEL=RATE",
                        help="how frequent a label is among all edits, where the labelled ones are chosen otherwise; for each "
                             "label, or for one of two")
    parser.add_argument("--folds", type=int, default=10, help="of the cross-validation")
    parser.add_argument("--streamer", default="bin/streamer", help="the program")
    args = parser.parse_args(argv)
    if bool(args.test_features) != bool(args.test_labels):
        parser.error("--test-features and --test-labels go together")
    if args.folds < 2:
        parser.error(f"--folds is {args.folds}, must be 2 or more")
    return args


def main(argv):
    args = arguments(argv)
    try:
        import training  # not before the arguments: --help answers where nothing is installed
    except ModuleNotFoundError as error:
        sys.exit(f"train.py: {error}: make tools/train/.venv/.done, then run it with tools/train/.venv/bin/python")
    try:
        training.run(args)
    except training.Refused:
        sys.exit(1)
    except (OSError, ValueError) as error:
        sys.exit(f"train.py: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
