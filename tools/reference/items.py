"""The project's own Wikidata items: ordinary edits, and everything that is no item. All of it is made up here.

cases() yields scoring inputs as those of cases.py. The reference's lists of
properties, items, languages and words are not for this repository: pretended()
puts made-up ones in their place.
"""
import contextlib
import copy
import json
import re
import types

from cases import case

# What a made-up reference takes for its lists. Names of languages as the reference's pattern sees them: in JSON in
# ASCII, so that one after the code of a letter may begin in it.
NONEXTERNAL = ["P18", "P31", "P21", "P27", "P569", "P570", "P625", "P1082", "P1476", "P7", "P"]
MEDIA = ["P18", "P10"]
OBJECTS = ["Q523", "Q318", "'Q318'", "None"]
LANGUAGES = r"(a(lbanian?|fr)|[dg]ansk|e(nglish|spa[nñ]ol)|latin(um)?|d[\w]+sch|\\u00e9|u00e9|item|(te|string)\b)"


@contextlib.contextmanager
def pretended(badwords, informals):
    """Puts our lists into the reference's modules, where its functions read them."""
    from articlequality.feature_lists.wikidatawiki_data import items_lists, property_datatypes
    from editquality.feature_lists import wikidatawiki
    from revscoring.features.wikibase.features import diff
    with contextlib.ExitStack() as stack:
        for module, name, value in [
            (items_lists, "ASTRONOMICAL_OBJECTS", OBJECTS), (property_datatypes, "NONEXTERNAL_IDENTIFIERS", NONEXTERNAL),
            (property_datatypes, "COMMONS_MEDIA", MEDIA), (diff, "LANGUAGE_RE", re.compile(LANGUAGES)),
            (wikidatawiki, "english", types.SimpleNamespace(badwords=badwords, informals=informals)),
        ]:
            stack.callback(setattr, module, name, getattr(module, name))
            setattr(module, name, value)
        yield


def value_of(kind, value):
    return {"type": kind, "value": value}


def item_value(number):
    return value_of("wikibase-entityid", {"entity-type": "item", "numeric-id": number, "id": f"Q{number}"})


def text_value(text):
    return value_of("string", text)


def time_value(time):
    return value_of("time", {"time": time, "timezone": 0, "before": 0, "after": 0, "precision": 11,
                             "calendarmodel": "http://www.wikidata.org/entity/Q1985727"})


def quantity(amount, *bounds):
    value = {"amount": amount, "unit": "http://www.wikidata.org/entity/Q11573"}
    return value_of("quantity", value | dict(zip(("upperBound", "lowerBound"), bounds)))


PLACE = value_of("globecoordinate", {"latitude": 48.5, "longitude": -1.0e-05, "altitude": None, "precision": 0.00027777777777778,
                                     "globe": "http://www.wikidata.org/entity/Q2"})
PHRASE = value_of("monolingualtext", {"text": "Ein Satz", "language": "de"})


def snak(property, value=None, datatype="string", hash=None):
    made = {"snaktype": "value" if value else "somevalue", "property": property, "hash": hash or f"{property}{value}".encode().hex()[:40]}
    return made | ({"datavalue": value} if value else {}) | {"datatype": datatype}


def statement(property, value=None, references=(), qualifiers=(), id=None, **more):
    made = {"mainsnak": snak(property, value), "type": "statement", "id": id or f"Q7${property}-{json.dumps(value)}", "rank": "normal"}
    if qualifiers:
        made["qualifiers"] = grouped(qualifiers)
        made["qualifiers-order"] = list(made["qualifiers"])
    made["references"] = [{"hash": f"r{i}", "snaks": grouped(snaks), "snaks-order": list(grouped(snaks))} for i, snaks in enumerate(references)]
    return made | more


def grouped(snaks):
    groups = {}
    for one in snaks:
        groups.setdefault(one["property"], []).append(one)
    return groups


