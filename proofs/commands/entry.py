"""Where the command starts. Signals are seen to before anything else is imported."""

import sys
import traceback

from ..engine import exits, signals

_ALONE: list[bool] = []


def alone() -> bool:
    """Whether this process runs one command and ends, so that what it loads matters to nobody else."""
    return any(_ALONE)


def main() -> None:
    """Run the command line."""
    signals.at_once()
    _ALONE.append(True)
    try:
        from . import kept, output  # noqa: PLC0415

        if kept.shown(sys.argv[1:]):
            sys.exit(output.code(exits.HELD))
        from .main import main as command  # noqa: PLC0415  (a second of imports, which a signal may end)

        command()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else exits.HELD
        if code == exits.HELD:
            kept.keep(sys.argv[1:])
        signals.end(code)
    except Exception:  # a library that cannot be imported is no refuted law
        traceback.print_exc()
        signals.end(exits.FAULT)
