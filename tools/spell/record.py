#!/usr/bin/env python3
"""Records what the real hunspell says of the invented dictionaries in
internal/score/spell/testdata: writes 1 (right) or 0 behind each word.

    python3 tools/spell/record.py

cases/NAME.txt are written by hand, one rule each; a new one has words without
answers. random.txt is written from tools/spell/invent.py. Needs hunspell 1.7.
"""
import os
import re
import subprocess
import sys
import tempfile

from invent import invent

TESTDATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "internal", "score", "spell", "testdata")
ENCODINGS = {"ISO8859-1": "latin-1", "ISO8859-2": "iso8859-2", "ISO8859-9": "iso8859-9", "KOI8-R": "koi8-r",
             "UTF-8": "utf-8"}
RANDOM = 150  # dictionaries, of the seeds from 0 on


def ask(aff, dic, words, encoding):
    """The words that hunspell finds wrong, or None where it crashes or hangs."""
    with tempfile.TemporaryDirectory() as folder:
        base = os.path.join(folder, "case")
        for name, text in ((".aff", aff), (".dic", dic)):
            with open(base + name, "wb") as file:
                file.write(text.encode(encoding))
        # -1: the field before a tab is one word, however it looks.
        try:
            run = subprocess.run(["hunspell", "-d", base, "-1", "-l", "-i", "UTF-8"], timeout=20, capture_output=True,
                                 input="".join(w + "\t\n" for w in words).encode(), env={**os.environ, "HOME": folder})
        except subprocess.TimeoutExpired:
            return None
    return set(run.stdout.decode().splitlines()) if run.returncode == 0 else None


def section(aff, dic, words, wrong):
    lines = ["%s %d" % (word, word not in wrong) for word in words]
    return "-- aff --\n" + aff + "-- dic --\n" + dic + "-- words --\n" + "\n".join(lines) + "\n"


def record_case(path):
    text = open(path, encoding="utf-8").read()
    head, aff, dic, words = re.split(r"^-- (?:aff|dic|words) --\n", text, flags=re.M)
    encoding = ENCODINGS[re.search(r"^SET (\S+)", aff, re.M).group(1)]
    words = [line.split(" ")[0] for line in words.splitlines()]
    wrong = ask(aff, dic, words, encoding)
    if wrong is None:
        sys.exit("hunspell fails on " + path)
    if not 0 < len(wrong) < len(words):
        print("%s: %d of %d words are wrong" % (path, len(wrong), len(words)))
    with open(path, "w", encoding="utf-8") as file:
        file.write(head + section(aff, dic, words, wrong))


def record_random(path):
    with open(path, "w", encoding="utf-8") as file:
        for seed in range(RANDOM):
            aff, dic, words, encoding = invent(seed, 50)
            wrong = ask(aff, dic, words, encoding)
            if wrong is not None:
                file.write("== %d ==\n" % seed + section(aff, dic, words, wrong))


def main():
    cases = os.path.join(TESTDATA, "cases")
    for name in sorted(os.listdir(cases)):
        record_case(os.path.join(cases, name))
    record_random(os.path.join(TESTDATA, "random.txt"))


if __name__ == "__main__":
    main()
