"""Scores affairs with a model beside the rules, in the rules' own type and order."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from services.routing.model import store
from services.routing.model.store import ModelError
from services.routing.rules.affair import AffairScore
from services.routing.rules.text import Text

#: An affair below this is no answer.
_LEAST = 0.001
LIKENESS = "model terlatih: mirip aduan yang dulu ditangani urusan ini"


class AffairModel:
    """One version of the trained model."""

    def __init__(self, version: str, learnt: Any) -> None:
        """Take what `fit` learnt, under its version."""
        self.version = version
        self._learnt = learnt

    def score(self, text: Text, spoken: Sequence[AffairScore]) -> tuple[AffairScore, ...]:
        """Return affairs with calibrated probabilities, best first; `spoken` is what the rules said of the text."""
        return self.score_many([text], [spoken])[0]

    def score_many(
        self, texts: Sequence[Text], spoken: Sequence[Sequence[AffairScore]]
    ) -> list[tuple[AffairScore, ...]]:
        """Return the same for many texts in one batch, which is much faster."""
        if not texts:
            return []
        classes = self._learnt.affairs
        rows = self._learnt.probabilities(texts, spoken)
        return [
            _blend(rules, dict(zip(classes, map(float, row), strict=True)))
            for rules, row in zip(spoken, rows, strict=True)
        ]


def _blend(rules: Sequence[AffairScore], learnt: Mapping[str, float]) -> tuple[AffairScore, ...]:
    """Return what was learnt; affairs that no training text had keep the share that the rules give them.

    Where no phrase of ours spoke for an affair, say that the model did.
    """
    known = {score.affair: score for score in rules}
    untaught = {affair: score.probability for affair, score in known.items() if affair not in learnt}
    left = 1 - sum(untaught.values())
    found = []
    for affair, share in (untaught | {affair: left * share for affair, share in learnt.items()}).items():
        rule = known.get(affair) or AffairScore(affair, 0.0, 0.0, ())
        if share >= _LEAST:
            found.append(replace(rule, probability=share, said_by="" if rule.phrases else LIKENESS))
    return tuple(sorted(found, key=lambda score: (-score.probability, score.affair)))


def load_model(folder: Path | None = None) -> AffairModel | None:
    """Return the model in use, None where there is none; `ModelError` says why one cannot be used."""
    home = folder or store.default_folder()
    version = store.in_use(home)
    if version is None:
        return None
    if version != Path(version).name:
        raise ModelError(f"{home}: the file in_use names no version")
    return load_version(home, version)


def load_version(folder: Path, version: str, name: str = store.MODEL) -> AffairModel:
    """Return one version's model, or (`store.MEASURED`) its twin that never saw the held-out texts."""
    from services.routing.model.fit import Learnt  # noqa: PLC0415  (scikit-learn only where a model is)

    _, parts = store.read_parts(folder / version, name)
    try:
        return AffairModel(version, Learnt.of_parts(parts))
    except KeyError as error:
        raise ModelError(f"model {version}: {error} is missing in it; train anew") from error


def why_unusable(folder: Path | None = None) -> str | None:
    """Return why the model in use cannot be used, None where it can or there is none."""
    try:
        load_model(folder)
    except ModelError as error:
        return str(error)
    return None
