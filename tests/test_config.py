"""Configurations: what those of public models mean, complaints, GGUF, and the command."""

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from configurations import MODELS, Known

from refimpl import rope
from refimpl._errors import RefimplError
from refimpl.proofs.commands.main import main


def keys(complaints: tuple[str, ...]) -> list[str]:
    return [text.partition(":")[0] for text in complaints]


@pytest.mark.parametrize("known", MODELS, ids=lambda known: known.name)
def test_public_models(known: Known) -> None:
    found = rope.from_config(known.config, length=known.length, layer_type=known.layer)
    assert (found.type, found.width, found.base) == (known.type, known.width, known.base)
    assert math.isclose(found.attention_factor, known.attention, rel_tol=1e-9)
    assert math.isclose(found.softmax_factor, known.softmax, rel_tol=1e-9)
    assert keys(found.complaints) == list(known.complaints), found.complaints
    assert found.frequencies.shape == (known.width // 2,)
    if known.last:
        plain = known.base ** (2 / known.width - 1)
        assert math.isclose(found.frequencies[-1] / plain, known.last, rel_tol=1e-9)


HEAD = {"head_dim": 64, "max_position_embeddings": 4096}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 1024}


def block(**changes: Any) -> dict[str, Any]:
    """YaRN with other keys."""
    return {key: value for key, value in {**YARN, **changes}.items() if value is not ...}


COMPLAINTS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("misspelt", {"rope_scaling": block(beta_fst=64)}, "beta_fst: no code reads it; did you mean beta_fast"),
    ("unknown", {"rope_scaling": block(colour=1)}, "colour: no code reads it"),
    ("of vLLM", {"rope_scaling": block(attn_factor=1)}, "attn_factor: transformers does not read it, vLLM"),
    ("of another type", {"rope_scaling": block(low_freq_factor=1)}, "low_freq_factor: the type yarn does"),
    ("no type", {"rope_scaling": {"factor": 2.0}}, "factor: the type default does not read it"),
    ("type", {"rope_scaling": block(type="linear")}, "type: 'linear' beside rope_type 'yarn'"),
    ("no length", {"rope_scaling": block(original_max_position_embeddings=...)}, "original_max_position"),
    ("two lengths", {"rope_scaling": YARN, "original_max_position_embeddings": 2048}, "original_max_"),
    ("below 1", {"rope_scaling": {"type": "linear", "factor": 0.5}}, "factor: 0.5, below 1, makes"),
    ("ratio", {"rope_scaling": block(factor=2.0)}, "factor: 2, but max_position_embeddings"),
    ("no factor", {"rope_scaling": block(factor=...)}, "factor: missing; the ratio"),
    ("negative", {"rope_scaling": block(attention_factor=-1.0)}, "attention_factor: -1; expected"),
    ("one of two", {"rope_scaling": block(mscale=0.7)}, "mscale: transformers reads it only"),
    ("of scores", {"rope_scaling": block(mscale=1, mscale_all_dim=1)}, "mscale_all_dim: only latent"),
    ("replaced", {"rope_scaling": block(mscale=1, attention_factor=1.0)}, "mscale: attention_factor goes"),
    ("two bases", {"rope_scaling": block(rope_theta=1e6), "rope_theta": 1e4}, "rope_theta: 1e+06 in"),
    ("two blocks", {"rope_scaling": YARN, "rope_parameters": block(factor=8.0)}, "rope_parameters: differs"),
    ("at the top", {"rope_scalling": {}}, "rope_scalling: no key that transformers reads; did you"),
    ("ignored", {"model_type": "llama", "partial_rotary_factor": 0.5}, "partial_rotary_factor: the type"),
    ("not longer", {"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
     "high_freq_factor": 4.0, "original_max_position_embeddings": 4096}}, "original_max_position"),
    ("alpha", {"rope_scaling": {"type": "dynamic", "factor": 2.0, "alpha": 8.0}}, "alpha: only HunYuan"),
)  # fmt: skip


