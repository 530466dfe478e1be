"""Every function that is not a host function runs compiled, without values, and away from the CPU.

No GPU is needed: JAX's tracer, torch's `meta` device and array-api-strict's second device find
arrays that are made on the wrong device or looked into.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import array_api_compat
import numpy as np
import pytest
from conftest import usable
from specimens import SPECIMENS, _of_laws

from refimpl import _libraries, rope
from refimpl.backends import Setting
from refimpl.proofs.engine import catalogue

SMALL = 4

# Compilers contract a·b + c into one rounding and fuse loops. Each changed rounding moves the result by
# u times a partial sum; a small specimen has far fewer than a thousand, and is well conditioned.
ROUNDINGS = 1000


def leaves(result: Any) -> Iterator[Any]:
    """Everything in a result that is no container."""
    if isinstance(result, tuple | list):
        for part in result:
            yield from leaves(part)
    elif isinstance(result, dict):
        yield from leaves(list(result.values()))
    elif is_dataclass(result):
        yield from leaves([getattr(result, field.name) for field in fields(result)])
    else:
        yield result


def arrays(result: Any) -> list[Any]:
    """All arrays in a result."""
    return [leaf for leaf in leaves(result) if array_api_compat.is_array_api_obj(leaf)]


def has_arrays(name: str) -> bool:
    """Whether it has to do with more than plain numbers."""
    function, given = SPECIMENS[name](Setting.of(usable("numpy")), SMALL)
    return bool(given or arrays(function()))


OF_ARRAYS = sorted(filter(has_arrays, SPECIMENS))
TRACED = [name for name in OF_ARRAYS if "eager" not in catalogue.functions()[name].needs]


def assert_close(on: Setting, got: Any, expected: Any) -> None:
    """Require equal results, also of two libraries, up to ROUNDINGS·u of the largest number in each array."""
    assert list(leaves(got)), "nothing in the result"
    for one, other in zip(leaves(got), leaves(expected), strict=True):
        left, right = (
            _libraries.to_numpy(x) if array_api_compat.is_array_api_obj(x) else np.asarray(x)
            for x in (one, other)
        )
        assert (left.shape, left.dtype) == (right.shape, right.dtype)
        if right.dtype.kind != "f":
            np.testing.assert_array_equal(left, right)
            continue
        finite = np.isfinite(right)
        np.testing.assert_array_equal(left[~finite], right[~finite])
        scale = np.max(np.abs(right[finite]), initial=0.0)
        np.testing.assert_allclose(left, right, rtol=0, atol=ROUNDINGS * on.u * scale)


def assert_stays(name: str, on: Setting) -> Any:
    """Require results on the setting's device with floats of its dtype; return them."""
    function, given = SPECIMENS[name](on, SMALL)
    with np.errstate(all="ignore"):
        result = function(*given)
    assert arrays(result) or name not in TRACED, "arrays went in and none came out"
    for array in arrays(result):
        assert array_api_compat.device(array) == on.device
        if on.xp.isdtype(array.dtype, "real floating"):
            assert array.dtype == on.dtype
    return result


def test_a_call_of_the_laws_stands_in_for_a_specimen() -> None:
    on = Setting.of(usable("numpy"), "float32")
    function, given = _of_laws("rope.rotate")(on, SMALL)
    assert len(given) == 2
    assert function(*given).dtype == on.dtype


@pytest.mark.parametrize("name", OF_ARRAYS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_is_kept(name: str, dtype: str) -> None:
    assert_stays(name, Setting.of(usable("numpy"), dtype))


@pytest.mark.parametrize("name", OF_ARRAYS)
def test_device_is_kept(name: str) -> None:
    """And the result is that of NumPy."""
    on, here = Setting.of(usable("strict"), "float32", "device1"), Setting.of(usable("numpy"), "float32")
    function, given = SPECIMENS[name](here, SMALL)
    with np.errstate(all="ignore"):
        assert_close(on, assert_stays(name, on), function(*given))


@pytest.mark.parametrize("name", TRACED)
def test_shapes_without_values_on_torch(name: str) -> None:
    backend = usable("torch")
    import torch  # noqa: PLC0415

    away = replace(backend, devices={"meta": torch.device("meta")})
    shapes = [array.shape for array in arrays(assert_stays(name, Setting.of(away, "float32")))]
    assert shapes == [array.shape for array in arrays(assert_stays(name, Setting.of(backend, "float32")))]


@pytest.mark.parametrize("name", TRACED)
def test_shapes_without_values_on_jax(name: str) -> None:
    on = Setting.of(usable("jax"), "float32")
    import jax  # noqa: PLC0415

    function, given = SPECIMENS[name](on, SMALL)
    found = jax.tree.leaves(jax.eval_shape(function, *given))
    assert found
    for leaf in found:
        plain_number = leaf.weak_type and leaf.shape == ()
        assert plain_number or not on.xp.isdtype(leaf.dtype, "real floating") or leaf.dtype == on.dtype


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


@pytest.mark.parametrize("layout", ["interleaved", "half"])
def test_a_compiler_makes_each_table_once(layout: str) -> None:
    """Not for every head: XLA counts the cosines and sines that it computes."""
    usable("jax")
    import jax  # noqa: PLC0415

    heads, length, half = 32, 64, 8
    x, angles = jax.numpy.ones((heads, length, 2 * half)), jax.numpy.ones((length, half))
    compiled = jax.jit(lambda x, angles: rope.rotate(x, angles, layout=layout)).lower(x, angles).compile()
    assert compiled.cost_analysis()["transcendentals"] == 2 * length * half


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
