"""Right functions that take their arguments in another way than refimpl, and wrong ones of the same form."""

import itertools
import math

import numpy as np


def turned(x, angles):
    z = (x[..., 0::2] + 1j * x[..., 1::2]) * np.exp(1j * angles)
    return np.stack([z.real, z.imag], axis=-1).reshape(*z.shape[:-1], x.shape[-1])


def angles_first(theta, x):
    return turned(x, theta)


def keywords_only(*, x, angles):
    return turned(x, angles)


def any_arguments(*arguments):
    return turned(*arguments)


def any_keywords(**named):
    if named.get("layout", "interleaved") != "interleaved":
        raise NotImplementedError("layout half")
    return turned(named["x"], named["angles"])


def with_cache(x, angles, cache):
    return turned(x, angles)


def by_tables(x, cos, sin):
    first, second = np.split(x, 2, axis=-1)
    return x * cos + np.concatenate([-second, first], axis=-1) * sin


def one_row(x, angles):
    assert x.ndim == angles.ndim == 1
    return turned(x, angles)


def one_half_row(x, angles):
    assert x.ndim == angles.ndim == 1
    a, b = np.split(x, 2)
    return np.concatenate([a * np.cos(angles) - b * np.sin(angles), a * np.sin(angles) + b * np.cos(angles)])


def equal_shapes(x, angles):
    if x.shape[:-1] != angles.shape[:-1]:
        raise ValueError("unlike shapes")
    return turned(x, angles)


def with_more(x, angles):
    return turned(x, angles), {"seconds": 0.1}


def numpy_alone(x, angles):
    assert type(x) is type(angles) is np.ndarray
    return turned(x, angles)


def cosine_number(u, v):
    u, v = (w / np.max(np.abs(w)) for w in (u, v))
    return float(np.clip(np.dot(u, v) / math.sqrt(np.dot(u, u)) / math.sqrt(np.dot(v, v)), -1, 1))


def inv_freq(dim, base):
    return 1.0 / base ** (np.arange(0, dim, 2) / dim)


def frequencies_of_llama3(dim):
    return inv_freq(dim, 500000.0)


def llama3_renamed(dim, theta, k, low, high, old, power=1):
    turns = old * inv_freq(dim, theta) / (2 * math.pi)
    keep = np.clip((turns - low) / (high - low), 0, 1)
    keep = keep**power
    return inv_freq(dim, theta) * (keep + (1 - keep) / k)


def llama3_wrong(dim, theta, k, low, high, old):
    return llama3_renamed(dim, theta, k, low, high, old, power=2)


def yarn_of_the_code(dim, base, factor, train_length, beta_slow=1.0, beta_fast=32.0, outwards=True):
    def index(turns):
        return dim * math.log(train_length / (turns * 2 * math.pi)) / (2 * math.log(base))

    low, high = index(beta_fast), index(beta_slow)
    low, high = (math.floor(low), math.ceil(high)) if outwards else (math.ceil(low), math.floor(high))
    low, high = max(low, 0), min(high, dim - 1)
    keep = 1 - np.clip((np.arange(dim // 2) - low) / (high - low or 0.001), 0, 1)
    return inv_freq(dim, base) * (keep + (1 - keep) / factor)


def yarn_rounded_inwards(dim, base, factor, train_length, beta_slow=1.0, beta_fast=32.0):
    return yarn_of_the_code(dim, base, factor, train_length, beta_slow, beta_fast, outwards=False)


def euler(velocity, x, times):
    states = [x]
    for now, then in itertools.pairwise(times):
        states.append(states[-1] + (then - now) * velocity(now, states[-1]))
    return np.stack(states)


def euler_of_points(velocity, x, times):
    step, states = (times[-1] - times[0]) / len(times), [x]
    for now in times[:-1]:
        states.append(states[-1] + step * velocity(now, states[-1]))
    return np.stack(states)


def euler_state_first(field, x, times):
    return euler(lambda t, state: field(state, t), x, times)


def euler_state_first_wrong(field, x, times):
    return euler_of_points(lambda t, state: field(state, t), x, times)


def norm(x, eps, ddof=0):
    size = np.max(np.abs(x), axis=-1, keepdims=True)
    size = np.where(size > 0, size, 1)
    y = x / size
    y = y - np.mean(y, axis=-1, keepdims=True)
    y = y - np.mean(y, axis=-1, keepdims=True)
    n = x.shape[-1] - ddof
    with np.errstate(all="ignore"):
        return y / np.sqrt(np.sum(y**2, axis=-1, keepdims=True) / n + eps / size / size)


def norm_of_bert(x):
    return norm(x, 1e-12)


def norm_of_samples(x):
    return norm(x, 1e-12, ddof=1)


def norm_of_a_row(x, eps=1e-5):
    assert x.ndim == 1
    return norm(x, eps)
