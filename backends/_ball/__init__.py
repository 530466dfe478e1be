"""The parts of the `ball` backend: an Array API namespace over arrays of Arb balls.

_precision  the working precision of one call, set and restored around it
_scalars    one ball: lifting, NaN and infinities, comparisons of three truth values
_functions  elementary functions of one ball
_dtypes     names of dtypes, promotion, finfo
_array      the array class
_elementwise, _creation, _shapes, _reductions, _linalg   functions of arrays
_numbers    numbers that are balls, and the functions of `math` for them
_ufuncs     NumPy's and SciPy's elementwise functions of such numbers
_host       NumPy's arrays of such numbers
_namespace  binds them to a precision
"""

from . import _namespace as _namespace
from . import _reals as _reals  # these put in what arrays and numbers answer with
