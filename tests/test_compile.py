"""Every function that is not a host function runs compiled, without values, and away from the CPU.

No GPU is needed: JAX's tracer, torch's `meta` device and array-api-strict's second device find
arrays that are made on the wrong device or looked into.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import array_api_compat
import numpy as np
import pytest
from conftest import usable
from specimens import SPECIMENS

from refimpl._capabilities import NEEDS
from refimpl.backends import Setting
from refimpl.proofs import catalogue

TRACED = sorted(name for name in SPECIMENS if "eager" not in NEEDS.get(name, ()))
SMALL = 4

# torch's meta device has shapes and no values, so these cannot run on it, with the reason.
NO_META: dict[str, str] = {}

# Compilers contract a·b + c into one rounding and fuse loops. Each changed rounding moves the result by
# u times a partial sum; a small specimen has far fewer than a thousand, and is well conditioned.
ROUNDINGS = 1000


def arrays(result: Any) -> Iterator[Any]:
    """All arrays in a result."""
    if isinstance(result, tuple | list):
        for part in result:
            yield from arrays(part)
    elif isinstance(result, dict):
        yield from arrays(list(result.values()))
    elif array_api_compat.is_array_api_obj(result):
        yield result


def assert_close(on: Setting, got: Any, expected: Any) -> None:
    """Require equal results up to ROUNDINGS·u of the largest number in each array."""
    pairs = list(zip(arrays(got), arrays(expected), strict=True))
    assert pairs, "no array in the result"
    for one, other in pairs:
        assert one.dtype == other.dtype
        left, right = on.host(one), on.host(other)
        assert left.shape == right.shape
        if left.dtype.kind != "f":
            np.testing.assert_array_equal(left, right)
            continue
        finite = np.isfinite(right)
        np.testing.assert_array_equal(left[~finite], right[~finite])
        scale = np.max(np.abs(right[finite]), initial=0.0)
        np.testing.assert_allclose(left, right, rtol=0, atol=ROUNDINGS * on.u * scale)


def assert_stays(on: Setting, result: Any) -> None:
    """Require arrays of the setting's device, and floats of its dtype."""
    found = list(arrays(result))
    assert found, "no array in the result"
    for array in found:
        assert array_api_compat.device(array) == on.device
        if on.xp.isdtype(array.dtype, "real floating"):
            assert array.dtype == on.dtype


def test_every_public_function_has_a_specimen() -> None:
    assert set(SPECIMENS) == set(catalogue.functions())


@pytest.mark.parametrize("name", sorted(SPECIMENS))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_is_kept(name: str, dtype: str) -> None:
    on = Setting.of(usable("numpy"), dtype)
    function, given = SPECIMENS[name](on, SMALL)
    with np.errstate(all="ignore"):
        assert_stays(on, function(*given))


@pytest.mark.parametrize("name", sorted(SPECIMENS))
def test_device_is_kept(name: str) -> None:
    on = Setting.of(usable("strict"), "float32", "device1")
    function, given = SPECIMENS[name](on, SMALL)
    with np.errstate(all="ignore"):
        assert_stays(on, function(*given))


@pytest.mark.parametrize("name", TRACED)
def test_shapes_without_values_on_torch(name: str) -> None:
    if name in NO_META:
        pytest.skip(NO_META[name])
    torch = pytest.importorskip("torch")
    backend = replace(usable("torch"), devices={"meta": torch.device("meta")})
    on = Setting.of(backend, "float32")
    function, given = SPECIMENS[name](on, SMALL)
    result = function(*given)
    assert_stays(on, result)
    here = Setting.of(usable("torch"), "float32")
    function, given = SPECIMENS[name](here, SMALL)
    assert [a.shape for a in arrays(result)] == [a.shape for a in arrays(function(*given))]


@pytest.mark.parametrize("name", TRACED)
def test_shapes_without_values_on_jax(name: str) -> None:
    backend = usable("jax")
    import jax  # noqa: PLC0415

    on = Setting.of(backend, "float32")
    function, given = SPECIMENS[name](on, SMALL)
    found = jax.tree.leaves(jax.eval_shape(function, *given))
    assert found
    for leaf in found:
        assert leaf.dtype in (np.dtype("float32"), np.dtype("int64"), np.dtype("bool"))


@pytest.mark.long
@pytest.mark.parametrize("name", TRACED)
def test_jax_jit_gives_the_eager_result(name: str) -> None:
    on = Setting.of(usable("jax"), "float64")
    function, given = SPECIMENS[name](on, SMALL)
    assert_close(on, on.backend.compile(function)(*given), function(*given))


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:.*lru_cache:UserWarning")  # array-api-compat caches its namespace checks
@pytest.mark.parametrize("name", TRACED)
def test_torch_compile_traces_it_whole(name: str) -> None:
    on = Setting.of(usable("torch"), "float64")
    import torch  # noqa: PLC0415

    function, given = SPECIMENS[name](on, SMALL)
    torch._dynamo.reset()
    # The "eager" compiler traces without needing a C++ compiler.
    compiled = torch.compile(function, fullgraph=True, backend="eager")
    assert_close(on, compiled(*given), function(*given))


# The checks themselves: each planted bug is found by the check it is meant for.


def _keeps_float64(x: Any) -> Any:
    xp = array_api_compat.array_namespace(x)
    return x + xp.ones(x.shape, dtype=xp.float64, device=array_api_compat.device(x))


def _forgets_the_device(x: Any) -> Any:
    xp = array_api_compat.array_namespace(x)
    return x + xp.ones(x.shape, dtype=x.dtype)


def _leaves_for_the_default_device(x: Any) -> Any:
    xp = array_api_compat.array_namespace(x)
    return xp.zeros(x.shape, dtype=x.dtype)


def _branches(x: Any) -> Any:
    xp = array_api_compat.array_namespace(x)
    return x if xp.all(x > 0) else -x


def _goes_through_a_float(x: Any) -> Any:
    return x * float(x[0])


def _selects(x: Any) -> Any:
    return x[x > 0]


def test_no_check_fails_without_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SPECIMENS, "right", lambda on, n: (lambda x: x + x, (on.array(np.ones(n)),)))
    test_dtype_is_kept("right", "float32")
    test_device_is_kept("right")
    test_shapes_without_values_on_torch("right")
    test_shapes_without_values_on_jax("right")
    test_jax_jit_gives_the_eager_result("right")
    test_torch_compile_traces_it_whole("right")


@pytest.mark.parametrize(
    ("bug", "check"),
    [
        (_keeps_float64, lambda name: test_dtype_is_kept(name, "float32")),
        (_keeps_float64, test_shapes_without_values_on_jax),
        (_forgets_the_device, test_device_is_kept),
        (_leaves_for_the_default_device, test_device_is_kept),
        (_leaves_for_the_default_device, test_shapes_without_values_on_torch),
        (_branches, test_shapes_without_values_on_torch),
        (_branches, test_shapes_without_values_on_jax),
        (_branches, test_torch_compile_traces_it_whole),
        (_goes_through_a_float, test_shapes_without_values_on_torch),
        (_goes_through_a_float, test_jax_jit_gives_the_eager_result),
        (_selects, test_shapes_without_values_on_torch),
        (_selects, test_shapes_without_values_on_jax),
    ],
)
def test_planted_bugs_are_found(bug: Any, check: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SPECIMENS, "planted", lambda on, n: (bug, (on.array(np.ones(n)),)))
    with pytest.raises(Exception, match=r"."):
        check("planted")
