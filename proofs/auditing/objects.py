"""Classes, modules and schedulers as functions: made with some of the arguments, called with the others."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..._errors import RefimplError
from ..._libraries import array_namespace, is_array
from ..engine import registry
from ..language.law import Implementation
from ..language.packing import mapped_arrays
from .signatures import PLACEMENT, SYNONYMS, Parameter, parameters, signature


class TargetError(RefimplError, LookupError):
    """The function to audit does not exist as named."""


LENGTHS = (
    "normalized_shape",
    "dim",
    "hidden_size",
    "d_model",
    "features",
    "num_features",
    "ndim",
    "size",
    "n",
)
"""What the class of a norm calls the length of the last axis."""
STATE: Mapping[str, tuple[str, ...]] = {
    "gamma": ("weight", "gamma", "scale", "g"),
    "beta": ("bias", "beta", "b"),
    "eps": ("eps", "epsilon", "variance_epsilon"),
}
"""What modules keep that refimpl has as arguments."""
_SCHEDULER = ("add_noise", "alphas_cumprod", "set_timesteps")


def as_function(name: str, found: Any, adapter: str = "") -> Implementation:
    """What a target is, as a function; an ordinary function is itself. `adapter` is the id of one.

    Raises
    ------
    TargetError
        for what cannot be called as a function: a method without its object, an object without a call.
    """
    if isinstance(found, type):
        if any(base.__module__ == "torch.autograd.function" for base in found.__mro__):
            return _of_autograd(found)
        return _of_class(name, found, adapter)
    if inspect.ismodule(found) or not callable(found):
        raise TargetError(_not_callable(name, found))
    _refuse_loose_method(name, found)
    if callable(getattr(found, "forward", None)) and not inspect.isroutine(found):
        return _of_module(name, found)
    return found


def _refuse_loose_method(name: str, found: Any) -> None:
    """Refuse a function of a class, without an object to call it on."""
    inner = inspect.unwrap(found)
    place = getattr(inner, "__qualname__", "").rpartition("<locals>.")[2].split(".")
    own = parameters(inner) if inspect.isfunction(inner) else None
    if len(place) == 2 and own and own[0].name == "self":
        kind, method = place
        raise TargetError(
            f"audit: {name}: {kind}.{method} is a method: it needs an object of {kind} to be called on. "
            f"Write a function that makes one: def mine(...): return {kind}(...).{method}(...)"
        )


def _not_callable(name: str, found: Any) -> str:
    kind = type(found).__name__
    text = f"audit: {name}: got a {kind}; expected a function"
    if inspect.ismodule(found):
        return text
    if any(hasattr(found, member) for member in _SCHEDULER):
        return (
            f"{text}. An object with a schedule of its own cannot be tried on others: give its class, or a "
            "function that makes one of betas, with the adapter scheduler"
        )
    methods = [m for m in dir(found) if not m.startswith("_") and callable(getattr(found, m, None))]
    return f"{text}; it has the methods {', '.join(methods[:6])}: give one of these" if methods else text


@dataclass(frozen=True, slots=True)
class _Use:
    """How objects of a class are made and called."""

    name: str
    kind: type
    made: Sequence[Parameter]
    """Parameters of the constructor."""
    called: Sequence[Parameter]
    """Parameters of a call, without the object."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of the constructor that an object of the user's shows."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        given = dict(
            inspect.Signature(list(signature(self.name).values())).bind_partial(*args, **kwargs).arguments
        )
        array = next((value for value in given.values() if is_array(value)), None)
        first = dict(self.settings)
        for argument in [n for n, value in given.items() if not is_array(value)]:
            if (parameter := _parameter(argument, self.made)) is not None:
                first[parameter] = given.pop(argument)
        if (length := _length(self.made, first)) and array is not None:
            first[length] = array.shape[-1]
        made = _placed(self.kind(**first), array)
        if attribute := registry.facts().attributes.get(self.name):
            return _plain(getattr(made, attribute))
        for argument in [n for n in STATE if n in given and _parameter(n, self.called) is None]:
            if (value := given.pop(argument)) is not None:
                _set(made, argument, value)
        return mapped_arrays(made(*[value for value in given.values() if value is not None]), _plain)

    @property
    def __signature__(self) -> inspect.Signature:
        """As much of refimpl's signature as the class takes or keeps."""
        own = [*self.made, *self.called]
        return inspect.Signature(
            [
                parameter
                for argument, parameter in signature(self.name).items()
                if argument not in PLACEMENT
                and (
                    parameter.default is parameter.empty
                    or _parameter(argument, own) is not None
                    or (argument in ("gamma", "beta"))
                )
            ]
        )

    @property
    def __name__(self) -> str:
        return self.kind.__name__


