"""The diagnosis names what wrong functions in ordinary code are, and nothing where nothing is known."""

import math
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg

from refimpl import backends, ddpm, density, proofs, residual, rope
from refimpl.backends import Setting
from refimpl.proofs.auditing.constants import recognised
from refimpl.proofs.auditing.diagnosis import explain
from refimpl.proofs.auditing.messages import Diagnosis, Explain
from refimpl.proofs.auditing.observed import spreads
from refimpl.proofs.auditing.slips import slips
from refimpl.proofs.engine import registry
from refimpl.proofs.engine.calls import Call
from refimpl.proofs.language.law import NotApplicableError

ON = Setting.of(backends.get("numpy"))


def said(name: str, function: Callable[..., Any], adapter: str = "") -> Diagnosis:
    with np.errstate(all="ignore"):
        return explain(Explain(name), function, adapter and f"{name}/{adapter}", ON, 0)


def test_adapters_under_which_arguments_spread_are_left_out() -> None:
    """An adapter that passes an axis more would make a matrix of 2¹³ by 2¹³ numbers of a call of 2¹³."""
    sizes = (1, 3, 8192)
    made = [Call((np.ones((n, 1)), np.ones((n, 1))), {}, "", "ordinary") for n in sizes]
    largest: list[int] = []

    def spread(x: Any, y: Any) -> Any:
        largest.append(x.size)
        return x * y[:64, 0] if x.size > 64 else x * y

    references = [x * y for x, y in (call.args for call in made)]
    assert spreads(spread, made, references)
    assert not spreads(lambda x, y: x - y, made, references)
    assert not spreads(lambda x, y: (x / 0, x, y), made, references)
    assert largest == [1, 3, 8192]


def softmax(log_weights: Any) -> Any:
    weights = np.exp(log_weights - log_weights.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


def norm(x: Any, gamma: Any = None, beta: Any = None, *, eps: float = 1e-5) -> Any:
    y = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + eps)
    return (y if gamma is None else y * gamma) + (0 if beta is None else beta)


def frequencies(dim: int, base: float = 10000.0) -> Any:
    return base ** (-np.arange(0, dim, 2) / dim)


def cosine(u: Any, v: Any) -> Any:
    return np.sum(u * v, -1) / (np.linalg.norm(u, axis=-1) * np.linalg.norm(v, axis=-1))


def std(fan_in: int, fan_out: int, *, mode: str = "forward", activation: str = "linear") -> float:
    n = {"forward": fan_in, "backward": fan_out, "xavier": (fan_in + fan_out) / 2}[mode]
    return (2 if activation == "relu" else 1) / n


MASK = "argmaxable.mask_scores"
WRONG: list[tuple[str, Callable[..., Any], str]] = [
    ("rope.rotate", lambda x, a: 0.5 * rope.rotate(x, a), "1/2 times what is expected"),
    ("rope.rotate", lambda x, a: rope.rotate(x, a)[..., ::-1], "last axis reversed"),
    (
        "density.normalized_weights",
        lambda w: softmax(w) * w.shape[-1],
        "n times what is expected, n the size",
    ),
    ("density.normalized_weights", lambda w: np.sqrt(softmax(w)), "square root of what is expected"),
    ("density.normalized_weights", lambda w: softmax(w).cumsum(-1), "running sums"),
    ("density.normalized_weights", lambda w: 1 - softmax(w), "one minus what is expected"),
    ("rope.ntk_base", lambda base, *, factor, dim: base, "gives base, one of its arguments"),
    ("rope.yarn_scale", lambda factor: 1.0, "gives 1 whatever"),
    (
        "rope.dynamic_ntk",
        lambda length, *, dim, train_length, factor, base=10000.0, **like: rope.frequencies(
            dim, base=base, **like
        ),
        "gives what rope.frequencies gives|always-plain",
    ),
    (
        "residual.init_variance",
        lambda n, m, *, mode="forward", activation="linear": std(
            n, m, mode="forward" if mode == "xavier" else mode, activation=activation
        ),
        "mode='forward' where mode='xavier'",
    ),
    (
        "residual.init_variance",
        lambda n, m, *, mode="forward", activation="linear": (
            std(n, m, mode=mode, activation=activation) * (1.5 if mode == "xavier" else 1)
        ),
        "xavier.{0,60}3/2 times|xavier-three",
    ),
    ("rope.angles", lambda p, f: np.asarray(p)[..., None] * f * np.pi / 180, "degrees|π/180"),
    ("ddpm.snr", lambda schedule: np.minimum(ddpm.snr(schedule), 1000.0), "but no more than 1000"),
    (
        "density.discretized_logistic_log_probability",
        lambda x, mean, log_scale, levels=256: np.maximum(
            density.discretized_logistic_log_probability(x, mean, log_scale, levels=levels), math.log(1e-12)
        ),
        "but no less than −27.631, the logarithm of 1e-12",
    ),
    (MASK, lambda scores, allowed: np.where(allowed, scores, -1e9), "but −1e9 in the place of −∞"),
    (MASK, lambda scores, allowed: scores + (1.0 - allowed) * -1e9, "but −1e9 in the place of −∞"),
    (
        MASK,
        lambda scores, allowed: np.where(allowed, scores, np.finfo(scores.dtype).min),
        "but the least number of float64 in the place of −∞",
    ),
    (MASK, lambda scores, allowed: scores + (1.0 - allowed) * -np.inf, "times-infinity"),
]


