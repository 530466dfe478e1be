"""The general laws: what they read from declarations, that the reference keeps them, and whom they refute."""

import functools
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from refimpl import density, matching, proofs, rope, transport
from refimpl._arguments import Arrays, Integer, Number
from refimpl._libraries import is_array
from refimpl.backends import Setting, get
from refimpl.proofs.engine import ambient, catalogue, registry, selftest
from refimpl.proofs.engine.calls import record
from refimpl.proofs.engine.cases import each_case, missing
from refimpl.proofs.engine.general import shapes, sources, storage
from refimpl.proofs.engine.general.agreement import TOLERANCE, agree
from refimpl.proofs.engine.general.batches import Batched, stacked
from refimpl.proofs.engine.general.mistakes import Drifts, Remembers
from refimpl.proofs.engine.runner import run_law
from refimpl.proofs.language.judge import judge

ON = Setting.of(get("numpy"))
GENERAL = [law for law in catalogue.laws().values() if law.general]

NO_BATCH = {
    "ddpm.check_steps": "one answer for all steps",
    "flow.fokker_planck_rhs_grid": "its dots stand for the axes of a grid",
    "transport.one_sided_lipschitz": "the extremes over all points",
}
"""Functions that take arrays with dots and give no batch."""


def test_calls_of_integers_vary_by_their_options() -> None:
    """Else a cache that looks at forms alone would be given the same call again."""
    assert sources.variant(((4,), {"factor": 2.0, "dims": 8}), 0) == ((4,), {"factor": 1.5, "dims": 8})
    args, kwargs = sources.variant(((4, 2.0), {"factor": 2.0}), 0)
    assert (args, kwargs) == ((4, 1.5), {"factor": 2.0})


