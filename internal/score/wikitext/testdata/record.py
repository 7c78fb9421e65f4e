#!/usr/bin/env python3
"""Records what the reference makes of made-up texts, one JSON object a line.

    python3.11 record.py [random cases, default 60] > reference.jsonl

Needs deltas 0.7.0 and revscoring 2.11.13. `name` says what a case is about; `tokens` are [text, kind];
`tree` is [1, first, last, [[1 sentence or 0 space, first, last] ...]] for a
paragraph and [0, first, last] for white space; `repeat` is the longest run of
one character in text.lower(); `lower` is what revscoring's mapper lower_case makes
of the text; `uppercase` are the tokens of which revscoring's is_uppercase_word
holds.
"""
import json
import random
import sys
from itertools import groupby

from deltas import wikitext_split
from deltas.segmenters import MatchableSegment, ParagraphsSentencesAndWhitespace
from revscoring.datasources import Datasource
from revscoring.datasources.meta.mappers import lower_case
from revscoring.features.wikitext.datasources.tokenized import is_uppercase_word

CASES = {
    "break": ["a\n\nb", "\n\n", "\n \n", "\n \n b", "\r\n\r\n", "\n\r\n\r", "\n\r\n", "\r\n\n", "\n\u00a0\r\n\t\rx",
              "\n\n\r\r", "\r\n \r", "\n \x0b\n \x1c\n\u2028", "\r\r\n\n", "a\n\n\n\r\n  \n b"],
    "whitespace": ["\n", "\n\r", "\n\r\r", "\r", "\r\n", "\r\r", " \t\x0b\x0c", "\x1c\x1d\x1e\x1f\x85\u00a0", "\u2028\u2029\u3000",
                   "\u200b", "a \n b", " \r ", "\n \r x"],
    "url": ["http://a.b/c?d=e", "https://x", "ftps://x ftp://x", "//x", "///x", "////", "// x", "//$x", "//|x|y", "//{{a}}",
            "mailto:a@b", "mailto: a", "mailto:/a", "tel:1", "telnet://h", "telnet:h", "sip:a sips:b sipss:c", "news:a news://b",
            "xhttp://a", "HTTP://a", "http:/a", "http://", "http:///a", "http://\u3000", "http://é\u00a0b", "http://a<b", "a:b//c",
            "irc://a ircs://b", "worldwind://x xmpp://y", "_http://a", "http1://a", "http's://a", "urn:x geo:1,2 magnet:?x bitcoin:b",
            "//<a>", "//}", "http://a\u2028b", "svn://a]", "mailto:|"],
    "equals": ["==", "= ==="], "bar": ["||", "|}", "|-"],
    "entity": ["&amp;", "&a1;", "&1a;", "&A;", "&amp", "&;", "&nbsp;;", "&#160;", "&a&b;", "&é;"],
    "ref_open": ["<ref>", "<ref name=a>", "<ref name=a/b>", "<ref a/ >", "<ref", "<ref >", "<ref\n>", "<refx>", "<ref_>", "<ref1>", "<refé>",
                 "<ref-a>", "<ref a=\"/>\">", "<ref <b>", "<REF>", "<Ref>", "<ref\u00e9", "<ref ///x>"],
    "ref_close": ["</ref>", "</ref >", "</ref/>", "</ref", "</refs>", "</ref\n a>", "</REF>"],
    "ref_singleton": ["<ref/>", "<ref />", "<ref name=a/>", "<ref //>", "<ref/ >", "<ref/", "<ref/a/>"],
    "tag": ["<b>", "</b>", "<br/>", "<h1>", "<1>", "<a b", "<references/>", "<bA>", "<b_>", "<b é>", "< b>", "</ b>", "<b<c>", "<é>", "</>", "<>"],
    "number": ["123", "12a", "٣٤", "1२3", "१a", "²", "1.5", "９", "𝟘1"],
    "bold": ["'''", "''''", "'''''", "''''''"], "italic": ["''", "'"],
    "japan_punct": ["、。", "\u3000。", "々", "〇"], "cjk": ["中文", "かな", "カナ", "한국", "a中b", "中a", "ｱ", "\U00020000\U0002f800", "⺀㈠㊀", "鿌鿍"],
    "word": ["dogs' ", "dogs'", "dogs'.", "dog's", "dog’s", "dogs’", "dogs’\n", "a'b'c", "a''b", "a'''b", "a'’b", "'a", "_a", "a_1", "a1é", "naïve",
             "a\u0301b", "हिन्दी", "क़\u0964", "العربية", "ب\u0640\u061b", "\u0600\u0601", "বাংলা৳", "a中文", "Ⅷ", "a²", "ªº", "𐍈", "a\u200db", "dogs'\u200b", "dogs'\u3000", "a'1", "1'a", "a\u09e6"],
    "tab_open": ["{|", "{|}", "{{|", "{|{|", "{ |"], "tab_close": ["|}", "{|a\n|}\nb", "|}}"],
    "brackets": ["[[a]]", "[[[a]]]", "[a]", "[]", "((a))", "{{{a}}}", "{a}", "}}}", "{{}}"],
    "period": ["...", ". ."], "qmark": ["??"], "epoint": ["!!!"], "comma": [",,"], "colon": ["::", "a:"], "scolon": [";;"],
    "comment_start": ["<!--", "<!-", "<!--->", "<!---->"], "comment_end": ["-->", "--->", "--", "->"], "danda": ["।", "॥॥"],
    "etc": ["\0", "@#$%^*~`\\\"+-/", "\ufffd", "\U0001f600\u200d", "\x7f\x80", "\u061b\u060c", "–—"],
    "sentence": ["One two. Three four. ", "A. B c. ", "a b?c d!", "(a b. c) d. e f g.", "a b) c. d e f.", "[[a b. c. d", ") a b. c d e. f", "a b <ref>c. d</ref>. e",
                 "a b c {|x. y\n\n z. |} w", "{|a\n\nb", "a b. {| c", "a b c. \n d e f.\n\n\n g h. i. j k. ", " \n a", "<!-- a b c. --> d e f. g", "a.b.c.d.e.f", "(((. . . . ."],
    "lower": ["AAaa", "ΣΣΣ", "aΣΣΣ", "aΣΣΣa", "aΣ'Σ", "Σ", "aΣ.", "aΣ\u0301\u0301b", "iİİ", "İ\u0307\u0307", "ßẞ", "ǅǆǄ", "KK", "Σσς", "AΣ ΣΣ", "\u02b0Σ", "ⓐⒶΣⒶ", "ЖжЖ", "ꓐΣ", "ʻΣʻ"],
    "mapper": ["İ", "İİ", "aİΣ", "İΣ", "ΣİΣ", "İ\u0307", "DİYARBAKIR'ΣΑΣ", "ÀÉÎ", "ȺȾ", "ԱԲև", "ᏣᏔ", "Ꭰꭰ", "\U00010400\U00010428", "Ὀδυσσεύς ΟΔΥΣΣΕΥΣ"],
    "uppercase": ["A", "AB", "ABc", "AB1", "A_B", "AB'CD", "É", "ÉÀ", "Éa", "ЖЖ", "Жж", "ΣΣ", "İİ", "ǅǅ", "ⅧⅧ", "中文", "ªª", "\U00010400\U00010400", "USA, NASA and Nato; ÖBB"],
}
PIECES = [p for texts in CASES.values() for p in texts] + list("abΣ1 .\n\r'<>/|{}[]()=&;:!?,-_中。é\u0301\u00a0\u0964") + \
    ["\n\n", " ", " ", "word ", "end. ", "<ref", "</ref", "ref", "http:", "//", "{|", "<!--", "-->", "'s", "'''"]
LOWER = lower_case(Datasource("strings")).lower


def space(segment, first, last):
    return [int(isinstance(segment, MatchableSegment)), first, last]


def tree(tokens):
    nodes = []
    for s in ParagraphsSentencesAndWhitespace().segment(tokens):
        node = space(s, s.start, s.end)
        if node[0]:
            node.append([space(c, c.start, c.end) for c in s])
        nodes.append(node)
    return nodes


def record(name, text):
    tokens = wikitext_split.tokenize(text)
    repeat = max((sum(1 for _ in g) for _, g in groupby(text.lower())), default=0)
    print(json.dumps({"name": name, "text": text, "tokens": [[t, t.type] for t in tokens],
                      "tree": tree(tokens), "repeat": repeat, "lower": LOWER(text),
                      "uppercase": [t for t in tokens if is_uppercase_word(t)]}, ensure_ascii=False))


def main():
    for name, texts in CASES.items():
        for text in texts:
            record(name, text)
    r = random.Random(1)
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 60):
        record("random", "".join(r.choices(PIECES, k=r.randrange(2, 30))))


if __name__ == "__main__":
    main()