@pytest.mark.parametrize(("facts", "text"), [case[1:] for case in COMPLAINTS], ids=[c[0] for c in COMPLAINTS])
def test_complaints(facts: dict[str, Any], text: str) -> None:
    complaints = rope.from_config({**HEAD, **facts}).complaints
    assert [said for said in complaints if said.startswith(text)], complaints
    assert len(complaints) <= 2


def test_truncate_of_a_type_of_layers_is_not_read() -> None:
    blocks = {"full_attention": block(truncate=False), "sliding_attention": {"rope_type": "default"}}
    found = rope.from_config({**HEAD, "rope_parameters": blocks}, layer_type="full_attention")
    assert keys(found.complaints) == ["truncate"]
    rounded = rope.yarn(64, train_length=1024, factor=4.0, ramp="code")
    np.testing.assert_array_equal(found.frequencies, rounded)


REFUSED: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("UnknownNameError", {"rope_scaling": block(rope_type="yarm")}, "did you mean yarn?"),
    ("DTypeError", {"rope_scaling": block(factor="4.0")}, "factor: got '4.0'; expected a number"),
    ("DTypeError", {"rope_scaling": [1]}, "rope_scaling: got [1]; expected a mapping"),
    ("DTypeError", {"rope_scaling": block(truncate=1)}, "truncate: got 1; expected true or false"),
    ("DomainError", {"head_dim": None}, "expected head_dim, or hidden_size and num_attention_heads"),
    ("DomainError", {"head_dim": 63}, "the rotary width: got 63; expected an even integer"),
    ("DomainError", {"rope_scaling": {"type": "linear"}}, "factor: got None; expected a number ≥ 1"),
    ("DomainError", {"rope_scaling": block(beta_slow=64)}, "beta_fast: got 32.0; expected at least"),
    ("ShapeError", {"rope_scaling": {"type": "longrope", "short_factor": [1.0], "long_factor": [2.0],
     "original_max_position_embeddings": 1024}}, "short_factor: got 1 numbers; expected d/2 = 32"),
)  # fmt: skip


@pytest.mark.parametrize(("error", "facts", "text"), REFUSED)
def test_refusals(error: str, facts: dict[str, Any], text: str) -> None:
    with pytest.raises(RefimplError) as caught:
        rope.from_config({**HEAD, **facts})
    assert type(caught.value).__name__ == error
    assert text in str(caught.value)
    assert str(caught.value).startswith("rope.from_config: ")


def test_types_of_layers() -> None:
    blocks = {"full_attention": YARN, "sliding_attention": {"rope_type": "default"}, "none": None}
    config = {**HEAD, "rope_parameters": blocks}
    with pytest.raises(RefimplError, match="one of 'full_attention', 'sliding_attention' or 'none'"):
        rope.from_config(config)
    with pytest.raises(RefimplError, match=r"did you mean full_attention\?"):
        rope.from_config(config, layer_type="full_attn")
    with pytest.raises(RefimplError, match="layers that are rotated"):
        rope.from_config(config, layer_type="none")
    with pytest.raises(RefimplError, match="one table is for all layers"):
        rope.from_config(HEAD, layer_type="full_attention")


GGUF = {
    "general.architecture": "qwen2",
    "qwen2.context_length": 131072,
    "qwen2.embedding_length": 512,
    "qwen2.attention.head_count": [8, 8, 0],
    "qwen2.rope.freq_base": 1e6,
    "qwen2.rope.scaling.type": "yarn",
    "qwen2.rope.scaling.factor": 4.0,
    "qwen2.rope.scaling.original_context_length": 32768,
}


def test_gguf() -> None:
    found = rope.from_config(GGUF)
    options = {"train_length": 32768, "factor": 4.0, "base": 1e6}
    np.testing.assert_array_equal(found.frequencies, rope.yarn(64, ramp="code", **options))
    assert (found.attention_factor, found.complaints) == (rope.yarn_scale(4.0), ())
    half = rope.from_config({**GGUF, "qwen2.rope.dimension_count": 32, "qwen2.rope.scaling.attn_factor": 2.0})
    assert (half.width, half.attention_factor) == (32, 2 * rope.yarn_scale(4.0))


