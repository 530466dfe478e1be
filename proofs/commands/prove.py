"""The command `refimpl prove`."""

import sys
from pathlib import Path

import click

from ... import backends
from ..engine import planning
from ..engine.runner import Bounds
from . import completing, display
from .running import common, keep_figures, note_x64, paged, run, save


@click.command()
@common()
@paged
@click.option("--backend", multiple=True, default=("numpy",), show_default=True,
              shell_complete=completing.backends_there,
              help="Repeatable; `all` for every array library that works here (not ball).")  # fmt: skip
@click.option("--dtype", multiple=True, default=("float64",), show_default=True, help="Repeatable.")
@click.option("--device", help="A device of the backend, such as cuda [default: its first].")
@click.option("--bounds", type=click.Choice(["written", "derived"]), default="written", show_default=True,
              help="The laws' own bounds, or, if tighter, those that ball arithmetic derives from the "
                   "reference's algorithm and the library's measured ulps (slow).")  # fmt: skip
@click.option("--campaign", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Keep each result in DIR/campaign.sqlite, for hours of work: any number of examples, in "
                   "rounds of 240 for each law.")  # fmt: skip
@click.option("--resume", is_flag=True, help="Go on with the campaign in DIR, whatever ended it.")
@click.option("--cluster", metavar="ADDRESS", help="Run the campaign on the workers of a dask scheduler.")
@click.pass_context
def prove(
    context: click.Context,
    patterns: tuple[str, ...], examples: int, seed: int, jobs: int, json_file: Path | None,
    html_file: Path | None, verbose: bool, backend: tuple[str, ...], dtype: tuple[str, ...],
    device: str | None, bounds: Bounds, folder: Path | None, resume: bool, cluster: str | None,
) -> None:  # fmt: skip
    """Prove laws: all of them, or those that match PATTERNS ("rope.*", "ddpm")."""
    chosen = backends.chosen(backend)
    if folder is None and (resume or cluster is not None):
        raise click.UsageError("--resume and --cluster go with --campaign DIR")
    if folder is not None:
        if html_file is not None:
            raise click.UsageError(
                "--html does not go with --campaign: --json FILE, then `refimpl report FILE`"
            )
        from . import campaign  # noqa: PLC0415

        asked = campaign.asked(context, chosen)
        sys.exit(campaign.run(folder, asked, resume, cluster, jobs, verbose, json_file))
    tasks = planning.plan(
        patterns, backend=chosen, dtype=dtype, device=device, examples=examples, seed=seed, bounds=bounds
    )
    x64 = "jax" in chosen
    note_x64(x64)
    with display.progress(len(tasks), verbose) as show:
        found = run(tasks, jobs, show, x64=x64, filed=json_file is not None or html_file is not None)
    keep_figures(found.results)
    save(
        json_file, found, used=[it.backend for it in found.results if it.verdict != "skipped"], page=html_file
    )
    display.summary(found.results, len(tasks), found.seconds, seed, found.interrupted)
    proved = {outcome.backend for outcome in found.results if outcome.verdict == "held"}
    missing = "all" not in backend and not proved >= set(backend)  # asked for by name, and not there
    sys.exit(found.code(planning.exit_code(found.results, incomplete=found.interrupted or missing)))
