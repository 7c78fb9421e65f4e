"""The printed form of expressions, and the little of regular expressions' syntax that takes lexicons apart.

The grammar of expressions is that of internal/score/feature/expr; printed is its
canonical form, with brackets only where the tree needs them.
"""
import dataclasses
import json

OR, AND, NOT, COMPARE, SUM, PRODUCT, PRIMARY = range(1, 8)
BINDS = {"or": OR, "and": AND, "<": COMPARE, "<=": COMPARE, ">": COMPARE, ">=": COMPARE, "==": COMPARE, "!=": COMPARE,
         "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT}


@dataclasses.dataclass(frozen=True)
class Expression:
    """A tree: a name, an asset, a constant, a call (of value), or an operator (the kind)."""
    kind: str
    value: object = None
    arguments: tuple = ()
    type: str = None


def call(function, type, *arguments):
    return Expression("call", function, tuple(arguments), type)


def constant(value):
    return Expression("constant", tuple(value) if isinstance(value, list) else value, type=type(value).__name__)


def format(tree):
    return written(tree)[0]


def written(tree):
    """The text of a tree and how tightly it binds."""
    if tree.kind == "name":
        return tree.value, PRIMARY
    if tree.kind == "asset":
        return "@" + tree.value, PRIMARY
    if tree.kind == "constant":
        return literal(tree.value), PRIMARY
    if tree.kind == "call":
        if tree.value.startswith("."):
            raise ValueError(f"{tree.value} is no function of the language")
        return f"{tree.value}({', '.join(format(a) for a in tree.arguments)})", PRIMARY
    if tree.kind == "not":
        return "not " + within(tree.arguments[0], NOT), NOT
    binds = BINDS[tree.kind]
    left, right = tree.arguments
    # Operators of one rank group to the left; comparisons do not group at all.
    return f"{within(left, binds + (binds == COMPARE))} {tree.kind} {within(right, binds + 1)}", binds


def within(tree, least):
    text, binds = written(tree)
    return text if binds >= least else f"({text})"


def literal(value):
    if isinstance(value, tuple):
        return f"[{', '.join(literal(item) for item in value)}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)


def top_level_groups(pattern):
    """The insides of (a)(b)(c), or None if the pattern is not such a row of groups."""
    groups, depth, start = [], 0, 0
    for at, character in significant(pattern):
        if character == "(":
            if depth == 0:
                start = at + 1
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                groups.append(pattern[start:at])
        elif depth == 0:
            return None
    return groups if depth == 0 and "".join(f"({group})" for group in groups) == pattern else None


def alternatives(pattern):
    """What stands between the top-level bars."""
    parts, depth, start = [], 0, 0
    for at, character in significant(pattern):
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            parts.append(pattern[start:at])
            start = at + 1
    return parts + [pattern[start:]]


def significant(pattern):
    """Places and characters outside of escapes and character classes."""
    at = 0
    while at < len(pattern):
        if pattern[at] == "\\":
            at += 2
            continue
        if pattern[at] == "[":
            at = after_class(pattern, at)
            continue
        yield at, pattern[at]
        at += 1


def after_class(pattern, at):
    """The place after [...]; a ] right after [ or [^ is a member."""
    at += 1
    if pattern[at:at + 1] == "^":
        at += 1
    if pattern[at:at + 1] == "]":
        at += 1
    while pattern[at:at + 1] not in ("]", ""):
        at += 2 if pattern[at] == "\\" else 1
    return at + 1
