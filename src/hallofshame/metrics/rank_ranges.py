"""Which places of a ranking are sure: neighbours that differ by less than their days do cannot be told apart.

A figure of a period is a ratio of sums over its days. How far it could have come out otherwise is judged
from how much the days differ from one another: the standard error of a ratio estimator whose clusters are
days (Cochran, *Sampling Techniques*, 3rd ed. 1977, 2.11 and 6.4), or weeks where a period is long. Two
figures are told apart if their difference is significant by Student's t with the degrees of freedom of
Satterthwaite (1946), at a level shared by all comparisons of one row (Bonferroni). So the range of places
that a row may hold misses its true place in at most one of twenty periods (Mogstad, Romano, Shaikh and
Wilhelm, *Inference for Ranks*, Review of Economic Studies 91, 2024), as far as days are independent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import NormalDist
from typing import NamedTuple

FEWEST_CLUSTERS = 5
"""With fewer days (or weeks) nothing is said of the places a figure may hold."""

DOUBT = 0.05
"""A range of ranks misses the true place in at most this share of periods."""

_NORMAL = NormalDist()


class Spread(NamedTuple):
    """How far a figure may be off by chance: ``variance`` (unit of the figure, squared), and the degrees of
    ``freedom`` that this rests on.
    """

    variance: float
    freedom: float


class RankRange(NamedTuple):
    """The first and the last place that a row may hold."""

    first: int
    last: int


def spread_of(strata: Iterable[Sequence[tuple[int, int]]], scale: float = 1.0) -> Spread | None:
    """The spread of ``scale`` × Σ numerators ÷ Σ denominators.

    :param strata: the pairs (numerator, denominator) of the clusters of each stratum: of a park its days, of
        an operator the days of each of its parks. Clusters with a denominator of 0 say nothing.
    :returns: null where a stratum has under :data:`FEWEST_CLUSTERS` clusters, or there is none.

    Ten days of 100 minutes, on one of which 10 were lost, on the others none: 1 % is lost, with a standard
    error of 1 point.

    >>> spread = spread_of([[(10, 100)] + [(0, 100)] * 9], scale=100)
    >>> round(spread.variance, 6), round(spread.freedom, 6)
    (1.0, 9.0)
    """
    known = [[pair for pair in pairs if pair[1] > 0] for pairs in strata]
    if not known or any(len(pairs) < FEWEST_CLUSTERS for pairs in known):
        return None
    whole = sum(denominator for pairs in known for _, denominator in pairs)
    ratio = sum(numerator for pairs in known for numerator, _ in pairs) / whole
    parts = []
    for pairs in known:
        residuals = [numerator - ratio * denominator for numerator, denominator in pairs]
        mean, count = sum(residuals) / len(pairs), len(pairs)
        squares = sum((residual - mean) ** 2 for residual in residuals)
        parts.append((count / (count - 1) * squares * (scale / whole) ** 2, count - 1))
    return _added(parts)


def _added(parts: Iterable[tuple[float, float]]) -> Spread:
    """The spread of a sum of independent parts, each its variance and degrees of freedom (Satterthwaite)."""
    known = list(parts)
    variance = sum(part for part, _ in known)
    if variance <= 0:
        return Spread(0.0, min(freedom for _, freedom in known))
    return Spread(variance, variance**2 / sum(part**2 / freedom for part, freedom in known))


def rank_ranges(figures: Sequence[float], spreads: Sequence[Spread | None]) -> list[RankRange | None]:
    """The range of places of each figure, the largest in place 1; null where its spread is not known.

    A figure whose spread is not known is told apart from no other, nor are equal ones.

    >>> often, never = Spread(0.01, 29), Spread(0.0001, 29)
    >>> rank_ranges([1.2, 1.1, 0.1], [often, often, never])
    [RankRange(first=1, last=2), RankRange(first=1, last=2), RankRange(first=3, last=3)]
    """
    count = len(figures)
    ahead, behind = [0] * count, [0] * count
    level = 1 - DOUBT / 2 / max(1, count - 1)
    known = [
        (place, figure, spread)
        for place, (figure, spread) in enumerate(zip(figures, spreads, strict=True))
        if spread is not None
    ]
    # Most pairs differ by less, or by more, than any degrees of freedom ask for.
    least = _NORMAL.inv_cdf(level)
    most = student_quantile(level, min((spread.freedom for _, _, spread in known), default=1.0))
    for at, (one, figure, spread) in enumerate(known):
        for other, other_figure, other_spread in known[at + 1 :]:
            gap = figure - other_figure
            error = math.sqrt(spread.variance + other_spread.variance)
            if gap == 0 or abs(gap) <= error * least:
                continue
            if abs(gap) > error * most or abs(gap) > error * student_quantile(
                level, _added((spread, other_spread)).freedom
            ):
                first, second = (one, other) if gap > 0 else (other, one)
                behind[first] += 1
                ahead[second] += 1
    return [
        None if spread is None else RankRange(1 + ahead[place], count - behind[place])
        for place, spread in enumerate(spreads)
    ]


def student_quantile(level: float, freedom: float) -> float:
    """The quantile of Student's t above the median (Hill 1970, Algorithm 396 of Communications of the ACM).

    >>> round(student_quantile(0.975, 4), 3), round(student_quantile(0.9995, 6), 3)
    (2.776, 5.959)
    """
    both_tails = 2 * (1 - level)
    a = 1 / (freedom - 0.5)
    b = 48 / a**2
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * math.sqrt(a * math.pi / 2) * freedom
    y = (d * both_tails) ** (2 / freedom)
    if y > 0.05 + a:
        x = -_NORMAL.inv_cdf(level)
        if freedom < 5:
            c += 0.3 * (freedom - 4.5) * (x + 0.6)
        c += (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b
        x_squared = x * x
        series = (((0.4 * x_squared + 6.3) * x_squared + 36) * x_squared + 94.5) / c - x_squared - 3
        y = math.expm1(a * ((series / b + 1) * x) ** 2)
    else:
        tail = ((freedom + 6) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2) * 3
        y = ((1 / tail + 0.5 / (freedom + 4)) * y - 1) * (freedom + 1) / (freedom + 2) + 1 / y
    return math.sqrt(freedom * y)
