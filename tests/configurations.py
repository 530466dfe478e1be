"""Rotary configurations of public models, with the numbers of their config.json as far as they are known."""

from dataclasses import dataclass
from typing import Any

LONG = [
    1.0700000524520874, 1.1200000047683716, 1.149999976158142, 1.4199999570846558, 1.5699999332427979,
    1.7999999523162842, 2.129999876022339, 2.129999876022339, 3.009999990463257, 5.910000324249268,
    6.950000286102295, 9.070000648498535, 9.930000305175781, 10.710000038146973, 11.130000114440918,
    14.609999656677246, 15.409998893737793, 19.809999465942383, 37.279998779296875, 38.279998779296875,
    38.599998474121094, 40.12000274658203, 46.20000457763672, 50.940006256103516, 53.66000747680664,
    54.9373893737793, 56.89738845825195, 57.28738784790039, 59.98738479614258, 60.86738586425781,
    60.887386322021484, 61.71739196777344, 62.91739273071289, 62.957393646240234, 63.41739273071289,
    63.8173942565918, 63.83739471435547, 63.897396087646484, 63.93739700317383, 64.06739807128906,
    64.11434936523438, 64.12435150146484, 64.15435028076172, 64.19435119628906, 64.24435424804688,
    64.57435607910156, 64.69000244140625, 64.76000213623047,
]  # fmt: skip
SHORT = [
    1.1, 1.1, 1.1, 1.3000000000000003, 1.3500000000000003, 1.3500000000000003, 1.4000000000000004,
    1.5500000000000005, *[2.000000000000001] * 17, *[2.0500000000000007] * 6, 2.1000000000000005,
    2.1000000000000005, 2.1500000000000004, *[2.25] * 5, 2.3999999999999995, 2.4499999999999993,
    2.499999999999999, 2.6999999999999984, 2.6999999999999984, 2.7499999999999982, 2.799999999999998,
    2.8999999999999977, 3.049999999999997,
]  # fmt: skip
"""Of Phi-3-mini-128k."""
BOTH = [
    1.0591234137867171, 1.1241891283591912, 1.2596935748670968, 1.5380380402321725, 2.093982484148734,
    3.1446935121267696, 4.937952647693647, 7.524541999994549, 10.475458000005451, 13.062047352306353,
    14.85530648787323, 15.906017515851266, 16.461961959767827, 16.740306425132907, 16.87581087164081,
    16.940876586213285,
]  # fmt: skip
"""Of MiniCPM3, whose lists agree."""


@dataclass(frozen=True, slots=True)
class Known:
    """A public model."""

    name: str
    config: dict[str, Any]
    type: str
    width: int
    base: float
    attention: float = 1.0
    """The factor of cosines and sines, worked out by hand."""
    softmax: float = 1.0
    last: float = 0.0
    """The lowest frequency over that of plain RoPE; 0 where it is not checked."""
    complaints: tuple[str, ...] = ()
    """The keys that complaints begin with."""
    layer: str | None = None
    """The type of layers."""
    length: float | None = None
    theirs: bool = True
    """Whether transformers has the model, and a table of it."""


def _of(kind: str, hidden: int, heads: int, longest: int, **more: Any) -> dict[str, Any]:
    return {
        "model_type": kind, "hidden_size": hidden, "num_attention_heads": heads,
        "max_position_embeddings": longest, **more,
    }  # fmt: skip


def _llama3(factor: float, low: float = 1.0, high: float = 4.0) -> dict[str, Any]:
    return {
        "factor": factor, "low_freq_factor": low, "high_freq_factor": high,
        "original_max_position_embeddings": 8192, "rope_type": "llama3",
    }  # fmt: skip


def _deepseek(factor: float, mscale: float, **more: Any) -> dict[str, Any]:
    return {
        "beta_fast": 32, "beta_slow": 1, "factor": factor, "mscale": mscale, "mscale_all_dim": mscale,
        "original_max_position_embeddings": 4096, "type": "yarn", **more,
    }  # fmt: skip


