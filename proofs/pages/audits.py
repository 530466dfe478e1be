"""The page of an audit: the answer and its cause first, then what they rest on."""

from collections.abc import Iterator

from .parts import (
    Data,
    Example,
    Figure,
    Laws,
    Part,
    Program,
    Row,
    Table,
    defined_of,
    error_figures,
    law_line,
    mark,
    mistakes,
    told_claims,
    ulp,
)

METER = "Each dot is the worst error over what the law allows, by decades; the dashed line is the bound."
ANSWERS = {
    "held": "right", "imprecise": "imprecise", "edge": "right except at an edge",
    "expected": "fails as expected", "inconclusive": "not decided",
}  # fmt: skip
ELSEWHERE = "right in another convention"


def parts(data: Data) -> Iterator[Part]:
    """One for each function."""
    for name, answer in data["summary"]["answers"].items():
        yield _function(data, name, answer)


def _function(data: Data, name: str, answer: str) -> Part:
    summary = data["summary"]
    results = [it for it in data["results"] if it["function"] == name]
    diagnosis = next((it for it in summary["diagnoses"] if it["function"] == name), None)
    verdict, colour = _verdict(results, diagnosis, answer)
    facts, told = _told(summary["told"][name])
    shown = _example(results, diagnosis)
    claims = dict(pair for it in results for pair in it["claims"].items())
    return Part(
        name, verdict, colour, cause(answer, verdict), facts,
        formulas=defined_of(name),
        example=beside(shown) if shown is not None else None,
        figures=list(_figures(data, name, results, diagnosis)),
        tables=list(_digits(diagnosis)),
        told=told,
        laws=list(_laws(results)),
        claims=told_claims(claims),
        mistakes=mistakes(name, diagnosis["mistakes"] if diagnosis else ()),
        programs=programs(shown),
    )  # fmt: skip


def _verdict(results: list[Data], diagnosis: Data | None, answer: str) -> tuple[str, str]:
    """The answer in a word, and its colour. The sentence begins with it, or gives the cause alone."""
    for kind, word in ANSWERS.items():
        if answer.startswith(word.partition(" except")[0]) and not answer.startswith("wrong"):
            return word, mark(kind) if word != "right" or not answer.startswith("right except") else "fair"
    if diagnosis is not None and diagnosis["right"]:
        return ELSEWHERE, "fair"
    known = results and all(it["outcome"]["verdict"] in ("expected", "held", "skipped") for it in results)
    return (ANSWERS["expected"], "fair") if known else ("wrong", "bad")


def cause(answer: str, verdict: str) -> str:
    """An answer without the word that it begins with."""
    head, colon, rest = answer.partition(": ")
    if colon and head in ("right", "imprecise", "wrong", "not decided"):
        return _sentence(rest)
    return _sentence(answer) if verdict != answer else ""


def _sentence(text: str) -> str:
    """A text as a sentence: a name of code stays as it is."""
    first = text.partition(" ")[0]
    begun = text if "." in first or "_" in first else f"{text[:1].upper()}{text[1:]}"
    return begun if begun.endswith((".", "?", "!", "…")) else f"{begun}."


def _told(lines: list[str]) -> tuple[list[str], list[str]]:
    """What was audited, and what is told besides; the example has a place of its own."""
    first, rest, skipped = lines[:1], [], 0
    for line in lines[1:]:
        if line.startswith("for example (a call of "):
            skipped = 2
        elif skipped:
            skipped -= 1
        else:
            rest.append(line)
    return first, rest


def _example(results: list[Data], diagnosis: Data | None) -> Data | None:
    """The call that is shown: the typical one, or else the shortest of a law that fails."""
    if diagnosis is not None and diagnosis["shown"] is not None:
        return diagnosis["shown"]
    found = [it["shown"] for it in results if it["shown"] is not None]
    return min(found, key=lambda it: len(it["call"]), default=None)


def beside(shown: Data) -> Example:
    """A call, and both results entry by entry."""
    place = shown["place"].removeprefix("result") or "[]"
    rows = [
        Row(
            (index, wanted, got, ulp(ulps)),
            "worst" if place.endswith(index) and len(shown["beside"]) > 1 else "",
        )
        for index, wanted, got, ulps in shown["beside"]
    ]
    at = "" if shown["place"] == "result" else f" at {shown['place']}"
    apart = f" ({shown['apart']})" if shown["apart"] else ""
    words = f"refimpl gives {shown['expected']}, yours gives {shown['got']}{at}{apart}."
    heads = ("", "expected", "got", "ulps apart")
    return Example(heads, rows, (1, 2, 3), call=shown["call"], origin=shown["origin"], words=words)


def programs(shown: Data | None) -> list[Program]:
    """The program that shows a call, if there is one."""
    if shown is None or shown["script"].startswith("no program"):
        return []
    return [Program("A program that shows it without refimpl", shown["script"])]


def _bound(results: list[Data], name: str) -> tuple[float | None, str]:
    """What the law that compares with the definition allows, in ulps, and its name."""
    best: tuple[bool, float, str] | None = None
    for it in results:
        errors, law = it["outcome"]["errors"], it["outcome"]["law"]
        bounds = [bound for bound in map(float, errors["bounds"]) if bound < float("inf")]
        if bounds:
            found = (law == f"{name}-definition", max(bounds), law)
            best = found if best is None or found[0] > best[0] else best
    return (None, "") if best is None else best[1:]


def _figures(data: Data, name: str, results: list[Data], diagnosis: Data | None) -> Iterator[Figure]:
    dtype = data["settings"]["dtype"]
    bound, law = _bound(results, name)
    if diagnosis is not None and diagnosis["errors"]["sizes"]:
        errors = diagnosis["errors"]
        allowed = f" The dashed line is what {law} allows." if bound is not None else ""
        begins = diagnosis["digits"]["begins"] if diagnosis["digits"] else ""
        begins = f" {_sentence(begins)}" if begins else ""
        caption = f"The error of each call, in ulps of its largest entry, against the {errors['of']}."
        caption += begins + allowed
        yield from error_figures(errors, caption, dtype, bound)
        return
    chosen = [it["outcome"] for it in results if it["outcome"]["law"] == law and law]
    for outcome in chosen:
        caption = (
            f"The errors that {outcome['law']} saw, in ulps of the scale of what it compares, against the "
            f"{outcome['errors']['of']}, and what it allows there."
        )
        yield from error_figures(outcome["errors"], caption, dtype)


def _digits(diagnosis: Data | None) -> Iterator[Table]:
    digits = diagnosis["digits"] if diagnosis is not None else None
    if digits is None:
        return
    rows = [
        Row(
            (
                f"{ {'cancellation': 'cancelling'}.get(kind, kind) } inputs",
                *(f"{float(it):.1f}" for it in left),
            )
        )
        for kind, left in digits["kinds"].items()
    ]
    title = f"Digits left, of {float(digits['of']):.0f}"
    yield Table(("", "median", "a tenth keeps at most", "fewest"), rows, (1, 2, 3), title)


def _laws(results: list[Data]) -> Iterator[Laws]:
    outcomes = [it["outcome"] for it in results]
    failed = [law_line(it) for it in outcomes if it["verdict"] not in ("held", "skipped")]
    held = [law_line(it) for it in outcomes if it["verdict"] in ("held", "skipped")]
    if failed:
        yield Laws("Which laws see it", failed, METER)
        if held:
            yield Laws("", held, "", f"{len(held)} laws that do not see it, or were not tried")
    elif held:
        yield Laws("What the laws see", held, METER)
