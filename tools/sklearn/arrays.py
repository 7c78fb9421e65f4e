#!/usr/bin/env python3
"""Write numpy arrays and scalars of many types for internal/revscoring/numpy/testdata.

    VENV/bin/python tools/sklearn/arrays.py --protocol N FILE.pickle

The file is a list of dicts: name; array or scalar; and its items in C order as Python
values (of records only those of the field named). With refused it must not be read.
"""
import argparse
import pickle

import numpy as np


def items(a):
    return a.ravel(order="C").tolist()


def arrays():
    grid = np.arange(12).reshape(3, 4)
    yield "bool", np.array([True, False, True])
    for t in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8"):
        yield t, np.array([0, 1, 100], dtype=t)
        yield ">" + t, np.array([0, 1, 100], dtype=">" + t)
    yield "negative", np.array([-1, -128], dtype="i1")
    yield "large", np.array([2**62 + 1, -(2**63)], dtype="i8")
    yield "floats", np.array([0.1, -0.0, float("inf"), 5e-324])
    yield "text", np.array(["", "B", "ä", "vandalism 𝄞"])
    yield ">text", np.array(["B", "FA"]).astype(">U2")
    yield "two dimensions", grid / 7
    yield "fortran", np.asfortranarray(grid / 7)
    yield "transposed", (grid / 7).T
    yield "fortran text", np.asfortranarray(grid.astype(str))
    yield "three dimensions", np.asfortranarray(np.arange(24).reshape(2, 3, 4))
    yield "strided", np.arange(20.0)[::3]
    yield "empty", np.zeros((0, 3))
    yield "no dimensions", np.array(2.5)
    yield "objects", np.array(["a", 1, 2.5, True, np.float64(3), np.str_("b")], dtype=object)
    yield "fortran objects", np.asfortranarray(grid.astype(object))


def scalars():
    for v in (np.bool_(True), np.int64(-5), np.int32(7), np.uint8(200), np.float64(0.1), np.float32(0.5), np.str_("ä")):
        yield type(v).__name__, v


def refused():
    yield "complex", np.array([1j])
    yield "half", np.array([1], dtype="f2")
    yield "date", np.array(["2020-01-01"], dtype="M8[D]")
    yield "bytes", np.array([b"ab"])
    yield "matrix", np.matrix([[1.0]])
    yield "unsigned", np.array([2**63], dtype="u8")
    yield "object", np.array([None], dtype=object)
    yield "sub-array", np.zeros(2, dtype=[("a", "f8", (2,))])
    yield "nested", np.zeros(2, dtype=[("a", [("b", "f8")])])
    yield "surrogate", np.array([0xD800], dtype="u4").view("U1")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--protocol", type=int, required=True)
    parser.add_argument("file")
    args = parser.parse_args()
    out = [{"name": n, "array": a, "shape": list(a.shape), "items": [getattr(v, "item", lambda v=v: v)() for v in items(a)]}
           for n, a in arrays()]
    out += [{"name": n, "scalar": v, "items": [v.item()]} for n, v in scalars()]
    record = np.zeros(3, dtype={"names": ["left", "at", "titled"], "formats": ["<i8", "<f8", "u1"], "offsets": [0, 16, 9],
                                "titles": [None, None, "a title"], "itemsize": 32})
    record["left"], record["at"], record["titled"] = [-1, 2, 3], [0.5, 1.5, 2.5], [9, 8, 7]
    out += [{"name": "record " + f, "array": record, "shape": [3], "field": f, "items": record[f].tolist()} for f in record.dtype.names]
    out += [{"name": n, "array": a, "refused": True} for n, a in refused()]
    with open(args.file, "wb") as f:
        pickle.dump(out, f, protocol=args.protocol)


if __name__ == "__main__":
    main()
