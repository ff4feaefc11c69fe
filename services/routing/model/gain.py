"""Compares two models on the same texts, and says whether one is worse beyond chance."""

from collections.abc import Sequence
from math import sqrt
from typing import Any

from services.routing.rules.affair import AffairScore

#: The share of texts, the most confident ones, that a house may let the machine assign alone.
SURE = 0.6
#: A loss up to so much is none.
_TOLERATED = 0.005
#: One-sided 10 %: so many standard deviations of the texts that only one of both has right.
_DOUBT = 1.28
_DIGITS = 4

Found = Sequence[Sequence[AffairScore]]


def figures(found: Found, labels: Sequence[str]) -> dict[str, float]:
    """Return `n`, `top1`, `top3`, `right_at_60` of ranked affairs against the right ones."""
    total = len(labels)
    in_three = [label in {score.affair for score in scores[:3]} for scores, label in zip(found, labels, strict=True)]
    shares = {
        "top1": sum(_right(found, labels)) / total,
        "top3": sum(in_three) / total,
        "right_at_60": sum(_sure_and_right(found, labels)) / _sure(total),
    }
    return {"n": total} | {name: round(share, _DIGITS) for name, share in shares.items()}


def loss(new: Found, old: Found, labels: Sequence[str]) -> str | None:
    """Return the figure (`top1` or `right_at_60`) in which the new is worse, None where it is in neither.

    Worse is what loses more than half a point, and more than chance does: of the texts that only one of both has
    right, the old has so many more that chance alone would give it in one case of ten (McNemar's test, one-sided).
    """
    for name, hits, of in (("top1", _right, len(labels)), ("right_at_60", _sure_and_right, _sure(len(labels)))):
        both = list(zip(hits(new, labels), hits(old, labels), strict=True))
        lost, won = both.count((False, True)), both.count((True, False))
        if lost - won > max(_TOLERATED * of, _DOUBT * sqrt(lost + won)):
            return name
    return None


def _sure(total: int) -> int:
    return max(1, int(total * SURE))


def _right(found: Found, labels: Sequence[str]) -> list[bool]:
    return [scores[0].affair == label for scores, label in zip(found, labels, strict=True)]


def _sure_and_right(found: Found, labels: Sequence[str]) -> list[bool]:
    """Say of each text whether it is among the most confident and right."""
    ranked: list[Any] = sorted(range(len(labels)), key=lambda row: -found[row][0].probability)
    sure = set(ranked[: _sure(len(labels))])
    return [row in sure and right for row, right in enumerate(_right(found, labels))]
