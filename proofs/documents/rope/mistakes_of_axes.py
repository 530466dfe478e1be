"""How people get angles on several axes, and their tables, wrong."""

import math
from typing import Any

from .... import _libraries
from ....rope import angles, axial_angles, axial_frequencies, frequencies
from ...language.mistake import MistakesOf

of_axial_angles = MistakesOf("rope.axial_angles")
of_axial_frequencies = MistakesOf("rope.axial_frequencies")


def _dealt(positions: Any, omega: Any, owners: list[int]) -> Any:
    """The angles, where pair m has the axis owners[m]."""
    xp = _libraries.array_namespace(positions, omega)
    columns = [angles(positions[..., a], omega[m : m + 1]) for m, a in enumerate(owners)]
    return xp.concat(columns, axis=-1) if columns else xp.zeros((*positions.shape[:-1], 0), dtype=omega.dtype)


def _chunks(sections: Any) -> list[int]:
    return [axis for axis, section in enumerate(sections) for _ in range(section)]


def _turns(sections: Any, first: int = 0, *, end: bool = True) -> list[int]:
    """Turns of the axes, cut where the table ends, as slices are."""
    k = len(sections)
    axes = [(m + first) % k for m in range(sum(sections))]
    return [a if not end or m < k * sections[a] else 0 for m, a in enumerate(axes)]


@of_axial_angles(
    "chunked-for-interleaved",
    "Cuts the pairs into contiguous sections where the axes should take turns (interleaved M-RoPE).",
    reference="MNN PR#4133, vllm-gaudi PR#1437",
)
def axial_angles_chunked(positions: Any, omega: Any, /, *, sections: Any, order: Any = "chunked") -> Any:
    return _dealt(positions, omega, _chunks(sections))


@of_axial_angles(
    "interleaved-for-chunked",
    "Lets the axes take turns where sections should be contiguous (chunked M-RoPE).",
    reference="mlx-vlm PR#576",
)
def axial_angles_interleaved(positions: Any, omega: Any, /, *, sections: Any, order: Any = "chunked") -> Any:
    return _dealt(positions, omega, _turns(sections))


@of_axial_angles(
    "sections-reversed",
    "Gives the sections to the axes in reversed order: the last section to the first axis.",
)
def axial_angles_sections_reversed(
    positions: Any, omega: Any, /, *, sections: Any, order: Any = "chunked"
) -> Any:
    other = tuple(sections)[::-1]
    return _dealt(positions, omega, _chunks(other) if order == "chunked" else _turns(other))


@of_axial_angles(
    "axes-reversed",
    "Reads the axes of positions in reversed order: width before height, as (x, y) for (y, x).",
    reference="pytorch-image-models PR#2541",
)
def axial_angles_axes_reversed(
    positions: Any, omega: Any, /, *, sections: Any, order: Any = "chunked"
) -> Any:
    xp = _libraries.array_namespace(positions, omega)
    return axial_angles(xp.flip(positions, axis=-1), omega, sections=sections, order=order)


@of_axial_angles(
    "last-axes-exchanged",
    "Exchanges the last two axes of positions, height and width, behind the one of time.",
)
def axial_angles_last_exchanged(
    positions: Any, omega: Any, /, *, sections: Any, order: Any = "chunked"
) -> Any:
    xp = _libraries.array_namespace(positions, omega)
    other = xp.concat([positions[..., :-2], xp.flip(positions[..., -2:], axis=-1)], axis=-1)
    return axial_angles(other, omega, sections=sections, order=order)


