"""Matrices out of .npy, .npz and .safetensors files: headers and numbers are read, and no code ever runs."""

import hashlib
import json
import math
import struct
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..._errors import RefimplError
from ..engine import foreign

HEADER = 100 << 20
"""Bytes of a header at most, as the format says."""
INDEX = ".safetensors.index.json"
PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib")
_FORMATS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
_BYTES = {"F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2,
          "I8": 1, "U8": 1, "BOOL": 1}  # fmt: skip
_LAYERS = (
    "lm_head.weight", "output.weight", "embed_out.weight", "model.lm_head.weight",
    "language_model.lm_head.weight", "cls.predictions.decoder.weight", "classifier.weight",
    "model.embed_tokens.weight", "transformer.wte.weight", "wte.weight", "shared.weight",
    "model.shared.weight", "tok_embeddings.weight",
)  # fmt: skip
"""Names of output layers, and after them of the embeddings that serve as such where there is none."""


class CheckpointError(RefimplError, ValueError):
    """A file that cannot be read as asked."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """An array in a file, as its header has it."""

    name: str
    format: str
    shape: tuple[int, ...]
    read: Callable[[], Any]
    """Its numbers, in a format of NumPy."""


def tensors(path: Path) -> dict[str, Tensor]:
    """The arrays of a file, of a sharded index, or of a folder with one of these.

    Raises
    ------
    CheckpointError
        if it is none of these, is damaged, or would have to be unpickled.
    """
    if path.is_dir():
        path = _of_folder(path)
    if path.suffix in PICKLED:
        raise _refused(
            path, "is a pickle, which runs code when it is read", "save it as .safetensors or .npy"
        )
    try:
        if path.name.endswith(INDEX):
            return _sharded(path)
        if path.suffix == ".safetensors":
            return _safetensors(path)
        if path.suffix == ".npz":
            return _npz(path)
        if path.suffix == ".npy":
            array = np.load(path, mmap_mode="r", allow_pickle=False)
            return {"": Tensor("", str(array.dtype), array.shape, lambda: array)}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, struct.error, RecursionError) as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(f"{path} cannot be read: {foreign.line(error)}") from None
    raise _refused(path, "is of no known format", f"give .npy, .npz, .safetensors, or its *{INDEX}")


def _refused(path: Path, why: str, instead: str) -> CheckpointError:
    return CheckpointError(f"{path} {why}: {instead}")


def _of_folder(path: Path) -> Path:
    for pattern in (f"*{INDEX}", "*.safetensors"):
        found = sorted(path.glob(pattern))
        if len(found) == 1:
            return found[0]
    raise _refused(path, f"is a folder without one *{INDEX} or one .safetensors", "name the file")


def _sharded(path: Path) -> dict[str, Tensor]:
    """An index names the file of each tensor, in its own folder."""
    places = _object(path.read_text(encoding="utf-8")).get("weight_map")
    if not isinstance(places, dict) or not all(isinstance(it, str) for it in places.values()):
        raise _refused(path, "has no weight_map of names of files", "it is not an index")
    shards: dict[str, dict[str, Tensor]] = {}
    for shard in sorted(set(places.values())):
        if Path(shard).name != shard or not shard.endswith(".safetensors"):
            raise _refused(path, f"names {foreign.shown(shard)}", "expected .safetensors files beside it")
        if (path.parent / shard).exists():  # others may be missing, where one layer was fetched alone
            shards[shard] = _safetensors(path.parent / shard)
    found = {}
    for name, shard in places.items():
        if shard in shards:
            if name not in shards[shard]:
                raise _refused(path, f"says that {foreign.shown(name)} is in {shard}", "it is not")
            found[name] = shards[shard][name]
    return found


def _object(text: str | bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            raise ValueError("a name is there twice")
        return made

    found = json.loads(text, object_pairs_hook=once)
    if not isinstance(found, dict):
        raise ValueError("expected a JSON object")
    return found


def _safetensors(path: Path) -> dict[str, Tensor]:
    """A length of 8 bytes, a JSON header of that length, and the numbers; all sizes are checked."""
    size = path.stat().st_size
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        if length > min(HEADER, size - 8):
            raise _refused(
                path, f"has a header of {length} bytes", f"expected at most {min(HEADER, size - 8)}"
            )
        header = _object(file.read(length))
    header.pop("__metadata__", None)
    found = {}
    for name, entry in header.items():
        found[name] = _entry(path, name, entry, 8 + length, size)
    return found


def _entry(path: Path, name: str, entry: Any, start: int, size: int) -> Tensor:
    """A tensor of a header: its place is inside of the file and as long as its shape says."""
    format_, shape, place = (entry.get(key) for key in ("dtype", "shape", "data_offsets"))
    if not (_naturals(shape) and _naturals(place) and len(place) == 2 and isinstance(format_, str)):
        raise _refused(path, f"has a damaged entry {foreign.shown(name)}", f"got {foreign.shown(entry)}")
    first, last = place
    expected = math.prod(shape) * _BYTES.get(format_, 1)
    if not first <= last <= size - start or (format_ in _BYTES and last - first != expected):
        raise _refused(
            path, f"has {last - first} bytes for {foreign.shown(name)}, {format_} {shape}", "it is cut off"
        )

    def read() -> Any:
        if format_ not in _FORMATS:
            raise _refused(path, f"has {foreign.shown(name)} as {format_}", f"expected {', '.join(_FORMATS)}")
        raw = np.memmap(path, _FORMATS[format_], "r", start + first, tuple(shape))
        return (raw.astype("<u4") << 16).view("<f4") if format_ == "BF16" else raw

    return Tensor(name, format_, tuple(shape), read)


def _naturals(value: Any) -> bool:
    return isinstance(value, list) and all(type(it) is int and it >= 0 for it in value)


def _npz(path: Path) -> dict[str, Tensor]:
    found = {}
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            name = member.removesuffix(".npy")
            with archive.open(member) as file:
                version = np.lib.format.read_magic(file)
                header = {
                    (1, 0): np.lib.format.read_array_header_1_0,
                    (2, 0): np.lib.format.read_array_header_2_0,
                }
                shape, _, dtype = header[version](file) if version in header else ((), False, np.dtype("O"))
            found[name] = Tensor(name, str(dtype), shape, _Member(path, name))
    return found


@dataclass(frozen=True, slots=True)
class _Member:
    """Reads an array of an archive."""

    path: Path
    name: str

    def __call__(self) -> Any:
        with np.load(self.path, allow_pickle=False) as archive:
            return archive[self.name]


@dataclass(frozen=True, slots=True)
class Layer:
    """Which numbers of which files make an output layer."""

    file: str
    tensor: str
    bias: str = ""
    """A tensor of the same file, or another file, or FILE:TENSOR; none if empty."""
    transposed: bool = False

    def load(self) -> "Loaded":
        """Read it."""
        rows = _numbers(Path(self.file), self.tensor, 2)
        W = np.ascontiguousarray(rows.T) if self.transposed else rows
        bias = np.zeros(len(W)) if not self.bias else _bias(Path(self.file), self.bias).astype(np.float64)
        if bias.shape != W.shape[:1]:
            raise CheckpointError(
                f"the bias has the shape {bias.shape}; expected {len(W)} numbers, one for each class of the "
                f"matrix of shape {rows.shape}"
                + ("" if self.transposed else "; --transposed takes its columns")
            )
        return Loaded(W, bias, _digest((W, bias)))


@dataclass(frozen=True, slots=True)
class Loaded:
    """An output layer."""

    W: Any
    """(n, d) float32 or float64."""
    b: Any
    """(n,) float64."""
    sha256: str
    """Of shapes and numbers."""


def _bias(file: Path, given: str) -> Any:
    if given in (known := tensors(file)):
        return _read(file, known[given], 1)
    path, _, name = given.rpartition(":")
    if path and Path(path).exists():
        return _numbers(Path(path), name, 1)
    if Path(given).exists():
        return _numbers(Path(given), "", 1)
    raise CheckpointError(f"bias: got {given!r}; expected a tensor of {file}, a file, or FILE:TENSOR")


def _numbers(file: Path, name: str, axes: int) -> Any:
    known = tensors(file)
    if not name and len(known) == 1:
        [name] = known
    if name not in known:
        raise CheckpointError(f"{file} has no tensor {name!r}; it has {_listed(known.values())}")
    return _read(file, known[name], axes)


def _read(file: Path, tensor: Tensor, axes: int) -> Any:
    """Finite numbers as float32, or float64 where they need it."""
    what = f"{file}: {tensor.name or 'the array'}"
    if len(tensor.shape) != axes or 0 in tensor.shape:
        raise CheckpointError(f"{what} has the shape {tensor.shape}; expected {axes} axes, none empty")
    try:
        found = tensor.read()
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(f"{what} cannot be read: {foreign.line(error)}") from None
    if found.dtype.kind != "f" or found.dtype.itemsize > 8:
        raise CheckpointError(f"{what} is {tensor.format}; expected float64, float32, float16 or bfloat16")
    kind = np.float64 if found.dtype.itemsize == 8 else np.float32
    found = np.ascontiguousarray(found, dtype=kind)
    for place in range(0, len(found), 4096):
        if not np.isfinite(found[place : place + 4096]).all():
            raise CheckpointError(f"{what} has NaN or infinity in rows {place} to {place + 4095}")
    return found


def _listed(known: Iterable[Tensor]) -> str:
    names = [f"{it.name or 'one without a name'} {list(it.shape)}" for it in known]
    return foreign.line(", ".join(names[:20]) + (f", and {len(names) - 20} more" if len(names) > 20 else ""))


def _digest(arrays: Iterable[Any]) -> str:
    made = hashlib.sha256()
    for array in arrays:
        made.update(repr(array.shape).encode())
        for place in range(0, len(array), 4096):
            made.update(np.ascontiguousarray(array[place : place + 4096], dtype="<f8").tobytes())
    return made.hexdigest()


def chosen(file: Path, tensor: str | None, bias: str | None, no_bias: bool, transposed: bool) -> Layer:
    """The layer that was asked for, or the only one that can be meant.

    Raises
    ------
    CheckpointError
        if several can be meant, or there is a bias of which nothing was said.
    """
    known = tensors(file)
    if tensor is None:
        matrices = [name for name, it in known.items() if len(it.shape) == 2]
        tensor = matrices[0] if len(matrices) == 1 else next((it for it in _LAYERS if it in matrices), None)
        if tensor is None:
            listed = _listed(it for it in known.values() if len(it.shape) == 2)
            raise CheckpointError(
                f"{file}: which tensor is it? Give --tensor NAME; it has {listed or 'no matrix'}"
            )
    beside = f"{tensor.removesuffix('.weight')}.bias"
    if bias is None and not no_bias and beside in known:
        raise CheckpointError(f"{file} has {beside}, too: give --bias {beside}, or --no-bias")
    return Layer(str(file), tensor, bias or "", transposed)
