"""Pages for a browser: formulas as MathML, plots as SVG, and reports of all commands as one file each.

A page needs no network and no script. The libraries that make it are the extra `report`.
"""
