"""`refimpl swap`: planted differences are found, equal ones are not, and what cannot be judged is said so."""

import json
import math
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import array_api_compat
import numpy as np
import pytest
from click.testing import CliRunner
from conftest import usable

from refimpl import backends, residual, rope
from refimpl._errors import DomainError, DTypeError, UndecidedError, UnknownNameError
from refimpl.backends import Backend, Precision
from refimpl.backends._ball._precision import WorkingPrecision
from refimpl.backends._ball._rounding import Model
from refimpl.backends.ball import ball
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine.accuracy.enclose import enclosures
from refimpl.proofs.engine.accuracy.measure import Effort
from refimpl.proofs.engine.accuracy.ulps import Format
from refimpl.proofs.language.inputs import rounded
from refimpl.proofs.pages import swaps
from refimpl.proofs.swapping import Swapped, report, swap
from refimpl.proofs.swapping.bounds import bounds
from refimpl.proofs.swapping.inputs import cases
from refimpl.proofs.swapping.meeting import Figures
from refimpl.proofs.swapping.running import Stage
from refimpl.proofs.swapping.ways import Way, planned

NORM = "residual.layer_norm"


def only(found: list[Swapped]) -> Swapped:
    """The one function that was swapped."""
    [one] = found
    return one


def figures(found: Swapped, place: int) -> Figures:
    """What one way gave."""
    it = found.figures[place]
    assert isinstance(it, Figures), it
    return it


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Any], Any]], None]:
    """A library "other" that is NumPy, but for what is made of its results."""
    numpy, get = usable("numpy"), backends.get

    def install(change: Callable[[Any], Any]) -> None:
        def to_numpy(array: Any) -> Any:
            host = np.asarray(array)
            return change(host) if host.dtype.kind == "f" else host

        other = replace(numpy, name="other", to_numpy=to_numpy)
        monkeypatch.setattr(backends, "get", lambda name: other if name == "other" else get(name))

    return install


def beside_other(**options: Any) -> Swapped:
    """Layer normalisation on NumPy and on the stand-in."""
    return only(swap(NORM, backend=["numpy", "other"], calls=6, **options))


# A library that is off


def least(dtype: str) -> float:
    """The narrowest bound of layer normalisation on its inputs where anything is rounded, in ulps."""
    ways = [Way("numpy", dtype), Way("other", dtype)]
    found = []
    for case in cases(NORM, ways, Effort(calls=6), Counter()):
        exact = enclosures(case, residual.layer_norm, dtype)
        [limit] = bounds(case, residual.layer_norm, Stage.of(ways[0]), exact).native
        with WorkingPrecision(128):
            found += [most / float(Format.of(dtype).ulp(y)) for most, y in zip(limit, exact[0], strict=True)]
    return min(size for size in found if size >= 0.5)


