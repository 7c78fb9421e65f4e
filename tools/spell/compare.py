#!/usr/bin/env python3
"""Compares internal/score/spell with the real hunspell program.

For each language 50,000 words are drawn: from texts of its wikis, from the
dictionary's own words in other cases, from what its affixes make of them
(allowed or not), from words put together, and from all of these with a
letter changed. Both sides answer; agreement is printed, and exit status 1
says that it is below --least somewhere.

    python3 tools/spell/compare.py [--show N] [LANGUAGE ...]
    python3 tools/spell/compare.py --invented 1000

The second form asks about dictionaries of invent.py, each with other rules.
Both need the program hunspell 1.7 and Go, the first Debian's dictionaries and
real texts in SHARED/corpus (SHARED: ../shared unless set). Words that hunspell's own reading
of its input would change are not drawn: those with a tab or a line end, or in
letters that the dictionary's 8-bit encoding has not.
"""
import argparse
import gzip
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import unicodedata

from invent import invent
from record import ask

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get("SHARED", os.path.join(ROOT, "..", "shared"))

# dictionary: wikis whose texts are read, in this order
LANGUAGES = {
    "en_US": ["enwiki"], "de_DE": ["dewiktionary", "barwiki"], "fr": ["frwiki"], "es_ES": ["eswiki"],
    "ru_RU": ["ruwiki"], "hu_HU": [], "nl": ["nlwiki"], "pt_BR": ["ptwiki"], "he_IL": ["hewiki"],
    "ar": ["arzwiki"], "it_IT": ["itwiki"], "pl_PL": ["plwiki"], "uk_UA": ["ukwiki"], "tr_TR": ["trwiki"],
    "ko": ["kowiki"],
}
ENCODINGS = {"ISO8859-1": "latin-1", "ISO8859-2": "iso8859-2", "ISO8859-7": "iso8859-7", "ISO8859-15": "iso8859-15"}


class Affixes:
    """As much of an .aff file as is needed to inflect words: no conditions."""

    def __init__(self, path):
        data = open(path, "rb").read().removeprefix(b"\xef\xbb\xbf")
        match = re.search(rb"^SET\s+(\S+)", data, re.M)
        self.encoding = ENCODINGS.get(match.group(1).decode() if match else "ISO8859-1", "utf-8")
        text = data.decode(self.encoding, "replace")
        match = re.search(r"^FLAG\s+(\S+)", text, re.M)
        self.type = match.group(1) if match else ""
        self.aliases, self.rules, self.all = [], {}, []
        for line in text.splitlines():
            parts = line.split()
            if len(parts) > 1 and parts[0] == "AF":
                self.aliases.append(parts[1])
            elif len(parts) > 3 and parts[0] in ("SFX", "PFX") and not (len(parts) == 4 and parts[2] in "YN"):
                add, _, flags = parts[3].partition("/")
                rule = (parts[0], parts[2].replace("0", ""), "" if add == "0" else add, flags,
                        parts[4] if len(parts) > 4 else ".")
                self.rules.setdefault(parts[1], []).append(rule)
                self.all.append(rule)
        self.aliases = self.aliases[1:]

    def flags(self, text):
        if self.aliases:
            number = re.match(r"\d+", text)
            if not number or not 0 < int(number.group()) <= len(self.aliases):
                return []
            text = self.aliases[int(number.group()) - 1]
        if self.type == "num":
            return text.split(",")
        if self.type == "long":
            return re.findall("..", text)
        return list(text)

    def inflect(self, rng, word, flags):
        """The word with one of its affixes, and that affix's flags."""
        rules = [rule for flag in self.flags(flags) for rule in self.rules.get(flag, ())]
        if not rules or rng.random() < 0.1:
            rules = self.all  # of another word
        if not rules:
            return word, ""
        rules = [rng.choice(rules) for _ in range(20)]
        kind, strip, add, more, _ = next((r for r in rules if fits(r, word)), rules[0])
        if kind == "PFX":
            return add + word.removeprefix(strip), more
        return word.removesuffix(strip) + add, more


