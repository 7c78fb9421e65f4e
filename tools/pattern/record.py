#!/usr/bin/env python3
"""Records what Python's re answers, for the tests of internal/score/pattern.

Nothing but the standard library: run it with the Python 3.11 the reference
uses. The patterns and texts are generated, from a fixed seed (or from SEED in the
environment, to look further).

    python3.11 tools/pattern/record.py internal/score/pattern/testdata

writes cases.jsonl.gz, one row a line:

    ["expression", "text", matches at the start, [[start, end], ..]]
    ["expression"]                            re refuses it

and classes.jsonl, the characters that an expression of one character accepts:

    ["expression", how many, SHA-256 of their ranges as "61-7a;.."]

Texts are bytes written as Latin-1, places are bytes. A byte that is not UTF-8
is one U+FFFD, as in the package.
"""
import codecs
import contextlib
import gzip
import hashlib
import io
import json
import os
import random
import re
import signal
import sys
import warnings

SEED = 20231124
ROWS = 6000
REFUSED = 500

warnings.simplefilter("ignore")
codecs.register_error("bytewise", lambda e: ("\ufffd", e.start + 1))

# Letters that have something special about their case or class, next to plain
# ones, so that small patterns and texts meet often.
PLAIN = list("aabbcABC")
HOSTILE = list("kKsSiIßµ _-.\n\n\r\t0٣²") + [
    "\u0130", "\u0131", "\u017f", "\u212a", "\u1e9e", "\u03c3", "\u03c2", "\u03a3",
    "\u0345", "\u03b9", "\u1fbe", "\u00b5", "\u03bc", "\u01c5", "\u0301", "\u093e",
    "\u0995", "\u09be", "\u0431", "\u0411", "\u1c80", "\u4e2d", "\u6587", "\ud55c",
    "\u200b", "\u2028", "\x85", "\x1c", "\xa0", "\x00", "\ufffd",
    "\U00010400", "\U00010428", "\U0001e900", "\U0001f600", "\U0010ffff"]
BAD = [b"\xff", b"\x80", b"\xe4\xb8", b"\xed\xa0\x80", b"\xf0\x9f", b"\xc0\x80"]


class Maker:
    """Makes patterns; remembers how many groups are closed."""

    def __init__(self, rng):
        self.rng = rng
        self.groups = 0
        self.closed = []
        self.letters = PLAIN if rng.random() < .5 else PLAIN + HOSTILE

    def letter(self):
        c = self.rng.choice(self.letters)
        return re.escape(c) if c.isascii() else c

    def member(self):
        rng = self.rng
        kind = rng.random()
        if kind < .15:
            return rng.choice([r"\w", r"\W", r"\s", r"\S", r"\d", r"\D"])
        if kind < .35:
            low, high = sorted((rng.choice(self.letters), rng.choice(self.letters)))
            return re.escape(low) + "-" + re.escape(high)
        return self.letter()

    def klass(self):
        rng = self.rng
        return "[" + ("^" if rng.random() < .25 else "") + \
            "".join(self.member() for _ in range(rng.randint(1, 3))) + "]"

    def atom(self, depth):
        rng = self.rng
        kind = rng.random()
        if kind < .48 or depth == 0:
            return self.letter()
        if kind < .58:
            return self.klass()
        if kind < .62:
            return "."
        if kind < .68:
            return rng.choice([r"\w", r"\W", r"\s", r"\S", r"\d", r"\D"])
        if kind < .75:
            return rng.choice([r"\b", r"\B", "^", "$", r"\A", r"\Z"])
        if kind < .79:
            return rng.choice(["(?=%s)", "(?!%s)"]) % self.branches(depth - 1)
        if kind < .82:
            width = "".join(self.rng.choice([self.letter(), self.klass(), "."]) for _ in range(rng.randint(1, 2)))
            return rng.choice(["(?<=%s)", "(?<!%s)"]) % width
        if kind < .84 and self.closed:
            return "\\%d" % rng.choice(self.closed)
        if kind < .88:
            return "(?:%s)" % self.branches(depth - 1)
        if kind < .91:
            return "(?%s:%s)" % (rng.choice(["i", "-i", "s", "m", "im"]), self.branches(depth - 1))
        self.groups += 1
        number = self.groups
        inner = self.branches(depth - 1)
        self.closed.append(number)
        return "(%s)" % inner

    def sequence(self, depth):
        rng, out = self.rng, ""
        for _ in range(rng.choice([0, 1, 1, 2, 2, 3])):
            atom = self.atom(depth)
            if rng.random() < .35 and atom not in (r"\b", r"\B", "^", "$", r"\A", r"\Z"):
                atom += rng.choice(["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{2,}", "{,1}"])
            out += atom
        return out

    def branches(self, depth):
        return "|".join(self.sequence(depth) for _ in range(self.rng.choice([1, 1, 1, 2, 3])))

    def pattern(self):
        rng = self.rng
        flags = rng.choice(["", "", "(?i)", "(?i)", "(?is)", "(?m)", "(?im)"])
        if rng.random() < .3:  # a lexicon
            before, after = rng.choice([(r"\b", r"\b"), ("", ""), (r"^|[^\wক-ঽ]", r"$|[^\wক-ঽ]")])
            self.groups = 2
            words = [self.branches(2) for _ in range(rng.randint(1, 5))]
            return flags + "(%s)(%s)(%s)" % (before, "|".join(words), after)
        return flags + self.branches(3)

    def text(self):
        rng = self.rng
        out = []
        for _ in range(rng.choice([0, 1, 2, 4, 8, 12, 20])):
            if rng.random() < .04:
                out.append(rng.choice(BAD))
            else:
                out.append(rng.choice(self.letters + [" ", "\n"]).encode())
        return b"".join(out)


