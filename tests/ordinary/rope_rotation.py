"""Rotary embeddings as people apply them."""

import numpy as np

from ._ordinary import Ordinary, Slip, ignored, torch, typo

IN_PLACE = r"in[- ]place|overwrit|already (new|rotated|turned)|reads the new|written before"
EXCHANGED = (
    r"(cosine|cos)\w*.{0,30}(sine|sin)\w*.{0,40}(exchang|swap|taken for)|(exchang|swap)\w*.{0,40}(cos|sin)"
)
HALF_ANGLE = r"angles?.{0,40}(half|halved|½|1/2|0\.5)|(half|½|1/2|0\.5).{0,40}angle"
MIXED = r"(mix\w*|two|different|both) layouts?|tables?.{0,60}(half|halves)|tables-mixed"
AS_HALVES = r"half layout|as halves|in halves|halves of|written.{0,40}half|layout"
SAME_LAYOUT = r"source == target|same layout|already"
MEMBERS = r"second.{0,30}first|members.{0,60}(exchang|swap)|(exchang|swap)\w*.{0,40}members"


# Halves, as transformers has them, for queries and keys with heads.
def rotate_half(x):
    x1 = x[..., : x.shape[-1] // 2]
    x2 = x[..., x.shape[-1] // 2 :]
    return torch.cat((-x2, x1), dim=-1)


def rotate_half_without_minus(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((x2, x1), dim=-1)


def rotate_half_other_minus(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((x2, -x1), dim=-1)


def rotate_neighbours(x):
    x1, x2 = x[..., 0::2], x[..., 1::2]
    return torch.stack((-x2, x1), dim=-1).flatten(-2)


def apply_rotary_pos_emb(q, k, cos, sin):
    cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    return (q * cos) + (rotate_half(q) * sin), (k * cos) + (rotate_half(k) * sin)


def apply_without_minus(q, k, cos, sin):
    cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    return q * cos + rotate_half_without_minus(q) * sin, k * cos + rotate_half_without_minus(k) * sin


def apply_other_minus(q, k, cos, sin):
    cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    return q * cos + rotate_half_other_minus(q) * sin, k * cos + rotate_half_other_minus(k) * sin


def apply_to_neighbours(q, k, cos, sin):
    cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    return q * cos + rotate_neighbours(q) * sin, k * cos + rotate_neighbours(k) * sin


def apply_exchanged(q, k, cos, sin):
    cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    return q * sin + rotate_half(q) * cos, k * sin + rotate_half(k) * cos


def apply_minus(q, k, cos, sin):
    cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    return q * cos - rotate_half(q) * sin, k * cos - rotate_half(k) * sin


# Neighbours, as GPT-J has them, with strides.
def rotate_every_two(x, angles):
    cos, sin = np.cos(angles), np.sin(angles)
    x1, x2 = x[..., 0::2], x[..., 1::2]
    y1, y2 = x1 * cos - x2 * sin, x1 * sin + x2 * cos
    out = np.empty((*y1.shape[:-1], 2 * y1.shape[-1]))
    out[..., 0::2] = y1
    out[..., 1::2] = y2
    return out


def two_wrong_sign(x, angles):
    c, s = np.cos(angles), np.sin(angles)
    a, b = x[..., 0::2], x[..., 1::2]
    out = np.empty((*(a * c).shape[:-1], x.shape[-1]))
    out[..., 0::2], out[..., 1::2] = a * c + b * s, -a * s + b * c
    return out


def two_reflected(x, angles):
    c, s = np.cos(angles), np.sin(angles)
    a, b = x[..., 0::2], x[..., 1::2]
    out = np.empty((*(a * c).shape[:-1], x.shape[-1]))
    out[..., 0::2], out[..., 1::2] = a * c + b * s, a * s - b * c
    return out


def two_without_minus(x, angles):
    c, s = np.cos(angles), np.sin(angles)
    a, b = x[..., 0::2], x[..., 1::2]
    out = np.empty((*(a * c).shape[:-1], x.shape[-1]))
    out[..., 0::2], out[..., 1::2] = a * c + b * s, a * s + b * c
    return out


def two_in_place(x, angles):
    c, s = np.cos(angles), np.sin(angles)
    out = np.array(np.broadcast_to(x, (*(x[..., 0::2] * c).shape[:-1], x.shape[-1])))
    out[..., 0::2] = out[..., 0::2] * c - out[..., 1::2] * s
    out[..., 1::2] = out[..., 0::2] * s + out[..., 1::2] * c
    return out


def two_written_as_halves(x, angles):
    c, s = np.cos(angles), np.sin(angles)
    a, b = x[..., 0::2], x[..., 1::2]
    return np.concatenate([a * c - b * s, a * s + b * c], axis=-1)


def two_tables_for_halves(x, angles):
    cos = np.concatenate([np.cos(angles)] * 2, axis=-1)
    sin = np.concatenate([np.sin(angles)] * 2, axis=-1)
    turned = np.stack([-x[..., 1::2], x[..., 0::2]], axis=-1).reshape(x.shape)
    return x * cos + turned * sin


def two_exchanged(x, angles):
    s, c = np.cos(angles), np.sin(angles)
    a, b = x[..., 0::2], x[..., 1::2]
    out = np.empty((*(a * c).shape[:-1], x.shape[-1]))
    out[..., 0::2], out[..., 1::2] = a * c - b * s, a * s + b * c
    return out


# Halves in NumPy, with the layout of refimpl for an option.
def rotate(x, angles, layout="interleaved"):
    d = x.shape[-1]
    first = np.arange(0, d, 2) if layout == "interleaved" else np.arange(d // 2)
    second = first + (1 if layout == "interleaved" else d // 2)
    z = (x[..., first] + 1j * x[..., second]) * np.exp(1j * angles)
    out = np.empty((*z.shape[:-1], d))
    out[..., first], out[..., second] = z.real, z.imag
    return out


def rotate_layouts_exchanged(x, angles, layout="interleaved"):
    return rotate(x, angles, "half" if layout == "interleaved" else "interleaved")


def rotate_conjugated(x, angles, layout="interleaved"):
    return rotate(x, -angles, layout)


def rotate_degrees(x, angles, layout="interleaved"):
    return rotate(x, np.deg2rad(angles), layout)


# Complex numbers, as Llama has them.
def apply_rotary_emb(xq, xk, freqs_cis):
    xq_ = torch.view_as_complex(xq.float().reshape(*xq.shape[:-1], -1, 2))
    xk_ = torch.view_as_complex(xk.float().reshape(*xk.shape[:-1], -1, 2))
    freqs_cis = freqs_cis.view(1, xq_.shape[1], 1, xq_.shape[-1])
    xq_out = torch.view_as_real(xq_ * freqs_cis).flatten(3)
    xk_out = torch.view_as_real(xk_ * freqs_cis).flatten(3)
    return xq_out.type_as(xq), xk_out.type_as(xk)


def _with_cis(xq, xk, freqs_cis, turn):
    cis = freqs_cis[None, :, None, :]
    return turn(xq, cis), turn(xk, cis)


def apply_conjugate(xq, xk, freqs_cis):
    def turn(x, cis):
        z = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2))
        return torch.view_as_real(z * cis.conj()).flatten(3)

    return _with_cis(xq, xk, freqs_cis, turn)


def apply_to_halves(xq, xk, freqs_cis):
    def turn(x, cis):
        z = torch.view_as_complex(x.reshape(*x.shape[:-1], 2, -1).transpose(-1, -2).contiguous())
        return torch.view_as_real(z * cis).transpose(-1, -2).flatten(3)

    return _with_cis(xq, xk, freqs_cis, turn)


def apply_bfloat16(xq, xk, freqs_cis):
    def turn(x, cis):
        c, s = cis.real.bfloat16().float(), cis.imag.bfloat16().float()
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack((a * c - b * s, a * s + b * c), -1).flatten(3)

    return _with_cis(xq, xk, freqs_cis, turn)


# Tables that hold each half twice.
def with_tables(x, cos, sin):
    d = x.shape[-1] // 2
    return x * cos + np.concatenate([-x[..., d:], x[..., :d]], axis=-1) * sin


def with_tables_rolled(x, cos, sin):
    return x * cos + np.roll(x, x.shape[-1] // 2, axis=-1) * sin


# Weights of one library for another.
def convert_layout(x, source, target):
    if source == target:
        return x
    d = x.shape[-1]
    order = np.concatenate([np.arange(0, d, 2), np.arange(1, d, 2)])
    return x[..., order] if target == "half" else x[..., np.argsort(order)]


def permute(x, source, target):
    lead, d = x.shape[:-1], x.shape[-1]
    if source == target:
        return x.copy()
    if source == "interleaved":
        return x.reshape(*lead, d // 2, 2).swapaxes(-1, -2).reshape(*lead, d)
    return x.reshape(*lead, 2, d // 2).swapaxes(-1, -2).reshape(*lead, d)


def permute_inverse(x, source, target):
    lead, d = x.shape[:-1], x.shape[-1]
    if source == target:
        return x.copy()
    if source == "half":
        return x.reshape(*lead, d // 2, 2).swapaxes(-1, -2).reshape(*lead, d)
    return x.reshape(*lead, 2, d // 2).swapaxes(-1, -2).reshape(*lead, d)


def permute_always(x, source, target):
    lead, d = x.shape[:-1], x.shape[-1]
    if target == "half":
        return x.reshape(*lead, d // 2, 2).swapaxes(-1, -2).reshape(*lead, d)
    return x.reshape(*lead, 2, d // 2).swapaxes(-1, -2).reshape(*lead, d)


def permute_one_way(x, source, target):
    lead, d = x.shape[:-1], x.shape[-1]
    if source == target:
        return x.copy()
    return x.reshape(*lead, d // 2, 2).swapaxes(-1, -2).reshape(*lead, d)


def permute_members(x, source, target):
    out = convert_layout(x, source, target)
    if source == target:
        return out
    if target == "half":
        return np.concatenate([out[..., x.shape[-1] // 2 :], out[..., : x.shape[-1] // 2]], axis=-1)
    return np.stack([out[..., 1::2], out[..., 0::2]], axis=-1).reshape(x.shape)


# The matrix.
def matrix(theta):
    c, s = np.cos(theta), np.sin(theta)
    return np.stack([np.stack([c, -s], axis=-1), np.stack([s, c], axis=-1)], axis=-2)


def matrix_transposed(theta):
    c, s = np.cos(theta), np.sin(theta)
    return np.stack([np.stack([c, s], axis=-1), np.stack([-s, c], axis=-1)], axis=-2)


def matrix_reflection(theta):
    R = np.empty((*theta.shape, 2, 2))
    R[..., 0, 0] = np.cos(theta)
    R[..., 0, 1] = np.sin(theta)
    R[..., 1, 0] = np.sin(theta)
    R[..., 1, 1] = -np.cos(theta)
    return R


def matrix_axes_first(theta):
    return np.array([[np.cos(theta), -np.sin(theta)], [np.sin(theta), np.cos(theta)]])


ORDINARY = [
    Ordinary(
        "rope.rotate",
        apply_rotary_pos_emb,
        (
            Slip(apply_without_minus, "lost-sign|without the minus"),
            Slip(apply_other_minus, "wrong-sign|−θ"),
            Slip(apply_to_neighbours, r"neighbou?r|mixed|tables?.{0,60}(half|halves)|layout"),
            Slip(apply_exchanged, EXCHANGED),
            Slip(apply_minus, "wrong-sign|−θ"),
        ),
        adapter="bhsd",
        backend="torch",
    ),
    Ordinary(
        "rope.rotate",
        rotate_every_two,
        (
            Slip(two_wrong_sign, "wrong-sign|−θ"),
            Slip(two_reflected, "reflection"),
            Slip(two_without_minus, "lost-sign|without the minus"),
            Slip(two_in_place, IN_PLACE),
            Slip(
                two_written_as_halves, r"half layout|as halves|in halves|halves of|written.{0,40}half|layout"
            ),
            Slip(
                two_tables_for_halves,
                r"(mix\w*|two|different|both) layouts?|tables?.{0,60}(half|halves)|tables-mixed",
            ),
            Slip(two_exchanged, EXCHANGED),
        ),
    ),
    Ordinary(
        "rope.rotate",
        rotate,
        (
            Slip(lambda x, angles, layout="interleaved": rotate(x, angles), ignored("layout")),
            Slip(rotate_layouts_exchanged, "layouts-swapped"),
            Slip(rotate_conjugated, "wrong-sign|−θ"),
            Slip(lambda x, angles, layout="interleaved": rotate(x, angles / 2, layout), HALF_ANGLE),
            Slip(rotate_degrees, r"degree|π ?/ ?180|0\.0174"),
        ),
    ),
    Ordinary(
        "rope.rotate",
        apply_rotary_emb,
        (
            Slip(apply_conjugate, "wrong-sign|−θ"),
            Slip(apply_to_halves, r"half-split|layouts-swapped|halves"),
            Slip(apply_bfloat16, r"bfloat16|half precision|8 bits|eight bits"),
        ),
        adapter="freqs-cis",
        backend="torch",
        dtype="float32",
        answer="edge",  # -1 for an axis among others of no entries cannot be told
    ),
    Ordinary(
        "rope.rotate",
        with_tables,
        (
            Slip(with_tables_rolled, "lost-sign|without the minus"),
            typo("cos +", "cos -", "wrong-sign|−θ"),
        ),
        adapter="tables",
    ),
    Ordinary(
        "rope.convert_layout",
        permute,
        (
            Slip(permute_inverse, "convert_layout/inverse|other way round"),
            Slip(permute_always, SAME_LAYOUT + "|" + ignored("source")),
            Slip(permute_one_way, "always (writes|to|the)|" + ignored("source", "target")),
            Slip(permute_members, MEMBERS),
        ),
    ),
    Ordinary(
        "rope.convert_layout",
        convert_layout,
        (
            Slip(permute_inverse, "convert_layout/inverse|other way round"),
        ),
    ),
    Ordinary(
        "rope.rotation_matrix",
        matrix,
        (
            Slip(matrix_transposed, "transposed"),
            typo("axis=-2", "axis=-1", "transposed"),
            Slip(matrix_reflection, "reflect|minus.{0,30}(other|second|wrong) row"),
            typo("c, s", "s, c", EXCHANGED),
            Slip(lambda theta: matrix(theta / 2), HALF_ANGLE),
            Slip(matrix_axes_first, "axes|axis|from the (front|left)"),
        ),
    ),
]  # fmt: skip