def test_gguf_has_factors_in_tensors() -> None:
    plain = {"llama.attention.key_length": 4, "llama.rope.freq_base": 100.0, "llama.context_length": 100}
    found = rope.from_config({**plain, "rope_freqs.weight": [1.0, 8.0]})
    np.testing.assert_array_equal(found.frequencies, [1.0, 0.1 / 8])
    assert found.type == "default"
    lists = {"rope_factors_short.weight": [1.0, 2.0], "rope_factors_long.weight": [1.0, 10.0]}
    own = {"llama.rope.scaling.type": "longrope", "llama.rope.scaling.original_context_length": 50}
    long = {**plain, **own, **lists, "llama.rope.scaling.attn_factor": 1.19}
    np.testing.assert_array_equal(rope.from_config(long, length=50).frequencies, [1.0, 0.05])
    np.testing.assert_array_equal(rope.from_config(long, length=51).frequencies, [1.0, 0.01])
    assert rope.from_config(long).attention_factor == 1.19
    with pytest.raises(RefimplError, match="They are tensors of the file"):
        rope.from_config({**plain, **own})


def test_gguf_of_deepseek_shares_the_temperature_out() -> None:
    """yarn_log_multiplier is a tenth of mscale_all_dim: 0.0707 of DeepSeek-V2."""
    arch = {key.replace("qwen2", "deepseek2"): value for key, value in GGUF.items()}
    arch |= {"general.architecture": "deepseek2", "deepseek2.rope.scaling.yarn_log_multiplier": 0.0707}
    arch["deepseek2.rope.scaling.factor"] = 40.0
    found = rope.from_config(arch)
    assert found.attention_factor == 1.0
    assert math.isclose(
        found.softmax_factor, rope.yarn_softmax_scale(40.0, mscale_all_dim=0.707), rel_tol=1e-12
    )


def test_gguf_complaints() -> None:
    odd = {**GGUF, "qwen2.rope.scaling.atn_factor": 2.0}
    [said] = rope.from_config(odd).complaints
    assert said.startswith("qwen2.rope.scaling.atn_factor: llama.cpp does not read it; did you mean")
    assert "qwen2.rope.scaling.attn_factor" in said
    del odd["qwen2.rope.scaling.atn_factor"], odd["qwen2.rope.scaling.original_context_length"]
    assert keys(rope.from_config(odd).complaints) == ["qwen2.rope.scaling.original_context_length"]


def test_gguf_of_sliding_layers() -> None:
    gemma = {
        "general.architecture": "gemma3", "gemma3.attention.key_length": 256, "gemma3.rope.freq_base": 1e6,
        "gemma3.rope.freq_base_swa": 10000.0, "gemma3.rope.scaling.type": "linear",
        "gemma3.rope.scaling.factor": 8.0,
    }  # fmt: skip
    full = rope.from_config(gemma, layer_type="full_attention")
    sliding = rope.from_config(gemma, layer_type="sliding_attention")
    assert (full.type, full.base, sliding.type, sliding.base) == ("linear", 1e6, "default", 10000.0)


# The command


def written(folder: Path, **facts: Any) -> Path:
    file = folder / "config.json"
    file.write_text(json.dumps({**HEAD, **facts}), encoding="utf-8")
    return file


def invoke(*words: Any, given: str | None = None) -> Result:
    return CliRunner().invoke(main, ["config", *map(str, words)], input=given)