@contextlib.contextmanager
def limit(seconds):
    """Gives up on what takes Python for ever."""
    def stop(*_):
        raise TimeoutError
    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def row(pattern, data):
    """One row of cases.jsonl.gz."""
    text = data.decode("utf-8", "bytewise")
    # Byte offset of each character; one bad byte is one character.
    offsets, at = [0], 0
    for c in text:
        size = len(c.encode())
        if c == "\ufffd" and data[at:at + 3] != b"\xef\xbf\xbd":
            size = 1
        at += size
        offsets.append(at)
    regex = re.compile(pattern)
    with limit(.5):
        start = regex.match(text) is not None
        spans = [[offsets[m.start()], offsets[m.end()]] for m in regex.finditer(text)]
        if len(spans) != len(regex.findall(text)):
            raise AssertionError(pattern)
    return [pattern, data.decode("latin-1"), start, spans]


# What the generator does not make, with texts.
WRITTEN = [
    ("(?x) a  b # c\n [ ] \\# ", ["ab #", "ab#", "a b #"]),
    ("(?xi:a b)c d", ["ABc d", "a bcd"]),
    (r"(?P<one>a|b)(?P=one)", ["aa", "ab", "xbba"]),
    (r"(?i)(k)\1", ["kK", "K\u212a", "\u212ak"]),
    (r"(?i)(\w+) \1$", ["ab AB", "\u0130x ix", "ß ẞ"]),
    ("a(?#b)*c", ["aac", "c", "b"]),
    (r"\0\01\101\x41\u0041\U00000041", ["\0\x01AAAA"]),
    (r"[\0\101\b]+", ["A\b\0"]),
    (r"(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\10\1", ["abcdefghijja"]),
    (r"\a\f\v\t\r\\", ["\a\f\v\t\r\\"]),
    ("[]a]+", ["]a]"]), ("[^]a]+", ["]b]"]), ("[a-]+", ["a-b"]), ("[-a]+", ["a-b"]), ("[a^]+", ["^a"]),
    ("a{,}", ["aaa"]), ("a{}", ["a{}"]), ("a{1", ["a{1"]), ("a{,2", ["a{,2"]), ("x{0}y", ["xy"]), ("{a}", ["{a}"]),
    ("(?:)*a", ["aa"]), ("(|a)*", ["aaa"]), ("(a|)*?b", ["aab"]), ("(a?)*?$", ["aa"]), ("(a?b??)*", ["abab"]),
    ("(?:a?){3,}", ["aaaa"]), ("(?:a??b?){2}", ["abab"]), ("((a*)*)*", ["aa"]), ("(?:(a)|b)*", ["abab"]),
    ("(?=a)*b", ["b"]), ("(?!a){2}b", ["ab"]), ("(?<=ab)c|(?<!b)c", ["abc ac"]), ("(?<=^|\n)a", ["a"]),
    ("(?<=(?=a)a)b", ["ab"]), ("(?s).", ["\n"]), ("(?m)^$", ["\n\n"]), ("$", ["\n\n"]), (r"\Z", ["a\n"]),
    (r"\B", ["", "a", " "]), (r"\b", ["", "a b"]), ("^*", [""]), ("(?i)[^k]", ["K\u212a"]), ("(?-i:a)b", ["ab"]),
    ("(?i)a(?-i:b)c", ["Abc", "aBc"]), ("(?i)(?:\U00010400a|\U00010400b)", ["\U00010428a"]),
]