@of_axial_angles(
    "sections-in-features",
    "Counts sections in features, not pairs: every axis but the last has half of its pairs.",
)
def axial_angles_in_features(positions: Any, omega: Any, /, *, sections: Any, order: Any = "chunked") -> Any:
    halves = [section // 2 for section in sections]
    if order == "interleaved":
        return _dealt(
            positions, omega, [a if m < len(halves) * halves[a] else 0 for m, a in _count(sections)]
        )
    halves[-1] += sum(sections) - sum(halves)
    return _dealt(positions, omega, _chunks(halves))


def _count(sections: Any) -> list[tuple[int, int]]:
    return [(m, m % len(sections)) for m in range(sum(sections))]


@of_axial_angles(
    "first-axis-only",
    "Turns every pair by the position on the first axis: the sections of the configuration are not read.",
    reference="imp PR#1174",
)
def axial_angles_first_only(positions: Any, omega: Any, /, *, sections: Any, order: Any = "chunked") -> Any:
    return angles(positions[..., 0], omega)


@of_axial_angles(
    "turns-without-end",
    "Lets the axes take turns through all pairs, m mod k, and does not look where their sections end.",
)
def axial_angles_without_end(positions: Any, omega: Any, /, *, sections: Any, order: Any = "chunked") -> Any:
    owners = _chunks(sections) if order == "chunked" else _turns(sections, end=False)
    return _dealt(positions, omega, owners)


@of_axial_angles(
    "turns-from-one",
    "Begins the turns with the second axis: (h, w, t, h, w, t, …) for (t, h, w, …).",
)
def axial_angles_from_one(positions: Any, omega: Any, /, *, sections: Any, order: Any = "chunked") -> Any:
    owners = _chunks(sections) if order == "chunked" else _turns(sections, 1)
    return _dealt(positions, omega, owners)


@of_axial_angles(
    "table-begins-anew",
    "Begins the table of frequencies anew on every axis, as axial embeddings do: each gets the fastest.",
)
def axial_angles_anew(positions: Any, omega: Any, /, *, sections: Any, order: Any = "chunked") -> Any:
    xp = _libraries.array_namespace(positions, omega)
    owners = _chunks(sections) if order == "chunked" else _turns(sections)
    places = [owners[:m].count(a) for m, a in enumerate(owners)]
    table = xp.concat([omega[place : place + 1] for place in places]) if places else omega
    return _dealt(positions, table, owners)


@of_axial_frequencies(
    "one-table",
    "Makes one table of all features, of which every axis gets a part, as M-RoPE does: only the first axis "
    "has the fast ones.",
)
def axial_frequencies_one_table(dims: Any, /, *, base: float = 10000.0, **like: Any) -> Any:
    return frequencies(sum(dims), base=base, **like)


@of_axial_frequencies(
    "all-features-in-exponent",
    "Divides the exponent by the number of all features, base^(−2m/Σd), not by that of the axis.",
)
def axial_frequencies_total(dims: Any, /, *, base: float = 10000.0, **like: Any) -> Any:
    whole = frequencies(sum(dims), base=base, **like)
    return _libraries.array_namespace(whole).concat([whole[: dim // 2] for dim in dims])


@of_axial_frequencies(
    "dealt-in-turn",
    "Deals one table of all features out to the axes in turn: the first has the even ones, base^(−4m/Σd).",
)
def axial_frequencies_dealt(dims: Any, /, *, base: float = 10000.0, **like: Any) -> Any:
    whole = frequencies(sum(dims), base=base, **like)
    order = sorted(range(sum(dims) // 2), key=lambda m: m % len(dims))
    return _libraries.array_namespace(whole).concat([whole[m : m + 1] for m in order])


@of_axial_frequencies("dims-reversed", "Takes the widths of the axes in reversed order.")
def axial_frequencies_reversed(dims: Any, /, *, base: float = 10000.0, **like: Any) -> Any:
    return axial_frequencies(tuple(dims)[::-1], base=base, **like)


@of_axial_frequencies(
    "equal-widths",
    "Gives every axis the same width, Σd/k, though the configuration has unequal ones.",
)
def axial_frequencies_equal(dims: Any, /, *, base: float = 10000.0, **like: Any) -> Any:
    each = max(sum(dims) // len(dims) // 2 * 2, 2)
    last = sum(dims) - each * (len(dims) - 1)
    return axial_frequencies((*[each] * (len(dims) - 1), last), base=base, **like)


@of_axial_frequencies("exponent-m-over-d", "Uses base^(−m/d): counts pairs instead of features.")
def axial_frequencies_pairs(dims: Any, /, *, base: float = 10000.0, **like: Any) -> Any:
    return axial_frequencies(dims, base=math.sqrt(base), **like)


@of_axial_frequencies("default-base", "Keeps the usual base 10000 whatever the configuration says.")
def axial_frequencies_default_base(dims: Any, /, *, base: float = 10000.0, **like: Any) -> Any:
    return axial_frequencies(dims, **like)
