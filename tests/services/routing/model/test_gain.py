"""When one model is worse than another."""

import pytest

from services.routing.model.gain import figures, loss
from services.routing.rules.affair import AffairScore


def found(right: list[bool], *, sure_of_the_first: bool = True) -> list[tuple[AffairScore, ...]]:
    step = -0.001 if sure_of_the_first else 0.001
    return [(AffairScore("a" if hit else "b", 0, 0.5 + step * row, ()),) for row, hit in enumerate(right)]


LABELS = ["a"] * 200


@pytest.mark.parametrize(
    ("new_wrong", "old_wrong", "said"),
    [
        pytest.param(40, 40, None, id="the same"),
        pytest.param(41, 40, None, id="one more wrong is half a point"),
        pytest.param(60, 40, "top1", id="ten points"),
        pytest.param(40, 60, None, id="better"),
    ],
)
def test_a_model_is_worse_when_it_loses_more_than_chance_does(new_wrong, old_wrong, said):
    new, old = (found([row >= wrong for row in range(200)]) for wrong in (new_wrong, old_wrong))
    assert loss(new, old, LABELS) == said


def test_a_model_that_is_sure_of_its_mistakes_is_worse():
    right = [row >= 40 for row in range(200)]
    assert loss(found(right), found(right, sure_of_the_first=False), LABELS) == "right_at_60"


def test_figures_count_the_most_confident_sixty_percent():
    scores = found([row >= 40 for row in range(200)])
    assert figures(scores, LABELS) == {"n": 200, "top1": 0.8, "top3": 0.8, "right_at_60": 0.6667}
