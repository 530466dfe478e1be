"""Configurations of public models: the tables that transformers itself makes of them."""

import copy
import importlib
import importlib.util
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from configurations import MODELS, Known

from refimpl import rope
from refimpl.proofs.commands.main import main
from refimpl.rope import _config_facts as facts

if importlib.util.find_spec("transformers") is None:
    pytest.skip("pip install 'refimpl[panel]'", allow_module_level=True)

with warnings.catch_warnings():  # theirs, on import
    warnings.simplefilter("ignore")
    import gguf
    import torch
    import transformers
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

pytestmark = [pytest.mark.panel, pytest.mark.filterwarnings("default")]
transformers.logging.set_verbosity_error()
HERE = [known for known in MODELS if known.theirs]


def _config(config: dict[str, Any]) -> Any:
    """A configuration of transformers, of the text model."""
    config = copy.deepcopy(config.get("text_config", config))
    made = CONFIG_MAPPING[config.pop("model_type")]
    return made(**config)


def _module(config: Any) -> Any:
    """The module that makes the tables of a model."""
    home = type(config).__module__.replace(".configuration_", ".modeling_")
    module = importlib.import_module(home)
    [made] = {
        member
        for name, member in vars(module).items()
        if name.endswith("RotaryEmbedding")
        and isinstance(member, type)
        and member.__module__ == home
        and not any(word in name for word in ("Vision", "Axial"))
    }
    return made(config)


def _theirs(known: Known) -> tuple[np.ndarray[Any, Any], float]:
    config = _config(known.config)
    module = _module(config)
    prefix = f"{known.layer}_" if hasattr(module, f"{known.layer}_inv_freq") else ""
    scale = getattr(module, f"{prefix}attention_scaling")
    if known.length is not None:
        positions = torch.arange(int(known.length))[None]
        module(torch.zeros(1), positions)
    return getattr(module, f"{prefix}inv_freq").double().numpy(), float(scale)


@pytest.mark.parametrize("known", HERE, ids=lambda known: known.name)
def test_tables_agree(known: Known) -> None:
    """Theirs are float32: powers, a quotient and a blend round a few times, exponents once."""
    table, scale = _theirs(known)
    ours = rope.from_config(known.config, length=known.length, layer_type=known.layer)
    plain = known.base ** (-np.arange(0, known.width, 2) / known.width)
    bound = 2.0**-24 * (12 * ours.frequencies * (1 + np.log(1 / plain)) + 4 * plain)
    assert np.all(np.abs(table - ours.frequencies) <= np.where(ours.frequencies == 0, 0, bound))
    assert scale == pytest.approx(ours.attention_factor, rel=1e-15)


@pytest.mark.parametrize("kind", facts.WHOLE)
def test_whole_heads_turn_whatever_is_said(kind: str) -> None:
    config = {"model_type": kind, "hidden_size": 256, "num_attention_heads": 4, "head_dim": 64}
    if kind == "falcon":
        del config["head_dim"]
    layer = "full_attention" if kind in (*facts.TWO_BASES, *facts.FULL_ONLY) else None
    config |= {"rope_scaling": {"rope_type": "default", "rope_theta": 10000.0}}  # some scale by default
    table, _ = _theirs(Known("", {**config, "partial_rotary_factor": 0.5}, "default", 64, 1e4, layer=layer))
    assert len(table) == 32
    found = rope.from_config({**config, "partial_rotary_factor": 0.5}, layer_type=layer)
    assert found.width == 64
    assert [text.partition(":")[0] for text in found.complaints] == ["partial_rotary_factor"]


@pytest.mark.parametrize("kind", facts.BASE_OF)
def test_bases_by_default(kind: str) -> None:
    assert CONFIG_MAPPING[kind].default_theta == facts.BASE_OF[kind]


@pytest.mark.parametrize("kind", facts.PARTIAL_OF)
def test_parts_by_default(kind: str) -> None:
    config = CONFIG_MAPPING[kind]()
    config.standardize_rope_params()
    assert config.rope_parameters["partial_rotary_factor"] == facts.PARTIAL_OF[kind]


def test_truncate_in_the_block_of_layers_is_not_found() -> None:
    block = {"rope_type": "yarn", "rope_theta": 1e4, "factor": 4.0, "original_max_position_embeddings": 1024}
    config = {"model_type": "olmo3", "hidden_size": 256, "num_attention_heads": 4, "head_dim": 64,
              "max_position_embeddings": 4096}  # fmt: skip
    blocks = {"full_attention": {**block, "truncate": False}, "sliding_attention": {"rope_type": "default"}}
    config["rope_parameters"] = blocks
    table, _ = _theirs(Known("", config, "yarn", 64, 1e4, layer="full_attention"))
    rounded = rope.yarn(64, train_length=1024, factor=4.0, ramp="code")
    other = rope.yarn(64, train_length=1024, factor=4.0, ramp="code", truncate=False)
    assert np.max(np.abs(table / rounded - 1)) < 1e-5
    assert np.max(np.abs(table / other - 1)) > 0.01


def test_gguf_files(tmp_path: Path) -> None:
    """A file that gguf itself writes."""
    file = tmp_path / "model.gguf"
    writer = gguf.GGUFWriter(file, "phi3")
    writer.add_context_length(131072)
    writer.add_embedding_length(512)
    writer.add_head_count(8)
    writer.add_rope_dimension_count(64)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_scaling_type(gguf.RopeScalingType.LONGROPE)
    writer.add_rope_scaling_orig_ctx_len(4096)
    writer.add_rope_scaling_attn_factors(1.25)
    writer.add_array("tokenizer.ggml.tokens", ["a", "b"])
    writer.add_tensor("rope_factors_short.weight", np.ones(32, np.float32))
    writer.add_tensor("rope_factors_long.weight", np.full(32, 2, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    report = tmp_path / "out.json"
    words = ["config", str(file), "--length", "4097", "--json", str(report)]
    assert CliRunner().invoke(main, words).exit_code == 0
    [found] = json.loads(report.read_text(encoding="utf-8"))["results"]
    plain = 10000.0 ** (-np.arange(0, 64, 2) / 64)
    np.testing.assert_allclose(found["frequencies"], plain / 2, rtol=1e-14)
    assert (found["type"], found["attention_factor"]) == ("longrope", 1.25)
    file.write_bytes(file.read_bytes()[:300])
    cut = CliRunner().invoke(main, ["config", str(file)])
    assert cut.exit_code == 2
    assert "got a GGUF file that cannot be read" in cut.output
