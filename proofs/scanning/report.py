"""What a scan says: of each class that cannot win or is undecided, and of all together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .work import Part

MOST = 6
"""Classes of a combination that a report names; the file of certificates has all."""


@dataclass(frozen=True, slots=True)
class Share:
    """A class of a combination."""

    index: int
    token: str
    weight: float


@dataclass(frozen=True, slots=True)
class Word:
    """A class that cannot win, or of which that is not known."""

    index: int
    token: str
    """Its name; empty without a vocabulary."""
    verdict: Literal["unargmaxable", "undecided", "not proved"]
    """"not proved": there is a certificate, and it does not hold."""
    reason: str
    classes: int
    """How many classes its combination has."""
    combination: tuple[Share, ...]
    """Those with the largest weights."""
    source: str = "argmaxable D2, D3"


@dataclass(frozen=True, slots=True)
class Scan:
    """All classes together."""

    file: str
    tensor: str
    bias: str
    """Empty if there is none."""
    sha256: str
    """Of the shapes and numbers that were scanned."""
    classes: int
    dimensions: int
    argmaxable: int
    unargmaxable: int
    undecided: int
    refused: int
    """Certificates that do not hold; 0 unless they were verified."""
    verified: bool
    """Whether the certificates were checked, exactly."""


def verdicts(part: Part, n: int) -> Any:
    """1, −1 or 0 for every class, as its certificates claim."""
    found = np.zeros(n, dtype=np.int8)
    found[part.witness_class] = found[part.fine_class] = 1
    found[part.combination_class] = -1
    return found


def words(
    part: Part, found: Any, names: Mapping[int, str], refused: Mapping[int, str] | None = None
) -> Iterator[Word]:
    """All classes but those that win."""
    places = {k: place for place, k in enumerate(part.combination_class.tolist())}
    for k in np.flatnonzero(found != 1).tolist():
        if found[k] == -1:
            some = slice(*part.start[places[k] : places[k] + 2].tolist())
            support, weights = part.support[some], part.weight[some]
            order = np.argsort(-weights, kind="stable")[:MOST].tolist()
            shares = tuple(
                Share(int(support[i]), names.get(int(support[i]), ""), float(weights[i])) for i in order
            )
            yield Word(k, names.get(k, ""), "unargmaxable", "", len(support), shares)
        elif refused and k in refused:
            yield Word(k, names.get(k, ""), "not proved", refused[k], 0, ())
        else:
            yield Word(k, names.get(k, ""), "undecided", "no certificate was found", 0, ())


def line(word: Word) -> str:
    """A class on one line."""
    name = f" {word.token!r}" if word.token else ""
    told = f"{word.verdict} {word.index}{name}"
    if word.reason:
        return f"{told}: {word.reason}"
    shares = [
        f"{it.weight:.3g} × {it.index}" + (f" {it.token!r}" if it.token else "") for it in word.combination
    ]
    more = f" + {word.classes - len(shares)} more" if word.classes > len(shares) else ""
    return f"{told}: {' + '.join(shares)}{more}"
