"""python3 -m unittest discover -s tools/reference -p '*_test.py'

Needs no revscoring: features are put together by hand as what node.live makes of
them. That live features translate as meant is checked where values are: record.py
refuses features it cannot translate, and the recorded values are the test of
internal/score/feature.
"""
import re
import unittest

import expression
import syntax
from node import Function, Node, function
from syntax import Expression, call, constant

TEXT, PARENT = "datasource.revision.text", "datasource.revision.parent.text"
FEATURE = "revscoring.features.feature."
AGGREGATE = "revscoring.features.meta.aggregators.AggregatorsScalar.process"


def node(name, process, *dependencies, returns=None, owner=None, **attributes):
    return Node(name, Function(process, owner or {}), returns, attributes, dependencies)


def text(name=TEXT):
    return node(name, "revscoring.dependencies.dependent.not_implemented")


def aggregate(name, items, func="len", returns="float"):
    return node(f"feature.{name}", AGGREGATE, items, returns=returns, func=Function(f"builtins.{func}"))


def chars(name="chars", of=TEXT, returns="float"):
    return aggregate(name, text(of), returns=returns)


def constant_feature(value):
    return node(f"feature.{value}", FEATURE + "Constant._process", returns=type(value).__name__, value=value)


def modifier(name, process, *features, returns="float"):
    return node(f"feature.{name}", FEATURE + process, *features, returns=returns)


def tokens(of=TEXT):
    return node(f"datasource.tokenized({of})", expression.WIKITEXT + "tokenized._process_tokens", text(of))


def words(name="datasource.words", of=TEXT, types=("word",)):
    include = Function(expression.WIKITEXT + "tokenized.TokenIsInTypes.filter", {"types": set(types)})
    return node(name, expression.META + "filters.filter.process", tokens(of), include=include, inverse=False)


def stems(language):
    return node("datasource.stems", expression.META + "mappers.map.process", words(),
                apply=Function(f"nltk.stem.snowball.{language}Stemmer.stem"))


def finds(name, pattern, exclude=None, of=TEXT):
    owner = {"group_re": re.compile(pattern, re.I), "exclude_re": exclude and re.compile(exclude, re.I)}
    return node(f"datasource.{name}", expression.META + "extractors.regex.process", text(of), owner=owner)


def translated(*features):
    definitions, library = expression.translate(features)
    return [definition.get("expr", definition.get("needs")) for definition in definitions], library.lexicons


