"""The card of a model that is to be trained: docs/formats/bundle.md."""
import os
import pathlib
import re
import shutil

import yaml

import data

FILES = ("lexicons", "words", "phrases", "conversions")
# What another model may take over of a bundle, as the program does.
OF_A_BUNDLE = ("name", "wiki", "labels", "features", *FILES, "dictionaries")
# What the training finds out.
FOUND = ("type", "labels", "statistics")


class Loader(yaml.SafeLoader):
    """YAML 1.2, which the program reads: `no`, 2015-01-01 and 1:30 are words, 1e-3 is a number."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if tag.rpartition(":")[2] in ("null", "merge")]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()}
for kind, form, first in (("bool", r"(?:true|True|TRUE|false|False|FALSE)\Z", "tTfF"),
                          ("int", r"[-+]?(?:0|[1-9][0-9]*)\Z", "-+0123456789"),
                          ("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?\Z", "-+.0123456789")):
    Loader.add_implicit_resolver("tag:yaml.org,2002:" + kind, re.compile(form), list(first))


def read(path):
    """A card, without what the training finds out, and the labels that it lists."""
    with open(path, encoding="utf-8") as file:
        try:
            card = yaml.load(file, Loader)
        except yaml.YAMLError as error:
            raise ValueError(f"{path}: {error}") from None
    features = card.get("features") if isinstance(card, dict) else None
    if not isinstance(features, list) or not all(isinstance(f, dict) and isinstance(f.get("name"), str) for f in features):
        raise ValueError(f"{path}: no card: it must list features, each with a name and an expression")
    if "format" in card:
        card = of_bundle(path, card)
    return {name: value for name, value in card.items() if name not in FOUND}, card.get("labels")


def named(folder):
    """What a bundle is called."""
    with open(pathlib.Path(folder) / "model.yaml", encoding="utf-8") as file:
        card = yaml.load(file, Loader)
    return f"{card['wiki']}.{card['name']}"


def of_bundle(path, card):
    card = {name: card[name] for name in OF_A_BUNDLE if name in card}
    try:
        for asked in card.get("dictionaries", []):
            asked["dictionaries"] = [{"tag": one["tag"]} for one in asked["dictionaries"]]  # as they are installed now
    except (KeyError, TypeError):
        raise ValueError(f"{path}: dictionaries are not as a bundle has them") from None
    return card


def check_labels(path, said, classes):
    """Labels in a card say what numbered classes mean. Here the classes have their names."""
    if said and sorted(map(repr, said)) != sorted(map(repr, classes)):
        raise ValueError(f"{path}: labels are {said}, those to train on {classes}; "
                         "a card need not list any (of a bundle's make a copy: name, wiki, version, features and their files)")


def rates(card, classes):
    """Population rates by label as JSON keys it; of two, one says the other."""
    given = {data.key(label): rate for label, rate in (card.get("population_rates") or {}).items()}
    keys = [data.key(label) for label in classes]
    if len(keys) == 2 and len(given) == 1:
        (label, rate), = given.items()
        given[keys[1 - keys.index(label)]] = 1 - rate
    return given


def copy(card, path, folder):
    """Writes a card and the files that it names to a folder; returns where.

    A link is no file to the program, since a card from elsewhere could make any file
    of this machine its own, and must not become one."""
    source = pathlib.Path(path).parent
    for entry in (entry for kind in FILES for entry in card.get(kind) or []):
        name = entry.get("file") if isinstance(entry, dict) else None
        name = pathlib.PurePosixPath(name if isinstance(name, str) else "/")
        if name.is_absolute() or ".." in name.parts or not (source / name).is_file():
            continue  # the program says what is wrong
        if os.path.realpath(source / name) != os.path.join(os.path.realpath(source), *name.parts):
            raise ValueError(f"{path}: {name} is a symbolic link, or behind one")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, folder / name)
    to = folder / pathlib.Path(path).name
    with open(to, "w", encoding="utf-8") as file:
        yaml.safe_dump(card, file, allow_unicode=True, sort_keys=False, width=float("inf"))
    return to