@pytest.mark.parametrize(
    ("name", "function", "text"), WRONG, ids=lambda part: part if isinstance(part, str) else ""
)
def test_cause_is_named(name: str, function: Callable[..., Any], text: str) -> None:
    found = said(name, function)
    assert re.search(text, found.cause), found.sentences
    assert found.cause in " ".join(found.sentences)


def test_a_mask_that_is_added_in_logarithms_is_no_other_mistake() -> None:
    """It is NaN at a banned score of +∞ alone; the known mistake, wherever a score is allowed."""
    found = said(MASK, lambda scores, allowed: scores + np.log(1.0 * allowed))
    assert "it gives NaN where infinities are expected" in found.sentences[0]


def noise(name: str, relative: float) -> Callable[..., Any]:
    """The reference with every entry off by a random share, the same for the same arguments."""
    module, _, function = name.partition(".")
    reference = getattr({"rope": rope, "residual": residual, "ddpm": ddpm}[module], function)

    def noisy(*args: Any, **kwargs: Any) -> Any:
        result = reference(*args, **kwargs)
        seed = abs(hash(np.asarray(result).tobytes())) % 2**32
        return result * (1 + relative * np.random.default_rng(seed).normal(size=np.shape(result)))

    return noisy


SHORT = [("residual.layer_norm", 0.3), ("rope.rotation_matrix", 1e-6)]
"""The noises that are not left to the long tests."""

NOISES = [
    pytest.param(name, relative, marks=[] if (name, relative) in SHORT else pytest.mark.long)
    for name in ("rope.rotate", "residual.layer_norm", "rope.rotation_matrix")
    for relative in (0.3, 1e-3, 1e-6)
]


@pytest.mark.parametrize(("name", "relative"), NOISES)
def test_noise_has_no_cause(name: str, relative: float) -> None:
    found = said(name, noise(name, relative))
    assert not found.mistakes
    assert not re.search(r"equals the reference|your function gives", found.cause), found.sentences


def test_a_grid_that_is_made_in_single_precision_is_told_so() -> None:
    """Its ends, and the zero behind them, are right in any format."""

    def grid(steps: int, low: float, high: float, rho: float = 7.0) -> Any:
        ramp = np.linspace(0, 1, steps, dtype=np.float32)
        first, last = np.float32(high ** (1 / rho)), np.float32(low ** (1 / rho))
        return np.append((first + ramp * (last - first)) ** np.float32(rho), np.float32(0))

    options: Any = {"adapter": "levels", "isolated": False}
    [found] = proofs.audit({"flow.karras_sigmas": grid}, **options).diagnoses
    assert "its results are numbers of float32" in found.cause


def test_nan_alone_is_no_evidence_of_what_was_guessed() -> None:
    """The exponential of a schedule would give NaN as well; what is wrong is that t is counted from 1."""

    def step(x: Any, eps: Any, z: Any, betas: Any, t: int, s: int, eta: float = 0.0) -> Any:
        signal = np.concatenate([[1.0], np.cumprod(1 - betas)])
        a, b = signal[t], signal[s]
        width = eta * np.sqrt((1 - b) / (1 - a) * (1 - a / b))
        return np.sqrt(b / a) * (x - np.sqrt(1 - a) * eps) + np.sqrt(1 - b - width**2) * eps + width * z

    found = said("ddpm.ddim_step", step, "ho")
    assert "equals the reference" not in found.cause, found.sentences
    assert any("NaN" in sentence for sentence in found.sentences)


