#!/usr/bin/env python3
"""Lists of the reference's features as pickles, for tests of internal/revscoring/translate.

    VENV/bin/python tools/reference/pickles.py FOLDER

writes into FOLDER
    NAME.p2.pickle to NAME.p5.pickle    every list of lists.py, under each of the protocols that models have
    known.json                          what they ask and do not hold; see assets.py
They hold the reference's word lists and are not kept in this repository.

    VENV/bin/python tools/reference/pickles.py --invented

writes into internal/revscoring/translate/testdata lists that are made up, or hold
no words:
    NAME.p4.pickle, NAME.p2.pickle    a list, the large one under one protocol
    expected.json                     {"lists": {name: [{"name", "expr"}]}, "assets": {kind: {name: definition}},
                                      "known": {kind: {name: definition}}}: what expression.py makes of the lists,
                                      and of the assets those that are no part of a pickle
"""
import argparse
import json
import logging
import os
import pickle
import pickletools
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

import invented
import invented_languages
import items
from assets import known
from expression import translate
from library import Library
from lists import named_lists
from node import live
from revscoring.features import revision_oriented as about
from revscoring.features.modifiers import log
from revscoring.features.wikitext import revision as now
from revscoring.languages.features import RegexMatches
from solving import base_features, named_list

OUT = os.path.join(os.path.dirname(__file__), "..", "..", "internal", "revscoring", "translate", "testdata")
PROTOCOLS = (2, 3, 4, 5)
ITEMS = ("editquality.wikidatawiki.damaging", "articlequality.wikidatawiki.item_quality")


def write(folder, name, features, protocols):
    for protocol in protocols:
        # Without the memo's entries that nobody reads, a third of the size; the values are the same.
        data = pickletools.optimize(pickle.dumps(features, protocol)) if folder == OUT else pickle.dumps(features, protocol)
        with open(os.path.join(folder, f"{name}.p{protocol}.pickle"), "wb") as file:
            file.write(data)


def invented_lists():
    """Features of the lists that are made up, or hold no words."""
    yield "base", base_features()
    # Short enough for a fuzzer to start from.
    yield "small", [invented.unwrapped.revision.matches, about.revision.user.in_group({"bot", "sysop"}), log(now.tags + 1)]
    yield "invented", invented.features + invented_languages.features


def write_invented():
    os.makedirs(OUT, exist_ok=True)
    made, library = {}, Library()
    with invented_languages.pretended():
        for name, features in invented_lists():
            made[name], _ = translate(live(features), library)
            write(OUT, name, features, (4,) if name == "base" else (2, 4))
    badwords, informals = (RegexMatches(f"english.{name}", patterns) for name, patterns in (
        ("badwords", [r"arr+", r"(sea|land)lubbers?"]), ("informals", [r"yo(?: ho)+"])))
    with items.pretended(badwords, informals):
        for name in ITEMS:
            made[name], _ = translate(live(named_list(name)), library)
            write(OUT, name, named_list(name), (4,))
    asked = {
        "lexicons": {name: library.lexicons[name] for name in ("english.badwords", "english.informals", "wikidata.languages")},
        "words": {"wikidata.nonexternal_identifiers": library.words["wikidata.nonexternal_identifiers"],
                  "wikidata.commons_media": items.MEDIA, "wikidata.astronomical_objects": items.OBJECTS},
        "conversions": library.conversions,
    }
    with open(os.path.join(OUT, "expected.json"), "w", encoding="utf-8") as file:
        json.dump({"lists": made, "assets": vars(library), "known": asked}, file, ensure_ascii=False, indent=0)
        file.write("\n")
    print(f"{len(made)} lists, {sum(map(len, made.values()))} features")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("folder", nargs="?")
    target.add_argument("--invented", action="store_true", help="the lists for testdata")
    arguments = parser.parse_args()
    if arguments.invented:
        write_invented()
        return
    os.makedirs(arguments.folder, exist_ok=True)
    count = 0
    for name, features in named_lists():
        write(arguments.folder, name, features, PROTOCOLS)
        count += len(features)
    with open(os.path.join(arguments.folder, "known.json"), "w", encoding="utf-8") as file:
        json.dump(known(), file, ensure_ascii=False)
    print(f"{arguments.folder}: {len(PROTOCOLS)} pickles of each list, {count} features")


if __name__ == "__main__":
    main()
