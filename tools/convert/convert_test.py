"""python3 -m unittest discover -s tools/convert -p '*_test.py'"""
import io
import os
import pickle
import struct
import unittest

import convert


def stub(name, state=None):
    made = convert.GLOBALS[name]()
    made.state = state if state is not None else {}
    return made


def array(shape, code, data, order="<", fortran=False):
    dtype = convert.GLOBALS["numpy.dtype"](code)
    dtype.state = (3, order, None, None, None, -1, -1, 0)
    return stub("numpy.core.multiarray._reconstruct", (1, shape, dtype, fortran, data))


class Call:
    """Pickles as a call of any function, as a hostile file would."""
    def __init__(self, function, *args):
        self.reduced = (function, args)

    def __reduce__(self):
        return self.reduced


class ReaderTest(unittest.TestCase):
    def read(self, value, protocol):
        return convert.Reader(io.BytesIO(pickle.dumps(value, protocol))).load()

    def test_refuses_what_is_not_in_the_table(self):
        for function, name in [(os.system, "system"), (eval, "eval"), (io.open, "open")]:
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                with self.assertRaisesRegex(convert.ConversionError, name + ", which is not in the table"):
                    self.read(Call(function, "echo"), protocol)

    def test_getattr_reaches_stubs_only(self):
        with self.assertRaisesRegex(convert.ConversionError, "getattr of"):
            self.read(Call(getattr, "text", "format"), 4)


class ArrayTest(unittest.TestCase):
    def test_numbers(self):
        self.assertEqual(convert.numbers(array((2,), "f8", struct.pack("<2d", 0.1, -2))), [0.1, -2])
        self.assertEqual(convert.numbers(array((2,), "b1", b"\0\1", order="|")), [False, True])
        # One row in Fortran order lies in memory as in C order.
        self.assertEqual(convert.numbers(array((1, 2), "i8", struct.pack("<2q", 3, 4), fortran=True)), [3, 4])

    def test_refuses_other_layouts(self):
        data = struct.pack("<4d", 1, 2, 3, 4)
        for made in [array((4,), "f8", data, order=">"), array((2, 2), "f8", data, fortran=True),
                     array((8,), "U1", data)]:
            with self.assertRaises(convert.ConversionError):
                convert.numbers(made)


class DefinitionTest(unittest.TestCase):
    def feature(self, process="revscoring.features.revision_oriented._process_is_anon",
                name="revision.user.is_anon", dependency="revision.user.id"):
        datasource = stub("revscoring.datasources.datasource.Datasource", {"name": dependency})
        return stub("revscoring.features.feature.Feature", {
            "name": name, "process": convert.Reference(process), "dependencies": [datasource]})

    def test_known(self):
        self.assertEqual(convert.definition(self.feature()), ("feature.revision.user.is_anon", "is_anon(revision.user.id)"))

    def test_refuses_a_known_name_built_otherwise(self):
        for changed in [{"process": "someone.elses"}, {"name": "revision.user.is_bot"}, {"dependency": "revision.id"}]:
            with self.assertRaisesRegex(convert.ConversionError, "built in an unknown way"):
                convert.definition(self.feature(**changed))

    def test_groups_are_sorted(self):
        name, process, (dependency,) = convert.IN_GROUP
        datasource = stub("revscoring.datasources.datasource.Datasource", {"name": dependency})
        made = stub(name, {"name": "any", "process": convert.Reference(process),
                           "dependencies": [datasource], "items": {"sysop", "bot", "it's"}})
        self.assertEqual(convert.definition(made), (
            """feature.revision.user.in_group({'bot', "it's", 'sysop'})""",
            """intersects(revision.user.info.groups, ["bot", "it's", "sysop"])"""))


if __name__ == "__main__":
    unittest.main()