@pytest.mark.parametrize("name", ["residual.rms_norm", "density.normalized_weights", "rope.rotate"])
def test_nothing_but_nan_is_told_so(name: str) -> None:
    """Mistakes that give NaN as well, or give infinities at some calls, are no cause, and no argument is
    ignored for all that NaN shows."""

    def nothing(*args: Any, **kwargs: Any) -> Any:
        return np.full_like(registry.reference()[name](*args, **kwargs), np.nan)

    found = said(name, nothing)
    assert not found.mistakes
    assert not found.cause
    assert "it gives NaN at" in found.sentences[0]


def test_nothing_but_infinity_is_told_so() -> None:
    def infinite(log_w: Any, mask: Any) -> Any:
        return np.full(log_w.shape[:-1], np.inf)

    found = said("density.masked_importance_bound", infinite)
    assert not found.mistakes
    assert found.cause == "it ignores log_w and mask: the result does not depend on them"


def _root_mean_square(x: Any, gamma: Any = None, eps: float = 1e-6) -> Any:
    normed = x / np.sqrt(np.mean(np.square(x, dtype=np.float64), axis=-1, keepdims=True) + eps)
    return normed if gamma is None else gamma * normed


@pytest.mark.parametrize("factor", [1.0, 1.5])
def test_another_dtype_is_the_cause_where_there_is_no_other(factor: float) -> None:
    """NumPy widens what meets an array of float64."""

    def norm(x: Any, gamma: Any = None, eps: float = 1e-6) -> Any:
        return factor * _root_mean_square(x, gamma, eps)

    on = Setting.of(backends.get("numpy"), "float32")
    with np.errstate(all="ignore"):
        found = explain(Explain("residual.rms_norm"), norm, "", on, 0)
    told = "it gives float64 for float32 arguments, at all "
    assert found.cause.startswith(told)
    assert ("your function gives 3/2 times what is expected" in found.cause) == (factor != 1)


def test_right_but_imprecise_function_has_no_cause() -> None:
    def angles(positions: Any, table: Any) -> Any:
        product = np.asarray(positions)[..., None] * table
        return (product + 1e4) - 1e4  # twelve digits go

    found = said("rope.angles", angles)
    assert not found.mistakes
    assert not found.cause, found.sentences


def fid(mean1: Any, cov1: Any, mean2: Any, cov2: Any) -> Any:
    """As a paper's code has it, for one pair of Gaussians; where covariances are singular, half of the digits
    are lost, and a number may become complex."""
    root = scipy.linalg.sqrtm(cov1.dot(cov2))
    apart = mean1 - mean2
    return apart.dot(apart) + np.trace(cov1) + np.trace(cov2) - 2 * np.trace(np.real(root))


def fid_of_features(x: Any, y: Any) -> Any:
    cov1, cov2 = np.atleast_2d(np.cov(x, rowvar=False)), np.atleast_2d(np.cov(y, rowvar=False))
    roots = np.sqrt(np.linalg.eigvals(cov1 @ cov2).astype(complex)).real.sum()
    return ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(cov1) + np.trace(cov2) - 2 * roots


def cosine_betas(steps: int, offset: float = 0.008) -> Any:
    """As a sampler has it; the quotients lose digits where many steps make them nearly 1."""
    t = np.linspace(0, steps, steps + 1)
    signal = np.cos((t / steps + offset) / (1 + offset) * math.pi / 2) ** 2
    signal = signal / signal[0]
    return np.clip(1 - signal[1:] / signal[:-1], 0, 0.999)


def cosine_betas_in_torch(steps: int, offset: float = 0.008, lost: float = 0.0) -> Any:
    torch = pytest.importorskip("torch")
    t = torch.linspace(0, steps, steps + 1, dtype=torch.float64)
    signal = torch.cos((t / steps + offset) / (1 + offset) * math.pi / 2) ** 2
    signal = (signal + lost) - lost
    signal = signal / signal[0]
    return torch.clip(1 - signal[1:] / signal[:-1], 0, 0.999)


def test_an_array_in_the_place_of_a_schedule_is_another_convention() -> None:
    found = said("ddpm.cosine_schedule", cosine_betas)
    assert found.right
    assert found.adapter == "ddpm.cosine_schedule/ho"
    assert "but loses digits there" in found.cause


@pytest.mark.parametrize(
    ("off", "lost", "verdict"), [(0.0, 0.0, "imprecise"), (0.0, 1e3, "imprecise"), (1e-9, 0.0, "refuted")]
)
def test_code_that_names_its_own_format_is_run_in_a_narrower_one(
    off: float, lost: float, verdict: str
) -> None:
    """In float64, which has no wider format in torch, and without arguments that could be narrower, or be
    rounded first, which a loss of digits at ordinary calls might look like."""
    pytest.importorskip("torch")

    def mine(steps: int, offset: float = 0.008) -> Any:
        return cosine_betas_in_torch(steps, offset, lost) * (1 + off)

    report = proofs.audit(
        {"ddpm.cosine_schedule": mine}, adapter="ho", backend="torch", isolated=False, laws=["*-definition"]
    )
    assert report.verdict == verdict


