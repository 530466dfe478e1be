"""The table of README.md, from audits that take minutes: `python tests/ordinary/table.py [DOCUMENT ...]`.

With `--failures` it prints what of these documents, or functions, falls short, and writes nothing. Both look
at a fixed sample, every fifth form and every eighth slip; `--all` makes it the whole corpus, an hour's work.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from ordinary import ORDINARY, Ordinary, Slip  # noqa: E402
from ordinary._judged import does_justice, judged  # noqa: E402
from refimpl.proofs.commands import output  # noqa: E402
from refimpl.proofs.engine import catalogue  # noqa: E402

FILE = Path(__file__).with_name("README.md")
HEAD = [
    "| document | functions | forms | held | imprecise | edge | slips | refuted | named | misnamed |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
]
_BLOCK = re.compile(r"(<!-- table: ordinary code -->\n).*?(<!-- end of table -->)", re.DOTALL)


def of(document: str) -> list[Ordinary]:
    """The corpus of one document, or function."""
    return [
        ordinary for ordinary in ORDINARY if document in (ordinary.target, ordinary.target.partition(".")[0])
    ]


def forms(document: str, whole: bool = False) -> list[Ordinary]:
    """The forms of a document that are audited."""
    return of(document)[:: 1 if whole else 5]


def slips(document: str, whole: bool = False) -> list[tuple[Ordinary, Slip]]:
    """The slips of a document that are audited, with what they were made of."""
    return [(ordinary, slip) for ordinary in of(document) for slip in ordinary.slips][:: 1 if whole else 8]


def row(document: str, whole: bool = False) -> str:
    """The counts of one document."""
    corpus = forms(document, whole)
    verdicts = Counter(judged(ordinary, ordinary.textbook).verdict for ordinary in corpus)
    found = [(judged(ordinary, slip.function), slip) for ordinary, slip in slips(document, whole)]
    counts = [
        len({ordinary.target for ordinary in of(document)}), len(corpus),
        *(verdicts[answer] for answer in ("held", "imprecise", "edge")),
        len(found), sum(said.verdict == "refuted" for said, _ in found),
        sum(said.names(slip) for said, slip in found), sum(said.misnames(slip) for said, slip in found),
    ]  # fmt: skip
    return f"| {document} | {' | '.join(str(count) for count in counts)} |"


def shown() -> dict[str, str]:
    """The rows that README.md has."""
    found = _BLOCK.search(FILE.read_text(encoding="utf-8"))
    assert found is not None
    rows = found.group(0).splitlines()[3:-1]
    return {line.split(" | ")[0].removeprefix("| "): line for line in rows}


def write(documents: Sequence[str], whole: bool = False) -> None:
    """Put new rows of these documents into README.md."""
    rows = shown() | {document: row(document, whole) for document in documents}
    lines = [*HEAD, *(rows[document] for document in catalogue.names() if document in rows), ""]
    text = "\n".join(lines)
    output.write(FILE, _BLOCK.sub(lambda m: m[1] + text + m[2], FILE.read_text(encoding="utf-8")))


def failures(document: str, whole: bool = False) -> Iterator[str]:
    """What of one document falls short: forms called wrong, slips not refuted, not named or misnamed."""
    for ordinary in forms(document, whole):
        if not does_justice(ordinary):
            found = judged(ordinary, ordinary.textbook)
            yield f"WRONGED    {_name(ordinary)}: {found.verdict} ({ordinary.answer}): {found.said}"
    for ordinary, slip in slips(document, whole):
        form, found = f"{_name(ordinary)}, {slip.function.__name__}", judged(ordinary, slip.function)
        if found.verdict != "refuted":
            yield f"ESCAPED    {form}: {found.verdict}"
        elif not found.names(slip):
            fault = "MISNAMED " if found.cause else "NOT NAMED"
            yield f"{fault}  {form} [{slip.named}]: {found.said}"


def _name(ordinary: Ordinary) -> str:
    return f"{ordinary.target} {ordinary.textbook.__name__}"


def main(arguments: Sequence[str]) -> None:
    """The command."""
    whole = "--all" in arguments
    documents = [argument for argument in arguments if not argument.startswith("--")] or catalogue.names()
    if "--failures" in arguments:
        for document in documents:
            for line in failures(document, whole):
                print(line, flush=True)
    else:
        write(documents, whole)


if __name__ == "__main__":
    main(sys.argv[1:])
