#!/usr/bin/env python3
"""Record the reference's values for the project's own texts.

    VENV/bin/python tools/reference/record.py

writes into internal/score/feature/testdata
    features.json         {"features": [{"name", "expr"}], "lexicons": {name: definition}}
    recorded.jsonl.gz     a row for each input of cases.py: the input and "values": [value or {"error"}], in
                          the order of features.json, whose names would be most of the file

The features are those of any language, those of the lists below and those of
invented.py, as far as the language of expressions reaches. The reference's own
lexicons stay out. Each list is solved whole and on its own, as the reference
does for a model; a feature of several lists is recorded once, and one whose
name means something else in a second list has that list before its name.

The output depends on the inputs only: no clock, no set order.
"""
import gzip
import io
import json
import logging
import os
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

import invented
from cases import cases
from expression import translate
from node import live
from solving import base_features, datasources, named_list, values

OUT = os.path.join(os.path.dirname(__file__), "..", "..", "internal", "score", "feature", "testdata")
LISTS = ["editquality.enwiki.damaging", "editquality.dewiki.damaging", "editquality.trwiki.damaging",
         "articlequality.enwiki.wp10", "articlequality.frwiki.wp10", "articlequality.ptwiki.wp10",
         "articlequality.euwiki.wp10", "draftquality.enwiki.draft_quality"]


def collect():
    """Lists of (reference feature, recorded name or None), the definitions by name, and the lexicons."""
    lists, definitions, lexicons = [], {}, {}
    sources = {"base": base_features(), **{name: named_list(name) for name in LISTS}, "invented": invented.features}
    for source, features in sources.items():
        translated, _ = translate(live(features), lexicons)
        lists.append([(feature, admit(definitions, source, t)) for feature, t in zip(features, translated)])
    assert not any("needs" in t for t in translated), "an invented feature is not of the language"
    own = {name: lexicon for name, lexicon in lexicons.items()
           if any(f"@{name}" in expression for expression in definitions.values())}
    return lists, definitions, own


def admit(definitions, source, translated):
    """The name under which a feature is recorded; None if it is not."""
    expression = translated.get("expr")
    if expression is None or source != "invented" and "@" in expression:
        return None
    name = translated["name"]
    if definitions.get(name, expression) != expression:
        name = f"{source}: {name}"
    definitions[name] = expression
    return name


def recorded(row, definitions, lists):
    features = {}
    for pairs in lists:
        found = values([feature for feature, _ in pairs], datasources(row))
        for (_, name), value in zip(pairs, found):
            # Errors tell where in the list they came up first: not the same for all lists.
            if name is not None and features.setdefault(name, value) != value and not isinstance(value, dict):
                raise ValueError(f"{row['case']}: {name} is {value} and {features[name]}")
    return {**row, "values": [features[name] for name in definitions]}


def main():
    lists, definitions, lexicons = collect()
    os.makedirs(OUT, exist_ok=True)
    with open(os.path.join(OUT, "features.json"), "w", encoding="utf-8") as file:
        features = [{"name": name, "expr": expression} for name, expression in definitions.items()]
        json.dump({"features": features, "lexicons": lexicons}, file, ensure_ascii=False, indent=1)
        file.write("\n")
    rows = [recorded(row, definitions, lists) for row in cases()]
    lines = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.write(lines.encode())
    with open(os.path.join(OUT, "recorded.jsonl.gz"), "wb") as file:
        file.write(packed.getvalue())
    errors = sum(isinstance(value, dict) for row in rows for value in row["values"])
    print(f"{len(rows)} inputs, {len(definitions)} features, {len(lexicons)} lexicons; {errors} values are errors")


if __name__ == "__main__":
    main()
