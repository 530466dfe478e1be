"""Kernels of refimpl.flow that approximate, and what stands for them where exact values are enclosed."""

from ...language.exact import refusal

_STEPS = "the step sizes follow error estimates: rounding is not what its error comes from"
REPLACED = {"_integrators": {"_advance": refusal(_STEPS)}}
