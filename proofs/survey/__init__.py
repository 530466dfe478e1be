"""What public libraries compute: the functions of theirs that are bound to ours, and audits of them.

Each module here without an underscore is a library; those with one are the frame. How to write one:

1. `proofs/survey/<library>.py`. At its top it imports refimpl, NumPy and the standard library alone; what it
   takes of the library is `lazy`, so that a table of all bindings imports none of them, and a function that
   has moved in some version is "not bound" there, in the process of its audit:

       LIBRARY = Library("torch", backend="torch")
       distributions = lazy("torch.distributions")

       LIBRARY.function("nn.functional.layer_norm", "residual.layer_norm", "torch.nn.functional:layer_norm",
                        adapter="normalized-shape")

       @LIBRARY.bound("distributions.Normal.log_prob", "density.normal_log_density", adapter="per-coordinate")
       def normal_log_prob(x: Any, mean: Any, std: Any, /) -> Any:
           return distributions.Normal(mean, std).log_prob(x)

   - `bound(public, function)`: the function below it calls the public one in its own convention. It says by
     NotApplicableError what the public one does not cover, and mends nothing.
   - `function(public, function, target)`: the public function itself.
   - What is expected to come out is no part of a binding. tests/panel/expected has what was seen.

2. `refimpl survey <library>`, then its lines in `tests/panel/expected/<library>.py`.
"""

import importlib
import pkgutil

from ._binding import Binding, Library, lazy

__all__ = ["Binding", "Library", "bindings", "lazy", "libraries"]


def libraries() -> dict[str, Library]:
    """All libraries that have bindings, by the names of their distributions; none of them is imported."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_"))
    found = [importlib.import_module(f".{name}", __name__).LIBRARY for name in names]
    return {library.distribution: library for library in found}


def bindings() -> dict[str, Binding]:
    """All bindings, by names such as "torch/softmax"."""
    return {it.name: it for library in libraries().values() for it in library.bindings}