_PHI3 = _of(
    "phi3", 3072, 32, 131072, original_max_position_embeddings=4096, rope_theta=10000.0,
    rope_scaling={"long_factor": LONG, "short_factor": SHORT, "type": "longrope"},
)  # fmt: skip
_GEMMA3 = _of(
    "gemma3_text", 2560, 8, 131072, head_dim=256, rope_theta=1e6, rope_local_base_freq=10000.0,
    rope_scaling={"factor": 8.0, "rope_type": "linear"},
)  # fmt: skip
_GEMMA4 = _of(
    "gemma4_text", 5376, 32, 262144, head_dim=256, global_head_dim=512,
    rope_parameters={
        "full_attention": {"rope_type": "proportional", "partial_rotary_factor": 0.25, "rope_theta": 1e6},
        "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
    },
)  # fmt: skip
_MODERNBERT = _of("modernbert", 768, 12, 8192, global_rope_theta=160000.0, local_rope_theta=10000.0)
_OLMO3 = _of(
    "olmo3", 5120, 40, 65536, rope_theta=500000,
    rope_scaling={
        "rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 8192,
        "attention_factor": 1.2079441541679836, "beta_fast": 32.0, "beta_slow": 1.0,
    },
)  # fmt: skip
_QWEN3 = _of("qwen3", 4096, 32, 40960, head_dim=128, rope_theta=1000000)

