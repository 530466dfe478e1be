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
        random.seed(seed)
        np.random.seed(seed % 2**32)
        if torch := sys.modules.get("torch"):
            _reseed(torch, seed, stack)
        yield


def _reseed(torch: Any, seed: int, stack: ExitStack) -> None:
    """The default generators of torch. `torch.manual_seed` would wake up devices that nobody uses."""
    generators = [getattr(torch, "default_generator", None)]  # none while torch is still being imported
    if generators[0] is not None and torch.cuda.is_initialized():
        generators += torch.cuda.default_generators
    for generator in generators:
        if generator is not None:
            stack.callback(generator.set_state, generator.get_state())
            generator.manual_seed(seed)
