"""Measured accuracy: planted errors are found as large as they are; what has no error is counted apart."""

import importlib
import json
import math
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import array_api_compat
import numpy as np
import pytest
from click.testing import CliRunner
from conftest import usable
from flint import arb
from started import HANG, start

from refimpl import rope
from refimpl._errors import DomainError, DTypeError, UndecidedError, UnknownNameError
from refimpl.backends import Setting
from refimpl.backends._ball._precision import WorkingPrecision
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine import catalogue, registry
from refimpl.proofs.engine.accuracy import shown, ulps
from refimpl.proofs.engine.accuracy.enclose import Case, enclosures
from refimpl.proofs.engine.accuracy.measure import Accuracy, Effort, measure
from refimpl.proofs.engine.accuracy.plan import plan
from refimpl.proofs.engine.accuracy.ulps import Format
from refimpl.proofs.engine.exactly import exact_numbers
from refimpl.proofs.language import domains
from refimpl.proofs.language.exact import Exact, UnprovenError, Whole, exact
from refimpl.proofs.language.sweep import Sweep

ON = Setting.of(usable("numpy"))
SMALL = Effort(samples=256, calls=6)
FILE = Path(__file__).parents[1] / "ACCURACY.md"


def only(monkeypatch: pytest.MonkeyPatch, *sweep: Sweep) -> None:
    """Sweeps instead of all there are."""
    monkeypatch.setattr(registry, "sweeps", lambda: list(sweep))


# Errors in ulps


@pytest.mark.parametrize(
    ("result", "exact_value", "kind", "error"),
    [
        (1.0, 1, "measured", 0.0),
        (1.0 + 2**-52, 1, "measured", 1.0),
        (1.0 - 2**-53, 1, "measured", 0.5),
        (2.0, Fraction(2) - Fraction(1, 2**60), "measured", 2**-8),  # just below 2 the ulp is that of 1
        (-3.0, Fraction(-3) + Fraction(1, 2**52), "measured", 0.5),
        (math.nan, 1, "lost", math.nan),
        (math.inf, 1, "lost", math.nan),
        (math.inf, math.inf, "special", math.nan),
        (-math.inf, math.inf, "wrong_special", math.nan),
        (0.0, math.nan, "wrong_special", math.nan),
        (math.nan, math.nan, "special", math.nan),
        (math.inf, 2**1024, "overflow", math.nan),
        (1.0, 2**1024, "wrong_special", math.nan),
        (-math.inf, 2**1024, "wrong_special", math.nan),
        (5e-324, 0, "tiny", 1.0),
        (1e-323, 0, "tiny_missed", 2.0),
        (2**-1022, Fraction(1, 2**1022), "measured", 0.0),
    ],
)
def test_classes_and_errors(result: float, exact_value: Any, kind: str, error: float) -> None:
    from refimpl.backends._ball import _scalars  # noqa: PLC0415

    with WorkingPrecision(ulps.BITS):
        found = ulps.compare(result, _scalars.lift(exact_value), Format.of("float64"))
    assert found[0] == kind
    # Far from any other of the errors above.
    assert math.isnan(found[1]) if math.isnan(error) else found[1] == pytest.approx(error, rel=1e-5)


def test_a_wide_enclosure_measures_nothing() -> None:
    with WorkingPrecision(ulps.BITS):
        wide = arb(1, 2.0**-60)
        assert ulps.compare(1.0, wide, Format.of("float64"))[0] == "undecided"
        assert ulps.compare(1.0, wide, Format.of("float32"))[0] == "measured"


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_ulps_are_those_of_numpy(dtype: str) -> None:
    values = np.asarray([1.0, 1.999, 3.0, 0.1, 1e-4, 1000.0], dtype=dtype)
    with WorkingPrecision(ulps.BITS):
        found = [float(Format.of(dtype).ulp(arb(float(value)))) for value in values]
    assert found == [float(value) for value in np.spacing(values)]
    moved = domains.neighbours(values.astype(np.float64), ON.of(ON.backend, dtype).precision, 1)
    assert moved.tolist() == np.nextafter(values, np.inf, dtype=dtype).astype(np.float64).tolist()


# Exact numbers


