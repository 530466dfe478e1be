"""Kernels of refimpl.transport that approximate, and what stands for them where exact values are enclosed."""

from collections.abc import Iterator
from typing import Any

from ...language.exact import refusal

_QUADRATURE = refusal("a quadrature rule, whose error is estimated and not proven")


class _Refused:
    """A rule that nobody may use."""

    def __iter__(self) -> Iterator[Any]:
        yield _QUADRATURE()


REPLACED = {
    "_bounds": {"_integrals": _QUADRATURE, "_by_panels": _QUADRATURE},
    "_discrete": {"_GRADED": _Refused()},
    "_scores": {"_mixture_score_matching": _QUADRATURE},
}
