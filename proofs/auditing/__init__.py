"""The audit: is a foreign function right and, if not, what is wrong with it?

`audit` is the way in; `targets` says where functions come from, `session` and `process` run them in
processes of their own (`child`, under `limits`), `diagnosis` compares them with mistakes and adapters.
"""

from .audit import audit
from .cases import pytest_case
from .objects import TargetError
from .report import Report

__all__ = ["Report", "TargetError", "audit", "pytest_case"]
