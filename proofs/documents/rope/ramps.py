"""Laws of YaRN, Llama 3 and log n scaling, and of what all published maps reduce to."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...._xp import numbers
from ....backends import Setting
from ...language.law import AtMost, Exact, Gap, Impl, Record, Rounding, Same, law
from . import exact, inputs


def _condition(case: inputs.Extension, omega: Any) -> Any:
    """ω times the condition of a ramp's ends: what roundings of turns do to γ."""
    return omega * (1 + case.fast / (case.fast - case.slow))


_RAMP = Rounding(
    {"ω, turns, their distance from the end, quotient, a side": 2 * 4},
    "the blend rounds the scale's other part, ω",
    calls=("pow",),
)


@law(
    "rope.yarn-paper-definition",
    "YaRN's paper: ω (γ + (1 − γ)/k) with γ the clipped ramp in the turns L/λ",
    source="rope D5",
    stands="the ramp of the paper, one of two that rope.yarn has",
    about=("rope.yarn",),
    inputs=inputs.extensions,
    tolerance=_RAMP,
    refutes=(
        "rope.yarn/ramp-inverted",
        "rope.yarn/ramps-confused",
        "rope.yarn/extended-length",
        "rope.yarn/radians",
        "rope.yarn/wavelengths",
        "rope.yarn/factor-in-the-power",
        "rope.yarn/ntk-base",
    ),
)
def yarn_paper_definition(impl: Impl, on: Setting, case: inputs.Extension) -> Iterator[Record]:
    """From wavelengths, and as a deviation from ω/k."""
    omega = exact.frequencies(case.dim, case.base)
    turns = case.train_length / (2 * on.math.pi / omega)
    gamma = np.clip((turns - case.slow) / (case.fast - case.slow), 0, 1)
    expected = omega / case.factor + gamma * (omega - omega / case.factor)
    found = impl["rope.yarn"](
        case.dim, ramp="paper", beta_slow=case.slow, beta_fast=case.fast, **inputs.configured(case, on)
    )
    yield Gap("ω", found, expected, (expected + _condition(case, omega)) * exact.weight(omega))


def _index_ends(case: inputs.Extension) -> tuple[int, int]:
    """low and high of the common code's ramp by counting pairs: those of at least `fast` turns, and
    those of more than `slow`, over all indices that the code admits."""
    turns = case.train_length / (2 * numbers(case.base).pi) * exact.frequencies(2 * case.dim, case.base**2)
    low = max(int(np.sum(turns >= case.fast)) - 1, 0)
    return low, min(int(np.sum(turns > case.slow)), case.dim - 1)


