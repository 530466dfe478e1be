"""Polars' ranks and rank correlations."""

from typing import Any

from ._binding import Library, lazy

LIBRARY = Library("polars", backend="numpy")
polars = lazy("polars")


@LIBRARY.bound("Series.rank", "matching.rank")
def rank(x: Any, /) -> Any:
    return polars.Series(x).rank().to_numpy()


@LIBRARY.bound("corr (spearman)", "matching.spearman")
def spearman(x: Any, y: Any, /) -> Any:
    columns = polars.DataFrame({"x": x, "y": y})
    return columns.select(polars.corr("x", "y", method="spearman")).item()
