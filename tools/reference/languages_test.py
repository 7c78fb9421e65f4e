"""Like expression_test.py: features put together by hand, without revscoring."""
import sys
import types
import unittest
from unittest import mock

import expression
import languages
from expression_test import aggregate, node, stems, text, words
from library import Library
from node import Function

WORDS = 'of_types(tokens(revision.text), ["word"])'
ENCHANT = Function(languages.ENCHANT, {"tag": "xx"})


def split(check, name="a.dictionary.revision.dict_split"):
    return node(f"datasource.{name}", languages.SPLIT + "dict_splitter.process", words(), dictionary_check=check)


def dict_words(check, which="dict_words"):
    return node(f"datasource.{which}", languages.SPLIT + f"_process_{which}", split(check))


def kept(include, inverse=False, name="a.stopwords.revision.stopwords"):
    return node(f"datasource.{name}", expression.META + "filters.filter.process", words(), include=include, inverse=inverse)


def stopwords(*members):
    return Function(languages.STOPWORDS, {"stopword_set": set(members)})


def trie(phrases, **changed):
    """An object like flashtext's."""
    root = {}
    for phrase in phrases:
        at = root
        for letter in phrase.lower():
            at = at.setdefault(letter, {})
        at["_keyword_"] = phrase
    letters = {chr(c) for c in range(128) if chr(c).isalnum()} | {"_"}
    attributes = {"_keyword": "_keyword_", "keyword_trie_dict": root, "case_sensitive": False, "non_word_boundaries": letters, **changed}
    processor = types.SimpleNamespace(**attributes)
    return node("datasource.a.idioms.revision.matches", languages.META + "extractors.trie.process", text(),
                owner={"word_processor": processor})


