"""Waves: many at a time, and yet each line (a complaint) in its order."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from itertools import zip_longest
from typing import TypeVar

T = TypeVar("T")


def waves(items: Sequence[T], line: Callable[[T], Hashable]) -> list[list[T]]:
    """Split into waves with at most one item of a line each, keeping each line's order."""
    by_line: defaultdict[Hashable, list[T]] = defaultdict(list)
    for item in items:
        by_line[line(item)].append(item)
    return [[item for item in wave if item is not None] for wave in zip_longest(*by_line.values())]
