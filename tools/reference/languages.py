"""Expressions of the reference's features of languages: spelling, stop words, stems, phrases, Chinese.

What they ask is found in the objects themselves: the tags of dictionaries, sets
of stop words, tries of phrases. Two things are the reference's code and need
it: which dictionaries English and Portuguese ask, and the Chinese characters.
"""
import string

from support import Unsupported, called, check, reference
from syntax import Expression, call, constant

FEATURES = "revscoring.languages.features."
SPLIT = FEATURES + "dictionary.datasources."
META = "revscoring.datasources.meta."
ENCHANT = "enchant.Dict.check"
SEVERAL = FEATURES + "dictionary.util.MultiDictChecker.check"
CLEANED = ".safe_dictionary_check"  # of a language's module
STOPWORDS = FEATURES + "stopwords.stopwords.WordIsInStopwordSet"
STEMMERS = {f"nltk.stem.snowball.{language.title()}Stemmer.stem": language for language in (
    "dutch", "english", "french", "german", "italian", "portuguese", "romanian", "russian", "spanish")}
STRINGS = ("strings", "tokens")


def expression(translation, node, arguments):
    """The expression of a node of the reference, or None if it is not one of these."""
    make = MAKERS.get(node.process.name)
    return None if make is None else make(translation, node, *arguments)


def asset(translation, kind, definition, node):
    return Expression("asset", translation.library.file(kind, definition, node))


# Spelling.

def split(translation, node, words):
    """Two lists of words; the halves are what features have."""
    check(node, words, STRINGS)
    return call(".split", ".split", words, dictionary(translation, node, called(node, "dictionary_check")))


def half(function):
    def make(_, node, words):
        check(node, words, ".split")
        return call(function, "strings", *words.arguments)
    return make


def is_spelling(function):
    return function.name in (ENCHANT, SEVERAL) or function.name.startswith("revscoring.languages.") and function.name.endswith(CLEANED)


def dictionary(translation, node, function):
    if not is_spelling(function):
        raise Unsupported(f"a dictionary that {function.name} asks")
    return asset(translation, "dictionaries", {"tags": tags(function), "replace_astral": function.name.endswith(CLEANED)}, node)


def tags(function):
    """The languages of the dictionaries asked, in the order in which they are."""
    if function.name == ENCHANT:
        return [function.owner["tag"]]
    if function.name == SEVERAL:
        return [dictionary.tag for dictionary in function.owner["dicts"]]
    module, _, name = function.name.rpartition(".")
    # A function knows its dictionaries by a name only: it must be the one that is expected.
    if reference(module, name).__code__.co_names != ("multi_dict", "check", "utf16_cleanup"):
        raise Unsupported(f"{function.name} in this version")
    return [dictionary.tag for dictionary in reference(module, "multi_dict").dicts]


# Filters and mappings: those of languages.

def filtered(translation, node, items):
    include, inverse = called(node, "include"), bool(node.attributes.get("inverse"))
    if is_spelling(include):
        function, asked = ("misspelled" if inverse else "spelled"), dictionary(translation, node, include)
    elif include.name == STOPWORDS:
        function, asked = ("non_stopwords" if inverse else "stopwords"), asset(
            translation, "words", sorted(include.owner["stopword_set"]), node)
    else:
        return None
    check(node, items, STRINGS)
    return call(function, "strings", items, asked)


def mapped(_, node, items):
    apply = called(node, "apply")
    if apply.name not in STEMMERS:
        return None
    check(node, items, STRINGS)
    if apply.owner.get("stopwords"):
        raise Unsupported("a stemmer that leaves stop words alone")
    return call("stems", "strings", items, constant(STEMMERS[apply.name]))


# Phrases.

def phrases(translation, node, where):
    check(node, where, ("text",) + STRINGS)
    found = phrase_list(vars(node.process.owner["word_processor"]))
    return call("phrases", "strings", where, asset(translation, "phrases", found, node))


def phrase_list(processor):
    """The phrases of flashtext's trie, as it returns them."""
    if processor["case_sensitive"] or processor["non_word_boundaries"] != set(string.ascii_letters + string.digits + "_"):
        raise Unsupported("phrases with case or boundaries of their own")
    found, waiting = [], [("", processor["keyword_trie_dict"])]
    while waiting:
        begun, follow = waiting.pop()
        for step, next in follow.items():
            if step != processor["_keyword"]:
                waiting.append((begun + step, next))
            elif next.lower() == begun:
                found.append(next)
            else:
                raise Unsupported("phrases that stand for others")
    return sorted(found)


# Chinese.

def simplified(translation, node, text):
    """hanziconv looks a character up in one string and takes what stands at that place in another."""
    check(node, text, "text")
    pairs = {}
    for old, new in zip(reference("hanziconv.charmap", "traditional_charmap"), reference("hanziconv.charmap", "simplified_charmap")):
        pairs.setdefault(old, new)
    table = [[old, new] for old, new in pairs.items() if old != new]
    return call("simplified", "text", text, Expression("asset", translation.library.file_as("conversions", table, "hanziconv.simplified")))


MAKERS = {
    SPLIT + "dict_splitter.process": split,
    SPLIT + "_process_dict_words": half("spelled"),
    SPLIT + "_process_non_dict_words": half("misspelled"),
    META + "filters.filter.process": filtered,
    META + "mappers.map.process": mapped,
    META + "extractors.trie.process": phrases,
    "revscoring.languages.chinese.simplify_or_none": simplified,
}
