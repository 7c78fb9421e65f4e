"""Features of languages with made-up words, phrases and characters: the reference's own are not for this repository.

The dictionaries are those beside the recorded values, in testdata/dictionaries.
"""
import contextlib
import os
import tempfile
from unittest import mock

import enchant
import hanziconv
from hanziconv import charmap
from nltk.stem.snowball import SnowballStemmer
from revscoring.datasources.meta import mappers
from revscoring.features.meta import aggregators
from revscoring.languages.chinese import simplify_or_none
from revscoring.languages.features import Dictionary, RegexMatches, Stemmed, Stopwords, SubstringMatches
from revscoring.languages.features.dictionary import MultiDictChecker

DICTIONARIES = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "internal", "score", "feature", "testdata", "dictionaries"))
# Two lines of one character, of which the first counts; one that stays; characters of four bytes.
TRADITIONAL, SIMPLIFIED = "繁體並與村村人人中𠀀", "凡体并与邨木人入𪚥一"


@contextlib.contextmanager
def pretended():
    """Puts our characters into hanziconv's place for them, and where its class keeps them."""
    with contextlib.ExitStack() as stack:
        for name, characters in ("traditional_charmap", TRADITIONAL), ("simplified_charmap", SIMPLIFIED):
            stack.enter_context(mock.patch.object(charmap, name, characters))
            stack.enter_context(mock.patch.object(hanziconv.HanziConv, f"_HanziConv__{name}", characters))
        yield


def dictionaries(*tags):
    """Our dictionaries as Enchant finds others: among the user's own."""
    with tempfile.TemporaryDirectory() as config, mock.patch.dict(os.environ, ENCHANT_CONFIG_DIR=config):
        with open(os.path.join(config, "enchant.ordering"), "w", encoding="utf-8") as file:
            file.write("*:hunspell\n")
        os.symlink(DICTIONARIES, os.path.join(config, "hunspell"))
        broker = enchant.Broker()
        return [enchant.Dict(tag, broker) for tag in tags]


pirate, sailor = dictionaries("pirate", "sailor")
one = Dictionary("invented.dictionary", pirate.check).revision
several = Dictionary("invented.dictionaries", MultiDictChecker(pirate, sailor).check).revision
# Words whose lower case is not that of "lower", words that are only there in capitals, words nobody writes.
stopwords = Stopwords("invented.stopwords", {
    "the", "of", "in", "a", "it", "is", "don't", "und", "ist", "la", "qu'est", "di̇kkat", "dikkat", "i̇i̇i̇", "iğdırlı", "οδυσσευς", "σσς",
    "straße", "κόσμος", "в", "и", "об’єднання", "من", "और", "は", "ﬁ", "THE", "two words",
}).revision
# Phrases that begin others, that become equal, that begin and end with marks, of many scripts.
phrases = SubstringMatches("invented.phrases", [
    "old miller", "the old miller's wife", "see also", "See Also", "bilge rat", "bilge", "scurvy", "scurvy knave", "one two",
    "one two three", "two three four five", "yo ho", "yo ho ho ho", "the cat", "the end. the cat", "'''a", "]]", "harbour.jpg", "1,204",
    "12 Müller", "île", "l'abbé noël", "el 50 %", "ñoquis y", "кошки и один", "ΟΔΥΣΣΕΥΣ", "i̇stanbul'a uzaktır", "bir köydür", "村",
    "नमकपुर", "\n\n==", "a b", "no", "arr", "arr arrrr",
], exclusions=["no", "two three four five"]).revision
simplified = RegexMatches("invented.simplified", [r"凡体", r"邨", r"人口", r"并[与存]", r"𪚥文", r"一", r"繁|體"], wrapping=None,
                          text_preprocess=simplify_or_none).revision
stemmed = {language: Stemmed(f"invented.{language}", SnowballStemmer(language).stem).revision for language in (
    "dutch", "english", "french", "german", "italian", "portuguese", "romanian", "russian", "spanish")}
french_added = stemmed["french"].datasources.diff.stems_added

features = [
    one.dict_words, one.non_dict_words, one.parent.dict_words, one.parent.non_dict_words, one.diff.dict_words_added,
    one.diff.dict_words_removed, one.diff.non_dict_words_added, one.diff.non_dict_words_removed, one.diff.dict_word_delta_sum,
    one.diff.dict_word_delta_increase, one.diff.dict_word_prop_delta_sum, one.diff.non_dict_word_delta_decrease,
    one.diff.non_dict_word_prop_delta_sum, several.dict_words, several.non_dict_words, several.diff.non_dict_word_prop_delta_increase,
    stopwords.stopwords, stopwords.non_stopwords, stopwords.parent.stopwords, stopwords.parent.non_stopwords,
    stopwords.diff.stopwords_added, stopwords.diff.non_stopwords_removed, stopwords.diff.stopword_delta_sum,
    stopwords.diff.non_stopword_prop_delta_sum, phrases.matches, phrases.parent.matches, phrases.diff.matches_added,
    phrases.diff.matches_removed, phrases.diff.match_delta_sum, phrases.diff.match_prop_delta_increase,
    aggregators.sum(mappers.map(len, phrases.datasources.matches), name="invented.phrase_chars", returns=int),
    simplified.matches, simplified.parent.matches, simplified.diff.match_delta_sum, simplified.diff.match_prop_delta_increase,
    *(feature for stems in stemmed.values() for feature in (stems.unique_stems, stems.stem_chars)),
    stemmed["english"].parent.stem_chars, stemmed["english"].diff.stem_delta_sum, stemmed["german"].diff.stem_prop_delta_increase,
    aggregators.len(french_added), aggregators.sum(mappers.map(len, french_added), name="invented.french_chars_added", returns=int),
]
