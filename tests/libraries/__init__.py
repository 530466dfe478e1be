"""Array libraries that are not refimpl's own, for tests of what a backend may be; `join` has them found."""

from importlib.metadata import EntryPoint

import pytest


def join(monkeypatch: pytest.MonkeyPatch, *places: str) -> None:
    """Offer backends as installed packages do: places such as "grudging:make", named by their modules, or
    by their functions where these are not `make`."""
    points = []
    for place in places:
        module, _, function = place.partition(":")
        name = module if function == "make" else function
        points.append(EntryPoint(name, f"{__name__}.{place}", "refimpl.backends"))

    def entry_points(group: str, name: str | None = None) -> list[EntryPoint]:
        return [point for point in points if name in (None, point.name)]

    monkeypatch.setattr("refimpl.backends._registry.entry_points", entry_points)
    monkeypatch.setattr("refimpl._libraries._told", {})
