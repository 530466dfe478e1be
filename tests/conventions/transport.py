"""Stub."""

from ._convention import Convention

CONVENTIONS: dict[str, Convention] = {}
