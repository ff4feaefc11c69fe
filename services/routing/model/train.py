"""Trains a version, measures it on texts it never saw, and says whether it is better than what serves."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version as library
from pathlib import Path
from typing import NamedTuple

from services.routing.model import FEWEST_TEXTS, store
from services.routing.model.features import spoken
from services.routing.model.fit import enough, fit
from services.routing.model.gain import Found, figures, loss
from services.routing.model.serve import AffairModel, load_version
from services.routing.model.store import Card, ModelError
from services.routing.rules.affair import AffairScore
from services.routing.rules.decide import rules_version
from services.routing.rules.text import Text, normalize
from shared.core.errors import ExplainedError

FEWEST_AFFAIRS = 5
"""So many affairs need texts enough for every fold."""
#: One text in so many is held out, for ever the same ones.
_HELD_OUT = 5
_LIBRARIES = ("scikit-learn", "skops", "numpy", "scipy")


class Outcome(NamedTuple):
    """A new version, figures of `new`, `rules` and `in_use` on the same texts, and why it was refused, if it was.

    `notes`: what else whoever trains should know, in plain words.
    """

    card: Card
    figures: dict[str, dict[str, float]]
    refused: str | None
    notes: tuple[str, ...]


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
    """Fit on (text, main affair), measure, and keep the version; taking it into use is the caller's.

    Measured are texts that neither this model nor the one in use was fitted on: the twin of each that never saw them.
    """
    tell("reading the complaints")
    lot, notes = _lot(pairs)
    held = [row for row, text in enumerate(lot.texts) if is_held_out(text.words)]
    seen = lot.part(sorted(set(range(len(lot.texts))) - set(held)))
    unseen = lot.part(held)
    if not held or not enough(seen.labels, FEWEST_AFFAIRS):
        raise ExplainedError(f"too few texts of {FEWEST_AFFAIRS} affairs to learn from; label more complaints")
    tell("training without the texts that are held out")
    measured = fit(*seen)
    tell("comparing on the texts that are held out")
    rivals, faults = _rivals(folder, unseen)
    new = AffairModel("new", measured).score_many(unseen.texts, unseen.ranked)
    tell("training with all texts")
    served = fit(*lot)
    told = {name: figures(found, unseen.labels) for name, found in {"new": new, **rivals}.items()}
    card = store.save(folder, _card(lot, told, now), served.parts(), measured.parts())
    return Outcome(card, told, _refusal(new, rivals, unseen.labels), (*notes, *faults))


def _lot(pairs: Iterable[tuple[str, str]]) -> tuple[_Lot, list[str]]:
    """Return every text once; of texts with several affairs the one that most say, and none where none has most."""
    said: dict[Text, Counter[str]] = defaultdict(Counter)
    for text, affair in pairs:
        said[normalize(text)][affair] += 1
    unique = {text: most for text, counts in said.items() if (most := _majority(counts))}
    if len(unique) < FEWEST_TEXTS or len(set(unique.values())) < FEWEST_AFFAIRS:
        raise ExplainedError(
            f"{len(unique)} different texts of {len(set(unique.values()))} affairs are too few: "
            f"at least {FEWEST_TEXTS} of {FEWEST_AFFAIRS} are needed"
        )
    texts = sorted(unique, key=lambda text: text.words)
    return _Lot(texts, [spoken(text) for text in texts], [unique[text] for text in texts]), _notes(said, unique)


def _majority(counts: Counter[str]) -> str | None:
    (affair, most), *others = counts.most_common(2)
    return None if others and others[0][1] == most else affair


def _notes(said: Mapping[Text, Counter[str]], unique: Mapping[Text, str]) -> list[str]:
    total = sum(map(Counter.total, said.values()))
    notes = []
    if total > len(said):
        notes.append(f"{total - len(said)} of {total} texts repeat another; each is learnt once")
    if several := sum(len(counts) > 1 for counts in said.values()):
        notes.append(
            f"{several} texts are labelled with different affairs: the one that most say is learnt; "
            f"{len(said) - len(unique)} of them are left out, because no affair has most"
        )
    return notes


def _rivals(folder: Path, unseen: _Lot) -> tuple[dict[str, Found], list[str]]:
    """Return what the rules and the model in use say of the same texts, and why one could not be asked."""
    rivals: dict[str, Found] = {"rules": unseen.ranked}
    version = store.in_use(folder)
    if version is None:
        return rivals, []
    try:
        model = load_version(folder, version, store.MEASURED)
    except ModelError as error:
        return rivals, [f"compared with the rules only: {error}"]
    return rivals | {"in_use": model.score_many(unseen.texts, unseen.ranked)}, []


def _refusal(new: Found, rivals: Mapping[str, Found], labels: Sequence[str]) -> str | None:
    for name, old in rivals.items():
        if worse := loss(new, old, labels):
            return f"{worse} is worse than that of {name.replace('_', ' ')}"
    return None


def _card(lot: _Lot, told: dict[str, dict[str, float]], now: datetime) -> Card:
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
        evaluation=told,
    )
