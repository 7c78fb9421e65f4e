#!/usr/bin/env python3
"""Convert a revscoring .model file into a model bundle.

    python3 tools/convert/convert.py enwiki.reverted.model \\
        --wiki enwiki --name reverted \\
        --info enwiki.reverted.info.json \\
        --scores enwiki.reverted.scores.jsonl.gz \\
        --trained-on "what it learned from" --licence "under what terms" \\
        --out models/enwiki.reverted

--info is the model's info tree as revscoring prints it (`revscoring
model_info --as-json`), --scores is one {"features": [...], "score": {...}} a
line recorded from the original; about fifty of them become the bundle's
examples, against which the Go side checks itself.

Neither revscoring nor scikit-learn nor numpy is imported, and nothing named in
the file is run: every global a pickle asks for is looked up in the closed
tables below and becomes an inert stub, anything else stops the conversion. So
a hostile file can waste memory, not run code.

Only what the Go side can compute is converted: gradient boosting with the
binomial deviance, started from the class prior, over the features in FEATURES.
A feature is known by its structure and not by its name alone, because the
reference lets two different features share one name.

The output depends on the inputs only: no clock, no set order.
"""
import argparse
import collections
import gzip
import hashlib
import json
import math
import os
import pickle
import struct

CARD_FORMAT = 2
ESTIMATOR_FORMAT = 1
EXAMPLES = 50

FLOAT32_EPSILON = 2.0 ** -23  # scikit-learn clips the prior by it (_gb_losses.py)


class ConversionError(Exception):
    """The file is not one this converter understands whole."""


class Stub:
    """Stands for an object of any class: arguments, state, list items."""
    qualname = None

    def __new__(cls, *args):
        stub = super().__new__(cls)
        stub.args, stub.state, stub.items = args, {}, []
        return stub

    def __init__(self, *args):
        pass  # NEWOBJ and REDUCE both pass through __new__

    def __setstate__(self, state):
        self.state = state

    def __setitem__(self, key, value):
        self.state[key] = value

    def append(self, item):
        self.items.append(item)

    def extend(self, items):
        self.items.extend(items)

    def __getitem__(self, key):
        if not isinstance(self.state, dict) or key not in self.state:
            raise ConversionError(f"{self.qualname} has no {key!r}")
        return self.state[key]


Reference = collections.namedtuple("Reference", "name")  # a function or type, never called


def bound_method(owner, name):
    """What REDUCE(getattr, (object, name)) stands for in these files."""
    qualname = getattr(owner, "qualname", None)
    if qualname is None or not isinstance(name, str):
        raise ConversionError(f"getattr of {owner!r}, {name!r}")
    return Reference(f"{qualname}.{name}")


CLASSES = """
numpy.core.multiarray._reconstruct numpy._core.multiarray._reconstruct
numpy.core.multiarray.scalar numpy._core.multiarray.scalar
numpy.dtype numpy.ndarray
numpy.random._pickle.__bit_generator_ctor numpy.random._pickle.__randomstate_ctor
deltas.segmenters.paragraphs_sentences_and_whitespace.ParagraphsSentencesAndWhitespace
revscoring.datasources.datasource.Datasource
revscoring.datasources.meta.filters.filter
revscoring.dependencies.util.or_none
revscoring.features.feature.Feature
revscoring.features.meta.aggregators.AggregatorsScalar
revscoring.features.meta.bools.sets_intersect
revscoring.features.wikitext.datasources.tokenized.TokenIsInTypes
revscoring.scoring.environment.Environment
revscoring.scoring.labels.ClassVerifier
revscoring.scoring.model_info.ModelInfo
revscoring.scoring.models.gradient_boosting.GradientBoosting
revscoring.scoring.statistics.classification.classification.Classification
revscoring.scoring.statistics.classification.counts.Counts
revscoring.scoring.statistics.classification.micro_macro_stats.MicroMacroStats
revscoring.scoring.statistics.classification.rates.Rates
revscoring.scoring.statistics.classification.scaled_prediction_statistics.ScaledPredictionStatistics
revscoring.scoring.statistics.classification.scaled_threshold_statistics.ScaledThresholdStatistics
sklearn.dummy.DummyClassifier
sklearn.ensemble._gb.GradientBoostingClassifier
sklearn.ensemble._gb_losses.BinomialDeviance
sklearn.preprocessing._data.RobustScaler
sklearn.tree._classes.DecisionTreeRegressor
sklearn.tree._tree.Tree
""".split()

