"""What was seen of diffusers."""

from panel.expected._expected import Expected

_SCHEDULER = (
    "1 − ᾱ is a float32 subtraction: for small noise it keeps three or four digits (1.6e-4 relative at "
    "β = 1e-4, t = 1, where float32 allows 6e-8)."
)

EXPECTED = (
    Expected(
        binding="diffusers/DDPMScheduler.add_noise",
        lost={"ordinary": (7, 6), "cancellation": (6, 5), "extreme": (7, 3)},
        fails={"ddpm.diffusion-definition": "cancellation", "ddpm.diffusion-composes": "cancellation"},
        short="lost digits",
        finding=_SCHEDULER,
    ),
    Expected(
        binding="diffusers/DDPMScheduler.get_velocity",
        lost={"ordinary": (7, 6), "cancellation": (6, 4), "extreme": (6, 5)},
        fails={"ddpm.velocity-definition": "ordinary"},
        short="lost digits",
        finding="As `add_noise`.",
    ),
    Expected(
        binding="diffusers/DDPMScheduler.step",
        lost={"ordinary": (7, 6), "cancellation": (5, 5), "extreme": (7, 0)},
        fails={"ddpm.denoise_mean-definition": "ordinary", "ddpm.denoise-is-posterior-mean": "ordinary"},
        short="lost digits",
        finding="As `add_noise`.",
    ),
    Expected(
        binding="diffusers/DDPMScheduler._get_variance",
        lost={"ordinary": (7, 4), "cancellation": (6, 1), "extreme": (3, 0)},
        edges=("no-variance=1e-20",),
        fails={"ddpm.posterior-definition": "ordinary", "ddpm.ho-convention": "ordinary"},
        short="lost digits",
        finding="As `add_noise`; the first variance is 1e-20, not 0 (a clamp that the code announces).",
    ),
    Expected(
        binding="diffusers/embeddings.get_timestep_embedding (downscale_freq_shift=0)",
        lost={"ordinary": (6, 4), "cancellation": (1, 0), "extreme": (3, 0)},
        fails={"rope.sinusoidal-definition": "ordinary"},
        short="lost digits",
        finding="Angles are float32: of an angle of 4000 three digits behind the point are left.",
    ),
    Expected(
        binding="diffusers/embeddings.get_timestep_embedding",
        fails={
            "rope.sinusoidal-definition": "ordinary",
            "rope.angle-of-quotient": "ordinary",
            "rope.angle-period": "ordinary",
        },
        short="its own exponents",
        finding="Exponents i/(d/2 − 1), so that the last frequency is 1/base; the audit names this.",
    ),
    Expected(
        binding="diffusers/training_utils.compute_snr",
        lost={"ordinary": (6, 4), "cancellation": (3, 2), "extreme": (4, 0)},
        fails={
            "ddpm.snr-definition": "ordinary",
            "ddpm.snr-decreases": "cancellation",
            "ddpm.loss_weight-of-data": "ordinary",
        },
        short="lost digits",
        finding="As `add_noise`.",
    ),
    Expected(
        binding="diffusers/schedulers.scheduling_ddpm.betas_for_alpha_bar",
    ),
    Expected(
        binding="diffusers/DDPMScheduler (beta_schedule scaled_linear)",
    ),
    Expected(
        binding="diffusers/DDPMScheduler (beta_schedule sigmoid)",
    ),
    Expected(
        binding="diffusers/rescale_zero_terminal_snr",
        lost={"ordinary": (7, 6), "cancellation": (5, 2), "extreme": (7, 0)},
        fails={"ddpm.rescale_zero_snr-definition": "ordinary"},
        short="lost digits",
        finding="Differences of √ᾱ in float32: of three variances 1e-4 the second is 0.75 for 0.7500125.",
    ),
    Expected(
        binding="diffusers/DDIMScheduler.set_timesteps",
        fails={"ddpm.inference_steps-definition": "ordinary"},
        short="a step too many",
        finding="Trailing with 61 of 1000 steps has 62 timesteps, the last of which is −1, and so have 61 "
        "other numbers of steps one too many: `arange` of a float gap. Leading and linspace hold.",
    ),
    Expected(
        binding="diffusers/DDIMScheduler.step",
        lost={"ordinary": (7, 6), "cancellation": (7, 6), "extreme": (6, 0)},
        fails={
            "ddpm.ddim_step-definition": "ordinary",
            "ddpm.ddim-keeps-marginals": "cancellation",
            "ddpm.ddim-is-ancestral": "cancellation",
        },
        short="lost digits",
        finding=(
            "As `add_noise`; at zero terminal SNR with eta=1 NaN where 1 − ᾱ − σ² rounds below 0. It "
            "steps to t − T // n, which is the next timestep for leading alone."
        ),
    ),
    Expected(
        binding="diffusers/EulerAncestralDiscreteScheduler.step",
        lost={"ordinary": (7, 7), "cancellation": (2, 2), "extreme": (4, 4)},
        fails={"flow.ancestral_split-definition": "cancellation"},
        short="lost digits",
        finding=(
            "σ_down and σ_up come from differences of squares in float32: of levels that are near, or"
            " far apart, half of the digits are left. There is no eta."
        ),
    ),
    Expected(
        binding="diffusers/EDMEulerScheduler.step",
        fails={"flow.edm_sampler-definition": "ordinary"},
        short="model sees no churn",
        finding=(
            "With s_churn it is not algorithm 2: `step` gets the model's output, so that the model "
            "has seen the sample and the level before the noise was raised; the audit names this."
        ),
    ),
    Expected(
        binding="diffusers/DPMSolverMultistepScheduler.dpm_solver_first_order_update",
    ),
    Expected(
        binding="diffusers/DPMSolverMultistepScheduler.multistep_dpm_solver_second_order_update",
        finding="Where the last σ is 0 this is not finite, and `step` takes the update of order 1.",
    ),
    Expected(
        binding="diffusers/transformer_flux.FluxPosEmbed",
    ),
)
