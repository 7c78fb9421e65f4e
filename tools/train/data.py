"""Labelled revisions as a table: features and labels joined by revision id."""
import dataclasses
import json
import sys

import numpy


@dataclasses.dataclass
class Table:
    values: list           # of each revision, as they were read: ints, floats, bools
    rows: numpy.ndarray    # the same as float64
    labels: numpy.ndarray  # bools or strings
    keys: list             # the same as strings


def key(label):
    """A label as JSON keys it."""
    return str(label).lower() if isinstance(label, bool) else str(label)


def objects(path):
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except ValueError as error:
                    raise ValueError(f"{path}, line {number}: {error}") from None


def labels(path, name):
    """Labels by revision id. Wikilabels writes null where nobody has decided."""
    found = {}
    for number, document in objects(path):
        if "rev_id" not in document or name not in document:
            raise ValueError(f"{path}, line {number}: must have rev_id and {name}")
        label = document[name]
        if label is None:
            continue
        if not isinstance(label, (bool, str)):
            raise ValueError(f"{path}, line {number}: {name} is {label!r}, must be a bool or a string")
        if found.setdefault(document["rev_id"], label) != label:
            raise ValueError(f"{path}, line {number}: revision {document['rev_id']} has two labels")
    return found


def join(features_path, labels_path, name, columns):
    """A Table of the revisions that have features and a label, in the order of the features."""
    known = labels(labels_path, name)
    values, chosen, failed, unlabelled = [], [], 0, 0
    for number, document in objects(features_path):
        if "features" not in document:
            failed += 1
            continue
        label = known.get(document["rev_id"])
        if label is None:
            unlabelled += 1
            continue
        missing = [c for c in columns if c not in document["features"]]
        if missing:
            raise ValueError(f"{features_path}, line {number}: no feature {missing[0]}: made with another list?")
        values.append([document["features"][c] for c in columns])
        chosen.append(label)
    print(f"{features_path}: {len(values)} revisions, {unlabelled} more without a label, {failed} without features", file=sys.stderr)
    counts = {label: chosen.count(label) for label in set(chosen)}
    if len(counts) < 2 or min(counts.values()) < 2:
        raise ValueError(f"{labels_path}: labels {counts}: two classes of two revisions each are the least")
    return Table(values, numpy.array(values, dtype=numpy.float64), numpy.array(chosen), [key(c) for c in chosen])
