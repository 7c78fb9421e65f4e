"""Invents small dictionaries that use every rule at random, and words to ask.

What two implementations make of rules that contradict each other is where they
differ; people's dictionaries use few rules at a time, and sensibly.
"""
import random
import unicodedata

FLAGS = "ABCDEFGHIJKLM"


class Inventor:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.wide = self.chance(.75)
        self.encoding = "utf-8" if self.wide else "latin-1"
        base = self.pick(("abc", "abs", "ab", "abi"))
        extra = ("", "é", "é한", "ß", "İı", "ñ", "A") if self.wide else ("", "é", "ß", "A")
        self.letters = list(base + self.pick(extra))
        self.mode = self.pick(("", "", "long", "num", "UTF-8" if self.wide else ""))
        self.aff, self.roots, self.dic, self.aliases = [], [], [], []

    def chance(self, share):
        return self.rng.random() < share

    def pick(self, of):
        return self.rng.choice(of)

    def text(self, least, most):
        return "".join(self.pick(self.letters) for _ in range(self.rng.randint(least, most)))

    def name(self, flag):
        at = FLAGS.index(flag)
        return {"long": flag + flag.lower(), "num": str(7 * ord(flag)), "UTF-8": chr(0x3b1 + at)}.get(self.mode, flag)

    def flag(self):
        return self.name(self.pick(FLAGS))

    def flags(self):
        if self.aliases:
            return str(self.rng.randint(1, len(self.aliases)))
        return self.join(self.rng.sample(FLAGS, self.rng.randint(1, 4)))

    def join(self, flags):
        return ("," if self.mode == "num" else "").join(map(self.name, flags))

    def option(self, share, *lines):
        if self.chance(share):
            self.aff += lines

    def table(self, name, share, most, row):
        if self.chance(share):
            rows = [row() for _ in range(self.rng.randint(1, most))]
            self.aff += ["%s %d" % (name, len(rows))] + ["%s %s" % (name, r) for r in rows]

    def options(self):
        self.aff.append("SET " + ("UTF-8" if self.wide else "ISO8859-1"))
        if self.mode:
            self.aff.append("FLAG " + self.mode)
        self.option(.15, "LANG " + self.pick(("tr", "hu", "de", "az")))
        self.option(.1, "COMPLEXPREFIXES")
        for name in ("NEEDAFFIX", "CIRCUMFIX", "KEEPCASE", "FORBIDDENWORD", "ONLYINCOMPOUND"):
            self.option(.25, name + " " + self.flag())
        self.option(.2, "FULLSTRIP")
        self.option(.15, "CHECKSHARPS")
        self.option(.15, "IGNORE " + self.pick(self.letters))
        self.option(.15, "WARN " + self.flag(), *["FORBIDWARN"][:self.rng.randrange(2)])
        if self.chance(.6):
            self.compounds()
        self.table("REP", .3, 3, lambda: "%s%s%s %s" % (
            self.pick(("", "", "^")), self.text(1, 2), self.pick(("", "", "$")), self.text(1, 2)))
        self.table("ICONV", .25, 3, lambda: "%s%s%s %s" % (
            self.pick(("", "", "_")), self.text(1, 2), self.pick(("", "", "_")), self.text(1, 2)))
        self.table("BREAK", .4, 3, lambda: self.pick((
            "-", "^-", "-$", self.text(1, 1), "^" + self.text(1, 1), self.text(1, 2) + "$", "--")))

    def compounds(self):
        kind = self.rng.random()
        self.option(kind < .4, "COMPOUNDFLAG " + self.flag())
        for name in ("BEGIN", "MIDDLE", "END"):
            self.option(.8 * (kind > .3), "COMPOUND%s %s" % (name, self.flag()))
        self.option(.7, "COMPOUNDMIN %d" % self.pick((1, 1, 2, 3)))
        self.option(.3, "COMPOUNDPERMITFLAG " + self.flag())
        forbids = self.chance(.25)
        self.option(forbids, "COMPOUNDFORBIDFLAG " + self.flag())
        self.option(.2, "COMPOUNDROOT " + self.flag())
        self.option(.2, "COMPOUNDWORDMAX %d" % self.pick((2, 3)))
        self.option(.2, "FORCEUCASE " + self.flag())
        for name in ("COMPOUNDMORESUFFIXES", "CHECKCOMPOUNDDUP", "CHECKCOMPOUNDREP", "CHECKCOMPOUNDCASE",
                     "CHECKCOMPOUNDTRIPLE", "SIMPLIFIEDTRIPLE"):
            self.option(.2, name)
        # With COMPOUNDFORBIDFLAG and replacements hunspell does not end.
        replaces = self.chance(.4) and not forbids
        self.table("CHECKCOMPOUNDPATTERN", .3, 3, lambda: " ".join(
            [self.side(("", self.text(1, 2), "0")), self.side(("", self.text(1, 2)))] + [self.text(1, 2)] * replaces))
        self.table("COMPOUNDRULE", .35, 2, self.rule)
        self.option(.7, "COMPOUNDSYLLABLE %d ai" % self.rng.randint(1, 4))
        self.option(.5, "SYLLABLENUM " + self.flag())

    def side(self, texts):
        text = self.pick(texts)
        return text + ("/" + self.flag() if not text or self.chance(.4) else "")

    def rule(self):
        parts = [self.flag() for _ in range(self.rng.randint(1, 4))]
        if self.mode in ("long", "num") or self.chance(.3):
            parts = ["(" + part + ")" for part in parts]
        return "".join(part + self.pick(("", "", "*", "?")) for part in parts)

    def condition(self):
        """No dots: past the end of a root hunspell compares them with memory behind it."""
        out = ""
        for _ in range(self.rng.randint(0, 3)):
            if self.chance(.6):
                out += self.pick(self.letters)
            else:
                out += "[" + self.pick(("", "^")) + self.text(1, 3) + "]"
        return out or "."

    def affixes(self):
        if self.chance(.15):
            self.aliases = [self.join(self.rng.sample(FLAGS, self.rng.randint(1, 4))) for _ in range(6)]
            self.aff += ["AF 6"] + ["AF " + alias for alias in self.aliases]
        for flag in map(self.name, self.rng.sample(FLAGS, self.rng.randint(1, 5))):
            kind = self.pick(("SFX", "SFX", "PFX"))
            lines = [self.affix(kind) for _ in range(self.rng.randint(1, 4))]
            self.aff.append("%s %s %s %d" % (kind, flag, self.pick("YYN"), len(lines)))
            self.aff += ["%s %s %s" % (kind, flag, line) for line in lines]

    def affix(self, kind):
        strip = self.pick(("0", "0", self.text(1, 2)))
        add = self.pick(("0", self.text(1, 2), self.text(1, 2), self.text(1, 3)))
        if self.chance(.4):
            add += "/" + self.flags()
        condition = self.condition()
        if strip != "0" and self.chance(.7):
            more = condition.replace(".", "") if self.chance(.3) else ""
            condition = strip + more if kind == "PFX" else more + strip
        return "%s %s %s" % (strip, add, condition)

    def root(self):
        root = self.text(1, 4)
        if self.chance(.2):
            root = self.pick((root.capitalize(), root.upper()))
        if self.chance(.1):
            root += self.pick("'-. ") + self.text(1, 2)
        self.roots.append(root)
        if self.chance(.75):
            root += "/" + self.flags()
        if self.chance(.08):
            root += self.pick("\t ") + "ph:" + self.text(2, 3) + self.pick(("", "", "*", "->" + self.text(1, 3)))
        self.dic.append(root)

    def asked(self, count):
        pieces = self.roots + [self.text(1, 2) for _ in range(6)]
        for line in self.aff:
            parts = line.split()
            if parts[0] in ("SFX", "PFX") and len(parts) > 4 and not parts[3].startswith("0"):
                pieces.append(parts[3].partition("/")[0])
        words = set()
        while len(words) < count:
            word = self.text(1, 7) if self.chance(.3) else \
                "".join(self.pick(pieces) for _ in range(self.pick((1, 2, 2, 2, 3, 3, 4))))
            if self.chance(.1):
                at = self.rng.randint(0, len(word))
                word = word[:at] + self.pick("-.'1,") + word[at:]
            if self.chance(.3):
                word = self.pick((word.lower(), word.upper(), word.capitalize(), word.title()))
            word = unicodedata.normalize("NFC", word)
            # Nor letters the encoding has not: the program would cut the word there.
            if word and " " not in word and word == word.encode(self.encoding, "replace").decode(self.encoding):
                words.add(word)
        return sorted(words)


def invent(seed, count=250):
    """The .aff and .dic text of a dictionary, words to ask, and its encoding."""
    inventor = Inventor(seed)
    inventor.options()
    inventor.affixes()
    for _ in range(inventor.rng.randint(3, 14)):
        inventor.root()
    aff = "\n".join(inventor.aff) + "\n"
    dic = "%d\n" % len(inventor.dic) + "\n".join(inventor.dic) + "\n"
    return aff, dic, inventor.asked(count), inventor.encoding
