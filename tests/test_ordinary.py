"""Audits of ordinary code: textbook forms are not called wrong; slips are refuted, and the cause named."""

import re

import pytest
from ordinary import ORDINARY, Ordinary
from ordinary import table as corpus
from ordinary._judged import judged
from ordinary._ordinary import changed

from refimpl.proofs.engine import catalogue

NAMED = 0.9
"""The share of the slips whose cause the diagnosis must name."""
SAMPLE = [
    pytest.param(ordinary, marks=pytest.mark.long if document in ("density", "transport") else [])
    for document in catalogue.names()
    for ordinary in corpus.of(document)[:1]
]
"""The first entry of every document, with its first slip: a look at the corpus that takes seconds."""


@pytest.mark.parametrize("document", catalogue.names())
def test_every_function_has_a_form_and_slips(document: str) -> None:
    slips = dict.fromkeys((f for f in catalogue.functions() if f.startswith(f"{document}.")), 0)
    for ordinary in corpus.of(document):
        slips[ordinary.target] += len(ordinary.slips)
    assert not [name for name, count in slips.items() if count < 2]


def test_forms_are_what_there_is() -> None:
    for ordinary in ORDINARY:
        assert ordinary.target in catalogue.functions()
        assert not ordinary.adapter or f"{ordinary.target}/{ordinary.adapter}" in catalogue.adapters()
        assert all(slip.function is not ordinary.textbook for slip in ordinary.slips)
        assert not [slip.named for slip in ordinary.slips if re.search(slip.named, "", re.IGNORECASE)]


def test_a_change_is_of_what_stands_there() -> None:
    assert changed(re.escape, "pattern.translate", "pattern.upper().translate")("a.b") == r"A\.B"
    with pytest.raises(ValueError, match=r"escape: expected 'cosine' in its text, got:\ndef escape"):
        changed(re.escape, "cosine", "sine")


@pytest.mark.parametrize("ordinary", SAMPLE, ids=lambda ordinary: ordinary.target)
def test_sample(ordinary: Ordinary) -> None:
    pytest.importorskip(ordinary.backend)
    assert corpus.does_justice(ordinary)
    slip = ordinary.slips[0]
    said = judged(ordinary, slip.function)
    assert said.verdict == "refuted"
    assert not said.misnames(slip)


@pytest.mark.long
@pytest.mark.parametrize("document", catalogue.names())
def test_corpus(document: str) -> None:
    found = list(corpus.failures(document))
    unnamed = [line for line in found if line.startswith("NOT NAMED")]
    assert not [line for line in found if line not in unnamed]
    assert len(unnamed) <= (1 - NAMED) * len(corpus.slips(document))


@pytest.mark.long
@pytest.mark.parametrize("document", catalogue.names())
def test_table_is_true(document: str) -> None:
    assert corpus.shown().get(document) == corpus.row(document), f"run tests/ordinary/table.py {document}"
