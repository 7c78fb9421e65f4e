#!/usr/bin/env python3
"""The reference's lists as expressions, with all that they ask, for tools/parity --lists.

    VENV/bin/python tools/reference/lists.py FILE

writes {"lists": {name: [{"name", "expr"} or {"name", "needs"}, ...]}, "assets":
{kind: {name: definition}}}; see expression.py and library.py. The list "base" is
what is recorded beside the lists: features of any language and those of English.

The word lists belong to the reference's authors and are not kept in this
repository.
"""
import argparse
import json
import logging
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

from revscoring.languages import english

from expression import translate
from library import Library
from node import live
from solving import base_features, members, named_list

LISTS = {
    "editquality": {"damaging": (
        "arwiki bnwiki bswiki cawiki cswiki dewiki elwiki enwiki enwiktionary eswiki eswikibooks eswikiquote etwiki fawiki "
        "fiwiki frwiki glwiki hewiki hrwiki huwiki idwiki iswiki itwiki jawiki kowiki lvwiki nlwiki nowiki plwiki ptwiki "
        "rowiki ruwiki sqwiki srwiki svwiki tawiki trwiki ukwiki viwiki wikidatawiki zhwiki")},
    "articlequality": {
        "wp10": "enwiki euwiki fawiki frwiki glwiki nlwiki ptwiki ruwiki svwiki trwiki ukwiki",
        "item_quality": "wikidatawiki", "article": "wikipedia"},
    "draftquality": {"draft_quality": "enwiki"},
}
# Of these languages there are several dictionaries. Enchant takes the one that the directory lists first, in no order
# (providers/enchant_hunspell.cpp, hunspell_request_dictionary): when the values were recorded, it was these.
RECORDED = {"sr": "sr_Latn_RS", "sv": "sv_SE"}
ENGLISH = [english.dictionary, english.stopwords, english.badwords, english.informals, english.words_to_watch,
           english.idioms, english.stemmed]


def named_lists():
    """All lists of which values are recorded."""
    yield "base", base_features() + [feature for asset in ENGLISH for feature in members(asset.revision)]
    for package, lists in LISTS.items():
        for which, wikis in lists.items():
            for name in (f"{package}.{wiki}.{which}" for wiki in wikis.split()):
                # No values were recorded of what asks SentiWordNet, which is in no registry.
                yield name, [feature for feature in named_list(name) if ".sentiment." not in str(feature)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    path = parser.parse_args().file
    library = Library()
    lists = {name: translate(live(features), library)[0] for name, features in named_lists()}
    for dictionary in library.dictionaries.values():
        dictionary["tags"] = [RECORDED.get(tag, tag) for tag in dictionary["tags"]]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"lists": lists, "assets": vars(library)}, file, ensure_ascii=False, indent=1)
        file.write("\n")
    definitions = [definition for definitions in lists.values() for definition in definitions]
    print(f"{path}: {len(lists)} lists, {len(definitions)} features, {sum('needs' in d for d in definitions)} not of the language; "
          + ", ".join(f"{len(shelf)} {kind}" for kind, shelf in vars(library).items()))


if __name__ == "__main__":
    main()
