"""Configurations in files: JSON, and the metadata of GGUF."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..._errors import RefimplError
from ...rope._config_facts import TENSORS

MAGIC = b"GGUF"
PARTS = (".rope.", ".attention.", ".context_length", ".embedding_length")
"""What metadata of GGUF is of use; vocabularies are not read."""


class ConfigError(RefimplError, ValueError):
    """A file that holds no configuration."""


def load(file: Path) -> tuple[Mapping[str, Any], list[str]]:
    """A configuration, and what is wrong with the file."""
    if str(file) == "-":
        return _parsed("standard input", sys.stdin.read())
    if file.is_dir():
        file = file / "config.json"
    try:
        with open(file, "rb") as opened:
            start = opened.read(len(MAGIC))
            if start == MAGIC:
                return _metadata(file), []
            content = start + opened.read()
        return _parsed(str(file), content.decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"config: {file}: got {error}; expected a config.json, its folder, or a .gguf file"
        ) from error


def _parsed(name: str, text: str) -> tuple[Mapping[str, Any], list[str]]:
    twice: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        twice.extend(dict.fromkeys(key for key in keys if keys.count(key) > 1))
        return dict(pairs)

    try:
        found = json.loads(text, object_pairs_hook=once)
    except ValueError as error:
        raise ConfigError(f"config: {name}: got no JSON ({error}); expected a config.json") from error
    if not isinstance(found, dict):
        raise ConfigError(
            f"config: {name}: got a {type(found).__name__}; expected an object of keys and values"
        )
    return found, [f"{key}: twice in one object of the file; the last counts" for key in twice]


def _metadata(file: Path) -> dict[str, Any]:
    """The keys and tensors of a GGUF file that rotary embeddings depend on."""
    try:
        from gguf import GGUFReader  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise ConfigError(
            f'config: {file}: reading GGUF needs the package gguf: pip install "refimpl[gguf]"'
        ) from error
    try:
        reader = GGUFReader(file)
        found: dict[str, Any] = {
            name: field.contents()
            for name, field in reader.fields.items()
            if name == "general.architecture" or any(part in name for part in PARTS)
        }
        found |= {it.name: it.data.tolist() for it in reader.tensors if it.name in TENSORS}
    except (ValueError, IndexError, KeyError) as error:
        raise ConfigError(f"config: {file}: got a GGUF file that cannot be read ({error})") from error
    return found
