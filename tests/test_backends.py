"""How backends are found, what keeps them from being used, and that they carry bits faithfully."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import array_api_compat
import numpy as np
import pytest
from conftest import NAMES, usable

from refimpl import _libraries, backends
from refimpl._errors import DomainError, DTypeError, UnknownNameError
from refimpl.backends import Backend, BackendUnavailableError, Precision, Setting

INF, NAN = float("inf"), float("nan")


# Finding backends


def test_names_are_refimpls_own() -> None:
    assert set(NAMES) <= set(backends.names())
    assert backends.names()[0] == "numpy"


def test_importing_backends_loads_no_library() -> None:
    heavy = sorted(set(MODULES.values()))
    code = f"import sys, refimpl.backends; sys.exit(str([m for m in {heavy} if m in sys.modules] or 0))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "0"


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(
        UnknownNameError, match=r"no backend is called 'tensorflow'; there are: numpy, torch, jax, cupy, dask"
    ):
        backends.get("tensorflow")


MODULES = {
    "torch": "torch",
    "jax": "jax",
    "dask": "dask",
    "strict": "array_api_strict",
    "cupy": "cupy",
    "dpnp": "dpctl",
}


@pytest.mark.parametrize("name", MODULES)
def test_a_missing_library_is_a_reason(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, MODULES[name], None)
    with pytest.raises(BackendUnavailableError) as caught:
        backends.get(name)
    assert caught.value.name == name
    assert caught.value.reason == f"{MODULES[name]} is not installed"
    assert caught.value.install.startswith(f"pip install 'refimpl[{name}")
    assert isinstance(backends.status()[name], BackendUnavailableError)
    assert name not in backends.available()


class _Broken:
    """Makes the import of one library fail as a damaged installation does."""

    def __init__(self, library: str, error: Exception) -> None:
        self.library, self.error = library, error

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == self.library:
            raise self.error


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ImportError("libcudart.so.12: cannot open shared object file"), "libcudart"),
        (OSError("undefined symbol"), "OSError: undefined symbol"),
        (ModuleNotFoundError("No module named 'typing_extensions'", name="typing_extensions"), "typing_ext"),
    ],
)
@pytest.mark.parametrize("name", ["cupy", "strict"])
def test_a_broken_import_is_a_reason(
    name: str, error: Exception, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, MODULES[name], raising=False)
    monkeypatch.setattr(sys, "meta_path", [_Broken(MODULES[name], error), *sys.meta_path])
    with pytest.raises(BackendUnavailableError, match=f"fails to load.*{text}"):
        backends.get(name)


def fake_cupy(**cuda: Any) -> ModuleType:
    module = ModuleType("cupy")
    module.__version__ = "14.0"  # type: ignore[attr-defined]
    module.cuda = SimpleNamespace(**cuda)  # type: ignore[attr-defined]
    return module


def test_cupy_without_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", fake_cupy(is_available=lambda: False))
    with pytest.raises(BackendUnavailableError, match=r"no CUDA device is available.*NVIDIA driver"):
        backends.get("cupy")


def test_cupy_with_a_failing_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> bool:
        raise RuntimeError("cudaErrorInsufficientDriver")

    monkeypatch.setitem(sys.modules, "cupy", fake_cupy(is_available=fail))
    with pytest.raises(
        BackendUnavailableError, match="CUDA fails: RuntimeError: cudaErrorInsufficientDriver"
    ):
        backends.get("cupy")


class _Device:
    """A CUDA device that only remembers that it was current."""

    def __init__(self, number: int) -> None:
        self.number, self.entered = number, 0

    def __enter__(self) -> None:
        self.entered += 1

    def __exit__(self, *_: object) -> None:
        pass


class _OnDevice(np.ndarray[Any, Any]):
    def get(self) -> np.ndarray[Any, Any]:
        return np.asarray(self)


def test_cupy_with_two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = SimpleNamespace(getDeviceCount=lambda: 2)
    module = fake_cupy(is_available=lambda: True, runtime=runtime, Device=_Device)
    module.asarray = lambda host: np.array(host).view(_OnDevice)  # type: ignore[attr-defined]
    module.zeros = lambda n: np.zeros(n).view(_OnDevice)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "cupy", module)
    monkeypatch.setitem(sys.modules, "array_api_compat.cupy", usable("numpy").xp)
    backend = backends.get("cupy")
    assert list(backend.devices) == ["cuda", "cuda:1"]
    on = Setting.of(backend, "float32", "cuda:1")
    array = on.array([1.5, 2.5])
    assert (on.device.number, on.device.entered) == (1, 1)
    assert array.dtype == np.float32
    assert on.host(array).tolist() == [1.5, 2.5]


# Entry points


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installed distribution that offers backends named mine, broken, silly and torch."""
    (tmp_path / "mylib_backend.py").write_text(
        "from refimpl.backends import Backend\n"
        "import array_api_compat.numpy as xp, numpy as np\n"
        "def make():\n"
        "    return Backend('mine', '1.0', xp, {'cpu': 'cpu'}, np.asarray)\n"
        "def silly():\n"
        "    return 'a backend'\n"
    )
    info = tmp_path / "mylib-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mylib\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[refimpl.backends]\nmine = mylib_backend:make\nbroken = mylib_absent:make\n"
        "silly = mylib_backend:silly\ntorch = mylib_backend:make\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop("mylib_backend", None)