def item(labels=None, descriptions=None, aliases=None, claims=(), sitelinks=None):
    def terms(texts):
        return {language: {"language": language, "value": text} for language, text in (texts or {}).items()}
    made = {"type": "item", "id": "Q7", "labels": terms(labels), "descriptions": terms(descriptions),
            "aliases": {language: [{"language": language, "value": text} for text in texts] for language, texts in (aliases or {}).items()},
            "claims": {}, "sitelinks": {wiki: {"site": wiki, "title": title, "badges": badges} for wiki, (title, badges) in (sitelinks or {}).items()}}
    for one in claims:
        made["claims"].setdefault(one["mainsnak"]["property"], []).append(one)
    return made


def full():
    """An item with something of everything."""
    source = [snak("P143", item_value(328)), snak("P813", time_value("+2020-01-02T00:00:00Z"))]
    url = [snak("P854", text_value("https://example.org/Q42?a=http://b"), "url"), snak("P1476", PHRASE), snak("P854", text_value("http://c"))]
    return item(
        labels={"de": "Die Ente", "en": "The Duck", "ru": "Утка", "fr": "le café", "xx": "Q64 and Q123456789",
                "ar": "بطة", "es": "El pato", "zh": "鸭子"},
        descriptions={"en": "an English duck", "de": "deutsch, \"Vogel\" \\ 1", "gsw": "Änte ōansk 🦆 \u2028\x7f",
                      "ar": "طائر", "fr": "oiseau", "pt": "ave", "ru": "птица", "zh": "鸟"},
        aliases={"en": ["duck", "the duck"], "ru": ["утка"], "ja": []},
        claims=[
            statement("P31", item_value(5), [source]), statement("P31", item_value(16), [source, url], id="Q7$a"),
            statement("P21", item_value(6581097), [url, source], [snak("P580", time_value("+1999-00-00T00:00:00Z"))]),
            statement("P569", time_value("-0044-03-15T00:00:00Z"), rank="preferred"),
            statement("P625", PLACE), statement("P1082", quantity("+12.50", "+12.75", "+12.25"), [source]),
            statement("P1082", quantity("+12.5"), id="Q7$b"), statement("P1476", PHRASE), statement("P1476", PHRASE, id="Q7$c"),
            statement("P214", text_value("it's 1"), [source]), statement("P214", text_value("\"it's\"\n2 é"), id="Q7$d"),
            statement("P18", text_value("Duck.jpg"), (), [snak("P2096", PHRASE), snak("P2096", text_value("x")), snak("P1")]),
            statement("P27"), statement("P856", text_value("https://duck.example/wwww.x")), statement("P54"),
            statement("P373", text_value("Ducks")),
        ],
        sitelinks={"dewiki": ("Ente", ["Q17437796"]), "enwiki": ("Duck", []), "ruwiki": ("Утка", ["Q17437796", "Q17437798"])},
    )


def with_part(path, value):
    """The full item with a value at a path; without what is there if the value is MISSING."""
    made = full()
    inside = made
    for step in path[:-1]:
        inside = inside[step]
    if value is MISSING:
        inside.pop(path[-1], None) if isinstance(inside, dict) else inside.pop(path[-1])
    else:
        inside[path[-1]] = copy.deepcopy(value)
    return made


MISSING = object()
P31 = ("claims", "P31", 0)
REFERENCE = ("claims", "P31", 1, "references", 1, "snaks", "P854")

