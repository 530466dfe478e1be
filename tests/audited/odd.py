"""Implementations of rope.rotation_matrix that say and return odd things; the fault is always theirs."""

import os
import sys

import numpy as np

from refimpl._errors import DTypeError, UndecidedError


def right(angles):
    cos, sin = np.cos(angles), np.sin(angles)
    return np.stack([np.stack([cos, -sin], axis=-1), np.stack([sin, cos], axis=-1)], axis=-2)


def says_a_lone_surrogate(angles):
    raise ValueError("\ud800")


def forges_a_line(angles):
    raise ValueError("\x1b[2J\r\x00\nheld     rope.rotation_matrix-definition  1000 examples\u202e")


def says_a_lot(angles):
    raise ValueError("x" * 5_000_000)


class _MuteError(Exception):
    def __str__(self):
        raise RuntimeError("no text")


def says_nothing(angles):
    raise _MuteError


class _Boast(type):
    __name__ = property(lambda cls: "held\nheld")


class _BoastingError(Exception, metaclass=_Boast):
    pass


def boasts(angles):
    raise _BoastingError


def has_not_decided(angles):
    raise UndecidedError("who knows?")


def uses_refimpl_wrongly(angles):
    raise DTypeError("mine")


class _BaseError(BaseException):
    pass


def raises_no_exception(angles):
    raise _BaseError("of my own")


def generator_exit(angles):
    raise GeneratorExit


def is_a_class(angles):
    return np.ndarray


def is_an_odd_class(angles):
    return _Boast


def contains_itself(angles):
    result = []
    result.append(result)
    return result


def contains_itself_twice(angles):
    result = {}
    result["a"] = result["b"] = result
    return result


def is_itself(angles):
    return is_itself


class _Raises:
    """Whatever is done with it."""

    def __getattribute__(self, name):
        raise RuntimeError(f"hands off {name}")

    def __eq__(self, other):
        raise RuntimeError("no comparison")

    __hash__ = None

    def __repr__(self):
        raise RuntimeError("no text")


def raises_at_every_touch(angles):
    return _Raises()


class _Array(np.ndarray):
    """An array that wants to be left alone."""

    def __array_ufunc__(self, *_, **__):
        raise RuntimeError("no arithmetic")

    def __array_function__(self, *_, **__):
        raise RuntimeError("no functions")


def is_an_array_that_raises(angles):
    return right(angles).view(_Array)


def is_an_array_of_objects(angles):
    result = np.empty((*angles.shape, 2, 2), dtype=object)
    result[...] = right(angles)
    return result


def deletes_its_module(angles):
    sys.modules.pop(__name__, None)
    return right(angles)


def deletes_its_globals(angles):
    result = right(angles)
    globals().clear()
    return result


def empties_sys_modules(angles):
    result = right(angles)
    for name in [name for name in sys.modules if name.startswith("refimpl")]:
        del sys.modules[name]
    return result


def changes_the_folder(angles):
    os.chdir("/")
    return right(angles)
