#!/usr/bin/env python3
"""Expressions of reference features, in the language of internal/score/feature.

    VENV/bin/python tools/reference/expression.py editquality.feature_lists.enwiki.damaging

prints {"features": [{"name", "expr"} or {"name", "needs"}, ...], "lexicons":
{name: definition}, "dictionaries": ..}: the expressions and the assets that they
ask, of all kinds of library.py. A feature that asks what the language has no
function for has "needs" in place of "expr": what that is, or the reference's
function that is not known.

translate() does the same for any features, as those of a model. What is
translated is the structure of a feature; its name is carried along. Names
matter once: inside one list the reference computes what is called the same only
once, so the first of that name, in the order of computing, stands for all.
"""
import argparse
import importlib
import json
import re
import sys

import languages
import syntax
import wikidata
from library import Library
from node import live
from support import Unsupported, called, check
from syntax import Expression, call, constant

WIKITEXT = "revscoring.features.wikitext.datasources."
META = "revscoring.datasources.meta."
BOOLS = "revscoring.features.meta.bools."
MODIFIER = "revscoring.features.feature."
TEMPORAL = "revscoring.features.temporal.revision_oriented."
SEGMENTER = "deltas.segmenters.paragraphs_sentences_and_whitespace.ParagraphsSentencesAndWhitespace."

INPUTS = {
    "revision.text": "text",
    "revision.parent.text": "text",
    "revision.comment": "text",
    "revision.user.id": "int",
    "revision.parent.user.id": "int",
    "revision.page.namespace.id": "int",
    "revision.timestamp": "time",
    "revision.parent.timestamp": "time",
    "revision.page.creation.timestamp": "time",
    "revision.user.info.registration": "time",
    "revision.user.last_revision.timestamp": "time",
    "revision.user.info.groups": "strings",
}
INPUT_PROCESSES = {"revscoring.dependencies.dependent.not_implemented", "revscoring.dependencies.util.or_none"}

# What the language has no functions for, by how the reference's names of
# functions begin (the longest that fits counts).
NEEDS = {
    "nltk.stem.": "stems",
    "revscoring.features.wikibase.": "wikidata",
    "draftquality.feature_lists.enwiki.get_polarity_score": "sentiment",
    "editquality.feature_lists.translatewiki.": "language detection",
}

STRINGS = ("strings", "tokens")
TABLES = ("table of int", "table of float")
NUMBERS = ("numbers of int", "numbers of float")
NODES = {"heading": "headings", "wikilink": "wikilinks", "external_link": "external_links",
         "template": "templates", "tag": "tags"}

# The reference's function: ours, the types of its arguments, its type. A type
# that begins with a dot is not one of the language, but a step on the way to one.
SAME = {
    WIKITEXT + "tokenized._process_tokens": ("tokens", ["text"], "tokens"),
    WIKITEXT + "parsed._process_wikicode": (".wikicode", ["text"], ".wikicode"),
    WIKITEXT + "parsed._process_node_class_map": (".nodes", [".wikicode"], ".nodes"),
    WIKITEXT + "edit._process_operations": (".operations", [".segments", ".segments", "tokens", "tokens"], ".operations"),
    SEGMENTER + "segment": (".segments", ["tokens"], ".segments"),
    META + "mappers.lower_case.process": ("lower", [STRINGS], "strings"),
    META + "frequencies.table.process": ("table", [STRINGS], "table of int"),
    META + "frequencies.delta.process": ("delta", ["table of int", "table of int"], "table of int"),
    META + "frequencies.prop_delta.process": ("prop_delta", ["table of int", "table of int"], "table of float"),
    META + "dicts.keys.process": ("keys", [TABLES], "strings"),
    "revscoring.features.bytes.datasources._process_bytes": ("bytes", ["text"], "bytes"),
    "revscoring.features.wikitext.features.chars._process_longest_repeated_char":
        ("longest_repeated_char", ["text"], "int"),
    "revscoring.features.wikitext.features.chars._process_longest_repeated_char_added":
        ("longest_repeated_char", ["strings"], "int"),
    "revscoring.features.revision_oriented._process_is_anon": ("is_anon", ["int"], "bool"),
    TEMPORAL + "_process_day_of_week": ("day_of_week", ["time"], "int"),
    TEMPORAL + "_process_hour_of_day": ("hour_of_day", ["time"], "int"),
    TEMPORAL + "_process_seconds_since": ("seconds_since", ["time", "time"], "int"),
    TEMPORAL + "_process_seconds_since_registration": ("seconds_since_registration", ["int", "time", "time"], "int"),
    "editquality.feature_lists.wikitext._process_new_longest": ("new_longest", ["int", "int"], "int"),
}