def test_exact_numbers_round_nothing() -> None:
    with exact_numbers():
        third = 1 / exact(3)
        assert isinstance(third, Exact)
        assert third != 1 / 3
        with WorkingPrecision(100):
            assert third.exact().overlaps(arb(1) / 3)
        with pytest.raises(UndecidedError):
            bool(3 * third == 1)
        assert isinstance(exact(2) * exact(3), Whole)
        assert exact(0.25) ** 2 == 0.0625


def test_the_documents_are_as_before_afterwards() -> None:
    before = rope.ntk_base(10000.0, factor=3.0, dim=64)
    with exact_numbers():
        inside = rope.ntk_base(10000.0, factor=3.0, dim=64)
    assert isinstance(inside, Exact)
    assert type(before) is type(rope.ntk_base(10000.0, factor=3.0, dim=64)) is float
    assert importlib.import_module("refimpl.ddpm._elbo").math is math


def test_constants_are_enclosed_and_not_taken_for_floats() -> None:
    case = Case(lambda f, x: f(x), (np.asarray([1.0]),), {}, "test")
    [[period]] = enclosures(case, catalogue.reference()["rope.period"], "float64")
    with WorkingPrecision(100):
        assert period.overlaps(2 * arb.pi())
        assert not period.overlaps(arb(2 * math.pi))


def test_what_has_no_enclosure_says_why() -> None:
    found = measure("transport.wasserstein_quantile", ON, SMALL)
    assert found.status == "not measured"
    assert "quadrature" in found.reason
    found = measure("matching.best_class_weights", ON, SMALL)
    assert found.status == "not measured"
    assert "host function" in found.reason
    root = Case(lambda f, x: bool(f(x) ** 2 == 2), (np.asarray(2.0),), {}, "test")
    with pytest.raises(UnprovenError, match="undecided"):
        enclosures(root, lambda x: array_api_compat.array_namespace(x).sqrt(x), "float64")


# Planted errors


def test_a_planted_error_of_1000_ulps_is_measured_so(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, Sweep("rope.interpolate", (domains.Reals(reach=8),), lambda f, x: f(x, factor=2.0)))

    def planted(x: Any, **options: Any) -> Any:
        right = rope.interpolate(x, **options)
        off = (right > 0.5) & (right < 0.75)
        return np.where(off, right + 1000 * np.spacing(right), right)

    found = measure("rope.interpolate", ON, Effort(samples=1024, calls=0), replaced=planted)
    assert found.worst is not None
    assert found.worst.error == 1000
    assert 1.0 < float.fromhex(found.worst.at) < 1.5
    assert not found.exhaustive
    assert found.median == 0


def test_a_search_finds_a_narrow_slope(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, Sweep("rope.interpolate", (domains.Reals(0.0, 64.0),), lambda f, x: f(x, factor=2.0)))

    def planted(x: Any, **options: Any) -> Any:
        right = rope.interpolate(x, **options)
        return right + np.rint(1000 * np.exp(-np.abs(np.log(right / 5)))) * np.spacing(right)

    found = measure("rope.interpolate", ON, Effort(samples=64, calls=0), replaced=planted)
    assert found.worst is not None
    assert found.worst.error == 1000


def test_a_correctly_rounded_function_is_within_half_an_ulp(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, Sweep("rope.interpolate", (domains.Reals(reach=900),), lambda f, x: f(x, factor=3.0)))
    for dtype in ("float64", "float32"):
        found = measure("rope.interpolate", Setting.of(usable("numpy"), dtype), SMALL)
        assert found.worst is not None
        assert 0.4 < found.worst.error <= 0.5 + 1e-7


def test_nan_is_counted_not_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, Sweep("rope.interpolate", (domains.Reals(reach=8),), lambda f, x: f(x, factor=2.0)))

    def planted(x: Any, **options: Any) -> Any:
        return np.where(x > 0, np.nan, rope.interpolate(x, **options))

    found = measure("rope.interpolate", ON, Effort(samples=512, calls=0), replaced=planted)
    assert found.counts["lost"] > 100
    assert found.counts["lost"] + found.counts["measured"] == sum(found.counts.values())
    assert "lost" in found.faults
    assert "not finite where the exact value is" in shown.table([found])[2]


def test_a_wrong_integer_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = measure("rope.digits", ON, SMALL, replaced=lambda n, **options: rope.digits(n, **options) + 1)
    assert found.status == "exact"
    assert found.discrete == found.different > 0
    assert measure("rope.digits", ON, SMALL).different == 0


