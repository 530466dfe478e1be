"""How people get the CoSENT loss of embeddings wrong."""

from typing import Any

from ...._libraries import array_namespace as _xp
from ....matching import cosent_loss, cosent_loss_of_embeddings, cosine_similarity
from ...language.mistake import Mistake, MistakesOf
from . import mistakes_of_cosent as of_cosines

of_embeddings = MistakesOf("matching.cosent_loss_of_embeddings")


def _unit(x: Any) -> Any:
    xp = _xp(x)
    return x / xp.sqrt(xp.sum(x * x, axis=-1, keepdims=True))


@of_embeddings("dot", "Takes inner products: the embeddings are not normalised.")
def dot(u: Any, v: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return cosent_loss(_xp(u, v).sum(u * v, axis=-1), labels, scale=scale)


@of_embeddings("one-side", "Normalises the first matrix alone.")
def one_side(u: Any, v: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return cosent_loss(_xp(u, v).sum(_unit(u) * v, axis=-1), labels, scale=scale)


@of_embeddings("unscaled", "Forgets the scale: cosines differ by 2 at most, and the loss hardly pulls.")
def unscaled(u: Any, v: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return cosent_loss_of_embeddings(u, v, labels, scale=1.0)


@of_embeddings("reversed", "Takes y_i < y_j (or c_i − c_j): the loss rewards the wrong order.")
def reversed_order(u: Any, v: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return cosent_loss_of_embeddings(-u, v, labels, scale=scale)


@of_embeddings(
    "distance", "Takes ‖u − v‖ between the normalised rows for a similarity, with its sign changed."
)
def distance(u: Any, v: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    xp, gap = _xp(u, v), _unit(u) - _unit(v)
    return cosent_loss(-xp.sqrt(xp.sum(gap * gap, axis=-1)), labels, scale=scale)


@of_embeddings(
    "neighbouring-rows",
    "Puts one matrix below the other and takes neighbouring rows for pairs, as for texts that alternate.",
)
def neighbouring(u: Any, v: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    rows = _xp(u, v).concat([u, v])
    return cosent_loss_of_embeddings(rows[::2, :], rows[1::2, :], labels, scale=scale)


@of_embeddings("over-the-batch", "Normalises over the batch, axis 0, instead of the features.")
def over_the_batch(u: Any, v: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    xp = _xp(u, v)
    first, second = (x / xp.sqrt(xp.sum(x * x, axis=0, keepdims=True)) for x in (u, v))
    return cosent_loss(xp.sum(first * second, axis=-1), labels, scale=scale)


@of_embeddings("temperature", "Divides by the scale, which is the inverse of a temperature.")
def temperature(u: Any, v: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
    return cosent_loss_of_embeddings(u, v, labels, scale=1 / scale)


def _of_cosines(mistaken: Mistake) -> Any:
    def loss(u: Any, v: Any, labels: Any, /, *, scale: float = 20.0) -> Any:
        return mistaken.replacement(cosine_similarity(u, v), labels, scale=scale)

    return loss


ties_count = of_embeddings("ties-count", "Writes ≥ instead of >: pairs of equal label are pushed apart.")(
    _of_cosines(of_cosines.loss_ties_count)
)
no_one = of_embeddings("no-one", "Leaves out the 1 +: the loss of a perfect order falls without end.")(
    _of_cosines(of_cosines.loss_no_one)
)
mean = of_embeddings("mean", "Averages over the ordered pairs, as losses usually do.")(
    _of_cosines(of_cosines.loss_mean)
)
