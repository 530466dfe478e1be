"""Specimens of rope: n positions or vectors, 16 features."""

import numpy as np

from refimpl import rope
from refimpl.backends import Setting

DIM, BASE, LENGTH = 16, 10000.0, 4096
MAP = {"train_length": LENGTH, "factor": 8.0, "base": BASE}


def _positions(on: Setting, n: int):
    return on.array(np.arange(n, dtype=np.int64))


def _vectors(on: Setting, n: int):
    return on.array(np.random.default_rng(0).standard_normal((n, DIM)))


def _table(on: Setting):
    return rope.frequencies(DIM, base=BASE, **on.like)


def _angles(on: Setting, n: int):
    return rope.angles, (_positions(on, n), _table(on))


def _attention_scores(on: Setting, n: int):
    x, positions = _vectors(on, n), _positions(on, n)
    return rope.attention_scores, (x, x, positions, positions, _table(on))


def _convert_layout(on: Setting, n: int):
    return (lambda x: rope.convert_layout(x, source="interleaved", target="half")), (_vectors(on, n),)


def _digits(on: Setting, n: int):
    return (lambda p: rope.digits(p, base=10, count=8)), (_positions(on, n),)


def _dynamic_ntk(on: Setting, n: int):
    return (lambda: rope.dynamic_ntk(2.0 * LENGTH, dim=2 * n, **MAP, **on.like)), ()


def _frequencies(on: Setting, n: int):
    return (lambda: rope.frequencies(2 * n, **on.like)), ()


def _from_config(on: Setting, n: int):
    facts = {"head_dim": 2 * n, "max_position_embeddings": LENGTH}
    block = {"rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": LENGTH}
    return (lambda: rope.from_config({**facts, "rope_scaling": block}, **on.like).frequencies), ()


def _from_digits(on: Setting, n: int):
    return (lambda d: rope.from_digits(d, base=10)), (on.array(np.ones((n, 8), dtype=np.int64)),)


def _interpolate(on: Setting, n: int):
    return (lambda p: rope.interpolate(p, factor=8.0, dtype=on.dtype)), (_positions(on, n),)


def _linear(on: Setting, n: int):
    return (lambda: rope.linear(2 * n, factor=8.0, **on.like)), ()


def _longrope(on: Setting, n: int):
    lists = {"short_factor": [1.0] * n, "long_factor": [8.0] * n}
    return (lambda: rope.longrope(LENGTH + 1, dim=2 * n, train_length=LENGTH, **lists, **on.like)), ()


def _proportional(on: Setting, n: int):
    return (lambda: rope.proportional(2 * n, fraction=0.5, **on.like)), ()


def _llama3(on: Setting, n: int):
    return (lambda: rope.llama3(2 * n, **MAP, **on.like)), ()


def _log_n_scale(on: Setting, n: int):
    return (lambda p: rope.log_n_scale(p, train_length=LENGTH, dtype=on.dtype)), (_positions(on, n) + 1,)


def _mixed_radix_digits(on: Setting, n: int):
    return (lambda p: rope.mixed_radix_digits(p, bases=(60, 60, 24))), (_positions(on, n),)


def _mixed_radix_frequencies(on: Setting, n: int):
    return (lambda: rope.mixed_radix_frequencies([1.01] * n, **on.like)), ()


# These give Python numbers: here they scale an array, as they are used.


def _ntk_base(on: Setting, n: int):
    return (lambda x: x / rope.ntk_base(BASE, factor=8.0, dim=DIM)), (_vectors(on, n),)


def _ntk_scale(on: Setting, n: int):
    return (lambda x: x * rope.ntk_scale(8.0, dim=DIM)), (_vectors(on, n),)


def _range_of(on: Setting, n: int):
    return (lambda x: x / rope.range_of(10, digits=4)), (_vectors(on, n),)


def _rebase(on: Setting, n: int):
    return (lambda x: x / rope.rebase(BASE, factor=8.0)), (_vectors(on, n),)


def _yarn_scale(on: Setting, n: int):
    return (lambda x: x * rope.yarn_scale(8.0)), (_vectors(on, n),)


def _yarn_softmax_scale(on: Setting, n: int):
    return (lambda x: x * rope.yarn_softmax_scale(8.0)), (_vectors(on, n),)


def _longrope_scale(on: Setting, n: int):
    return (lambda x: x * rope.longrope_scale(8.0, train_length=LENGTH)), (_vectors(on, n),)


def _period(on: Setting, n: int):
    return rope.period, (rope.frequencies(2 * n, **on.like),)


def _rotate(on: Setting, n: int):
    return rope.rotate, (_vectors(on, n), rope.angles(_positions(on, n), _table(on)))


def _rotation_matrix(on: Setting, n: int):
    return rope.rotation_matrix, (rope.angles(_positions(on, n), _table(on)),)


def _sinusoidal(on: Setting, n: int):
    return (lambda p: rope.sinusoidal(p, dim=DIM, dtype=on.dtype)), (_positions(on, n),)


def _axial_frequencies(on: Setting, n: int):
    return (lambda: rope.axial_frequencies((2 * n, 4), **on.like)), ()


def _timing_signal(on: Setting, n: int):
    return (lambda p: rope.timing_signal(p, dim=DIM, dtype=on.dtype)), (_positions(on, n),)


def _yarn(on: Setting, n: int):
    return (lambda: rope.yarn(2 * n, ramp="code", **MAP, **on.like)), ()


SPECIMENS = {
    "rope.angles": _angles,
    "rope.attention_scores": _attention_scores,
    "rope.convert_layout": _convert_layout,
    "rope.digits": _digits,
    "rope.dynamic_ntk": _dynamic_ntk,
    "rope.axial_frequencies": _axial_frequencies,
    "rope.frequencies": _frequencies,
    "rope.from_config": _from_config,
    "rope.from_digits": _from_digits,
    "rope.interpolate": _interpolate,
    "rope.linear": _linear,
    "rope.llama3": _llama3,
    "rope.log_n_scale": _log_n_scale,
    "rope.longrope": _longrope,
    "rope.longrope_scale": _longrope_scale,
    "rope.mixed_radix_digits": _mixed_radix_digits,
    "rope.mixed_radix_frequencies": _mixed_radix_frequencies,
    "rope.ntk_base": _ntk_base,
    "rope.ntk_scale": _ntk_scale,
    "rope.period": _period,
    "rope.proportional": _proportional,
    "rope.range_of": _range_of,
    "rope.rebase": _rebase,
    "rope.rotate": _rotate,
    "rope.rotation_matrix": _rotation_matrix,
    "rope.sinusoidal": _sinusoidal,
    "rope.timing_signal": _timing_signal,
    "rope.yarn": _yarn,
    "rope.yarn_scale": _yarn_scale,
    "rope.yarn_softmax_scale": _yarn_softmax_scale,
}

TAKES = {
    "rope.angles": "kmlse se",
    "rope.attention_scores": "m m kml kml -",
    "rope.convert_layout": "komlr",
    "rope.digits": "omlse",
    "rope.from_digits": "omlsr",
    "rope.interpolate": "kmlse",
    "rope.log_n_scale": "kmlse",
    "rope.mixed_radix_digits": "omlse",
    "rope.period": "omlse",
    "rope.rotate": "ml ml",
    "rope.rotation_matrix": "omlsenr",
    "rope.sinusoidal": "kmlse",
    "rope.timing_signal": "kmlse",
}
