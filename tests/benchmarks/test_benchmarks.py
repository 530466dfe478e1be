"""Time of every function on every installed backend: `pytest tests/benchmarks`."""

from typing import Any

import array_api_compat
import pytest
from conftest import NAMES, usable
from pytest_benchmark.fixture import BenchmarkFixture
from specimens import SPECIMENS

from refimpl.backends import Setting
from refimpl.proofs.engine import catalogue

SIZE = 1000


def fetch(on: Setting, result: Any) -> None:
    """Copy every array to NumPy, so that lazy and asynchronous libraries have really computed it."""
    if isinstance(result, tuple | list):
        for part in result:
            fetch(on, part)
    elif array_api_compat.is_array_api_obj(result):
        on.backend.to_numpy(result)


@pytest.mark.parametrize("backend_name", NAMES)
@pytest.mark.parametrize("name", sorted(SPECIMENS))
def test_time(name: str, backend_name: str, benchmark: BenchmarkFixture) -> None:
    backend = usable(backend_name)
    for capability in sorted(catalogue.functions()[name].needs):
        if capability in backend.lacks:
            pytest.skip(f"{backend.name} lacks {capability}: {backend.lacks[capability]}")
    on = Setting.of(backend, "float32", "cuda" if "cuda" in backend.devices else None)
    function, given = SPECIMENS[name](on, SIZE)
    benchmark.group = name
    benchmark.extra_info |= {
        "version": backend.version,
        "device": on.device_name,
        "dtype": "float32",
        "n": SIZE,
    }
    fetch(on, function(*given))  # what is compiled once is not timed
    benchmark(lambda: fetch(on, function(*given)))
