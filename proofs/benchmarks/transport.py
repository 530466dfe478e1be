"""Wasserstein distances beside POT."""

from functools import partial

import numpy as np

from ._row import Calls, Peer, Row, close

POT = {"ot": "POT"}


def _line(order: int, weighted: bool) -> Calls:
    import ot  # noqa: PLC0415

    from ... import transport  # noqa: PLC0415

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=10**6), rng.normal(1, 2, size=10**6)
    masses = rng.uniform(size=10**6) if weighted else None
    parts = masses / masses.sum() if masses is not None else None
    return Calls(
        lambda: transport.wasserstein_1d(x, y, order=order, x_weights=masses, y_weights=masses),
        lambda: ot.wasserstein_1d(x, y, parts, parts, p=order) ** (1 / order),
        close(1e-9),
    )


def _gaussian(d: int) -> Calls:
    import ot  # noqa: PLC0415

    from ... import transport  # noqa: PLC0415

    rng = np.random.default_rng(0)
    S1, S2 = (A @ A.T for A in rng.normal(size=(2, d, 2 * d)) / d**0.5)
    m = np.zeros(d)
    return Calls(
        lambda: transport.wasserstein_gaussian(m, S1, m, S2),
        lambda: ot.gaussian.bures_wasserstein_distance(m, m, S1, S2),
        close(1e-9),
    )


def _frechet(d: int) -> Calls:
    from ... import transport  # noqa: PLC0415

    rng = np.random.default_rng(0)
    S1, S2 = (A @ A.T for A in rng.normal(size=(2, d, 2 * d)) / d**0.5)
    m = np.zeros(d)

    def finished(_: float, theirs: tuple[np.ndarray, np.ndarray]) -> str:
        """The distance by their eigenvectors, beside ours."""
        root = theirs[1] * np.sqrt(theirs[0])
        cross = np.sum(np.sqrt(np.linalg.eigvalsh(root.T @ S2 @ root)))
        return close(1e-9)(transport.frechet_distance(m, S1, m, S2), np.trace(S1 + S2) - 2 * cross)

    return Calls(
        lambda: transport.frechet_distance(m, S1, m, S2), lambda: tuple(np.linalg.eigh(S1)), finished
    )


def _discrete(d: int) -> Calls:
    import ot  # noqa: PLC0415

    from ... import transport  # noqa: PLC0415

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(1000, d)), rng.normal(size=(1000, d)) + 0.5
    masses = np.full(1000, 1 / 1000)
    return Calls(
        lambda: transport.wasserstein_discrete(x, y),
        lambda: ot.emd2(masses, masses, ot.dist(x, y)) ** 0.5,
        lambda ours, theirs: close(1e-9)(ours.distance, theirs),
    )


ROWS = [
    Row("line-1e6", "wasserstein_1d of 1,000,000 values each, p = 2", partial(_line, 2, False),
        Peer("ot.wasserstein_1d", POT), goal=0.2, about="transport.wasserstein_1d"),
    Row("line-1e6-p1", "wasserstein_1d of 1,000,000 values each, p = 1", partial(_line, 1, False),
        Peer("ot.wasserstein_1d", POT), goal=0.2, about="transport.wasserstein_1d"),
    Row("line-1e6-weighted", "wasserstein_1d of 1,000,000 weighted values each", partial(_line, 2, True),
        Peer("ot.wasserstein_1d", POT), goal=1, about="transport.wasserstein_1d"),
    Row("gaussian-500", "wasserstein_gaussian of two Wishart matrices, d = 500", partial(_gaussian, 500),
        Peer("ot.gaussian.bures_wasserstein_distance", POT), goal=0.3,
        about="transport.wasserstein_gaussian"),
    Row("frechet-2048", "frechet_distance of two Wishart matrices, d = 2048", partial(_frechet, 2048),
        Peer("numpy.linalg.eigh of one of them", {}), goal=1.5, about="transport.frechet_distance"),
    Row("discrete-1000-2", "wasserstein_discrete of 1000 points each, d = 2", partial(_discrete, 2),
        Peer("ot.emd2 of ot.dist", POT), goal=1, about="transport.wasserstein_discrete"),
    Row("discrete-1000-50", "wasserstein_discrete of 1000 points each, d = 50", partial(_discrete, 50),
        Peer("ot.emd2 of ot.dist", POT), goal=1, about="transport.wasserstein_discrete"),
]  # fmt: skip
