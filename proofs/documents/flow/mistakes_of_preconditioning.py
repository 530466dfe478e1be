"""How people get EDM's preconditioning wrong."""

from typing import Any

from .... import flow
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf

of_edm_scalings = MistakesOf("flow.edm_scalings")
of_edm_denoised = MistakesOf("flow.edm_denoised")
of_edm_output = MistakesOf("flow.edm_output")


def _scalings(**parts: Any) -> Any:
    """The factors with some of them replaced by functions of (σ, σ_data, √(σ² + σ_data²))."""

    def scalings(sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
        root = _xp(sigma).sqrt(sigma**2 + sigma_data**2)
        changed = {name: made(sigma, sigma_data, root) for name, made in parts.items()}
        return flow.edm_scalings(sigma, sigma_data=sigma_data)._replace(**changed)

    return scalings


scalings_data_ignored = of_edm_scalings(
    "sigma-data-ignored", "Has σ_data = ½ whatever the data are, as the default of a wrapper has.",
    reference="physicsnemo PR#1534",
)(lambda sigma, /, *, sigma_data=0.5: flow.edm_scalings(sigma))  # fmt: skip
scalings_unit_data = of_edm_scalings(
    "unit-data", "Takes data of deviation 1: σ² + 1.", reference="diffusers PR#9563"
)(lambda sigma, /, *, sigma_data=0.5: flow.edm_scalings(sigma, sigma_data=1.0))
scalings_skip_rooted = of_edm_scalings(
    "skip-rooted", "Takes the root in c_skip, too: σ_data/√(σ² + σ_data²)."
)(_scalings(skip=lambda sigma, data, root: data / root))
scalings_out_not_rooted = of_edm_scalings(
    "out-not-rooted", "Forgets the root in c_out: σσ_data/(σ² + σ_data²)."
)(_scalings(out=lambda sigma, data, root: sigma * data / root**2))
scalings_out_without_data = of_edm_scalings(
    "out-without-data", "Forgets σ_data in c_out, where it is not 1."
)(_scalings(out=lambda sigma, data, root: sigma / root))
scalings_in_not_rooted = of_edm_scalings("in-not-rooted", "Divides the input by the variance σ² + σ_data².")(
    _scalings(input=lambda sigma, data, root: 1 / root**2)
)
scalings_in_of_noise_alone = of_edm_scalings(
    "in-of-noise-alone", "Divides the input by √(σ² + 1), as for noise-predicting models of unit data."
)(_scalings(input=lambda sigma, data, root: 1 / _xp(sigma).sqrt(sigma**2 + 1)))
scalings_noise_without_quarter = of_edm_scalings("noise-without-quarter", "Tells the network log σ.")(
    _scalings(noise=lambda sigma, data, root: _xp(sigma).log(sigma))
)
scalings_noise_of_variance = of_edm_scalings(
    "noise-of-variance", "Takes ¼ log σ² = ½ log σ, a logarithm of the variance."
)(_scalings(noise=lambda sigma, data, root: _xp(sigma).log(sigma) / 2))
scalings_noise_is_sigma = of_edm_scalings(
    "noise-is-sigma", "Tells the network σ itself.", reference="consistency_models#7"
)(_scalings(noise=lambda sigma, data, root: sigma * 1))
scalings_negative_out = of_edm_scalings(
    "negative-out", "Has −c_out, which is that of networks that predict v = ᾱε − β̄x_0."
)(_scalings(out=lambda sigma, data, root: -sigma * data / root))


def _parts(sigma: Any, sigma_data: float) -> Any:
    return flow.edm_scalings(sigma, sigma_data=sigma_data)


@of_edm_denoised("without-skip", "Gives c_out F alone.")
def denoised_without_skip(x: Any, output: Any, sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
    return 0 * x + _parts(sigma, sigma_data).out * output


@of_edm_denoised("skip-of-the-input", "Adds c_skip times the scaled input c_in x instead of x.")
def denoised_skip_of_the_input(x: Any, output: Any, sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
    factors = _parts(sigma, sigma_data)
    return factors.skip * factors.input * x + factors.out * output


@of_edm_denoised("noise-predicted", "Takes F for the noise: x − σF.")
def denoised_noise_predicted(x: Any, output: Any, sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
    return x - sigma * output


@of_edm_denoised("negative-out", "Subtracts c_out F, which is right for networks that predict v = ᾱε − β̄x_0.")
def denoised_negative_out(x: Any, output: Any, sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
    factors = _parts(sigma, sigma_data)
    return factors.skip * x - factors.out * output


@of_edm_denoised(
    "sigma-data-ignored", "Has σ_data = ½ whatever the data are.", reference="physicsnemo PR#1534"
)
def denoised_data_ignored(x: Any, output: Any, sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
    return flow.edm_denoised(x, output, sigma)


@of_edm_denoised("unit-data", "Takes data of deviation 1: σ² + 1.", reference="diffusers PR#9563")
def denoised_unit_data(x: Any, output: Any, sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
    return flow.edm_denoised(x, output, sigma, sigma_data=1.0)


@of_edm_denoised("exchanged", "Exchanges x and F: c_skip F + c_out x.")
def denoised_exchanged(x: Any, output: Any, sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
    return flow.edm_denoised(output, x, sigma, sigma_data=sigma_data)


@of_edm_denoised("output-is-the-data", "Takes the network's output for the data, without c_skip and c_out.")
def denoised_output(x: Any, output: Any, sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
    return output + 0 * x


@of_edm_output("without-skip", "Divides the data by c_out, without c_skip x.")
def output_without_skip(x: Any, data: Any, sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
    return (data + 0 * x) / _parts(sigma, sigma_data).out


@of_edm_output("noise", "Is trained for the noise, (x − x_0)/σ.")
def output_noise(x: Any, data: Any, sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
    return (x - data) / sigma


@of_edm_output("multiplied", "Multiplies by c_out instead of dividing.")
def output_multiplied(x: Any, data: Any, sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
    return flow.edm_output(x, data, sigma, sigma_data=sigma_data) * _parts(sigma, sigma_data).out ** 2


@of_edm_output("by-variance", "Divides by c_out², which is the weight of the loss.")
def output_by_variance(x: Any, data: Any, sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
    return flow.edm_output(x, data, sigma, sigma_data=sigma_data) / _parts(sigma, sigma_data).out


@of_edm_output("negative", "Takes c_skip x − x_0.")
def output_negative(x: Any, data: Any, sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
    return -flow.edm_output(x, data, sigma, sigma_data=sigma_data)


@of_edm_output("sigma-data-ignored", "Has σ_data = ½ whatever the data are.", reference="physicsnemo PR#1534")
def output_data_ignored(x: Any, data: Any, sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
    return flow.edm_output(x, data, sigma)


@of_edm_output("unit-data", "Takes data of deviation 1: σ² + 1.", reference="diffusers PR#9563")
def output_unit_data(x: Any, data: Any, sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
    return flow.edm_output(x, data, sigma, sigma_data=1.0)


@of_edm_output("data-and-points-exchanged", "Exchanges x and x_0: (x − c_skip x_0)/c_out.")
def output_exchanged(x: Any, data: Any, sigma: Any, /, *, sigma_data: float = 0.5) -> Any:
    return flow.edm_output(data, x, sigma, sigma_data=sigma_data)
