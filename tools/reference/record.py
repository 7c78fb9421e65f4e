#!/usr/bin/env python3
"""Record the reference's values for the project's own texts.

    VENV/bin/python tools/reference/record.py [--odd-items FILE]

writes into internal/score/feature/testdata
    features.json         {"features": [{"name", "expr"}], "lexicons": {name: definition}, ...}: the assets asked
    recorded.jsonl.gz     a row for each input of cases.py: the input and "values": [value or {"error"}], in
                          the order of features.json, whose names would be most of the file
    items.json, recorded_items.jsonl.gz     the same for the lists for Wikidata and the items of items.py

--odd-items writes rows like the last of many more items, and nothing else.

The features are those of any language, those of the lists below and those of
invented.py and invented_languages.py, as far as the language of expressions
reaches. The reference's own word lists stay out. Each list is solved whole and on its own, as the reference
does for a model; a feature of several lists is recorded once, and one whose
name means something else in a second list has that list before its name.

The output depends on the inputs only: no clock, no set order.
"""
import argparse
import gzip
import io
import json
import logging
import os
import re
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

import invented
import invented_languages
import items
from cases import cases
from expression import translate
from library import Library
from node import live
from solving import base_features, datasources, named_list, values

OUT = os.path.join(os.path.dirname(__file__), "..", "..", "internal", "score", "feature", "testdata")
LISTS = ["editquality.enwiki.damaging", "editquality.dewiki.damaging", "editquality.trwiki.damaging",
         "articlequality.enwiki.wp10", "articlequality.frwiki.wp10", "articlequality.ptwiki.wp10",
         "articlequality.euwiki.wp10", "draftquality.enwiki.draft_quality"]


def collect_items():
    """The same for Wikidata. Name and meaning of a feature are one in these two lists, or it is recorded as two."""
    lists, definitions, library = [], {}, Library()
    for source in ("editquality.wikidatawiki.damaging", "articlequality.wikidatawiki.item_quality"):
        features = named_list(source)
        translated, _ = translate(live(features), library)
        assert not any("needs" in t for t in translated), "a feature of items is not of the language"
        lists.append([(feature, admit(definitions, "invented", t)) for feature, t in zip(features, translated)])
    return lists, definitions, library


def collect():
    """Lists of (reference feature, recorded name or None), the definitions by name, and the assets."""
    lists, definitions, library = [], {}, Library()
    sources = {"base": base_features(), **{name: named_list(name) for name in LISTS},
               "invented": invented.features + invented_languages.features}
    for source, features in sources.items():
        translated, _ = translate(live(features), library)
        lists.append([(feature, admit(definitions, source, t)) for feature, t in zip(features, translated)])
    assert not any("needs" in t for t in translated), "an invented feature is not of the language"
    asked = set(re.findall(r"@([\w.]+)", " ".join(definitions.values())))
    own = {kind: {name: asset for name, asset in shelf.items() if name in asked} for kind, shelf in vars(library).items()}
    return lists, definitions, Library(**own)


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


def write_features(name, definitions, library):
    with open(os.path.join(OUT, name), "w", encoding="utf-8") as file:
        features = [{"name": name, "expr": expression} for name, expression in definitions.items()]
        assets = {kind: shelf for kind, shelf in vars(library).items() if shelf}
        json.dump({"features": features, **assets}, file, ensure_ascii=False, indent=1)
        file.write("\n")


def write_rows(path, rows, features):
    lines = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.write(lines.encode())
    with open(path, "wb") as file:
        file.write(packed.getvalue())
    errors = sum(isinstance(value, dict) for row in rows for value in row["values"])
    print(f"{os.path.basename(path)}: {len(rows)} inputs, {features} features; {errors} values are errors")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--odd-items", metavar="FILE", help="for comparing in bulk; see the parity test of internal/score/feature")
    odd = parser.parse_args().odd_items

    os.makedirs(OUT, exist_ok=True)
    if odd is None:
        with invented_languages.pretended():
            lists, definitions, library = collect()
            rows = [recorded(row, definitions, lists) for row in cases()]
        write_features("features.json", definitions, library)
        write_rows(os.path.join(OUT, "recorded.jsonl.gz"), rows, len(definitions))
    with items.pretended(invented.pirate, invented.scripts):
        lists, definitions, library = collect_items()
        rows = [recorded(row, definitions, lists) for row in (items.cases() if odd is None else items.odd_cases())]
    if odd is None:
        write_features("items.json", definitions, library)
    write_rows(odd or os.path.join(OUT, "recorded_items.jsonl.gz"), rows, len(definitions))


if __name__ == "__main__":
    main()
