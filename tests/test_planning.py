"""What `proofs.prove` accepts, and what no implementation may do."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from refimpl import backends, density, proofs, rope
from refimpl._errors import DomainError, DTypeError, UnknownNameError
from refimpl.backends import Setting
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.cases import missing
from refimpl.proofs.engine.planning import exit_code

LAW = "rope.rotate-definition"


def verdicts(name: str, replacement: Callable[..., Any]) -> set[str]:
    return {outcome.verdict for outcome in proofs.prove(impl={name: replacement}, examples=6)}


def reasons(name: str, replacement: Callable[..., Any]) -> str:
    return " ".join(outcome.reason for outcome in proofs.prove(impl={name: replacement}, examples=6))


def overwrites(x: Any, angles: Any, /, **options: Any) -> Any:
    result = rope.rotate(x, angles, **options)
    x[...] = 7.0
    return result


@pytest.mark.parametrize(
    ("replacement", "reason"),
    [
        (lambda *a, **k: rope.rotate(*a, **k).tolist(), "values, expected an array of shape"),
        (lambda *a, **k: rope.rotate(*a, **k).astype(object), "dtype object, expected an array"),
        (lambda *a, **k: rope.rotate(*a, **k)[None], "expected an array of shape"),
        (lambda *a, **k: memoryview(rope.rotate(*a, **k)), "returned a memoryview"),
        (lambda *a, **k: None, "returned a NoneType"),
        (overwrites, "rope.rotate changed its input in place"),
    ],
)
def test_right_values_in_the_wrong_form_are_refuted(replacement: Any, reason: str) -> None:
    assert verdicts("rope.rotate", replacement) == {"refuted"}
    assert reason in reasons("rope.rotate", replacement)


def test_a_python_float_is_no_array() -> None:
    assert "refuted" in verdicts("density.elbo", lambda *a, **k: density.elbo(*a, **k).tolist())


def test_an_exit_is_a_crash_of_the_implementation() -> None:
    def leaves(*_: Any, **__: Any) -> Any:
        raise SystemExit(0)

    assert verdicts("rope.rotate", leaves) == {"crashed"}


def test_a_right_implementation_of_another_algorithm_holds() -> None:
    def complex_product(x: Any, angles: Any, /, *, layout: str = "interleaved") -> Any:
        pairs = rope.convert_layout(x, source=layout, target="interleaved")
        turned = (pairs[..., 0::2] + 1j * pairs[..., 1::2]) * np.exp(1j * angles)
        joined = np.stack([turned.real, turned.imag], axis=-1).reshape(
            *turned.shape[:-1], 2 * turned.shape[-1]
        )
        return rope.convert_layout(joined, source="interleaved", target=layout)

    assert verdicts("rope.rotate", complex_product) == {"held"}


@pytest.mark.parametrize(
    ("error", "text", "arguments"),
    [
        (UnknownNameError, "no function is called 'rope.*'", {"impl": {"rope.*": rope.rotate}}),
        (UnknownNameError, "no law that was chosen is about rope.yarn", {"impl": {"rope.yarn": rope.yarn}}),
        (DTypeError, "got None; expected a function", {"impl": {"rope.rotate": None}}),
        (DomainError, "examples: got 0", {"examples": 0}),
        (DTypeError, "examples: got 2.5", {"examples": 2.5}),
        (UnknownNameError, "no backend is called 'numpyy'; did you mean numpy or", {"backend": ["numpyy"]}),
        (DTypeError, "got float8", {"dtype": "float8"}),
    ],
)
def test_arguments_that_would_prove_nothing_are_errors(
    error: type[Exception], text: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(error) as caught:
        proofs.prove(LAW, **arguments)
    assert text in str(caught.value)


def test_function_names_choose_the_laws_about_them() -> None:
    chosen = {outcome.law for outcome in proofs.prove("rope.period", backend="numpy", examples=3)}
    assert chosen == {law.id for law in proofs.laws().values() if "rope.period" in law.about}


def test_exit_codes() -> None:
    [held] = proofs.prove(LAW, examples=3)
    [refuted] = proofs.prove(LAW, impl={"rope.rotate": lambda x, a, **_: x}, examples=3)
    [skipped] = proofs.prove(LAW, device="nowhere", examples=3)
    assert [held.verdict, refuted.verdict, skipped.verdict] == ["held", "refuted", "skipped"]
    assert exit_code([held]) == 0
    assert exit_code([held, skipped]) == 0
    assert exit_code([held, refuted]) == 1
    assert exit_code([skipped]) == exit_code([]) == exit_code([held], incomplete=True) == 3


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_leaves_no_function_without_a_law(dtype: str) -> None:
    pytest.importorskip("ml_dtypes")
    on = Setting.of(backends.get("numpy"), dtype)
    written = [law for law in catalogue.laws().values() if not law.general]
    here = {name for law in written if not missing(law, on) for name in law.about}
    assert catalogue.functions().keys() - here == set()