# Edits of the full item: name, path, new value.
EDITS = [
    ("a label added", ("labels", "nl"), {"value": "De eend"}), ("a label removed", ("labels", "de"), MISSING),
    ("an English label changed", ("labels", "en", "value"), "the duck, in english"),
    ("a label marked as removed", ("labels", "en", "removed"), ""),
    ("a description changed", ("descriptions", "en", "value"), "espa\u00f1ol \u00e9 danisch"),
    ("an alias added", ("aliases", "en"), [{"value": "duck"}, {"value": "the duck"}, {"value": "canard"}]),
    ("aliases swapped", ("aliases", "en"), [{"value": "the duck"}, {"value": "duck"}]),
    ("aliases in other words", ("aliases", "ru"), [{"language": "uk", "value": "утка"}]),
    ("aliases removed", ("aliases", "ru"), MISSING), ("a sitelink moved", ("sitelinks", "enwiki", "title"), "Ducks"),
    ("a sitelink removed", ("sitelinks", "dewiki"), MISSING), ("a sitelink added", ("sitelinks", "frwiki"), {"title": "Canard"}),
    ("a badge removed", ("sitelinks", "dewiki", "badges"), []), ("a badge added", ("sitelinks", "enwiki", "badges"), ["Q1"]),
    ("badges changed", ("sitelinks", "ruwiki", "badges"), ["Q17437798"]),
    ("a property added", ("claims", "P570"), [statement("P570", time_value("+2001-00-00T00:00:00Z"))]),
    ("a property removed", ("claims", "P214"), MISSING), ("no statement left of a property", ("claims", "P214"), []),
    ("a statement removed", ("claims", "P31"), [statement("P31", item_value(5))]),
    ("a statement added", ("claims", "P27"), [statement("P27"), statement("P27", item_value(30))]),
    ("the same statement twice", ("claims", "P27"), [statement("P27"), statement("P27")]),
    ("statements swapped", ("claims", "P1082"), full()["claims"]["P1082"][::-1]),
    ("a value changed", P31 + ("mainsnak", "datavalue"), item_value(523)),
    ("another time", ("claims", "P569", 0, "mainsnak", "datavalue", "value", "time"), "+1999-01-01T00:00:00Z"),
    ("another team", ("claims", "P54", 0, "mainsnak"), snak("P54", item_value(7))), ("no article", P31 + ("mainsnak", "datavalue"), item_value(13442814)),
    ("another category", ("claims", "P373", 0, "mainsnak", "datavalue", "value"), "Geese"),
    ("another website", ("claims", "P856", 0, "mainsnak", "datavalue", "value"), "http://goose.example"),
    ("a Portuguese label", ("labels", "pt"), {"value": "O pato"}), ("a Spanish description", ("descriptions", "es"), {"value": "ave"}),
    ("a value of another type", P31 + ("mainsnak", "datavalue"), text_value("Q318")),
    ("a string changed", ("claims", "P214", 0, "mainsnak", "datavalue", "value"), "2"),
    ("an id changed", P31 + ("id",), "Q7$new"), ("a rank changed", P31 + ("rank",), "deprecated"),
    ("a property in the wrong place", P31 + ("mainsnak", "property"), "P143"),
    ("an equal amount", ("claims", "P1082", 0, "mainsnak", "datavalue", "value", "amount"), "+12.500"),
    ("an equal number", ("claims", "P569", 0, "mainsnak", "datavalue", "value", "precision"), 11.0),
    ("true for one", ("claims", "P569", 0, "mainsnak", "datavalue", "value", "before"), False),
    ("a larger amount", ("claims", "P1082", 0, "mainsnak", "datavalue", "value", "amount"), "+1.3e1"),
    ("a reference added", P31 + ("references",), full()["claims"]["P31"][1]["references"]),
    ("a reference removed", ("claims", "P31", 1, "references"), full()["claims"]["P31"][0]["references"]),
    ("references swapped", ("claims", "P31", 1, "references"), full()["claims"]["P31"][1]["references"][::-1]),
    ("a snak's hash changed", REFERENCE + (0, "hash"), "new"), ("a snak without hash", REFERENCE + (0, "hash"), MISSING),
    ("a snak's value changed", REFERENCE + (0, "datavalue", "value"), "http://d"),
    ("a snak of another property", REFERENCE + (0, "property"), "P143"), ("no snaks of a property", REFERENCE, []),
    ("a qualifier added", P31 + ("qualifiers",), {"P1": [snak("P1")]}), ("and named", P31 + ("qualifiers-order",), []),
    ("a qualifier removed", ("claims", "P18", 0, "qualifiers-order"), ["P1"]),
    ("a qualifier named twice", ("claims", "P18", 0, "qualifiers-order"), ["P1", "P1", "P2096"]),
    ("a qualifier that is not there", ("claims", "P18", 0, "qualifiers-order"), ["P3"]),
    ("a qualifier changed", ("claims", "P18", 0, "qualifiers", "P2096", 1, "datavalue", "value"), "y"),
    ("qualifiers as in PHP", P31 + ("qualifiers",), []), ("snaks as in PHP", ("claims", "P31", 1, "references", 0, "snaks"), []),
]