@pytest.mark.usefixtures("plugin")
class TestEntryPoints:
    def test_a_third_party_backend_is_found_and_runs(self) -> None:
        assert backends.names()[-3:] == ("broken", "mine", "silly")
        assert "mine" in backends.available()
        on = Setting.of(backends.get("mine"), "float32")
        assert on.host(on.array([1.5])).tolist() == [1.5]
        assert on.backend.ulp("exp", "float32") == 4.0

    def test_a_broken_one_is_a_reason(self) -> None:
        with pytest.raises(BackendUnavailableError, match=r"mylib_absent.*pip install --upgrade mylib"):
            backends.get("broken")

    def test_something_else_is_refused(self) -> None:
        with pytest.raises(BackendUnavailableError, match="made a str, not a refimpl"):
            backends.get("silly")

    def test_refimpls_own_names_cannot_be_taken(self) -> None:
        assert usable("torch").name == "torch"

    def test_doctor_has_them(self) -> None:
        found = {d.name: d for d in backends.diagnose()}
        assert found["mine"].usable
        assert "mylib_absent" in found["broken"].reason


def test_the_group_is_the_documented_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def entry_points(**selection: str) -> tuple[EntryPoint, ...]:
        asked.append(selection["group"])
        return ()

    monkeypatch.setattr("refimpl.backends._registry.entry_points", entry_points)
    backends.names()
    assert asked == ["refimpl.backends"]


# Carrying values


def settings(backend: Backend) -> list[Setting]:
    return [Setting.of(backend, dtype, device) for dtype in backend.dtypes for device in backend.devices]


def bits(host: np.ndarray[Any, Any]) -> list[int]:
    """The bits of floats; float16 and bfloat16 come back widened, which loses nothing."""
    return host.view(f"u{host.dtype.itemsize}").reshape(-1).tolist()


def in_format(values: list[float], p: Precision) -> np.ndarray[Any, Any]:
    wide = np.asarray(values, dtype=np.float64)
    with np.errstate(over="ignore", under="ignore"):
        if p.name == "bfloat16":  # float32 with the lower half of the bits cut off
            return (wide.astype(np.float32).view(np.uint32) & 0xFFFF0000).view(np.float32)
        return wide.astype(p.name)


