"""What the model sees of a text: its words, its letters, and what the rules say."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from services.routing.rules.affair import AffairScore, score_affairs
from services.routing.rules.decide import named_boost
from services.routing.rules.named import find_named
from services.routing.rules.text import Text
from shared.directory import directory

#: Points above this say no more: a long text is not surer than a clear one.
_MOST_POINTS = 15.0
_POINTS_SCALE = 10.0
#: So many words away is near: "lampu jalan mati", "mati lampu di jalan".
_NEAR = 3


def spoken(text: Text) -> tuple[AffairScore, ...]:
    """Return what the rules say of a text, as `decide` asks them."""
    return score_affairs(text, boost=named_boost(find_named(text, directory())))


def words(text: Text) -> str:
    """Return the stems as one line, and each two that stand near each other, in whichever order."""
    stems = text.stems
    near = (sorted((one, other)) for at, one in enumerate(stems) for other in stems[at + 1 : at + 1 + _NEAR])
    return " ".join([*stems, *map("_".join, near)])


def letters(text: Text) -> str:
    """Return the words as one line, for runs of letters, which forgive misspelling."""
    return " ".join(text.words)


def rule_features(ranked: Sequence[Sequence[AffairScore]], affairs: Sequence[str]) -> tuple[Any, Any]:
    """Return two matrices (texts, affairs): the share that the rules give each affair, and its capped points."""
    place = {str(affair): column for column, affair in enumerate(affairs)}
    shares, points = (np.zeros((len(ranked), len(place))) for _ in range(2))
    for row, scores in enumerate(ranked):
        for score in scores:
            if (column := place.get(score.affair)) is not None:
                shares[row, column] = score.probability
                points[row, column] = min(score.points, _MOST_POINTS) / _POINTS_SCALE
    return shares, points
