"""Commands, whose time is mostly imports, and the cases that their laws draw."""

import sys
from functools import partial
from typing import Any

from ._row import Calls, Commands, Peer, Row

_REFIMPL = [sys.executable, "-m", "refimpl.proofs"]
_NUMPY = Peer("python -c 'import numpy'")
_TORCH = Peer("python -c 'import torch'", {"torch": "torch"})
_POT = Peer("python -c 'import ot'", {"ot": "pot"})


def _beside_numpy(*words: str) -> Commands:
    return Commands([*_REFIMPL, *words], [sys.executable, "-c", "import numpy"])


def _transport(*, memory: bool) -> Commands:
    words = ["prove", "transport.wasserstein_discrete-definition", "--jobs", "1"]
    return Commands([*_REFIMPL, *words], [sys.executable, "-c", "import ot"], memory)


def _audit(target: str, library: str, code: int) -> Commands:
    """An audit that ends with an exit code."""
    words = [*_REFIMPL, "audit", target, "--as", "rope.rotate", "--backend", library]
    ended = f"import subprocess, sys; sys.exit(subprocess.call({words!r}) != {code})"
    return Commands([sys.executable, "-c", ended], [sys.executable, "-c", f"import {library}"])


def _cases() -> Calls:
    from ... import backends  # noqa: PLC0415
    from ...backends import Setting  # noqa: PLC0415
    from ..engine import catalogue  # noqa: PLC0415
    from ..engine.cases import each_case  # noqa: PLC0415

    on = Setting.of(backends.get("numpy"))
    laws = [law for law in catalogue.written_laws().values() if law.document == "rope"]

    def drawn(ours: bool) -> int:
        made: list[Any] = []
        for law in laws:
            for kind in law.kinds:
                each_case(law, on, kind, made.append, examples=20, seed=0, ours=ours)
        return len(made)

    return Calls(partial(drawn, True), partial(drawn, False), _as_many)


def _as_many(ours: int, theirs: int) -> str:
    """Which cases they are differs; there are about as many."""
    return "" if ours >= 0.95 * theirs else f"{ours} cases; expected about {theirs}, as Hypothesis draws"


_WRONG = "refimpl.proofs.documents.rope.mistakes_of_rotation:rotate_wrong_sign.replacement"

ROWS = [
    Row("audit-right", "refimpl audit of a right function, NumPy",
        partial(_audit, "refimpl.rope:rotate", "numpy", 0), _NUMPY, goal=12),
    Row("audit-wrong", "refimpl audit of a wrong function, torch, with its diagnosis",
        partial(_audit, _WRONG, "torch", 1), _TORCH, goal=2.5),
    Row("cases", "20 cases of every kind for every law of rope", _cases, Peer("Hypothesis"), goal=0.35),
    Row("help", "refimpl --help", partial(_beside_numpy, "--help"), _NUMPY, goal=1.5),
    Row("list", "refimpl list laws, once more", partial(_beside_numpy, "list", "laws"), _NUMPY, goal=1.5),
    Row("show", "refimpl show rope.rotate, once more", partial(_beside_numpy, "show", "rope.rotate"), _NUMPY,
        goal=1.5),
    Row("prove-one", "refimpl prove of one law of transport, which POT solves",
        partial(_transport, memory=False), _POT, goal=1.0),
    Row("prove-one-memory", "the same, peak memory", partial(_transport, memory=True), _POT, goal=0.4),
]  # fmt: skip