def fits(rule, word):
    kind, strip, _, _, condition = rule
    try:
        return bool(re.match(condition, word) if kind == "PFX" else re.search("(?:" + condition + ")$", word))
    except re.error:
        return True


def corpus_words(wikis):
    """Distinct words of the wikis, of all where there are too few."""
    path = os.path.join(SHARED, "corpus", "mix.jsonl.gz")
    own, other = {}, {}
    with gzip.open(path, "rt") as rows:
        for row in map(json.loads, rows):
            target = own if row["wiki"] in wikis else other
            for word in re.findall(r"[\w](?:[\w'’.-]*[\w])?", row.get("text") or ""):
                if len(word) < 60:
                    target[word] = True
    return list(own), list(other)


def root_words(path, encoding):
    lines = open(path, "rb").read().decode(encoding, "replace").splitlines()[1:]
    roots = []
    for line in lines:
        word, _, flags = re.split(r"\t| +\w\w:", line, maxsplit=1)[0].partition("/")
        if word:
            roots.append((word, flags.strip()))
    return roots


def mangle(rng, word, letters):
    at = rng.randrange(len(word) + 1)
    letter = rng.choice(letters)
    return rng.choice((word[:at] + letter + word[at:], word[:at] + word[at + 1:], word[:at] + letter + word[at + 1:],
                       word[:at] + word[at + 1:at + 2] + word[at:at + 1] + word[at + 2:]))


def recase(rng, word):
    return rng.choice((word, word.lower(), word.upper(), word.capitalize(), word[:1].upper() + word[1:], word.title()))


