"""The command `refimpl scan`."""

import os
import sys
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import click

from ... import backends
from ..engine import cluster, exits, planning, pool
from ..scanning import checkpoint, clustered, report, store, tokens, verify, work
from ..scanning.checkpoint import Layer, Loaded
from ..scanning.work import Part, Source
from . import display, output
from .output import OutputFile
from .running import Gathered, gather, save

SHOWN = 20
"""Classes that are printed; the files have all."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@click.command("scan")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--tensor", help="The matrix with one row for each class [default: the output layer, if clear]."
)
@click.option("--bias", help="A tensor of FILE, another file, or FILE:TENSOR.")
@click.option("--no-bias", is_flag=True, help="Leave out a bias that is beside the matrix.")
@click.option("--transposed", is_flag=True, help="The matrix has one column for each class.")
@click.option("--tokens", "vocabulary", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Names of classes: tokenizer.json, vocab.json, or a text with one a line.")  # fmt: skip
@click.option("--certificates", type=OutputFile(), help="Write the proofs of all verdicts to this .npz file.")
@click.option("--resume", is_flag=True, help="Go on with the scan that would have written --certificates.")
@click.option("--verify", "claims", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Search nothing: check the certificates of this file, exactly.")  # fmt: skip
@click.option("--exact", is_flag=True, help="Decide what is left over in rationals, which may take hours.")
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="Processes [default: all].")
@click.option("--cluster", "address", metavar="ADDRESS",
              help="Run on the workers of a dask scheduler, which read FILE at the same path.")  # fmt: skip
@click.option("--backend", default="numpy", show_default=True, help="The library of float32 products.")
@click.option("--device", help="A device of the backend, such as cuda [default: its first].")
@click.option("--json", "json_file", type=OutputFile(), help="Write the report to this file.")
@click.option("-v", "--verbose", is_flag=True, help="A line for every part, also on a terminal.")
def scan(
    file: Path, tensor: str | None, bias: str | None, no_bias: bool, transposed: bool,
    vocabulary: Path | None, certificates: Path | None, resume: bool, claims: Path | None,
    exact: bool, jobs: int,
    address: str | None, backend: str, device: str | None, json_file: Path | None, verbose: bool,
) -> None:  # fmt: skip
    """Find the words that an output layer can never predict, with a proof for every word.

    FILE is .npy, .npz, .safetensors, a sharded *.safetensors.index.json, or a folder with one of these. It is
    read as numbers; pickles, which run code, are refused.

    \b
    refimpl scan model.safetensors --tokens tokenizer.json --certificates proofs.npz
    refimpl scan model.safetensors --verify proofs.npz

    Exit code 3: classes are undecided, or the scan was stopped; 1: a certificate does not hold.
    """
    if resume and (claims or certificates is None):
        raise click.UsageError("--resume goes with --certificates FILE, and not with --verify")
    backends.check_name(backend)
    layer = checkpoint.chosen(file.absolute(), tensor, bias, no_bias, transposed)
    names = tokens.names(vocabulary) if vocabulary else {}
    given = layer.load()
    display.say(f"{file} {layer.tensor}: {len(given.b)} classes, {given.W.shape[1]} dimensions"
                + (f", bias {layer.bias}" if layer.bias else ", no bias"))  # fmt: skip
    if claims:
        sys.exit(_verified(claims, layer, given, names, work.products(backend, device), json_file, verbose))
    source = Source(layer, given.sha256, backend, device, exact)
    work.products(backend, device)  # refused here, not in a process
    sys.exit(_scanned(source, given, names, certificates, resume, jobs, address, json_file, verbose))


def _scanned(
    source: Source, given: Loaded, names: Mapping[int, str], file: Path | None, resume: bool, jobs: int,
    address: str | None, json_file: Path | None, verbose: bool,
) -> int:  # fmt: skip
    """Decide all parts; each is kept before it is shown."""
    n = len(given.b)
    units = work.units(source, n, jobs)
    parts = store.Parts(file) if file else None
    if parts:
        source, size = parts.begin(source, units[0].last, resume)
        units = [work.Unit(source, first, min(first + size, n)) for first in range(0, n, size)]
    left = [unit for unit in units if not (parts and parts.has(unit.first))]
    done: list[Part] = []
    with display.bar(len(units), verbose, "parts", done=len(units) - len(left), left=True) as bar:

        def show(part: Part) -> None:
            told = f"classes {part.first} to {part.last - 1}: " + (
                part.lost or f"{part.decided} of {part.last - part.first} decided"
            )
            bar(told, "", [told], not part.lost)
            if not parts and not part.lost:
                done.append(part)

        run = gather(_kept(left, parts, jobs, address), show, filed=file is not None, kept=False)
    found = list(parts) if parts else sorted(done, key=lambda it: it.first)
    return _concluded(found, len(units), source, given, names, file, json_file, run, parts)


def _kept(
    units: list[work.Unit], parts: store.Parts | None, jobs: int, address: str | None
) -> Generator[Part, None, None]:
    """Parts as they come, written before anybody sees them."""
    if address is not None:
        results = clustered.run(units, address)
    elif jobs == 1 or len(units) == 1:
        results = (unit.run() for unit in units)
    else:
        for name in THREADS:  # the processes share the cores
            os.environ.setdefault(name, str(max(1, (os.cpu_count() or 1) // jobs)))
        results = pool.run(units, jobs, partial(planning.prepare, False))
    with closing(results):
        try:
            for part in results:
                if parts and not part.lost:
                    parts.add(part)
                yield part
        except cluster.ClusterLostError as error:  # what has come is kept, and reported
            output.complain(str(error))


def _concluded(
    found: list[Part], planned: int, source: Source, given: Loaded, names: Mapping[int, str],
    file: Path | None, json_file: Path | None, run: Gathered[Any], parts: store.Parts | None,
) -> int:  # fmt: skip
    """Report what there is by now; write all certificates if all parts are done."""
    whole = len(found) == planned
    n = len(given.b)
    part = store.joined(found) if found else work.packed(0, 0, given.W.shape[1], {})
    if file and whole:
        try:
            store.write(file, part, source, n)
        except OSError as error:
            output.complain(f"could not write {file}: {error.strerror or error}; --resume tries again")
            return exits.UNWRITTEN
        if parts:
            parts.end()
    verdicts = report.verdicts(part, n)
    words = list(report.words(part, verdicts, names)) if whole else []
    _told(
        words, verdicts, source.layer, given, json_file, Gathered(words, run.seconds, run.signal, not whole)
    )
    if not whole:
        told = "; to go on: add --resume to the same command" if file else ""
        display.say(f"stopped after {len(found)} of {planned} parts{told}", style="yellow")
    elif file:
        display.say(f"wrote {file}; to check it: refimpl scan FILE --verify {file}")
    undecided = not whole or any(word.verdict == "undecided" for word in words)
    return run.code(exits.INCOMPLETE if undecided else exits.HELD)


def _verified(
    claims: Path, layer: Layer, given: Loaded, names: Mapping[int, str], multiply: Any,
    json_file: Path | None, verbose: bool,
) -> int:  # fmt: skip
    """Check the certificates of a file."""
    part, about = store.read(claims)
    if about.get("sha256") != given.sha256:
        raise checkpoint.CheckpointError(
            f"{claims} is about other numbers: those of {about.get('tensor')!r} in {about.get('file')!r}, or "
            "of a file that has changed"
        )
    checker = verify.Claims(part, given, multiply)
    with display.bar(checker.claimed, verbose, "certificates") as bar:
        counted = 0

        def show(count: int) -> None:
            nonlocal counted
            counted += count
            for _ in range(count):
                bar("", "", [], True)

        run = gather(checker.check(), show, filed=json_file is not None, kept=False)
    refused = dict(checker.refused)
    words = list(report.words(part, checker.verdicts, names, refused))
    stopped = counted < checker.claimed
    _told(words, checker.verdicts, layer, given, json_file,
          Gathered(words, run.seconds, run.signal, stopped), len(refused), verified=True)  # fmt: skip
    undecided = stopped or bool((checker.verdicts == 0).any())
    return run.code(exits.FAILED if refused else exits.INCOMPLETE if undecided else exits.HELD)


def _told(
    words: list[report.Word], verdicts: Any, layer: Layer, given: Loaded, json_file: Path | None,
    found: Gathered[Any], refused: int = 0, *, verified: bool = False,
) -> None:  # fmt: skip
    """Print the classes that do not win, and totals; write the report."""
    for word in words[:SHOWN]:
        display.say(report.line(word))
    if len(words) > SHOWN:
        display.say(f"and {len(words) - SHOWN} more, which --json FILE writes")
    counts = Counter(verdicts.tolist())
    summary = report.Scan(
        layer.file, layer.tensor, layer.bias, given.sha256, len(given.b), given.W.shape[1],
        counts[1], counts[-1], counts[0] - refused, refused, verified,
    )  # fmt: skip
    save(json_file, found, summary=summary)
    proved = "proved: " if verified else ""
    told = f", {refused} certificates that do not hold" if refused else ""
    display.say(
        f"{proved}{counts[1]} argmaxable, {counts[-1]} unargmaxable, {counts[0] - refused} undecided{told} "
        f"in {found.seconds:.1f} s"
    )
