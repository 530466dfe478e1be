"""NumPy's functions, methods and operators on arrays of balls that stand for NumPy's, against NumPy itself.

Every expression is computed twice, in float64 and on balls of 128 bits. The balls must be narrow, and float64
must be near to them; shapes, integers and truth values must be the same.
"""

import copy
import math

import numpy as np
import pytest
from flint import acb

from refimpl._errors import UndecidedError
from refimpl.backends._ball._precision import WorkingPrecision
from refimpl.backends._enclosed._arrays import Enclosed, as_balls, enclosed
from refimpl.backends._enclosed._formats import NotEnclosedError
from refimpl.proofs.auditing.enclosed import on_balls

rng = np.random.default_rng(5)
x = rng.uniform(0.1, 0.9, (3, 4))
y = rng.uniform(-2.0, 2.0, (3, 4))
z = rng.uniform(0.1, 0.9, (2, 3, 4))
v = rng.uniform(0.1, 0.9, 4)
m = rng.normal(size=(3, 3))
p = m @ m.T + np.eye(3)
i = np.asarray([2, 0, 1])
n = np.asarray([[1, -2, 3], [4, 5, -6]])
b = y > 0
GIVEN = {"x": x, "y": y, "z": z, "v": v, "m": m, "p": p, "i": i, "n": n, "b": b, "t": 0.3, "k": 3}

