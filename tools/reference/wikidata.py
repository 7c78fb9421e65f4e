"""Expressions of the reference's features of Wikidata items, and of their edits' comments.

Lists of properties and items stand in the reference's modules and not in the
features: they are read from there, so these translations need the reference,
while all others do not. Small lists become constants, the large one, of all
properties that are no external identifiers, a set of words.
"""
import re

import syntax
from node import live
from support import Unsupported, check, reference
from syntax import Expression, call, constant

DATA = "revscoring.features.wikibase.datasources."
FEATURES = "revscoring.features.wikibase.features."
QUALITY = "articlequality.feature_lists.wikidatawiki."
EDITS = "editquality.feature_lists.wikidatawiki."
LISTS = "articlequality.feature_lists.wikidatawiki_data."

PARTS = ("labels", "descriptions", "aliases", "properties", "sitelinks", "badges")
ENTRIES = tuple(f"entries of {part}" for part in PARTS)
CHANGES = tuple(f"changes of {part}" for part in PARTS)
STRINGS = ("strings",) + ENTRIES
COUNTED = ENTRIES + ("statements", "snaks")  # what len() takes, besides


def expression(translation, node, arguments):
    """The expression of a node of the reference, or None if it is not one of these."""
    make = MAKERS.get(node.process.name)
    return None if make is None else make(translation, node, *arguments)


def strings(values):
    return constant(sorted(set(values)))


def entity_doc(_, node, text):
    check(node, text, "text")
    return call(".entity_doc", ".entity_doc", text)


def entity(_, node, doc):
    check(node, doc, ".entity_doc")
    return call(".entity", ".entity", *doc.arguments)


def part(name):
    def make(_, node, entity):
        check(node, entity, ".entity")
        return call(name, f"entries of {name}", *entity.arguments)
    return make


def all_statements(node, entity):
    check(node, entity, ".entity")
    return call("statements", "statements", *entity.arguments)


def distinct(of):
    def make(_, node, entity):
        facts = all_statements(node, entity)
        if of is not None:
            facts = call(of, "snaks", facts)
        return call("distinct", facts.type, facts)
    return make


def changes(_, node, before, after):
    check(node, before, ENTRIES)
    check(node, after, before.type)
    return call("changes", before.type.replace("entries", "changes"), before, after)


def changed(_, node, changes):
    check(node, changes, CHANGES)
    name = node.attributes["field_name"]
    if name not in ("added", "removed", "changed"):
        raise Unsupported(f"the field {name} of changes")
    return call(name, "strings", changes)


def edited(name):
    """Of statements: the reference has the changes of the properties, and the items again."""
    def make(_, node, changes, before, after):
        check(node, changes, "changes of properties")
        if [side.arguments for side in changes.arguments] != [before.arguments, after.arguments]:
            raise Unsupported(f"{node.process.name} of other items")
        return call(name, "statements", changes)
    return make


def edited_snaks(name):
    def make(_, node, statements):
        return call(name, "snaks", *changes_of(node, statements))
    return make


def changes_of(node, statements):
    if statements.value != "statements_changed":
        raise Unsupported(f"{node.process.name} of other statements")
    return statements.arguments


def identifiers_changed(_, node, statements):
    replaced = call("statements_replaced", "statements", *changes_of(node, statements))
    return count(call("of_value_types", "statements", replaced, strings(["string"])))


def identity(_, node, same):
    return same


def count(of):
    return call("len", "int", of)


def operator(sign, type, left, right):
    return Expression(sign, arguments=(left, right), type=type)


def proportion_added(found):
    """Of what is found in the items as JSON: how much of it is new."""
    def make(translation, node, before, after):
        old, new = (found(translation, node, call("json", "text", *checked(node, item).arguments)) for item in (before, after))
        return operator("/", "float", operator("-", "int", new, old), operator("+", "int", new, constant(1)))
    return make


