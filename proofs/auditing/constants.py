"""Numbers by the names that people know them by."""

import math
from fractions import Fraction

_NAMED = {
    "√2": math.sqrt(2), "1/√2": math.sqrt(0.5), "√3": math.sqrt(3), "1/√3": 1 / math.sqrt(3),
    "π": math.pi, "2π": 2 * math.pi, "1/π": 1 / math.pi, "1/(2π)": 0.5 / math.pi, "π/2": math.pi / 2,
    "√π": math.sqrt(math.pi), "√(2π)": math.sqrt(2 * math.pi), "1/√(2π)": 1 / math.sqrt(2 * math.pi),
    "ln 2": math.log(2), "1/ln 2": 1 / math.log(2), "½ ln 2": math.log(2) / 2, "e": math.e, "1/e": 1 / math.e,
    "ln 10": math.log(10), "1/ln 10": 1 / math.log(10), "ln 2π": math.log(2 * math.pi),
    "½ ln 2π": math.log(2 * math.pi) / 2, "ln π": math.log(math.pi), "½ ln π": math.log(math.pi) / 2,
    "π/180": math.pi / 180, "180/π": 180 / math.pi, "√(2/3)": math.sqrt(2 / 3), "√(3/2)": math.sqrt(1.5),
}  # fmt: skip


def recognised(number: float, tolerance: float = 1e-6) -> tuple[float, str] | None:
    """The named constant or simple fraction that a number is near to, and its name."""
    for name, value in _NAMED.items():
        for sign, prefix in ((1, ""), (-1, "−")):
            if math.isclose(number, sign * value, rel_tol=tolerance):
                return sign * value, prefix + name
    if not math.isfinite(number):
        return None
    simple = Fraction(number).limit_denominator(16)
    if simple and abs(simple.numerator) <= 1024 and math.isclose(number, float(simple), rel_tol=tolerance):
        return float(simple), str(simple).replace("-", "−")
    power = round(math.log10(abs(number))) if number else 0
    if power and math.isclose(abs(number), 10.0**power, rel_tol=max(tolerance, 1e-9)):
        return math.copysign(10.0**power, number), f"{'−' if number < 0 else ''}1e{power}"
    return None


def text(number: float, tolerance: float = 1e-6) -> str:
    """A number, by its name if it has one."""
    found = recognised(number, tolerance)
    return found[1] if found else f"{number:.6g}"
