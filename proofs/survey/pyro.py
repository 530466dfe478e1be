"""Pyro's mixture of normal distributions under the convention of refimpl's adapter."""

from typing import Any

from ..language.law import NotApplicableError
from ._binding import Library, lazy

LIBRARY = Library("pyro-ppl", backend="torch")
torch, distributions = lazy("torch"), lazy("pyro.distributions")


@LIBRARY.bound("distributions.MixtureOfDiagNormals.log_prob", "flow.mixture_log_density", adapter="gmm")
def log_prob(x: Any, log_weights: Any, means: Any, covariances: Any, /) -> Any:
    variances = torch.diagonal(covariances, dim1=-2, dim2=-1)
    if not torch.equal(torch.diag_embed(variances), covariances):
        raise NotApplicableError("covariances that are not diagonal")
    return distributions.MixtureOfDiagNormals(means, variances.sqrt(), log_weights).log_prob(x)
