"""A variational autoencoder as an estimator of probability density."""

__all__: list[str] = []
