"""What the schedulers of diffusers 0.42 read of a scheduler_config.json, and what they take without it."""

from collections.abc import Mapping
from typing import Any

_BETAS: Mapping[str, Any] = {
    "num_train_timesteps": 1000,
    "beta_start": 0.0001,
    "beta_end": 0.02,
    "beta_schedule": "linear",
    "trained_betas": None,
    "prediction_type": "epsilon",
}
_LATENT = {"beta_start": 0.00085, "beta_end": 0.012}
_SPACED = {"timestep_spacing": "linspace", "steps_offset": 0}
_CLIPPED = {"clip_sample": True, "clip_sample_range": 1.0}
_THRESHOLD = {"thresholding": False, "dynamic_thresholding_ratio": 0.995, "sample_max_value": 1.0}
_SIGMAS = {"use_karras_sigmas": False, "use_exponential_sigmas": False, "use_beta_sigmas": False}
_ZERO = {"rescale_betas_zero_snr": False}
_FLOW = {"use_flow_sigmas": False, "flow_shift": 1.0}
_SHIFT = {"use_dynamic_shifting": False, "time_shift_type": "exponential"}
_ENDS = {"sigma_min": None, "sigma_max": None}
_LOWER = {"lower_order_final": True}
_VARIANCE = {"lambda_min_clipped": float("-inf"), "variance_type": None}

_DDPM = {**_BETAS, **_CLIPPED, **_THRESHOLD, **_SPACED, **_ZERO, "variance_type": "fixed_small"}
_DDPM["timestep_spacing"] = "leading"
_DDIM = {key: value for key, value in _DDPM.items() if key != "variance_type"} | {"set_alpha_to_one": True}
_SOLVER = {**_BETAS, **_SPACED, **_THRESHOLD, **_SIGMAS, **_FLOW, **_LOWER, "solver_order": 2}
_DPM = {**_SOLVER, **_VARIANCE, "algorithm_type": "dpmsolver++", "solver_type": "midpoint"}
_FINAL = {"final_sigmas_type": "zero"}
_LCM = {**_DDIM, **_LATENT, "beta_schedule": "scaled_linear", "clip_sample": False}
_LCM |= {"original_inference_steps": 50, "timestep_scaling": 10.0}
_KDPM = {**_BETAS, **_LATENT, **_SPACED, **_SIGMAS}

CLASSES: Mapping[str, Mapping[str, Any]] = {
    "DDIMScheduler": _DDIM,
    "DDIMParallelScheduler": _DDIM,
    "DDIMInverseScheduler": {key: it for key, it in _DDIM.items() if key not in _THRESHOLD},
    "DDPMScheduler": _DDPM,
    "DDPMParallelScheduler": _DDPM,
    "DEISMultistepScheduler": {**_SOLVER, **_SHIFT, "algorithm_type": "deis", "solver_type": "logrho"},
    "DPMSolverMultistepScheduler": {
        **_DPM, **_FINAL, **_ZERO, **_SHIFT, "euler_at_final": False, "use_lu_lambdas": False
    },
    "DPMSolverMultistepInverseScheduler": {**_DPM, "euler_at_final": False},
    "DPMSolverSinglestepScheduler": {
        **{key: it for key, it in _DPM.items() if key not in _SPACED},
        **_FINAL, **_SHIFT, "lower_order_final": False,
    },
    "EulerAncestralDiscreteScheduler": {**_BETAS, **_SPACED, **_ZERO},
    "EulerDiscreteScheduler": {
        **_BETAS, **_SPACED, **_SIGMAS, **_ENDS, **_FINAL, **_ZERO,
        "interpolation_type": "linear", "timestep_type": "discrete",
    },
    "HeunDiscreteScheduler": {**_KDPM, **_CLIPPED, "clip_sample": False},
    "KDPM2AncestralDiscreteScheduler": _KDPM,
    "KDPM2DiscreteScheduler": _KDPM,
    "LCMScheduler": _LCM,
    "LMSDiscreteScheduler": {**_BETAS, **_SPACED, **_SIGMAS},
    "PNDMScheduler": {
        **_BETAS, "timestep_spacing": "leading", "steps_offset": 0, "set_alpha_to_one": False,
        "skip_prk_steps": False,
    },
    "SASolverScheduler": {
        **{key: it for key, it in _SOLVER.items() if key != "solver_order"}, **_VARIANCE,
        "predictor_order": 2, "corrector_order": 2, "tau_func": None, "algorithm_type": "data_prediction",
    },
    "TCDScheduler": _LCM,
    "UniPCMultistepScheduler": {
        **_SOLVER, **_FINAL, **_ZERO, **_SHIFT, **_ENDS,
        "predict_x0": True, "solver_type": "bh2", "disable_corrector": [], "solver_p": None,
        "shift_terminal": None,
    },
}  # fmt: skip
"""The keys of each class, with their defaults."""

OWN_STEPS = ("DDIMScheduler", "DDIMParallelScheduler", "DDPMScheduler", "DDPMParallelScheduler")
"""Those whose inference steps are those of P4; multistep and continuous ones have others."""

SCHEDULES = {
    "linear": "",
    "scaled_linear": "",
    "squaredcos_cap_v2": "",
    "sigmoid": "DDPMScheduler, DDPMParallelScheduler",
}
"""Schedules, and the classes that have them, if not all."""

PREDICTIONS = {"epsilon": "noise", "sample": "x0", "v_prediction": "v"}

ONLY_WITH = {
    "dynamic_thresholding_ratio": "thresholding",
    "sample_max_value": "thresholding",
    "clip_sample_range": "clip_sample",
    "flow_shift": "use_flow_sigmas",
}
"""Keys that count if another is true."""
