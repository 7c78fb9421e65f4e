"""Labelled revisions as a table: features and labels joined by revision id."""
import dataclasses
import json
import math
import sys

import numpy


@dataclasses.dataclass
class Table:
    ids: list              # of the revisions
    values: list           # of each revision, as they were read: ints, floats, bools
    rows: numpy.ndarray    # the same as float64
    labels: numpy.ndarray  # bools, whole numbers or strings

    def classes(self):
        return sorted(set(self.labels.tolist()))

    def keys(self):
        return [key(label) for label in self.labels.tolist()]

    def select(self, chosen):
        """The table of some rows, by their indices."""
        return Table([self.ids[i] for i in chosen], [self.values[i] for i in chosen], self.rows[chosen], self.labels[chosen])


def key(label):
    """A label as JSON keys it."""
    return str(label).lower() if isinstance(label, bool) else str(label)


def objects(path):
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                document = json.loads(line)
            except ValueError as error:
                raise ValueError(f"{path}, line {number}: {error}") from None
            if not isinstance(document, dict):
                raise ValueError(f"{path}, line {number}: is {line.strip():.40}, must be an object")
            yield f"{path}, line {number}", document


def rev_id(where, document):
    found = document.get("rev_id")
    # true would be the revision 1.
    if isinstance(found, bool) or not isinstance(found, (int, str)):
        raise ValueError(f"{where}: rev_id is {json.dumps(found)}, must be the number by which features and labels are joined")
    return found


def labels(path, name):
    """Labels by revision id. Wikilabels writes null where nobody has decided."""
    found, kind = {}, None
    for where, document in objects(path):
        if name not in document:
            raise ValueError(f"{where}: has no {name}, only {', '.join(document)}")
        revision, label = rev_id(where, document), document[name]
        if label is None:
            continue
        if isinstance(label, (list, dict)):
            raise ValueError(f"{where}: {name} is {json.dumps(label):.40}: a model of any number of labels at once is not trained here, only imported")
        if not isinstance(label, (bool, int, str)) or isinstance(label, int) and abs(label) >= 1 << 53:
            raise ValueError(f"{where}: {name} is {label!r}, must be a bool, a whole number or a string")
        kind = kind or type(label)
        if type(label) is not kind:  # 1 and true would be one class
            raise ValueError(f"{where}: {name} is {label!r}, those before are of type {kind.__name__}")
        if found.setdefault(revision, label) != label:
            raise ValueError(f"{where}: revision {revision} has two labels")
    return found


def row(where, features, columns):
    """The values of the columns. A model must not be trained on what it could not be asked."""
    values = []
    for column in columns:
        if column not in features:
            raise ValueError(f"{where}: no feature {column}: made with another list?")
        value = features[column]
        if not isinstance(value, (bool, int, float)) or not -1e300 < value < 1e300 or math.isnan(value):
            raise ValueError(f"{where}: {column} is {json.dumps(value):.40}, must be a number or a bool")
        values.append(value)
    return values


def join(features_path, labels_path, name, columns):
    """A Table of the revisions that have features and a label, in the order of the features."""
    known = labels(labels_path, name)
    rows, failed, twice, others = {}, 0, 0, []
    for where, document in objects(features_path):
        if "features" not in document:
            failed += 1
            continue
        revision = rev_id(where, document)
        if revision not in known:
            others.append(revision)
        elif revision in rows:
            twice += 1  # in two folds it would be asked about what it was trained on
        elif isinstance(document["features"], dict):
            rows[revision] = row(where, document["features"], columns)
        else:
            raise ValueError(f"{where}: features have no names: not of streamer score --features-only")
    print(f"{features_path}: {len(rows)} revisions, {len(others)} more without a label, {failed} without features"
          + (f", {twice} more than once" if twice else ""), file=sys.stderr)
    if known and others and not rows:
        raise ValueError(unmatched(known, others))
    table = Table(list(rows), list(rows.values()), numpy.array(list(rows.values()), dtype=numpy.float64),
                  numpy.array([known[revision] for revision in rows]))
    keys = table.keys()
    counts = {label: keys.count(label) for label in map(key, table.classes())}
    if len(counts) < 2 or min(counts.values()) < 2:
        raise ValueError(f"{labels_path}: labels {counts}: two classes of two revisions each are the least")
    return table


def unmatched(known, others):
    """Why nothing is joined. "3963" and 3963 are two: show them, if they are there."""
    texts = {str(revision): revision for revision in known}
    there = next((revision for revision in others if str(revision) in texts), others[0])
    label = texts.get(str(there), next(iter(known)))
    return f"no rev_id of the labels is among the features (labels: {json.dumps(label)}, features: {json.dumps(there)})"