def test_exhaustive_float16_visits_every_finite_number(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, Sweep("rope.interpolate", (domains.Reals(),), lambda f, x: f(x, factor=2.0)))
    seen: list[Any] = []

    def watched(x: Any, **options: Any) -> Any:
        seen.append(np.asarray(x).ravel())
        return rope.interpolate(x, **options)

    found = measure(
        "rope.interpolate", Setting.of(usable("numpy"), "float16"), Effort(calls=0), replaced=watched
    )
    finite = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = finite[np.isfinite(finite)]
    assert np.array_equal(np.sort(np.concatenate(seen)), np.sort(finite))
    assert len(finite) == 63488
    assert found.exhaustive
    assert sum(found.counts.values()) == 63488
    assert found.worst is not None
    assert found.worst.error <= 0.5


def test_what_leaves_numbers_out_is_not_exhaustive(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, Sweep("rope.interpolate", (domains.Reals(0.0, 1.0),), lambda f, x: f(x, factor=2.0)))

    def refuses(x: Any, **options: Any) -> Any:
        if np.any(x == np.float16(0.5)):
            raise MemoryError
        return rope.interpolate(x, **options)

    on = Setting.of(usable("numpy"), "float16")
    found = measure("rope.interpolate", on, Effort(calls=0), replaced=refuses)
    assert sum(found.left_out.values()) == 1
    assert not found.exhaustive
    assert "worst at least" in shown.line(found)


def test_condition_explains_cancellation(monkeypatch: pytest.MonkeyPatch) -> None:
    """x − y near equal after a rounding of x: far off in ulps, but no further than an ulp of x would do."""
    near = domains.Reals(1.0, 1.0 + 2**-20)
    only(monkeypatch, Sweep("rope.angles", (near, near), lambda f, x, y: x * 1.1 - y * 1.1))
    found = measure("rope.angles", ON, Effort(samples=256, calls=0))
    assert found.worst is not None
    assert found.beyond is not None
    assert found.worst.error > 1e4
    assert found.beyond.beyond < 4.01


# What is publicly known is found


@pytest.mark.long
def test_log1p_of_jax_shows() -> None:
    """JAX's float64 log1p loses seven bits near 1 − √2."""
    on = Setting.of(usable("jax"))
    for name, least in (("ddpm.snr", 100), ("ddpm.cumulative", 40)):
        ours, theirs = (measure(name, one, Effort(samples=512, calls=0)).beyond for one in (ON, on))
        assert ours is not None
        assert theirs is not None
        assert ours.beyond < 8
        assert theirs.beyond > least


# Sweeps