class Words:
    """Draws the words of a language, each with the way it was made."""

    def __init__(self, rng, base, corpus):
        self.rng = rng
        self.affixes = Affixes(base + ".aff")
        self.roots = root_words(base + ".dic", self.affixes.encoding)
        self.own, self.other = corpus
        self.letters = [c for word, _ in rng.sample(self.roots, min(2000, len(self.roots))) for c in word]

    def inflected(self):
        word, flags = self.rng.choice(self.roots)
        for _ in range(self.rng.choice((1, 1, 1, 2, 2, 3))):
            form, more = self.affixes.inflect(self.rng, word, flags)
            word, flags = form, more or flags
        return word

    def joined(self):
        count = self.rng.choice((2, 2, 2, 3))
        parts = [self.inflected() if self.rng.random() < 0.4 else self.rng.choice(self.roots)[0] for _ in range(count)]
        return self.rng.choice(("", "", "", "-")).join(parts)

    def dressed(self):
        word = self.rng.choice(self.roots)[0]
        number = str(self.rng.randrange(100000))
        return self.rng.choice((word + ".", word + "..", "-" + word, word + "-", number + "-" + word, word + number,
                                number, number[:2] + "," + number[2:], number + ".", "'" + word, word + "'s",
                                word + "’s", number + word))

    def draw(self, count):
        ways = {"inflected": self.inflected, "joined": self.joined, "dressed": self.dressed,
                "root": lambda: recase(self.rng, self.rng.choice(self.roots)[0]),
                "recased": lambda: recase(self.rng, self.inflected()),
                "other text": lambda: self.rng.choice(self.other)}
        words = {}
        self.rng.shuffle(self.own)
        for word in self.own[:count * 2 // 5]:
            self.keep(words, word, "text")
        names = list(ways)
        while len(words) < count:
            name = self.rng.choice(names)
            word = ways[name]()
            if self.rng.random() < 0.3:
                name, word = "mangled", mangle(self.rng, word, self.letters)
            self.keep(words, word, name)
        return words

    def keep(self, words, word, way):
        word = unicodedata.normalize("NFC", word)
        if not word or re.search(r"[\s\0]", word) or "&apos;" in word:
            return
        try:
            word.encode(self.affixes.encoding)
        except UnicodeEncodeError:
            return
        words.setdefault(word, way)


def hunspell(base, words):
    """The words that the program finds wrong. -1: the field before a tab is one word."""
    text = "".join(word + "\t\n" for word in words)
    with tempfile.TemporaryDirectory() as home:
        run = subprocess.run(["hunspell", "-d", base, "-1", "-l", "-i", "UTF-8"], input=text.encode(),
                             capture_output=True, env={**os.environ, "HOME": home}, check=True)
    return set(run.stdout.decode().splitlines())


def ours(binary, base, words):
    run = subprocess.run([binary, base + ".aff", base + ".dic"], input="\n".join(words) + "\n",
                         capture_output=True, text=True, check=True)
    answers = run.stdout.split()
    if len(answers) != len(words):
        sys.exit("spell answered %d of %d words" % (len(answers), len(words)))
    return {word: answer == "1" for word, answer in zip(words, answers)}


def compare(binary, base, corpus, count):
    words = Words(random.Random(os.path.basename(base)), base, corpus).draw(count)
    # The program, but not the library, asks again with ' for ’.
    again = {word.replace("’", "'") for word in words if "’" in word}
    mine = ours(binary, base, list(words) + [word for word in again if word not in words])
    wrong = hunspell(base, words)
    differ = [(word, way) for word, way in words.items()
              if (word not in wrong) != (mine[word] or mine[word.replace("’", "'")])]
    return len(words), len(words) - len(wrong), differ


def compare_languages(binary, args):
    low = []
    for language in args.languages:
        corpus = corpus_words(LANGUAGES.get(language, [language[:2] + "wiki"]))
        count, known, differ = compare(binary, os.path.join(args.folder, language), corpus, args.words)
        agreement = 100 * (1 - len(differ) / count)
        print("%-6s %d words, %4.1f %% known, %d differ: %.3f %%"
              % (language, count, 100 * known / count, len(differ), agreement), flush=True)
        for word, way in differ[:args.show]:
            print("       %s (%s)" % (word, way))
        if agreement < args.least:
            low.append(language)
    if low:
        sys.exit("below %.2f %%: %s" % (args.least, " ".join(low)))


def compare_invented(binary, count):
    asked = differing = failing = 0
    with tempfile.TemporaryDirectory() as folder:
        base = os.path.join(folder, "case")
        for seed in range(count):
            aff, dic, words, encoding = invent(seed)
            wrong = ask(aff, dic, words, encoding)
            if wrong is None:
                failing += 1  # hunspell itself, on rules nobody would write
                continue
            for name, text in ((".aff", aff), (".dic", dic)):
                with open(base + name, "wb") as file:
                    file.write(text.encode(encoding))
            mine = ours(binary, base, words)
            differ = [word for word in words if mine[word] != (word not in wrong)]
            asked += len(words)
            differing += bool(differ)
            if differ:
                print("seed %d: %s" % (seed, " ".join(differ[:10])), flush=True)
    print("%d dictionaries, %d words: %d dictionaries differ; on %d more hunspell fails"
          % (count - failing, asked, differing, failing))
    if differing:
        sys.exit(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("languages", nargs="*", default=list(LANGUAGES), metavar="LANGUAGE")
    parser.add_argument("--folder", default="/usr/share/hunspell", help="where dictionaries are")
    parser.add_argument("--words", type=int, default=50000)
    parser.add_argument("--least", type=float, default=99.9, help="agreement wanted, in percent")
    parser.add_argument("--show", type=int, default=10, help="differing words to print")
    parser.add_argument("--invented", type=int, metavar="N", help="compare N invented dictionaries")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        binary = os.path.join(folder, "spell")
        subprocess.run(["go", "build", "-o", binary, "./tools/spell"], cwd=ROOT, check=True)
        if args.invented:
            compare_invented(binary, args.invented)
        else:
            compare_languages(binary, args)


if __name__ == "__main__":
    main()
