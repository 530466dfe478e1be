"""How functions of flow keep the digits that their textbook forms lose."""

_PEAK = "take the largest log-density out before exponentials are summed, and put it back after the logarithm"

REMEDIES = {
    "flow.variance_preserving": "β̄² = −expm1(−B) for 1 − exp(−B), whose digits are lost at small t",
    "flow.sub_variance_preserving": "β̄ = −expm1(−B) for 1 − exp(−B), whose digits are lost at small t",
    "flow.variance_exploding": "β̄² = σ_min² expm1(2 t log(σ_max/σ_min)) for σ²(t) − σ²(0)",
    "flow.forward_drift": "hand over the squares g² and σ²: roots that are squared again cancel",
    "flow.ddim_step": "(ᾱ'/ᾱ) x + (β̄' − (ᾱ'/ᾱ) β̄) ε, without the data on the way",
    "flow.ancestral_split": "q = (σ − σ')(1 + σ'/σ)/σ for 1 − σ'²/σ², and (1 − η²) + η²σ'²/σ² for 1 − η²q",
    "flow.edm_sampler": "(σ'/σ̂) x̂ + (1 − σ'/σ̂) D for x̂ + (σ' − σ̂) v, and ½(σ̂/σ' − 1)(D' − D) added to it",
    "flow.exponential_step": "ᾱ'(1 − e^{−h}) = ((ᾱ' − ᾱ)β̄ + (β̄ − β̄')ᾱ)/β̄, of which nothing cancels",
    "flow.dpm_solver_2m_step": "h = log1p(((ᾱ' − ᾱ)β̄ + (β̄ − β̄')ᾱ)/(β̄'ᾱ)) for differences of logarithms",
    "flow.karras_sigmas": "ρ log(w + (1 − w)(σ_max/σ_min)^{1/ρ}) above log σ_min, of which nothing cancels",
    "flow.shift_time": "(1 − t) + s t for 1 + (s − 1) t, which cancels for s < 1 next to t = 1",
    "flow.edm_scalings": "take the larger of σ and σ_data out of the root, so that no square overflows",
    "flow.edm_output": "((x_0 − x) σ_data/σ + x_0 σ/σ_data)/√(σ² + σ_data²) for (x_0 − c_skip x)/c_out",
    "flow.mixture_log_density": _PEAK,
    "flow.mixture_score": f"{_PEAK}: the posterior probabilities come from log-densities less their largest",
    "flow.mixture_score_jacobian": "centre before squaring: Σ r (s_k − s)(s_k − s)ᵀ for Σ r s_k s_kᵀ − s sᵀ",
    "flow.mixture_score_divergence": "centre before squaring: Σ r ‖s_k − s‖² for Σ r ‖s_k‖² − ‖s‖²",
}
"""One sentence a function."""