UNARY = """
exp expm1 log log1p log2 log10 exp2 sqrt cbrt square reciprocal sin cos tan sinh cosh tanh arcsin arccos
arctan arcsinh arctanh negative positive absolute abs fabs sign floor ceil trunc rint round degrees
radians deg2rad rad2deg isnan isinf isfinite signbit logical_not conjugate sinc nan_to_num real imag
cumsum cumprod sum prod mean std var max min amax amin argmax argmin argsort sort median ptp any all ravel
transpose flip fliplr flipud squeeze copy zeros_like ones_like diff triu tril diagonal trace count_nonzero
nansum nanmean nanmax nanmin nanprod unique flatnonzero argwhere atleast_1d atleast_3d isreal iscomplexobj
shape ndim size average isposinf
"""
BINARY = """
add subtract multiply divide true_divide power float_power floor_divide remainder mod fmod maximum minimum
fmax fmin hypot arctan2 logaddexp logaddexp2 copysign heaviside less less_equal greater greater_equal
equal not_equal logical_and logical_or logical_xor isclose allclose array_equal append inner vdot
"""
MATH = """
sqrt exp expm1 log log1p log2 log10 sin cos tan sinh cosh tanh asin acos atan asinh atanh fabs erf erfc
gamma lgamma degrees radians isnan isfinite isinf floor ceil trunc cbrt exp2
"""
OTHERS = """
np.add(y, x) ; np.fmod(y, x) ; np.remainder(y, x) ; np.floor_divide(y, x) ; np.copysign(y, x)
np.arctan2(y, x) ; np.maximum(y, x) ; np.sum(n) ; np.mean(n) ; np.std(n) ; np.var(n) ; np.square(n)
np.exp(n) ; np.abs(n) ; np.sign(n) ; np.sum(x, axis=0) ; np.prod(x, axis=0) ; np.mean(x, axis=0)
np.std(x, axis=0) ; np.var(x, axis=0) ; np.max(x, axis=0) ; np.min(x, axis=0) ; np.argmax(x, axis=0)
np.argmin(x, axis=0) ; np.cumsum(x, axis=0) ; np.cumprod(x, axis=0) ; np.sort(x, axis=0)
np.argsort(x, axis=0) ; np.median(x, axis=0) ; np.ptp(x, axis=0) ; np.any(x, axis=0) ; np.all(x, axis=0)
np.flip(x, axis=0) ; np.nanmean(x, axis=0) ; np.average(x, axis=0) ; np.diff(x, axis=0)
np.sum(x, axis=-1, keepdims=True) ; np.prod(x, axis=-1, keepdims=True)
np.mean(x, axis=-1, keepdims=True) ; np.std(x, axis=-1, keepdims=True) ; np.var(x, axis=-1, keepdims=True)
np.max(x, axis=-1, keepdims=True) ; np.min(x, axis=-1, keepdims=True)
np.median(x, axis=-1, keepdims=True) ; np.ptp(x, axis=-1, keepdims=True)
np.any(x, axis=-1, keepdims=True) ; x.sum(-1) ; x.prod(-1) ; x.mean(-1) ; x.std(-1) ; x.var(-1)
x.max(-1) ; x.min(-1) ; x.argmax(-1) ; x.argmin(-1) ; x.cumsum(-1) ; x.cumprod(-1) ; x.argsort(-1)
x.sum() ; x.prod() ; x.mean() ; x.std() ; x.var() ; x.max() ; x.min() ; x.argmax() ; x.ravel()
x.flatten() ; x.copy() ; x.transpose() ; x.squeeze() ; x.tolist() ; x.round() ; x.any() ; x.all()
x.conj() ; x.nonzero() ; x.trace() ; x.var(ddof=1) ; x.std(axis=0, ddof=1, keepdims=True) ; x.sum((0, 1))
z.sum(axis=(0, 2)) ; z.mean((0, 2), keepdims=True) ; z.max((1, 2)) ; np.var(x, axis=1, correction=1)
np.std(z, (0, 1), ddof=1) ; x.reshape(2, 6) ; x.reshape((4, -1)) ; x.reshape(-1)[::2] ; x.T ; x.mT ; z.T
z.transpose(1, 0, 2) ; z.transpose((2, 0, 1)) ; z.swapaxes(0, 1) ; x.clip(0.2, 0.5) ; x.clip(min=0.4)
x.dot(v) ; x.take([0, 2], 1) ; x.repeat(2, axis=0) ; x[0, 0].item() ; x.item(3) ; x.astype(float)
x.astype(np.float64) * 2 ; x.shape[0] ; (x * 10).astype(int) ; (x * 10).astype('int32') ; y.astype(bool)
x.dtype == np.float64 ; x.ndim ; len(x) ; x.dtype.type(0.25) * x ; x.dtype.kind ; x.size ; x.real ; x.imag
np.ndim(x[0, 0]) ; x.diagonal() ; isinstance(x, np.ndarray) ; isinstance(x[0, 0], float)
isinstance(x.sum(), np.floating) ; x.itemsize ; np.issubdtype(x.dtype, np.floating)
np.finfo(x.dtype).eps * x ; np.finfo(np.float64).tiny > 0 ; x + y ; x - 1 ; 1 - x ; 2 * x / 3 ; x ** 2
x ** 0.5 ; 2 ** x ; x ** -1 ; x // 0.3 ; y % 0.7 ; -x ; +x ; abs(y) ; x @ v ; v @ v ; x @ x.T ; z @ x.T
m @ m ; x > y ; (x > 0.5) & (y > 0) ; ~(x > 0.5) ; x == x ; x != y ; k / 7 ; 1 / k ; k ** -2 ; k ** 0.5
divmod(y, 0.3)[0] ; t / 3 ; t ** k ; round(t, 1) ; int(t * 9) ; math.floor(t * 7) ; math.ceil(t * 7)
float(k) / 7 ; float('inf') * x ; abs(-t) ; max(t, 1) ; min(t, 0.2) ; sum([t, t, 1]) ; max(x[0])
sum(x[0]) ; [a * 2 for a in x[0]] ; t if x[0, 0] > 0.5 else -t ; f'{t:.3f}' ; x[i] ; x[:, i] ; x[x > 0.5]
x[b] ; x[..., None] ; x[None] ; x[-1] ; x[1:, ::2] ; x[i, i] ; x[np.ix_(i, i)] ; n / 7 ; n * 0.1 ; n ** 2
n.mean() ; n.sum() / 3 ; n.sum(0) ; n / n.sum() ; n.std() ; n.var(axis=0) ; np.mean(n, 0)
np.cumsum(n, 1) ; n @ n.T ; n @ m ; n[:, 0] / 3 ; n[0, 0] / 3 ; n.T ; b.mean() ; b.sum() / 4 ; b * x
n.shape[1] / 7 ; 1 / len(n) ; n > 2 ; n[n > 2] / 3 ; n.astype(float) / 7 ; np.log(3) + t ; np.sqrt(2)
np.exp(np.arange(3)) ; np.arange(5) / 7 ; 10.0 ** (np.arange(0, 8, 2) / 8) ; np.pi * t
np.arange(0, 1, 0.25) ; np.arange(3.0) ; np.arange(5)[::-1] + t ; np.float64(t) / 3 ; np.float64(3) / 7
np.e / t ; np.int64(7) / 3 ; np.bool_(t > 0) ; np.where(n > 0, n, 0) / 7 ; np.where(n > 0, 0.1, 0.3)
np.maximum(n, 0) / 9 ; np.sum(n * 0.1) ; np.max(n) / 7 ; np.sort(n, axis=1) / 7 ; np.outer(i, i) / 7
np.outer(i, v) ; i[:, None] * v ; np.where(x > 0.5, x, y) ; np.where(b, 0.0, x) ; np.where(b)[0]
np.where(b, x, -np.inf) ; np.clip(y, -1, 1) ; np.clip(y, None, 0.5) ; np.clip(y, a_min=0, a_max=None)
np.select([x > 0.7, x > 0.4], [x, y], 0.1) ; np.piecewise(v, [v > 0.5], [lambda a: a * 2, 0.0])
np.searchsorted(np.sort(v), 0.5) ; np.digitize(v, [0.3, 0.6])
np.searchsorted(np.sort(v), x, side='right') ; np.sort(x, axis=None) ; np.argsort(-x)
np.argsort(np.argsort(v)) ; np.unique(v, return_inverse=True)[1] ; np.unique(i, return_counts=True)[1] / 7
np.median(x, axis=1) ; np.quantile(v, 0.3) ; np.quantile(x, [0.1, 0.5], axis=1) ; np.percentile(v, 25)
np.lexsort((v, -v)) ; np.take_along_axis(x, np.argsort(x, -1), -1) ; np.take(x, i, axis=0) ; np.take(v, 2)
np.argmax(x, -1, keepdims=True) ; np.isin(i, [0, 1]) ; np.nonzero(b)[1] ; np.extract(b, x)
np.compress([True, False, True], x, axis=0) ; np.concatenate([x, y]) ; np.concatenate([x, y], axis=-1)
np.concatenate([[1.0], v]) ; np.concatenate((v, n[0])) ; np.stack([x, y], -1) ; np.stack([v, 2 * v])
np.hstack([x, y]) ; np.vstack([v, v]) ; np.column_stack([v, v]) ; np.append(v, 1.0) ; np.append(0, v)
np.append([1.0], v) ; np.insert(v, 0, 1.0) ; v ; np.block([[m, m], [m, p]]) ; np.pad(v, 1)
np.pad(x, ((0, 0), (1, 0)), constant_values=1.0) ; np.delete(v, 1) ; np.tile(v, (2, 1)) ; np.repeat(v, 2)
np.repeat(x, [1, 2, 1], axis=0) ; np.roll(v, 1) ; np.roll(x, -1, axis=1) ; np.split(v, 2)[1]
np.array_split(v, 3)[0] ; np.moveaxis(z, 0, -1) ; np.swapaxes(z, 0, 2) ; np.expand_dims(x, 1)
np.transpose(z, (1, 0, 2)) ; np.squeeze(x[None]) ; np.broadcast_to(v, (3, 4))
np.broadcast_arrays(v, x)[0] ; np.reshape(x, (6, 2)) ; np.rot90(m) ; np.triu(m, 1) ; np.tril(m, -1)
np.diag(m) ; np.diag(v) ; np.diagonal(z, 0, 1, 2) ; np.meshgrid(v, v)[1] ; np.atleast_2d(v)
np.flip(x, 1) ; x[::-1] ; np.array([v, v]) ; np.array([t, 1, v[0]]) ; np.array([[t, 0], [0, t]])
np.array(x, dtype=float) ; np.array([1, 2, 3]) / 7 ; np.asarray(3) / 7 ; np.array([0.1, 0.2])
np.array(t) ; np.asarray([x.sum(), x.mean()]) ; np.matrix_transpose(z) ; np.permute_dims(z, (1, 0, 2))
np.zeros(3) ; np.zeros((2, k)) ; np.ones_like(x) * t ; np.full(3, t) ; np.full((2, 2), -np.inf)
np.full_like(x, 0.5) ; np.zeros(3, dtype=int) ; np.zeros(3, dtype=bool) ; np.ones(3, x.dtype)
np.eye(3) * t ; np.identity(3) ; np.tri(3) ; np.linspace(0, 1, 7) ; np.linspace(t, 2, 5, endpoint=False)
np.linspace(0, 1, 4)[:, None] * v ; np.linspace(1e-4, 0.02, 5) ** 0.5 ; np.logspace(-2, 0, 4)
np.geomspace(0.1, 10, 4) ; np.vander(v, 3) ; np.polyval([1, 2, 3], v) ; np.zeros_like(x, dtype=int)
np.indices((2, 3))[1] / 7 ; np.fromfunction(lambda a, c: a / (c + 1), (2, 3))
np.vectorize(lambda a: math.exp(a))(v) ; np.apply_along_axis(lambda a: a / a.sum(), 1, x)
np.array(range(4)) / 7 ; np.diff(v, prepend=0) ; np.diff(v, 2) ; np.trapezoid(v, dx=0.1)
np.trapezoid(x, v) ; np.interp(t, np.sort(v), v) ; np.interp([0.0, 0.5, 1.0], np.sort(v), v)
np.dot(x, v) ; np.dot(m, p) ; np.dot(v, 2.0) ; np.dot(v, v) ; np.vdot(m, p) ; np.inner(x, x)
np.outer(v, v) ; np.outer(v, [1.0, 2.0]) ; np.kron(m, p) ; np.cross(m, p) ; np.trace(p)
np.trace(z[:, :, :3], axis1=-2, axis2=-1) ; np.tensordot(z, x, 2)
np.tensordot(x, z, axes=([0, 1], [1, 2])) ; np.matmul(z, x.T) ; np.matmul(x, v)
np.einsum('ij,kj->ik', x, x) ; np.einsum('bij,ij->b', z, x) ; np.einsum('ii', m)
np.einsum('...i,...i->...', z, x) ; np.einsum('i,j', v, v) ; np.convolve(v, [1.0, 2.0])
np.convolve(v, v, mode='same') ; np.convolve(v, [0.5, 0.5], 'valid') ; np.cov(x, rowvar=False)
np.cov(x.T, bias=True) ; np.cov(x, aweights=v) ; np.corrcoef(v, v[::-1])
np.average(x, axis=1, weights=v) ; np.average(x, weights=x) ; np.add.reduce(x) ; np.add.reduce(x, axis=1)
np.multiply.accumulate(v) ; np.maximum.accumulate(y, axis=1) ; np.logaddexp.reduce(x, axis=1)
np.multiply.reduce(x, axis=(0, 1)) ; np.maximum.reduce(x, axis=-1, keepdims=True) ; np.add.outer(v, v)
np.subtract.outer(v, i) ; np.minimum.accumulate(v) ; np.logaddexp.accumulate(v)
np.exp(x, out=np.zeros_like(x)) ; np.divide(x, y, out=np.zeros_like(x), where=b)
np.log(y, where=b, out=np.zeros_like(y)) ; np.sum(x, where=b) ; np.mean(x, axis=1, where=x > 0)
np.max(x, initial=0.0) ; np.sum([v, v], axis=0) ; np.mean([t, 1.0]) ; np.max([t, 1]) ; np.prod([t, k])
np.linalg.solve(p, m) ; np.linalg.solve(p, m[0]) ; np.linalg.inv(p) ; np.linalg.det(m)
np.linalg.slogdet(p)[1] ; np.linalg.cholesky(p) ; np.linalg.eigvalsh(p) ; np.linalg.eigh(p)[0]
np.linalg.eigh(p).eigenvalues ; np.sort(np.linalg.eigvals(p))
np.sum(np.sqrt(np.linalg.eigvals(p @ (p + 1)))) ; np.linalg.svd(m)[1] ; np.linalg.svd(m, compute_uv=False)
np.linalg.svdvals(x) ; np.linalg.norm(x) ; np.linalg.norm(x, axis=-1) ; np.linalg.norm(v, 1)
np.linalg.norm(x, axis=1, keepdims=True) ; np.linalg.norm(v, np.inf) ; np.linalg.norm(m, 2)
np.linalg.norm(m, 'nuc') ; np.linalg.norm(v, ord=3) ; np.linalg.matrix_power(m, 3)
np.linalg.multi_dot([m, p, m]) ; np.linalg.pinv(x.T) ; np.linalg.cond(p)
np.linalg.vector_norm(x, axis=0) ; np.linalg.matrix_norm(m) ; np.linalg.trace(p)
(lambda w, q: (q * np.sqrt(w)) @ q.T)(*np.linalg.eigh(p)) ; np.linalg.inv(np.stack([p, p]))
np.abs(np.linalg.eig(p)[0]).max() ; np.exp(1j * x) ; np.abs(np.exp(1j * y))
(x + 1j * y) * np.exp(1j * t) ; np.real(np.exp(1j * x)) ; ((x + 1j * y) ** 2).imag ; np.conj(x + 1j * y)
complex(t, 1) * x ; np.angle(x + 1j * y) ; np.sqrt(y + 0j).real
np.sum((x + 1j * y) * np.conj(x - 1j * y)) ; (m + 1j * p) @ m ; math.log(8, 2) ; math.log(k)
math.sqrt(2) ; math.pow(t, 2) ; math.hypot(t, 1) ; math.atan2(t, -1) ; math.pi / 4 ; math.fsum([t, t])
math.prod([t, k]) ; math.comb(5, 2) / 7 ; math.isclose(t, 0.3) ; math.copysign(t, -1)
math.dist([t, 0], [0, t]) ; math.tau * t ; math.e ; math.log(x[0, 0]) ; math.exp(v.sum())
"""
EXPRESSIONS = [
    *(f"np.{name}(x)" for name in UNARY.split()),
    *(f"np.{name}(x, np.abs(y))" for name in BINARY.split()),
    *(f"math.{name}(t)" for name in MATH.split()),
    *(one for line in OTHERS.strip().splitlines() for one in line.split(" ; ")),
]


