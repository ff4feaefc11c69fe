"""What the model sees of a text: its words, its letters, and what the rules say."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from services.routing.rules.affair import AffairScore, score_affairs
from services.routing.rules.decide import named_boost
from services.routing.rules.named import find_named
from services.routing.rules.text import Text
from shared.directory import directory
from shared.directory.affairs import affairs

#: Points above this say no more: a long text is not surer than a clear one.
_MOST_POINTS = 15.0
_POINTS_SCALE = 10.0


@cache
def main_affairs() -> tuple[str, ...]:
    """Return the affairs that a model tells apart, in a fixed order."""
    return tuple(sorted(key for key, affair in affairs().items() if affair.parent is None))


def spoken(text: Text) -> tuple[AffairScore, ...]:
    """Return what the rules say of a text, as `decide` asks them."""
    return score_affairs(text, boost=named_boost(find_named(text, directory())))


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