DIFFERENCES = {
    WIKITEXT + "edit._process_segments_added": ("segments_added", "strings"),
    WIKITEXT + "edit._process_segments_removed": ("segments_removed", "strings"),
    WIKITEXT + "edit._process_tokens_added": ("tokens_added", "tokens"),
    WIKITEXT + "edit._process_tokens_removed": ("tokens_removed", "tokens"),
}

# The node kind whose part a mapped function reads.
NODE_PARTS = {
    WIKITEXT + "parsed._extract_heading_title": "heading",
    WIKITEXT + "parsed._extract_wikilink_title": "wikilink",
    WIKITEXT + "parsed._extract_external_link_url": "external_link",
    WIKITEXT + "parsed._extract_template_name": "template",
    WIKITEXT + "parsed._extract_tag_name": "tag",
}

# Functions that count len(re.findall(pattern, "".join(strings), re.I)).
OCCURRENCES = {
    "articlequality.feature_lists.enwiki.get_images": r"image[1-9]{1,2}|File:|Image:|photo[1-9][a-z]",
    "articlequality.feature_lists.enwiki.get_infobox_images": r"\.(jpg|jpeg|png|gif|svg|tiff|pdf|ogg|djvu)",
    "articlequality.feature_lists.ptwiki.get_images":
        r"imagem?[1-9]{1,2}|(File|Ficheiro|Imagem?|Archivo):|photo[1-9][a-z]",
    "articlequality.feature_lists.ptwiki.get_infobox_images": r"\.(jpg|jpeg|png|gif|svg|tiff|pdf|ogg|djvu)",
    "articlequality.feature_lists.ukwiki.get_images":
        r"Зображення[1-9]{1,2}|Изображение:|Зображення:|Файл:|File:|Image:|photo[1-9][a-z]",
}

OPERATORS = {name + ".operate": sign for name, sign in {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
    "eq": "==", "ne": "!=", "and_": "and", "or_": "or"}.items()}

SCALARS = ("int", "float", "bool")


def unsupported(process, why="is not known"):
    known = [prefix for prefix in NEEDS if process.name.startswith(prefix)]
    return Unsupported(NEEDS[max(known, key=len)] if known else f"{process.name}, which {why}")


def translate(features, library=None):
    """Definitions of one list of Nodes, and the Library of what they ask.

    A library of other lists is added to, to have one for all.
    """
    translation = Translation(Library() if library is None else library)
    return [translation.definition(feature) for feature in features], translation.library


class Translation:
    """Of one list, which is one solve of the reference."""

    def __init__(self, library):
        self.library = library
        self.solved = {}  # as the reference's cache: by name; what is not supported, too

    def definition(self, feature):
        solved = self.solve(feature)
        if isinstance(solved, Unsupported):
            return {"name": feature.printed_name, "needs": solved.needs}
        return {"name": feature.printed_name, "expr": syntax.format(solved)}

    def solve(self, node):
        """The expression of what the reference computes for a node: revscoring/dependencies/functions.py, _solve."""
        if node.name not in self.solved:
            # All dependencies, whatever one needs: each may be the first of its name.
            arguments = [] if is_input(node) else [self.solve(d) for d in node.dependencies]
            if node.name in self.solved:
                raise ValueError(f"{node.name} depends on another of its name: the reference finds a loop")
            try:
                self.solved[node.name] = self.expression(node, arguments)
            except Unsupported as reason:
                self.solved[node.name] = reason
        return self.solved[node.name]

    def expression(self, node, arguments):
        for argument in arguments:
            if isinstance(argument, Unsupported):
                raise argument  # the deepest reason tells most
        if is_input(node):
            return as_input(node)
        if node.process.name == META + "extractors.regex.process":
            return self.find(node, arguments)
        for known in (languages, wikidata):
            made = known.expression(self, node, arguments)
            if made is not None:
                return returned(node, made)
        for known in (same, difference, by_process):
            made = known(node, arguments)
            if made is not None:
                return returned(node, made)
        raise unsupported(node.process)

    def find(self, node, arguments):
        (where,) = arguments
        check(node, where, ("text",) + STRINGS)
        return call("find", "strings", where, Expression("asset", self.lexicon(node)))

    def lexicon(self, node):
        """Files the node's lexicon and returns its name."""
        return self.library.file("lexicons", lexicon_definition(node), node)


def is_input(node):
    return not node.is_feature and node.process.name in INPUT_PROCESSES


def as_input(node):
    name = node.name.removeprefix("datasource.")
    if name not in INPUTS:
        raise Unsupported(f"the input {name}")
    return Expression("name", name, type=INPUTS[name])


def same(node, arguments):
    if node.process.name not in SAME:
        return None
    name, types, made = SAME[node.process.name]
    if len(types) != len(arguments):
        raise Unsupported(f"{node.process.name} of {len(arguments)} arguments")
    for argument, expected in zip(arguments, types):
        check(node, argument, expected)
    return call(name, made, *arguments)


