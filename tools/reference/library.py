"""What expressions ask for besides the revision: assets of five kinds, each with a name of its own."""
import dataclasses
import hashlib
import json
import re

# Whose a datasource is, by its name: the word list of the reference, as english.badwords.
OWNER = re.compile(r"datasource\.([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*?)(\.excluding)?(?:\(.*\))?\.revision(?:\.?parent|\.diff)?"
                   r"\.(?:matches|dict_split|(?:non_)?dict_words|(?:non_)?stopwords)(?:_added|_removed)?", re.ASCII | re.DOTALL)


@dataclasses.dataclass
class Library:
    """The assets of one list, or of many lists that share what they have in common."""
    lexicons: dict = dataclasses.field(default_factory=dict)      # {"patterns", "before", "after", "flags", "exclude"}
    dictionaries: dict = dataclasses.field(default_factory=dict)  # {"tags": ["en_US", ..], "replace_astral": bool}
    words: dict = dataclasses.field(default_factory=dict)         # a sorted list
    phrases: dict = dataclasses.field(default_factory=dict)       # a sorted list
    conversions: dict = dataclasses.field(default_factory=dict)   # [[from, to], ..]

    def file(self, kind, definition, of):
        """Files an asset of a node under the name that the node's tells, or one of its own; returns the name."""
        owner = OWNER.fullmatch(of.name)
        name = owner[1] + (owner[2] or "") if owner else f"{SINGULAR[kind]}.x{digest(definition)}"
        if any(name in shelf for other, shelf in vars(self).items() if other != kind) or \
                getattr(self, kind).setdefault(name, definition) != definition:
            name = f"{name}_{digest(definition)}"  # another of that name came first
        return self.file_as(kind, definition, name)

    def file_as(self, kind, definition, name):
        """Files an asset whose name is known."""
        if getattr(self, kind).setdefault(name, definition) != definition:
            raise ValueError(f"two {kind} are called {name}")
        return name


SINGULAR = {"lexicons": "lexicon", "dictionaries": "dictionary", "words": "words", "phrases": "phrases", "conversions": "conversion"}


def digest(definition):
    return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()[:8]
