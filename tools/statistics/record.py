"""Records what revscoring answers about its models, for the tests of
internal/revscoring/info and internal/score/statistics.

    record.py --out FOLDER [--share 0.2] MODEL...   questions and answers about model files
    record.py --invent FOLDER         invented models, trained here, with the same
    record.py --fit FILE              statistics of invented observations
    record.py --python FILE           what Python, and tabulate, print

Each line of an answers file is one question: {"ask": "lookup", "path": …},
{"ask": "json" or "str", "paths": […]}, with "answer" or the "error"'s class. A
lookup below "statistics" or "environment" is put to that part, with the rest of
the path: ModelInfo.lookup itself cannot get there (model_info.py:78).

Model files of any release of scikit-learn are read: only revscoring's classes of
the information tree are made, all others are stand-ins.
"""
import argparse
import bz2
import gzip
import io
import json
import logging
import os
import pickle
import random
import warnings

import numpy
from tabulate import tabulate

from revscoring.features import Feature
from revscoring.scoring import util
from revscoring.scoring.models import (GaussianNB, GradientBoosting,
                                       LogisticRegression)
from revscoring.scoring.statistics import Classification

FIELDS = ["match_rate", "filter_rate", "precision", "!precision", "recall",
          "!recall", "accuracy", "fpr", "f1", "!f1"]

# What Extension:ORES and ORES' own pages ask.
KNOWN = ["maximum recall @ precision >= 0.995", "maximum filter_rate @ recall >= 0.9",
         "maximum recall @ precision >= 0.6", "maximum recall @ precision >= 0.9",
         "maximum recall @ precision >= 0.15", "maximum recall @ precision >= 0.45",
         "maximum recall @ precision >= 0.75", "maximum filter_rate @ recall >= 0.75",
         "maximum recall @ precision >= 0.98", "maximum recall @ precision >= 0.99",
         "minimum match_rate @ recall >= 0.9", "maximum !recall @ !precision >= 0.9"]

ODD = ["  Maximum RECALL @ Precision >= 0.9 ", "maximum recall @ precision >= 0.9 or so",
       "maximum recall @ precision >= 1e-3", "maximum recall @ precision >= -1",
       "maximum recall @ precision >= +.5", "maximum recall @ precision >= .",
       "maximum recall @ precision > 0.9", "maximum  recall @ precision >= 0.9",
       "maximum nothing @ precision >= 0.9", "maximum recall @ nothing >= 0.9",
       "maximum !f1 @ !nothing <= 0.9", "best recall @ precision >= 0.9",
       "maximum recall @ precision >= 0.00001", "maximum f1 @ accuracy >= 99999999999999999999",
       "maximum prec\u0130sion @ recall >= 0.5", "maximum r\u00e9call @ recall >= 0.5",
       "maximum 1f @ recall >= 0.5", "maximum _f1 @ recall >= 0.5",
       "minimum fpr @ recall <= 0", "maximum fpr @ recall >= 0", "roc_auc", "pr_auc", "trues"]

PLAIN = ["", "type", "version", "params", "params.labels", "params.scale", "params.nothing",
         "params.labels.0", "params.labels.true", "type.0", "type.true", "version.x",
         "environment", "environment.machine", "environment.python_build",
         "environment.python_build.0", "environment.nothing", "environment.true",
         "statistics", "statistics.counts", "statistics.counts.n", "statistics.counts.n.x",
         "statistics.counts.labels", "statistics.counts.predictions", "statistics.rates",
         "statistics.rates.sample", "statistics.rates.population", "statistics.rates.nothing",
         "statistics.thresholds", "statistics.nothing", "statistics.5", "statistics.true",
         "statistics.roc_auc.nothing", "statistics.f1.micro.x", "statistics.roc_auc.labels.99",
         "statistics.'roc_auc'.micro", "statistics.\"roc_auc\".'macro'", "score_schema",
         "score_schema.properties.probability", "score_schema.properties.probability.type",
         "score_schema.x.y", "nothing", "true", "1", "0", "-1", "'type'", "\"type\"", "'type\"",
         "'type", "type'", "''", "'", "type.", ".type", "type..x", "'a.b'", "'a.b\".c'", "\"a.b",
         "type. ", " type", "statistics.thresholds.nothing", "statistics.thresholds.2", "\u0661"]