MODELS = (
    Known("Llama-2-7b", _of("llama", 4096, 32, 4096, rope_scaling=None), "default", 128, 10000.0, last=1.0),
    Known("CodeLlama-7b", _of("llama", 4096, 32, 16384, rope_theta=1000000), "default", 128, 1e6, last=1.0),
    Known("Llama-3-8B", _of("llama", 4096, 32, 8192, rope_theta=500000.0), "default", 128, 5e5, last=1.0),
    Known(
        "Llama-3.1-8B",
        _of("llama", 4096, 32, 131072, rope_theta=500000.0, rope_scaling=_llama3(8.0)),
        "llama3", 128, 5e5, last=1 / 8,
    ),
    Known(
        "Llama-3.2-1B",
        _of("llama", 2048, 32, 131072, head_dim=64, rope_theta=500000.0, rope_scaling=_llama3(32.0)),
        "llama3", 64, 5e5, last=1 / 32,
    ),
    Known(
        "Llama-4-Scout",
        {"model_type": "llama4", "text_config": _of(
            "llama4_text", 5120, 40, 10485760, head_dim=128, rope_theta=500000.0,
            rope_scaling=_llama3(16.0, 1.0, 1.0),
        )},
        "llama3", 128, 5e5, last=1 / 16,
    ),
    Known("Mistral-7B-v0.1", _of("mistral", 4096, 32, 32768, rope_theta=10000.0), "default", 128, 10000.0),
    Known(
        "Mistral-Nemo-12B",
        _of("mistral", 5120, 32, 1024000, head_dim=128, rope_theta=1000000.0), "default", 128, 1e6, last=1.0,
    ),
    Known("Yi-34B", _of("llama", 7168, 56, 4096, rope_theta=5000000.0), "default", 128, 5e6, last=1.0),
    Known("Qwen2-7B", _of("qwen2", 3584, 28, 131072, rope_theta=1000000.0), "default", 128, 1e6, last=1.0),
    Known(
        "Qwen2.5-7B with YaRN, as its card says",
        _of("qwen2", 3584, 28, 32768, rope_theta=1000000.0, rope_scaling={
            "factor": 4.0, "original_max_position_embeddings": 32768, "type": "yarn"}),
        "yarn", 128, 1e6, 1.1386294361119891, last=1 / 4,
    ),
    Known("Qwen3-8B", _QWEN3, "default", 128, 1e6, last=1.0),
    Known(
        "Qwen3-8B with YaRN, as its card says",
        {**_QWEN3, "rope_scaling": {
            "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}},
        "yarn", 128, 1e6, 1.1386294361119891, last=1 / 4, complaints=("factor",),
    ),
    Known(
        "DeepSeek-R1-0528-Qwen3-8B",
        {**_QWEN3, "max_position_embeddings": 131072, "rope_scaling": {
            "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768,
            "attn_factor": 0.8782488562869419}},
        "yarn", 128, 1e6, 1.1386294361119891, last=1 / 4, complaints=("attn_factor",),
    ),
    Known(
        "Qwen2-VL-7B",
        _of("qwen2_vl_text", 3584, 28, 32768, rope_theta=1000000.0,
            rope_scaling={"type": "mrope", "mrope_section": [16, 24, 24]}),
        "default", 128, 1e6, last=1.0, theirs=False,
    ),
    Known("Phi-3-mini-4k", _of("phi3", 3072, 32, 4096, original_max_position_embeddings=4096,
                               rope_theta=10000.0, rope_scaling=None), "default", 96, 10000.0, last=1.0),
    # √(1 + ln 32/ln 4096) = √(1 + 5/12)
    Known("Phi-3-mini-128k, short", _PHI3, "longrope", 96, 10000.0, (17 / 12) ** 0.5, last=1 / SHORT[-1]),
    Known("Phi-3-mini-128k, long", _PHI3, "longrope", 96, 10000.0, (17 / 12) ** 0.5, last=1 / LONG[-1],
          length=4097.0),
    Known(
        "Phi-2", _of("phi", 2560, 32, 2048, partial_rotary_factor=0.4, rope_theta=10000.0),
        "default", 32, 10000.0, last=1.0,
    ),
    Known(
        "MiniCPM3-4B",
        _of("minicpm3", 2560, 40, 32768, qk_rope_head_dim=32, qk_nope_head_dim=64, rope_theta=10000.0,
            rope_scaling={"type": "longrope", "long_factor": BOTH, "short_factor": BOTH,
                          "original_max_position_embeddings": 32768}),
        "longrope", 32, 10000.0, last=1 / BOTH[-1],
    ),
    # 0.1 · 0.707 · ln 40 + 1 = 1.2608…, on both sides of the quotient; squared on scores
    Known(
        "DeepSeek-V2",
        _of("deepseek_v2", 5120, 128, 163840, qk_rope_head_dim=64, rope_theta=10000,
            rope_scaling=_deepseek(40, 0.707)),
        "yarn", 64, 10000.0, softmax=1.5896261651208736, last=1 / 40,
    ),
    Known(
        "DeepSeek-V3",
        _of("deepseek_v3", 7168, 128, 163840, qk_rope_head_dim=64, rope_theta=10000,
            rope_scaling=_deepseek(40, 1.0)),
        "yarn", 64, 10000.0, softmax=1.8738542070926265, last=1 / 40,
    ),
    Known(
        "Kimi-K2",
        _of("deepseek_v3", 7168, 64, 131072, qk_rope_head_dim=64, rope_theta=50000.0,
            rope_scaling=_deepseek(32.0, 1.0, beta_fast=1.0, beta_slow=1.0)),
        "yarn", 64, 50000.0, softmax=1.3465735902799727**2, last=1 / 32,
    ),
    Known("Gemma-2-9b", _of("gemma2", 3584, 16, 8192, head_dim=256, rope_theta=10000.0), "default", 256,
          10000.0),
    Known("Gemma-3-4b, full attention", _GEMMA3, "linear", 256, 1e6, last=1 / 8, layer="full_attention"),
    Known("Gemma-3-4b, sliding attention", _GEMMA3, "default", 256, 10000.0, layer="sliding_attention"),
    Known(
        "Gemma-3n-E4B, full attention",
        _of("gemma3n_text", 2048, 8, 32768, head_dim=256, rope_theta=1e6, rope_local_base_freq=10000.0),
        "default", 256, 1e6, last=1.0, layer="full_attention",
    ),
    Known("Gemma-4-31B, full attention", _GEMMA4, "proportional", 512, 1e6, layer="full_attention"),
    Known("Gemma-4-31B, sliding attention", _GEMMA4, "default", 256, 10000.0, layer="sliding_attention"),
    Known("ModernBERT-base, full attention", _MODERNBERT, "default", 64, 160000.0, layer="full_attention"),
    Known("ModernBERT-base, sliding attention", _MODERNBERT, "default", 64, 10000.0,
          layer="sliding_attention"),
    Known("OLMo-2-7B", _of("olmo2", 4096, 32, 4096, rope_theta=500000), "default", 128, 5e5, last=1.0),
    Known("Olmo-3-32B, full attention", _OLMO3, "yarn", 128, 5e5, 1.2079441541679836, last=1 / 8,
          layer="full_attention"),
    Known("Olmo-3-32B, sliding attention", _OLMO3, "default", 128, 5e5, last=1.0, layer="sliding_attention"),
    Known("Pythia-6.9b", _of("gpt_neox", 4096, 32, 2048, rotary_pct=0.25, rotary_emb_base=10000),
          "default", 32, 10000.0, last=1.0),
    Known("GPT-NeoX-20B", _of("gpt_neox", 6144, 64, 2048, rotary_pct=0.25, rotary_emb_base=10000),
          "default", 24, 10000.0, last=1.0),
    Known("GPT-J-6B", {"model_type": "gptj", "n_embd": 4096, "n_head": 16, "n_positions": 2048,
                       "rotary_dim": 64}, "default", 64, 10000.0, last=1.0, theirs=False),
    Known("Falcon-7B", _of("falcon", 4544, 71, 2048), "default", 64, 10000.0, last=1.0),
    Known("StableLM-2-1.6b", _of("stablelm", 2048, 32, 4096, partial_rotary_factor=0.25, rope_theta=10000),
          "default", 16, 10000.0, last=1.0),
    Known("GLM-4-9b", _of("glm", 4096, 32, 131072, head_dim=128, partial_rotary_factor=0.5,
                          rope_theta=10000.0), "default", 64, 10000.0, last=1.0),
    Known("Minitron-8B", _of("nemotron", 4096, 48, 4096, head_dim=128, partial_rotary_factor=0.5,
                             rope_theta=10000), "default", 64, 10000.0, last=1.0),
    # 0.1 ln 32 + 1
    Known(
        "gpt-oss-20b",
        _of("gpt_oss", 2880, 64, 131072, head_dim=64, rope_theta=150000, rope_scaling={
            "beta_fast": 32.0, "beta_slow": 1.0, "factor": 32.0, "original_max_position_embeddings": 4096,
            "rope_type": "yarn", "truncate": False}),
        "yarn", 64, 150000.0, 1.3465735902799727, last=1 / 32,
    ),
    Known("c4ai-command-r-v01", _of("cohere", 8192, 64, 8192, rope_theta=8000000.0), "default", 128, 8e6),
    Known("SmolLM3-3B", _of("smollm3", 2048, 16, 65536, rope_theta=5000000.0), "default", 128, 5e6, last=1.0),
    Known("MiniMax-M2", _of("minimax_m2", 3072, 48, 196608, head_dim=128, rotary_dim=64, rope_theta=5000000),
          "default", 64, 5e6, last=1.0),
    Known(
        "internlm2_5-7b-chat, at 65536",
        _of("internlm2", 4096, 32, 32768, rope_theta=1000000,
            rope_scaling={"type": "dynamic", "factor": 2.0}),
        "dynamic", 128, 1e6, last=1 / 3, length=65536.0, theirs=False,
    ),
    Known(
        "vicuna-7b-v1.5-16k",
        _of("llama", 4096, 32, 4096, rope_scaling={"factor": 4.0, "type": "linear"}),
        "linear", 128, 10000.0, last=1 / 4,
    ),
    # 0.1 ln 16 + 1
    Known(
        "Yarn-Llama-2-7b-64k",
        _of("llama", 4096, 32, 65536, rope_scaling={
            "factor": 16.0, "original_max_position_embeddings": 4096, "type": "yarn", "finetuned": True}),
        "yarn", 128, 10000.0, 1.2772588722239781, last=1 / 16, complaints=("finetuned",),
    ),
    Known(
        "Hunyuan-A13B",
        _of("hunyuan_v1_moe", 4096, 32, 32768, head_dim=128, rope_theta=10000.0, rope_scaling={
            "alpha": 1000.0, "beta_fast": 32, "beta_slow": 1, "factor": 1.0, "mscale": 1.0,
            "mscale_all_dim": 1.0, "type": "dynamic"}),
        "dynamic", 128, 10000.0, last=1 / 1000,
        complaints=("beta_fast", "beta_slow", "mscale", "mscale_all_dim"),
    ),
)  # fmt: skip
