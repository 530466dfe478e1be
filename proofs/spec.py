"""The numbering of the specification: definitions (D), claims (C) and errata (E) by document.

A test requires a function for every D, a law for every C and an erratum for every E.
"""

_COUNTS = {
    "argmaxable": (6, 8, 2),
    "ddpm": (10, 13, 0),
    "density": (9, 9, 0),
    "flow": (7, 9, 1),
    "matching": (9, 9, 3),
    "residual": (7, 9, 1),
    "rope": (7, 8, 1),
    "transport": (10, 10, 4),
}

ITEMS: dict[str, tuple[str, ...]] = {
    document: tuple(
        f"{letter}{number}"
        for letter, count in zip("DCE", counts, strict=True)
        for number in range(1, count + 1)
    )
    for document, counts in _COUNTS.items()
}