@pytest.mark.filterwarnings("ignore:Matrix is singular")
@pytest.mark.parametrize(
    ("name", "function", "adapter"),
    [
        ("transport.frechet_distance", fid, "rows"),
        ("transport.frechet_feature_distance", fid_of_features, "one-pair"),
    ],
)
def test_right_in_another_convention_where_digits_are_lost(
    name: str, function: Callable[..., Any], adapter: str
) -> None:
    other = said(name, function)
    assert other.right
    assert "right for single rows, but loses digits there" in other.cause
    report = proofs.audit({name: function}, adapter=adapter, isolated=False, examples=20)
    assert report.verdict == "imprecise"


def kl_of_one(mean1: Any, cov1: Any, mean2: Any, cov2: Any) -> Any:
    d, inverse = mean2 - mean1, np.linalg.inv(cov2)
    log_ratio = np.log(np.linalg.det(cov2) / np.linalg.det(cov1))
    return 0.5 * (np.trace(inverse @ cov1) + d @ inverse @ d - len(d) + log_ratio)


def sorted_apart(x: Any, y: Any) -> Any:
    return np.abs(np.sort(x) - np.sort(y)).mean()


def cosine_of_one(u: Any, v: Any) -> Any:
    return np.dot(u, v) / (np.linalg.norm(u) * np.linalg.norm(v))


def kish(weights: Any) -> Any:
    share = weights / weights.sum()
    return 1 / (share**2).sum()


def turned_one_by_one(x: Any, theta: Any) -> Any:
    out = np.empty_like(x)
    for i, t in enumerate(theta):
        a, b = x[2 * i], x[2 * i + 1]
        out[2 * i] = a * math.cos(t) - b * math.sin(t)
        out[2 * i + 1] = a * math.sin(t) + b * math.cos(t)
    return out


@pytest.mark.parametrize(
    ("name", "function", "adapters", "but"),
    [
        ("density.normal_kl_full", kl_of_one, (), "right for single rows: "),
        ("rope.rotate", turned_one_by_one, (), "right for single rows: "),
        ("transport.wasserstein_1d", sorted_apart, (), "right for single rows, except at edges"),
        ("matching.cosine_similarity", cosine_of_one, (), "right for single rows, but loses digits"),
        ("density.effective_sample_size", kish, ("weights",), "right in another convention: "),
    ],
)
def test_functions_of_one_row_are_right(
    name: str, function: Callable[..., Any], adapters: tuple[str, ...], but: str
) -> None:
    found = said(name, function)
    assert found.right
    assert but in found.cause
    assert found.cause.endswith("".join(f" --adapter {it}" for it in (*adapters, "rows")) + ".")
    report = proofs.audit({name: function}, adapter=[*adapters, "rows"], isolated=False, examples=9)
    assert report.verdict in ("held", "edge", "imprecise")


def test_mistakes_of_functions_of_one_row_are_named() -> None:
    def bound(log_w: Any) -> Any:
        top = max(log_w)
        return top + math.log(sum(math.exp(w - top) for w in log_w))

    found = said("density.importance_bound", bound)
    assert not found.right
    assert found.mistakes == ("density.importance_bound/missing-log-count",)
    assert found.cause.startswith("called for each row alone (as with --adapter rows), your function equals")


def test_results_that_are_alike_by_chance_do_not_ignore_an_argument() -> None:
    def recall(scores: Any, relevant: Any, k: int) -> Any:  # counts documents that were not retrieved
        top = np.argsort(-scores, axis=-1)[..., :k]
        return np.take_along_axis(relevant, top, -1).sum(-1) / relevant.sum(-1)

    assert "ignores" not in " ".join(said("matching.recall_at_k", recall).sentences)


def test_wrong_in_every_convention() -> None:
    def without_root(mean1: Any, cov1: Any, mean2: Any, cov2: Any) -> Any:
        apart = mean1 - mean2
        return apart.dot(apart) + np.trace(cov1) + np.trace(cov2) - 2 * np.trace(cov1.dot(cov2))

    assert not said("transport.frechet_distance", without_root).right


def test_constants_have_names() -> None:
    assert recognised(np.sqrt(2) * (1 + 1e-9)) == (np.sqrt(2), "√2")
    assert recognised(0.5) == (0.5, "1/2")
    assert recognised(1e-6) == (1e-6, "1e-6")
    assert recognised(0.123456789) is None