class Reader(pickle.Unpickler):
    """Makes the information tree and stand-ins for all else."""

    REAL = ("collections", "builtins", "__builtin__", "copyreg", "copy_reg", "_codecs", "numpy")

    def find_class(self, module, name):
        if module in ("builtins", "__builtin__") and name in ("getattr", "eval", "exec", "open"):
            return stand_in(module, name)
        if module.startswith("revscoring.scoring.") and ".models." not in module \
           and ".labels" not in module:
            return super().find_class(module, name)
        if module.split(".")[0] in self.REAL and "random" not in module:
            return super().find_class(module, name)
        return stand_in(module, name)


def stand_in(module, name):
    def setstate(self, state):
        self.__dict__.update(state if isinstance(state, dict) else {"state": state})

    return type(name, (dict,), {
        "__module__": module, "__new__": lambda cls, *args, **kwargs: dict.__new__(cls),
        "__init__": lambda self, *args, **kwargs: None, "__setstate__": setstate,
        "append": lambda self, item: None, "extend": lambda self, items: None,
        "__hash__": object.__hash__, "__eq__": object.__eq__})


def load(path):
    with open(path, "rb") as f:
        data = f.read()
    if data[:3] == b"BZh":
        data = bz2.decompress(data)
    import io
    return Reader(io.BytesIO(data)).load().info


def plain(value):
    """The same value of Python's own types, which print without numpy."""
    if isinstance(value, numpy.generic):
        return value.item()
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(plain(v) for v in value)
    if isinstance(value, dict):
        return type(value)((plain(k), plain(v)) for k, v in value.items())
    return value


def show(value):
    if hasattr(value, "format_json"):
        return "<{0} object>".format(type(value).__name__)
    return repr(plain(value))


def lookup(info, path):
    names = util.parse_pattern(path)
    if names and names[0] in ("statistics", "environment") and names[0] in info:
        part = info[names[0]]
        return part.lookup(names[1:]) if len(names) > 1 else part
    return info.lookup(names)


def answer(info, question):
    try:
        if question["ask"] == "lookup":
            given = show(lookup(info, question["path"]))
        elif question["ask"] == "json":
            given = json.dumps(plain(info.format(question["paths"], formatting="json")))
        else:
            given = info.format(question["paths"], formatting="str")
        return dict(question, answer=given)
    except Exception as e:
        return dict(question, error=type(e).__name__)


def optimizations(info, rng):
    """Every pair of statistics both ways, at bounds that fit somewhere or nowhere."""
    for target in FIELDS:
        for condition in FIELDS:
            for extreme in ("maximum", "minimum"):
                for relation in (">=", "<="):
                    bound = rng.choice([0, 1, 2, 0.5, 0.9, 0.99, 0.1, round(rng.random(), rng.randrange(1, 9)),
                                        rng.random(), round(rng.random() / 50, 4)])
                    yield "{0} {1} @ {2} {3} {4}".format(extreme, target, condition, relation, repr(bound))


def questions(info, rng):
    for path in PLAIN:
        yield {"ask": "lookup", "path": path}
        yield {"ask": "json", "paths": [path]}
        yield {"ask": "str", "paths": [path]}
    for key in info.keys():
        yield {"ask": "str", "paths": [str(key)]}
    yield {"ask": "json", "paths": ["statistics.roc_auc", "type", "statistics.counts", "type"]}
    yield {"ask": "str", "paths": ["statistics.roc_auc", "version", "statistics.counts"]}
    if "statistics" not in info or not info["statistics"].keys():
        return
    labels = list(info["statistics"].labels)
    names = [str(label).lower() if isinstance(label, bool) else str(label) for label in labels]
    names = ["'%s'" % n if "." in n else n for n in names] + ["true", "false", "1", "0"]
    statistics = ["counts", "rates", *FIELDS, "roc_auc", "pr_auc", "thresholds"]
    for s in statistics:
        for below in ["", ".micro", ".labels"] + [".labels." + n for n in names] + ["." + n for n in names]:
            yield {"ask": "lookup", "path": "statistics." + s + below}
            yield {"ask": "json", "paths": ["statistics." + s + below]}
        yield {"ask": "str", "paths": ["statistics." + s]}
    for n in names:
        for below in ("sample", "population"):
            yield {"ask": "lookup", "path": "statistics.rates.%s.%s" % (below, n)}
        for m in names:
            yield {"ask": "lookup", "path": "statistics.counts.predictions.%s.%s" % (n, m)}
            yield {"ask": "json", "paths": ["statistics.counts.predictions.%s.%s" % (n, m)]}
    yield from threshold_questions(info, rng, names)


