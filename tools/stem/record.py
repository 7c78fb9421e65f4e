#!/usr/bin/env python3
"""Records what NLTK, flashtext and hanziconv answer, for the tests of stem, phrase and hanzi.

Run it with the reference's Python (tools/reference/install.sh makes it). Words,
phrases, texts and the table of characters are generated, from a fixed seed.

    VENV/bin/python tools/stem/record.py internal/score

writes below that folder

    stem/testdata/stems.jsonl.gz      ["language", "word", "word in lower case", "stem"]
    phrase/testdata/phrases.jsonl.gz  {"phrases": [..], "exclude": [..] or null, "case": matters?,
                                       "texts": [["text", ["phrase found", ..]], ..]}
    hanzi/testdata/hanzi.json         {"pairs": ["from and to", ..], "texts": [["text", "simplified"], ..]}
"""
import gzip
import io
import json
import os
import random
import sys

from hanziconv import HanziConv
from nltk.stem import snowball
from revscoring import Datasource
from revscoring.datasources.meta import extractors

SEED = 20231125
LANGUAGES = ["dutch", "english", "french", "german", "italian", "portuguese", "romanian", "russian", "spanish"]
WORDS = 1500  # of each language
SETS = 250  # of phrases

# Characters that are special to one of the rules, to lower case or to UTF-8.
ODD = list("''’‘‛-_~^`0٣²İıßẞςΣσÅKſǅ中한\u0301\u0307\u00ad\u200d😀𐐀\x00\x80\x85ÀÈÌÒÙÿŸșț .\u00a0")

# Parts of words that the rules know beside their tables of suffixes.
PARTS = {
    "english": ["gener", "commun", "arsen", "'s", "’s", "y"],
    "french": ["par", "col", "tap", "iv", "eus", "abl", "iqu", "ic", "abil", "at", "gu", "ière", "enn"],
    "german": ["niss", "ig", "lich", "er", "en", "e", "ß"],
    "dutch": ["gem", "kk", "dd", "tt", "aa", "oo", "ij", "heid"],
    "spanish": ["ando", "iendo", "uyendo", "ar", "gu", "ic", "iv", "at", "os", "abil"],
    "italian": ["ando", "endo", "ar", "er", "ir", "ic", "iv", "at", "os", "abil", "qu"],
    "portuguese": ["ic", "iv", "at", "os", "abil", "avel", "güe", "qüi", "ão", "gu", "ci"],
    "russian": ["ующаиа", "ующая", "ейше", "ость", "нн", "тсщ", "AUE", "i^a", "t^s", "shch"],
}


def tables(language, stemmer):
    """The suffixes of a stemmer's tables and its vowels."""
    found = [s for name, value in vars(type(stemmer)).items() if name.endswith("_suffixes") for s in value]
    if language == "russian":
        found = [stemmer._RussianStemmer__roman_to_cyrillic(s) for s in found]
        return found, "аеиоуыэюяё"
    return found, getattr(type(stemmer), "_%s__vowels" % type(stemmer).__name__)


def word(rng, letters, parts):
    out = ""
    for _ in range(rng.choice([1, 1, 2, 3, 4, 6])):
        of = rng.random()
        out += rng.choice(letters if of < .45 else parts if of < .94 else ODD)
    shape = rng.random()
    return out.upper() if shape < .05 else out.capitalize() if shape < .15 else out