@law(
    "rope.yarn-code-definition",
    "YaRN's common code: γ = 1 − clip((m − low)/(high − low)) with low, high rounded outwards",
    source="rope D5",
    about=("rope.yarn",),
    inputs=inputs.index_ramps,
    tolerance=Rounding({"ω": 2, "blend": 3, "expectation": 1}, calls=("pow",)),
    refutes=(
        "rope.yarn/features-for-pairs",
        "rope.yarn/ramp-inverted",
        "rope.yarn/ramps-confused",
        "rope.yarn/no-rounding",
        "rope.yarn/start-before-the-first",
        "rope.yarn/end-beyond-the-last",
        "rope.yarn/end-at-the-last-pair",
        "rope.yarn/factor-in-the-power",
        "rope.yarn/ntk-base",
        "rope.yarn/equal-ends-apart",
    ),
)
def yarn_code_definition(impl: Impl, on: Setting, case: inputs.Extension) -> Iterator[Record]:
    """Finds floor and ceiling by counting pairs instead of logarithms."""
    omega, (low, high) = exact.frequencies(case.dim, case.base), _index_ends(case)
    gamma = 1 - np.clip(on.reals(np.arange(case.dim // 2) - low) / (high - low or 0.001), 0, 1)
    expected = omega / case.factor + gamma * (omega - omega / case.factor)
    found = impl["rope.yarn"](
        case.dim, ramp="code", beta_slow=case.slow, beta_fast=case.fast, **inputs.configured(case, on)
    )
    yield Gap("ω", found, expected, expected * exact.weight(omega) + omega * on.double)


@law(
    "rope.yarn-ends",
    "YaRN keeps pairs of at least `fast` turns and interpolates those of at most `slow`, in both ramps",
    source="rope C8",
    stands="the fixed points of both ramps",
    about=("rope.yarn", "rope.frequencies"),
    inputs=inputs.index_ramps,
    tolerance=Rounding({"a frequency a side": 2 * 2, "blend": 2, "quotient by k": 1}, calls=("pow",)),
    refutes=("rope.yarn/ramp-inverted", "rope.frequencies/from-one"),
)
def yarn_ends(impl: Impl, on: Setting, case: inputs.Extension) -> Iterator[Record]:
    """The common code's ramp starts at `low` and ends at `high`, outside those ends; all lies between."""
    k = case.factor
    plain = on.host(impl["rope.frequencies"](case.dim, base=case.base, **on.like))
    turns = case.train_length * exact.frequencies(case.dim, case.base) / (2 * on.math.pi)
    (low, high), m = _index_ends(case), np.arange(case.dim // 2)
    for ramp, kept, divided in (
        ("paper", turns >= case.fast, turns <= case.slow),
        ("code", m <= low, m >= max(high, low + 1)),
    ):
        found = on.host(
            impl["rope.yarn"](
                case.dim, ramp=ramp, beta_slow=case.slow, beta_fast=case.fast, **inputs.configured(case, on)
            )
        )
        expected = np.where(kept, plain, np.where(divided, plain / k, found))
        unit = exact.weight(plain)
        yield Gap(f"ends of the {ramp}'s ramp", found, expected, expected * unit)
        yield AtMost(f"{ramp}: no faster than plain", found, plain, plain * unit)
        yield AtMost(f"{ramp}: no slower than interpolation", plain / k, found, plain / k * unit)


@law(
    "rope.yarn_scale-definition",
    "YaRN scales queries and keys by 0.1 ln k + 1",
    source="rope D5",
    about=("rope.yarn_scale",),
    inputs=inputs.ranges,
    tolerance=Rounding({"logarithm, within 2u": 2, "0.1": 1, "product and sum": 2, "expectation": 1}),
    refutes=(
        "rope.yarn_scale/no-one",
        "rope.yarn_scale/squared",
        "rope.yarn_scale/decimal-logarithm",
        "rope.yarn_scale/binary-logarithm",
        "rope.yarn_scale/root",
        "rope.yarn_scale/reciprocal",
        "rope.yarn_scale/one-more",
        "rope.yarn_scale/coefficient-scaled",
    ),
)
def yarn_scale_definition(impl: Impl, on: Setting, case: inputs.Ranges) -> Iterator[Record]:
    """The constant is the float64 number next to a tenth."""
    expected = 1 + 0.1 * on.math.log(case.factor)
    yield Gap("scale", impl["rope.yarn_scale"](case.factor), expected, expected * on.double)


def _llama3(impl: Impl, on: Setting, case: inputs.Extension, **more: Any) -> Any:
    options = inputs.configured(case, on) | {"low_freq_factor": case.slow, "high_freq_factor": case.fast}
    return impl["rope.llama3"](case.dim, **(options | more))


@law(
    "rope.llama3-definition",
    "Llama 3: by wavelength keep, divide by k, or blend linearly in L/λ",
    source="rope D5",
    about=("rope.llama3",),
    inputs=inputs.extensions,
    tolerance=_RAMP,
    refutes=(
        "rope.llama3/bands-swapped",
        "rope.llama3/default-base",
        "rope.llama3/no-middle-band",
        "rope.llama3/smooth-reversed",
        "rope.llama3/middle-band-kept",
        "rope.llama3/linear-in-wavelength",
        "rope.llama3/smooth-everywhere",
        "rope.llama3/all-divided",
        "rope.llama3/radians",
        "rope.llama3/divided-twice",
    ),
)
def llama3_definition(impl: Impl, on: Setting, case: inputs.Extension) -> Iterator[Record]:
    """Three cases by wavelength, as published."""
    omega, length = exact.frequencies(case.dim, case.base), case.train_length
    wavelength = 2 * on.math.pi / omega
    smooth = (length / wavelength - case.slow) / (case.fast - case.slow)
    expected = (1 - smooth) * omega / case.factor + smooth * omega
    expected = np.where(wavelength < length / case.fast, omega, expected)
    expected = np.where(wavelength > length / case.slow, omega / case.factor, expected)
    found = _llama3(impl, on, case)
    yield Gap("ω", found, expected, (expected + _condition(case, omega)) * exact.weight(omega))


@law(
    "rope.llama3-ends",
    "Llama 3 keeps wavelengths below L/high, divides those above L/low by k, the last one among them",
    source="rope C8",
    stands="its fixed points, and to which band a boundary belongs",
    about=("rope.llama3", "rope.frequencies"),
    inputs=inputs.extensions,
    tolerance=Rounding({"a frequency a side": 2 * 2, "blend": 2, "quotient by k": 1}, calls=("pow",)),
    refutes=("rope.llama3/bands-swapped", "rope.llama3/default-base"),
)
def llama3_ends(impl: Impl, on: Setting, case: inputs.Extension) -> Iterator[Record]:
    """Band edges from wavelengths; L shrinks by `ratio` below the last wavelength for the last ratio."""
    plain = on.host(impl["rope.frequencies"](case.dim, base=case.base, **on.like))
    wavelength = 2 * on.math.pi / exact.frequencies(case.dim, case.base)
    found, length = on.host(_llama3(impl, on, case)), case.train_length
    high, low = wavelength < length / case.fast, wavelength > length / case.slow
    expected = np.where(high, plain, np.where(low, plain / case.factor, found))
    unit = exact.weight(plain)
    yield Gap("bands", found, expected, expected * unit)
    short = on.host(
        _llama3(impl, on, case, train_length=on.number(wavelength[-1] * case.slow * 0.9 * case.ratio))
    )
    yield Gap("last", short[-1], plain[-1] / case.factor, plain[-1] / case.factor * unit[-1])
    yield AtMost("no faster than plain", found, plain, plain * unit)
    yield AtMost("no slower than interpolation", plain / case.factor, found, plain / case.factor * unit)


@law(
    "rope.llama3-is-yarn",
    "Llama 3 is YaRN's ramp of the paper with its own ends",
    source="rope D5, C8",
    stands="that one is a case of the other, which neither definition shows",
    about=("rope.llama3", "rope.yarn"),
    inputs=inputs.extensions,
    tolerance=_RAMP,
    refutes=("rope.llama3/bands-swapped", "rope.llama3/no-middle-band", "rope.yarn/ramps-confused"),
)
def llama3_is_yarn(impl: Impl, on: Setting, case: inputs.Extension) -> Iterator[Record]:
    """Two implementations that need not share code."""
    found = _llama3(impl, on, case)
    expected = on.host(
        impl["rope.yarn"](
            case.dim, ramp="paper", beta_slow=case.slow, beta_fast=case.fast, **inputs.configured(case, on)
        )
    )
    omega = exact.frequencies(case.dim, case.base)
    yield Gap("ω", found, expected, (expected + _condition(case, omega)) * exact.weight(omega))


@law(
    "rope.plain-at-factor-one",
    "every published extension is plain RoPE at factor 1",
    source="rope C8",
    stands="that all extensions meet in plain RoPE",
    about=(
        "rope.frequencies",
        "rope.interpolate",
        "rope.rebase",
        "rope.ntk_scale",
        "rope.ntk_base",
        "rope.yarn",
        "rope.yarn_scale",
        "rope.yarn_softmax_scale",
        "rope.llama3",
        "rope.linear",
        "rope.proportional",
        "rope.longrope_scale",
    ),
    inputs=inputs.extensions,
    tolerance=Rounding({"a frequency a side": 2 * 2}, "γ + (1 − γ) is exactly 1", calls=("pow",)),
    refutes=("rope.yarn_scale/no-one", "rope.llama3/default-base", "rope.frequencies/from-one"),
)
def plain_at_factor_one(impl: Impl, on: Setting, case: inputs.Extension) -> Iterator[Record]:
    """Frequencies against the plain table, numbers against what leaves them as they are."""
    dim, unit = case.dim, on.double
    plain = on.host(impl["rope.frequencies"](dim, base=case.base, **on.like))
    scale = plain * exact.weight(plain)
    options = inputs.configured(case, on) | {"factor": 1.0}
    for ramp in ("paper", "code"):
        found = impl["rope.yarn"](dim, ramp=ramp, beta_slow=case.slow, beta_fast=case.fast, **options)
        yield Gap(f"yarn, {ramp}", found, plain, scale)
    yield Gap("llama3", _llama3(impl, on, case, factor=1.0), plain, scale)
    like = {"factor": 1.0, "base": case.base, **on.like}
    yield Gap("linear", impl["rope.linear"](dim, **like), plain, scale)
    yield Gap("proportional", impl["rope.proportional"](dim, fraction=1.0, **like), plain, scale)
    yield Gap("longrope_scale", impl["rope.longrope_scale"](1.0, train_length=4096), 1.0, unit)
    yield Gap("yarn_softmax_scale", impl["rope.yarn_softmax_scale"](1.0), 1.0, unit)
    yield Gap("rebase", impl["rope.rebase"](case.base, factor=1.0), case.base, case.base * unit)
    yield Gap("ntk_base", impl["rope.ntk_base"](case.base, factor=1.0, dim=dim), case.base, case.base * unit)
    yield Gap("ntk_scale", impl["rope.ntk_scale"](1.0, dim=dim), 1.0, unit)
    yield Gap("yarn_scale", impl["rope.yarn_scale"](1.0), 1.0, unit)
    n = np.arange(0.0, 64.0)
    yield Gap("interpolate", impl["rope.interpolate"](on.array(n), factor=1.0), n, n)


@law(
    "rope.log_n_scale-definition",
    "log_n_scale is ln n / ln L, and clipped at least 1",
    source="rope D6",
    about=("rope.log_n_scale",),
    inputs=inputs.lengths,
    tolerance=Rounding(
        {"three logarithms, within 2u": 3 * 2, "two quotients": 2},
        "the rounding to the dtype is in the scale",
        calls=("log",),
    ),
    refutes=(
        "rope.log_n_scale/not-clipped",
        "rope.log_n_scale/inverted",
        "rope.log_n_scale/positions-for-lengths",
        "rope.log_n_scale/minimum",
        "rope.log_n_scale/root",
        "rope.log_n_scale/quotient-inverted",
        "rope.log_n_scale/logarithm-of-the-ratio",
        "rope.log_n_scale/fixed-length",
    ),
)
def log_n_definition(impl: Impl, on: Setting, case: inputs.Lengths) -> Iterator[Record]:
    """Binary logarithms in float64; an eighth of the operations covers the one rounding to the dtype."""
    for label, array in (("integer n", case.whole), ("real n", case.real)):
        n = on.host(array)
        ratio = on.reals([on.math.log2(x) / on.math.log2(case.train_length) for x in n.tolist()])
        options = {"train_length": case.train_length, "dtype": on.dtype}
        found = impl["rope.log_n_scale"](array, clip=False, **options)
        yield Gap(f"{label}, unclipped", found, ratio, ratio * (1 / 8 + on.double))
        clipped = np.maximum(ratio, 1.0)
        found = impl["rope.log_n_scale"](array, **options)
        yield Gap(f"{label}, clipped", found, clipped, clipped * (1 / 8 + on.double))
        yield AtMost(f"{label}, at least 1", 1.0, found, on.double)


@law(
    "rope.defaults",
    "by default the base is 10000 (500000 for Llama 3), YaRN has the paper's ramp from 1 to 32 turns, and "
    "its other ramp rounded ends, Llama 3 has one from 1 to 4, proportional frequencies are undivided, pairs "
    "are interleaved, log n scaling is clipped, and real positions keep their dtype",
    source="rope D2, D3, D4, D5, D6, P1, P3, P5, P6",
    about=(
        "rope.frequencies",
        "rope.linear",
        "rope.longrope",
        "rope.proportional",
        "rope.sinusoidal",
        "rope.dynamic_ntk",
        "rope.yarn",
        "rope.llama3",
        "rope.rotate",
        "rope.attention_scores",
        "rope.interpolate",
        "rope.log_n_scale",
    ),
    inputs=inputs.defaults,
    tolerance=Exact("the same computation twice"),
    refutes=(
        "rope.yarn/code-by-default",
        "rope.rotate/layouts-swapped",
        "rope.interpolate/float32-by-default",
        "rope.log_n_scale/float32-by-default",
    ),
    kinds=("ordinary",),  # options that are left out: no number is drawn near another or far out
)
def defaults(impl: Impl, on: Setting, case: inputs.Defaults) -> Iterator[Record]:
    """Compares with the same options in words; the rotation of single features with its definition."""
    extended = {"train_length": case.train_length, "factor": case.factor, **on.like}
    yarn = {"ramp": "paper", "base": 10000.0, "beta_slow": 1.0, "beta_fast": 32.0}
    llama3 = {"base": 500000.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
    factors = {"short_factor": [1.0] * (case.dim // 2), "long_factor": [case.factor] * (case.dim // 2)}
    lists = {"dim": case.dim, "train_length": case.train_length, **factors, **on.like}
    n = on.array(np.arange(1, 4) * case.train_length)
    real = on.array(np.arange(1, 4) * float(case.train_length))
    for name, array, options, omitted in (
        ("rope.frequencies", case.dim, on.like, {"base": 10000.0}),
        ("rope.sinusoidal", n, {"dim": case.dim, "dtype": on.dtype}, {"base": 10000.0}),
        ("rope.dynamic_ntk", 2 * case.train_length, extended | {"dim": case.dim}, {"base": 10000.0}),
        ("rope.yarn", case.dim, extended, yarn),
        ("rope.yarn", case.dim, extended | {"ramp": "code"}, {"truncate": True}),
        ("rope.llama3", case.dim, extended, llama3),
        ("rope.linear", case.dim, {"factor": case.factor, **on.like}, {"base": 10000.0}),
        ("rope.proportional", case.dim, {"fraction": 0.5, **on.like}, {"base": 10000.0, "factor": 1.0}),
        ("rope.longrope", 2 * case.train_length, lists, {"base": 10000.0}),
        ("rope.log_n_scale", n, {"train_length": 2 * case.train_length, "dtype": on.dtype}, {"clip": True}),
        ("rope.log_n_scale", real, {"train_length": case.train_length + 1}, {"dtype": on.dtype}),
        # Tenths, lest quotients be numbers of float32 too.
        ("rope.interpolate", real, {"factor": case.factor + 0.7}, {"dtype": on.dtype}),
    ):
        expected = impl[name](array, **options, **omitted)
        yield Gap(name, impl[name](array, **options), on.host(expected), 0.0)
    x, quarter = on.array(np.asarray([[1.0, 0.0, 0.0, 0.0]])), on.array([[on.math.pi / 2, 0.0]])
    turned = on.host(impl["rope.rotate"](x, quarter))
    yield Same("features of pair 0", np.abs(turned) > 0.5, np.asarray([[False, True, False, False]]))
    p, omega = on.array(np.asarray([1])), on.array([on.math.pi / 2, 0.0])
    keys = on.array(np.eye(4))
    scores = on.host(impl["rope.attention_scores"](keys, x, on.array(np.zeros(4, dtype=np.int64)), p, omega))
    yield Same("score of pair 0", np.abs(scores[:, 0]) > 0.5, np.asarray([False, True, False, False]))
