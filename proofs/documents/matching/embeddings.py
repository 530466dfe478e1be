"""Laws of the CoSENT loss of embeddings."""

from collections.abc import Iterator
from dataclasses import dataclass

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ....backends import Precision, Setting
from ...language import inputs
from ...language.law import Gap, Impl, Kind, Record, Rounding, Same, law
from .cosines import cosine_of
from .exact import cosent
from .inputs import shuffled_labels


@dataclass(frozen=True, slots=True)
class EmbeddedPairs:
    """Embeddings u, v (n, d), labels (n,) and a scale; cancellation: nearly parallel pairs;
    extreme: of unlike lengths, with a zero vector, or at a large scale."""

    u: Array
    v: Array
    labels: Array
    scale: float


@inputs.composite
def embedded_pairs(draw: inputs.Draw, p: Precision, kind: Kind) -> EmbeddedPairs:
    (n, d), rng = draw(st.sampled_from([(5, 3), (4, 2), (7, 4)])), inputs.generator(draw)
    u, v = rng.standard_normal((2, n, d))
    scale = 20.0
    if kind == "cancellation":
        v, scale = u + 2.0**-4 * v, draw(st.sampled_from([1.0, 20.0]))
    if kind == "extreme":
        u, v = (x * 2.0 ** rng.integers(-6, 7, (n, 1)) for x in (u, v))
        scale = draw(st.sampled_from([20.0, min(1000.0, p.largest / 64)]))
        if draw(st.booleans()):
            u[0], scale = 0, 1.0
    u, v = (inputs.rounded(x, p) for x in (u, v))
    return EmbeddedPairs(u, v, shuffled_labels(draw, n, p), scale)


@law(
    "matching.cosent_loss_of_embeddings-definition",
    "cosent_loss_of_embeddings is the CoSENT loss of the cosines of the rows, NaN where one is zero",
    source="matching P5",
    about=("matching.cosent_loss_of_embeddings",),
    inputs=embedded_pairs,
    tolerance=Rounding(
        {"a side of cosent-definition": 8},
        "the scale has an eighth of the errors of cosines, scale times for each pair that they are in: d + 4 "
        "roundings of inner product and norms, and one of the expectation",
        calls=("exp",),
    ),
    refutes=(
        "matching.cosent_loss_of_embeddings/dot",
        "matching.cosent_loss_of_embeddings/one-side",
        "matching.cosent_loss_of_embeddings/unscaled",
        "matching.cosent_loss_of_embeddings/reversed",
        "matching.cosent_loss_of_embeddings/distance",
        "matching.cosent_loss_of_embeddings/neighbouring-rows",
        "matching.cosent_loss_of_embeddings/over-the-batch",
        "matching.cosent_loss_of_embeddings/ties-count",
        "matching.cosent_loss_of_embeddings/no-one",
        "matching.cosent_loss_of_embeddings/mean",
        "matching.cosent_loss_of_embeddings/temperature",
    ),
)
def embeddings_definition(impl: Impl, on: Setting, case: EmbeddedPairs) -> Iterator[Record]:
    """Cosines in decimals, and all pairs of pairs."""
    u, v, labels = (on.host(x) for x in (case.u, case.v, case.labels))
    options = {} if case.scale == 20 else {"scale": case.scale}
    given = impl["matching.cosent_loss_of_embeddings"](case.u, case.v, case.labels, **options)
    if np.all(labels == labels[0]):
        yield Same("equal labels", on.host(given), np.asarray(0.0))
        return
    if not np.all(np.any(u != 0, axis=-1)):
        yield Same("undefined", np.isnan(on.host(given)), np.asarray(True))
        return
    found = [cosine_of(a, b) for a, b in zip(u, v, strict=True)]
    cosines, sizes = (on.reals([pair[part] for pair in found]) for part in (0, 1))
    exact = cosent(cosines, labels, case.scale)
    scale = exact.loss_scale
    for i, j in zip(*np.nonzero(labels[:, None] > labels[None, :]), strict=True):
        weight = on.math.exp(case.scale * (cosines[j] - cosines[i]) - exact.loss)
        scale += case.scale / 8 * weight * (2 * (u.shape[-1] + 4) * (sizes[i] + sizes[j]) + 2)
    yield Gap("loss", given, np.asarray(exact.loss), scale)
