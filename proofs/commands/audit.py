"""The command `refimpl audit`."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from ..auditing import expected as known
from ..auditing import session, wishes
from ..auditing.audit import MEMORY, TIMEOUT, Answer, Plan, plan
from ..auditing.found import ACCEPTABLE
from ..auditing.messages import Tried
from ..auditing.objects import TargetError
from ..auditing.report import Report
from ..engine import catalogue, installed, planning
from ..engine.planning import DTYPES, EXAMPLES
from . import asking, completing, display, entry
from .dtypes import DType
from .output import OutputFile, save
from .running import Gathered, command_line, gather, paged, write

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


class _Bytes(click.ParamType[int]):
    name = "size"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        text = str(value).upper().removesuffix("IB").removesuffix("B")
        number, unit = (text[:-1], text[-1]) if text[-1:] in _UNITS and text[-1:] else (text, "")
        try:
            size = int(float(number) * _UNITS[unit])
        except ValueError:
            size = 0
        if size < 1 << 20:
            self.fail(f"got {value!r}; expected a size of at least 1M, such as 512M or 4G", param, ctx)
        return size


def _edges(_ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """The values at edges by the names of these."""
    found: dict[str, str] = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not equals or name in found:
            raise click.BadParameter(
                f"got {text!r}; expected NAME=VALUE, such as zero-vector=0, each name once"
            )
        found[name] = value
    return found


def targets(target: str | None, names: Sequence[str], timeout: float) -> dict[str, str]:
    """What is audited as what, from TARGET and the values of --as.

    TARGET "file.py:function" goes with one name; TARGET "file.py" (a module) with a document, for all
    functions of the same names, or with names "document.function"; without TARGET each is NAME=TARGET.
    Without names candidates are offered.
    """
    found: dict[str, str] = {}
    for name in names:
        left, equals, right = name.partition("=")
        if equals:
            new = {left: right}
        elif target is None:
            raise TargetError(f"--as {name}: of which function? Give a TARGET, or --as {name}=TARGET")
        elif ":" in target:
            new = {name: target}
        elif name in catalogue.names():
            new = {
                full: f"{target}:{full.partition('.')[2]}" for full in session.discover(target, name, timeout)
            }
        else:
            new = {name: f"{target}:{name.rpartition('.')[2]}"}
        if double := found.keys() & new.keys():
            raise TargetError(f"--as: {', '.join(double)} is given twice")
        found |= new
    return found or asking.name_of(target, timeout)


def _target(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> str | None:
    """The one target; two are often a name of refimpl's and a function that should be called so."""
    if len(given) < 2:
        return given[0] if given else None
    ours = [text for text in given if text in catalogue.functions()]
    rest = [text for text in given if text not in ours]
    if len(ours) == len(rest) == 1:
        raise click.UsageError(asking.of_ours(*ours, *rest))
    raise click.UsageError(
        f"got {len(given)} targets, {' and '.join(given)}; expected one, such as file.py:function, or"
        " --as NAME=TARGET for each"
    )


@click.command("audit")
@click.argument("target", nargs=-1, metavar="[TARGET]", callback=_target)
@click.option(
    "--as",
    "names",
    multiple=True,
    metavar="NAME[=TARGET]",
    shell_complete=completing.functions,
    help="What the function is, such as rope.rotate; repeatable with =TARGET. For a module: a document.",
)
@click.option(
    "--adapter", "adapters", multiple=True, help="A convention of the function: `refimpl list adapters`."
)
@click.option(
    "--edge",
    "edges",
    multiple=True,
    callback=_edges,
    metavar="NAME=VALUE",
    help="What it may give where practice differs, such as zero-vector=0: `refimpl list edges`.",
)
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="What an option that it lacks stands for in it, such as ramp=code; repeatable.",
)
@click.option("--backend", default="numpy", show_default=True, shell_complete=completing.backends_there,
              help="The library whose arrays it takes.")  # fmt: skip
