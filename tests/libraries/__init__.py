"""Array libraries that are not refimpl's own, for tests of what a backend may be; `join` has them found."""

from importlib.metadata import EntryPoint

import pytest


def join(monkeypatch: pytest.MonkeyPatch, *places: str) -> None:
    """Offer backends as installed packages do: places such as "grudging:make", named by their modules."""
    points = [
        EntryPoint(place.partition(":")[0], f"{__name__}.{place}", "refimpl.backends") for place in places
    ]

    def entry_points(group: str, name: str | None = None) -> list[EntryPoint]:
        return [point for point in points if name in (None, point.name)]

    monkeypatch.setattr("refimpl.backends._registry.entry_points", entry_points)
    monkeypatch.setattr("refimpl._libraries._told", {})
