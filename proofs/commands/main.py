"""The command line: refimpl prove, certify, accuracy, sensitivity, swap, audit, selftest, errata, list, …"""

import ast
import importlib
import os
import re
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import click

from ..._errors import RefimplError
from ..engine import exits, installed, signals
from . import output

COMMANDS = (
    "prove", "audit", "certify", "accuracy", "sensitivity", "swap", "selftest", "errata", "list", "show",
    "bench", "scan", "config", "survey", "report", "new", "book", "doctor",
)  # fmt: skip
_FILES = {"list": "listing"}


class _Commands(click.Group):
    """Loads the command that is asked for; ends with the exit codes of `exits`, whatever happens."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        if (name := cmd_name) not in COMMANDS:
            from ..._names import find  # noqa: PLC0415

            name = find(cmd_name, COMMANDS, "command")
        module = importlib.import_module(f".{_FILES.get(name, name)}", __package__)
        return next(it for it in vars(module).values() if isinstance(it, click.Command) and it.name == name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        ctx.meta[output.WORDS] = tuple(args)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _sentence(name)) for name in COMMANDS])

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        try:
            return super().make_context(*args, **kwargs)
        except BrokenPipeError as error:  # nobody reads the help
            output.lost(error)
            raise SystemExit(output.code(exits.HELD)) from None

    def invoke(self, ctx: click.Context) -> Any:
        # Hypothesis keeps caches in a folder of the working directory unless told otherwise.
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(output.HOME / "hypothesis"))
        output.begin()
        with signals.restored():
            sys.exit(output.code(_complete(ctx, self._code(ctx))))

    def _code(self, ctx: click.Context) -> int:
        """Run the command."""
        try:
            super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except SystemExit as ended:
            return ended.code if isinstance(ended.code, int) else exits.HELD
        except KeyboardInterrupt:
            output.complain("interrupted")
            return signals.SIGNALLED + signal.SIGINT
        except RefimplError as error:
            raise click.UsageError("\n".join([str(error), *_notes()])) from error
        except BrokenPipeError as error:
            output.lost(error)
        except Exception:
            output.complain(traceback.format_exc() + "This is a fault of refimpl: please report it.")
            return exits.FAULT
        return exits.HELD


def _sentence(name: str) -> str:
    """The first sentence of a command's docstring, read without what the command imports."""
    file = Path(__file__).with_name(f"{_FILES.get(name, name)}.py")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    command = next(it for it in tree.body if isinstance(it, ast.FunctionDef) and it.decorator_list)
    text = " ".join((ast.get_docstring(command) or "").partition("\n\n")[0].split())
    return re.split(r"(?<=[.?]) ", text)[0]


def _notes() -> list[str]:
    """Which documents were left out, and why; of those that were asked for."""
    return [f"note: left out: {why}" for why in installed.LEFT_OUT.values()]


def _complete(context: click.Context, wanted: int) -> int:
    """The exit code of a command, once it is said which documents were left out, and why."""
    for note in (left_out := _notes()):
        output.complain(note)
    lacking = left_out and context.meta.get(output.EVERYTHING) and wanted in (exits.HELD, exits.IMPRECISE)
    return exits.INCOMPLETE if lacking else wanted


FIRST_STEPS = """\
refimpl says whether a function is right and, if not, what is wrong with it.

  refimpl audit FILE.py:FUNCTION   your port of a rotary embedding, a sampler, a norm, a loss: which of ours
                                   it is, you are asked
  refimpl config config.json       which table or schedule a model's configuration means
  refimpl prove rope               the laws of a document, on NumPy; --backend torch --dtype bfloat16
  refimpl list functions           what there is; `refimpl show rope.rotate` has formula, laws and mistakes
  refimpl doctor                   which backends work here

Everything else: refimpl --help; completion in a shell: `refimpl --help` ends with how.
"""
"""What somebody reads who types the command's name alone."""
_COMPLETION = (
    'Completion: put eval "$(_REFIMPL_COMPLETE=bash_source refimpl)" into ~/.bashrc, '
    "or zsh_source into ~/.zshrc."
)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]},
             epilog=f"Exit codes: {exits.TABLE}. {_COMPLETION}", invoke_without_command=True)  # fmt: skip
@click.version_option(package_name="refimpl")
@click.pass_context
def main(context: click.Context) -> None:
    """A correctness oracle for machine-learning mathematics."""
    if context.invoked_subcommand is None:
        click.echo(FIRST_STEPS, nl=False)
