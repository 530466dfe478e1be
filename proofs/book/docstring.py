"""The parts of a public function's docstring, which all have one form (`refimpl.public` sees to it)."""

import re
from dataclasses import dataclass

_SECTION = re.compile(r"^(Parameters|Returns|Raises|Examples)\n-+\n", re.MULTILINE)
_SHAPE = re.compile(r"^(\(\S.*\))\n")
"""A first line that is a shape alone."""
_ITEM = re.compile(r"^(?=\S)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Docstring:
    """What a docstring says, in its order."""

    text: str
    """The paragraphs behind the first sentence, with the formula."""
    parameters: tuple[tuple[str, str], ...]
    """Names with their kinds, and what is said of them."""
    returns: str
    raises: tuple[tuple[str, str], ...]
    """Errors, and when."""
    reference: str
    """Where the formula was published; empty if that is the document itself."""
    examples: tuple[tuple[bool, str], ...]
    """Blocks: whether it is code, and what it says."""

    @classmethod
    def read(cls, doc: str) -> "Docstring":
        """The parts of a docstring as `inspect.getdoc` gives it."""
        head, *parts = _SECTION.split(doc)
        found = dict(zip(parts[::2], parts[1::2], strict=True))
        raises, _, tail = found.get("Raises", "").partition("\n\nSource:")
        reference = tail.partition("\n\nReference: ")[2].strip()
        return cls(
            head.partition("\n")[2].strip(),
            _items(found.get("Parameters", "")),
            _SHAPE.sub(r"\1.\n", found.get("Returns", "").strip()),
            _items(raises),
            " ".join(reference.split()),
            tuple((part.startswith(">>>"), part) for part in re.split(r"\n{2,}", found["Examples"].strip())),
        )


def _items(text: str) -> tuple[tuple[str, str], ...]:
    """Lines without indentation, each with the text below it."""
    items = (part.partition("\n") for part in _ITEM.split(text) if part.strip())
    return tuple((head.strip(), below) for head, _, below in items)
