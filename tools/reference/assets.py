#!/usr/bin/env python3
"""What features ask that is in the reference's modules and not in a model's file.

    VENV/bin/python tools/reference/assets.py >FILE

prints {"lexicons": {name: definition}, "words": {name: [...]}, "conversions":
{name: [[from, to], ...]}}: word lists that features of Wikidata ask, and the
Chinese characters. They belong to the reference's authors and are not kept in
this repository. Importing a model that asks them takes the file (the option
Known of internal/revscoring/translate), and so does tools/parity --assets.
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


def known():
    """The assets, as an object with the fields of a Library."""
    library, chinese = Library(), Library()
    for name in ("editquality.wikidatawiki.damaging", "articlequality.wikidatawiki.item_quality"):
        translate(live(named_list(name)), library)
    # Small enough to be constants in expressions, but not for the source of a program.
    library.words["wikidata.commons_media"] = wikidata.reference(wikidata.LISTS + "property_datatypes", "COMMONS_MEDIA")
    library.words["wikidata.astronomical_objects"] = wikidata.reference(wikidata.LISTS + "items_lists", "ASTRONOMICAL_OBJECTS")
    translate(live(named_list("editquality.zhwiki.damaging")), chinese)
    return {"lexicons": library.lexicons, "words": library.words, "conversions": chinese.conversions}


if __name__ == "__main__":
    json.dump(known(), sys.stdout, ensure_ascii=False)
