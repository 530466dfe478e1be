"""Denoising diffusion (DDPM) as an autoregressive variational autoencoder."""

__all__: list[str] = []