def _function(expression):
    return eval(f"lambda {', '.join(GIVEN)}: {expression}", {"np": np, "math": math})


def _flat(value):
    """The numbers of a result, and its shape."""
    if isinstance(value, list | tuple):
        parts = [_flat(part) for part in value]
        return [number for numbers, _ in parts for number in numbers], [shape for _, shape in parts]
    if issubclass(type(value), Enclosed):
        return list(as_balls(value).flat), tuple(value.data.shape)
    host = np.asarray(value)
    return host.reshape(-1).tolist(), host.shape


def _near(ball, number):
    """Whether the ball is narrow, and float64 near to it."""
    if isinstance(ball, acb):
        return _near(ball.real, complex(number).real) and _near(ball.imag, complex(number).imag)
    if not hasattr(ball, "is_finite"):
        return ball == number
    number = number.real if isinstance(number, complex) else number
    if not ball.is_finite():
        return ball.is_exact() and (float(ball) == number or (math.isnan(float(ball)) and math.isnan(number)))
    return float(ball.rad()) < 1e-25 and abs(float(ball.mid()) - number) <= 1e-12 * max(1.0, abs(number))


@pytest.mark.parametrize("expression", dict.fromkeys(EXPRESSIONS))
def test_as_numpy(expression):
    function = _function(expression)
    with np.errstate(all="ignore"):
        expected, shape = _flat(function(**copy.deepcopy(GIVEN)))
    got, got_shape = _flat(on_balls(function, 128)(**GIVEN))
    assert got_shape == shape
    assert len(got) == len(expected)
    wrong = [(str(g), e) for g, e in zip(got, expected, strict=True) if not _near(g, e)]
    assert not wrong