REFERENCES = """
builtins.bool builtins.float builtins.int builtins.len
mwtypes.timestamp.Timestamp
revscoring.dependencies.dependent.not_implemented
revscoring.features.revision_oriented._process_is_anon
revscoring.features.temporal.revision_oriented._process_seconds_since_registration
revscoring.features.wikitext.datasources.edit._process_operations
revscoring.features.wikitext.datasources.edit._process_segments_added
revscoring.features.wikitext.datasources.edit._process_tokens_added
revscoring.features.wikitext.datasources.edit._process_tokens_removed
revscoring.features.wikitext.datasources.tokenized._process_tokens
revscoring.features.wikitext.features.chars._process_longest_repeated_char_added
""".split()

GLOBALS = {name: type("Stub", (Stub,), {"qualname": name}) for name in CLASSES}
GLOBALS.update({name: Reference(name) for name in REFERENCES})
GLOBALS["builtins.getattr"] = bound_method
GLOBALS["collections.OrderedDict"] = collections.OrderedDict


class Reader(pickle.Unpickler):
    def find_class(self, module, name):
        module = {"__builtin__": "builtins"}.get(module, module)
        try:
            return GLOBALS[f"{module}.{name}"]
        except KeyError:
            raise ConversionError(f"the file asks for {module}.{name}, which is not in the table") from None


def numbers(array):
    """The values of a one-type ndarray, flat, in C order."""
    data_type, data = layout(array)
    code = {"f8": "d", "f4": "f", "i8": "q", "i4": "i", "u1": "B", "b1": "?"}.get(data_type)
    if code is None:
        raise ConversionError(f"array of unexpected type {data_type}")
    return list(struct.unpack(f"<{len(data) // struct.calcsize(code)}{code}", data))


def layout(array):
    """An ndarray's type code and bytes, after refusing layouts not read here."""
    if array.qualname.rsplit(".", 1)[1] != "_reconstruct":
        raise ConversionError(f"{array.qualname} where an array was expected")
    _, shape, dtype, fortran, data = array.state
    if fortran and sum(n > 1 for n in shape) > 1:
        raise ConversionError("array in Fortran order")
    if dtype.state[1] == ">":
        raise ConversionError("big-endian array")
    return dtype.args[0], data


def columns(array, names):
    """Named fields of a structured ndarray, by the offsets its type gives."""
    _, data = layout(array)
    dtype = array.state[2]
    fields, width = dtype.state[4], dtype.state[5]
    out = []
    for name in names:
        kind, offset = fields[name]
        code = {"f8": "d", "i8": "q"}[kind.args[0]]
        out.append([struct.unpack_from(f"<{code}", data, at + offset)[0] for at in range(0, len(data), width)])
    return out


WIKITEXT = "revscoring.features.wikitext"
AGGREGATE = "revscoring.features.meta.aggregators.AggregatorsScalar"
SIMPLE = "revscoring.features.feature.Feature"

TEXTS = "revision.parent.text, revision.text"

