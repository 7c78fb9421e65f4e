#!/usr/bin/env python3
"""Records the reference's differences of made-up texts, one JSON object a line.

    python3.11 record.py [random cases, default 80] > reference.jsonl

Needs deltas 0.7.0. `ops` are [kind, a1, a2, b1, b2].
"""
import json
import random
import sys

from deltas import segment_matcher, wikitext_split
from deltas.segmenters import ParagraphsSentencesAndWhitespace

S1, S2, S3 = "The river is long. ", "It rises near a lake. ", "Nobody knows the depth of it. "
MANY = " ".join("w%d" % i for i in range(130))
CASES = {
    "both empty": ("", ""),
    "page creation": ("", S1 + S2 + "\n\n" + S3),
    "blanking": (S1 + S2 + "\n\n" + S3, ""),
    "no change": (S1 + "\n\n" + S2, S1 + "\n\n" + S2),
    "one word": ("the old word here", "the new word here"),
    "replace all": ("a b c", "d e f"),
    "paragraph moved": (S1 + "\n\n" + S2 + "\n\n" + S3, S3 + "\n\n" + S1 + "\n\n" + S2),
    "sentence moved": (S1 + S2 + S3, S3 + S1 + S2),
    "moved and changed": (S1 + S2 + "\n\n" + S3, S3 + "x y\n\n" + S2 + S1 + "z"),
    "sentence repeated": (S1 + S2, S1 + S1 + S2 + S1),
    "repeated in a": (S1 + S1 + S2 + "\n\n" + S1, S1 + "other"),
    "sentence becomes paragraph": (S1 + S2.strip(), S2.strip() + "\n\n" + S1.strip()),
    "paragraph becomes sentence": (S1.strip() + "\n\n" + S2, S2 + S1),
    "paragraphs joined": (S1 + "\n\n" + S2, S1 + S2),
    "moved next to insertion": (S1 + "\n\n" + S2, "x " + S2 + "y\n\n" + "z"),
    "deletion around a moved one": ("x y\n\n" + S1 + "\n\nz", S1 + "\n\nq"),
    "table": ("{| a b c.\n\n| d. e f |} g.", "{| a b c.\n\n| d. e f |} h."),
    "199 items, no autojunk": ("x " * 99 + "y", "x " * 99 + "z"),
    "200 items, autojunk": ("x " * 100 + "y", "x " * 100),
    "popular extends forwards": ("q " + MANY + " x x x x x", MANY + " x x x x x r"),
    "popular extends backwards": ("x x x x x x x " + MANY, "r x x x x x x x " + MANY),
    "only popular": ("x x y x x", "x y " * 60),
    "popular count at the limit": ("p q r", MANY + " p p p" + " q q q q"),
    "earliest of equal blocks": ("a b", "a c a b"),
    "ties": ("a b x a b", "a b y a b z a b"),
    "adjacent blocks": (MANY + " x " + MANY, MANY + " x x " + MANY),
}


def record(name, a, b):
    segment = ParagraphsSentencesAndWhitespace().segment
    ops = segment_matcher.diff_segments(segment(wikitext_split.tokenize(a)),
                                        segment(wikitext_split.tokenize(b)))
    print(json.dumps({"name": name, "a": a, "b": b,
                      "ops": [[op.name, op.a1, op.a2, op.b1, op.b2] for op in ops]}))


def edit(r, units):
    """Some moves, copies, removals and insertions."""
    units = list(units)
    for _ in range(r.randrange(1, 6)):
        i, j = r.randrange(len(units) + 1), r.randrange(len(units) + 1)
        i, j = min(i, j), min(max(i, j), min(i, j) + 6)
        part = units[i:j]
        way = r.randrange(4)
        if way != 1:
            del units[i:j]
        k = r.randrange(len(units) + 1)
        units[k:k] = part if way < 2 else r.choices(UNITS, k=3) if way == 2 else []
    return units


UNITS = ["a ", "b ", "c ", "d", ". ", "? ", "\n\n", "\n", "[[", "]]", "(", ")", S1, S2, S3, "e f g. ", "a b c. ", "x ", "w1 ", "w2 ", "{|", "<ref>", "</ref>"]


def main():
    for name, (a, b) in CASES.items():
        record(name, a, b)
    r = random.Random(2)
    for n in range(int(sys.argv[1]) if len(sys.argv) > 1 else 80):
        # Few distinct units make many ties; long ones pass the autojunk limit.
        units = r.sample(UNITS, k=r.randrange(2, len(UNITS)))
        a = r.choices(units, k=r.choice((8, 20, 60, 250)))
        b = edit(r, a) if n % 4 else r.choices(units, k=r.choice((8, 20, 250)))
        record("random", "".join(a), "".join(b))


if __name__ == "__main__":
    main()
