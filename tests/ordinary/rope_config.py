"""A reader of configurations, as people type it: a table and a factor for cosines and sines."""

import math

from ._ordinary import Ordinary, Slip, typo


def find_correction_range(block, dim, base, length):
    def index(turns):
        return dim * math.log(length / (turns * 2 * math.pi)) / (2 * math.log(base))

    low, high = index(block.get("beta_fast", 32)), index(block.get("beta_slow", 1))
    if block.get("truncate", True):
        low, high = math.floor(low), math.ceil(high)
    return max(low, 0), min(high, dim - 1)


def get_mscale(scale, mscale=1.0):
    return 1.0 if scale <= 1 else 0.1 * mscale * math.log(scale) + 1.0


def from_gguf(metadata):
    arch = metadata["general.architecture"]
    names = {
        "rope.freq_base": "rope_theta",
        "rope.scaling.type": "rope_type",
        "rope.scaling.factor": "factor",
        "rope.scaling.original_context_length": "original_max_position_embeddings",
        "rope.scaling.attn_factor": "attention_factor",
    }
    block = {new: metadata[f"{arch}.{old}"] for old, new in names.items() if f"{arch}.{old}" in metadata}
    if block["rope_type"] == "longrope":
        block["short_factor"] = metadata["rope_factors_short.weight"]
        block["long_factor"] = metadata["rope_factors_long.weight"]
        block.setdefault("attention_factor", 1.0)
    longest = metadata[f"{arch}.context_length"]
    return {"head_dim": metadata[f"{arch}.rope.dimension_count"], "max_position_embeddings": longest,
            "rope_parameters": block}  # fmt: skip


def rope_init(config, length=None, layer_type=None):
    if "general.architecture" in config:
        config = from_gguf(config)
    config = config.get("text_config", config)
    block = config.get("rope_parameters") or config.get("rope_scaling") or {}
    if layer_type is not None:
        block = block[layer_type]
    kind = block.get("rope_type", "default")
    base = block.get("rope_theta") or config.get("rope_theta") or 10000.0
    head = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    share = block.get("partial_rotary_factor", config.get("partial_rotary_factor", 1.0))
    dim = config.get("qk_rope_head_dim") or int(head * share)
    longest, factor = config["max_position_embeddings"], block.get("factor", 1.0)
    train = block.get("original_max_position_embeddings") or longest
    scale = 1.0
    if kind == "dynamic":
        base = base * max(factor * length / longest - (factor - 1), 1) ** (dim / (dim - 2))
    whole = head if kind == "proportional" else dim
    freqs = [base ** (-2 * m / whole) for m in range(whole // 2)]
    if kind in ("linear", "proportional"):
        freqs = [f / factor for f in freqs]
    if kind == "proportional":
        freqs = [f if m < int(head * share) // 2 else 0.0 for m, f in enumerate(freqs)]
    if kind == "longrope":
        factors = block["long_factor"] if length > train else block["short_factor"]
        freqs = [f / x for f, x in zip(freqs, factors, strict=True)]
        scale = math.sqrt(1 + math.log(longest / train) / math.log(train))
    if kind == "yarn":
        low, high = find_correction_range(block, dim, base, train)
        keep = [1 - min(max((m - low) / (high - low or 0.001), 0), 1) for m in range(dim // 2)]
        freqs = [f * g + f / factor * (1 - g) for f, g in zip(freqs, keep, strict=True)]
        a, b = block.get("mscale"), block.get("mscale_all_dim")
        scale = get_mscale(factor, a) / get_mscale(factor, b) if a and b else get_mscale(factor)
    if kind == "llama3":
        low, high = block["low_freq_factor"], block["high_freq_factor"]
        smooth = [min(max((train * f / (2 * math.pi) - low) / (high - low), 0), 1) for f in freqs]
        freqs = [f * s + f / factor * (1 - s) for f, s in zip(freqs, smooth, strict=True)]
    return freqs, block.get("attention_factor", scale)


ORDINARY = [
    Ordinary(
        "rope.from_config",
        rope_init,
        (
            typo('block.get("original_max_position_embeddings") or ', "", "extended-length|original"),
            typo('block.get("attention_factor", scale)', "scale", "attention-factor-computed"),
            typo("int(head * share)", "head", "partial-ignored|partial"),
            Slip(lambda config, length=None, layer_type=None: (rope_init(config, length, layer_type)[0], 1.0),
                 "attention-factor-left-out"),
        ),
        adapter="pair",
    ),
]  # fmt: skip