class TranslationTest(unittest.TestCase):
    def expect(self, feature, expected):
        self.assertEqual(translated(feature)[0], [expected])

    def test_types(self):
        self.expect(chars(), "float(len(revision.text))")
        self.expect(chars(returns="int"), "len(revision.text)")
        self.expect(chars(returns="bool"), "bool(len(revision.text))")
        self.expect(chars(returns="str"), "a feature of type str")
        lengths = node("datasource.lengths", expression.META + "mappers.map.process", words(), apply=function(len))
        self.expect(aggregate("sum", lengths, "sum", "int"), 'sum(lengths(of_types(tokens(revision.text), ["word"])))')
        self.expect(aggregate("mean", lengths, "mean"), "builtins.mean, which is not known")

    def test_number_types(self):
        whole = chars(returns="int")
        self.expect(modifier("add", "add.operate", whole, constant_feature(1), returns="int"), "len(revision.text) + 1")
        self.expect(modifier("div", "div.operate", whole, constant_feature(2)), "len(revision.text) / 2")
        self.expect(modifier("lt", "lt.operate", whole, constant_feature(0.5), returns="bool"), "len(revision.text) < 0.5")
        # isinstance(True, int): the reference leaves a bool where an int is asked.
        more = modifier("gt", "gt.operate", whole, constant_feature(1), returns="int")
        self.expect(more, "len(revision.text) > 1")
        self.expect(modifier("max", "max._process", whole, returns="float"), FEATURE + "max._process of 1 arguments")
        self.expect(modifier("nan", "add.operate", whole, constant_feature(float("inf"))), "the constant inf")

    def test_sets_are_sorted(self):
        self.expect(aggregate("x", words(types=("word", "cjk", "etc")), returns="int"),
                    'len(of_types(tokens(revision.text), ["cjk", "etc", "word"]))')
        groups = node("datasource.revision.user.info.groups", "revscoring.dependencies.dependent.not_implemented")
        feature = node("feature.user.in_group({'b', 'a'})", expression.BOOLS + "sets_intersect.process", groups,
                       returns="bool", items={"b", "a"})
        self.assertEqual(expression.translate([feature])[0], [{
            "name": "feature.user.in_group({'a', 'b'})", "expr": 'intersects(revision.user.info.groups, ["a", "b"])'}])

    def test_names_decide(self):
        """Two features of one name: the first one computed is used for both, also inside another."""
        first, second = chars("same"), chars("same", PARENT)
        log = modifier("log", "log._process", second)
        old, new = "float(len(revision.parent.text))", "float(len(revision.text))"
        self.assertEqual(translated(first, second)[0], [new, new])
        self.assertEqual(translated(second, first)[0], [old, old])
        self.assertEqual(translated(log, first)[0], [f"log({old})", old])
        self.assertEqual(translated(first, log)[0], [new, f"log({new})"])

    def test_names_decide_behind_what_is_unsupported(self):
        """The reference computes every dependency, so a later one may still be the first of its name."""
        mixed = modifier("sum", "add.operate", aggregate("stems", stems("Finnish")), chars("same", PARENT))
        self.assertEqual(translated(mixed, chars("same"))[0], ["stems", "float(len(revision.parent.text))"])

    def test_loops_are_refused(self):
        with self.assertRaisesRegex(ValueError, "finds a loop"):
            translated(modifier("same", "log._process", chars("same")))

    def test_needs(self):
        self.expect(aggregate("stems", stems("Finnish")), "stems")
        self.expect(node("feature.x", "someone.elses", text(), returns="int"), "someone.elses, which is not known")
        self.expect(chars(of="datasource.revision.byte_length"), "the input revision.byte_length")
        self.expect(aggregate("kinds", words(), func="sum"), AGGREGATE + " of tokens")

    def test_occurrences_are_of_the_known_version(self):
        def images(constants):
            process = Function("articlequality.feature_lists.enwiki.get_images", constants=constants)
            strings = node("datasource.lower", expression.META + "mappers.lower_case.process", words())
            return Node("feature.images", process, "int", {}, (strings,))
        pattern = expression.OCCURRENCES["articlequality.feature_lists.enwiki.get_images"]
        known = f'occurrences(lower(of_types(tokens(revision.text), ["word"])), "(?i){pattern}")'
        self.expect(images((None, pattern)), known)
        self.expect(images(()), known)
        self.assertIn("other patterns", translated(images((None, "image")))[0][0])

    def test_nothing_of_the_way_is_printed(self):
        wikicode = node("datasource.wikicode", expression.WIKITEXT + "parsed._process_wikicode", text())
        self.expect(aggregate("nodes", wikicode), AGGREGATE + " of .wikicode")