def threshold_questions(info, rng, names):
    for query in KNOWN + ODD:
        for quote in "'\"":
            quoted = quote + query + quote
            yield {"ask": "lookup", "path": "statistics." + quoted}
            yield {"ask": "lookup", "path": "statistics." + quoted + ".macro"}
            for n in names:
                yield {"ask": "lookup", "path": "statistics.thresholds.%s.%s" % (n, quoted)}
                yield {"ask": "lookup", "path": "statistics.%s.labels.%s" % (quoted, n)}
        for form in ("json", "str"):
            yield {"ask": form, "paths": ["statistics.thresholds.%s.%s" % (n, quoted) for n in names[:-4]]}
            yield {"ask": form, "paths": ["statistics." + quoted, "statistics.thresholds." + names[0]]}
            yield {"ask": form, "paths": ["statistics.thresholds.%s.%s.precision" % (names[0], quoted),
                                          "statistics.thresholds.%s.%s.!f1" % (names[0], quoted)]}
            yield {"ask": form, "paths": ["statistics.thresholds.%s.%s.nothing" % (names[0], quoted)]}
    for query in optimizations(info, rng):
        yield {"ask": "lookup", "path": 'statistics."%s".labels' % query}
        n = rng.choice(names[:-4])
        yield {"ask": "json", "paths": ['statistics.thresholds.%s."%s"' % (n, query), 'statistics."%s"' % query]}
        if rng.random() < 0.1:
            yield {"ask": "str", "paths": ['statistics.thresholds.%s."%s"' % (n, query), 'statistics."%s"' % query]}


def record(path, out, share=1.0):
    info = load(path)
    name = os.path.basename(path)
    rng = random.Random(name)
    with gzip.GzipFile(os.path.join(out, name + ".answers.jsonl.gz"), "wb", mtime=0) as f:
        n = 0
        for question in questions(info, rng):
            if rng.random() < share:
                f.write((json.dumps(answer(info, question)) + "\n").encode())
                n += 1
    print(name, n, flush=True)


def invent(out):
    """Trains small models on noise and records a third of the questions."""
    rng = random.Random(6)
    long_labels = ["A label of some length, number %d" % i for i in range(4)]
    features = [Feature("invented_%d" % i, returns=float) for i in range(2)]
    for name, make, labels, args in [
        ("bools", LogisticRegression, [True, False], dict(population_rates={True: 0.03, False: 0.97})),
        ("texts", GaussianNB, ["Stub", "B", "GA\u00e9"], dict(population_rates={"Stub": 0.6, "B": 0.3, "GA\u00e9": 0.1})),
        ("ints", LogisticRegression, [3, 1, 2, 0], dict(label_weights={3: 2, 1: 1, 2: 1, 0: 1})),
        ("long", GaussianNB, long_labels, {}),
        ("multilabel", GradientBoosting, ["Culture", "STEM"],
         dict(multilabel=True, n_estimators=2, max_depth=1, population_rates={"Culture": 0.2, "STEM": 0.1})),
    ]:
        rows = []
        for i in range(80):
            label = labels[i % len(labels)]
            values = [rng.gauss(labels.index(label), 1.5), rng.gauss(0, 1)]
            if args.get("multilabel"):
                label = [l for l in labels if rng.random() < 0.4 or l == label and rng.random() < 0.9]
            rows.append((values, label))
        model = make(features, labels=labels, version="0.0.1", random_state=0, **args) \
            if make is not GaussianNB else make(features, labels=labels, version="0.0.1", **args)
        model.train(rows)
        try:
            model.test(rows)
        except KeyError:
            pass  # the probabilities of integer labels have texts for keys, and are not found
        for key, value in model.info["environment"].items():
            if key not in ("revscoring_version", "python_build"):
                model.info["environment"][key] = "an invented " + key
        path = os.path.join(out, name + ".model")
        with open(path, "wb") as f:
            model.dump(f)
        record(path, out, share=0.2)


def observations(rng, labels, multilabel):
    n = rng.randrange(20, 90)
    for i in range(n):
        weights = [rng.random() ** 2 for _ in labels]
        probability = [w / sum(weights) for w in weights]
        if multilabel:
            probability = [rng.random() for _ in labels]
            truth = [l for l, p in zip(labels, probability) if rng.random() < p]
            guess = [l for l, p in zip(labels, probability) if p > 0.5]
        else:
            truth = rng.choices(labels, [p + 0.1 for p in probability])[0] if i >= len(labels) else labels[i]
            guess = labels[probability.index(max(probability))]
        yield {"prediction": guess, "label": truth, "probability": probability}


