"""Records in cases.json, read from stdin, what mwparserfromhell makes of the texts.

python3.11 record.py < cases.json > new.json, with mwparserfromhell 0.6.6.
"""
import json
import sys

import mwparserfromhell
from mwparserfromhell import nodes

FIELDS = {
    nodes.Heading: ("headings", lambda n: [n.level, str(n.title)]),
    nodes.Wikilink: ("wikilinks", lambda n: [str(n.title), text(n.text)]),
    nodes.ExternalLink: ("external_links", lambda n: [str(n.url), text(n.title), n.brackets]),
    nodes.Template: ("templates", lambda n: str(n.name)),
    nodes.Tag: ("tags", lambda n: [str(n.tag), n.self_closing, n.wiki_markup, len(str(n))]),
    nodes.Comment: ("comments", lambda n: len(n.contents)),
    nodes.HTMLEntity: ("entities", str),
    nodes.Argument: ("arguments", lambda n: str(n.name)),
}


def text(code):
    return None if code is None else str(code)


def record(case):
    page = mwparserfromhell.parse(case["text"])
    # Go has no lone surrogates.
    content = page.strip_code().encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    want = {"counts": {}, "content": content}
    for node in page.filter():
        kind = type(node).__name__
        want["counts"][kind] = want["counts"].get(kind, 0) + 1
        if type(node) in FIELDS:
            field, describe = FIELDS[type(node)]
            want.setdefault(field, []).append(describe(node))
    want = {field: value for field, value in want.items() if value}
    return {"name": case["name"], "text": case["text"], "want": want}


rows = [json.dumps(record(case), ensure_ascii=False) for case in json.load(sys.stdin)]
print("[\n" + ",\n".join(rows) + "\n]")