class WikidataTest(unittest.TestCase):
    """Of what asks none of the reference's lists, which are not here."""
    DATA = "revscoring.features.wikibase.datasources."

    def item(self, of):
        return node(f"datasource.item({of})", self.DATA + "revision_oriented._process_entity",
                    node(f"datasource.doc({of})", self.DATA + "revision_oriented._process_entity_doc", text(of)))

    def part(self, name, of=TEXT):
        return node(f"datasource.{name}({of})", self.DATA + f"revision_oriented._process_{name}", self.item(of))

    def changes(self, before, after=None):
        return node("datasource.diff", "revscoring.features.wikibase.util.diff_dicts",
                    self.part(before, PARENT), self.part(after or before))

    def statements(self, process, before=PARENT):
        return node(f"datasource.{process}", self.DATA + f"diff._process_{process}", self.changes("properties"),
                    self.item(before), self.item(TEXT))

    def expect(self, feature, expected):
        self.assertEqual(translated(feature)[0], [expected])

    def test_parts(self):
        self.expect(aggregate("x", self.part("labels"), returns="int"), "len(labels(revision.text))")
        self.expect(aggregate("x", self.part("claims"), returns="int"), "len(distinct(statements(revision.text)))")
        self.expect(aggregate("x", self.part("sources", PARENT), returns="int"),
                    "len(distinct(first_references(statements(revision.parent.text))))")
        self.expect(aggregate("x", self.item(TEXT)), AGGREGATE + " of .entity")

    def test_changes(self):
        def field(name, changes):
            return node(f"datasource.{name}", self.DATA + "diff.dict_diff_field.process", changes, field_name=name)
        self.expect(aggregate("x", field("removed", self.changes("aliases")), returns="int"),
                    "len(removed(changes(aliases(revision.parent.text), aliases(revision.text))))")
        self.expect(aggregate("x", field("unchanged", self.changes("aliases"))), "the field unchanged of changes")
        self.expect(aggregate("x", field("added", self.changes("aliases", "labels"))),
                    "revscoring.features.wikibase.util.diff_dicts of entries of labels")
        en = node("feature.en", expression.BOOLS + "item_in_set.process", field("changed", self.changes("labels")), returns="bool", item="en")
        self.expect(en, 'intersects(changed(changes(labels(revision.parent.text), labels(revision.text))), ["en"])')

    def test_statements(self):
        changes = "changes(properties(revision.parent.text), properties(revision.text))"
        self.expect(aggregate("x", self.statements("statements_added"), returns="int"), f"len(statements_added({changes}))")
        self.expect(aggregate("x", self.statements("statements_added", before=TEXT)),
                    self.DATA + "diff._process_statements_added of other items")
        sources = node("datasource.sources", self.DATA + "diff._process_sources_removed", self.statements("statements_changed"))
        self.expect(aggregate("x", sources, returns="int"), f"len(references_removed({changes}))")
        wrong = node("datasource.sources", self.DATA + "diff._process_sources_removed", self.statements("statements_added"))
        self.expect(aggregate("x", wrong), self.DATA + "diff._process_sources_removed of other statements")

    def test_values(self):
        human = node("feature.human", "revscoring.features.wikibase.features.revision_oriented.HasPropertyValue._process", self.item(TEXT),
                     returns="bool", property="P31", value="Q5")
        self.expect(human, 'intersects(main_values(of_properties(statements(revision.text), ["P31"])), ["Q5"])')

    def test_proportions_are_of_the_known_version(self):
        def qids(constants):
            process = Function("revscoring.features.wikibase.features.diff._process_proportion_of_qid_added", constants=constants)
            return Node("feature.qids", process, "float", {}, (self.item(PARENT), self.item(TEXT)))
        old, new = (f'occurrences(json({name}), "Q\\\\d{{1,8}}")' for name in ("revision.parent.text", "revision.text"))
        self.expect(qids((None, r"Q\d{1,8}")), f"({new} - {old}) / ({new} + 1)")
        self.assertIn("other patterns", translated(qids((None, "P")))[0][0])


class LexiconTest(unittest.TestCase):
    def test_parts(self):
        feature = aggregate("x", finds("english.badwords.revision.parent.matches", r"(\b)(a(b|c)|[|)]|\||)(\b)"))
        expressions, lexicons = translated(feature)
        self.assertEqual(expressions, ["float(len(find(revision.text, @english.badwords)))"])
        self.assertEqual(lexicons, {"english.badwords": {
            "patterns": ["a(b|c)", "[|)]", r"\|", ""], "before": r"\b", "after": r"\b", "flags": "i"}})

    def test_exclusions(self):
        name = "english.badwords.excluding(['ab', 'c']).revision.diff.matches_added"
        expressions, lexicons = translated(aggregate("x", finds(name, "()(ab|c|d)()", "()(ab|c)()")))
        self.assertEqual(expressions, ["float(len(find(revision.text, @english.badwords.excluding)))"])
        self.assertEqual(lexicons["english.badwords.excluding"]["exclude"], ["ab", "c"])

    def test_names(self):
        same = [aggregate(str(i), finds(f"a.b.revision{part}.matches", "()(x)()")) for i, part in enumerate(["", ".parent"])]
        self.assertEqual(list(translated(*same)[1]), ["a.b"])
        other = aggregate("other", finds("a.b.revision.diff.matches_added", "()(y)()"))
        unnamed = aggregate("unnamed", finds("regex(['z'], <datasource.x>)", "()(z)()"))
        names = list(translated(*same, other, unnamed)[1])
        self.assertRegex(names[1], r"^a\.b_[0-9a-f]{8}$")
        self.assertRegex(names[2], r"^lexicon\.x[0-9a-f]{8}$")

    def test_other_forms_are_refused(self):
        for pattern in ["abc", r"(a)(b)", r"(a)(b)(c)d", r"((a))(b)(c)", r"(a)(b)+(c)"]:
            self.assertIn("not of the form", translated(aggregate("x", finds("x", pattern)))[0][0])
        different = finds("x", "()(a)()", r"(\b)(a)(\b)")
        self.assertIn("wrapped otherwise", translated(aggregate("x", different))[0][0])


