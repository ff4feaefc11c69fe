"""Scores the places that a text names by how its mentions agree with each other."""

from services.routing.rules.gazetteer import Meaning
from services.routing.rules.mentions import Mention
from shared.directory.regions import PROVINCE_CODE

_ORIGIN_LOSS = 0.85
_DESTINATION_FACTOR = 0.6
_STREET_FACTOR = 0.4
_LEAST_SCORE = 0.2
_HINT = 0.8


def score_places(mentions: list[Mention], hints: list[str]) -> dict[str, float]:
    """Score each possible region: its own weight, more for each other mention it agrees with."""
    scores: dict[str, float] = {}
    for mention in mentions:
        for meaning in _beside(mention, mentions):
            support = sum(_support(meaning.code, mention, other) for other in mentions if other is not mention)
            hinted = sum(_related(meaning.code, hint) for hint in hints)
            if meaning.needs_support and not (support or hinted or mention.marked):
                continue
            value = (meaning.weight + support + _HINT * hinted) * _factor(mention)
            scores[meaning.code] = max(scores.get(meaning.code, 0.0), value)
    return {code: value for code, value in scores.items() if value >= _LEAST_SCORE}


def _beside(mention: Mention, mentions: list[Mention]) -> tuple[Meaning, ...]:
    """Keep the meanings that fit the names right beside: in "Sape Bima" Bima is the regency that Sape is in."""
    for other in mentions:
        if other is not mention and _gap(mention, other) == 0:
            fitting = tuple(m for m in mention.meanings if any(_related(m.code, o.code) for o in other.meanings))
            if fitting and len(mention.meanings) > 1:
                return fitting
    return mention.meanings


def _gap(one: Mention, other: Mention) -> int:
    return other.start - one.end if other.start >= one.end else one.start - other.end


def _factor(mention: Mention) -> float:
    factor = 1 - _ORIGIN_LOSS * mention.origin
    if mention.destination:
        factor *= _DESTINATION_FACTOR
    if mention.street and not mention.marked:
        factor *= _STREET_FACTOR
    return factor


def _support(code: str, mention: Mention, other: Mention) -> float:
    """Return what a second mention adds; a name that needs support gets it from its parent beside it."""
    best = 0.0
    for meaning in other.meanings:
        if meaning.code == code or not _related(code, meaning.code) or meaning.code == PROVINCE_CODE:
            continue
        gap = _gap(mention, other)
        if meaning.needs_support and not other.marked and gap:  # two common words support each other side by side
            continue
        best = max(best, 0.4 * meaning.weight + 0.4 * (gap <= 1))
    return best


def _related(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