def test_floats_keep_their_bits(backend: Backend) -> None:
    for on in settings(backend):
        p = on.precision
        tiny = p.smallest * 2.0 ** (1 - p.bits)
        values = [
            0.0,
            -0.0,
            INF,
            -INF,
            NAN,
            1.0,
            -1 / 3,
            p.largest,
            -p.smallest,
            p.smallest / 2,
            tiny,
            1 + 2 * p.u,
        ]
        sent = in_format(values, p)
        array = on.array(sent.astype(np.float64))
        assert array.dtype == on.dtype
        assert str(array_api_compat.device(array)) == str(on.device)
        back = backend.to_numpy(array)
        assert back.dtype == sent.dtype
        assert bits(back[np.isfinite(back)]) == bits(sent[np.isfinite(sent)])
        np.testing.assert_array_equal(back, sent)  # the others, where NaN may have any payload


def test_integers_and_booleans_are_exact(backend: Backend) -> None:
    for device in backend.devices:
        on = Setting.of(backend, "float32", device)
        numbers = [2**53 + 1, -(2**63), 2**63 - 1, 0]
        back = on.host(on.array(np.asarray(numbers, dtype=np.int64)))
        assert back.dtype == np.int64
        assert back.tolist() == numbers
        truth = on.host(on.array(np.asarray([True, False])))
        assert truth.dtype == np.bool_
        assert truth.tolist() == [True, False]


@pytest.mark.parametrize("shape", [(), (0,), (1,), (0, 3), (3, 0), (5, 2), (2, 3, 4)])
def test_shapes_are_kept(backend: Backend, shape: tuple[int, ...]) -> None:
    values = np.arange(np.prod(shape, dtype=int), dtype=np.float64).reshape(shape)
    for on in settings(backend):
        back = on.host(on.array(values))
        assert back.dtype == np.float64
        np.testing.assert_array_equal(back, values)


@pytest.mark.parametrize(
    "view",
    [lambda v: v[::-1], lambda v: v.T, lambda v: v[:, 1], lambda v: np.broadcast_to(v, (2, *v.shape))],
    ids=["negative strides", "transposed", "column", "read-only"],
)
def test_any_layout_is_taken(backend: Backend, view: Any) -> None:
    values = view(np.arange(6.0).reshape(3, 2))
    on = Setting.of(backend, "float32")
    np.testing.assert_array_equal(on.host(on.array(values)), values)


def test_arrays_share_no_memory_with_their_source(backend: Backend) -> None:
    for on in settings(backend):
        for source in (np.ones(8), np.ones(8, dtype=np.float32), np.ones(8, dtype=np.int64)):
            array = on.array(source)
            source[:] = 7
            assert on.host(array).tolist() == [1] * 8


def test_half_smallest_is_zero_only_where_doctor_says_so(backend: Backend) -> None:
    found = next(d for d in backends.diagnose() if d.name == backend.name)
    assert found.failures == ()
    for on in settings(backend):
        product = on.host(on.array([on.precision.smallest] * 64) * on.array([0.5] * 64))
        flushed = f"{on.precision.name} on {on.device_name}" in found.flushes
        assert set(product.tolist()) == {0.0 if flushed else on.precision.smallest / 2}


# Settings


def test_an_unknown_dtype_lists_the_known_ones(backend: Backend) -> None:
    with pytest.raises(DTypeError, match=rf"{backend.name}: dtype: got float8; expected one of .*float32"):
        Setting.of(backend, "float8")


def test_an_unknown_device_lists_the_known_ones(backend: Backend) -> None:
    known = ", ".join(backend.devices)
    with pytest.raises(UnknownNameError, match=f"{backend.name}: device: got tpu9; expected one of {known}"):
        Setting.of(backend, "float32", "tpu9")


