"""The calls that laws make of a function: `refimpl.proofs.calls` is the name for use from outside."""

from .engine.calls import Call, Given, Recorder, calls, record

__all__ = ["Call", "Given", "Recorder", "calls", "record"]
