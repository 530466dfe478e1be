"""Everything that exists, by name: `refimpl.proofs.catalogue` is the name for use from outside."""

from .engine.catalogue import *  # noqa: F403
from .engine.catalogue import __all__