def test_like_creates_on_the_setting(backend: Backend) -> None:
    for on in settings(backend):
        like = on.like
        made = like["xp"].zeros((2,), dtype=like["dtype"], device=like["device"])
        assert made.dtype == on.dtype
        assert str(array_api_compat.device(made)) == str(on.device)
        assert _libraries.array_namespace(made) is on.xp
        assert on.xp.isdtype(made.dtype, "real floating")


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")  # inside torch's own compiler
def test_compiled_functions_give_the_same(backend: Backend) -> None:
    if backend.name == "torch" and shutil.which("c++") is None:
        pytest.skip("torch.compile needs a C++ compiler")
    on = Setting.of(backend, "float32")
    double = backend.compile(lambda x: x + x)
    assert on.host(double(on.array([1.0, 2.0]))).tolist() == [2.0, 4.0]


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_compilers_refuse_what_depends_on_values(name: str) -> None:
    on = Setting.of(usable(name), "float32")
    branch = on.backend.compile(lambda x: x if x[0] > 0 else -x)
    with pytest.raises(Exception, match=r"(?i)data-dependent|concrete|boolean"):
        branch(on.array([1.0, 2.0]))


# Precision


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_precision_is_numpys(dtype: str) -> None:
    p, info = Precision(dtype), np.finfo(dtype)
    assert p.u == info.eps / 2
    assert p.bits == info.nmant + 1
    assert p.smallest == info.smallest_normal
    assert p.largest == info.max


def test_bfloat16_is_the_upper_half_of_float32() -> None:
    def value(pattern: int) -> float:
        return float(np.asarray([pattern << 16], dtype=np.uint32).view(np.float32)[0])

    p = Precision("bfloat16")
    assert p.largest == value(0x7F7F)
    assert p.smallest == value(0x0080)
    assert 1 + 2 * p.u == value(0x3F81)
    assert p.bits == 8


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(UnknownNameError, match="no floating-point format 'float128'"):
        Precision("float128")


# What is particular to one library


@pytest.fixture
def jax_without_x64() -> Iterator[Any]:
    usable("jax")
    import jax  # noqa: PLC0415

    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", False)
    yield jax
    jax.config.update("jax_enable_x64", before)


def test_jax_without_x64_has_no_float64(jax_without_x64: Any) -> None:
    backend = backends.get("jax")
    assert "float64" not in backend.dtypes
    assert any("float64 needs jax_enable_x64" in note for note in backend.notes)
    with pytest.raises(DTypeError, match=r"got float64.*float64 needs jax_enable_x64"):
        Setting.of(backend, "float64")
    assert backends.get("jax").xp.zeros(1).dtype == "float32"  # looking changed no setting
    assert not jax_without_x64.config.jax_enable_x64


@pytest.mark.usefixtures("jax_without_x64")
def test_jax_without_x64_refuses_what_it_would_truncate() -> None:
    on = Setting.of(backends.get("jax"), "float32")
    assert on.host(on.array(np.asarray([-(2**31), 2**31 - 1]))).tolist() == [-(2**31), 2**31 - 1]
    with pytest.raises(DomainError, match="beyond int32"):
        on.array(np.asarray([2**31]))


@pytest.mark.usefixtures("jax_without_x64")
def test_a_jax_setting_never_becomes_float32_silently() -> None:
    from refimpl.backends.jax import enable_x64  # noqa: PLC0415

    enable_x64()
    on = Setting.of(backends.get("jax"), "float64")
    assert on.array([1 / 3]).dtype == "float64"
    import jax  # noqa: PLC0415

    jax.config.update("jax_enable_x64", False)
    with pytest.raises(DTypeError, match=r"got float64.*enable_x64"):
        on.array([1 / 3])


def test_dask_arrays_have_more_than_one_chunk() -> None:
    on = Setting.of(usable("dask"), "float64")
    assert on.array(np.zeros((5, 3))).chunks == ((3, 2), (3,))
    assert on.array(np.zeros((1, 3))).chunks == ((1,), (3,))