class LanguagesTest(unittest.TestCase):
    def expect(self, items, expected, **assets):
        definitions, library = expression.translate([aggregate("x", items, returns="int")])
        self.assertEqual(definitions[0].get("expr", definitions[0].get("needs")), expected)
        self.assertEqual({kind: shelf for kind, shelf in vars(library).items() if shelf}, assets)

    def test_one_dictionary(self):
        asked = {"a.dictionary": {"tags": ["xx"], "replace_astral": False}}
        self.expect(dict_words(ENCHANT), f"len(spelled({WORDS}, @a.dictionary))", dictionaries=asked)
        self.expect(dict_words(ENCHANT, "non_dict_words"), f"len(misspelled({WORDS}, @a.dictionary))", dictionaries=asked)
        added = "a.dictionary.revision.diff.dict_words_added"
        self.expect(kept(ENCHANT, name=added), f"len(spelled({WORDS}, @a.dictionary))", dictionaries=asked)
        self.expect(kept(ENCHANT, True, "a.dictionary.revision.diff.non_dict_words_removed"),
                    f"len(misspelled({WORDS}, @a.dictionary))", dictionaries=asked)
        self.expect(dict_words(Function("someone.elses")), "a dictionary that someone.elses asks")
        self.expect(split(ENCHANT), "revscoring.features.meta.aggregators.AggregatorsScalar.process of .split",
                    dictionaries=asked)

    def test_several_dictionaries(self):
        dicts = tuple(types.SimpleNamespace(tag=tag) for tag in ("yy", "xx"))
        several = Function(languages.SEVERAL, {"dicts": dicts})
        self.expect(dict_words(several), f"len(spelled({WORDS}, @a.dictionary))",
                    dictionaries={"a.dictionary": {"tags": ["yy", "xx"], "replace_astral": False}})

    def test_cleaned_words(self):
        """A function of a language's module: what it asks is read there."""
        module = types.ModuleType("revscoring.languages.a")
        exec("def safe_dictionary_check(word):\n    return multi_dict.check(utf16_cleanup(word))", vars(module))
        module.multi_dict = types.SimpleNamespace(dicts=(types.SimpleNamespace(tag="xx"),))
        check = Function("revscoring.languages.a.safe_dictionary_check")
        parents = {name: types.ModuleType(name) for name in ("revscoring", "revscoring.languages")}
        with mock.patch.dict(sys.modules, {**parents, "revscoring.languages.a": module}):
            self.expect(dict_words(check), f"len(spelled({WORDS}, @a.dictionary))",
                        dictionaries={"a.dictionary": {"tags": ["xx"], "replace_astral": True}})
            exec("def safe_dictionary_check(word):\n    return multi_dict.check(word)", vars(module))
            self.expect(dict_words(check), "revscoring.languages.a.safe_dictionary_check in this version")
        with mock.patch.dict(sys.modules, {**parents, "revscoring.languages.a": None}):
            self.expect(dict_words(check), "revscoring.languages.a, which is not at hand")

    def test_stopwords(self):
        self.expect(kept(stopwords("b", "a")), f"len(stopwords({WORDS}, @a.stopwords))", words={"a.stopwords": ["a", "b"]})
        # The reference forgets a dot.
        self.expect(kept(stopwords("b"), True, "a.stopwords.revisionparent.non_stopwords"),
                    f"len(non_stopwords({WORDS}, @a.stopwords))", words={"a.stopwords": ["b"]})

    def test_stems(self):
        self.expect(stems("English"), f'len(stems({WORDS}, "english"))')
        leaving = node("datasource.stems", languages.META + "mappers.map.process", words(),
                       apply=Function("nltk.stem.snowball.RussianStemmer.stem", {"stopwords": {"a"}}))
        self.expect(leaving, "a stemmer that leaves stop words alone")

    def test_phrases(self):
        self.expect(trie(["b c", "A b", "a"]), "len(phrases(revision.text, @a.idioms))", phrases={"a.idioms": ["A b", "a", "b c"]})
        for changed in ({"case_sensitive": True}, {"non_word_boundaries": {"a"}}):
            self.expect(trie(["a"], **changed), "phrases with case or boundaries of their own")
        self.expect(trie([], keyword_trie_dict={"a": {"_keyword_": "b"}}), "phrases that stand for others")

    def test_chinese(self):
        charmap = types.ModuleType("hanziconv.charmap")
        charmap.traditional_charmap, charmap.simplified_charmap = "甲乙甲丙", "丁乙戊己"
        simple = node("datasource.simple", "revscoring.languages.chinese.simplify_or_none", text())
        with mock.patch.dict(sys.modules, {"hanziconv": types.ModuleType("hanziconv"), "hanziconv.charmap": charmap}):
            self.expect(simple, "len(simplified(revision.text, @hanziconv.simplified))",
                        conversions={"hanziconv.simplified": [["甲", "丁"], ["丙", "己"]]})
        with mock.patch.dict(sys.modules, {"hanziconv": None}):
            self.expect(simple, "hanziconv.charmap, which is not at hand")


class LibraryTest(unittest.TestCase):
    def test_names(self):
        library = Library()

        def file(kind, definition, name):
            return library.file(kind, definition, node(f"datasource.{name}", "x"))
        self.assertEqual(file("words", ["a"], "b.c.revision.stopwords"), "b.c")
        self.assertEqual(file("words", ["a"], "b.c.revision.diff.stopwords_added"), "b.c")
        other = file("words", ["b"], "b.c.revision.stopwords")
        self.assertRegex(other, r"^b\.c_[0-9a-f]{8}$")
        self.assertEqual(file("words", ["b"], "b.c.revision.stopwords"), other)
        self.assertRegex(file("phrases", ["a"], "b.c.revision.matches"), r"^b\.c_[0-9a-f]{8}$")  # a name is one asset's
        self.assertRegex(file("dictionaries", {}, "b.c.revision.other"), r"^dictionary\.x[0-9a-f]{8}$")

    def test_known_names(self):
        library = Library()
        library.file_as("words", ["a"], "w")
        library.file_as("words", ["a"], "w")
        with self.assertRaisesRegex(ValueError, "two words are called w"):
            library.file_as("words", ["b"], "w")


if __name__ == "__main__":
    unittest.main()