@pytest.mark.parametrize("law", GENERAL, ids=lambda law: law.id)
def test_the_reference_as_a_foreign_implementation(law: proofs.Law, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a replacement, so that its inputs are watched too, and with empty batches also where nothing is
    promised. Other dtypes and backends: `refimpl prove`."""
    monkeypatch.setattr(shapes, "empties", lambda _: True)
    [name] = law.about
    replaced = {name: catalogue.reference()[name]}
    outcome = run_law(law, ON, examples=2, seed=0, replaced=replaced)
    if outcome.verdict == "skipped":  # neither of the two had arguments of the kind that the law changes
        outcome = run_law(law, ON, examples=9, seed=0, replaced=replaced)
    assert outcome.verdict == "held", outcome


@pytest.mark.parametrize(
    "document",
    [pytest.param(name, marks=[] if name == "rope" else pytest.mark.long) for name in catalogue.names()],
)
def test_every_general_mistake_is_refuted(document: str) -> None:
    made = catalogue.mistakes()
    tasks = [task for task in selftest.plan([document]) if task.mistake and made[task.mistake].general]
    verdict = selftest.conclude([task.run() for task in tasks])
    assert verdict.passed, verdict


def test_every_function_is_tried_for_purity_and_every_batch_for_being_one() -> None:
    made = {law.id for law in GENERAL}
    assert made >= {f"{name}-pure" for name in catalogue.functions()}
    assert made >= {f"{name}-stored" for name in catalogue.functions() if shapes.takes_arrays(name)}
    assert made >= {f"{name}-integers" for name in catalogue.functions() if shapes.integers(name)}
    assert made >= {f"{name}-batched" for name in shapes.batched()}
    real = {name for name in catalogue.functions() if shapes.real(name) and not shapes.no_reals(name)}
    assert made >= {f"{name}-nan" for name in real - registry.facts().nan_untried}
    assert {name for name in catalogue.functions() if shapes.arguments(name)} == {
        *shapes.batched(),
        *NO_BATCH,
    }


def found_parts(value: Any) -> list[Any]:
    """The parts of a result as they are declared: a list, or a tuple that has no names, counts as one."""
    return list(value) if hasattr(value, "_fields") or type(value) is tuple else [value]


@pytest.mark.parametrize("name", catalogue.functions())
def test_results_have_the_parts_and_kinds_that_are_declared(name: str) -> None:
    """On a recorded call: how many parts there are, and the axes and dtypes of those that are arrays."""
    args, kwargs = _call(name)
    result = catalogue.reference()[name](*args, **kwargs)
    gives = catalogue.functions()[name].declared.gives
    if len(gives) == 1 and not isinstance(gives[0], Arrays):
        return
    parts = found_parts(result)
    assert len(parts) == len(gives)
    for part, kind in zip(parts, gives, strict=True):
        for array in filter(is_array, part if isinstance(part, tuple | list) else [part]):
            assert isinstance(kind, Arrays | Number | Integer)
            if isinstance(kind, Arrays):
                fits = array.ndim >= kind.axes.least if kind.axes.dots else array.ndim == kind.axes.least
                assert fits or kind.grid, (kind.axes.text, array.shape)
                assert any(ON.xp.isdtype(array.dtype, dtype) for dtype in kind.kinds)


def rotation(*batch: int) -> Batched:
    rng = np.random.default_rng(0)
    call = Batched.of("rope.rotate", (rng.standard_normal((*batch, 4)), rng.standard_normal((1, 2))), {})
    assert call is not None
    return call


def test_calls_are_stacked_cut_and_emptied() -> None:
    call = rotation(3, 5)
    assert call.lengths == (3, 5)
    form = {name: array.shape for name, array in stacked(call, call.backwards()).arguments.items()}
    assert form == {"x": (2, 3, 5, 4), "angles": (2, 1, 1, 2)}
    form = {name: array.shape for name, array in stacked(call, call.smaller(), only="x").arguments.items()}
    assert form == {"x": (2, 3, 5, 4), "angles": (1, 1, 1, 2)}
    assert call.row(-1).arguments["x"].shape == (5, 4)
    assert call.empty().call(rope.rotate).shape == (0, 3, 5, 4)
    assert call.fits(call.smaller(), ON)
    assert not call.fits(rotation(5, 5), ON)


def test_agreement_is_of_every_part() -> None:
    def holds(left: Any, right: Any) -> bool:
        return all(judge(record, proofs.Exact(""), ON).holds for record in agree("", left, right, ON))

    nan = float("nan")
    assert holds((np.asarray([1.0, nan]), {"n": 2}), (np.asarray([1.0, nan]), {"n": 2}))
    assert not holds(np.asarray([1.0, nan]), np.asarray([1.0, 2.0]))
    assert not holds((1.0, 2), (1.0, 3))
    assert not holds((1.0,), (1.0, 2.0))
    assert not holds(np.ones((1, 2)), np.ones(2))
    assert holds([np.sin], [np.sin])
    assert not holds([np.sin], [np.cos])


def test_a_fresh_mistake_remembers_nothing() -> None:
    wrong = catalogue.mistakes()["rope.range_of/drifts"]
    for _ in range(2):
        first = wrong.fresh()
        assert [first(10, digits=2), first(10, digits=2)] == [100, 101]


def test_mistakes_of_memory() -> None:
    remembers = Remembers(rope.range_of)
    assert [remembers(base, digits=2) for base in (10, 3, 3)] == [100, 100, 9]
    drifts = Drifts(lambda: (np.ones(1), True, 1.0, "text"))
    assert drifts() == (1.0, True, 1.0, "text")
    assert drifts() == (1.001, False, 1.125, "text")
    halves = Drifts(lambda: np.ones(1, dtype=np.float16))
    assert [halves(), halves()] == [1.0, 1.125]


def refuted(name: str, mine: Callable[..., Any], suffix: str) -> str:
    """The reason for which the general law refutes an implementation."""
    [outcome] = proofs.prove(f"{name}-{suffix}", impl={name: mine})
    assert outcome.verdict == "refuted", outcome
    return outcome.reason


def test_right_only_for_one_leading_axis() -> None:
    def mine(x: Any, angles: Any, /, *, layout: str = "interleaved") -> Any:
        right = rope.rotate(x, angles, layout=layout)
        batch = range(right.ndim - 1)
        return right.reshape(*right.shape[-2::-1], x.shape[-1]).transpose(*batch[::-1], len(batch))

    assert "stacked: first entry at" in refuted("rope.rotate", mine, "batched")


def test_sums_over_a_fixed_axis() -> None:
    def mine(log_w: Any, /, *, axis: int = -1) -> Any:
        return density.elbo(log_w, axis=min(1, log_w.ndim - 1) if axis == -1 else axis)

    assert "returned an array of shape" in refuted("density.elbo", mine, "batched")


def test_a_softmax_over_the_whole_batch() -> None:
    def mine(log_w: Any, /, *, axis: int = -1) -> Any:
        weights = density.normalized_weights(log_w, axis=axis)
        return weights / (weights.shape[0] if weights.ndim == 3 else 1)

    reason = refuted("density.normalized_weights", mine, "batched")
    assert "stacked" in reason
    assert "× the tolerance" in reason


def test_a_table_kept_for_the_longest_sequence() -> None:
    """As the rotary caches of public code: the frequencies of the longest sequence yet."""
    longest = 0.0

    def mine(length: float, /, **options: Any) -> Any:
        nonlocal longest
        longest = max(longest, length)
        return rope.dynamic_ntk(longest, **options)

    assert "in reverse order" in refuted("rope.dynamic_ntk", mine, "pure")


def test_a_cache_by_shape() -> None:
    """A cache that is never emptied answers alike for ever, so only other shapes and values tell."""
    cache: dict[Any, Any] = {}

    def mine(x: Any, angles: Any, /, *, layout: str = "interleaved") -> Any:
        return cache.setdefault((x.shape, angles.shape), rope.rotate(x, angles, layout=layout)) * 1

    outcomes = proofs.prove(impl={"rope.rotate": mine}, examples=9)
    verdicts = {outcome.law: outcome.verdict for outcome in outcomes}
    assert verdicts["rope.rotate-batched"] == verdicts["rope.rotate-definition"] == "refuted"


def test_one_buffer_for_all_results() -> None:
    buffer = np.empty((1000, 1000))

    def mine(x: Any, angles: Any, /, *, layout: str = "interleaved") -> Any:
        result = rope.rotate(x, angles, layout=layout)
        shared = buffer.reshape(-1)[: result.size].reshape(result.shape)
        shared[...] = result
        return shared

    assert "an earlier result, after other calls" in refuted("rope.rotate", mine, "pure")


@pytest.mark.parametrize("suffix", ["pure", "batched"])
def test_refusing_what_is_outside_the_domain_is_no_defect(suffix: str) -> None:
    """The calls that are varied may leave the domain; an implementation that says so is right."""
    refusals = 0

    def mine(x: Any, y: Any, plan: Any, /, *, order: float = 2.0) -> Any:
        nonlocal refusals
        if not np.allclose(np.sum(plan, axis=(-2, -1)), 1.0):
            refusals += 1
            raise ValueError("the masses must sum to 1")
        return transport.coupling_cost(x, y, plan, order=order)

    law = f"transport.coupling_cost-{suffix}"
    [outcome] = proofs.prove(law, impl={"transport.coupling_cost": mine})
    assert outcome.verdict == "held", outcome
    assert refusals


def test_random_states_of_the_process_are_tried_and_come_back() -> None:
    """Hypothesis makes them the same before every example, so a function that draws would repeat itself."""
    drawn: set[float] = set()

    def mine(x: Any, angles: Any, /, *, layout: str = "interleaved") -> Any:
        drawn.add(random.random())
        return rope.rotate(x, angles, layout=layout) * (1 + (np.random.random() < 0.3))

    state, legacy = random.getstate(), np.random.get_state()[1].tolist()
    reason = refuted("rope.rotate", mine, "pure")
    assert len(drawn) > 3
    assert random.getstate() == state
    assert np.random.get_state()[1].tolist() == legacy
    assert refuted("rope.rotate", mine, "pure") == reason


def test_random_states_of_torch_are_tried_and_come_back() -> None:
    torch = pytest.importorskip("torch")
    before = torch.get_rng_state()
    drawn = []
    for seed in (1, 2, 1):
        with ambient.states(seed):
            drawn.append(float(torch.rand(())))
    assert drawn[0] == drawn[2] != drawn[1]
    assert torch.equal(torch.get_rng_state(), before)


def test_a_cache_that_is_given_out() -> None:
    table = functools.cache(rope.frequencies)

    def mine(dim: int, /, *, base: float = 10000.0, **place: Any) -> Any:
        return table(dim, base=base, dtype=place.get("dtype"))

    assert "after its result was written into" in refuted("rope.frequencies", mine, "pure")
    assert table(4, base=100.0).tolist() == [1.0, 0.1]


@pytest.mark.parametrize(
    ("label", "spoils"),
    [
        ("strided in memory", lambda x, y: x.strides[-1] == 2 * x.itemsize),
        (
            "interleaved in memory",
            lambda x, y: x.strides[-1] == 2 * x.itemsize and x.base.flat[1] == x.flat[0],
        ),
        ("transposed in memory", lambda x, y: x.flags.f_contiguous and not x.flags.c_contiguous),
        ("backwards in memory", lambda x, y: x.strides[-1] < 0),
        ("read-only", lambda x, y: not x.flags.writeable),
        ("unaligned in memory", lambda x, y: not x.flags.aligned),
        ("in the other byte order", lambda x, y: not x.dtype.isnative),
        ("one array for two arguments", lambda x, y: x is y),
        ("zeros of them negative", lambda x, y: bool(np.any(np.signbit(x) & (x == 0)))),
    ],
)
def test_wrong_where_numbers_are_stored_otherwise(label: str, spoils: Callable[..., bool]) -> None:
    def mine(x: Any, y: Any, /, *, axis: int = -1) -> Any:
        return matching.cosine_similarity(x, y, axis=axis) + (0.5 if x.ndim and spoils(x, y) else 0.0)

    assert label in refuted("matching.cosine_similarity", mine, "stored")


def test_a_cache_of_objects() -> None:
    kept: dict[int, Any] = {}

    def mine(x: Any, y: Any, /, *, axis: int = -1) -> Any:
        norms = kept.setdefault(id(x), (np.linalg.norm(x, axis=axis), x))[0]
        return np.sum(x * y, axis=axis) / (norms * np.linalg.norm(y, axis=axis))

    assert "other numbers in the same arrays" in refuted("matching.cosine_similarity", mine, "stored")


def test_to_refuse_how_numbers_are_stored_is_no_defect() -> None:
    """As torch.from_numpy does with negative strides and other byte orders."""

    def mine(x: Any, y: Any, /, *, axis: int = -1) -> Any:
        if not all(a.flags.c_contiguous and a.dtype.isnative for a in (x, y)):
            raise ValueError("contiguous arrays only")
        return matching.cosine_similarity(x, y, axis=axis)

    law = "matching.cosine_similarity-stored"
    [outcome] = proofs.prove(law, impl={"matching.cosine_similarity": mine})
    assert outcome.verdict == "held", outcome


def _call(name: str) -> Any:
    """The arguments of one call that a law makes of a function."""
    for law in catalogue.written_laws().values():
        if name in law.about and not missing(law, ON):
            cases: list[Any] = []
            each_case(law, ON, law.kinds[0], cases.append, examples=1, seed=0)
            for given in record(name, law, cases[0], ON):
                return given
    raise AssertionError(f"no law calls {name}")


def test_arrays_among_arguments_are_declared() -> None:
    """That is what decides for which functions there is a law of storage."""
    found = {name for name in catalogue.functions() if storage.arrays(_call(name))}
    assert found == {name for name in catalogue.functions() if shapes.takes_arrays(name)}


def test_a_block_that_is_left_over() -> None:
    def mine(x: Any, angles: Any, /, *, layout: str = "interleaved") -> Any:
        right = rope.rotate(x, angles, layout=layout)
        if right.ndim == 2 and len(right) > 100:
            right[len(right) // 100 * 100 :] = 0.0
        return right

    assert "257 inputs stacked" in refuted("rope.rotate", mine, "batched")


@pytest.mark.parametrize("width", ["int8", "uint8", "int16", "int32"])
def test_integers_that_wrap_in_their_width(width: str) -> None:
    def mine(x: Any, /) -> Any:
        return len(x) + 1 - matching.rank(-x) if x.dtype == width else matching.rank(x)

    assert f"integers as {width}" in refuted("matching.rank", mine, "integers")


def test_to_refuse_a_width_is_no_defect() -> None:
    def mine(n: Any, /, *, base: int, count: int) -> Any:
        if n.dtype != np.int64:
            raise TypeError("int64 only")
        return rope.digits(n, base=base, count=count)

    [outcome] = proofs.prove("rope.digits-integers", impl={"rope.digits": mine})
    assert outcome.verdict == "held", outcome


def test_results_in_a_wider_format_agree_in_that() -> None:
    """Weights of integers are in the default dtype: a thousandth is much in half precision, too."""
    on = Setting.of(get("numpy"), "float16")
    for dtype, apart in ((np.float64, 1e-3), (np.float16, 0.1)):
        numbers = np.asarray([1.0, 0.5])
        off, expected = ((numbers * factor).astype(dtype) for factor in (1 + apart, 1))
        [_, gap] = agree("", off, expected, on)
        assert not judge(gap, TOLERANCE, on).holds
        [_, gap] = agree("", expected, expected, on)
        assert judge(gap, TOLERANCE, on).holds


def test_formats_without_byte_orders_keep_theirs() -> None:
    """NumPy writes numbers into swapped arrays of ml_dtypes without a look at their order."""
    short = pytest.importorskip("ml_dtypes").bfloat16
    x = np.asarray([1.5, -2.0], dtype=short)
    assert storage.swapped(x) is x
    assert storage.swapped(x.astype(np.float32)).dtype == np.dtype(">f4")