def test_what_dask_lacks_is_still_lacking() -> None:
    on = Setting.of(usable("dask"), "float64")
    assert set(on.backend.lacks) == {"linalg", "loops"}
    assert not hasattr(on.xp.linalg, "eigh")
    assert not hasattr(on.xp.linalg, "det")
    square = on.array(np.asarray([[4.0, 2.0], [2.0, 5.0]])).rechunk(-1)
    assert on.host(on.xp.linalg.cholesky(square)).tolist() == [[2.0, 1.0], [0.0, 2.0]]  # the upper factor


def test_dask_keeps_every_step_of_a_loop_in_its_graph() -> None:
    on = Setting.of(usable("dask"), "float64")
    array = on.array(np.ones((4, 2)))
    before = len(array.__dask_graph__())
    for _ in range(10):
        array = array * 0.5 + 1.0
        on.host(array)  # computes, but does not shorten what the next look computes again
    assert len(array.__dask_graph__()) >= before + 20


def test_what_dask_has_works_across_chunks() -> None:
    on = Setting.of(usable("dask"), "float64")
    values = np.random.default_rng(0).integers(-9, 9, (5, 3)).astype(np.float64)
    array = on.array(values)
    for axis in (0, 1):
        np.testing.assert_array_equal(on.host(on.xp.sort(array, axis=axis)), np.sort(values, axis=axis))
        total = on.host(on.xp.cumulative_sum(array, axis=axis))
        np.testing.assert_array_equal(total, np.cumsum(values, axis=axis))
        index = np.asarray([2, 0, 2, 1])
        found = on.host(on.xp.take(array, on.array(index), axis=axis))
        np.testing.assert_array_equal(found, np.take(values, index, axis=axis))
        order = on.host(on.xp.argsort(array, axis=axis))
        np.testing.assert_array_equal(order, np.argsort(values, axis=axis, kind="stable"))


def test_torch_results_that_carry_gradients_or_flags_are_read() -> None:
    on = Setting.of(usable("torch"), "float32")
    x = on.array([1.0, -2.0]).requires_grad_()
    assert on.host(x * 2).tolist() == [2.0, -4.0]


def test_torch_with_gpus_that_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    on_cpu = usable("torch")
    import torch  # noqa: PLC0415

    if torch.cuda.is_available():
        pytest.skip("the GPUs here work")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    backend = backends.get("torch")
    assert list(backend.devices) == ["cpu", "cuda", "cuda:1"]
    assert (on_cpu.ulp("pow", "float32"), backend.ulp("pow", "float32")) == (1.0, 9.5)
    assert backend.ulp("expm1", "float64") == on_cpu.ulp("expm1", "float64")
    found = next(d for d in backends.diagnose() if d.name == "torch")
    assert len(found.failures) == 2 * len(backend.dtypes)
    assert all("on cuda" in failure for failure in found.failures)


def test_strict_devices_do_not_mix() -> None:
    backend = usable("strict")
    one, other = (Setting.of(backend, "float32", device) for device in ("device1", "device2"))
    with pytest.raises(ValueError, match="device"):
        one.array([1.0]) + other.array([1.0])


def test_doctor_names_each_backend_once() -> None:
    found = backends.diagnose()
    assert tuple(d.name for d in found) == backends.names()
    for d in found:
        assert d.usable == (d.reason == "") == bool(d.version)
        assert d.usable or d.install
        assert d.x64 == ("float64" in d.dtypes)
    assert next(d for d in found if d.name == "numpy").default_dtype == "float64"


def test_doctor_survives_a_failing_device(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("CUDA error: out of memory")

    numpy = usable("numpy")
    bad = Backend("bad", "1", numpy.xp, {"cuda": None}, np.asarray, from_numpy=fail, dtypes=("float32",))
    worse = replace(bad, name="worse", xp=SimpleNamespace(asarray=fail))
    monkeypatch.setattr("refimpl.backends._doctor.status", lambda _: {"bad": bad, "worse": worse})
    found, other = backends.diagnose()
    assert any("default dtype" in failure for failure in other.failures)
    assert found.failures == ("float32 on cuda: RuntimeError: CUDA error: out of memory",)
    assert found.flushes == ()
