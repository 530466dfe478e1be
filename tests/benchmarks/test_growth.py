"""Time against size of every function with a specimen of its own, beside what its docstring states.

`pytest tests/benchmarks/test_growth.py -s` prints the table. What states nothing is linear in arrays; what
is stated as O(n) or O(n log n) fails above 1.3, as does what is stated as a power above that power and 0.3.
"""

import re
from itertools import pairwise

import numpy as np
import pytest
from specimens import OWN

from refimpl import backends
from refimpl.backends import Setting
from refimpl.proofs.benchmarks import _measure
from refimpl.proofs.engine import catalogue

DECADES = (10**2, 10**3, 10**4, 10**5)
LONGEST = 0.3
"""CPU seconds of a call: a size that would take longer, as the last two grow, is left out with its memory."""
POWERS = {"n": 1.0, "n log n": 1.0, "M": 1.0, "M log² M": 1.0, "n²": 2.0, "n² log n": 2.0, "n³": 3.0}


def stated(name: str) -> str:
    """The first O(…) of time in a docstring, of a size that is called n or M there."""
    doc = catalogue.functions()[name].implementation.__doc__ or ""
    found = [it for it in re.findall(r"O\(([^)]*)\)", doc) if it in POWERS]
    return found[0] if found else "n"


@pytest.mark.parametrize("name", sorted(OWN))
def test_growth(name: str) -> None:
    on = Setting.of(backends.get("numpy"))
    seconds: list[float] = []
    for size in DECADES:
        function, given = OWN[name](on, size)
        with np.errstate(all="ignore"):
            seconds += _measure.growth(lambda _: lambda: function(*given), [size])  # noqa: B023
        if seconds[-1] * max([10, *(later / one for one, later in pairwise(seconds))]) > LONGEST:
            break
    sizes = DECADES[: len(seconds)]
    power = _measure.exponent(sizes, seconds) if len(sizes) > 1 else float("nan")
    text = ", ".join(f"{1e3 * it:.3g} ms" for it in seconds)
    print(f"\n{name}: exponent {power:.2f}, stated O({stated(name)}): {text}")
    assert len(sizes) > 1, f"{name} takes {seconds[0]:.1f} s at {sizes[0]}"
    assert power <= POWERS[stated(name)] + 0.3
