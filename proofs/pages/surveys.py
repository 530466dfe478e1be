"""The page of a survey: how public libraries stand, and each function that is not right."""

from collections import Counter
from collections.abc import Iterator, Sequence

from .audits import beside, cause, programs
from .parts import Data, Part, Row, Table, defined_of

MARKS = {"right": "good", "wrong": "bad"}
"""The colours of answers; all others are in between."""
ORDER = ("wrong", "imprecise", "right in another convention", "not decided", "not bound")


def parts(data: Data) -> Iterator[Part]:
    """The whole, then what is not right, the worst first."""
    present = [it for it in data["results"] if it["version"]]
    counts = Counter(it["answer"] for it in present)
    told = ", ".join(f"{counts[it]} {it}" for it in ("right", *ORDER) if counts[it]) or "nothing is installed"
    yield Part(
        "", f"{len(present)} audits of public functions", "", told, tables=list(_tables(data["results"]))
    )
    for answer in ORDER:
        yield from (_finding(it) for it in present if it["answer"] == answer)


def _tables(results: Sequence[Data]) -> Iterator[Table]:
    libraries = dict.fromkeys(f"{it['library']} {it['version']}" for it in results if it["version"])
    found = Counter((f"{it['library']} {it['version']}", it["answer"]) for it in results)
    answers = [it for it in ("right", *ORDER) if any(answer == it for _, answer in found)]
    if libraries:
        rows = [Row((name, *(found[name, answer] or "–" for answer in answers))) for name in libraries]
        yield Table(("library", *answers), rows, range(1, len(answers) + 1))
    if right := [it for it in results if it["answer"] == "right"]:
        rows = [Row((f"{it['library']} {it['public']}", it["function"], it["dtype"])) for it in right]
        yield Table(("function", "as", "dtype"), rows, (), "Right")
    if gone := dict.fromkeys(it["library"] for it in results if not it["version"]):
        yield Table(("library",), [Row((name,)) for name in gone], (), "Not installed here")


def _finding(it: Data) -> Part:
    through = f", through the adapter {it['adapter']}" if it["adapter"] else ""
    where = f"as {it['function']}{through}; {it['backend']} {it['dtype']}"
    shown = it["shown"]
    laws = [Row((law, what)) for law, what in it["laws"].items()]
    return Part(
        f"{it['library']} {it['version']}: {it['public']}", it["answer"], MARKS.get(it["answer"], "fair"),
        cause(it["sentence"], it["answer"]), (where,),
        formulas=defined_of(it["function"]),
        example=beside(shown) if shown is not None else None,
        tables=[Table(("law that sees it", "where"), laws)] if laws else [],
        programs=programs(shown),
    )  # fmt: skip
