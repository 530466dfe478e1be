"""Names of classes: what a tokenizer, a table or a list of words calls them."""

import json
from pathlib import Path
from typing import Any

from ..engine import foreign
from .checkpoint import CheckpointError


def names(path: Path) -> dict[int, str]:
    """Names by class, out of tokenizer.json, {"word": 3, …}, ["word", …] or a text with one word a line.

    Raises
    ------
    CheckpointError
        if it is none of these.
    """
    try:
        text = path.read_text(encoding="utf-8")
        found = _of(json.loads(text)) if path.suffix == ".json" else dict(enumerate(text.splitlines()))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} cannot be read: {foreign.line(error)}") from None
    if not found:
        raise CheckpointError(f"{path} has no words: expected tokenizer.json, a table or a list of words")
    return found


def _of(content: Any) -> dict[int, str]:
    """Of a tokenizer: its model's vocabulary and the tokens that were added."""
    if isinstance(content, dict) and isinstance(content.get("model"), dict):
        added = content.get("added_tokens") or []
        found = _table(content["model"].get("vocab"))
        more = {
            it["id"]: it["content"] for it in added if isinstance(it, dict) and {"id", "content"} <= it.keys()
        }
        return found | {k: word for k, word in more.items() if type(k) is int and isinstance(word, str)}
    return _table(content)


def _table(content: Any) -> dict[int, str]:
    """{word: class}, or words (or [word, score]) in the order of classes."""
    if isinstance(content, dict):
        return {k: word for word, k in content.items() if type(k) is int}
    words = (
        [it[0] if isinstance(it, list) and it else it for it in content] if isinstance(content, list) else []
    )
    return {k: word for k, word in enumerate(words) if isinstance(word, str)}
