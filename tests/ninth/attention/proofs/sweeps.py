"""Dense samples for `refimpl accuracy`."""

from refimpl.proofs.language.sweep import MILD, rows, table

SWEEPS = [table("attention.softmax", MILD, MILD, MILD, call=lambda f, *x: f(rows(*x)))]
