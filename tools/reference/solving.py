"""Values of reference features for a scoring input, as the reference's scorer solves them."""
import importlib

import mwtypes
from revscoring.datasources import revision_oriented
from revscoring.dependencies import DependentSet, solve
from revscoring.errors import DependencyError
from revscoring.features import bytes as byte_features
from revscoring.features import revision_oriented as revision_features
from revscoring.features import temporal, wikitext
from revscoring.features.feature import Feature

ROOT = revision_oriented.revision


def timestamp(text):
    return None if text is None else mwtypes.Timestamp(text)


def datasources(row):
    """What the reference would fetch from a wiki, as the initial cache of a solve."""
    event, performer = row["event"], row["event"]["performer"]
    parent = row["parent"] or {"text": None, "timestamp": None, "user_id": None}
    return {
        ROOT.text: row["text"],
        ROOT.comment: event.get("comment", ""),
        ROOT.timestamp: timestamp(event["rev_timestamp"]),
        ROOT.parent.text: parent["text"],
        ROOT.parent.timestamp: timestamp(parent["timestamp"]),
        ROOT.parent.user.id: parent["user_id"],
        ROOT.page.namespace.id: event["page_namespace"],
        ROOT.page.creation.timestamp: timestamp(row["page"]["creation_timestamp"]),
        ROOT.user.id: performer.get("user_id", 0),
        ROOT.user.info.groups: performer.get("user_groups"),
        ROOT.user.info.registration: timestamp(performer.get("user_registration_dt")),
        ROOT.user.last_revision.timestamp: timestamp(row["user"]["last_revision_timestamp"]),
    }


def values(features, cache):
    """The features' values, or {"error": "Type: message"}, in one solve: what one computed serves the next."""
    return [value(feature, cache) for feature in features]


def value(feature, cache):
    try:
        return solve(feature, cache=cache)
    except DependencyError as error:
        return {"error": str(error).split("\nTraceback", 1)[0]}


def named_list(name):
    """A list by its name, as editquality.enwiki.damaging."""
    package, wiki, which = name.split(".")
    return getattr(importlib.import_module(f"{package}.feature_lists.{wiki}"), which)


def base_features():
    """Every feature that the reference offers for any language."""
    sets = [wikitext.revision, revision_features.revision, temporal.revision, byte_features.revision]
    return [feature for tree in sets for feature in members(tree)]


def members(tree):
    for name, member in vars(tree).items():
        if name.startswith("_") or name == "datasources":
            continue
        if isinstance(member, Feature):
            yield member
        elif isinstance(member, DependentSet):
            yield from members(member)
