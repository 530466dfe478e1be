"""Names for the types that the Python Array API standard leaves open."""

from typing import Any, TypeAlias

# The standard defines arrays, namespaces, dtypes and devices by behaviour, and no
# released package types them, so the names below document intent; the laws check it.
Array: TypeAlias = Any
Namespace: TypeAlias = Any
DType: TypeAlias = Any
Device: TypeAlias = Any
