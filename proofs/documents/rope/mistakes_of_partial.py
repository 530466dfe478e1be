"""How people get partial rotary embedding wrong."""

from typing import Any

from .... import _libraries
from ....rope import rotate_partial
from ...language.mistake import MistakesOf

of_rotate_partial = MistakesOf("rope.rotate_partial")


def _cut(x: Any, angles: Any, part: Any) -> tuple[Any, Any]:
    """What turns, and the rest."""
    width = 2 * angles.shape[-1]
    if part == "first":
        return x[..., :width], x[..., width:]
    return x[..., x.shape[-1] - width :], x[..., : x.shape[-1] - width]


def _joined(turned: Any, rest: Any, part: Any) -> Any:
    xp = _libraries.array_namespace(turned)
    rest = xp.broadcast_to(rest, (*turned.shape[:-1], rest.shape[-1]))
    return xp.concat([turned, rest] if part == "first" else [rest, turned], axis=-1)


@of_rotate_partial(
    "other-end",
    "Turns the features of the other end: the last ones of a head for the first, or conversely.",
)
def rotate_partial_other_end(
    x: Any, angles: Any, /, *, layout: Any = "interleaved", part: Any = "first"
) -> Any:
    return rotate_partial(x, angles, layout=layout, part="last" if part == "first" else "first")


@of_rotate_partial(
    "rest-turned",
    "Turns the rest, too, by the same angles: partial_rotary_factor is not read.",
    reference="nexusquant PR#12",
)
def rotate_partial_rest_turned(
    x: Any, angles: Any, /, *, layout: Any = "interleaved", part: Any = "first"
) -> Any:
    turned, rest = _cut(rotate_partial(x, angles, layout=layout, part=part), angles, part)
    more = min(rest.shape[-1] // 2, angles.shape[-1])
    if more:
        rest = rotate_partial(rest, angles[..., :more], layout=layout)
    return _joined(turned, rest, part)


@of_rotate_partial(
    "pairs-over-all-features",
    "Pairs feature m with m + d/2 of all features, not with m + r/2 of those that turn.",
    reference="pie PR#603",
)
def rotate_partial_over_all(
    x: Any, angles: Any, /, *, layout: Any = "interleaved", part: Any = "first"
) -> Any:
    half, apart = angles.shape[-1], x.shape[-1] // 2
    if layout != "half" or apart < half:
        return rotate_partial(x, angles, layout=layout, part=part)
    xp = _libraries.array_namespace(x, angles)
    rest = [x[..., half:apart], x[..., apart + half :]]
    pairs = xp.concat([x[..., :half], x[..., apart : apart + half]], axis=-1)
    turned = rotate_partial(pairs, angles, layout=layout)
    rest = [xp.broadcast_to(one, (*turned.shape[:-1], one.shape[-1])) for one in rest]
    return xp.concat([turned[..., :half], rest[0], turned[..., half:], rest[1]], axis=-1)


@of_rotate_partial("rest-zero", "Leaves zeros in the rest, as if it had been allocated and never copied.")
def rotate_partial_rest_zero(
    x: Any, angles: Any, /, *, layout: Any = "interleaved", part: Any = "first"
) -> Any:
    turned, rest = _cut(rotate_partial(x, angles, layout=layout, part=part), angles, part)
    return _joined(turned, 0 * rest, part)


@of_rotate_partial(
    "parts-exchanged",
    "Joins the parts in the other order: the rest before the features that turned, or behind them.",
)
def rotate_partial_exchanged(
    x: Any, angles: Any, /, *, layout: Any = "interleaved", part: Any = "first"
) -> Any:
    turned, rest = _cut(rotate_partial(x, angles, layout=layout, part=part), angles, part)
    return _joined(turned, rest, "last" if part == "first" else "first")


@of_rotate_partial(
    "layouts-swapped",
    "Pairs halves of the features that turn where neighbours are pairs, or conversely.",
    reference="vllm-ascend PR#12820",
)
def rotate_partial_layouts_swapped(
    x: Any, angles: Any, /, *, layout: Any = "interleaved", part: Any = "first"
) -> Any:
    other: Any = "half" if layout == "interleaved" else "interleaved"
    return rotate_partial(x, angles, layout=other, part=part)


@of_rotate_partial("wrong-sign", "Rotates by −θ: the rotation matrix was transposed.")
def rotate_partial_wrong_sign(
    x: Any, angles: Any, /, *, layout: Any = "interleaved", part: Any = "first"
) -> Any:
    return rotate_partial(x, -angles, layout=layout, part=part)


@of_rotate_partial(
    "not-turned",
    "Leaves all features as they are: the width is read, and no rotation applied.",
    reference="warp PR#27",
)
def rotate_partial_not_turned(
    x: Any, angles: Any, /, *, layout: Any = "interleaved", part: Any = "first"
) -> Any:
    return rotate_partial(x, 0 * angles, layout=layout, part=part)
