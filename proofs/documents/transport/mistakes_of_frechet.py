"""How people get Fréchet distances wrong, of statistics and of features."""

from typing import Any

from .... import transport
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf
from .mistakes_of_gaussian import _bures, _eye, _root, _shift, _trace

of_frechet_distance = MistakesOf("transport.frechet_distance")
of_frechet_feature_distance = MistakesOf("transport.frechet_feature_distance")


@of_frechet_distance("rooted", "Returns W₂, the root: FID is its square.")
def frechet_rooted(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    return transport.wasserstein_gaussian(m1, S1, m2, S2)


@of_frechet_distance(
    "product-of-roots",
    "Uses tr S₁^{1/2}S₂^{1/2}, right only for covariances that commute.",
    reference="k-diffusion#78",
)
def frechet_product(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    return _bures(m1, S1, m2, S2, _trace(_xp(S1).matmul(_root(S1), _root(S2)))) ** 2


@of_frechet_distance("trace-without-root", "Forgets the root of the product: 2 tr S₁S₂.")
def frechet_no_root(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    return _shift(m1, m2) + _trace(S1) + _trace(S2) - 2 * _trace(_xp(S1).matmul(S1, S2))


@of_frechet_distance("mean-dropped", "Compares the covariances only.")
def frechet_no_mean(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    return transport.frechet_distance(m1, S1, m1, S2)


@of_frechet_distance(
    "mean-not-squared",
    "Adds ‖m₁ − m₂‖ and not its square, as documentation prints it.",
    reference="ignite#2049",
)
def frechet_plain_mean(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    return transport.frechet_distance(m1, S1, m1, S2) + _shift(m1, m2) ** 0.5


@of_frechet_distance("signed-means", "Squares the sum of the differences of the means, not each of them.")
def frechet_signed_means(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    return transport.frechet_distance(m1, S1, m1, S2) + _xp(m1).sum(m1 - m2, axis=-1) ** 2


@of_frechet_distance("mean-over-coordinates", "Averages (m₁ − m₂)² over the features instead of the sum.")
def frechet_mean_over_coordinates(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    return transport.frechet_distance(m1, S1, m1, S2) + _shift(m1, m2) / m1.shape[-1]


@of_frechet_distance(
    "jitter",
    "Always adds 10⁻⁶ to the diagonals, so that roots exist when a covariance is singular.",
    reference="pytorch-fid#117",
)
def frechet_jitter(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    return transport.frechet_distance(m1, S1 + 1e-6 * _eye(S1), m2, S2 + 1e-6 * _eye(S2))


@of_frechet_distance("factor-two-missing", "Subtracts the cross term once.")
def frechet_once(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    full = transport.frechet_distance(m1, S1, m2, S2)
    return (full + _shift(m1, m2) + _trace(S1) + _trace(S2)) / 2


@of_frechet_distance(
    "one-triangle",
    "Hands the product S₁S₂, which is not symmetric, to eigvalsh: the solver reads one triangle of it.",
    reference="torch-fidelity#46",
)
def frechet_one_triangle(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    xp = _xp(S1)
    product = xp.matmul(S1, S2)
    values = xp.linalg.eigvalsh(xp.tril(product) + xp.matrix_transpose(xp.tril(product, k=-1)))
    roots = xp.sqrt(xp.where(values > 0, values, xp.zeros_like(values)))
    return _shift(m1, m2) + _trace(S1) + _trace(S2) - 2 * xp.sum(roots, axis=-1)


@of_frechet_distance(
    "elementwise", "Uses np.sqrt of the product, entry by entry, instead of the root of a matrix."
)
def frechet_elementwise(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    xp = _xp(S1)
    cross = _trace(xp.sqrt(xp.abs(xp.matmul(S1, S2))))
    return _shift(m1, m2) + _trace(S1) + _trace(S2) - 2 * cross


@of_frechet_feature_distance("rooted", "Returns W₂, the root: FID is its square.")
def features_rooted(x: Any, y: Any, /, *, ddof: int = 1) -> Any:
    return transport.frechet_feature_distance(x, y, ddof=ddof) ** 0.5


@of_frechet_feature_distance("divided-by-n", "Divides covariances by n whatever ddof is.")
def features_divided_by_n(x: Any, y: Any, /, *, ddof: int = 1) -> Any:
    return transport.frechet_feature_distance(x, y, ddof=0)


@of_frechet_feature_distance("unbiased-always", "Divides covariances by n − 1 whatever ddof is.")
def features_unbiased(x: Any, y: Any, /, *, ddof: int = 1) -> Any:
    return transport.frechet_feature_distance(x, y, ddof=1)


def _centred(x: Any) -> Any:
    return x - _xp(x).mean(x, axis=-2, keepdims=True)


def _statistics(x: Any, ddof: int) -> tuple[Any, Any]:
    xp, rest = _xp(x), _centred(x)
    covariance = xp.matmul(xp.matrix_transpose(rest), rest) / (x.shape[-2] - ddof)
    return xp.mean(x, axis=-2), covariance


@of_frechet_feature_distance("uncentred", "Takes second moments for covariances: the mean is not subtracted.")
def features_uncentred(x: Any, y: Any, /, *, ddof: int = 1) -> Any:
    shift = _shift(_xp(x).mean(x, axis=-2), _xp(y).mean(y, axis=-2))
    # The features and their negatives have mean 0, and twice the sum of squares.
    both = [_xp(part).concat([part, -part], axis=-2) for part in (x, y)]
    ratio = [(part.shape[-2] / (part.shape[-2] - ddof)) ** 0.5 for part in (x, y)]
    return shift + transport.frechet_feature_distance(both[0] * ratio[0], both[1] * ratio[1], ddof=0)


@of_frechet_feature_distance(
    "rows-as-features",
    "Takes rows for features, as torch.cov does and numpy.cov without rowvar=False.",
    reference="denoising-diffusion-pytorch#213",
)
def features_rows(x: Any, y: Any, /, *, ddof: int = 1) -> Any:
    xp, n = _xp(x), min(x.shape[-2], y.shape[-2])
    shift = _shift(xp.mean(x, axis=-2), xp.mean(y, axis=-2))
    turned = [xp.matrix_transpose(part[..., :n, :]) for part in (x, y)]
    ddof = min(ddof, x.shape[-1] - 1)
    rest = [_centred(part) for part in turned]
    return shift + transport.frechet_feature_distance(*rest, ddof=ddof)


@of_frechet_feature_distance("jitter", "Adds 10⁻⁶ to the diagonals of singular covariances.")
def features_jitter(x: Any, y: Any, /, *, ddof: int = 1) -> Any:
    (m1, S1), (m2, S2) = _statistics(x, ddof), _statistics(y, ddof)
    return transport.frechet_distance(m1, S1 + 1e-6 * _eye(S1), m2, S2 + 1e-6 * _eye(S2))


@of_frechet_feature_distance(
    "correlations", "Divides the features by their standard deviation, as np.corrcoef does."
)
def features_correlations(x: Any, y: Any, /, *, ddof: int = 1) -> Any:
    xp = _xp(x)
    parts = []
    for part in (x, y):
        variance = xp.mean(_centred(part) ** 2, axis=-2, keepdims=True)
        parts.append(_centred(part) / xp.where(variance > 0, variance, xp.ones_like(variance)) ** 0.5)
    shift = _shift(xp.mean(x, axis=-2), xp.mean(y, axis=-2))
    return shift + transport.frechet_feature_distance(*parts, ddof=ddof)


@of_frechet_feature_distance("mean-dropped", "Compares the covariances only.")
def features_no_mean(x: Any, y: Any, /, *, ddof: int = 1) -> Any:
    return transport.frechet_feature_distance(_centred(x), _centred(y), ddof=ddof)


@of_frechet_feature_distance(
    "paired", "Takes the mean square between rows of the same place: a loss, not a distance."
)
def features_paired(x: Any, y: Any, /, *, ddof: int = 1) -> Any:
    n = min(x.shape[-2], y.shape[-2])
    gaps = _xp(x).sum((x[..., :n, :] - y[..., :n, :]) ** 2, axis=-1)
    return _xp(x).mean(gaps, axis=-1)


@of_frechet_feature_distance(
    "from-covariances",
    "Forms the covariances first: the roots of their rounded zeros lose half of the digits where n ≤ d.",
    reference="torch-fidelity#44",
)
def features_from_covariances(x: Any, y: Any, /, *, ddof: int = 1) -> Any:
    xp = _xp(x)
    (m1, S1), (m2, S2) = _statistics(x, ddof), _statistics(y, ddof)
    root = _root(S1)
    values = xp.linalg.eigvalsh(xp.matmul(root, xp.matmul(S2, root)))
    roots = xp.sqrt(xp.where(values > 0, values, xp.zeros_like(values)))
    return _shift(m1, m2) + _trace(S1) + _trace(S2) - 2 * xp.sum(roots, axis=-1)