def difference(node, arguments):
    if node.process.name not in DIFFERENCES:
        return None
    name, made = DIFFERENCES[node.process.name]
    (operations,) = arguments
    check(node, operations, ".operations")
    old_segments, new_segments, old, new = operations.arguments
    if (old_segments.arguments, new_segments.arguments) != ((old,), (new,)):
        raise Unsupported(f"{node.process.name} of segments of other texts")
    return call(name, made, *old.arguments, *new.arguments)


def by_process(node, arguments):
    builder = BUILDERS.get(node.process.name)
    if node.process.name.startswith(MODIFIER) and node.process.name.removeprefix(MODIFIER) in OPERATORS:
        builder = operation
    if node.process.name in OCCURRENCES:
        builder = occurrences
    return None if builder is None else builder(node, *arguments)


def operation(node, left, right):
    sign = OPERATORS[node.process.name.removeprefix(MODIFIER)]
    for side in (left, right):
        check(node, side, SCALARS)
    types = {left.type, right.type}
    if sign in ("+", "-", "*"):
        made = "float" if "float" in types else "int"
    else:
        made = "float" if sign == "/" else "bool"
    return Expression(sign, arguments=(left, right), type=made)


def scalar_function(name, made, least):
    def build(node, *arguments):
        for argument in arguments:
            check(node, argument, SCALARS)
        if len(arguments) < least:
            raise Unsupported(f"{node.process.name} of {len(arguments)} arguments")
        return call(name, made, *arguments)
    return build


def negation(node, of):
    check(node, of, SCALARS)
    return Expression("not", arguments=(of,), type="bool")


def literal(node):
    value = node.attributes["value"]
    if type(value) not in (int, float, bool) or value != value or value in (float("inf"), -float("inf")):
        raise Unsupported(f"the constant {value!r}")
    return constant(value)


def aggregate(node, items):
    func = called(node, "func")
    name = func.name.removeprefix("builtins.")
    if name == "len":
        check(node, items, ("text", "bytes") + STRINGS + TABLES + NUMBERS + wikidata.COUNTED + tuple(f"nodes of {kind}" for kind in NODES))
        return call("len", "int", items)
    if name not in ("sum", "max", "min"):
        raise unsupported(func)
    check(node, items, NUMBERS)
    return call(name, items.type.removeprefix("numbers of "), items)


def table_values(node, table):
    check(node, table, TABLES)
    return call("values", table.type.replace("table", "numbers"), table)


def signed(name):
    def build(node, numbers):
        check(node, numbers, NUMBERS)
        return call(name, numbers.type, numbers)
    return build


def filtered(node, items):
    if node.attributes.get("inverse"):
        raise unsupported(called(node, "include"), "is not known in its inverse")
    include = called(node, "include")
    if include.name == WIKITEXT + "tokenized.TokenIsInTypes.filter":
        check(node, items, "tokens")
        return call("of_types", "tokens", items, constant(sorted(include.owner["types"])))
    if include.name == WIKITEXT + "tokenized.is_uppercase_word":
        check(node, items, "tokens")
        return call("uppercase", "tokens", items)
    if include.name == WIKITEXT + "parsed.HeadingOfLevel.filter":
        check(node, items, "nodes of heading")
        return call("of_level", items.type, items, constant(include.owner["level"]))
    if include.name == "articlequality.feature_lists.ptwiki.filter_paragraphs_without_ref_tags":
        check(node, items, ".segments")
        return call(".segments_without_refs", ".segments_without_refs", *items.arguments)
    raise unsupported(include)


def mapped(node, items):
    apply = called(node, "apply")
    if apply.name == "builtins.len":
        check(node, items, STRINGS)
        return call("lengths", "numbers of int", items)
    if apply.name in NODE_PARTS:
        check(node, items, f"nodes of {NODE_PARTS[apply.name]}")
        return call("names", "strings", items)
    if apply.name == "builtins.str" and items.type in STRINGS:
        return items  # tokens are strings
    if apply.name == "builtins.str" and items.type.startswith("nodes of "):
        return call("sources", "strings", items)
    paragraphs = {".segments": "paragraphs", ".segments_without_refs": "paragraphs_without_refs"}
    if apply.name == "builtins.str" and items.type in paragraphs:
        (tokens,) = items.arguments
        return call(paragraphs[items.type], "strings", *tokens.arguments)
    raise unsupported(apply)


def keyed(node, nodes):
    check(node, nodes, ".nodes")
    key = node.attributes["key"]
    kind = getattr(key, "__name__", str(key).rsplit(".", 1)[-1])
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower()
    if kind not in NODES or node.attributes.get("default") not in ([], None):
        raise Unsupported(f"nodes of the class {key}")
    (wikicode,) = nodes.arguments
    return call(NODES[kind], f"nodes of {kind}", *wikicode.arguments)


