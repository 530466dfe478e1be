"""The backend-swapping experiment: the same inputs in several ways to run, and what moves.

ways        library, device, dtype, compiled or not, TF32 or not, threads
running     one call in one way, twice
bounds      how far a result may be off: the roundings of the reference's own algorithm
meeting     two ways beside each other, and one beside the proven values
experiment  one function in all ways
program     a program that shows where two ways differ most
report      text, JSON and the exit code
python      the experiment as Python asks for it
"""

from .experiment import Swapped
from .python import swap

__all__ = ["Swapped", "swap"]
