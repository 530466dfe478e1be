"""NumPy on balls, for code that was written for arrays of float64 (see proofs/auditing/enclosed.py).

_formats     the dtype that arrays say they have; leaving balls
_arrays      arrays of balls that stand for NumPy's, and scalars
_integers    integers that stay exact, and become balls where floats would arise
_elementary  functions of elements by the names of NumPy's and SciPy's ufuncs
_ufuncs      NumPy's protocol of ufuncs
_sums, _order, _products, _filling, _linalg   functions of NumPy
_functions   NumPy's protocol of functions
_creation, _types, _math, _modules   what stands for the modules numpy, math and scipy
"""

from . import _functions as _functions  # these put in what arrays answer with
from . import _modules as _modules