AMOUNTS = ["0", "-0.0", "+0012.50", " 1_000 ", "1e5", "1E-7", "0.0000010", "١٢", "1e999999999999999999", "inf", "-Infinity", "", "--1", "1e",
           "0x1", "1e9999999999999999999", 7, -2.5, 1e300, 1e-7, True, None, [], "5.", ".5", "0.000e3", "9" * 40, "1\u00a0", "½"]

ENTITIES = [{"entity-type": "item", "numeric-id": 5}, {"entity-type": "property", "numeric-id": 18}, {"entity-type": "lexeme", "id": "L1"},
            {"entity-type": "form"}, {"entity-type": "item"}, {"id": "Q5"}, {"entity-type": "item", "numeric-id": None},
            {"entity-type": "item", "id": 5}, {"entity-type": "item", "numeric-id": [1.0, {"a": "b'"}]}, "id", ["id"], []]

STRINGS = ["", "'", "'\"", "\t\n\r\x00\x1f\x7f\x80\xa0\xad\u200b\u2028\ud800\ue000\U0001f600\U000e0001", "None", 5, 1.0, True, None,
           [1, "a", None, {"b": [True]}], {"a": {}, "é": 1e22}]

# The places of the full item that odd values are put in.
PLACES = [
    ("labels",), ("labels", "en"), ("labels", "en", "value"), ("descriptions",), ("descriptions", "en"), ("aliases",), ("aliases", "en"),
    ("aliases", "en", 0), ("aliases", "en", 0, "value"), ("sitelinks",), ("sitelinks", "dewiki"), ("sitelinks", "dewiki", "title"),
    ("sitelinks", "dewiki", "badges"), ("claims",), ("claims", "P31"), P31, P31 + ("id",), P31 + ("mainsnak",), P31 + ("mainsnak", "property"),
    P31 + ("mainsnak", "datavalue"), P31 + ("mainsnak", "datavalue", "type"), P31 + ("mainsnak", "datavalue", "value"),
    P31 + ("references",), P31 + ("references", 0), P31 + ("references", 0, "snaks"), P31 + ("references", 0, "snaks", "P143"),
    P31 + ("references", 0, "snaks", "P143", 0), P31 + ("references", 0, "snaks", "P143", 0, "hash"),
    P31 + ("references", 0, "snaks", "P143", 0, "property"), ("claims", "P18", 0, "qualifiers-order"), ("claims", "P18", 0, "qualifiers"), ("claims", "P18", 0, "qualifiers", "P2096"),
    ("claims", "P569", 0, "mainsnak", "datavalue", "value", "time"), ("claims", "P625", 0, "mainsnak", "datavalue", "value", "latitude"),
    ("claims", "P1082", 0, "mainsnak", "datavalue", "value", "upperBound"), ("title",),
]
ODD = [MISSING, None, False, True, 0, -0.0, 7, 1e16, float("nan"), float("inf"), "", "removed", "{}", "[]", "{\"mainsnak\": 1}", [], ["removed"], [[]],
       {}, {"value": 1}, {"removed": 1, "value": 2}, {json.dumps(statement("P31", item_value(5))): 1}]

