"""What the laws say of functions of public libraries, as data that needs none of them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOAT32, BOTH = ("float32",), ("float64", "float32")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """An audit of a public function, and what comes out."""

    package: str
    """The distribution's name; its version is the one that pyproject.toml pins."""
    public: str
    """The public function."""
    function: str
    """The function of refimpl that it is audited as."""
    target: str
    """The public function itself, or a wrapper in this folder."""
    adapter: str = ""
    backend: str = "torch"
    dtypes: tuple[str, ...] = ("float64",)
    laws: tuple[str, ...] = ()
    """Only these laws; all about the function by default."""
    examples: int = 18
    diagnosed: bool = True
    """Whether it is audited; the laws alone are proved where the 60 calls of a diagnosis take a minute."""
    fails: Mapping[str, str] = field(default_factory=dict)
    """Laws that it violates, and the first kind of inputs that shows it."""
    lost: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Where the formula is right and digits are lost: by kind of input, about how many are left in the median
    and at a tenth of the calls. All laws that fail are then imprecise ones."""
    too_few: bool = False
    """Whether so few are left at ordinary inputs that the answer is "wrong"."""
    edges: tuple[str, ...] = ()
    """Where practice differs, and so does it, as "name=value"."""
    short: str = ""
    """The finding in two or three words."""
    finding: str = ""
    """What was found, or what limits the verdict; test_findings.py shows each of them by plain code."""

    @property
    def verdict(self) -> str:
        """What `report.verdict` is."""
        if self.fails and (self.too_few or not self.lost):
            return "refuted"
        return "imprecise" if self.lost else "edge" if self.edges else "held"

    @property
    def answer(self) -> str:
        """In words for the tables."""
        words = {"held": "right", "edge": "right", "imprecise": "**imprecise**", "refuted": "**wrong**"}
        return words[self.verdict] + (f", except at {', '.join(self.edges)}" if self.edges else "")

    @property
    def digits(self) -> str:
        """What is left, for the tables."""
        return ", ".join(
            f"{_NAMES.get(kind, kind)} {most}" + (f" ({few})" if few < most else "")
            for kind, (most, few) in self.lost.items()
        )


_NAMES = {"cancellation": "cancelling"}


def pins() -> dict[str, str]:
    """The version of every package of the panel, from pyproject.toml."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return dict(pin.split("==") for pin in settings["project"]["optional-dependencies"]["panel"])


_RMS = "Zeros, not an error or NaN, for rows whose squares overflow (entries above 1.8e19 in float32)."
_RMS_LOST = {"ordinary": (7, 7), "cancellation": (7, 7), "extreme": (0, 0)}
_RMS_FAILS = {"residual.rms_norm-definition": "extreme", "residual.rms-of-centred": "extreme"}
_SCHEDULER = (
    "1 − ᾱ is a float32 subtraction: for small noise it keeps three or four digits (1.6e-4 relative at "
    "β = 1e-4, t = 1, where float32 allows 6e-8)."
)
_SHORT = (
    "Up to 1 + 2u for parallel vectors; no digit is right for vectors whose squares leave the range of the "
    "dtype"
)
_NEAR = (
    "Inaccurate for nearly equal distributions: the terms are summed beside 1, so that means 1e-9 σ apart "
    "give 0 instead of 5e-19. The law of those is left out, as no function of σ instead of σ² can meet it."
)

