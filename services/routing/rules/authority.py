"""Who answers by law: the level of authority for an affair, from explicit rules with their source."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

from services.routing.rules.affair import is_denied, is_landmark
from services.routing.rules.gazetteer import gazetteer
from services.routing.rules.phrases import Phrases
from services.routing.rules.spelling import fold
from services.routing.rules.text import RULES, Text, load_yaml
from shared.directory.affairs import Level, affairs

_SURE = 0.95
_FIELDS = {"when", "unless_place_follows", "level", "part", "sure", "anywhere", "say", "law"}


@dataclass(frozen=True, slots=True)
class Authority:
    """The level that answers, the part of the affair it answers for, and why.

    `sure` is how likely the rule is right, 0 to 1; `phrase` the words of ours that it saw, if any; `anywhere`:
    also for what happened outside the province.
    """

    level: Level
    part: str
    sure: float
    reason: str
    law: str
    phrase: str | None = None
    anywhere: bool = False


class _Rule(NamedTuple):
    order: int
    affair: str
    unless_place_follows: bool
    authority: Authority


@cache
def _rules() -> tuple[Phrases[_Rule], dict[str, Authority]]:
    data: dict[str, dict[str, Any]] = load_yaml(RULES / "authority.yaml")
    if missing := {key for key, affair in affairs().items() if affair.parent is None} ^ set(data):
        raise ValueError(f"authority.yaml: {', '.join(sorted(missing))}: every main affair once, and no other")
    phrases: list[tuple[str, _Rule]] = []
    for affair, entry in data.items():
        for order, rule in enumerate(entry.get("rules", ())):
            found = _Rule(order, affair, bool(rule.get("unless_place_follows")), _authority(affair, rule))
            phrases += [(phrase, found) for phrase in rule["when"]]
    return Phrases(phrases), {affair: _authority(affair, entry["default"]) for affair, entry in data.items()}


def _authority(affair: str, entry: dict[str, Any]) -> Authority:
    part = entry.get("part", affair)
    if set(entry) - _FIELDS or part not in affairs():
        raise ValueError(f"authority.yaml: {affair}: unknown field or part in {entry}")
    return Authority(
        Level(entry["level"]),
        part,
        entry.get("sure", _SURE),
        entry["say"],
        entry["law"],
        anywhere=bool(entry.get("anywhere")),
    )


def find_authorities(text: Text) -> dict[str, Authority]:
    """Return who answers for each affair, were the text about it: the first matching rule, else the default.

    What is denied ("bukan jalan nasional") or only says where ("samping SMAN 1") matches no rule.
    """
    rules, defaults = _rules()
    first: dict[str, tuple[int, Authority]] = {}
    for phrase, start, rule in rules.find(text.stems):
        if is_denied(text.words, start) or is_landmark(text.words, start):
            continue
        if rule.unless_place_follows and _place_follows(text, start + len(phrase.split())):
            continue
        if rule.affair not in first or rule.order < first[rule.affair][0]:
            first[rule.affair] = (rule.order, replace(rule.authority, phrase=phrase))
    return {**defaults, **{affair: authority for affair, (_, authority) in first.items()}}


def _place_follows(text: Text, at: int) -> bool:
    """Say whether a village's name comes next: "jalan Desa Pohgading" is no road of class "jalan desa"."""
    return at < len(text.words) and fold(text.words[at]) in gazetteer().meanings
