"""The random states that a whole process shares, while functions under test run.

Hypothesis sets those of `random` and `numpy.random` to the same values before every example, so that a
function that draws from them would give the same result again, and its defect would not show.

>>> import random
>>> with states(1):
...     first = random.random()
>>> with states(2):
...     first == random.random()
False
"""

import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np


@contextmanager
def states(seed: int) -> Iterator[None]:
    """Other states, made from a seed, of `random`, `numpy.random` and, if it is loaded, torch; those of the
    process come back afterwards."""
    with ExitStack() as stack:
        stack.callback(random.setstate, random.getstate())
        stack.callback(np.random.set_state, np.random.get_state())
        for generator in _of_torch():
            stack.callback(generator.set_state, generator.get_state())
        reseed(seed)
        yield


def reseed(seed: int) -> None:
    """Other states again, within `states`, which keeps those of the process: that takes much longer."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    for generator in _of_torch():
        generator.manual_seed(seed)


def _of_torch() -> list[Any]:
    """The default generators of torch. `torch.manual_seed` would wake up devices that nobody uses."""
    torch: Any = sys.modules.get("torch")
    first = getattr(torch, "default_generator", None)  # none while torch is still being imported
    if first is None:
        return []
    return [first, *(torch.cuda.default_generators if torch.cuda.is_initialized() else ())]
