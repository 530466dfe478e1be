"""What is to be known of single functions of refimpl.rope and of their laws."""

from ...language.facts import Facts
from .remedies import REMEDIES

FACTS = Facts(
    called={
        "rope.angles": ("freqs_outer", "precompute_freqs_cis"),
        "rope.attention_scores": ("qk_scores",),
        "rope.axial_angles": ("apply_multimodal_rotary_pos_emb", "mrope", "recomposition_frequencies"),
        "rope.axial_frequencies": ("get_3d_rotary_pos_embed", "get_2d_rotary_pos_embed", "FluxPosEmbed"),
        "rope.convert_layout": ("permute_for_rope", "rotate_half_to_interleaved"),
        "rope.dynamic_ntk": ("compute_dynamic_ntk_parameters", "DynamicNTKScalingRotaryEmbedding"),
        "rope.frequencies": ("inv_freq", "compute_default_rope_parameters", "div_term", "freqs"),
        "rope.from_config": ("rope_init_fn", "get_rope"),
        "rope.linear": ("compute_linear_scaling_rope_parameters", "LinearScalingRotaryEmbedding"),
        "rope.llama3": ("compute_llama3_parameters", "apply_scaling"),
        "rope.longrope": ("compute_longrope_parameters",),
        "rope.rotate": (
            "apply_rotary_pos_emb",
            "apply_rotary_emb",
            "apply_rope",
            "RotaryEmbedding",
            "rotary_kernel",
        ),
        "rope.rotate_partial": ("partial_rotary",),
        "rope.sinusoidal": ("positional_encoding", "PositionalEncoding", "sinusoidal_position_embedding"),
        "rope.timing_signal": ("get_timing_signal", "get_timestep_embedding", "timestep_embedding"),
        "rope.yarn": ("compute_yarn_parameters", "YaRNScalingRotaryEmbedding"),
        "rope.yarn_scale": ("get_mscale", "yarn_get_mscale"),
    },
    not_differentiable=dict.fromkeys(
        ("rope.digits", "rope.from_digits", "rope.log_n_scale", "rope.mixed_radix_digits"),
        "its arrays are of integers",
    ),
    nan_untried=frozenset({"rope.log_n_scale"}),
    attributes={"rope.frequencies": "inv_freq"},
    notes={
        "rope.attention_scores": "angles iω are rounded, by u·iω, on both sides of a difference of positions",
        "rope.sinusoidal": "frequencies are rounded: an angle nω is off by 4u·nω, its sine by that "
        "over tan nω",
        "rope.yarn": "unrounded ends of the ramp are off by some u, and so is γ, beside 1/k where it "
        "is small",
        "rope.timing_signal": "frequencies are rounded, as those of sinusoidal",
    },
    insensitive={
        "it compares a function with itself, and both sides change alike": (
            "rope.defaults",
            "rope.leading-axes",
        ),
        "it is of words": ("rope.from_config-complains",),
    },
    hidden_in_float16={
        "what it changes is less than the roundings that its laws admit there": (
            "rope.from_config/truncate-ignored",
            "rope.rotate/bfloat16-tables",
        ),
    },
    hidden_in_bfloat16={
        "what it changes is less than the roundings that its laws admit there": (
            "rope.from_config/truncate-ignored",
        ),
        "results have the format of its tables, and errors as large": (
            "rope.angles/bfloat16-angles",
            "rope.angles/bfloat16-frequencies",
            "rope.angles/bfloat16-positions",
            "rope.frequencies/bfloat16-table",
            "rope.rotate/bfloat16-tables",
        ),
        "one bound is for all functions of its law, and wider than numbers of neighbours are apart": (
            "rope.rotate/angles-from-the-left",
            "rope.rotation_matrix/axes-from-the-left",
        ),
    },
    remedies=REMEDIES,
)