EXPECTED = (
    Expected(
        package="transformers",
        public="apply_rotary_pos_emb",
        function="rope.rotate",
        target="panel.transformers_rope:rotate",
        dtypes=BOTH,
    ),
    Expected(
        package="transformers",
        public="LlamaRotaryEmbedding.compute_default_rope_parameters",
        function="rope.frequencies",
        target="panel.transformers_rope:frequencies",
        dtypes=FLOAT32,
    ),
    Expected(
        package="transformers",
        public='ROPE_INIT_FUNCTIONS["dynamic"]',
        function="rope.dynamic_ntk",
        target="panel.transformers_rope:dynamic_ntk",
        dtypes=FLOAT32,
        finding="For whole training lengths, which it requires.",
    ),
    Expected(
        package="transformers",
        public="LlamaRotaryEmbedding.forward (rope_type dynamic)",
        function="rope.dynamic_ntk",
        target="panel.transformers_rope:dynamic_ntk_of_module",
        short="depends on history",
        dtypes=FLOAT32,
        laws=("rope.dynamic_ntk-rests",),
        fails={"rope.dynamic_ntk-rests": "ordinary"},
        finding=(
            "Depends on history: after a sequence of 128, one of exactly the training length 64 keeps the "
            "frequencies of 128; one of 63 resets them (`<` where ≤ is meant)."
        ),
    ),
    Expected(
        package="transformers",
        public='ROPE_INIT_FUNCTIONS["yarn"]',
        function="rope.yarn",
        target="panel.transformers_rope:yarn",
        dtypes=FLOAT32,
        finding='As `ramp="code"`: the ramp of most code, which is not the one that the paper defines.',
    ),
    Expected(
        package="transformers",
        public='ROPE_INIT_FUNCTIONS["llama3"]',
        function="rope.llama3",
        target="panel.transformers_rope:llama3",
        dtypes=FLOAT32,
    ),
    Expected(
        package="transformers",
        public='ROPE_INIT_FUNCTIONS["linear"]',
        function="rope.linear",
        target="panel.transformers_rope:linear",
        dtypes=FLOAT32,
    ),
    Expected(
        package="transformers",
        public='ROPE_INIT_FUNCTIONS["proportional"]',
        function="rope.proportional",
        target="panel.transformers_rope:proportional",
        dtypes=FLOAT32,
    ),
    Expected(
        package="transformers",
        public='ROPE_INIT_FUNCTIONS["longrope"]',
        function="rope.longrope",
        target="panel.transformers_rope:longrope",
        dtypes=FLOAT32,
    ),
    Expected(
        package="transformers",
        public="ROPE_INIT_FUNCTIONS (a whole configuration)",
        function="rope.from_config",
        target="panel.transformers_rope:from_config",
        adapter="pair",
        dtypes=FLOAT32,
        laws=("rope.from_config-definition",),
        diagnosed=False,
    ),
    Expected(
        package="diffusers",
        public="DDPMScheduler.add_noise",
        function="ddpm.diffuse",
        target="panel.diffusers_ddpm:diffuse",
        lost={"ordinary": (7, 6), "cancellation": (6, 5), "extreme": (7, 3)},
        short="lost digits",
        dtypes=FLOAT32,
        laws=("ddpm.diffusion-definition", "ddpm.diffusion-composes"),
        fails={"ddpm.diffusion-definition": "cancellation", "ddpm.diffusion-composes": "cancellation"},
        finding=_SCHEDULER,
    ),
    Expected(
        package="diffusers",
        public="DDPMScheduler.get_velocity",
        function="ddpm.velocity",
        target="panel.diffusers_ddpm:velocity",
        lost={"ordinary": (7, 6), "cancellation": (6, 4), "extreme": (6, 5)},
        short="lost digits",
        dtypes=FLOAT32,
        laws=("ddpm.velocity-definition",),
        fails={"ddpm.velocity-definition": "ordinary"},
        finding="As `add_noise`.",
    ),
    Expected(
        package="diffusers",
        public="DDPMScheduler.step",
        function="ddpm.denoise_mean",
        target="panel.diffusers_ddpm:denoise_mean",
        lost={"ordinary": (7, 6), "cancellation": (5, 5), "extreme": (7, 0)},
        short="lost digits",
        dtypes=FLOAT32,
        laws=("ddpm.denoise_mean-definition", "ddpm.denoise-is-posterior-mean"),
        fails={"ddpm.denoise_mean-definition": "ordinary", "ddpm.denoise-is-posterior-mean": "ordinary"},
        finding="As `add_noise`.",
    ),
    Expected(
        package="diffusers",
        public="DDPMScheduler._get_variance",
        function="ddpm.posterior",
        target="panel.diffusers_ddpm:posterior",
        lost={"ordinary": (7, 4), "cancellation": (6, 1), "extreme": (3, 0)},
        short="lost digits",
        dtypes=FLOAT32,
        laws=("ddpm.posterior-definition", "ddpm.ho-convention"),
        fails={"ddpm.posterior-definition": "ordinary", "ddpm.ho-convention": "ordinary"},
        edges=("no-variance=1e-20",),
        finding="As `add_noise`; the first variance is 1e-20, not 0 (a clamp that the code announces).",
    ),
    Expected(
        package="sentence-transformers",
        public="CoSENTLoss",
        function="matching.cosent_loss",
        target="panel.sentence_similarity:cosent",
        too_few=True,
        lost={"ordinary": (7, 1), "cancellation": (7, 7), "extreme": (7, 7)},
        short="lost digits",
        adapter="embeddings",
        dtypes=FLOAT32,
        fails={"matching.cosent-pairwise": "cancellation", "matching.cosent-invariances": "ordinary"},
        finding=(
            "The loss has an absolute error of u, so losses far below 1 lose their digits "
            "(3.6e-7 for 3.1e-7 in float32)."
        ),
    ),
    Expected(
        package="sentence-transformers",
        public="util.cos_sim",
        function="matching.cosine_similarity",
        target="panel.cosines:of_sentence_transformers",
        lost={"ordinary": (16, 15), "cancellation": (16, 16), "extreme": (0, 0)},
        short="passes 1, underflow",
        fails={"matching.cosine_similarity-definition": "ordinary"},
        edges=("zero-vector=0",),
        finding=f"{_SHORT}; lengths below 1e-12 count as 1e-12.",
    ),
    Expected(
        package="sentence-transformers",
        public="BinaryClassificationEvaluator.find_best_…_and_threshold",
        function="matching.best_threshold",
        target="panel.sentence_similarity:best_threshold",
        lost={"ordinary": (16, 16), "cancellation": (16, 16), "extreme": (16, 16)},
        short="lost digits",
        fails={"matching.threshold-midpoint": "extreme"},
        adapter="at-least",
        backend="numpy",
        edges=("equal-cuts=highest", "no-positives=highest"),
        finding="Of equally good cuts it keeps the highest, refimpl the lowest.",
    ),
    Expected(
        package="POT",
        public="emd2",
        function="transport.wasserstein_discrete",
        target="ot:emd2",
        adapter="cost",
        backend="numpy",
    ),
    Expected(
        package="POT",
        public="emd",
        function="transport.wasserstein_discrete",
        target="ot:emd",
        adapter="plan",
        backend="numpy",
    ),
    Expected(
        package="POT",
        public="wasserstein_1d",
        function="transport.wasserstein_1d",
        target="panel.pot_transport:wasserstein_1d",
        adapter="squared",
        backend="numpy",
    ),
    Expected(
        package="POT",
        public="gaussian.bures_wasserstein_distance",
        function="transport.wasserstein_gaussian",
        target="ot.gaussian:bures_wasserstein_distance",
        lost={"ordinary": (16, 15), "cancellation": (15, 0), "extreme": (16, 1)},
        short="lost digits, overflow",
        adapter="means-first",
        backend="numpy",
        fails={
            "transport.equality-scale": "cancellation",
            "transport.wasserstein_gaussian-definition": "ordinary",
            "transport.gaussian-metric": "ordinary",
        },
        finding=(
            "The square cancels: W(p, p) is of order 1e-8, covariances a millionth apart keep four digits; "
            "products of covariances overflow (LinAlgError or NaN)."
        ),
    ),
    Expected(
        package="POT",
        public="gaussian.bures_wasserstein_mapping",
        function="transport.gaussian_map",
        target="ot.gaussian:bures_wasserstein_mapping",
        lost={"ordinary": (14, 14), "cancellation": (8, 8), "extreme": (0, 0)},
        short="overflow",
        adapter="means-first",
        backend="numpy",
        fails={
            "transport.gaussian_map-definition": "extreme",
            "transport.monotone-couplings": "extreme",
        },
        finding="Products of covariances leave the range of float64 (∞, NaN or LinAlgError at 1e200).",
    ),
    Expected(
        package="torchdiffeq",
        public="odeint (euler, heun2, rk4)",
        function="flow.integrate",
        target="panel.torchdiffeq_odeint:integrate",
    ),
    Expected(
        package="torchdiffeq",
        public="odeint (dopri8)",
        function="flow.integrate_adaptive",
        target="panel.torchdiffeq_odeint:solve_ivp",
        short="interpolation misses the tolerance",
        diagnosed=False,
        adapter="solve-ivp",
        laws=("flow.adaptive-meets-tolerance",),
        examples=3,
        fails={"flow.adaptive-meets-tolerance": "ordinary"},
        finding=(
            "Steps meet the tolerance, results between them do not: a polynomial of degree 4 interpolates, "
            "whose error nothing controls (5000 times rtol for e^−t at 1e-11)."
        ),
    ),
    Expected(
        package="torchdiffeq",
        public="odeint (dopri8, step_t)",
        function="flow.integrate_adaptive",
        target="panel.torchdiffeq_odeint:solve_ivp_to_times",
        diagnosed=False,
        adapter="solve-ivp",
        laws=("flow.adaptive-meets-tolerance",),
        examples=6,
        finding="Made to step onto the times of the results.",
    ),
    Expected(
        package="numpyro",
        public="distributions.kl_divergence (Normal)",
        function="density.normal_kl",
        target="panel.numpyro_normal:kl",
        diagnosed=False,
        adapter="per-coordinate",
        backend="jax",
        laws=("density.normal_kl-definition",),
        examples=6,
        finding=_NEAR,
    ),
    Expected(
        package="pyro-ppl",
        public="distributions.MixtureOfDiagNormals.log_prob",
        function="flow.mixture_log_density",
        target="panel.pyro_mixture:log_prob",
        adapter="gmm",
    ),
    Expected(
        package="scikit-learn",
        public="mixture.GaussianMixture.score_samples",
        function="flow.mixture_log_density",
        target="panel.sklearn_mixture:score_samples",
        adapter="gmm",
        backend="numpy",
    ),
    Expected(
        package="scikit-learn",
        public="metrics.pairwise.cosine_similarity",
        function="matching.cosine_similarity",
        target="panel.cosines:of_sklearn",
        lost={"ordinary": (16, 15), "cancellation": (16, 16), "extreme": (0, 0)},
        short="passes 1, underflow",
        backend="numpy",
        fails={"matching.cosine_similarity-definition": "ordinary"},
        edges=("zero-vector=0",),
        finding=f"{_SHORT}.",
    ),
    Expected(
        package="scipy",
        public="stats.rankdata",
        function="matching.rank",
        target="scipy.stats:rankdata",
        backend="numpy",
    ),
    Expected(
        package="scipy",
        public="stats.spearmanr",
        function="matching.spearman",
        target="scipy.stats:spearmanr",
        adapter="statistic",
        backend="numpy",
    ),
    Expected(
        package="scipy",
        public="stats.multivariate_normal.logpdf",
        function="density.normal_log_density_full",
        target="panel.scipy_functions:normal_log_density_full",
        lost={"ordinary": (16, 15), "cancellation": (16, 15), "extreme": (16, 13)},
        short="lost digits",
        fails={"density.normal_log_density_full-definition": "extreme"},
        backend="numpy",
        examples=60,
        finding="Refuses covariances of condition above about 4e9 as singular.",
    ),
    Expected(
        package="scipy",
        public="stats.wasserstein_distance",
        function="transport.wasserstein_1d",
        target="panel.scipy_functions:wasserstein_1d",
        backend="numpy",
        finding="Of order 1, which is its only one.",
    ),
    Expected(
        package="scipy",
        public="integrate.solve_ivp (DOP853)",
        function="flow.integrate_adaptive",
        target="panel.scipy_functions:solve_ivp",
        diagnosed=False,
        adapter="solve-ivp",
        backend="numpy",
        laws=("flow.adaptive-meets-tolerance",),
    ),
    Expected(
        package="scipy",
        public="special.softmax",
        function="density.normalized_weights",
        target="panel.scipy_functions:normalized_weights",
        backend="numpy",
    ),
    Expected(
        package="scipy",
        public="special.logsumexp",
        function="density.mixture_log_density",
        target="panel.scipy_functions:mixture_log_density",
        backend="numpy",
    ),
    Expected(
        package="rotary-embedding-torch",
        public="apply_rotary_emb",
        function="rope.rotate",
        target="panel.rotary_embedding:rotate",
        dtypes=BOTH,
    ),
    Expected(
        package="rotary-embedding-torch",
        public="RotaryEmbedding.freqs",
        function="rope.frequencies",
        target="panel.rotary_embedding:frequencies",
        adapter="inv-freq",
        dtypes=FLOAT32,
        finding="RotaryEmbedding(2) raises ZeroDivisionError; nothing says that two features are supported.",
    ),
    Expected(
        package="torch",
        public="nn.functional.layer_norm",
        function="residual.layer_norm",
        target="torch.nn.functional:layer_norm",
        lost={"ordinary": (16, 16), "cancellation": (16, 1), "extreme": (16, 0)},
        short="overflow, lost digits",
        adapter="normalized-shape",
        dtypes=BOTH,
        fails={
            "residual.layer_norm-definition": "extreme",
            "residual.layer_norm-accuracy": "cancellation",
            "residual.rms-of-centred": "extreme",
        },
        finding=(
            "NaN where a square overflows (entries above 1.8e19 in float32); rows that are constant but for "
            "their last digits are normalised about a rounded mean."
        ),
    ),
    Expected(
        package="torch",
        public="nn.functional.cosine_similarity",
        function="matching.cosine_similarity",
        target="panel.cosines:of_torch",
        lost={"ordinary": (7, 7), "cancellation": (7, 7), "extreme": (7, 0)},
        short="passes 1, underflow",
        dtypes=FLOAT32,
        fails={"matching.cosine_similarity-definition": "ordinary"},
        finding=f"{_SHORT}. Called with eps=0; by default lengths below 1e-8 count as 1e-8, as documented.",
    ),
    Expected(
        package="torch",
        public="distributions.Normal.log_prob",
        function="density.normal_log_density",
        target="panel.torch_functions:normal_log_prob",
        adapter="per-coordinate",
        dtypes=BOTH,
    ),
    Expected(
        package="torch",
        public="distributions.kl_divergence (Normal)",
        function="density.normal_kl",
        target="panel.torch_functions:normal_kl",
        adapter="per-coordinate",
        dtypes=BOTH,
        finding=_NEAR,
    ),
    Expected(
        package="torch",
        public="distributions.MultivariateNormal.log_prob",
        function="density.normal_log_density_full",
        target="panel.torch_functions:multivariate_normal_log_prob",
        adapter="cholesky",
        dtypes=BOTH,
    ),
    Expected(
        package="torch",
        public="distributions.kl_divergence (MultivariateNormal)",
        function="density.normal_kl_full",
        target="panel.torch_functions:multivariate_normal_kl",
        adapter="cholesky",
        dtypes=BOTH,
    ),
    Expected(
        package="torch",
        public="softmax",
        function="density.normalized_weights",
        target="panel.torch_functions:normalized_weights",
        dtypes=BOTH,
    ),
    Expected(
        package="torch",
        public="logsumexp",
        function="density.mixture_log_density",
        target="panel.torch_functions:mixture_log_density",
        dtypes=BOTH,
    ),
    Expected(
        package="diffusers",
        public="embeddings.get_timestep_embedding (downscale_freq_shift=0)",
        function="rope.sinusoidal",
        target="panel.diffusers_more:timestep_embedding",
        short="lost digits",
        lost={"ordinary": (6, 4), "cancellation": (1, 0), "extreme": (3, 0)},
        fails={"rope.sinusoidal-definition": "ordinary"},
        finding="Angles are float32: of an angle of 4000 three digits behind the point are left.",
        adapter="sin-cos-halves",
        dtypes=FLOAT32,
    ),
    Expected(
        package="diffusers",
        public="embeddings.get_timestep_embedding",
        function="rope.sinusoidal",
        target="panel.diffusers_more:timestep_embedding_by_default",
        short="its own exponents",
        adapter="sin-cos-halves",
        dtypes=FLOAT32,
        fails={
            "rope.sinusoidal-definition": "ordinary",
            "rope.angle-of-quotient": "ordinary",
            "rope.angle-period": "ordinary",
        },
        finding="Exponents i/(d/2 − 1), so that the last frequency is 1/base; the audit names this.",
    ),
    Expected(
        package="diffusers",
        public="training_utils.compute_snr",
        function="ddpm.snr",
        target="panel.diffusers_more:snr",
        lost={"ordinary": (6, 4), "cancellation": (3, 2), "extreme": (4, 0)},
        fails={
            "ddpm.snr-definition": "ordinary",
            "ddpm.snr-decreases": "cancellation",
            "ddpm.loss_weight-of-data": "ordinary",
        },
        short="lost digits",
        dtypes=FLOAT32,
        finding="As `add_noise`.",
    ),
    Expected(
        package="diffusers",
        public="schedulers.scheduling_ddpm.betas_for_alpha_bar",
        function="ddpm.cosine_schedule",
        target="panel.diffusers_more:cosine_schedule",
        dtypes=FLOAT32,
    ),
    Expected(
        package="diffusers",
        public="DDPMScheduler (beta_schedule scaled_linear)",
        function="ddpm.scaled_linear_schedule",
        target="panel.diffusers_steps:scaled_linear_schedule",
        dtypes=FLOAT32,
    ),
    Expected(
        package="diffusers",
        public="DDPMScheduler (beta_schedule sigmoid)",
        function="ddpm.sigmoid_schedule",
        target="panel.diffusers_steps:sigmoid_schedule",
        dtypes=FLOAT32,
    ),
    Expected(
        package="diffusers",
        public="rescale_zero_terminal_snr",
        function="ddpm.rescale_zero_snr",
        target="panel.diffusers_steps:rescale_zero_snr",
        dtypes=FLOAT32,
        lost={"ordinary": (7, 6), "cancellation": (5, 2), "extreme": (7, 0)},
        fails={"ddpm.rescale_zero_snr-definition": "ordinary"},
        short="lost digits",
        finding="Differences of √ᾱ in float32: of three variances 1e-4 the second is 0.75 for 0.7500125.",
    ),
    Expected(
        package="diffusers",
        public="DDIMScheduler.set_timesteps",
        function="ddpm.inference_steps",
        target="panel.diffusers_steps:inference_steps",
        dtypes=FLOAT32,
        fails={"ddpm.inference_steps-definition": "ordinary"},
        short="a step too many",
        finding=(
            "Trailing with 61 of 1000 steps has 62 timesteps, the last of which is −1, and so have 61 "
            "other numbers of steps one too many: `arange` of a float gap. Leading and linspace hold."
        ),
    ),
    Expected(
        package="diffusers",
        public="DDIMScheduler.step",
        function="ddpm.ddim_step",
        target="panel.diffusers_steps:ddim_step",
        dtypes=FLOAT32,
        lost={"ordinary": (7, 6), "cancellation": (7, 6), "extreme": (6, 0)},
        fails={
            "ddpm.ddim_step-definition": "ordinary",
            "ddpm.ddim-keeps-marginals": "cancellation",
            "ddpm.ddim-is-ancestral": "cancellation",
        },
        short="lost digits",
        finding=(
            "As `add_noise`; at zero terminal SNR with eta=1 NaN where 1 − ᾱ − σ² rounds below 0. It steps "
            "to t − T // n, which is the next timestep for leading alone."
        ),
    ),
    Expected(
        package="diffusers",
        public="EulerAncestralDiscreteScheduler.step",
        function="flow.ancestral_split",
        target="panel.diffusers_samplers:ancestral_split",
        lost={"ordinary": (7, 7), "cancellation": (2, 2), "extreme": (4, 4)},
        fails={"flow.ancestral_split-definition": "cancellation"},
        short="lost digits",
        dtypes=FLOAT32,
        finding=(
            "σ_down and σ_up come from differences of squares in float32: of levels that are near, or far "
            "apart, half of the digits are left. There is no eta."
        ),
    ),
    Expected(
        package="diffusers",
        public="EDMEulerScheduler.step",
        function="flow.edm_sampler",
        target="panel.diffusers_samplers:edm_euler",
        fails={"flow.edm_sampler-definition": "ordinary"},
        short="model sees no churn",
        dtypes=FLOAT32,
        finding=(
            "With s_churn it is not algorithm 2: `step` gets the model's output, so that the model has seen "
            "the sample and the level before the noise was raised; the audit names this."
        ),
    ),
    Expected(
        package="diffusers",
        public="DPMSolverMultistepScheduler.dpm_solver_first_order_update",
        function="flow.exponential_step",
        target="panel.diffusers_samplers:first_order",
        dtypes=FLOAT32,
    ),
    Expected(
        package="diffusers",
        public="DPMSolverMultistepScheduler.multistep_dpm_solver_second_order_update",
        function="flow.dpm_solver_2m_step",
        target="panel.diffusers_samplers:second_order",
        dtypes=FLOAT32,
        finding="Where the last σ is 0 this is not finite, and `step` takes the update of order 1.",
    ),
    Expected(
        package="sentence-transformers",
        public="util.pairwise_cos_sim",
        function="matching.cosine_similarity",
        target="panel.cosines:of_pairs",
        lost={"ordinary": (16, 15), "cancellation": (16, 16), "extreme": (0, 0)},
        fails={"matching.cosine_similarity-definition": "ordinary"},
        edges=("zero-vector=0",),
        finding=f"{_SHORT}.",
        short="underflow",
    ),
    Expected(
        package="scipy",
        public="spatial.distance.cdist (cosine)",
        function="matching.cosine_similarity",
        target="panel.cosines:of_cdist",
        fails={"matching.cosine_similarity-definition": "extreme"},
        finding="No digit is right for vectors whose squares leave the range of the dtype.",
        short="underflow",
        backend="numpy",
    ),
    Expected(
        package="scipy",
        public="stats.norm.logpdf",
        function="density.normal_log_density",
        target="scipy.stats:norm.logpdf",
        adapter="per-coordinate",
        backend="numpy",
    ),
    Expected(
        package="torch",
        public="nn.LayerNorm",
        function="residual.layer_norm",
        target="panel.torch_functions:layer_norm_module",
        lost={"ordinary": (7, 7), "cancellation": (7, 1), "extreme": (7, 0)},
        fails={
            "residual.layer_norm-definition": "extreme",
            "residual.layer_norm-accuracy": "cancellation",
            "residual.rms-of-centred": "extreme",
        },
        short="overflow, lost digits",
        dtypes=FLOAT32,
        finding="As the function.",
    ),
    Expected(
        package="torch",
        public="nn.functional.gaussian_nll_loss (full, eps=0)",
        function="density.normal_log_density",
        target="panel.torch_functions:gaussian_nll",
        dtypes=BOTH,
    ),
    Expected(
        package="torch",
        public="nn.init.kaiming_normal_, xavier_normal_",
        function="residual.init_variance",
        target="panel.torch_functions:init_variance",
    ),
    Expected(
        package="torch",
        public="distributions.MixtureSameFamily.log_prob",
        function="flow.mixture_log_density",
        target="panel.torch_functions:mixture_log_prob",
        adapter="gmm",
    ),
    Expected(
        package="numpyro",
        public="distributions.MultivariateNormal.log_prob",
        function="density.normal_log_density_full",
        target="panel.numpyro_normal:log_prob_full",
        diagnosed=False,
        adapter="cholesky",
        backend="jax",
        laws=("density.normal_log_density_full-definition",),
        examples=3,
    ),
    Expected(
        package="transformers",
        public="Qwen2VLRotaryEmbedding.recomposition_frequencies",
        function="rope.axial_angles",
        target="panel.axes_and_norms:chunked",
        adapter="recomposed-chunked",
        dtypes=BOTH,
    ),
    Expected(
        package="transformers",
        public="Qwen3VLTextRotaryEmbedding.recomposition_frequencies",
        function="rope.axial_angles",
        target="panel.axes_and_norms:interleaved",
        adapter="recomposed-interleaved",
        dtypes=BOTH,
        finding="Sections that do not fit in turns are cut without a word: 16, 24 and 24 of 64 pairs become "
        "22, 21 and 21. It writes into the angles that it gets.",
    ),
    Expected(
        package="transformers",
        public="gpt_neox.apply_rotary_pos_emb",
        function="rope.rotate_partial",
        target="panel.axes_and_norms:partial_neox",
        dtypes=BOTH,
    ),
    Expected(
        package="rotary-embedding-torch",
        public="apply_rotary_emb (start_index)",
        function="rope.rotate_partial",
        target="panel.axes_and_norms:partial_start",
        dtypes=BOTH,
    ),
    Expected(
        package="diffusers",
        public="transformer_flux.FluxPosEmbed",
        function="rope.axial_frequencies",
        target="panel.axes_and_norms:axial_frequencies",
        adapter="inv-freq",
        dtypes=FLOAT32,
    ),
    Expected(
        package="transformers",
        public="LlamaRMSNorm",
        function="residual.rms_norm",
        target="panel.axes_and_norms:rms_norm_llama",
        adapter="weight-eps",
        dtypes=FLOAT32,
        lost=_RMS_LOST,
        fails=_RMS_FAILS,
        short="overflow",
        finding=_RMS,
    ),
    Expected(
        package="transformers",
        public="GemmaRMSNorm",
        function="residual.rms_norm",
        target="panel.axes_and_norms:rms_norm_gemma",
        adapter="zero-centred",
        dtypes=FLOAT32,
        lost=_RMS_LOST,
        fails=_RMS_FAILS,
        short="overflow",
        finding=_RMS,
    ),
    Expected(
        package="torch",
        public="nn.functional.rms_norm",
        function="residual.rms_norm",
        target="torch.nn.functional:rms_norm",
        adapter="normalized-shape",
        dtypes=FLOAT32,
        lost=_RMS_LOST,
        fails=_RMS_FAILS,
        short="overflow",
        finding=_RMS,
    ),
    Expected(
        package="torchmetrics",
        public="functional.retrieval.retrieval_normalized_dcg",
        function="matching.ndcg_at_k",
        target="torchmetrics.functional.retrieval:retrieval_normalized_dcg",
        adapter="one-query",
        fails={"matching.ndcg_at_k-definition": "ordinary"},
        short="no short results",
        finding=(
            "Equal scores are averaged, as here, but a score of −inf has a place as others have, so that "
            "fewer than k results cannot be said."
        ),
    ),
    Expected(
        package="torchmetrics",
        public="functional.retrieval.retrieval_recall",
        function="matching.recall_at_k",
        target="torchmetrics.functional.retrieval:retrieval_recall",
        adapter="one-query",
        fails={"matching.recall_at_k-definition": "ordinary"},
        short="scores ≤ 0, ties",
        finding=(
            "A document with a score of 0 or less counts as not retrieved, as with cosines or logits; equal "
            "scores are taken in the order in which they come."
        ),
    ),
    Expected(
        package="torchmetrics",
        public="functional.retrieval.retrieval_reciprocal_rank",
        function="matching.reciprocal_rank_at_k",
        target="torchmetrics.functional.retrieval:retrieval_reciprocal_rank",
        adapter="one-query",
        fails={"matching.reciprocal_rank_at_k-definition": "ordinary"},
        short="scores ≤ 0, ties",
        finding="As `retrieval_recall`.",
    ),
)
