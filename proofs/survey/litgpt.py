"""LitGPT's rotary functions and norm. Its tables are float32."""

from typing import Any

from ..language.law import NotApplicableError
from ._binding import Library, lazy

LIBRARY = Library("litgpt", backend="torch", dtypes=("float32",))
torch, model = lazy("torch"), lazy("litgpt.model")


@LIBRARY.bound("model.apply_rope", "rope.rotate", adapter="tables", dtypes=("float64", "float32"))
def rotate(x: Any, cos: Any, sin: Any, /) -> Any:
    shape = torch.broadcast_shapes(x.shape, cos.shape)
    rows, *tables = (array.broadcast_to(shape).reshape(1, -1, shape[-1]) for array in (x, cos, sin))
    return model.apply_rope(rows, *tables).reshape(shape)


def _frequencies(dim: int, base: float, extra: dict[str, Any] | None) -> Any:
    """The angles at position 1, which are below π, from their cosines and sines, whose rounding they have: no
    law applies here that asks for the frequency 1 exactly."""
    cos, sin = model.build_rope_cache(2, dim, base=base, extra_config=extra)
    return torch.atan2(sin.double(), cos.double()).to(cos.dtype)[1, : dim // 2]


@LIBRARY.bound(
    "model.build_rope_cache", "rope.frequencies", adapter="inv-freq",
    laws=("rope.frequencies-definition", "rope.range-extension", "rope.angle-period"),
)  # fmt: skip
def frequencies(dim: int, base: float, /) -> Any:
    return _frequencies(dim, base, None)


@LIBRARY.bound("model.build_rope_cache (Llama 3)", "rope.llama3")
def llama3(
    dim: int, /, *, train_length: float, factor: float, base: float = 500000.0,
    low_freq_factor: float = 1.0, high_freq_factor: float = 4.0, **_: Any,
) -> Any:  # fmt: skip
    extra = {
        "factor": factor, "original_max_seq_len": train_length, "low_freq_factor": low_freq_factor,
        "high_freq_factor": high_freq_factor,
    }  # fmt: skip
    return _frequencies(dim, base, extra)


@LIBRARY.bound("model.build_rope_cache (YaRN)", "rope.yarn")
def yarn(
    dim: int, /, *, train_length: float, factor: float, base: float = 10000.0, ramp: str = "paper",
    beta_slow: float = 1.0, beta_fast: float = 32.0, truncate: bool = True, **_: Any,
) -> Any:  # fmt: skip
    if ramp != "code":
        raise NotApplicableError(f"ramp={ramp!r}")
    extra = {
        "factor": factor, "original_max_seq_len": train_length, "beta_slow": beta_slow,
        "beta_fast": beta_fast, "truncate": truncate,
    }  # fmt: skip
    return _frequencies(dim, base, extra)


@LIBRARY.bound("model.RMSNorm", "residual.rms_norm", adapter="weight-eps")
def rms_norm(x: Any, weight: Any, eps: float, /) -> Any:
    module = model.RMSNorm(x.shape[-1], eps=eps)
    with torch.no_grad():
        module.to(x.dtype).weight.copy_(weight)
        return module(x)
