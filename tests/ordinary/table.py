"""The table of README.md, from audits that take minutes: `python tests/ordinary/table.py [DOCUMENT ...]`.

With `--failures` it prints what of these documents, or functions, falls short, and writes nothing.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from ordinary import ORDINARY, Ordinary  # noqa: E402
from ordinary._judged import does_justice, judged  # noqa: E402
from refimpl.proofs import catalogue  # noqa: E402

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


def row(document: str) -> str:
    """The counts of one document."""
    corpus = of(document)
    verdicts = Counter(judged(ordinary, ordinary.textbook).verdict for ordinary in corpus)
    found = [(judged(o, slip.function), slip) for o in corpus for slip in o.slips]
    counts = [
        len({ordinary.target for ordinary in corpus}), len(corpus),
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


def write(documents: Sequence[str]) -> None:
    """Put new rows of these documents into README.md."""
    rows = shown() | {document: row(document) for document in documents}
    lines = [*HEAD, *(rows[document] for document in catalogue.DOCUMENTS if document in rows), ""]
    text = "\n".join(lines)
    FILE.write_text(_BLOCK.sub(lambda m: m[1] + text + m[2], FILE.read_text(encoding="utf-8")), "utf-8")


def failures(document: str) -> Iterator[str]:
    """What of one document falls short: forms called wrong, slips not refuted, not named or misnamed."""
    for ordinary in of(document):
        form = f"{ordinary.target} {ordinary.textbook.__name__}"
        if not does_justice(ordinary):
            found = judged(ordinary, ordinary.textbook)
            yield f"WRONGED    {form}: {found.verdict} ({ordinary.answer}): {found.said}"
        for slip in ordinary.slips:
            found = judged(ordinary, slip.function)
            if found.verdict != "refuted":
                yield f"ESCAPED    {form}, {slip.function.__name__}: {found.verdict}"
            elif not found.names(slip):
                fault = "MISNAMED " if found.cause else "NOT NAMED"
                yield f"{fault}  {form}, {slip.function.__name__} [{slip.named}]: {found.said}"


def main(arguments: Sequence[str]) -> None:
    """The command."""
    documents = [argument for argument in arguments if argument != "--failures"] or catalogue.DOCUMENTS
    if "--failures" in arguments:
        for document in documents:
            for line in failures(document):
                print(line, flush=True)
    else:
        write(documents)


if __name__ == "__main__":
    main(sys.argv[1:])
