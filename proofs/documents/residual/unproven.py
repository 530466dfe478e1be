"""Kernels of refimpl.residual that approximate, and what stands for them where exact values are enclosed."""

from ...language.exact import exact

REPLACED = {"_scales": {"float": exact}}
