"""What a function needs of its backend beyond elementwise operations, reductions and stacking.

The one table from which skips, documentation and compilation tests derive:
"indexing" (integer-array take), "cumulative" (cumulative_sum, cumulative_prod), "sort", "linalg",
"loops" (many dependent steps, whose graph a lazy library evaluates anew at every look), "eager"
(host functions: algorithms whose control flow depends on values; never compiled), "host" (eager ones
that compute in NumPy float64 or on Python floats, whatever the library), and "rational" (eager ones that take
numbers as the rationals that they are, and decide in those).
"""

_NEEDS: dict[str, str] = {
    # argmaxable
    "argmaxable.classify": "eager rational",
    "argmaxable.minimax_value": "eager host",
    "argmaxable.minimum_norm_point": "eager host",
    "argmaxable.verify": "eager rational",
    # ddpm
    "ddpm.ancestral_step": "indexing cumulative",
    "ddpm.check_signal": "cumulative",
    "ddpm.cumulative": "cumulative",
    "ddpm.denoise_mean": "indexing cumulative",
    "ddpm.diffuse": "indexing cumulative",
    "ddpm.diffuse_step": "indexing cumulative",
    "ddpm.elbo_terms": "cumulative linalg",
    "ddpm.exact_generator": "cumulative linalg",
    "ddpm.joint_kl": "cumulative linalg",
    "ddpm.log_snr": "cumulative",
    "ddpm.loss_weight": "cumulative",
    "ddpm.optimal_std": "cumulative",
    "ddpm.posterior": "indexing cumulative",
    "ddpm.predict_noise": "indexing cumulative",
    "ddpm.predict_score": "indexing cumulative",
    "ddpm.predict_v": "indexing cumulative",
    "ddpm.predict_x0": "indexing cumulative",
    "ddpm.sample": "cumulative",
    "ddpm.sampling_std": "cumulative",
    "ddpm.snr": "cumulative",
    "ddpm.to_ho": "cumulative",
    "ddpm.velocity": "indexing cumulative",
    # density
    "density.importance_bounds": "eager sort cumulative",
    "density.linear_evidence": "linalg",
    "density.linear_posterior": "linalg",
    "density.normal_kl_full": "linalg",
    "density.normal_log_density_full": "linalg",
    # flow
    "flow.euler_maruyama": "loops",
    "flow.flow_log_likelihood": "loops",
    "flow.full_mixture": "linalg",
    "flow.integrate": "loops",
    "flow.integrate_adaptive": "eager loops",
    # matching
    "matching.cosent_loss": "sort indexing",
    "matching.cosent_gradient": "sort indexing",
    "matching.rank": "sort indexing",
    "matching.spearman": "sort indexing",
    "matching.best_threshold": "sort cumulative indexing eager host",
    "matching.best_class_weights": "eager host",
    "matching.factor_similarity": "linalg eager host",
    "matching.nearest_semidefinite": "linalg",
    "matching.jl_dimension": "eager",
    "matching.rule_of_thumb_dimension": "eager",
    "matching.ranking_dimension": "eager",
    # residual
    "residual.deepnorm_constants": "eager",
    "residual.growth": "eager",
    "residual.init_variance": "eager",
    # rope
    # transport
    "transport.gaussian_map": "linalg",
    "transport.gaussian_score_matching": "linalg",
    "transport.coupling_monotonicity": "linalg",
    "transport.growth_factor": "cumulative",
    "transport.linear_flow_pair": "eager host",
    "transport.mixture_score_matching": "sort",
    "transport.one_sided_lipschitz": "linalg",
    "transport.printed_score_matching_bound": "cumulative",
    "transport.score_matching_bound": "cumulative",
    "transport.wasserstein_1d": "cumulative indexing sort",
    "transport.wasserstein_bound": "cumulative",
    "transport.wasserstein_discrete": "eager host",
    "transport.wasserstein_gaussian": "linalg",
}
NEEDS: dict[str, frozenset[str]] = {name: frozenset(needs.split()) for name, needs in _NEEDS.items()}