DIRECT = [
    one
    for one in EXPRESSIONS
    if one.startswith(("np.linalg.", "x.", "z.", "np.add.", "np.multiply.", "np.maximum.", "x "))
    or one in [f"np.{name}(x)" for name in UNARY.split()]
    or one in [f"np.{name}(x, np.abs(y))" for name in BINARY.split()]
]


@pytest.mark.parametrize(
    "expression", [one for one in DIRECT if "zeros_like" not in one and "[m, p" not in one]
)
def test_by_numpys_protocols_alone(expression):
    """The same where nothing is bound anew: NumPy itself finds what answers for arrays of balls."""
    function = _function(expression)
    arrays = {name: enclosed(value) if name in "xyzvmp" else value for name, value in GIVEN.items()}
    with np.errstate(all="ignore"):
        expected, shape = _flat(function(**copy.deepcopy(GIVEN)))
        with WorkingPrecision(128):
            got, got_shape = _flat(function(**arrays))
    assert got_shape == shape
    assert not [(str(g), e) for g, e in zip(got, expected, strict=True) if not _near(g, e)]


def test_in_place():
    with WorkingPrecision(128):
        a = enclosed(np.asarray([1.0, 2.0, 3.0]))
        view, copied, first = a[1:], a.copy(), a[0]
        a += 1
        a[a > 3] = 0.5
        first += 1
        view[0] /= 3
        assert [float(x.mid()) for x in a.data] == [2.0, 1.0, 0.5]
        assert [float(x.mid()) for x in copied.data] == [1.0, 2.0, 3.0]
        assert float(first.data[()].mid()) == 2.0
        with pytest.raises(TypeError):
            first[...] = 1
        with pytest.raises(NotEnclosedError, match="array of floats"):
            np.add(a, 1, out=np.zeros(3))
        with pytest.raises(NotEnclosedError, match="asked for its floats"):
            np.zeros(3)[...] = a
        with pytest.raises(NotEnclosedError, match=r"float\(\)"):
            math.exp(a[0])


def test_comparisons_that_the_balls_do_not_decide():
    with WorkingPrecision(64):
        near = np.sqrt(enclosed(2.0)) ** 2 - 2
        for ask in (lambda: near > 0, lambda: near == 0, lambda: bool(near), lambda: max(near, 0)):
            with pytest.raises(UndecidedError):
                ask()
        assert near.item() is not None
        assert bool(near < 1e-9)