def test_the_command_explains(tmp_path: Path) -> None:
    file = written(tmp_path, rope_scaling=YARN, model_type="qwen2")
    for words in ((file,), (tmp_path,)):
        result = invoke(*words)
        assert result.exit_code == 0, result.output
        assert "(qwen2)\n  type yarn: pairs that turn often are kept" in result.output
    # c(32) = 5.65 and c(1) = 17.7 of 32 pairs, rounded outwards
    assert (
        "pairs 0 to 5 as in plain RoPE; pairs 6 to 17 between; pairs 18 to 31 divided by 4" in result.output
    )
    assert "original length 1024, factor 4; configured for 4096 positions" in result.output
    assert "cosines and sines are multiplied by 1.1386294" in result.output
    assert invoke(file, "-v").output.count("\n") > 32


def test_the_command_complains(tmp_path: Path) -> None:
    result = invoke(written(tmp_path, rope_scaling=block(attn_factor=1.0)))
    assert result.exit_code == 1
    assert "complaint: attn_factor: transformers does not read it" in result.output
    result = invoke("-", given='{"head_dim": 64, "head_dim": 64}')
    assert result.exit_code == 1
    assert "complaint: head_dim: twice in one object" in result.output


def test_the_command_and_lengths(tmp_path: Path) -> None:
    dynamic = written(tmp_path, rope_scaling={"type": "dynamic", "factor": 1.0}, rope_theta=10000.0)
    assert "up to length 4096 plain RoPE" in invoke(dynamic).output
    grown = f"the base is {10000 * 2 ** (64 / 62):g}"
    assert grown in invoke(dynamic, "--length", "8192").output
    lists = {"short_factor": [1.0] * 32, "long_factor": [2.0] * 32, "original_max_position_embeddings": 1024}
    long = written(tmp_path, rope_scaling={"type": "longrope", **lists})
    assert "up to length 1024 the short list counts" in invoke(long).output
    assert "at length 1025 the long list counts" in invoke(long, "--length", "1025").output
    plain = written(tmp_path)
    assert "--length 9 changes nothing" in invoke(plain, "--length", "9").output


