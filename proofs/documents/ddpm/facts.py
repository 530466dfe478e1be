"""What is to be known of single functions of refimpl.ddpm and of their laws."""

from ...language.facts import Facts
from .remedies import REMEDIES

FACTS = Facts(
    called={
        "ddpm.ancestral_step": ("p_sample", "step"),
        "ddpm.cosine_schedule": ("betas_for_alpha_bar", "cosine_beta_schedule", "squaredcos_cap_v2"),
        "ddpm.cumulative": ("alphas_cumprod", "sqrt_alphas_cumprod"),
        "ddpm.denoise_mean": ("p_mean_variance",),
        "ddpm.diffuse": ("add_noise", "q_sample"),
        "ddpm.ddim_step": ("ddim_sample",),
        "ddpm.from_config": ("DDPMScheduler", "GaussianDiffusion"),
        "ddpm.inference_steps": ("set_timesteps", "space_timesteps", "make_ddim_timesteps"),
        "ddpm.learned_variance": ("get_variance", "learned_range"),
        "ddpm.linear_schedule": ("linear_beta_schedule", "get_named_beta_schedule"),
        "ddpm.log_snr": ("logsnr",),
        "ddpm.min_snr_weight": ("min_snr_gamma", "compute_snr_weight"),
        "ddpm.posterior": ("q_posterior", "q_posterior_mean_variance"),
        "ddpm.predict_noise": ("predict_eps_from_xstart", "predict_noise_from_start"),
        "ddpm.predict_x0": ("predict_start_from_noise", "predict_xstart_from_eps", "predict_start_from_v"),
        "ddpm.rescale_zero_snr": ("rescale_zero_terminal_snr", "enforce_zero_terminal_snr"),
        "ddpm.sample": ("p_sample_loop",),
        "ddpm.sigmoid_schedule": ("sigmoid_beta_schedule",),
        "ddpm.snr": ("compute_snr",),
        "ddpm.velocity": ("get_velocity", "get_v"),
    },
    not_differentiable={
        **dict.fromkeys(
            ("ddpm.check_schedule", "ddpm.check_signal", "ddpm.check_steps"), "it gives truth values"
        ),
    },
    short_batches=frozenset({"ddpm.sample"}),
    numbers=frozenset(
        {
            "ddpm.check_schedule",
            "ddpm.check_signal",
            "ddpm.check_steps",
            "ddpm.inference_steps",
            "ddpm.joint_kl",
        }
    ),
    order_hidden=frozenset({"ddpm.check_signal"}),
    given_back=frozenset({"ddpm.from_ho"}),
    notes={
        "ddpm.joint_kl": "traces, squares and log-determinants of T steps cancel where the chains are nearly "
        "equal: off by roundings of their sizes, T·d at least, so that a smaller divergence has no digits",
    },
    insensitive={
        "it compares a function with itself, and both sides change alike": (
            "ddpm.defaults",
            "ddpm.leading-axes",
        ),
        "it is an inequality, which is seldom tight": ("ddpm.bound-below-evidence",),
        "its terms cancel, and their sizes, not the sum, carry the roundings": ("ddpm.joint-divergence",),
        "it counts every rounding through all layers or steps, as if they went one way": (
            "ddpm.exact-chain",
            "ddpm.optimal-variance-minimises",
        ),
    },
    unseen={
        "it is a sum of terms that cancel, and their sizes carry the roundings": ("ddpm.joint_kl",),
    },
    hidden_in_float16={
        "equations are solved in float32 and rounded once, which leaves the digits that it loses": (
            "ddpm.elbo_terms/last-term-cancels",
        ),
        "1e-20 is 0 there": ("ddpm.learned_variance/clamped",),
        "what it changes is less than the roundings that its laws admit there": (
            "ddpm.cosine_schedule/unclipped",
            "ddpm.from_alpha/cancels",
            "ddpm.sigmoid_schedule/scaled-to-the-ends",
        ),
    },
    hidden_in_bfloat16={
        "one bound is for all functions of its law, and wider than numbers of neighbours are apart": (
            "ddpm.diffuse/steps-from-the-left",
        ),
        "0.999 and 0.9999 round to 1": (
            "ddpm.cosine_schedule/clipped-at-0.9999",
            "ddpm.cosine_schedule/unclipped",
            "ddpm.rescale_zero_snr/clipped",
        ),
        "NumPy computes in float32 and rounds once, which leaves the digits that it loses": (
            "ddpm.cosine_schedule/cancels",
            "ddpm.elbo_terms/last-term-cancels",
            "ddpm.from_alpha/cancels",
        ),
        "what it changes is less than the roundings that its laws admit there": (
            "ddpm.elbo_terms/without-dimension",
            "ddpm.elbo_terms/without-spread",
            "ddpm.joint_kl/at-the-mean",
            "ddpm.joint_kl/divergence-twice",
            "ddpm.joint_kl/in-bits",
            "ddpm.joint_kl/log-determinant-not-halved",
            "ddpm.joint_kl/without-last-state",
            "ddpm.marginals/deviation-added",
        ),
    },
    remedies=REMEDIES,
)