def checked(node, entity):
    check(node, entity, ".entity")
    return entity


def written(pattern):
    def found(_, node, text):
        if node.process.constants and pattern not in node.process.constants:
            raise Unsupported(f"{node.process.name}, which looks for other patterns in this version")
        return call("occurrences", "int", text, constant(pattern))
    return found


def languages(translation, _, text):
    """The names of languages in many languages are one pattern of the reference: a lexicon here."""
    regex = reference(FEATURES + "diff", "LANGUAGE_RE")
    inside = syntax.top_level_groups(regex.pattern)
    if inside is None or len(inside) != 1 or regex.flags != re.UNICODE:
        raise Unsupported("names of languages that are not one group")
    lexicon = {"patterns": syntax.alternatives(inside[0]), "before": "", "after": "", "flags": ""}
    translation.library.file_as("lexicons", lexicon, "wikidata.languages")
    return count(call("find", "strings", text, Expression("asset", "wikidata.languages")))


def item_in_set(_, node, items):
    check(node, items, STRINGS)
    return call("intersects", "bool", items, strings([node.attributes["item"]]))


def has_property_value(_, node, entity):
    return has_value(node, entity, node.attributes["property"], [node.attributes["value"]])


def has_value(node, entity, property, values):
    statements = call("of_properties", "statements", all_statements(node, entity), strings([property]))
    return call("intersects", "bool", call("main_values", "strings", statements), strings(values))


# Of articlequality.

def of_nonexternal(function):
    def make(translation, node, entity):
        name = "wikidata.nonexternal_identifiers"
        identifiers = sorted(set(reference(LISTS + "property_datatypes", "NONEXTERNAL_IDENTIFIERS")))
        translation.library.file_as("words", identifiers, name)
        return call(function, "statements", all_statements(node, entity), Expression("asset", name))
    return make


def references(translation, node, entity):
    return call("references", "snaks", of_nonexternal("of_properties")(translation, node, entity))


def wikimedia():
    return strings([reference(QUALITY[:-1], "properties", "IMPORTED_FROM_WIKIMEDIA")])


def wikimedia_references(_, node, snaks):
    check(node, snaks, "snaks")
    return call("of_properties", "snaks", snaks, wikimedia())


def unique_references(_, node, snaks):
    check(node, snaks, "snaks")
    return call("distinct_values", "snaks", snaks)


def referenced_ratio(function, properties):
    def make(translation, node, entity):
        statements = of_nonexternal("of_properties")(translation, node, entity)
        referenced = call(function, "statements", statements, properties())
        return operator("/", "float", count(referenced), call("max", "float", count(statements), constant(1)))
    return make


def commons_media(_, node, entity):
    check(node, entity, ".entity")
    media = reference(LISTS + "property_datatypes", "COMMONS_MEDIA")
    return call("intersects", "bool", call("properties", "entries of properties", *entity.arguments), strings(media))


def astronomical(_, node, entity):
    objects = reference(LISTS + "items_lists", "ASTRONOMICAL_OBJECTS")
    return has_value(node, entity, reference(QUALITY[:-1], "properties", "INSTANCE_OF"), objects)


def complete_translations(_, node, labels, descriptions):
    check(node, labels, "entries of labels")
    check(node, descriptions, "entries of descriptions")
    return call("common", "strings", labels, descriptions)


def important(_, node, languages):
    check(node, languages, STRINGS)
    return call("among", "strings", languages, strings(reference(QUALITY[:-1], "IMPORTANT_LANG_CODES")))


# Of editquality: comments.

def ratio(pattern):
    def make(_, node, comment):
        check(node, comment, "text")
        if node.process.constants and pattern not in node.process.constants:
            raise Unsupported(f"{node.process.name}, which looks for other characters in this version")
        found = call("occurrences", "int", comment, constant(pattern))
        return operator("/", "float", found, operator("+", "int", count(comment), constant(1)))
    return make


