"""What the model sees of a text: its words, its letters, and what the rules say."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from services.routing.rules.affair import AffairScore
from services.routing.rules.named import find_named
from services.routing.rules.text import Text
from shared.directory import directory
from shared.directory.affairs import affairs, main_affair

#: Points of an agency's affairs where the text calls it by name, as in `decide`.
_NAMED_BOOST = 4.0
#: Points above this say no more: a long text is not surer than a clear one.
_MOST_POINTS = 15.0
_POINTS_SCALE = 10.0


@cache
def main_affairs() -> tuple[str, ...]:
    """Return the affairs that a model tells apart, in a fixed order."""
    return tuple(sorted(key for key, affair in affairs().items() if affair.parent is None))


def named_boost(text: Text) -> dict[str, float]:
    """Return the points that `decide` adds for an agency that the text calls by name."""
    named = find_named(text, directory())
    keys = named.agency.affairs if named else ()
    return dict.fromkeys((main_affair(key) for key in keys), _NAMED_BOOST)


def words(text: Text) -> str:
    """Return the stems as one line, for words and pairs of words."""
    return " ".join(text.stems)


def letters(text: Text) -> str:
    """Return the words as one line, for runs of letters, which forgive misspelling."""
    return " ".join(text.words)


def rule_features(ranked: Sequence[Sequence[AffairScore]]) -> Any:
    """Return a matrix (texts, 2 x main affairs): the rules' share and capped points of each affair."""
    place = {affair: column for column, affair in enumerate(main_affairs())}
    matrix = np.zeros((len(ranked), 2 * len(place)))
    for row, scores in enumerate(ranked):
        for score in scores:
            column = place[score.affair]
            matrix[row, column] = score.probability
            matrix[row, len(place) + column] = min(score.points, _MOST_POINTS) / _POINTS_SCALE
    return matrix
