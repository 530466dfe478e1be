"""Runge–Kutta methods as data that check their own identities."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from .. import _xp
from .._errors import DomainError, told
from .._typing import Namespace

Row = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Tableau:
    """An explicit Runge–Kutta method; rows map a stage to its weight, zeros left out.

    Built only if Σ_j a_ij = c_i and Σ_i b_i c_i^k = 1/(k+1) for k < order, so that a mistyped
    weight does not survive.
    """

    order: int
    a: tuple[Row, ...]
    b: Row
    c: tuple[float, ...]

    def __post_init__(self) -> None:
        if not all(isinstance(weight, float) for weight in self.b.values()):
            return  # a copy of a method that was checked
        for stage, (row, node) in enumerate(zip(self.a, self.c, strict=True)):
            _require(row, f"row {stage}", row.values(), node)
        for power in range(self.order):
            terms = [weight * self.c[stage] ** power for stage, weight in self.b.items()]
            _require(self.b, f"Σ b c^{power}", terms, 1 / (power + 1))


def exact(tableau: Tableau, xp: Namespace) -> Tableau:
    """A method whose weights are sixths, in the arithmetic of the namespace."""
    if _xp.rounds(xp):
        return tableau

    def row(of: Row) -> Row:
        return {stage: _xp.number(Fraction(weight).limit_denominator(6), xp) for stage, weight in of.items()}

    return replace(tableau, a=tuple(map(row, tableau.a)), b=row(tableau.b))


def _require(row: Row, name: str, terms: Iterable[float], expected: float) -> None:
    total = math.fsum(terms)
    if abs(total - expected) > 8 * 2.0**-53 * (1 + sum(map(abs, row.values()))):
        raise DomainError(told("flow.Tableau", name, total, f"{expected}"))


EULER = Tableau(1, ({},), {0: 1.0}, (0.0,))
HEUN = Tableau(2, ({}, {0: 1.0}), {0: 0.5, 1: 0.5}, (0.0, 1.0))
RK4 = Tableau(
    4,
    ({}, {0: 0.5}, {1: 0.5}, {2: 1.0}),
    {0: 1 / 6, 1: 1 / 3, 2: 1 / 3, 3: 1 / 6},
    (0.0, 0.5, 0.5, 1.0),
)

# Dormand and Prince's method of order 8, and its difference from the embedded method of order 5:
# E. Hairer, S. P. Nørsett, G. Wanner, Solving Ordinary Differential Equations I, II.5 (DOP853).
DOP853 = Tableau(
    8,
    (
        {},
        {0: 0.05260015195876773187855875445},
        {0: 0.01972505698453789945445953292, 1: 0.05917517095361369836337859875},
        {0: 0.02958758547680684918168929938, 2: 0.08876275643042054754506789813},
        {
            0: 0.2413651341592666855023697987,
            2: -0.8845494793282860853448649627,
            3: 0.9248340032617920031157379665,
        },
        {
            0: 0.03703703703703703703703703704,
            3: 0.1708286087294738712796044822,
            4: 0.1254676875668224250166918141,
        },
        {
            0: 0.037109375,
            3: 0.1702522110195440393149780603,
            4: 0.06021653898045596068502193973,
            5: -0.017578125,
        },
        {
            0: 0.03709200011850479271087793198,
            3: 0.1703839257122399938102140547,
            4: 0.1072620304463732846518091992,
            5: -0.01531943774862440175279361582,
            6: 0.00827378916381402288758473766,
        },
        {
            0: 0.6241109587160757171144295778,
            3: -3.360892629446941294068571098,
            4: -0.8682193468417260068181898915,
            5: 27.59209969944670830494156008,
            6: 20.1540675504778934086186789,
            7: -43.48988418106995884773662551,
        },
        {
            0: 0.4776625364382643658904339085,
            3: -2.488114619971667641926425865,
            4: -0.5902908268368429963714464757,
            5: 21.23005144818119423472889499,
            6: 15.27923363288242358325969229,
            7: -33.28821096898486291944532656,
            8: -0.02033120170850862613582229286,
        },
        {
            0: -0.9371424300859873257170402166,
            3: 5.186372428844063708300238532,
            4: 1.091437348996729578185002547,
            5: -8.149787010746926125139972674,
            6: -18.52006565999695986415661807,
            7: 22.73948709935050428189700567,
            8: 2.493605552679652389870893968,
            9: -3.046764471898219500382366902,
        },
        {
            0: 2.273310147516538207923597684,
            3: -10.53449546673725019840666899,
            4: -2.000872058224862499096757184,
            5: -17.95893186311879891727659505,
            6: 27.94888452941996005084998088,
            7: -2.858998277135023694740655087,
            8: -8.872856933530629544335492893,
            9: 12.36056717579430306472662015,
            10: 0.643392746015763530355970484,
        },
    ),
    {
        0: 0.05429373411656876223805357664,
        5: 4.450312892752408881441139506,
        6: 1.89151789931450038304281599,
        7: -5.801203960010584781467211423,
        8: 0.3111643669578198944089160624,
        9: -0.1521609496625160785561788068,
        10: 0.2013654008040303483747765375,
        11: 0.0447106157277725905176885569,
    },
    (
        0.0,
        0.05260015195876773187855875445,
        0.07890022793815159781783813167,
        0.1183503419072273967267571975,
        0.2816496580927726032732428025,
        0.3333333333333333333333333333,
        0.25,
        0.3076923076923076923076923077,
        0.6512820512820512820512820513,
        0.6,
        0.8571428571428571428571428571,
        1.0,
    ),
)
DOP853_ERROR: Row = {
    0: 0.01312004499419488073250102996,
    5: -1.225156446376204440720569753,
    6: -0.4957589496572501915214079952,
    7: 1.664377182454986536961530415,
    8: -0.350328848749973681688648729,
    9: 0.3341791187130174790297318841,
    10: 0.08192320648511571246570742613,
    11: -0.02235530786388629525884427845,
}
