"""python -m refimpl.proofs"""

from .commands.entry import main

if __name__ == "__main__":  # the processes of a pool import this module, too
    main()
