"""CoSENT, ranks, thresholds and class weights beside sentence-transformers, SciPy and Powell's method."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ._result import LINEARITHMIC
from ._row import Calls, Growth, Peer, Row, close

SCIPY = {"scipy.stats": "scipy"}
SENTENCES = {"sentence_transformers": "sentence-transformers", "torch": "torch"}
COSENT = Peer("CoSENTLoss of sentence-transformers", SENTENCES)
LINES = (1_000, 10_000, 100_000, 1_000_000)


def _scored(n: int, grades: int, dtype: Any) -> tuple[Any, Any]:
    """Cosines, and labels in so many grades, or all different."""
    rng = np.random.default_rng(0)
    cosines = rng.uniform(-1, 1, n).astype(dtype)
    return cosines, (rng.integers(0, grades, n) if grades else rng.uniform(0, 1, n)).astype(dtype)


def _cosent(n: int, grades: int, library: str = "numpy") -> Calls:
    import torch  # noqa: PLC0415
    from sentence_transformers.sentence_transformer.losses import CoSENTLoss  # noqa: PLC0415

    from ... import matching  # noqa: PLC0415

    cosines, labels = _scored(n, grades, np.float32)
    c, y = torch.from_numpy(cosines), torch.from_numpy(labels)
    loss = CoSENTLoss(model=torch.nn.Identity(), similarity_fct=lambda scores, _: scores)
    ours = partial(matching.cosent_loss, *((c, y) if library == "torch" else (cosines, labels)))
    return Calls(ours, lambda: loss.compute_loss_from_embeddings([c, c], y), close(1e-5))


def _spearman(ties: bool) -> Calls:
    from scipy import stats  # noqa: PLC0415

    from ... import matching  # noqa: PLC0415

    x, y = np.random.default_rng(0).normal(size=(2, 10**6))
    y = np.round(8 * (x + y)) if ties else x + y
    return Calls(lambda: matching.spearman(x, y), lambda: stats.spearmanr(x, y).statistic, close(1e-12))


def _threshold(metric: str) -> Calls:
    from sentence_transformers.sentence_transformer.evaluation import (  # noqa: PLC0415
        BinaryClassificationEvaluator,
    )

    from ... import matching  # noqa: PLC0415

    rng = np.random.default_rng(0)
    scores = rng.normal(size=10**6)
    labels = (scores + rng.normal(size=10**6) > 0).astype(np.int64)
    name = {"accuracy": "find_best_acc_and_threshold", "f1": "find_best_f1_and_threshold"}[metric]
    theirs = getattr(BinaryClassificationEvaluator, name)

    def agree(ours: Any, found: Any) -> str:
        return close(1e-12)(ours.value, found[0])

    return Calls(
        lambda: matching.best_threshold(scores, labels, metric=metric),  # type: ignore[arg-type]
        lambda: theirs(scores, labels, True),
        agree,
    )


def _class_weights() -> Calls:
    from scipy import optimize  # noqa: PLC0415

    from ... import matching  # noqa: PLC0415

    rng = np.random.default_rng(0)
    true = rng.dirichlet(np.ones(3), 1000)
    sharp = true**1.5 / np.sum(true**1.5, axis=1, keepdims=True)
    labels = np.asarray([rng.choice(3, p=p) for p in sharp])
    given = true * np.linspace(1, 2, 3)
    given /= np.sum(given, axis=1, keepdims=True)

    def wrong(logs: Any) -> float:
        return float(-np.mean(np.argmax(given * np.exp(np.append(0.0, logs)), axis=1) == labels))

    def agree(ours: Any, theirs: Any) -> str:
        if ours.proven != "optimal" or ours.accuracy < -float(theirs.fun):
            return f"got {ours.accuracy}, {ours.proven}; Powell's method finds {-float(theirs.fun)}"
        return ""

    return Calls(
        lambda: matching.best_class_weights(given, labels),
        lambda: optimize.minimize(wrong, np.zeros(2), method="Powell"),
        agree,
    )


def _grows(name: str) -> Growth:
    from ... import matching  # noqa: PLC0415

    def make(n: int) -> Callable[[], Any]:
        x, y = np.random.default_rng(0).normal(size=(2, n))
        given = {"rank": (x,), "best_threshold": (x, y > 0)}.get(name, (x, y))
        return partial(getattr(matching, name), *given)

    return Growth(make, LINES, "n log n")


ROWS = [
    *(
        Row(f"cosent-{n}-{'labels' if grades else 'continuous'}",
            f"cosent_loss of {n:,} pairs, {'6 labels' if grades else 'labels that all differ'}, float32",
            partial(_cosent, n, grades), COSENT, goal=0.5 if grades else 0.7, about="matching.cosent_loss")
        for grades in (6, 0)
        for n in (2_000, 16_000, 65_000)
    ),
    Row("cosent-65000-torch", "cosent_loss of 65,000 pairs, labels that all differ, float32, both on torch",
        partial(_cosent, 65_000, 0, "torch"), COSENT, about="matching.cosent_loss"),
    Row("spearman-1e6", "spearman of 1,000,000 pairs, float64", partial(_spearman, False),
        Peer("scipy.stats.spearmanr", SCIPY), goal=0.5, about="matching.spearman"),
    Row("spearman-1e6-ties", "spearman of 1,000,000 pairs, many equal, float64", partial(_spearman, True),
        Peer("scipy.stats.spearmanr", SCIPY), goal=0.5, about="matching.spearman"),
    Row("threshold-1e6", "best_threshold of 1,000,000 scores for accuracy, float64",
        partial(_threshold, "accuracy"), Peer("BinaryClassificationEvaluator", SENTENCES), goal=0.07,
        about="matching.best_threshold"),
    Row("threshold-1e6-f1", "best_threshold of 1,000,000 scores for F1, float64", partial(_threshold, "f1"),
        Peer("BinaryClassificationEvaluator", SENTENCES), goal=0.07, about="matching.best_threshold"),
    Row("class-weights-1000", "best_class_weights of 1,000 rows, 3 classes, proven optimal", _class_weights,
        Peer("Powell's method of SciPy, which proves nothing", {"scipy.optimize": "scipy"}), goal=2.0,
        about="matching.best_class_weights"),
    *(
        Row(f"growth-{name}", f"{name} of {LINES[0]:,} to {LINES[-1]:,}", partial(_grows, name),
            Peer("what is stated"), goal=LINEARITHMIC, about=f"matching.{name}")
        for name in ("cosent_loss", "cosent_gradient", "rank", "spearman", "best_threshold")
    ),
]  # fmt: skip
