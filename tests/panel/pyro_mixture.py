"""Pyro's mixture of normal distributions under the convention of refimpl's adapter."""

from typing import Any

import torch
from pyro.distributions import MixtureOfDiagNormals

from refimpl.proofs.language.law import NotApplicableError


def log_prob(x: Any, log_weights: Any, means: Any, covariances: Any, /) -> Any:
    variances = torch.diagonal(covariances, dim1=-2, dim2=-1)
    if not torch.equal(torch.diag_embed(variances), covariances):
        raise NotApplicableError("covariances that are not diagonal")
    return MixtureOfDiagNormals(means, variances.sqrt(), log_weights).log_prob(x)
