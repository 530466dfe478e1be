"""Everything that exists, by name: `refimpl.proofs.catalogue` is the name for use from outside."""

from .engine import catalogue as _catalogue
from .engine.catalogue import *  # noqa: F403

__all__ = _catalogue.__all__