def spoil(rng, pattern):
    """A pattern with one character changed, lost or doubled."""
    i = rng.randrange(len(pattern))
    return pattern[:i] + rng.choice(["", "(", ")", "[", "]", "*", "?", "{2}", "\\", "|", pattern[i] * 2, "(?"]) + \
        pattern[i + 1:]


def supported(pattern):
    """Whether the package has what the pattern needs; re may take it anyway."""
    return not re.search(r"[*+?}]\+|\(\?>|\(\?\(|\\N|\(\?[^):]*[aLu]", pattern)


def cases():
    rng, rows = random.Random(int(os.environ.get("SEED", SEED))), []
    refused = 0
    for pattern, texts in WRITTEN:
        try:
            rows += [row(pattern, text.encode()) for text in texts]
        except re.error:
            rows.append([pattern])
    while len(rows) < ROWS:
        maker = Maker(rng)
        pattern = maker.pattern()
        if refused < REFUSED and pattern and rng.random() < .3:
            pattern = spoil(rng, pattern)
        if not supported(pattern):
            continue
        try:
            re.compile(pattern)
        except (re.error, OverflowError):
            if refused < REFUSED:
                refused += 1
                rows.append([pattern])
            continue
        for _ in range(3):
            try:
                rows.append(row(pattern, maker.text()))
            except TimeoutError:
                break
    return rows


def ranges(codes):
    out = []
    for code in codes:
        if out and out[-1][1] == code - 1:
            out[-1][1] = code
        else:
            out.append([code, code])
    return "".join("%x-%x;" % tuple(r) for r in out)


def classes():
    """Expressions of one character; those of more than one member go another
    way through re's compiler than single letters do."""
    rng = random.Random(SEED + 1)
    everything = "".join(chr(c) for c in range(sys.maxunicode + 1) if not 0xd800 <= c < 0xe000)
    letters = [re.escape(c) for c in PLAIN + HOSTILE]
    out = []
    for c in sorted(set(letters)):
        out.append(rng.choice(["(?i)%s", "(?i)[^%s]", "(?i)[%s\U0001f600]"]) % c)
    out += [r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", ".", "(?s).", r"[\w\s]", r"[^\w\s]"]
    maker = Maker(rng)
    maker.letters = PLAIN + HOSTILE
    for _ in range(120):
        out.append(rng.choice(["(?i)", "(?i)", ""]) + maker.klass())
    out += ["(?i)[a-\U00010450]", "(?i)[\U000118a0-\U000118bf]", "(?i)[^\U00010400-\U00010410x]",
            "(?i)(?:\U00010400|\U00010401)", "(?i)[\u0100-\u024f]", "(?i)[\u1e00-\u1eff]", "(?i)[ᲀ-\u1c88]"]
    for pattern in dict.fromkeys(out):
        found = re.findall(pattern, everything)
        yield [pattern, len(found), hashlib.sha256(ranges(map(ord, found)).encode()).hexdigest()]


def main():
    folder = sys.argv[1]
    body = io.BytesIO()
    with gzip.GzipFile(fileobj=body, mode="wb", mtime=0) as f:
        for r in cases():
            f.write((json.dumps(r) + "\n").encode())
    with open(os.path.join(folder, "cases.jsonl.gz"), "wb") as f:
        f.write(body.getvalue())
    with open(os.path.join(folder, "classes.jsonl"), "w", encoding="ascii") as f:
        for r in classes():
            f.write(json.dumps(r) + "\n")


if __name__ == "__main__":
    main()
