"""What a function needs of its backend beyond elementwise operations, reductions and stacking.

`@public(…, needs="indexing cumulative")` says it beside the function; skips, documentation and compilation
tests derive from it:
"indexing" (integer-array take), "cumulative" (cumulative_sum, cumulative_prod), "sort", "linalg",
"loops" (many dependent steps, whose graph a lazy library evaluates anew at every look), "eager"
(host functions: algorithms whose control flow depends on values; never compiled), "host" (eager ones
that compute in NumPy float64 or on Python floats, whatever the library), and "rational" (eager ones that take
numbers as the rationals that they are, and decide in those).
"""

KNOWN = frozenset({"indexing", "cumulative", "sort", "linalg", "loops", "eager", "host", "rational"})
