#!/usr/bin/env python3
"""The labelled edits of editquality's demo as the two files that train.py reads.

    tools/train/demo.py enwiki.features_reverted.training.20k_2015.tsv.bz2 CARD FOLDER

writes FOLDER/features.jsonl and FOLDER/labels.jsonl, the features that CARD asks of
the nine that the file has.

One value is mended. The file is of 2015, when the original counted the seconds
since registration of an anonymous user from the start of 2006; today's gives 0,
and so do we: what is trained on must be what is computed.
"""
import argparse
import bz2
import json
import pathlib

import yaml

COLUMNS = [
    "feature.wikitext.revision.diff.longest_repeated_char_added",
    "feature.wikitext.revision.diff.words_added",
    "feature.wikitext.revision.diff.words_removed",
    "feature.english.badwords.revision.diff.match_prop_delta_sum",
    "feature.english.informals.revision.diff.match_prop_delta_sum",
    "feature.english.stopwords.revision.diff.non_stopword_prop_delta_sum",
    "feature.revision.user.is_anon",
    "feature.revision.user.in_group({'bot', 'sysop'})",
    "feature.temporal.revision.user.seconds_since_registration",
]
ANONYMOUS, SINCE = COLUMNS[6], COLUMNS[8]


def value(text):
    return {"True": True, "False": False}[text] if text in ("True", "False") else json.loads(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("card")
    parser.add_argument("folder", type=pathlib.Path)
    args = parser.parse_args()
    with open(args.card, encoding="utf-8") as file:
        asked = [feature["name"] for feature in yaml.safe_load(file)["features"]]
    args.folder.mkdir(parents=True, exist_ok=True)
    with bz2.open(args.file, "rt", encoding="utf-8") as rows, \
            open(args.folder / "features.jsonl", "w", encoding="utf-8") as features, \
            open(args.folder / "labels.jsonl", "w", encoding="utf-8") as labels:
        for row in rows:
            revision, *values, reverted = row.rstrip("\n").split("\t")
            named = dict(zip(COLUMNS, map(value, values), strict=True))
            if named[ANONYMOUS]:
                named[SINCE] = 0
            document = {"rev_id": int(revision), "features": {name: named[name] for name in asked}}
            features.write(json.dumps(document) + "\n")
            labels.write(json.dumps({"rev_id": int(revision), "reverted": value(reverted)}) + "\n")


if __name__ == "__main__":
    main()
