#!/usr/bin/env python3
"""The reference's word lists that features of Wikidata ask, for tools/parity --assets.

    VENV/bin/python tools/reference/assets.py >FILE

prints {"lexicons": {name: definition}, "words": {name: [...]}}. They belong to
the reference's authors and are not kept in this repository.
"""
import json
import sys
import warnings

warnings.simplefilter("ignore")

import wikidata
from expression import translate
from library import Library
from node import live
from solving import named_list


def main():
    library = Library()
    for name in ("editquality.wikidatawiki.damaging", "articlequality.wikidatawiki.item_quality"):
        translate(live(named_list(name)), library)
    # Small enough to be constants in expressions, but not for the source of a program.
    library.words["wikidata.commons_media"] = wikidata.reference(wikidata.LISTS + "property_datatypes", "COMMONS_MEDIA")
    library.words["wikidata.astronomical_objects"] = wikidata.reference(wikidata.LISTS + "items_lists", "ASTRONOMICAL_OBJECTS")
    json.dump({"lexicons": library.lexicons, "words": library.words}, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
