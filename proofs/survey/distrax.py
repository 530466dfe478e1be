"""Distrax' normal distributions under the conventions of refimpl's adapters."""

from typing import Any

from ._binding import Library, lazy

LIBRARY = Library("distrax", backend="jax")
distrax = lazy("distrax")


@LIBRARY.bound(
    "MultivariateNormalTri.kl_divergence",
    "density.normal_kl_full",
    adapter="cholesky",
    laws=("density.normal_kl_full-definition",),
    examples=3,
)
def kl_full(m1: Any, L1: Any, m2: Any, L2: Any, /) -> Any:
    normal = distrax.MultivariateNormalTri
    return normal(m1, L1).kl_divergence(normal(m2, L2))
