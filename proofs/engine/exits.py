"""What exit codes mean: one thing each. Those from 5 on go before the others, for they say that an answer did
not come about, or did not arrive."""

from .signals import SIGNALLED

HELD, FAILED, USAGE, INCOMPLETE, IMPRECISE, UNWRITTEN, FAULT = range(7)
CLOSED = SIGNALLED + 13
"""What shells show of programs that SIGPIPE has ended."""

MEANING = {
    HELD: "all held",
    FAILED: "something refuted, crashed or timed out",
    USAGE: "wrong use",
    INCOMPLETE: "nothing ran, or not all that was asked",
    IMPRECISE: "nothing worse than imprecise",
    UNWRITTEN: "a file or the output could not be written",
    FAULT: "a fault of refimpl itself",
    SIGNALLED + 2: "interrupted, as by Ctrl-C (143 by SIGTERM, 129 by SIGHUP)",
    CLOSED: "nobody reads the output any more",
}
TABLE = "; ".join(f"{code} {text}" for code, text in MEANING.items())
