"""Audits as pytest tests: one test for each law about a function.

In pyproject.toml, or for one run with `pytest --refimpl "rope.rotate = mypkg.rope:rotate"`:

    [tool.pytest.ini_options]
    refimpl = ["rope.rotate = mypkg.rope:rotate", "ddpm.posterior = port.py:post (ho)",
               "matching.cosine_similarity = mypkg:cosine (zero-vector=0)"]
    refimpl_backend = "torch"

The names in parentheses are those of adapters, and of edges with the values that are adopted there. Known
failures are xfailed, and fail once they hold:

    refimpl_expected = ["rope.rotate:rope.defaults = it has no default"]

refimpl_dtype, refimpl_examples, refimpl_timeout and refimpl_accept are the other settings. No law is
imported where no function is named.
"""

import re
from typing import TYPE_CHECKING, Any

import pytest

from .engine import sharing

if TYPE_CHECKING:
    from .auditing.cases import Cases

_LINE = re.compile(r"(?P<name>[\w.]+)\s*=\s*(?P<target>[^()\s]+)\s*(\((?P<options>[^()]*)\))?")


def pytest_configure(config: pytest.Config) -> None:
    """See whether this is a process of pytest-xdist."""
    sharing.begin(getattr(config.option, "basetemp", None) if hasattr(config, "workerinput") else None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("refimpl", "audits against refimpl")
    text = "Audit a function, as in 'rope.rotate = mypkg.rope:rotate (adapter)'; repeatable."
    group.addoption("--refimpl", action="append", default=[], metavar="NAME=TARGET", help=text)
    parser.addini("refimpl", "Functions to audit, as for --refimpl.", type="linelist")
    parser.addini("refimpl_backend", "Array library of the audited functions.", default="numpy")
    parser.addini("refimpl_dtype", "float64 or float32.", default="float64")
    parser.addini("refimpl_examples", "Inputs per law.", default="60")
    parser.addini("refimpl_accept", "Verdicts that pass: imprecise, edge.", type="args")
    parser.addini(
        "refimpl_expected", "Known failures: 'LAW = reason' or 'NAME:LAW = reason'.", type="linelist"
    )
    parser.addini("refimpl_timeout", "Seconds for one law, of work or of sleep.", default="60")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the audits to the tests that were found."""
    audited: set[str] = set()
    for text in (*config.getini("refimpl"), *config.getoption("--refimpl")):
        if text.strip():
            made = _audit(text.strip(), session, config)
            audited |= {f"{item.about}:{item.name}" for item in made}
            items.extend(made)
    _all_known(config, audited)


def _audit(text: str, session: pytest.Session, config: pytest.Config) -> list["_Item"]:
    """One test for each law about the function that a line names."""
    from .._errors import RefimplError  # noqa: PLC0415  (nothing loads where nothing is audited)
    from .auditing.cases import Cases  # noqa: PLC0415

    found = _LINE.fullmatch(text)
    if found is None:
        expected = "'NAME = module:function' or 'NAME = file.py:function (adapter)'"
        raise pytest.UsageError(f"refimpl: got {text!r}; expected {expected}")
    options = [name.strip() for name in (found["options"] or "").split(",") if name.strip()]
    try:
        cases = Cases(
            {found["name"]: found["target"]},
            adapter=[name for name in options if "=" not in name],
            edges=dict(name.split("=", 1) for name in options if "=" in name),
            backend=config.getini("refimpl_backend"),
            dtype=config.getini("refimpl_dtype"),
            examples=int(config.getini("refimpl_examples")),
            timeout=float(config.getini("refimpl_timeout")),
            accept=config.getini("refimpl_accept"),
            expected=_expected(config, found["name"]),
        )
    except (RefimplError, ValueError) as error:
        raise pytest.UsageError(f"refimpl: {text}: {error}") from error
    return [
        _Item.from_parent(
            session, name=law, nodeid=f"refimpl::{function}::{law}", cases=cases, function=function, line=text
        )
        for function, law in cases.names
    ]


def _entries(config: pytest.Config) -> dict[str, str]:
    """The known failures, as they are written, with their reasons."""
    from .._errors import RefimplError  # noqa: PLC0415
    from .auditing import expected as known  # noqa: PLC0415

    try:
        return dict(known.entry(text) for text in config.getini("refimpl_expected") if text.strip())
    except RefimplError as error:
        raise pytest.UsageError(f"refimpl_expected: {error}") from error


def _expected(config: pytest.Config, function: str) -> dict[str, str]:
    """The known failures of one function: its own entries, and those of laws about it."""
    from .engine import catalogue  # noqa: PLC0415

    found = {}
    for name, reason in _entries(config).items():
        owner, _, law = name.rpartition(":")
        if law in catalogue.laws() and function in catalogue.laws()[law].about and owner in ("", function):
            found[law] = reason
    return found


def _all_known(config: pytest.Config, audited: set[str]) -> None:
    """Refuse known failures of laws that nothing here is audited by."""
    if not any(text.strip() for text in config.getini("refimpl_expected")):
        return
    for name in _entries(config):
        if not any(name in (item, item.partition(":")[2]) for item in audited):
            raise pytest.UsageError(f"refimpl_expected: {name!r} is no law of an audit here")


class _Item(pytest.Item):
    """One law."""

    def __init__(self, *, cases: "Cases", function: str, line: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._cases, self.about, self._line = cases, function, line

    def runtest(self) -> None:
        """Fail unless the law held."""
        self._cases.check(self.about, self.name, sharing.file_of(self._line))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What the audit found, without a traceback into refimpl."""
        from .._errors import RefimplError  # noqa: PLC0415

        if isinstance(excinfo.value, AssertionError | RefimplError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, None, str]:
        """Where it is from."""
        return self.path, None, f"{self.about}: {self.name}"
