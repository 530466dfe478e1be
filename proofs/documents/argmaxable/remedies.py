"""How margins and verdicts keep the digits that their textbook forms lose."""

REMEDIES = {
    "argmaxable.margins": "take differences first, ⟨w_k − w_i, z⟩ + (b_k − b_i), so that what is common to "
    "all rows does not round",
    "argmaxable.classify": "check what a linear program says in rational arithmetic (fractions.Fraction): "
    "its tolerances hide thin cones",
}
