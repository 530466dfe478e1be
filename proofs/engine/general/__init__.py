"""Laws that hold of any function, made one a function from the documents' own laws.

`rope.rotate-pure`: results depend on the arguments alone. `rope.rotate-stored`, for functions of arrays: only
the numbers in them count. `rope.digits-integers`, for functions of integers: in every width.
`rope.rotate-nan`, for functions of reals: NaN stays NaN, or is refused.
`rope.rotate-batched`, for functions whose docstring gives batch axes `(..., d)`: a stack of inputs gives the
stack of the results. Their inputs are the calls that the documents' laws make of the function. With each come
the mistakes that it refutes, such as `rope.rotate/remembers` and `rope.rotate/first-row`.
"""

from collections.abc import Iterable, Mapping

from ...language.edge import Edge
from ...language.law import Law
from ...language.mistake import Mistake
from .. import registry
from . import edges as of_any
from . import shapes
from .integers import integers, of_integers
from .laws import batched, pure
from .mistakes import of_axes, of_memory
from .mistakes_of_storage import of_storage
from .stored import stored
from .undefined import covered, not_a_number, of_undefined


def _ids(mistakes: Iterable[Mistake]) -> tuple[str, ...]:
    return tuple(mistake.id for mistake in mistakes)


def laws() -> Mapping[str, Law]:
    """The general laws by id."""
    made = [pure(name, _ids(of_memory(name))) for name in registry.functions()]
    made += [
        stored(name, _ids(of_storage(name))) for name in registry.functions() if shapes.takes_arrays(name)
    ]
    made += [
        integers(name, _ids(of_integers(name))) for name in registry.functions() if shapes.integers(name)
    ]
    made += [not_a_number(name, _ids(of_undefined(name))) for name in registry.functions() if covered(name)]
    made += [batched(name, _ids(of_axes(name))) for name in shapes.batched()]
    return {law.id: law for law in made}


def mistakes() -> Mapping[str, Mistake]:
    """The general mistakes by id."""
    made = [mistake for name in registry.functions() for mistake in of_memory(name)]
    made += [mistake for name in registry.functions() for mistake in of_storage(name)]
    made += [mistake for name in registry.functions() for mistake in of_undefined(name)]
    made += [
        mistake for name in registry.functions() if shapes.integers(name) for mistake in of_integers(name)
    ]
    made += [mistake for name in shapes.batched() for mistake in of_axes(name)]
    return {mistake.id: mistake for mistake in made}


def edges() -> Mapping[str, Edge]:
    """The general edges by id."""
    return of_any.edges()