def longest_repeated_char(_, node, comment):
    check(node, comment, "text")
    return call("longest_repeated_char", "int", comment)


def longest_uppercase(_, node, comment):
    check(node, comment, "text")
    found = call("matches", "strings", comment, constant("[A-Z]+"))
    return call("max", "int", call("lengths", "numbers of int", found))


def english(which):
    def make(translation, node, comment):
        check(node, comment, "text")
        matches = reference(EDITS[:-1], "english", which, "revision", "datasources", "matches")
        return count(call("find", "strings", comment, Expression("asset", translation.lexicon(live([matches])[0]))))
    return make


DIFF = DATA + "diff._process_"
MAKERS = {
    DATA + "revision_oriented._process_entity_doc": entity_doc,
    DATA + "revision_oriented._process_entity": entity,
    **{DATA + f"revision_oriented._process_{name}": part(name) for name in PARTS},
    DATA + "revision_oriented._process_claims": distinct(None),
    DATA + "revision_oriented._process_sources": distinct("first_references"),
    DATA + "revision_oriented._process_ref_claims": distinct("references"),
    DATA + "revision_oriented._process_qualifiers": distinct("qualifiers"),
    "revscoring.features.wikibase.util.diff_dicts": changes,
    DATA + "diff.dict_diff_field.process": changed,
    DATA + "diff._identity": identity,
    **{DIFF + name: edited(name) for name in ("statements_added", "statements_removed", "statements_changed")},
    DIFF + "sources_added": edited_snaks("references_added"),
    DIFF + "sources_removed": edited_snaks("references_removed"),
    DIFF + "qualifiers_added": edited_snaks("qualifiers_added"),
    DIFF + "qualifiers_removed": edited_snaks("qualifiers_removed"),
    FEATURES + "diff._process_identifiers_changed": identifiers_changed,
    FEATURES + "diff._process_proportion_of_qid_added": proportion_added(written(r"Q\d{1,8}")),
    FEATURES + "diff._process_proportion_of_language_added": proportion_added(languages),
    FEATURES + "diff._process_proportion_of_links_added": proportion_added(written(r"https?\://|wwww\.")),
    FEATURES + "revision_oriented.HasPropertyValue._process": has_property_value,
    "revscoring.features.meta.bools.item_in_set.process": item_in_set,

    QUALITY + "_process_references": references,
    QUALITY + "_process_external_identifiers": of_nonexternal("not_of_properties"),
    QUALITY + "_process_non_external_id_statements": of_nonexternal("of_properties"),
    QUALITY + "_process_wikimedia_references": wikimedia_references,
    QUALITY + "_process_unique_references": unique_references,
    QUALITY + "_process_referenced_claims_ratio": referenced_ratio("referenced_beyond", lambda: strings([])),
    QUALITY + "_process_wikimedia_referenced_ratio": referenced_ratio("referenced_by", wikimedia),
    QUALITY + "_process_externally_referenced_claims_ratio": referenced_ratio("referenced_beyond", wikimedia),
    QUALITY + "_process_commons_media": commons_media,
    QUALITY + "_process_is_astronomical_object": astronomical,
    QUALITY + "_process_complete_translations": complete_translations,
    QUALITY + "_process_important_complete_translations": important,
    QUALITY + "_process_important_label_translations": important,
    QUALITY + "_process_important_description_translations": important,

    EDITS + "_process_longest_repeated_char": longest_repeated_char,
    EDITS + "_process_uppercase_ratio": ratio("[A-Z]"),
    EDITS + "_process_numbers_ratio": ratio(r"\d"),
    EDITS + "_process_whitespace_ratio": ratio(r"\s"),
    EDITS + "_process_longest_repeated_uppercase_char": longest_uppercase,
    EDITS + "_process_english_bad_words": english("badwords"),
    EDITS + "_process_english_informals": english("informals"),
}
