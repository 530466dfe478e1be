"""Pieces of work for a pool, in a module that its processes can import."""

import os
import signal
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """A number, and what becomes of it."""

    number: int
    fate: str = ""
    gate: str = ""
    """A file that it waits for."""

    def run(self) -> tuple[int, str]:
        if self.fate == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fate == "raise":
            raise ValueError("no")
        if self.fate == "exit":
            os._exit(7)
        while self.gate and not os.path.exists(self.gate):
            time.sleep(0.01)
        if self.fate == "tell":
            return self.number, str(os.getpid())
        return self.number, ""

    def lost(self, why: str) -> tuple[int, str]:
        return self.number, why


def refuse() -> None:
    os._exit(1)
