"""What is told of functions whose numbers are right and whose results, or manners, are of another form."""

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from refimpl import backends, proofs
from refimpl.backends import Setting
from refimpl.proofs.auditing.diagnosis import explain
from refimpl.proofs.auditing.messages import Diagnosis, Explain

ON = Setting.of(backends.get("numpy"))
Pair = namedtuple("Pair", "cosine angle")


@dataclass
class Output:
    value: Any


def said(name: str, function: Callable[..., Any], on: Setting = ON) -> Diagnosis:
    with np.errstate(all="ignore"):
        return explain(Explain(name), function, "", on, 0)


def cosine(u: Any, v: Any, axis: int = -1) -> Any:
    """Of vectors of any length."""
    u, v = (x / np.abs(x).max(axis=axis, keepdims=True) for x in (u, v))
    return np.clip((u * v).sum(axis) / np.sqrt((u * u).sum(axis) * (v * v).sum(axis)), -1, 1)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda c: {"cosine": c}, "a dict where an array is expected"),
        (Output, "an object of type Output where an array is expected"),
        (lambda c: [c], "a list where an array is expected"),
        (lambda c: None, "None (a return may be missing) where an array is expected"),
        (lambda c: c + 0j, "complex numbers (complex128)"),
        (lambda c: c.astype(object), "an array of Python objects"),
        (lambda c: Pair(c, np.arccos(c)), "a Pair of 2 where an array is expected"),
        (lambda c: (c, c), "a tuple of 2 where an array is expected"),
    ],
)
def test_the_form_of_a_result_is_told(change: Callable[[Any], Any], told: str) -> None:
    found = said("matching.cosine_similarity", lambda u, v, axis=-1: change(cosine(u, v, axis)))
    assert found.cause.startswith(f"it gives {told}, at ")
    assert ("--adapter first" in found.cause) == told.endswith("2 where an array is expected")
    assert not found.mistakes
    assert not found.right


def test_a_known_mistake_beside_the_form_is_told_too() -> None:
    def norm(x: Any, gamma: Any = None, eps: float = 1e-6) -> Any:
        normed = x / (np.sqrt((x * x).mean(-1, keepdims=True)) + eps)
        return {"hidden": normed if gamma is None else normed * gamma}

    found = said("residual.rms_norm", norm)
    assert "a dict where an array is expected" in found.cause
    assert "residual.rms_norm/eps-outside-root" in found.mistakes


def test_byte_orders_are_no_dtypes() -> None:
    """A function that keeps the dtype of what it is given keeps its byte order, too."""
    report = proofs.audit({"matching.cosine_similarity": cosine}, isolated=False, dtype="float32")
    assert ">f4" not in str(report)


def test_an_array_of_another_library_or_device_is_told() -> None:
    torch = pytest.importorskip("torch")
    on = Setting.of(backends.get("torch"))

    def turned(x: Any, angles: Any, layout: str = "interleaved") -> Any:
        first, second = x[..., 0::2], x[..., 1::2]
        if layout != "interleaved":
            raise proofs.NotApplicable(layout)
        c, s = torch.cos(angles), torch.sin(angles)
        return torch.stack([first * c - second * s, first * s + second * c], dim=-1).flatten(-2)

    there = said(
        "rope.rotate", lambda x, angles, layout="interleaved": turned(x, angles, layout).to("meta"), on
    )
    assert "an array on meta for arrays on cpu" in there.cause
    host = said("rope.rotate", lambda x, angles, layout="interleaved": turned(x, angles, layout).numpy(), on)
    assert "an array of numpy for arrays of torch" in host.cause


def test_writing_into_arguments_is_told_before_what_else_is_wrong() -> None:
    def norm(x: Any, gamma: Any = None, eps: float = 1e-6) -> Any:
        x /= np.sqrt((x * x).mean(-1, keepdims=True) + eps)
        if gamma is not None:
            x *= gamma
        return x

    found = said("residual.rms_norm", norm)
    assert found.cause.startswith("it writes into its arguments")


def test_a_sum_that_is_not_taken_is_no_further_axis() -> None:
    """Where there is one dimension, it is the same."""

    def terms(m1: Any, v1: Any, m2: Any, v2: Any) -> Any:
        return (v1 / v2 - 1 - np.log(v1 / v2) + (m1 - m2) ** 2 / v2) / 2

    report = proofs.audit({"density.normal_kl": terms}, isolated=False)
    assert "the sum over the last axis is missing" in str(report).splitlines()[0]


def test_a_further_axis_is_no_matrix_of_all_pairs() -> None:
    def kept(u: Any, v: Any, axis: int = -1) -> Any:
        return np.expand_dims(cosine(u, v, axis), axis)

    report = proofs.audit({"matching.cosine_similarity": kept}, isolated=False)
    assert report.verdict == "refuted"
    assert "--adapter" not in str(report)


def test_few_decimals_are_told() -> None:
    found = said("matching.cosine_similarity", lambda u, v, axis=-1: np.round(cosine(u, v, axis), 4))
    assert found.cause == "its results are rounded to 4 decimals"


def test_results_that_are_kept_by_shape_do_not_ignore_arguments() -> None:
    known: dict[Any, Any] = {}

    def kept(u: Any, v: Any, axis: int = -1) -> Any:
        return known.setdefault((u.shape, v.shape, axis), cosine(u, v, axis))

    assert "it keeps results by these" in said("matching.cosine_similarity", kept).cause


def test_ignored_weights_are_no_mistake_of_another_kind() -> None:
    def distance(x: Any, y: Any, order: float = 2.0, x_weights: Any = None, y_weights: Any = None) -> Any:
        gaps = np.abs(np.sort(x, axis=-1) - np.sort(y, axis=-1))
        return np.mean(gaps**order, axis=-1) ** (1 / order)

    found = said("transport.wasserstein_1d", distance)
    assert not found.mistakes
    assert "it ignores the option x_weights" in found.cause


def test_rows_that_enter_each_other_are_no_other_convention() -> None:
    def norm(x: Any, gamma: Any = None, eps: float = 1e-6) -> Any:
        normed = x / np.sqrt((x * x).mean(0, keepdims=True) + eps)
        return normed if gamma is None else normed * gamma

    found = said("residual.rms_norm", norm)
    assert not found.right
    assert "rows enter each other's results" in " ".join(found.sentences)
