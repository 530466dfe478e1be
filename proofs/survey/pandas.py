"""pandas' ranks and rank correlations."""

from typing import Any

from ._binding import Library, lazy

LIBRARY = Library("pandas", backend="numpy")
pandas = lazy("pandas")


@LIBRARY.bound("Series.rank", "matching.rank")
def rank(x: Any, /) -> Any:
    return pandas.Series(x).rank().to_numpy()


@LIBRARY.bound("DataFrame.corr (spearman)", "matching.spearman")
def spearman(x: Any, y: Any, /) -> Any:
    return pandas.DataFrame({"x": x, "y": y}).corr(method="spearman").loc["x", "y"]
