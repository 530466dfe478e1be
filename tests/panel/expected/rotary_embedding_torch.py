"""What was seen of rotary-embedding-torch."""

from panel.expected._expected import Expected

EXPECTED = (
    Expected(
        binding="rotary-embedding-torch/apply_rotary_emb",
    ),
    Expected(
        binding="rotary-embedding-torch/RotaryEmbedding.freqs",
        finding="RotaryEmbedding(2) raises ZeroDivisionError; nothing says that two features are supported.",
    ),
    Expected(
        binding="rotary-embedding-torch/apply_rotary_emb (start_index)",
    ),
)