def test_slips_are_programs_that_are_not_the_reference() -> None:
    x, angles = np.asarray([[1.0, 2.0]]), np.asarray([[0.5]])
    expected = rope.rotate(x, angles)
    others = 0
    for slip in slips("rope.rotate"):
        try:
            others += bool(np.any(np.asarray(slip.function(x, angles)) != expected))
        except Exception:  # what it changed must be there
            continue
    assert others >= 20


def test_a_function_that_remembers_its_calls_is_told_so() -> None:
    before = [0.0]

    def mine(length: float, /, **given: Any) -> Any:
        last, before[0] = before[0], length / given["train_length"]
        return rope.dynamic_ntk(max(length, min(last, 2.0) * given["train_length"]), **given)

    report = proofs.audit(
        {"rope.dynamic_ntk": mine}, laws=("rope.dynamic_ntk-*",), examples=8, isolated=False
    )
    assert "depends on the calls before" in str(report).splitlines()[0]


def test_a_function_of_chance_is_told_so() -> None:
    rng = np.random.default_rng(0)

    def mine(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
        return rope.rotate(x, angles, layout=layout) * (1 + 0.1 * rng.random())

    report = proofs.audit({"rope.rotate": mine}, laws=("rope.norm-kept",), examples=6, isolated=False)
    assert "when it is made again" in str(report).splitlines()[0]


def log_of_one_and_sum(exponents: Any) -> Any:
    top = np.maximum(exponents.max(initial=0), 0)
    return top + np.log1p(np.exp(exponents - top).sum() + np.expm1(-top))


def test_a_mistake_that_takes_back_an_adapter_explains_nothing() -> None:
    """Under the adapter of temperatures a right function is the reference with temperatures confused."""

    def mine(cosines: Any, labels: Any, scale: float = 20.0) -> Any:
        gaps = scale * (cosines[None, :] - cosines[:, None])
        return log_of_one_and_sum(gaps - (labels[:, None] <= labels[None, :]) * 1e4)

    diagnosis = said("matching.cosent_loss", mine)
    assert diagnosis.mistakes == ()
    assert "temperature" not in str(diagnosis.sentences)


@pytest.mark.parametrize("dtype", ["float64", "float16", "bfloat16"])
def test_an_unbiased_variance_is_the_only_cause(dtype: str) -> None:
    """Of a single number it has no value, in libraries and so in the known mistake."""

    def mine(x: Any, gamma: Any = None, beta: Any = None, *, eps: float = 1e-5) -> Any:
        wide = x.astype(np.float64)
        y = (wide - wide.mean(-1, keepdims=True)) / np.sqrt(wide.var(-1, keepdims=True, ddof=1) + eps)
        y = y if gamma is None else y * gamma.astype(np.float64)
        return (y if beta is None else y + beta.astype(np.float64)).astype(x.dtype)

    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        on = Setting.of(backends.get("numpy"), dtype)
        diagnosis = explain(Explain("residual.layer_norm"), mine, "", on, 0)
    assert diagnosis.mistakes == ("residual.layer_norm/unbiased-variance",)
    assert len(diagnosis.sentences) == 1


def yarn_of_a_library(
    dim: int, *, train_length: float, factor: float, base: float = 10000.0, ramp: str = "paper",
    beta_slow: float = 1.0, beta_fast: float = 32.0, truncate: bool = True, **_: Any,
) -> Any:  # fmt: skip
    """The ramp of the common code, upside down; and its last index is at most d/2 − 1, not d − 1."""
    if ramp != "code":
        raise NotApplicableError(f"ramp={ramp!r}")
    first, last = (
        dim * math.log(train_length / (turns * 2 * math.pi)) / (2 * math.log(base))
        for turns in (beta_fast, beta_slow)
    )
    if truncate:
        first, last = math.floor(first), math.ceil(last)
    first, last = max(first, 0), min(last, dim // 2 - 1)
    kept = np.clip((np.arange(dim // 2) - first) / (last - first or 1e-3), 0, 1)
    return (frequencies(dim, base) * (kept + (1 - kept) / factor)).astype(np.float32)


def test_a_mistake_that_changes_nothing_is_not_one_of_two() -> None:
    """One mistake explains most calls, and no second one the others: it is told alone, as of most."""
    on = Setting.of(backends.get("numpy"), "float32")
    diagnosis = explain(Explain("rope.yarn"), yarn_of_a_library, "", on, 0)
    assert diagnosis.mistakes == ("rope.yarn/ramp-inverted",)
    assert "mostly" in diagnosis.cause
