"""One call of every transport function, of a size that grows with n."""

from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl import transport
from refimpl.backends import Setting

Specimen = tuple[Callable[..., Any], tuple[Any, ...]]


def _normal(on: Setting, *shape: int, seed: int = 0) -> Any:
    return on.array(np.random.default_rng(seed).standard_normal(shape))


def _covariances(on: Setting, *shape: int, seed: int = 1) -> Any:
    root = np.random.default_rng(seed).standard_normal((*shape, shape[-1]))
    return on.array(root @ root.mT / shape[-1] + np.eye(shape[-1]))


def _number(on: Setting, value: float) -> Any:
    return on.array(np.asarray(value))


def _times(on: Setting, n: int) -> Any:
    return on.array(np.linspace(0.0, 1.0, max(n, 3)))


def _affine(on: Setting, n: int) -> tuple[Any, ...]:
    d = min(n, 64)
    noise = _number(on, 0.6), _number(on, 0.8)
    return _normal(on, d, d), _normal(on, d), _normal(on, d, seed=2), _covariances(on, d), *noise


def _mixture(on: Setting, n: int) -> tuple[Any, ...]:
    masses, spreads = on.array(np.full(n, 1 / n)), on.array(np.full((n, 3, 3), np.eye(3)))
    noise = _number(on, 0.6), _number(on, 0.8)
    return _normal(on, 3, 3), _normal(on, 3), masses, _normal(on, n, 3), spreads, *noise


def _pair(F: Any, e: Any, m: Any, P: Any, times: Any) -> Any:
    p = transport.Affine(F, e, m, P)
    return transport.linear_flow_pair(p, p._replace(offset=2 * e), times, end=1.0)


# Estimated errors that are pure rounding cannot be compared between compilers: they are left out.
SPECIMENS: dict[str, Callable[[Setting, int], Specimen]] = {
    "transport.conditional_score_matching": lambda on, n: (
        transport.conditional_score_matching,
        (_normal(on, n, 16), _normal(on, n, 16, seed=1), _number(on, 0.5)),
    ),
    "transport.coupling_cost": lambda on, n: (
        transport.coupling_cost,
        (_normal(on, n, 2), _normal(on, n, 2, seed=1), on.array(np.full((n, n), 1 / n**2))),
    ),
    "transport.coupling_monotonicity": lambda on, n: (
        transport.coupling_monotonicity,
        (_covariances(on, n, 4), _covariances(on, 4)),
    ),
    "transport.frechet_distance": lambda on, n: (
        transport.frechet_distance,
        (_normal(on, n, 4), _covariances(on, n, 4), _normal(on, 4), _covariances(on, 4, seed=2)),
    ),
    "transport.frechet_feature_distance": lambda on, n: (
        transport.frechet_feature_distance,
        (_normal(on, n + 5, 4), _normal(on, n + 3, 4, seed=1)),
    ),
    "transport.gaussian_map": lambda on, n: (
        transport.gaussian_map,
        (_normal(on, n, 4), _covariances(on, n, 4), _normal(on, 4), _covariances(on, 4, seed=2)),
    ),
    "transport.gaussian_score_matching": lambda on, n: (transport.gaussian_score_matching, _affine(on, n)),
    "transport.growth_factor": lambda on, n: (transport.growth_factor, (_times(on, n), _times(on, n))),
    "transport.linear_flow_pair": lambda on, n: (
        _pair,
        (_normal(on, 3, 3), _normal(on, 3), _normal(on, 3), _covariances(on, 3), _times(on, n)),
    ),
    "transport.mixture_conditional_score_matching": lambda on, n: (
        transport.mixture_conditional_score_matching,
        _mixture(on, n),
    ),
    "transport.mixture_score_matching": lambda on, n: (
        lambda *mixture: transport.mixture_score_matching(lambda x: -x, *mixture).value,
        (
            on.array(np.full(min(n, 50), 1 / min(n, 50))),
            _normal(on, min(n, 50)),
            on.array(np.ones(min(n, 50))),
            _number(on, 0.6),
            _number(on, 0.8),
        ),
    ),
    "transport.one_sided_lipschitz": lambda on, n: (transport.one_sided_lipschitz, (_normal(on, n, 4, 4),)),
    "transport.printed_score_matching_bound": lambda on, n: (
        lambda times, terminal: transport.printed_score_matching_bound(
            times, lambda t: 1 + t, lambda t: 2 - t, lambda t: t, lambda t: -t, terminal
        )[:3],
        (_times(on, n), _number(on, 0.5)),
    ),
    "transport.score_matching": lambda on, n: (
        transport.score_matching,
        (_normal(on, n, 16), _normal(on, n, 16, seed=1)),
    ),
    "transport.score_matching_bound": lambda on, n: (
        lambda times, terminal: transport.score_matching_bound(
            times, lambda t: 1 + t, lambda t: t, lambda t: 2 - t, lambda t: -t, terminal
        )[:3],
        (_times(on, n), _number(on, 0.5)),
    ),
    "transport.sliced_wasserstein": lambda on, n: (
        transport.sliced_wasserstein,
        (_normal(on, n + 1, 3), _normal(on, n, 3, seed=1), _normal(on, 5, 3, seed=2)),
    ),
    "transport.wasserstein_1d": lambda on, n: (
        lambda x, y, a, b: transport.wasserstein_1d(x, y, x_weights=a, y_weights=b),
        (
            _normal(on, n),
            _normal(on, n + 1, seed=1),
            on.array(np.arange(1.0, n + 1)),
            on.array(np.ones(n + 1)),
        ),
    ),
    "transport.wasserstein_bound": lambda on, n: (
        transport.wasserstein_bound,
        (_times(on, n), 1 + _times(on, n), -_times(on, n), _number(on, 0.5)),
    ),
    "transport.wasserstein_discrete": lambda on, n: (
        transport.wasserstein_discrete,
        (_normal(on, n, 2), _normal(on, n, 2, seed=1)),
    ),
    "transport.wasserstein_gaussian": lambda on, n: (
        transport.wasserstein_gaussian,
        (_normal(on, n, 4), _covariances(on, n, 4), _normal(on, 4), _covariances(on, 4, seed=2)),
    ),
    # Its levels are fixed: there is nothing to grow.
    "transport.wasserstein_quantile": lambda on, n: (
        lambda width: transport.wasserstein_quantile(lambda u: u, lambda u: width * u, **on.like).value,
        (_number(on, 1.0 + n),),
    ),
}

TAKES = {
    "transport.conditional_score_matching": "m m m",
    "transport.coupling_cost": "m m m",
    "transport.coupling_monotonicity": "mlr m",
    "transport.frechet_distance": "ml ml m m",
    "transport.frechet_feature_distance": "mr mr",
    "transport.gaussian_map": "ml ml m m",
    "transport.linear_flow_pair": "- - - - mlse",
    "transport.one_sided_lipschitz": "omlr",
    "transport.printed_score_matching_bound": "s -",
    "transport.score_matching": "m m",
    "transport.score_matching_bound": "s -",
    "transport.sliced_wasserstein": "mr mr r",
    "transport.wasserstein_discrete": "r r",
    "transport.wasserstein_gaussian": "ml ml m m",
}
