"""A reference feature and what it is built from, without the reference's classes.

The translation (expression.py) reads Nodes only. So it needs neither
revscoring nor a running interpreter of a model's code: whoever can describe the
objects, alive or as a pickle's inert stubs, can have them translated.
"""
import dataclasses
import re


@dataclasses.dataclass(frozen=True)
class Function:
    """What is called: a function, a type, or a method and the object it is bound to."""
    name: str              # module and qualified name; of a method, its object's class
    owner: dict = dataclasses.field(default_factory=dict)  # the bound object's attributes
    constants: tuple = ()  # literals in its code; empty if that is not at hand


@dataclasses.dataclass(frozen=True)
class Node:
    """A feature or a datasource."""
    name: str              # str(object): begins with "feature." or "datasource."
    process: Function
    returns: str = None    # name of a feature's type
    attributes: dict = dataclasses.field(default_factory=dict)
    dependencies: tuple = ()

    @property
    def is_feature(self):
        return self.name.startswith("feature.")

    @property
    def printed_name(self):
        """The name with sets in sorted order: the reference prints them in hash order."""
        return re.sub(r"\{('[^'{}]*'(?:, '[^'{}]*')*)\}",
                      lambda m: "{" + ", ".join(sorted(m[1].split(", "))) + "}", self.name)


def live(features):
    """Nodes of revscoring's own objects. Objects shared there are shared here."""
    made = {}

    def node(made_of):
        # By identity, not equality: the reference overloads == of features.
        if id(made_of) not in made:
            returns = getattr(made_of, "returns", None)
            made[id(made_of)] = Node(
                name=str(made_of),
                process=function(made_of.process),
                returns=getattr(returns, "__name__", None),
                attributes=vars(made_of),
                dependencies=tuple(node(d) for d in made_of.dependencies),
            )
        return made[id(made_of)]

    return [node(feature) for feature in features]


def function(called):
    """Describes a callable of a live object."""
    owner = getattr(called, "__self__", None)
    if owner is not None and not isinstance(owner, type(re)):  # built-ins are bound to their module
        return Function(f"{qualified(type(owner))}.{called.__name__}", vars(owner) if hasattr(owner, "__dict__") else {})
    if hasattr(called, "__qualname__"):
        code = getattr(called, "__code__", None)
        return Function(qualified(called), constants=code.co_consts if code else ())
    return Function(qualified(type(called)), vars(called))  # an object that is called


def qualified(thing):
    return f"{thing.__module__}.{thing.__qualname__}"