@click.option(
    "--dtype", type=DType(DTYPES), default="float64", show_default=True,
    help="Of the arrays; in half precision the contract that it keeps to is told, too.",
)  # fmt: skip
@click.option("--device", help="A device of the backend, such as cuda [default: its first].")
@click.option("--law", "laws", multiple=True, help="Only laws that match this pattern; repeatable.")
@click.option(
    "--examples", type=click.IntRange(1), default=EXAMPLES, show_default=True, help="Inputs per law."
)
@click.option("--seed", default=0, show_default=True, help="Same seed, same inputs.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=TIMEOUT,
    show_default=True,
    help="Seconds for one law, of processor time or of sleep.",
)
@click.option("--memory", type=_Bytes(), default=MEMORY, show_default="4G", help="For one process.")
@click.option("--jobs", type=click.IntRange(1), help="Processes at a time [default: at most one per core].")
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    type=click.Choice(ACCEPTABLE),
    help="Exit with 0 for this verdict, too.",
)
@click.option(
    "--expect",
    "expected",
    multiple=True,
    metavar="LAW=REASON",
    help="A law that is known to fail, and why; repeatable. It must fail.",
)
@click.option(
    "--expected",
    "expected_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The same from a JSON file: {law: reason}.",
)
@click.option(
    "--gradient", is_flag=True, help="Judge its gradient, by torch or jax, in the place of its results."
)
@click.option(
    "--backward",
    "backward",
    multiple=True,
    metavar="[NAME=]TARGET",
    help="Judge this backward function of (cotangent, *arguments, **options); implies --gradient.",
)
@click.option("--diagnosis/--no-diagnosis", default=True, show_default=True, help="Say why it is wrong.")
@click.option("--json", "json_file", type=OutputFile(), help="Write the report here.")
@paged
@click.option(
    "--reproducer",
    type=OutputFile(),
    help="Write a program that shows the first failure.",
)
@click.option("-v", "--verbose", is_flag=True, help="A line for every law, also on a terminal.")
def audit(
    target: str | None, names: tuple[str, ...], adapters: tuple[str, ...], options: tuple[str, ...],
    edges: dict[str, str], backend: str, dtype: str, device: str | None, laws: tuple[str, ...],
    examples: int, seed: int, timeout: float, memory: int, jobs: int | None,
    accepted: tuple[str, ...], diagnosis: bool, expected: tuple[str, ...], expected_file: Path | None,
    json_file: Path | None, html_file: Path | None, reproducer: Path | None, verbose: bool, gradient: bool,
    backward: tuple[str, ...],
) -> None:  # fmt: skip
    """Audit a function of yours: is it right and, if not, what is wrong with it?

    TARGET is package.module:function or path/to/file.py:function (or a module or file, for all of its
    functions that have the names of refimpl's). It runs in processes of its own, within limits of time
    and memory; what it prints is discarded.

    \b
    refimpl audit port.py:apply_rotary_emb         which of ours is it? Asks, with candidates.
    refimpl audit mypkg.rope:rotate --as rope.rotate --backend torch
    refimpl audit port.py:apply --as rope.rotate --adapter half-split --reproducer show.py
    refimpl audit --as ddpm.posterior=mine:post --as ddpm.cumulative=mine:cum
    refimpl audit mine.py --as rope
    refimpl audit mypkg.rope:rotate --as rope.rotate --backend torch --gradient
    refimpl audit --as rope.rotate --backward mypkg.rope:rotate_backward --backend torch
    refimpl audit kernel.py:rotate --as rope.rotate --backend torch --dtype bfloat16

    \b
    --gradient judges what a library makes of TARGET (torch.autograd, jax.vjp), also of a
    torch.autograd.Function or a jax.custom_vjp; --backward judges a backward function, also in NumPy.
    It is compared with the proven derivative of the reference for every argument that is an array of
    reals; functions without a derivative say why. More: docs/gradients.md.

    \b
    In float16 and bfloat16 the report says which contract TARGET keeps to (it computes in float32 and
    rounds once, or in the format itself, or neither), whether positions, angles or tables are rounded to
    the format on the way, and whether sums are accumulated in it (tried on long axes). More: docs/half.md.
    """
    planning.prepare(backend == "jax")
    found = targets(target, _with_reference(target, names, backward), timeout)
    if entry.alone() and not laws and all(name in catalogue.functions() for name in found):
        installed.narrow(name.partition(".")[0] for name in found)
    ready = plan(
        found, adapter=adapters, options=dict(map(wishes.option, options)),
        edges=edges, backend=backend, dtype=dtype, device=device, laws=laws, examples=examples, seed=seed,
        timeout=timeout, memory=memory, jobs=jobs, accept=accepted, diagnosis=diagnosis,
        expected=_expected(expected, expected_file), gradient=gradient, backward=_backward(backward, found),
    )  # fmt: skip
    filed = any(it is not None for it in (json_file, html_file, reproducer))
    run = _run(ready.begun() if entry.alone() else ready, verbose, filed=filed)
    report = Report.of(ready.load, ready.requests, run.results, run.seconds, run.interrupted)
    if json_file or html_file:
        write(report.data(command_line()), json_file, html_file)
    display.say(*(text for name in ready.load.sources for text in report.findings(name)))
    if reproducer:
        _write_reproducer(reproducer, report)
    display.say(report.total())
    sys.exit(run.code(report.exit_code))


def _with_reference(target: str | None, names: Sequence[str], backward: Sequence[str]) -> list[str]:
    """The names, with refimpl's own function where only a backward function is given."""
    alone = target is None and backward
    return [
        f"{name}=refimpl.{name.replace('.', ':', 1)}" if alone and "=" not in name else name for name in names
    ]


def _backward(entries: Sequence[str], found: Mapping[str, str]) -> dict[str, str]:
    """Backward functions by name; one without a name is of the one function."""
    made: dict[str, str] = {}
    for text in entries:
        name, equals, target = text.partition("=")
        if not equals and len(found) > 1:
            raise click.BadParameter(f"--backward {text}: of which function? Give NAME={text}")
        made[name if equals else next(iter(found))] = target if equals else text
    return made


def _expected(entries: Sequence[str], file: Path | None) -> dict[str, str]:
    """The known failures of --expect and --expected."""
    given: object = {}
    if file is not None:
        try:
            given = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise click.BadParameter(f"--expected {file}: no JSON: {error}") from error
    if not isinstance(given, dict):
        raise click.BadParameter(f"--expected {file}: got {type(given).__name__}; expected {{law: reason}}")
    return known.merged([given, dict(map(known.entry, entries))])


def _run(ready: Plan, verbose: bool, *, filed: bool) -> Gathered[Answer]:
    """Run under a progress display."""
    with display.progress(len(ready.requests), verbose, details=False, lines=verbose) as show:
        return gather(
            ready.run(), lambda answer: isinstance(answer, Tried) and show(answer.outcome), filed=filed
        )


def _write_reproducer(file: Path, report: Report) -> None:
    found = [shown for name in report.load.sources if (shown := report.example(name)) is not None]
    programs = [shown.script for shown in found if shown.program]
    if programs:
        save(file, programs[0])
        display.say(f"wrote {file}: a program that shows it")
    else:
        reason = found[0].script if found else "no call was seen to differ from the reference"
        display.say(f"{file} not written: {reason}")