# name: ((class, process or aggregate, the dependencies' names), expression)
FEATURES = {
    "wikitext.revision.diff.longest_repeated_char_added": (
        (SIMPLE, WIKITEXT + ".features.chars._process_longest_repeated_char_added",
         ["wikitext.revision.diff.segments_added"]),
        f"longest_repeated_char(segments_added({TEXTS}))"),
    "wikitext.revision.diff.words_added": (
        (AGGREGATE, "builtins.len", ["wikitext.revision.diff.words_added"]),
        f'float(len(of_types(tokens_added({TEXTS}), ["word"])))'),
    "wikitext.revision.diff.words_removed": (
        (AGGREGATE, "builtins.len", ["wikitext.revision.diff.words_removed"]),
        f'float(len(of_types(tokens_removed({TEXTS}), ["word"])))'),
    "revision.user.is_anon": (
        (SIMPLE, "revscoring.features.revision_oriented._process_is_anon", ["revision.user.id"]),
        "is_anon(revision.user.id)"),
    "temporal.revision.user.seconds_since_registration": (
        (SIMPLE, "revscoring.features.temporal.revision_oriented._process_seconds_since_registration",
         ["revision.user.id", "revision.user.info.registration", "revision.timestamp"]),
        "seconds_since_registration(revision.user.id, revision.user.info.registration, revision.timestamp)"),
}
IN_GROUP = ("revscoring.features.meta.bools.sets_intersect",
            "revscoring.features.meta.bools.sets_intersect.process",
            ["revision.user.info.groups"])


def definition(feature):
    """The feature's name and expression, or an error when its structure is not known."""
    process = feature["func"] if feature.qualname == AGGREGATE else feature["process"]
    shape = (feature.qualname, process.name, [d["name"] for d in feature["dependencies"]])
    if shape == IN_GROUP:
        # The recorded name holds the set in hash order, which differs from run to run.
        groups = sorted(feature["items"])
        name = ", ".join(repr(group) for group in groups)
        return (f"feature.revision.user.in_group({{{name}}})",
                f"intersects(revision.user.info.groups, {json.dumps(groups)})")
    known, expression = FEATURES.get(feature["name"], (None, None))
    if known != shape:
        raise ConversionError(f"feature {feature['name']!r} is built in an unknown way: {shape}")
    return f"feature.{feature['name']}", expression


def estimator_document(model):
    booster = model["estimator"]
    if booster["_loss"].qualname != "sklearn.ensemble._gb_losses.BinomialDeviance":
        raise ConversionError("only the binomial deviance is converted")
    if model["multilabel"] or model["label_weights"]:
        raise ConversionError("multilabel models and label weights are not converted")
    classes = numbers(booster["classes_"])
    document = {
        "format": ESTIMATOR_FORMAT,
        "kind": "gradient_boosting",
        "loss": "binomial_deviance",
        "classes": classes,
        "n_features": len(model["features"]),
        "learning_rate": booster["learning_rate"],
        "init": initial_raw(booster["init_"]),
    }
    if model["scaler"] is not None:
        document["scaler"] = scaler_document(model["scaler"])
    _, trees = layout(booster["estimators_"])
    document["trees"] = [tree_document(tree["tree_"]) for tree in trees]
    return document


def initial_raw(init):
    """Log-odds of the clipped class prior: what the sum over the trees starts from."""
    if init.qualname != "sklearn.dummy.DummyClassifier" or init["strategy"] != "prior":
        raise ConversionError("the estimator does not start from the class prior")
    prior = numbers(init["class_prior_"])[1]
    prior = min(max(prior, FLOAT32_EPSILON), 1 - FLOAT32_EPSILON)
    return math.log(prior / (1 - prior))


def scaler_document(scaler):
    document = {}
    if scaler["with_centering"]:
        document["center"] = numbers(scaler["center_"])
    if scaler["with_scaling"]:
        document["scale"] = numbers(scaler["scale_"])
    return document


def tree_document(tree):
    left, right, feature, threshold = columns(
        tree["nodes"], ["left_child", "right_child", "feature", "threshold"])
    value = numbers(tree["values"])
    leaf = [child == -1 for child in left]
    # scikit-learn fills what a node has no use for with -1, -2 and means; zero is shorter.
    return {
        "feature": [-1 if end else f for f, end in zip(feature, leaf)],
        "threshold": [0 if end else t for t, end in zip(threshold, leaf)],
        "left": [0 if end else child for child, end in zip(left, leaf)],
        "right": [0 if end else child for child, end in zip(right, leaf)],
        "value": [v if end else 0 for v, end in zip(value, leaf)],
    }


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def estimator_text(document):
    """Compact JSON with a line for each tree, so that a diff names the tree."""
    head = {key: value for key, value in document.items() if key != "trees"}
    trees = ",\n".join(compact(tree) for tree in document["trees"])
    return f'{compact(head)[:-1]},"trees":[\n{trees}\n]}}\n'


