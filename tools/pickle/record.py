#!/usr/bin/env python3
"""Writes values as pickles of every protocol, with what they are, for the tests of
internal/pickle. Needs Python 3.8 or later and nothing else:

    python3 tools/pickle/record.py > internal/pickle/testdata/values.jsonl

A line is {"name", "protocol", "pickle" (base64), "value"}. In "value" a container is a
list whose first item is its type; ["ref", n] is the n-th container of the path from the
root, from which a cycle comes back to it.
"""

import base64
import collections
import json
import pickle
import struct
import sys
import types

fixture = types.ModuleType("fixture")
sys.modules["fixture"] = fixture


def known(cls):
    cls.__module__ = "fixture"
    setattr(fixture, cls.__name__, cls)
    return cls


@known
class Plain:
    pass


@known
class Slots:
    __slots__ = ("a", "b")


@known
class SlotsAndDict(Slots):
    pass


@known
class NewArgs:
    def __new__(cls, *args):
        return super().__new__(cls)

    def __getnewargs__(self):
        return (1, "two")


@known
class NewArgsEx:
    def __new__(cls, *args, **kwargs):
        return super().__new__(cls)

    def __getnewargs_ex__(self):
        return (1,), {"key": "value"}


@known
class Called:
    def __init__(self, *args):
        self.args = args

    def __reduce__(self):
        return Called, self.args, {"more": True}


@known
class Items(list):
    pass


def made(cls, **attributes):
    obj = cls()
    for name, value in attributes.items():
        setattr(obj, name, value)
    return obj


def describe(value, path=()):
    for depth, seen in enumerate(path):
        if seen is value:
            return ["ref", depth]

    def inner(items):
        return [describe(item, path + (value,)) for item in items]

    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return ["int", str(value)]
    if isinstance(value, float):
        return ["float", struct.pack(">d", value).hex()]
    if isinstance(value, str):
        return ["str", value.encode("utf-8", "surrogatepass").hex()]
    if isinstance(value, (bytes, bytearray)):
        return ["bytes", value.hex()]
    if isinstance(value, (set, frozenset)):
        return [type(value).__name__] + sorted(inner(value), key=json.dumps)
    if isinstance(value, (type, types.BuiltinFunctionType)):
        return ["global", value.__module__ + "." + value.__qualname__]
    if type(value) in (tuple, list):
        return [type(value).__name__] + inner(value)
    if type(value) is dict:
        return ["dict"] + [inner(item) for item in value.items()]
    return describe_object(value, inner)


def describe_object(value, inner):
    """What __reduce_ex__ says, which is what a pickle says."""
    made_by, args, state, items, entries = (value.__reduce_ex__(4) + (None,) * 3)[:5]
    kwargs, reduced = None, False
    if made_by.__name__ == "__newobj_ex__":
        cls, args, kwargs = args
    elif made_by.__name__ == "__newobj__":
        cls, args = args[0], args[1:]
    else:
        cls, reduced = made_by, True
    parts = inner([args, kwargs, state, list(items or ()), [tuple(e) for e in entries or ()]])
    # The lists that hold the parts are not in the pickle.
    return ["object", cls.__module__ + "." + cls.__qualname__, reduced] + parts


def values():
    yield "none", None
    yield "bools", [True, False]
    edges = [0, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**63 - 1, 2**63, 2**64, 2**100, 2**2100]
    yield "ints", [sign * (n + d) for n in edges for sign in (1, -1) for d in (-1, 0, 1)]
    yield "floats", [0.5, -0.0, 1 / 3, 5e-324, 1.7976931348623157e308, float("inf"), float("-inf")]
    yield "nan", float("nan")
    yield "strings", ["", "a", "é", "漢字 😀", "\n\r\\ \x00\x1a'\"", "\\u0041", "x" * 300]
    yield "surrogate", "a\ud800b\udfff"
    yield "bytes", [b"", bytes(range(256)), b"\xff" * 300]
    yield "bytearrays", [bytearray(), bytearray(b"ab\xff"), bytearray(b"y" * 300)]
    yield "tuples", [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), ((), ((),))]
    yield "lists", [[], [1], list(range(1100)), [[[]]]]
    yield "dicts", [{}, {"a": 1}, {(1, 2): {"b": None}}]
    yield "sets", [set(), {1}, {1, "a", (2,)}, frozenset(), frozenset({1, 2})]
    yield "globals", [int, str, len, dict, range, collections.OrderedDict, Plain]
    yield "plain", made(Plain, a=1, b=[2])
    yield "plain without state", made(Plain)
    yield "called", Called(1, "a")
    yield "ordered dict", collections.OrderedDict([("b", 1), ("a", 2)])
    shared = ["shared"]
    yield "shared", [shared, shared, (shared,), {"k": shared}]
    recursive = [1]
    recursive.append(recursive)
    yield "recursive list", recursive
    tied = {}
    tied["self"] = [tied]
    yield "recursive dict", tied
    through = ([],)
    through[0].append(through)
    yield "recursive tuple", through
    me = made(Plain)
    me.me = me
    yield "recursive object", me


def newer():
    """What protocols 0 and 1 cannot write, or write as calls."""
    yield "new args", NewArgs()
    yield "slots", made(Slots, a=1)
    yield "slots and dict", made(SlotsAndDict, a=1, c="dict")
    items = Items([1, 2])
    items.name = "list with a state"
    yield "list subclass", items


def main():
    for protocol in range(6):
        cases = list(values())
        if protocol >= 2:
            cases += list(newer())
        if protocol >= 4:
            cases.append(("new args ex", NewArgsEx()))
        for name, value in cases:
            data = pickle.dumps(value, protocol)
            print(json.dumps({
                "name": name,
                "protocol": protocol,
                "pickle": base64.b64encode(data).decode(),
                "value": describe(value),
            }))


if __name__ == "__main__":
    main()
