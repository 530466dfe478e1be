"""python -m refimpl.proofs"""

from .cli import main

main()
