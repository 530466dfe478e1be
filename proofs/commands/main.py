"""The command line: refimpl prove, certify, accuracy, sensitivity, audit, selftest, errata, list, …"""

import io
import os
import signal
import sys
import traceback
from typing import Any

import click

from ..._errors import RefimplError
from ..engine import exits, signals
from . import output, patterns
from .accuracy import accuracy
from .audit import audit
from .certify import certify
from .doctor import doctor
from .errata import errata
from .figures import LAST
from .listing import listing
from .new import new
from .prove import prove
from .selftest import selftest
from .sensitivity import sensitivity
from .show import show


class _Commands(click.Group):
    """Ends with the exit codes of `exits`, whatever happens."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        try:
            return super().make_context(*args, **kwargs)
        except BrokenPipeError as error:  # nobody reads the help
            output.lost(error)
            raise SystemExit(output.code(exits.HELD)) from None

    def invoke(self, ctx: click.Context) -> Any:
        # Hypothesis keeps caches in a folder of the working directory unless told otherwise.
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(LAST.parent / "hypothesis"))
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # formulas have symbols that ASCII lacks
        output.begin()
        with signals.restored():
            sys.exit(output.code(patterns.code(ctx, self._code(ctx))))

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
            raise click.UsageError("\n".join([str(error), *patterns.notes()])) from error
        except BrokenPipeError as error:
            output.lost(error)
        except Exception:
            output.complain(traceback.format_exc() + "This is a fault of refimpl: please report it.")
            return exits.FAULT
        return exits.HELD


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]},
             epilog=f"Exit codes: {exits.TABLE}.")  # fmt: skip
@click.version_option(package_name="refimpl")
def main() -> None:
    """A correctness oracle for machine-learning mathematics."""


for command in (
    prove, audit, certify, accuracy, sensitivity, selftest, errata, listing, show, new, doctor,
):  # fmt: skip
    main.add_command(command)
