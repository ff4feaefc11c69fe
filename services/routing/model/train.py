"""Trains a version, measures it on texts it never saw, and says whether it is better than what serves."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from importlib.metadata import version as library
from pathlib import Path
from typing import Any, NamedTuple

from services.routing.model import store
from services.routing.model.features import spoken
from services.routing.model.fit import Learnt, fit
from services.routing.model.serve import AffairModel, load_version
from services.routing.model.store import Card, ModelError
from services.routing.rules.affair import AffairScore
from services.routing.rules.decide import rules_version
from services.routing.rules.text import Text, normalize
from shared.core.errors import ExplainedError

FEWEST_TEXTS = 200
FEWEST_AFFAIRS = 5
#: One text in so many is held out, for ever the same ones.
_HELD_OUT = 5
_LIBRARIES = ("scikit-learn", "skops", "numpy", "scipy")
_DIGITS = 4


class Outcome(NamedTuple):
    """A new version, figures of `new`, `rules` and `in_use` on the same texts, and why it was refused, if it was."""

    card: Card
    figures: dict[str, dict[str, float]]
    refused: str | None


class _Lot(NamedTuple):
    texts: list[Text]
    ranked: list[tuple[AffairScore, ...]]
    labels: list[str]

    def part(self, rows: Sequence[int]) -> "_Lot":
        return _Lot(*([column[row] for row in rows] for column in self))  # type: ignore[arg-type]


def is_held_out(words: Sequence[str]) -> bool:
    """Say whether a text is kept for measuring only: by its words, so that every model agrees."""
    return hashlib.sha256(" ".join(words).encode()).digest()[0] % _HELD_OUT == 0


def train(
    pairs: Iterable[tuple[str, str]], folder: Path, *, now: datetime, tell: Callable[[str], None] = lambda _: None
) -> Outcome:
    """Fit on (text, main affair), measure, and keep the version; taking it into use is the caller's."""
    tell("membaca aduan")
    lot = _lot(pairs)
    held = [row for row, text in enumerate(lot.texts) if is_held_out(text.words)]
    seen = lot.part(sorted(set(range(len(lot.texts))) - set(held)))
    unseen = lot.part(held)
    if not held or len(set(seen.labels)) < FEWEST_AFFAIRS:
        raise ExplainedError("too few texts per affair to measure a model; label more complaints")
    tell("melatih model ukur")
    measured = fit(*seen)
    tell("melatih model")
    served = fit(*lot)
    tell("membandingkan")
    figures = {"new": figures_of(AffairModel("new", measured), unseen), "rules": figures_of(None, unseen)}
    refused = _compare(folder, figures, unseen)
    card = store.save(folder, _card(lot, figures, now), _parts(served), _parts(measured))
    return Outcome(card, figures, refused)


def _lot(pairs: Iterable[tuple[str, str]]) -> _Lot:
    unique = {normalize(text): affair for text, affair in pairs}
    if len(unique) < FEWEST_TEXTS or len(set(unique.values())) < FEWEST_AFFAIRS:
        raise ExplainedError(
            f"{len(unique)} different texts of {len(set(unique.values()))} affairs are too few: "
            f"at least {FEWEST_TEXTS} of {FEWEST_AFFAIRS} are needed"
        )
    texts = sorted(unique, key=lambda text: text.words)
    ranked = [spoken(text) for text in texts]
    return _Lot(texts, ranked, [unique[text] for text in texts])


def figures_of(model: AffairModel | None, lot: Any) -> dict[str, float]:
    """Return `n`, `top1` and `top3` of a model, or of the rules alone."""
    found = lot.ranked
    if model is not None:
        found = model.score_many(lot.texts, lot.ranked)
    ranks = [
        [score.affair for score in scores[:3]].index(label) if label in {s.affair for s in scores[:3]} else 3
        for scores, label in zip(found, lot.labels, strict=True)
    ]
    total = len(ranks)
    return {
        "n": total,
        "top1": round(sum(rank == 0 for rank in ranks) / total, _DIGITS),
        "top3": round(sum(rank < 3 for rank in ranks) / total, _DIGITS),  # noqa: PLR2004
    }


def _compare(folder: Path, figures: dict[str, dict[str, float]], unseen: _Lot) -> str | None:
    """Add the figures of what serves; return why the new model is no gain, None where it is at least as good."""
    version = store.in_use(folder)
    if version is not None:
        try:
            figures["in_use"] = figures_of(load_version(folder, version, store.MEASURED), unseen)
        except ModelError as error:
            return str(error)
    for name in ("rules", "in_use"):
        if name in figures and figures["new"]["top1"] < figures[name]["top1"]:
            return f"top1 {figures['new']['top1']} is below {figures[name]['top1']} of {name}"
    return None


def _card(lot: _Lot, figures: dict[str, dict[str, float]], now: datetime) -> Card:
    libraries = {name: library(name) for name in _LIBRARIES}
    learnt = repr(
        [rules_version(), libraries, [(text.words, label) for text, label in zip(lot.texts, lot.labels, strict=True)]]
    )
    return Card(
        version=f"{now:%Y%m%d}-{hashlib.sha256(learnt.encode()).hexdigest()[:8]}",
        trained_at=now.isoformat(),
        texts=dict(sorted(Counter(lot.labels).items())),
        rules_version=rules_version(),
        libraries=libraries,
        evaluation=figures,
    )


def _parts(learnt: Learnt) -> dict[str, Any]:
    return {"words": learnt.words, "letters": learnt.letters, "classifier": learnt.classifier}
