"""What code reads of rotary configurations: keys, types, defaults. Facts about transformers are of 5.23."""

from collections.abc import Mapping

TYPES: Mapping[str, tuple[str, ...]] = {
    "default": (),
    "linear": ("factor",),
    "dynamic": ("factor",),
    "yarn": (
        "factor", "original_max_position_embeddings", "attention_factor", "beta_fast", "beta_slow", "mscale",
        "mscale_all_dim", "truncate",
    ),
    "longrope": (
        "short_factor", "long_factor", "original_max_position_embeddings", "factor", "attention_factor",
    ),
    "llama3": ("factor", "original_max_position_embeddings", "low_freq_factor", "high_freq_factor"),
    "proportional": ("factor",),
}  # fmt: skip
"""The types of tables, and the keys that each reads beside COMMON."""
COMMON = ("rope_type", "type", "rope_theta", "partial_rotary_factor")
AXES = ("mrope_section", "mrope_interleaved")
"""How frequencies are shared out among axes of positions: no matter of the table."""
ALIASES = {"su": "longrope", "mrope": "default", "none": "default"}
"""Other names of types."""
LONGROPE_AS_YARN = ("phi3", "phi4_multimodal")
"""Models whose code takes the type yarn for longrope."""
ALPHA = ("hunyuan", "hunyuan_v1_dense", "hunyuan_v1_moe")
"""Models whose type dynamic with a key `alpha` is a fixed NTK-aware base."""
TWO_SCALES = ("phi3small", "phimoe")
"""Models that give the attention scale of LongRoPE, one up to the training length and one beyond."""
OWN_KEYS = {"alpha": ALPHA, "short_mscale": TWO_SCALES, "long_mscale": TWO_SCALES}
"""Keys that only the code of some models reads."""
ELSEWHERE = {
    "attn_factor": "transformers does not read it, vLLM and SGLang multiply YaRN's attention scale with it; "
    "did you mean attention_factor, which stands for the whole scale?",
    "extrapolation_factor": "transformers does not read it, only vLLM and SGLang do",
    "finetuned": "no code reads it any more",
    "short_mscale": "only the code of Phi-3-small and Phi-MoE reads it; did you mean attention_factor?",
    "long_mscale": "only the code of Phi-3-small and Phi-MoE reads it; did you mean attention_factor?",
    "alpha": "only HunYuan's code reads it, as the factor of NTK-aware scaling",
}
"""Keys of a block that some code reads, or read, and what became of them."""

HIDDEN = ("hidden_size", "n_embd", "d_model")
HEADS = ("num_attention_heads", "n_head", "n_heads")
LONGEST = ("max_position_embeddings", "n_positions", "seq_length", "max_sequence_length", "max_seq_len")
BASES = ("rope_theta", "rotary_emb_base", "rotary_base", "rope_embedding_base")
PARTIAL = ("partial_rotary_factor", "rotary_pct", "rope_pct", "rope_percent")
"""Names of one fact at the top of configurations, that of transformers first."""
PARTS = ("text_config", "llm_config", "language_config", "language_model", "thinker_config")
"""Where models of several kinds of input keep the configuration of their text model."""
TOP = (
    *("rope_parameters", "rope_scaling", "rotary_dim", "rope_local_base_freq", "global_rope_theta"),
    *("local_rope_theta", "qk_rope_head_dim", "original_max_position_embeddings", *BASES, *PARTIAL),
)
"""Keys of rotary embeddings at the top of configurations."""

DEFAULT_BASE = 10000.0
BASE_OF = {
    "apertus": 12e6, "bitnet": 5e5, "cohere": 5e5, "cwm": 1e6, "ernie4_5": 5e5, "ernie4_5_moe": 5e5,
    "flex_olmo": 5e5, "fuyu": 25000.0, "gpt_oss": 150000.0, "llama4_text": 5e5, "minimax_m2": 5e6,
    "mllama_text_model": 5e5, "nomic_bert": 1000.0, "olmo3": 5e5, "smollm3": 2e6, "solar_open": 1e6,
}  # fmt: skip
"""The base where none is given, by `model_type`, if it is not 10000."""
PARTIAL_OF = {
    "glm": 0.5, "glm4": 0.5, "glm4_moe": 0.5, "gpt_neox": 0.25, "nemotron": 0.5, "persimmon": 0.5, "phi": 0.5,
    "qwen3_5_text": 0.25, "qwen3_5_moe_text": 0.25, "qwen3_next": 0.25, "recurrent_gemma": 0.5,
    "stablelm": 0.25,
}  # fmt: skip
"""The part of a head that turns where none is given, by `model_type`, if it is not all."""
WHOLE = (
    "apertus", "arcee", "cohere", "cohere2", "exaone4", "falcon", "gemma", "gemma2", "gemma3_text",
    "gemma3n_text", "gpt_oss", "granite", "helium", "llama", "llama4_text", "mistral", "mixtral", "olmo",
    "olmo2", "olmo3", "qwen2", "qwen2_moe", "qwen3", "qwen3_moe", "seed_oss", "smollm3", "starcoder2",
)  # fmt: skip
"""Models whose code of the type default turns whole heads, whatever partial_rotary_factor says."""
TWO_BASES = {
    "gemma3_text": (1e6, 10000.0),
    "gemma3n_text": (1e6, 10000.0),
    "modernbert": (160000.0, 10000.0),
    "modernbert-decoder": (160000.0, 10000.0),
}
"""The bases of layers of full and of sliding attention where none are given, by `model_type`."""
FULL_ONLY = ("olmo3",)
"""Models whose scaling is for layers of full attention alone."""
FULL, SLIDING = "full_attention", "sliding_attention"

GGUF_TYPES = ("none", "linear", "yarn", "longrope")
GGUF_KEYS = (
    "dimension_count", "dimension_count_swa", "dimension_sections", "freq_base", "freq_base_swa",
    "scale_linear", "scaling.type", "scaling.factor", "scaling.alpha", "scaling.attn_factor",
    "scaling.original_context_length", "scaling.finetuned", "scaling.yarn_log_multiplier",
    "scaling.yarn_ext_factor", "scaling.yarn_attn_factor", "scaling.yarn_beta_fast",
    "scaling.yarn_beta_slow",
)  # fmt: skip
"""Those under `<architecture>.rope.` that llama.cpp reads."""
TENSORS = ("rope_freqs.weight", "rope_factors_short.weight", "rope_factors_long.weight")
"""By which llama.cpp divides frequencies: at every length, up to the training length, and beyond."""