@pytest.mark.parametrize("number", range(len(registry.sweeps())))
def test_every_sweep_measures(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = registry.sweeps()[number]
    only(monkeypatch, sweep)
    found = measure(sweep.function, ON, Effort(samples=64, calls=0))
    assert found.status in ("measured", "exact"), found
    # Tables of encodings are wide: the largest of their sweeps are left out, and counted as such.
    assert set(found.left_out) <= {"the result is too large"}, found.left_out


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_samples_are_inside_their_domain(dtype: str) -> None:
    p = Setting.of(usable("numpy"), dtype).precision
    rng = np.random.default_rng(0)
    for domain in (
        domains.Reals(0.0, 1.0),
        domains.Reals(1.0, reach=8),
        domains.Reals(),
        domains.Integers(2, 9),
    ):
        values = domain.draw(rng, 4000, p)
        assert np.count_nonzero(domain.contains(values)) > 3000
        assert len(np.unique(values)) > min(1000, 7)
    small = domains.Reals(0.0, 1.0).draw(rng, 4000, p)
    assert small.min() < 2 * p.smallest * 2**12
    assert 1 - small.max() < 64 * p.u


# The command


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(
        main, ["accuracy", "--jobs", "1", "--samples", "64", "--calls", "2", *arguments]
    )


def test_command_prints_a_line_a_result_and_writes_json(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    result = invoke("rope.period", "argmaxable.classify", "--dtype", "float32", "--json", str(file))
    assert result.exit_code == 0, result.output
    assert "measured     rope.period  numpy float32  worst at least" in result.output
    assert "not measured argmaxable.classify  numpy float32  host function" in result.output
    content = json.loads(file.read_text())
    assert content["schema"] == "refimpl.accuracy/2"
    assert {"refimpl", "python", "numpy", "python-flint"} <= set(content["versions"])
    found = {it["function"]: it for it in content["results"]}["rope.period"]
    assert found["samples"] == found["counts"]["measured"]
    [[*inputs]] = found["worst"]["arguments"]
    place = float.fromhex(inputs[found["worst"]["index"]])
    assert float.fromhex(found["worst"]["result"]) == pytest.approx(2 * math.pi / place, rel=1e-6)  # float32


def test_exit_codes() -> None:
    assert invoke("argmaxable.classify").exit_code == 3
    assert invoke("rope.nope").exit_code == 2
    assert invoke("rope.period", "--dtype", "float8").exit_code == 2
    assert invoke("rope.period", "--backend", "ball").exit_code == 2
    assert invoke("rope.period", "--samples", "0").exit_code == 2


def test_a_failed_measurement_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, Sweep("rope.period", (domains.Reals(),), lambda f, x: [f(x)][1 if len(x) else 0]))
    monkeypatch.setattr("refimpl.proofs.engine.accuracy.measure.enclosures", lambda *a, **k: 1 / 0)
    result = invoke("rope.period")
    assert result.exit_code == 1
    assert "failed       rope.period" in result.output


def test_unknown_names_are_errors() -> None:
    with pytest.raises(UnknownNameError, match="backend"):
        plan([], backend=["nope"], dtype=["float64"], device=None, effort=SMALL)
    with pytest.raises(DTypeError, match="float8"):
        plan([], backend=["numpy"], dtype=["float8"], device=None, effort=SMALL)


@pytest.mark.long
def test_ctrl_c_keeps_what_there_is(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    command = [sys.executable, "-m", "refimpl.proofs", "accuracy", "--jobs", "1", "--json", str(file)]
    process = start(
        *command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path)},
    )  # fmt: skip
    assert process.stdout is not None
    first = process.stdout.readline()  # a function has been measured
    process.send_signal(signal.SIGINT)
    output = first + process.communicate(timeout=HANG)[0]
    assert process.returncode == -signal.SIGINT, output
    assert "interrupted after" in output
    assert json.loads(file.read_text())["interrupted"] is True


def test_pool_gives_the_same_as_one_process(tmp_path: Path) -> None:
    reports = []
    for jobs in ("1", "2"):
        file = tmp_path / f"{jobs}.json"
        names = ["rope.period", "rope.interpolate", "rope.angles", "rope.rebase"]
        arguments = [
            "accuracy",
            *names,
            "--samples",
            "64",
            "--calls",
            "2",
            "--jobs",
            jobs,
            "--json",
            str(file),
        ]
        assert CliRunner().invoke(main, [*arguments, "--dtype", "float64"]).exit_code == 0
        results = json.loads(file.read_text())["results"]
        reports.append([{k: v for k, v in result.items() if k != "seconds"} for result in results])
    assert reports[0] == reports[1]


# ACCURACY.md


def rows(half: bool = False) -> dict[str, list[str]]:
    """The cells of a table by function: of float64 and float32, or of half precision."""
    cells = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in body(half).splitlines()
        if line.startswith("| `")
    ]
    return {row[0].strip("`"): row[1:] for row in cells}


def body(half: bool = False) -> str:
    """What stands between the markers of a table."""
    begin, end = map(re.escape, shown.MARKERS)
    full, halves = re.findall(f"{begin}\n(.*?){end}", FILE.read_text(encoding="utf-8"), re.DOTALL)
    return str(halves if half else full)


def test_every_function_is_in_the_table_or_listed() -> None:
    text = body()
    listed = set(re.findall(r"`(\w+\.\w+)`", text[text.index("Not measured:") :]))
    assert set(rows()) | listed == set(catalogue.functions())
    assert not set(rows()) & listed


def test_more_than_8_ulps_beyond_the_condition_have_a_reason() -> None:
    above = {
        name
        for name, cells in rows().items()
        if len(found := cells[0].split(", ")) == 3 and float(found[1]) > 8
    }
    assert above == set(registry.facts().notes)
    assert all(rows()[name][-1].startswith(text) for name, text in registry.facts().notes.items())


