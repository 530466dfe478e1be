"""What was seen of transformers."""

from panel.expected._expected import Expected

_RMS = "Zeros, not an error or NaN, for rows whose squares overflow (entries above 1.8e19 in float32)."
_RMS_LOST = {"ordinary": (7, 7), "cancellation": (7, 7), "extreme": (0, 0)}
_RMS_FAILS = {"residual.rms_norm-definition": "extreme", "residual.rms-of-centred": "extreme"}

EXPECTED = (
    Expected(
        binding="transformers/apply_rotary_pos_emb",
    ),
    Expected(
        binding="transformers/LlamaRotaryEmbedding.compute_default_rope_parameters",
    ),
    Expected(
        binding='transformers/ROPE_INIT_FUNCTIONS["dynamic"]',
        finding="For whole training lengths, which it requires.",
    ),
    Expected(
        binding="transformers/LlamaRotaryEmbedding.forward (rope_type dynamic)",
        fails={"rope.dynamic_ntk-rests": "ordinary"},
        short="depends on history",
        finding=(
            "Depends on history: after a sequence of 128, one of exactly the training length 64 keeps"
            " the frequencies of 128; one of 63 resets them (`<` where ≤ is meant)."
        ),
    ),
    Expected(
        binding='transformers/ROPE_INIT_FUNCTIONS["yarn"]',
        finding='As `ramp="code"`: the ramp of most code, which is not the one that the paper defines.',
    ),
    Expected(
        binding='transformers/ROPE_INIT_FUNCTIONS["llama3"]',
    ),
    Expected(
        binding='transformers/ROPE_INIT_FUNCTIONS["linear"]',
    ),
    Expected(
        binding='transformers/ROPE_INIT_FUNCTIONS["proportional"]',
    ),
    Expected(
        binding='transformers/ROPE_INIT_FUNCTIONS["longrope"]',
    ),
    Expected(
        binding="transformers/ROPE_INIT_FUNCTIONS (a whole configuration)",
    ),
    Expected(
        binding="transformers/Qwen2VLRotaryEmbedding.recomposition_frequencies",
    ),
    Expected(
        binding="transformers/Qwen3VLTextRotaryEmbedding.recomposition_frequencies",
        finding="Sections that do not fit in turns are cut without a word: 16, 24 and 24 of 64 pairs become "
        "22, 21 and 21. It writes into the angles that it gets.",
    ),
    Expected(
        binding="transformers/gpt_neox.apply_rotary_pos_emb",
    ),
    Expected(
        binding="transformers/LlamaRMSNorm",
        lost=_RMS_LOST,
        fails=_RMS_FAILS,
        short="overflow",
        finding=_RMS,
    ),
    Expected(
        binding="transformers/GemmaRMSNorm",
        lost=_RMS_LOST,
        fails=_RMS_FAILS,
        short="overflow",
        finding=_RMS,
    ),
)
