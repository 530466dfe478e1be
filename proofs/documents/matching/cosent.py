"""Laws of the CoSENT loss."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from ....backends import Setting
from ...language import complex_step
from ...language.law import AtMost, Gap, Impl, Record, Rounding, Same, law
from . import inputs
from .exact import cosent

_EXPONENTS = {"difference, product, two shifts": 4, "product and sum": 2, "logarithm": 1, "expectation": 1}
"""An exponent on Σ w|x|, a level of the sums, and what follows; the exponentials are calls."""
_ONE = Rounding(_EXPONENTS, calls=("exp",))
_BOTH = Rounding({"a side of cosent-definition": 2 * 8}, calls=("exp", "exp"))


@law(
    "matching.cosent-definition",
    "cosent_loss and cosent_loss_pairwise are log(1 + Σ_{y_i>y_j} exp(scale·(c_j − c_i)))",
    source="matching D2",
    about=("matching.cosent_loss", "matching.cosent_loss_pairwise"),
    inputs=inputs.scored_pairs,
    tolerance=_ONE,
    refutes=(
        "matching.cosent_loss/reversed",
        "matching.cosent_loss/no-one",
        "matching.cosent_loss/scaled-twice",
        "matching.cosent_loss/scale-outside",
        "matching.cosent_loss/mean",
        "matching.cosent_loss/one-shift",
        "matching.cosent_loss/log-of-sum",
        "matching.cosent_loss/next-grade-only",
        "matching.cosent_loss_pairwise/ties-count",
        "matching.cosent_loss/temperature",
        "matching.cosent_loss/masked-with-zero",
        "matching.cosent_loss/sum-of-logs",
        "matching.cosent_loss/hinge",
        "matching.cosent_loss/all-pairs-of-texts",
        "matching.cosent_loss_pairwise/reversed",
        "matching.cosent_loss_pairwise/each-once",
    ),
)
def cosent_definition(impl: Impl, on: Setting, case: inputs.ScoredPairs) -> Iterator[Record]:
    """Compares with the sum over all pairs in decimals."""
    exact = cosent(on.host(case.cosines), on.host(case.labels), case.scale)
    for name in ("matching.cosent_loss", "matching.cosent_loss_pairwise"):
        loss = impl[name](case.cosines, case.labels, scale=case.scale)
        yield Gap(name, loss, np.asarray(exact.loss), exact.loss_scale)


@law(
    "matching.cosent-pairwise",
    "cosent_loss equals its pairwise form, ties included, and is 0 where no two labels differ",
    source="matching C1",
    about=("matching.cosent_loss", "matching.cosent_loss_pairwise"),
    inputs=inputs.scored_pairs,
    tolerance=_BOTH,
    refutes=("matching.cosent_loss/ties-count", "matching.cosent_loss_pairwise/no-one"),
)
def cosent_pairwise(impl: Impl, on: Setting, case: inputs.ScoredPairs) -> Iterator[Record]:
    """Compares the two forms, also for equal labels and single pairs, and with the default scale."""
    loss, pairwise = impl["matching.cosent_loss"], impl["matching.cosent_loss_pairwise"]
    given = {} if case.scale == 20.0 else {"scale": case.scale}
    size = cosent(on.host(case.cosines), on.host(case.labels), case.scale).loss_scale
    first, second = (form(case.cosines, case.labels, **given) for form in (loss, pairwise))
    yield Gap("sorted and pairwise", first, second, size)
    equal = on.xp.zeros_like(case.labels)
    for form in (loss, pairwise):
        yield Same("equal labels", on.host(form(case.cosines, equal, **given)), np.asarray(0.0))
        for n in range(min(2, case.labels.shape[0] + 1)):
            found = form(case.cosines[:n], case.labels[:n], **given)
            yield Same(f"{n} pairs", on.host(found), np.asarray(0.0))


@law(
    "matching.cosent-limit",
    "0 ≤ loss/s − max(0, g) ≤ log(1 + P)/s for the largest gap g among P ordered pairs",
    source="matching C2",
    about=("matching.cosent_loss",),
    inputs=inputs.scored_pairs,
    tolerance=Rounding(_EXPONENTS | {"two sums of the bound": 2}, calls=("exp", "log1p")),
    refutes=("matching.cosent_loss/scale-outside", "matching.cosent_loss/ties-count"),
)
def cosent_limit(impl: Impl, on: Setting, case: inputs.ScoredPairs) -> Iterator[Record]:
    """Finds the largest gap by comparing all pairs."""
    exact = cosent(on.host(case.cosines), on.host(case.labels), case.scale)
    loss = impl["matching.cosent_loss"](case.cosines, case.labels, scale=case.scale)
    scaled = on.number(on.host(loss)) / case.scale
    gap, size = max(0.0, exact.gap), exact.loss_scale / case.scale
    yield AtMost("at least the largest gap", gap, scaled, size)
    yield AtMost("at most log(1+P)/s more", scaled, gap + on.math.log1p(exact.ordered) / case.scale, size)


@law(
    "matching.cosent-invariances",
    "the loss ignores the order of the pairs, a constant added to all cosines, and how labels are named",
    source="matching C3",
    stands="what the loss does not depend on, whatever its formula",
    about=("matching.cosent_loss", "matching.cosent_gradient"),
    inputs=inputs.moved_pairs,
    tolerance=_BOTH,
    refutes=(
        "matching.cosent_loss/label-gaps",
        "matching.cosent_gradient/sorted-order",
    ),
)
def cosent_invariances(impl: Impl, on: Setting, case: inputs.MovedPairs) -> Iterator[Record]:
    """Moves pairs, cosines and labels, one after the other."""
    cosines, labels, order = on.host(case.cosines), on.host(case.labels), on.host(case.order)
    exact = cosent(cosines, labels, case.scale, partial(_BOTH.exponential, setting=on))
    moved = {
        "permuted": (on.array(cosines[order]), on.array(labels[order])),
        "shifted": (on.array(cosines + case.shift), case.labels),
        "relabelled": (case.cosines, case.relabelled),
    }
    loss = impl["matching.cosent_loss"](case.cosines, case.labels, scale=case.scale)
    gradient = on.host(impl["matching.cosent_gradient"](case.cosines, case.labels, scale=case.scale))
    for label, (c, y) in moved.items():
        yield Gap(label, impl["matching.cosent_loss"](c, y, scale=case.scale), loss, exact.loss_scale)
    there = impl["matching.cosent_gradient"](*moved["permuted"], scale=case.scale)
    yield Gap("gradient, permuted", there, gradient[order], exact.gradient_scale[order])


@law(
    "matching.cosent_gradient-definition",
    "cosent_gradient is scale·(Σ_{y_i>y_k} e^{s(c_k−c_i)} − Σ_{y_j<y_k} e^{s(c_j−c_k)}) / e^loss",
    source="matching D3",
    about=("matching.cosent_gradient",),
    inputs=inputs.scored_pairs,
    tolerance=_ONE,
    refutes=(
        "matching.cosent_gradient/descent",
        "matching.cosent_gradient/unscaled",
        "matching.cosent_gradient/no-one",
        "matching.cosent_gradient/upper-half",
        "matching.cosent_gradient/of-the-sum",
    ),
)
def cosent_gradient_definition(impl: Impl, on: Setting, case: inputs.ScoredPairs) -> Iterator[Record]:
    """Compares with the sums over all pairs in decimals, also at the default scale."""
    exact = cosent(
        on.host(case.cosines), on.host(case.labels), case.scale, partial(_ONE.exponential, setting=on)
    )
    given = {} if case.scale == 20.0 else {"scale": case.scale}
    gradient = impl["matching.cosent_gradient"](case.cosines, case.labels, **given)
    yield Gap("gradient", gradient, exact.gradient, exact.gradient_scale)


@law(
    "matching.cosent_gradient-derivative",
    "cosent_gradient is the derivative of the loss, and its entries sum to 0",
    source="matching C3",
    stands="that formula and loss belong together; the definition compares the formula alone",
    about=("matching.cosent_gradient",),
    inputs=inputs.scored_pairs,
    tolerance=_BOTH,
    refutes=("matching.cosent_gradient/half", "matching.cosent_gradient/unscaled"),
)
def cosent_gradient_derivative(impl: Impl, on: Setting, case: inputs.ScoredPairs) -> Iterator[Record]:
    """Differentiates the definition by an imaginary step, which involves no difference of losses."""
    cosines, labels = on.host(case.cosines), on.host(case.labels)
    exact = cosent(cosines, labels, case.scale, partial(_BOTH.exponential, setting=on))
    gradient = impl["matching.cosent_gradient"](case.cosines, case.labels, scale=case.scale)
    higher, lower = np.nonzero(labels[:, None] > labels[None, :])
    # The square of the step, the relative error, is below every u.
    step, unit = complex_step.step(cosines, 2.0**-30 / case.scale)
    steps = np.eye(len(cosines))
    real = case.scale * (cosines[lower] - cosines[higher])
    varied = step * (case.scale * (steps[:, lower] - steps[:, higher]))
    shift = max(0.0, on.number(np.max(real, initial=0.0)))
    total = np.exp(-shift) + np.sum(np.exp(real - shift + varied), axis=1)
    yield Gap("derivative", gradient, np.log(total).imag / unit, exact.gradient_scale)
    yield Gap("sum", on.number(np.sum(on.host(gradient))), 0.0, on.number(np.sum(exact.gradient_scale)))
