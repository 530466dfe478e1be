"""Every known mistake, taken for a user's function, is named by the diagnosis."""

from functools import cache

import pytest

from refimpl import backends
from refimpl.backends import Setting
from refimpl.proofs.auditing import diagnosis
from refimpl.proofs.auditing.gathered import gathered
from refimpl.proofs.auditing.messages import Explain
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.calls import Call
from refimpl.proofs.engine.runner import run_law

ON = Setting.of(backends.get("numpy"))


@cache
def _calls(name: str, seed: int) -> list[Call]:
    return gathered(name, ON, seed)


@pytest.mark.long
@pytest.mark.parametrize("document", catalogue.names())
def test_every_mistake_is_named(document: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "gathered", lambda name, on, seed, put: _calls(name, seed))
    unnamed = []
    for wrong in catalogue.mistakes().values():
        if wrong.function.partition(".")[0] == document:
            law = next(law for law in catalogue.laws().values() if wrong.id in law.refutes)
            replaced = {wrong.function: wrong.fresh()}
            outcome = run_law(law, ON, examples=60, seed=0, replaced=replaced, shrink=False)
            assert outcome.counterexample is not None, wrong.id
            request = Explain(wrong.function, True, {law.id: outcome.counterexample})
            found = diagnosis.explain(request, wrong.fresh(), "", ON, 0)
            if wrong.id not in found.mistakes:
                unnamed.append((wrong.id, found.sentences))
    assert not unnamed