def fit(path):
    rng = random.Random(7)
    cases = []
    for case in range(20):
        labels = rng.choice([[True, False], ["a", "b", "c"], [1, 2, 3, 4], ["x", "y"]])
        multilabel = isinstance(labels[0], str) and case % 3 == 0
        rates = {l: round(rng.uniform(0.01, 0.99), 3) for l in labels} if case % 2 else None
        digits = rng.choice([3, 3, 2, 5, None])
        rows = list(observations(rng, labels, multilabel))
        c = Classification(labels, multilabel=multilabel, decision_key="probability" if case % 5 else None,
                           threshold_ndigits=digits, population_rates=rates)
        c.fit([({"prediction": r["prediction"], "probability": dict(zip(labels, r["probability"]))}, r["label"])
               for r in rows])
        expected = {"shown": json.dumps(plain(c.format([], formatting="json")))}
        for key in c.keys():
            if key not in ("counts", "rates", "thresholds"):
                expected[key] = repr([plain(c[key]["micro"]), plain(c[key]["macro"]), plain(list(c[key]["labels"].values()))])
        if "thresholds" in c:
            for label in labels:
                t = c["thresholds"][label]
                expected["thresholds " + repr(label)] = repr([float(t.trues)] + [
                    [row, float(s.tp), float(s.fp), float(s.tn), float(s.fn)] for row, s in t])
        cases.append({"labels": labels, "multilabel": multilabel, "digits": digits,
                      "rates": None if rates is None else list(rates.values()),
                      "decision": bool(case % 5), "rows": [[r["prediction"], r["label"], r["probability"]] for r in rows],
                      "expected": expected})
    write_gz(path, cases)


def python(path):
    rng = random.Random(8)
    lines = []
    for _ in range(300):
        x = rng.choice([rng.random(), rng.random() * 10 ** rng.randrange(-9, 20), rng.randrange(2000) / 2000, -rng.random(),
                        rng.randrange(10 ** 6) + 0.5, float(rng.randrange(100))])
        lines.append({"float": x.hex(), "repr": repr(x), "g": format(x, "g"), "round": [repr(util.round(x, n)) for n in (0, 3, 5)]})
    texts = ["", "plain", "it's", '"', "'\"", "\\", "\n\t\r", "\x00\x1f\x7f\x80", "\u00e9\u0130\u4e2d", "\U0001f600", "\u200b\ue000\xa0 \xad"]
    for t in texts:
        lines.append({"text": t, "repr": repr(t), "json": json.dumps(t)})
    for t in ["1", " 12 ", "+5", "-0", "1_000", "1__0", "_1", "1_", "\u0661\u0662", "\uff15", "1.5", "1e5", ".5", "5.", ".", "-", "inf", "-Infinity", "nan",
              "NaN ", "0x10", "1e999", "1_0.5", "", " ", "\x1c7", "\u00b2", "1 2", "True", "12e", "1e+3", "1E-3"]:
        lines.append({"number": t, "int": tries(int, t), "float": tries(float, t)})
    for _ in range(200):
        width, height = rng.randrange(1, 5), rng.randrange(0, 4)
        pick = [lambda: None, lambda: True, lambda: rng.randrange(-50, 2000), lambda: round(rng.random(), 3),
                lambda: rng.choice(["x", "long text", " y ", "\u4e2d\u00e9", "7", "0.25", "inf", "1,000"]), lambda: rng.random() * 1e7]
        kinds = [rng.choice([pick, pick[:1], pick[1:3], pick[2:4], [pick[3]], pick[2:3], pick[3:]]) for _ in range(width)]
        rows = [[rng.choice(k)() for k in kinds] for _ in range(height)]
        headers = [rng.choice(["", "h", "a header", "0.5", True, 3]) for _ in range(width)] if rng.random() < 0.7 or not rows else []
        try:
            lines.append({"rows": rows, "headers": headers, "table": tabulate(rows, headers=headers)})
        except ValueError:
            pass  # tabulate stumbles over "True" among numbers
    write_gz(path, lines)


def tries(convert, text):
    try:
        return repr(convert(text))
    except ValueError:
        return "ValueError"


def write_gz(path, lines):
    with gzip.GzipFile(path, "wb", mtime=0) as f:
        for line in lines:
            f.write((json.dumps(line) + "\n").encode())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out")
    parser.add_argument("--share", type=float, default=1.0, help="of the questions that are put, drawn at random")
    parser.add_argument("--invent")
    parser.add_argument("--fit")
    parser.add_argument("--python")
    parser.add_argument("models", nargs="*")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    for path in args.models:
        record(path, args.out, args.share)
    if args.invent:
        invent(args.invent)
    if args.fit:
        fit(args.fit)
    if args.python:
        python(args.python)


if __name__ == "__main__":
    main()
