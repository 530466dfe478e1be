"""Matching: CoSENT, thresholds, and what a representation can represent."""

__all__: list[str] = []