def test_the_command_and_schedules(tmp_path: Path) -> None:
    good = {"_class_name": "DDPMScheduler", "num_train_timesteps": 1000, "beta_schedule": "scaled_linear",
            "beta_start": 0.00085, "beta_end": 0.012}  # fmt: skip
    trained, sampled = tmp_path / "trained.json", tmp_path / "sampled.json"
    trained.write_text(json.dumps(good), encoding="utf-8")
    sampled.write_text(json.dumps(good | {"beta_schedule": "linear"}), encoding="utf-8")
    result = invoke(trained)
    assert result.exit_code == 0, result.output
    assert "(DDPMScheduler)\n  scaled_linear: standard deviations of the noise evenly spaced" in result.output
    assert "ᾱ_T = 0.0682649 is left of the data at the last step" in result.output
    assert "counted from 0: 900, 800, 700, 600, 500, 400, 300, 200, 100, 0; then the data" in result.output
    result = invoke(sampled, "--trained", trained, "--json", tmp_path / "out.json")
    assert result.exit_code == 1
    said = "beta_schedule: 'linear', but the model was trained with 'scaled_linear'"
    assert f"complaint: {said}" in result.output
    report = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert report["results"][0]["complaints"] == [said]
    zero = good | {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
    result = invoke("-", given=json.dumps(zero))
    assert result.exit_code == 1
    assert "complaint: prediction_type: epsilon with rescale_betas_zero_snr" in result.output
    assert invoke("-", given='{"num_train_timesteps": 0}').exit_code == 2


FUNCTIONS = """
import math
import numpy as np
from refimpl import rope


def yarn(dim, base, factor, original_max_position_embeddings, beta_fast=32, beta_slow=1):
    length = original_max_position_embeddings
    return rope.yarn(dim, base=base, factor=factor, train_length=length, ramp="code").astype(np.float32)


def whole(config):
    return rope.from_config(config)


def pair(config, seq_len):
    found = rope.from_config(config, length=seq_len)
    return found.frequencies, 1.0


def plain(dim, base):
    return [base ** (-2 * m / dim) for m in range(dim // 2)]


def paper(dim, base, factor, train_length):
    return rope.yarn(dim, base=base, factor=factor, train_length=train_length)


def extended(config):
    return rope.yarn(64, factor=4.0, train_length=4096, ramp="code")


def unrounded(dim, base, factor, train_length, /):
    return rope.yarn(dim, base=base, factor=factor, train_length=train_length, ramp="code", truncate=False)


def twice(config):
    found = rope.from_config(config).frequencies
    return np.concatenate([found, found])


def wavelengths(config):
    return 2 * math.pi / rope.from_config(config).frequencies


def off(config):
    return rope.from_config(config).frequencies * (1 + 1e-5)


def broken(config):
    raise ValueError("no such model")


def asks(config, colour):
    return config


def text(config):
    return "table"
"""
AGAINST = {
    "yarn": "gives the same table",
    "whole": "gives the same table and the factor of cosines and sines",
    "pair": "has the same table, but multiplies cosines and sines by 1; expected 1.13862944",
    "plain": "its table is that of plain RoPE, without the type",
    "paper": "its table is that of the ramp of YaRN's paper",
    "extended": "its table is that of the original length 4096, which is the extended one",
    "unrounded": "its table is that of truncate = false",
    "twice": "gives 64 numbers; expected 32: each frequency twice, [ω | ω]",
    "wavelengths": "its table is that of wavelengths, 2π/ω",
    "off": "differs at 32 of 32 pairs, most at pair",
    "broken": "raised ValueError: no such model",
    "asks": "its argument 'colour' is not known; expected names among dim,",
    "text": "got str; expected a table of numbers",
}


@pytest.mark.parametrize("name", AGAINST)
def test_the_command_against_a_function(name: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(FUNCTIONS, encoding="utf-8")
    result = invoke(written(tmp_path, rope_scaling=YARN), "--against", f"{tmp_path / 'mine.py'}:{name}")
    assert AGAINST[name] in result.output
    assert result.exit_code == {"yarn": 0, "whole": 0, "asks": 2, "text": 2}.get(name, 1)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("{", "config: standard input: got no JSON"),
        ("[1]", "config: standard input: got a list; expected an object"),
        ("{}", "config: -: mapping: got neither; expected head_dim"),
        ('{"head_dim": 64, "rope_scaling": {"type": "yarm"}}', "did you mean yarn?"),
    ],
)
def test_the_command_refuses(given: str, text: str) -> None:
    result = invoke("-", given=given)
    assert result.exit_code == 2
    assert text in result.output


@pytest.mark.parametrize(
    ("given", "option", "text"),
    [
        ('{"num_train_timesteps": 4}', ("--length", "8"), "- is of a scheduler"),
        ('{"num_train_timesteps": 4}', ("--against", "math:sqrt"), "- is of a scheduler"),
        ('{"head_dim": 64}', ("--trained", __file__), "--trained is for schedulers; - is of none"),
    ],
)
def test_no_option_is_ignored(given: str, option: tuple[str, str], text: str) -> None:
    result = invoke("-", *option, given=given)
    assert result.exit_code == 2
    assert text in result.output


def test_gguf_needs_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gguf", None)
    (tmp_path / "m.gguf").write_bytes(b"GGUF" + bytes(64))
    result = invoke(tmp_path / "m.gguf")
    assert result.exit_code == 2
    assert 'pip install "refimpl[gguf]"' in result.output


def test_json(tmp_path: Path) -> None:
    file = written(tmp_path, rope_scaling=block(attn_factor=1.0))
    assert invoke(file, "--json", tmp_path / "out.json").exit_code == 1
    report = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    [found] = report["results"]
    assert report["schema"] == "refimpl.config/2"
    assert (found["type"], found["width"], len(found["frequencies"])) == ("yarn", 64, 32)
    assert found["claims"]["rope P3"].startswith("The ends of YaRN's index ramp")
    assert found["against"] is None