def chosen_examples(path, count):
    """Recorded scores spread evenly over the probabilities, in the order of the file."""
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    by_score = sorted(range(len(rows)), key=lambda i: (rows[i]["score"]["probability"]["true"], i))
    last = len(by_score) - 1
    picked = {by_score[round(last * step / (count - 1))] for step in range(min(count, len(rows)))}
    for i in sorted(picked):
        yield {"features": rows[i]["features"], "score": rows[i]["score"]}


def card(options, model, document, info, estimator, source):
    """model.yaml; JSON strings are YAML strings, so no YAML library is needed."""
    statistics = info["statistics"]
    lines = [
        f"format: {CARD_FORMAT}",
        f"name: {compact(options.name)}",
        f"wiki: {compact(options.wiki)}",
        f"version: {compact(model['version'])}",
        f"kind: {document['kind']}",
        f"labels: {json.dumps(document['classes'])}",
        "features:",
        *(f"  - name: {compact(name)}\n    expression: {compact(expression)}"
          for name, expression in map(definition, model["features"])),
        "estimator:",
        "  file: estimator.json",
        f"  sha256: {hashlib.sha256(estimator).hexdigest()}",
        f"trained_on: {compact(options.trained_on)}",
        f"population_rates: {json.dumps(statistics['rates']['population'])}",
        "statistics:",
        f"  roc_auc: {statistics['roc_auc']['labels']['true']}",
        f"  pr_auc: {statistics['pr_auc']['labels']['true']}",
        "origin:",
        f"  file: {compact(os.path.basename(options.model))}",
        f"  sha256: {hashlib.sha256(source).hexdigest()}",
        f"  written_by: {compact(written_by(model, info))}",
        f"licence: {compact(options.licence)}",
    ]
    return "\n".join(lines) + "\n"


def written_by(model, info):
    return (f"revscoring {info['environment']['revscoring_version']}, "
            f"scikit-learn {model['estimator']['_sklearn_version']}")


def convert(options):
    with open(options.model, "rb") as file:
        source = file.read()
    with open(options.model, "rb") as file:
        model = Reader(file).load()
    with open(options.info, encoding="utf-8") as file:
        info = json.load(file)
    if model.qualname != "revscoring.scoring.models.gradient_boosting.GradientBoosting":
        raise ConversionError(f"{model.qualname} is not converted")
    if info["version"] != model["version"]:
        raise ConversionError(f"info is of version {info['version']}, the model of {model['version']}")

    document = estimator_document(model)
    estimator = estimator_text(document).encode()
    examples = "".join(compact(row) + "\n" for row in chosen_examples(options.scores, EXAMPLES))
    files = {
        "model.yaml": card(options, model, document, info, estimator, source).encode(),
        "estimator.json": estimator,
        "examples.jsonl": examples.encode(),
        "info.json": (json.dumps(info, ensure_ascii=False, indent=1) + "\n").encode(),
    }
    os.makedirs(options.out, exist_ok=True)
    for name, content in files.items():
        with open(os.path.join(options.out, name), "wb") as file:
            file.write(content)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="the .model file")
    for name, text in [("wiki", "database name of the wiki"), ("name", "name of the model"),
                       ("info", "its info tree (JSON)"), ("scores", "recorded scores (JSON lines, .gz allowed)"),
                       ("trained-on", "sentence for the card"), ("licence", "sentence for the card"),
                       ("out", "bundle folder to write")]:
        parser.add_argument(f"--{name}", help=text, required=True)
    try:
        convert(parser.parse_args())
    except ConversionError as error:
        raise SystemExit(f"convert: {error}") from None


if __name__ == "__main__":
    main()