def stems():
    rng = random.Random(SEED)
    for language in LANGUAGES:
        stemmer = snowball.SnowballStemmer(language)
        suffixes, vowels = tables(language, stemmer.stemmer)
        plain = "абвгдежзийклмнопрстуфхцчшщъыьэюя" if language == "russian" else "abcdefghijklmnopqrstuvwxyz"
        letters = list(plain) + list(vowels) * 3
        parts = suffixes + PARTS.get(language, []) * 3
        words = ["", "a", "É", "'", "''", "y", "Y's", "İ", "ΣΑΣ", "\u0301", "𐐀s", "x" * 200, "é" * 200] + ODD
        words += list(getattr(type(stemmer.stemmer), "_EnglishStemmer__special_words", ()))
        words += [word(rng, letters, parts) for _ in range(WORDS - len(words))]
        # A ~ that the rules write themselves is as welcome as the letter it stands for.
        words = [w.replace("a~", "ã").replace("o~", "õ") if i % 2 else w for i, w in enumerate(words)]
        for w in dict.fromkeys(words):
            yield [language, w, w.lower(), stemmer.stem(w)]


def phrases():
    rng = random.Random(SEED + 1)
    pieces = ["a", "b", "ab", "ba", "A", "B", "on", "of", " ", " ", " ", "-", ".", "'", "é", "É", "İ", "i", "I", "K", "k",
              "Σ", "σ", "ς", "中", "_", "7", "\n", "😀", "\u0307"]

    def text(most):
        return "".join(rng.choice(pieces) for _ in range(rng.randint(1, most)))

    for _ in range(SETS):
        listed = [text(rng.choice([2, 4, 8])) for _ in range(rng.randint(1, 14))]
        # Phrases that begin and end like others.
        listed += [rng.choice(listed) + rng.choice(["", " ", "."]) + rng.choice(listed) for _ in range(rng.randint(0, 6))]
        exclude = rng.sample(listed, 1) if rng.random() < .2 and len(set(listed)) > 1 else None
        case = rng.random() < .15
        if exclude is not None:  # the reference's order is that of a set then: keep what is equal in lower case out
            listed = list({p.lower(): p for p in listed if p not in exclude}.values()) + exclude
        matcher = extractors.trie(listed, Datasource("text"), case_sensitive=case, exclusions=exclude, name="found")
        texts = [""] + [text(30) for _ in range(6)]
        texts += ["".join(rng.choice(listed) + rng.choice(["", " ", "a", ".", "  "]) for _ in range(rng.randint(1, 8)))
                  for _ in range(6)]
        yield {"phrases": listed, "exclude": exclude, "case": case, "texts": [[t, matcher.process(t)] for t in texts]}


def hanzi():
    """hanziconv with a table of our own in place of its data, which is not ours."""
    rng = random.Random(SEED + 2)
    source = [chr(c) for c in rng.sample(range(0x4e00, 0x9fff), 60)] + list("aé𠀀😀") + [chr(0x3400)]
    target = [chr(c) for c in rng.sample(range(0x4e00, 0x9fff), len(source) - 4)] + list("bcß𠀁")
    source += source[:5]  # again, for something else: the first counts
    target += list("vwxyz")
    HanziConv._HanziConv__traditional_charmap = "".join(source)
    HanziConv._HanziConv__simplified_charmap = "".join(target)
    alphabet = source * 2 + target + list("plain text\n中文\u0301\x00")
    texts = ["", "plain"] + ["".join(rng.choice(alphabet) for _ in range(rng.randint(1, 40))) for _ in range(60)]
    return {"pairs": [a + b for a, b in zip(source, target)], "texts": [[t, HanziConv.toSimplified(t)] for t in texts]}


def write(path, rows):
    body = io.BytesIO()
    with gzip.GzipFile(fileobj=body, mode="wb", mtime=0) as f:
        for row in rows:
            f.write((json.dumps(row) + "\n").encode())
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(body.getvalue())


def main():
    folder = sys.argv[1]
    write(os.path.join(folder, "stem", "testdata", "stems.jsonl.gz"), stems())
    write(os.path.join(folder, "phrase", "testdata", "phrases.jsonl.gz"), phrases())
    path = os.path.join(folder, "hanzi", "testdata", "hanzi.json")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(hanzi(), f, ensure_ascii=False, indent=0)
        f.write("\n")


if __name__ == "__main__":
    main()
