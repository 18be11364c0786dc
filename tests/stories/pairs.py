"""All pairs: the fewest combinations we can cheaply find in which every two values of different factors meet."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product


def pair_table(*factors: Sequence[str]) -> list[tuple[str, ...]]:
    """Rows with one value per factor, such that each pair of values of two factors stands in at least one row.

    Greedy, and the same every time: of all rows the one with most pairs that are still missing comes next.
    """
    rows = list(product(*factors))
    missing = set().union(*(_pairs(row) for row in rows))
    table: list[tuple[str, ...]] = []
    while missing:
        best = max(rows, key=lambda row: len(_pairs(row) & missing))
        table.append(best)
        missing -= _pairs(best)
    return table


def _pairs(row: Sequence[str]) -> set[tuple[int, str, int, str]]:
    return {(one, row[one], two, row[two]) for one, two in combinations(range(len(row)), 2)}