def content(node, wikicode):
    check(node, wikicode, ".wikicode")
    if node.attributes["method_name"] != "strip_code" or node.attributes.get("args") or node.attributes.get("kwargs"):
        raise Unsupported(f"{node.attributes['method_name']} of a page, with arguments or unknown")
    return call("content", "text", *wikicode.arguments)


def matching(node, strings):
    check(node, strings, STRINGS)
    if node.attributes.get("inverse"):
        raise unsupported(node.process, "is not known in its inverse")
    return call("matching", "strings", strings, constant(inline(node.attributes["regex"])))


def match(node, text):
    check(node, text, "text")
    return call("match", "bool", text, constant(inline(node.attributes["regex"])))


def occurrences(node, strings):
    pattern = OCCURRENCES[node.process.name]
    check(node, strings, STRINGS)
    if node.process.constants and pattern not in node.process.constants:
        raise unsupported(node.process, "looks for other patterns in this version")
    return call("occurrences", "int", strings, constant(inline(re.compile(pattern, re.I))))


def contains(node, item):
    check(node, item, "int")
    return call("contains", "bool", constant(sorted(node.attributes["items"])), item)


def intersects(node, items):
    check(node, items, "strings")
    return call("intersects", "bool", items, constant(sorted(node.attributes["items"])))


BUILDERS = {
    MODIFIER + "Constant._process": literal,
    MODIFIER + "log._process": scalar_function("log", "float", 1),
    MODIFIER + "max._process": scalar_function("max", "float", 2),
    MODIFIER + "min._process": scalar_function("min", "float", 2),
    MODIFIER + "not_._process": negation,
    "revscoring.features.meta.aggregators.AggregatorsScalar.process": aggregate,
    META + "dicts.values.process": table_values,
    META + "filters.positive.process": signed("positive"),
    META + "filters.negative.process": signed("negative"),
    META + "filters.filter.process": filtered,
    META + "filters.regex_matching.process": matching,
    META + "mappers.map.process": mapped,
    WIKITEXT + "parsed.get_key.process": keyed,
    WIKITEXT + "parsed.execute_method.process": content,
    BOOLS + "regex_match.process": match,
    BOOLS + "set_contains_item.process": contains,
    BOOLS + "sets_intersect.process": intersects,
}


def returned(node, made):
    """A feature's value has the feature's type; its expression says so where it changes the type."""
    if not node.is_feature or made.type == node.returns:
        return made
    if node.returns not in SCALARS or made.type not in SCALARS:
        raise Unsupported(f"a feature of type {node.returns}")
    if (made.type, node.returns) == ("bool", "int"):
        return made  # isinstance(True, int): Feature.validate leaves it
    return call(node.returns, node.returns, made)


FLAGS = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s", re.ASCII: "a"}


def flag_letters(regex):
    left, letters = regex.flags & ~re.UNICODE, ""
    for flag, letter in FLAGS.items():
        if left & flag:
            left, letters = left & ~flag, letters + letter
    if left:
        raise Unsupported(f"the flags {re.RegexFlag(left)!r} of a pattern")
    return letters


def inline(regex):
    """The pattern with its flags in it. Python wants them in one group, at the start."""
    letters = flag_letters(regex)
    pattern = re.sub(r"\A\(\?[aimsu]+\)", "", regex.pattern)
    return f"(?{letters}){pattern}" if letters else pattern


def lexicon_definition(node):
    """The parts of what revscoring/datasources/meta/extractors.py, regex, joined into one pattern."""
    group_re = node.process.owner["group_re"]
    before, patterns, after = lexicon_parts(group_re)
    definition = {"patterns": patterns, "before": before, "after": after, "flags": flag_letters(group_re)}
    exclude_re = node.process.owner.get("exclude_re")
    if exclude_re is not None:
        exclude_before, exclude, exclude_after = lexicon_parts(exclude_re)
        if (exclude_before, exclude_after, exclude_re.flags) != (before, after, group_re.flags):
            raise Unsupported("a lexicon whose exclusions are wrapped otherwise")
        definition["exclude"] = exclude
    return definition


def lexicon_parts(regex):
    groups = syntax.top_level_groups(regex.pattern)
    if groups is None or len(groups) != 3 or re.compile(groups[0]).groups:
        raise Unsupported(f"a lexicon not of the form (before)(patterns)(after): {regex.pattern[:40]}")
    before, patterns, after = groups
    return before, syntax.alternatives(patterns), after


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("list", help="module and name of a list of features")
    module, _, name = parser.parse_args().list.rpartition(".")
    features, library = translate(live(getattr(importlib.import_module(module), name)))
    json.dump({"features": features, **vars(library)}, sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    main()