def moved(count: float) -> Callable[[Any], Any]:
    """Numbers moved away from 0 by so many ulps."""
    return lambda host: (host + np.copysign(count * np.spacing(np.abs(host)), host)).astype(host.dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_library_that_is_three_ulps_beyond_its_bound_is_found(stand_in: Any, dtype: str) -> None:
    stand_in(moved(math.ceil(least(dtype)) + 3))
    found = beside_other(dtype=[dtype])
    assert found.pairs[0].verdict == "beyond"
    assert not figures(found, 0).beyond
    assert figures(found, 1).beyond
    assert report.exit_code([found]) == 1


def test_libraries_that_round_differently_are_within_their_bounds() -> None:
    usable("torch")
    pair = only(swap("rope.rotate", backend=["numpy", "torch"], calls=12)).pairs[0]
    assert pair.verdict == "within"
    assert pair.worst >= 1
    assert 0 < pair.share < 1
    assert pair.unjudged == 0


def test_one_library_beyond_its_own_bound_is_blamed_though_both_would_allow_the_difference(
    stand_in: Any,
) -> None:
    stand_in(lambda host: np.where(rounded(host, Precision("bfloat16")) == host, host, moved(1)(host)))
    pair = beside_other().pairs[0]
    assert pair.verdict == "beyond"
    assert pair.share < 1


def test_equal_libraries_agree_to_the_bit(stand_in: Any) -> None:
    stand_in(lambda host: host)
    found = beside_other()
    assert found.pairs[0].verdict == "same"
    assert found.pairs[0].compared > 50
    assert report.exit_code([found]) == 0


def test_the_sign_of_zero_is_a_bit(stand_in: Any) -> None:
    stand_in(lambda host: np.where(host == 0, -host, host))
    pair = beside_other().pairs[0]
    assert pair.verdict == "within"
    assert pair.worst == 0


def test_one_nan_is_beyond_any_bound(stand_in: Any) -> None:
    stand_in(lambda host: np.where(np.arange(host.size).reshape(host.shape) == 0, np.nan, host))
    found = beside_other()
    assert found.pairs[0].verdict == "beyond"
    assert found.pairs[0].worst == math.inf


# TF32


def cut(array: Any) -> Any:
    """float32 numbers to eleven bits, as tensor cores take them."""
    xp = array_api_compat.array_namespace(array)
    return xp.asarray(rounded(np.asarray(array), Precision("float16")), dtype=xp.float32)


def like_tf32(q: Any, k: Any, *args: Any, **kwargs: Any) -> Any:
    """Scores as torch gives them on a device with TF32, whether it was asked for or not."""
    xp = array_api_compat.array_namespace(q)
    if xp.__name__.endswith("torch") and np.max(np.abs(np.asarray(q)), initial=0) < 6e4:
        q, k = cut(q), cut(k)
    return rope.attention_scores(q, k, *args, **kwargs)


def test_rounding_like_that_of_tf32_is_found_where_it_was_not_asked_for() -> None:
    usable("torch")
    ways = [Way("numpy", "float32"), Way("torch", "float32"), Way("torch", "float32", tf32=True)]
    assert planned(["numpy", "torch"], ["float32"], tf32=True)[0] == replace(ways[0], device="cpu")
    found = only(
        swap(impl={"rope.attention_scores": like_tf32}, backend=["numpy", "torch"], tf32=True, calls=6)
    )
    assert [str(way) for way in found.ways] == [str(way) for way in ways]
    asked = {(pair.first, pair.second): pair.verdict for pair in found.pairs}
    assert asked[0, 1] == "beyond"
    assert not figures(found, 2).beyond  # there its bound allows it
    assert figures(found, 1).beyond


def test_the_model_of_tf32_widens_products_alone() -> None:
    from refimpl.backends._ball._namespace import namespace  # noqa: PLC0415

    model = Model(24, 2.0**-126, 2.0**127, (("default", 1.0),))
    plain, cores = namespace(128, model), namespace(128, replace(model, factors=11))
    for xp in (plain, cores):
        x = xp.asarray([1.0, 3.0])
        assert bool(xp.all(abs(x * x - xp.asarray([1.0, 9.0])) < 2.0**-18))
    products = [xp.matmul(xp.asarray([1.0, 3.0]), xp.asarray([1.0, 3.0])) for xp in (plain, cores)]
    assert [certain(product != 10 + 2.0**-8) for product in products] == [True, False]
    assert certain(products[1] != 10 + 2.0**-4)


def certain(claim: Any) -> bool:
    """Whether a comparison of balls is certainly true."""
    try:
        return bool(claim)
    except UndecidedError:
        return False


# Half precision


def in_float32(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    """Layer normalisation that widens, computes and rounds once."""
    xp = array_api_compat.array_namespace(x)
    wide = [None if part is None else xp.astype(part, xp.float32) for part in (x, gamma, beta)]
    return xp.astype(residual.layer_norm(*wide, eps=eps), x.dtype)


def far_off(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    """… and is off by a quarter besides."""
    return residual.layer_norm(x, gamma, beta, eps=eps) * 1.25


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_the_contract_of_half_precision_is_said(dtype: str) -> None:
    usable("torch")
    told = {}
    for function in (residual.layer_norm, in_float32, far_off):
        found = only(swap(impl={NORM: function}, backend=["torch"], dtype=["float32", dtype], calls=8))
        told[function.__name__] = figures(found, 1).contract
        assert figures(found, 0).contract == ""
    assert told == {
        "layer_norm": "the format's roundings",
        "in_float32": "float32, rounded once",
        "far_off": "neither",
    }


def test_results_without_reals_meet_no_contract() -> None:
    found = only(swap("rope.digits", backend=["numpy"], dtype=["float32", "float16"], calls=3))
    assert figures(found, 1).contract == ""
    assert found.pairs[0].verdict == "same"


def test_bfloat16_on_numpy_is_stored_by_ml_dtypes() -> None:
    formats = pytest.importorskip("ml_dtypes")
    found = only(swap(NORM, backend=["numpy"], dtype=["float32", "bfloat16"], calls=6))
    assert figures(found, 1).contract == "float32, rounded once"
    assert dict(figures(found, 1).dtypes) == {"bfloat16": found.calls}
    values = np.random.default_rng(0).normal(size=1000).astype(np.float32) * np.float32(1e30)
    nearest = rounded(values, Precision("bfloat16"))
    np.testing.assert_array_equal(nearest, values.astype(formats.bfloat16).astype(np.float64))


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_numbers_are_rounded_as_numpy_does(dtype: str) -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=4000) * 10.0 ** rng.uniform(-50, 50, 4000)
    values = np.concatenate([values, rng.normal(size=4000) * 10.0 ** rng.uniform(-9, 5, 4000), [0.0, np.nan]])
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(rounded(values, Precision(dtype)), values.astype(dtype).astype(float))


def test_all_ways_get_the_same_numbers() -> None:
    ways = [Way("numpy", dtype) for dtype in ("float32", "float16", "bfloat16")]
    given = list(cases("rope.rotate", ways, Effort(calls=12), Counter()))
    assert {case.source.split(", ")[1] for case in given} >= {"ordinary", "cancellation"}
    for case in given:
        for array in case.args:
            for way in ways:
                np.testing.assert_array_equal(array, rounded(array, Precision(way.dtype)))


def test_balls_know_the_limits_of_bfloat16() -> None:
    xp = ball(prec=64)
    info = xp.finfo(xp.bfloat16)
    assert (info.bits, info.eps, info.smallest_normal) == (16, 2.0**-7, 2.0**-126)
    assert info.max == (2 - 2.0**-7) * 2.0**127
    assert xp.result_type(xp.bfloat16, xp.float16) is xp.float32
    assert xp.result_type(xp.bfloat16, xp.float64) is xp.float64


# What fails, and what cannot be judged


def not_on_torch(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    """Layer normalisation of NumPy's arrays alone."""
    if not isinstance(x, np.ndarray):
        raise TypeError("only NumPy's arrays\x1b[2J")
    return residual.layer_norm(x, gamma, beta, eps=eps)


def test_a_function_that_fails_on_one_library_is_shown_and_others_go_on() -> None:
    usable("torch")
    found = only(
        swap(impl={NORM: not_on_torch}, backend=["numpy", "torch"], dtype=["float32", "float64"], calls=6)
    )
    told = "\n".join(report.text([found]))
    assert told.count("failed: TypeError: only NumPy's arrays") == 2
    assert "\x1b" not in told
    verdicts = [pair.verdict for pair in found.pairs]
    assert verdicts.count("not compared") == 5
    assert verdicts.count("within") == 1
    assert report.exit_code([found]) == 3


def test_a_library_that_is_missing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    get = backends.get

    def missing(name: str) -> Backend:
        if name == "cupy":
            raise backends.BackendUnavailableError("cupy", "it is not installed", "pip install cupy")
        return get(name)

    monkeypatch.setattr(backends, "get", missing)
    found = only(swap(NORM, backend=["numpy", "cupy"], calls=3))
    assert "unavailable: BackendUnavailableError: backend cupy" in "\n".join(report.lines(found))
    assert report.exit_code([found]) == 3


def test_without_bounds_nothing_agrees() -> None:
    found = only(swap("density.normal_kl_full", backend=["numpy"], dtype=["float32", "float64"], calls=6))
    assert found.pairs[0].verdict == "not judged"
    assert found.pairs[0].unjudged == found.pairs[0].compared - found.pairs[0].same > 0
    assert report.exit_code([found]) == 3


def other_shape(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    """Layer normalisation whose torch tensors have one axis more."""
    result = residual.layer_norm(x, gamma, beta, eps=eps)
    return result if isinstance(x, np.ndarray) else result[None]


def other_dtype(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    """Layer normalisation whose NumPy arrays are float64 whatever goes in."""
    result = residual.layer_norm(x, gamma, beta, eps=eps)
    return result.astype(np.float64) if isinstance(x, np.ndarray) else result


def test_shapes_and_dtypes_that_differ_are_said() -> None:
    usable("torch")
    shape, dtype = (
        only(swap(impl={NORM: function}, backend=["numpy", "torch"], calls=6))
        for function in (other_shape, other_dtype)
    )
    assert shape.pairs[0].verdict == "other shape"
    assert report.exit_code([shape]) == 1
    assert "gives float64" in "\n".join(report.lines(dtype))
    assert dict(dtype.pairs[0].dtypes) == {"float64 against float32": dtype.calls}


class Drifting:
    """A function that gives something else at every call."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
        self.count += 1
        return residual.layer_norm(x, gamma, beta, eps=eps) * (1 + self.count * 2.0**-20)


def test_calls_that_do_not_repeat_are_counted() -> None:
    found = only(swap(impl={NORM: Drifting()}, backend=["numpy"], dtype=["float32", "float64"], calls=6))
    assert figures(found, 1).repeated < figures(found, 1).calls
    assert figures(only(swap(NORM, backend=["numpy"], dtype=["float32", "float64"], calls=3)), 0).repeated > 2


def test_ctrl_c_keeps_what_there_is() -> None:
    calls = []

    def stopped(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
        calls.append(x)
        if len(calls) > 30:
            raise KeyboardInterrupt
        return residual.layer_norm(x, gamma, beta, eps=eps)

    found = swap(
        impl={NORM: stopped, "residual.deep_norm": residual.deep_norm}, backend=["numpy"],
        dtype=["float32", "float64"], calls=24,
    )  # fmt: skip
    assert [it.function for it in found] == [NORM]
    assert 3 < found[0].calls < 24
    assert found[0].interrupted
    assert found[0].pairs[0].compared
    assert report.exit_code(found) == 3


# Ways


@pytest.mark.parametrize(
    ("error", "words", "options"),
    [
        (UnknownNameError, "no backend is called 'numpi'; did you mean numpy", {"names": ["numpi", "torch"]}),
        (UnknownNameError, "got ball; expected one of", {"names": ["ball", "numpy"]}),
        (DTypeError, "got float8; expected one of float64", {"dtypes": ["float8"]}),
        (UnknownNameError, "got tpu; expected one of cpu", {"devices": ["tpu"]}),
        (DomainError, "a library that compiles", {"compiled": True, "dtypes": ["float32", "float64"]}),
        (DomainError, "float32 on torch or jax", {"tf32": True, "dtypes": ["float32", "float64"]}),
        (DomainError, "two or more", {}),
        (DomainError, "threads", {"threads": [0]}),
    ],
)
def test_errors_of_a_user_say_what_there_is(error: type[Exception], words: str, options: Any) -> None:
    given: dict[str, Any] = {"names": ["numpy"], "dtypes": ["float32"], **options}
    with pytest.raises(error, match=words):
        planned(given.pop("names"), given.pop("dtypes"), **given)


def test_devices_are_used_where_they_are() -> None:
    usable("strict")
    ways = planned(["numpy", "strict"], ["float32"], devices=["device1"])
    assert [str(way) for way in ways] == ["numpy float32", "strict device1 float32"]
    found = only(swap(NORM, backend=["numpy", "strict"], device=["device1"], calls=6))
    assert found.pairs[0].verdict == "same"


def test_compiled_and_threads() -> None:
    usable("jax")
    ways = planned(["numpy", "jax"], ["float32"], compiled=True)
    assert [str(way) for way in ways] == ["numpy float32", "jax float32", "jax float32 compiled"]
    found = only(swap(NORM, backend=["jax"], compiled=True, calls=2))
    assert figures(found, 1).calls == found.calls
    assert found.pairs[0].verdict in ("same", "within")
    host = only(swap("argmaxable.classify", backend=["jax"], compiled=True, calls=2))
    assert "no compiler takes it" in str(host.figures[1])


def test_a_call_is_compiled_once() -> None:
    usable("jax")
    way, calls = Way("jax", "float32", compiled=True), []

    def counted(*args: Any, **options: Any) -> Any:
        calls.append(args)
        return residual.layer_norm(*args, **options)

    case = next(iter(cases(NORM, [way], Effort(calls=2), Counter())))
    ran = Stage.of(way).run(case, counted)
    assert len(calls) == 2  # an eager one, and one that is traced
    assert ran.repeated


def test_threads_are_set_and_come_back() -> None:
    usable("torch")
    import torch  # noqa: PLC0415

    seen = []

    def watched(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
        seen.append(torch.get_num_threads())
        return residual.layer_norm(x, gamma, beta, eps=eps)

    before = torch.get_num_threads()
    swap(impl={NORM: watched}, backend=["torch"], threads=[1, 2], calls=2)
    assert set(seen) >= {1, 2}
    assert torch.get_num_threads() == before


# What is written


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command writes of two ways, for a function in a file of an odd name."""
    folder = tmp_path_factory.mktemp("swap<b>")
    file = folder / "mine.py"
    file.write_text(
        "from refimpl import residual\n\n\ndef norm(x, gamma=None, beta=None, *, eps=1e-5):\n"
        "    result = residual.layer_norm(x, gamma, beta, eps=eps)\n"
        "    return result if str(x.dtype) == 'float64' else result * 1.001\n"
    )
    files = {kind: str(folder / f"out.{kind}") for kind in ("json", "svg", "html")}
    options = [part for kind, path in files.items() for part in (f"--{kind}", path)]
    given = ["swap", f"{file}:norm", "--as", NORM, "--backend", "numpy", "--dtype", "float64", "--dtype"]
    result = CliRunner().invoke(
        main, [*given, "float32", "--calls", "6", *options, "--reproducer", str(folder / "show.py")]
    )
    assert result.exit_code == 1, result.output
    assert "BEYOND THE BOUNDS" in result.output
    assert "wrote" in result.output
    return folder


def test_json_has_the_schema(written: Path) -> None:
    found = json.loads((written / "out.json").read_text())
    assert found["command"] == "swap"
    [one] = found["results"]
    assert [way["way"] for way in one["ways"]] == ["numpy float64", "numpy float32"]
    assert one["pairs"][0]["verdict"] == "beyond"
    assert one["pairs"][0]["spot"]["ulps"] > 1000


@pytest.mark.parametrize("kind", ["svg", "html"])
def test_pictures_are_whole_in_themselves_and_escape_what_is_foreign(written: Path, kind: str) -> None:
    import xml.etree.ElementTree as ET  # noqa: PLC0415

    text = (written / f"out.{kind}").read_text()
    assert "swap<b>" not in text
    assert "swap&lt;b&gt;" in text
    assert "<script" not in text
    assert text.count("://") == text.count('xmlns="http://www.w3.org/')
    assert "prefers-color-scheme: dark" in text
    drawn = text[text.index("<svg") : text.rindex("</svg>") + 6]
    assert ET.fromstring(drawn).tag.endswith("svg")
    assert "mine.py:norm" in drawn


def test_the_program_shows_the_difference(written: Path) -> None:
    ran = subprocess.run(
        [sys.executable, str(written / "show.py")], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1, ran.stderr
    assert "numpy float64:" in ran.stdout


def test_an_empty_picture_is_a_picture() -> None:
    assert swaps.svg([]).startswith("<svg")
    assert swaps.alone([]).count("<svg") == 2


def test_the_command_says_what_is_missing() -> None:
    both = ["--dtype", "float32", "--dtype", "float64"]
    for given, words in (
        (["swap"], "which function?"),
        (["swap", "a.py:f"], "which function of refimpl is it?"),
        (["swap", "a.py:f", "b.py:g", "--as", NORM], "expected one TARGET"),
        (["swap", "nowhere.py:f", "--as", NORM, "--backend", "numpy", *both], "no file 'nowhere.py'"),
        (["swap", NORM, "--backend", "nope"], "no backend is called 'nope'"),
        (["swap", "nope.*", "--backend", "numpy", *both], "no function"),
    ):
        result = CliRunner().invoke(main, given)
        assert result.exit_code == 2, result.output
        assert words in result.output