def _parameter(argument: str, own: Sequence[Parameter]) -> str | None:
    """The parameter that an argument of refimpl's goes to, by name."""
    names = (argument, *SYNONYMS.get(argument, ()), *STATE.get(argument, ())[:1])
    return next((p.name for p in own if p.name in names), None)


def _length(made: Sequence[Parameter], first: Mapping[str, Any]) -> str:
    """A parameter of the constructor that wants the length of the last axis."""
    return next(
        (p.name for p in made if p.name in LENGTHS and p.name not in first and p.default is p.empty), ""
    )


def _of_autograd(kind: Any) -> Implementation:
    """A class of torch.autograd.Function: its `apply`, with the parameters of its `forward`."""
    own = list(inspect.signature(kind.forward).parameters.values())
    if "setup_context" not in _names(kind) - _names(kind.__mro__[1]):  # forward has the context first
        own = own[1:]
    signature = inspect.Signature(own)

    def function(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return kind.apply(*bound.args, *bound.kwargs.values())

    function.__signature__ = signature  # type: ignore[attr-defined]
    function.__name__ = kind.__name__
    return function


def _of_class(name: str, kind: type, adapter: str) -> Implementation:
    if adapter.endswith("/scheduler"):
        return _scheduler(kind)
    method = getattr(kind, "forward", None) or (kind.__call__ if "__call__" in _names(kind) else None)
    if method is None and name not in registry.facts().attributes:
        raise TargetError(
            f"audit: {name}: got the class {kind.__name__}, whose objects cannot be called. Write a function "
            f"that makes one and calls what is meant: def mine(...): return {kind.__name__}(...).method(...)"
        )
    return _Use(name, kind, parameters(kind) or [], (parameters(method) or [])[1:] if method else [])


def _names(kind: type) -> set[str]:
    """What a class and those that it is made of define."""
    return {name for base in kind.__mro__ for name in vars(base)}


def _of_module(name: str, module: Any) -> Implementation:
    """A module with its own settings; one that is of a fixed length is made anew for others."""
    kind = type(module)
    made, called = parameters(kind) or [], parameters(module.forward) or []
    if _length(made, {}):
        kept = {
            p.name: getattr(module, p.name)
            for p in made
            if p.name in STATE["eps"] and hasattr(module, p.name)
        }
        return _Use(name, kind, made, called, kept)
    return _Use(name, _Copies(module), [], called)  # type: ignore[arg-type]


class _Copies:
    """In the place of a class: gives the one module that there is."""

    def __init__(self, module: Any) -> None:
        self.module, self.__name__ = module, type(module).__name__

    def __call__(self) -> Any:
        return self.module


def _set(made: Any, argument: str, value: Any) -> None:
    """Put an argument where an object keeps it."""
    place = next((attribute for attribute in STATE[argument] if hasattr(made, attribute)), None)
    if place is None:
        return
    old = getattr(made, place)
    if type(old).__name__ == "Parameter":  # of torch
        value = type(old)(value.detach().clone())
    setattr(made, place, value)


def _placed(made: Any, array: Any) -> Any:
    """A module of torch in the dtype and on the device of an array, and not in training."""
    if not hasattr(made, "to") or not hasattr(made, "eval") or array is None:
        return made
    real = array_namespace(array).isdtype(array.dtype, "real floating")
    return made.to(device=array.device, **({"dtype": array.dtype} if real else {})).eval()


def _plain(array: Any) -> Any:
    return array.detach() if hasattr(array, "detach") else array


def _scheduler(kind: type) -> Callable[..., Any]:
    """A class of schedulers as a function of betas."""
    own = [p.name for p in parameters(kind) or []]
    table = next((n for n in ("betas", "trained_betas", "beta") if n in own), None)
    length = next((n for n in ("num_train_timesteps", "timesteps", "num_timesteps") if n in own), None)
    if table is None:
        return kind

    def scheduler(betas: Any) -> Any:
        given: dict[str, Any] = {table: betas}
        if length:
            given[length] = int(betas.shape[0])
        return kind(**given)

    return scheduler
