"""Where the command starts. Signals are seen to before anything else is imported."""

from ..engine import signals


def main() -> None:
    """Run the command line."""
    signals.at_once()
    from .main import main as command  # noqa: PLC0415  (a second of imports, which a signal may end)

    try:
        command()
    except SystemExit as ended:
        signals.end(ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1)