class PatternTest(unittest.TestCase):
    def test_flags_stand_in_front(self):
        for pattern, flags, expected in [
            ("a|b", re.I, "(?i)a|b"), ("a", 0, "a"), ("(?i)a", 0, "(?i)a"), ("(?m)^a", re.I, "(?im)^a"), ("(?:a)", re.S, "(?s)(?:a)"),
        ]:
            self.assertEqual(expression.inline(re.compile(pattern, flags)), expected)
        with self.assertRaisesRegex(expression.Unsupported, "VERBOSE"):
            expression.inline(re.compile("a b", re.X))


class SyntaxTest(unittest.TestCase):
    def test_printed(self):
        a, b, c = (Expression("name", letter) for letter in "abc")

        def tree(kind, *arguments):
            return Expression(kind, arguments=arguments)
        for made, expected in [
            (tree("+", tree("+", a, b), c), "a + b + c"),
            (tree("+", a, tree("+", b, c)), "a + (b + c)"),
            (tree("-", tree("*", a, b), tree("/", b, c)), "a * b - b / c"),
            (tree("/", a, tree("*", b, c)), "a / (b * c)"),
            (tree("*", tree("-", a, b), c), "(a - b) * c"),
            (tree("<", tree("+", a, b), c), "a + b < c"),
            (tree("==", tree("<", a, b), tree("<", b, c)), "(a < b) == (b < c)"),
            (tree("+", tree("<", a, b), c), "(a < b) + c"),
            (tree("or", tree("and", a, b), tree("not", c)), "a and b or not c"),
            (tree("and", tree("or", a, b), tree("and", b, c)), "(a or b) and (b and c)"),
            (tree("not", tree("not", tree("and", a, b))), "not not (a and b)"),
            (tree("not", tree("<", a, b)), "not a < b"),
            (tree("<", tree("not", a), b), "(not a) < b"),
            (call("f", None, a, constant(["x\n\"", "y"]), constant([0, -1])), r'f(a, ["x\n\"", "y"], [0, -1])'),
            (call("f", None, constant(1.0), constant(1e-05), constant(True), Expression("asset", "l.m")), "f(1.0, 1e-05, true, @l.m)"),
        ]:
            self.assertEqual(syntax.format(made), expected)

    def test_steps_are_not_printed(self):
        with self.assertRaisesRegex(ValueError, "no function of the language"):
            syntax.format(call(".wikicode", None))

    def test_groups(self):
        self.assertEqual(syntax.top_level_groups(r"(a\))([)](?:b))()"), [r"a\)", "[)](?:b)", ""])
        self.assertEqual(syntax.top_level_groups(r"([^])]|[]\]|)])"), [r"[^])]|[]\]|)]"])
        for pattern in ["(a", "(a))", "(a)b", "(a)?", "a"]:
            self.assertIsNone(syntax.top_level_groups(pattern), pattern)

    def test_alternatives(self):
        self.assertEqual(syntax.alternatives(r"a|(b|c)|[|]|\||"), ["a", "(b|c)", "[|]", r"\|", ""])


class FunctionTest(unittest.TestCase):
    def test_names(self):
        class Owner:
            def method(self):
                pass
        owner = Owner()
        owner.attribute = 1
        self.assertEqual(function(len).name, "builtins.len")
        self.assertEqual(function(str).name, "builtins.str")
        method = function(owner.method)
        self.assertTrue(method.name.endswith("Owner.method"), method.name)
        self.assertEqual(method.owner, {"attribute": 1})


if __name__ == "__main__":
    unittest.main()
