"""Configurations: what those of public models mean, complaints, GGUF, and the command."""

import math

import pytest
from configurations import MODELS, Known

from refimpl import rope


def keys(complaints: tuple[str, ...]) -> list[str]:
    return [text.partition(":")[0] for text in complaints]


@pytest.mark.parametrize("known", MODELS, ids=lambda known: known.name)
def test_public_models(known: Known) -> None:
    found = rope.from_config(known.config, length=known.length, layer_type=known.layer)
    assert (found.type, found.width, found.base) == (known.type, known.width, known.base)
    assert math.isclose(found.attention_factor, known.attention, rel_tol=1e-9)
    assert math.isclose(found.softmax_factor, known.softmax, rel_tol=1e-9)
    assert keys(found.complaints) == list(known.complaints), found.complaints
    assert found.frequencies.shape == (known.width // 2,)
    if known.last:
        plain = known.base ** (2 / known.width - 1)
        assert math.isclose(found.frequencies[-1] / plain, known.last, rel_tol=1e-9)