FACTOR = 2.0
"""Other processors round other arguments badly: a search ends elsewhere; errors grow by less than this."""


def assert_within(name: str, cell: str, found: Accuracy) -> None:
    """Require the stated error beyond the condition, up to FACTOR and an ulp."""
    if found.beyond is None:
        assert cell.partition(",")[0] in ("exact", "–") or "differ" in cell, name
        return
    _, beyond, median = (float(number) for number in cell.split(", "))
    assert found.beyond.beyond <= FACTOR * beyond + 1, name
    assert found.median <= FACTOR * median + 0.5, name


@pytest.mark.parametrize(
    "name", ["rope.period", "rope.rotation_matrix", "flow.drift_coefficient", "ddpm.from_alpha"]
)
def test_a_sample_measured_again_is_as_stated(name: str) -> None:
    for cell, dtype in zip(rows()[name], ("float64", "float32"), strict=False):
        assert_within(name, cell, measure(name, Setting.of(usable("numpy"), dtype), Effort()))


@pytest.mark.long
@pytest.mark.parametrize("name", catalogue.functions())
def test_all_measured_again_are_as_stated(name: str) -> None:
    found = measure(name, ON, Effort())
    if name in rows():
        assert_within(name, rows()[name][0], found)
    else:
        assert found.status == "not measured"


HALVES = [(backend, dtype) for backend in ("numpy", "torch") for dtype in ("float16", "bfloat16")]


def test_the_table_of_half_precision_has_all_functions_of_one_number() -> None:
    of_one = {
        it.function
        for it in registry.sweeps()
        if not it.python and len(it.domains) == 1 and isinstance(it.domains[0], domains.Reals)
    }
    more = {it.function for it in registry.sweeps() if len(it.domains) > 1}
    assert set(rows(half=True)) == of_one - more
    assert all(cells[-1].endswith("exhaustive") for cells in rows(half=True).values())
    header = body(half=True).splitlines()[0]
    assert [f"{backend} {dtype}:" in header for backend, dtype in HALVES] == [True] * 4


@pytest.mark.parametrize("place", range(len(HALVES)))
def test_half_precision_measured_again_is_as_stated(place: int) -> None:
    backend, dtype = HALVES[place]
    found = measure("ddpm.from_alpha", Setting.of(usable(backend), dtype), Effort(calls=2))
    assert found.exhaustive
    assert_within("ddpm.from_alpha", rows(half=True)["ddpm.from_alpha"][place], found)


def test_a_table_of_several_backends_has_a_column_for_each(tmp_path: Path) -> None:
    blank = Accuracy("rope.period", "numpy", "float16", "exact", discrete=3)
    results = [blank, replace(blank, backend="torch", discrete=4, different=1)]
    head, _, row = shown.table(results)
    assert head.startswith(
        "| function | numpy float16: worst, beyond condition, median | torch float16: worst"
    )
    assert row.startswith("| `rope.period` | exact | 1 of 4 differ |")
    begin, end = shown.MARKERS
    file = tmp_path / "table.md"
    file.write_text("\n".join([begin, "| function | other |", "| --- | --- |", end, "text", begin, end]))
    text = shown.inserted(file, results)
    assert text.startswith(f"{begin}\n| function | other |")
    assert text.endswith(f"{row}\n{end}")
    file.write_text(text)
    again = shown.inserted(file, [replace(it, function="rope.interpolate") for it in results])
    assert again.count("| `rope.") == 2
    with pytest.raises(DomainError, match="same dtypes and backends"):
        shown.inserted(file, [replace(it, dtype="bfloat16") for it in results])


def test_rows_of_functions_that_were_not_measured_stay() -> None:
    old = ["| `rope.rotate` | 1 |", "| `rope.period` | 2 |", "", "- `ddpm.sample`, `rope.digits`: why"]
    new = ["| function |", "| --- |", "| `rope.period` | 3 |", "", "- `rope.digits`: because"]
    assert shown.merged(old, new, {"rope.period", "rope.digits"}) == [
        "| function |", "| --- |", "| `rope.period` | 3 |", "| `rope.rotate` | 1 |", "", "Not measured:", "",
        "- `rope.digits`: because", "- `ddpm.sample`: why",
    ]  # fmt: skip
