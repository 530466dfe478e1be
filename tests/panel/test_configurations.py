"""Configurations of public models: the tables that transformers itself makes of them."""

import copy
import importlib
import importlib.util
import warnings
from typing import Any

import numpy as np
import pytest
from configurations import MODELS, Known

from refimpl import rope
from refimpl.rope import _config_facts as facts

if importlib.util.find_spec("transformers") is None:
    pytest.skip("pip install 'refimpl[panel]'", allow_module_level=True)

with warnings.catch_warnings():  # theirs, on import
    warnings.simplefilter("ignore")
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
