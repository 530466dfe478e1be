"""MLX on the CPU, with what its namespace lacks; float64 has the digits of float32 there (see findings/)."""

from functools import partial
from types import SimpleNamespace
from typing import Any

import mlx.core as mx

from refimpl.backends import Backend

_CREATING = "asarray zeros ones full empty arange linspace eye zeros_like ones_like full_like"
_POSITIONS = "searchsorted argsort argmax argmin"


def _placed(name: str, *args: Any, device: None = None, **kwargs: Any) -> Any:
    return getattr(mx, name)(*args, **kwargs)


def _wide(name: str, *args: Any, stable: bool = False, **kwargs: Any) -> Any:
    return getattr(mx, name)(*args, **kwargs).astype(mx.int64)


def make() -> Backend:
    """Its functions take `device`, and positions are int64."""
    mx.set_default_device(mx.cpu)
    xp = SimpleNamespace(**vars(mx) | {"__name__": "mlx", "bool": mx.bool_})
    for changed, names in ((_placed, _CREATING), (_wide, _POSITIONS)):
        vars(xp).update({name: partial(changed, name) for name in names.split()})
    xp.astype = lambda x, dtype, copy=True: mx.astype(x, dtype)
    lacks = {"linalg": "half of it is missing", "cumulative": "its cumulative_sum has no include_initial"}
    return Backend("mlx", mx.__version__, xp, {"cpu": None}, lacks=lacks, dtypes=("float32",))
