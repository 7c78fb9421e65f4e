"""What translations share: the end of the language's reach, and what they read beside the nodes."""
import importlib

from node import Function, function


class Unsupported(Exception):
    """The language has no function for a part of a feature."""

    def __init__(self, needs):
        super().__init__(needs)
        self.needs = needs


def called(node, attribute):
    """A function that is an attribute."""
    value = node.attributes[attribute]
    return value if isinstance(value, Function) else function(value)


def reference(module, *path):
    """What stands in a module of the reference."""
    try:
        found = importlib.import_module(module)
        for name in path:
            found = getattr(found, name)
    except (ImportError, AttributeError):
        raise Unsupported(f"{module}, which is not at hand") from None
    return found


def check(node, argument, types):
    if argument.type not in ((types,) if isinstance(types, str) else types):
        raise Unsupported(f"{node.process.name} of {argument.type}")
