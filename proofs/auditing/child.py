"""The audited process: loads foreign functions under limits and answers its parent's requests.

Run as `python -m refimpl.proofs.auditing.child ANSWERS`, with pickled requests on standard input and
answers on the descriptor ANSWERS, each after NONCE (sent first) and its length.
"""

import os
import pickle
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from ..._errors import RefimplError
from ..engine import installed
from ..engine.foreign import raised
from . import limits
from .audited import Audited
from .messages import Discover, Explain, Failed, Guess, Loaded, Ready, Tried, Try, write
from .targets import Place, load_module, matching


class Conversation:
    """Requests in, answers out."""

    def __init__(self, requests: BinaryIO, answers: int, nonce: bytes) -> None:
        self.requests, self.answers, self.nonce = requests, answers, nonce

    def say(self, answer: Any) -> None:
        """Send one answer."""
        content = write(answer)
        frame = memoryview(self.nonce + len(content).to_bytes(8) + content)
        while frame:
            frame = frame[os.write(self.answers, frame) :]

    def answer(self, seconds: float, work: Callable[[], Any]) -> bool:
        """Do the work of one request on the clock; False if it failed to load."""
        limits.begin(seconds)
        try:
            result = work()
        except RefimplError as error:  # no such module or function
            result = Failed(str(error), missing=True)
        except BaseException as error:  # foreign code may raise anything
            result = Failed(raised(error))
        self.say(result)
        return not isinstance(result, Failed)


def _looked(request: Discover | Guess) -> Loaded:
    """What a module has."""
    if isinstance(request, Discover):
        return Loaded(names=tuple(matching(load_module(request.module), request.document)))
    from . import likely  # noqa: PLC0415  (an audit has no use for it)

    if not request.function:
        return Loaded(likely=likely.of_module(load_module(request.module)))
    function = Place(request.module, request.function).load()
    return Loaded(likely={request.function: likely.of_function(request.function, function)})


def main() -> None:
    """Answer requests until there are no more."""
    answers = int(sys.argv[1])
    os.set_inheritable(answers, False)
    incoming = os.dup(0)
    requests = os.fdopen(incoming, "rb")
    errors = limits.silence()
    nonce, seconds, first = pickle.load(requests)
    talk = Conversation(requests, answers, nonce)
    if isinstance(first, Discover | Guess):
        limits.confine(None, errors, (answers, incoming))
        talk.answer(seconds, lambda: _looked(first))
        return
    installed.narrow(name.partition(".")[0] for name in first.sources)
    try:
        audited = Audited(first, limits.only_here)
    except RefimplError as error:  # the library is not there, or lacks the dtype or the device
        talk.say(Failed(str(error), missing=True))
        return
    notes = limits.confine(limits.memory_on(audited.on, first.memory), errors, (answers, incoming))
    talk.say(Ready(audited.on.device_name, tuple(notes)))
    if not talk.answer(seconds, audited.load):
        return
    while True:
        try:
            request = pickle.load(requests)
        except EOFError:
            return
        _serve(talk, audited, request, seconds)


def _serve(talk: Conversation, audited: Audited, request: Try | Explain, seconds: float) -> None:
    if isinstance(request, Explain):
        talk.answer(seconds, lambda: audited.explain(request))
        return

    def work() -> Tried:
        try:
            return audited.attempt(request)
        except BaseException as error:  # foreign code may raise anything
            return audited.crashed(request, error)

    talk.answer(seconds, work)


if __name__ == "__main__":
    main()
