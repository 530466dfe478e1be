"""Sweeps over functions of refimpl.argmaxable."""

from ...language.sweep import ANY, table

SWEEPS = [table("argmaxable.softcap", ANY, call=lambda f, x: f(x, cap=30.0))]