RAW = {
    "nothing": "", "white space": " \n", "wikitext": "'''Not''' an [[item]].", "null": "null", "a number": "1", "an array": "[]", "true": "true",
    "an empty item": "{}", "an empty item between spaces": "\t\r\n {} ", "text behind": "{} x", "a byte order mark": "\ufeff{}",
    "a redirect": '{"entity":"Q7","redirect":"Q8"}', "an item in a string": json.dumps(json.dumps(full())), "no item in a string": '"x"',
    "null in a string": '"null"', "as PHP writes it": '{"labels":[],"descriptions":[],"aliases":[],"claims":[],"sitelinks":[]}',
    "of the year 2013": '{"label":{"en":"x"},"description":[],"links":{"enwiki":"X"},"claims":[{"m":["value",31,"string","x"],"q":[],"g":"Q7$x","refs":[]}]}',
    "a lexeme": '{"type":"lexeme","id":"L7","lemmas":{"en":{"language":"en","value":"duck"}},"claims":{},"forms":[],"senses":[]}',
    "another model": '{"title":"A map","data":[[1,2]]}', "CSS": "body { color: #54595d; }", "cut off": json.dumps(full())[:1000],
    "a comma too many": '{"labels":{},}', "a comma in an array": "[1,]", "single quotes": "{'labels':{}}", "no colon": '{"labels"}',
    "a name that is none": "{1:2}", "an escape that is none": '{"a":"\\x"}', "a short escape": '{"a":"\\u12"}', "a raw line end": '{"a":"b\nc"}',
    "a leading zero": "{\"a\":01}", "a lone minus": '{"a":-}', "no end": '{"a":"', "closed wrongly": '{"a":[}', "words": '{"a":[NaN,Infinity,-Infinity,1E9,-0]}',
    "a word cut off": '{"a":nul}', "deep, but not too deep": '{"labels":{"en":{"value":' + "[" * 900 + "]" * 900 + "}}}",
    "too deep": "[" * 2000 + "]" * 2000, "deep and not closed": '{"a":' * 100_000, "a long number": '{"title":' + "7" * 4300 + "}",
    "too long a number": '{"title":' + "7" * 4301 + "}", "names twice": '{"labels":{"en":{"value":"a"},"de":{"value":"b"},"en":{"value":"c","value":"en"}},"labels":{"en":{"value":"Q5"},"en":{"value":"x"}}}',
    "half surrogates": '{"labels":{"en":{"value":"\\ud83d"},"de":{"value":"\\ude00\\ud83d"},"fr":{"value":"\\ud83d\\ude00\\uD83Dx"}},"sitelinks":{"\\ud800":{"title":1}}}',
    "escapes": '{"labels":{"\\u0065n":{"\\u0076alue":"\\b\\f\\n\\r\\t\\/\\\\\\" \\u00e9"}},"claims":{"P3\\u0031":[]}}',
    "numbers": '{"labels":{"a":{"value":1},"b":{"value":1.0},"c":{"value":1e400},"d":{"value":NaN},"e":{"value":[NaN]},"f":{"value":-0},"g":{"value":100000000000000000000000}}}',
    "equal numbers": '{"labels":{"a":{"value":true},"b":{"value":1},"c":{"value":Infinity},"d":{"value":NaN},"e":{"value":[NaN]},"f":{"value":0.0},"g":{"value":1e23}}}',
    "equal objects": '{"sitelinks":{"a":{"title":{"x":1,"y":[2,{}]},"badges":{"b":1}}}}', "in another order": '{"sitelinks":{"a":{"title":{"y":[2.0,{}],"x":0,"x":true},"badges":{"b":1.0}}}}',
    "badges of letters": '{"sitelinks":{"a":{"title":"A","badges":"Q1"},"b":{"title":"B","badges":""},"c":{"title":"C","badges":{}}}}',
    "arrays for ids": '{"claims":{"P1":[{"id":[1],"mainsnak":{"property":"P1","snaktype":"novalue"}}]}}',
    "no ids": '{"claims":{"P1":[{"mainsnak":{"property":"P1","snaktype":"novalue"}},{"mainsnak":{"property":"P1","snaktype":"somevalue"}}]}}',
    "other ids": '{"claims":{"P1":[{"id":1,"mainsnak":{"property":"P1","snaktype":"novalue"}},{"id":true,"mainsnak":{"property":"P2","snaktype":"novalue"}}]}}',
    "an array for a hash": '{"claims":{"P1":[{"id":1,"mainsnak":{"property":"P1","snaktype":"novalue"},"references":[{"snaks":{"P2":[{"property":["P2"],"snaktype":"","hash":{}}]}}]}]}}',
    "statements in strings": json.dumps({"claims": {"P31": [json.dumps(statement("P31", item_value(5))), json.dumps(statement("P31", text_value("x")))]}}),
    "many qualifiers, often named": json.dumps({"claims": {"P1": [{"mainsnak": snak("P1"), "qualifiers": {f"P{i}": [snak(f"P{i}")] for i in range(30)},
                                                                "qualifiers-order": [f"P{i * 7 % 30}" for i in range(300)]}]}}),
    "many properties": json.dumps({"claims": {f"P{i}": [statement(f"P{i}", text_value(str(i)))] for i in range(120)}}),
    "the others of them": json.dumps({"claims": {f"P{i}": [statement(f"P{i}", text_value(str(i // 2)), id=str(i))] for i in range(60, 150)}}),
}

COMMENTS = [
    "", "/* wbsetclaim-create:2||1 */ [[Property:P31]]: [[Q5]]", "/* clientsitelink-update:0|enwiki|a|b */", "/* wbmergeitems-from:0||Q8 */ AAA",
    "Undid revision 1 by [[Special:Contributions/X|X]]", "Restored revision 5 by Y", "https://example.org MATEY matey ١٢٣ 45", "My  \u3000EDIT, you do: aaaa!!!!",
    "/* wbeditentity-create:0| */", "/* clientsitelink-remove:1||x */", "/* wbmergeitems-to:0||Q9 */", "You know better", "Don't do this", "i undid it, rvv.",
    "Tel+o! КОШКА lol İstanbul harbour TELLO strasse STRAẞE 각", "arr don't, scurvy knaves! ÄÖÜ ABC", "\x1c\u2003x Iſ",
]


def cases():
    rows = []

    def add(name, text, parent, **more):
        number = len(rows)
        rows.append(case(f"item: {name}", text, parent, comment=COMMENTS[number % len(COMMENTS)],
                         user=["veteran", "anonymous", "new", "bot", "sysop"][number % 5], **more))

    whole = json.dumps(full(), ensure_ascii=False)
    add("created", whole, None)
    add("untouched", whole, json.dumps(full(), indent=1))
    add("emptied", "{}", whole)
    add("filled", whole, '{"labels":[],"claims":[]}')
    for name, path, value in EDITS:
        add(name, json.dumps(with_part(path, value)), whole)
        add(f"not {name}", whole, json.dumps(with_part(path, value)))
    for path, values in [
        (("claims", "P1082", 1, "mainsnak", "datavalue", "value", "amount"), AMOUNTS),
        (P31 + ("mainsnak", "datavalue", "value"), ENTITIES), (("claims", "P214", 0, "mainsnak", "datavalue", "value"), STRINGS),
    ]:
        for value in values:
            add(f"{'.'.join(map(str, path[1:3]))} is {value!a}", json.dumps(with_part(path, value)), whole)
    names = list(RAW)
    for name, before in zip(names, names[-1:] + names):
        add(name, RAW[name], RAW[before])
        add(f"{name}, after an item", RAW[name], whole)
    for name in ("arrays for ids", "no ids", "other ids", "an array for a hash"):
        add(f"{name}, changed", RAW[name].replace('"P1","snak', '"P9","snak'), RAW[name])
    return rows


def odd_cases():
    """Every odd value in every place: more than is kept, for comparing in bulk."""
    whole = json.dumps(full())
    for path in PLACES:
        for value in ODD:
            if path[-1] == "upperBound" and value != value:
                continue  # an amount that is not a number, which we refuse
            name = f"{'.'.join(map(str, path))} is {'missing' if value is MISSING else ascii(value)}"
            yield case(f"odd: {name}", json.dumps(with_part(path, value)), whole)
            yield case(f"odd: {name}, before", whole, json.dumps(with_part(path, value)))
