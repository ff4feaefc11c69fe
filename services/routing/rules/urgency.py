"""Finds how urgent a matter is: danger to life now, a basic service or a right at stake, or neither."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from services.routing.rules.phrases import Hit, Phrases
from services.routing.rules.text import RULES, Text, load_yaml
from shared.events import URGENCY_WORDS

_PARTS = frozenset({"danger", "standing", "penting", "maybe", "negation", "past", "now", "figure"})
#: Words between a danger and what takes it back: only before it, or on both sides.
_MAYBE, _NEGATION, _PAST, _FIGURE = 6, 2, 8, 3
_CALM = frozenset({"permintaan_informasi", "aspirasi", "bukan_pengaduan"})


@dataclass(frozen=True, slots=True)
class UrgencyFinding:
    """An urgency (a key of `URGENCY_WORDS`), our phrases that spoke for it, and why."""

    urgency: str
    phrases: tuple[str, ...]
    reason: str


@cache
def _phrases() -> Phrases[str]:
    return Phrases(_read())


def _read() -> Iterator[tuple[str, str]]:
    data = load_yaml(RULES / "urgency.yaml")
    if set(data) != _PARTS:
        raise ValueError(f"urgency.yaml: the parts are {', '.join(sorted(_PARTS))}")
    for part, phrases in data.items():
        for phrase in phrases:
            if not isinstance(phrase, str):
                raise ValueError(f"urgency.yaml: {part}: put {phrase!r} in quotes")  # noqa: TRY004  (a fault of data)
            yield phrase, part


def find_urgency(text: Text, *, emergency: bool, kind: str) -> UrgencyFinding:
    """Return the urgency of a text of this kind; `emergency` is what intake said of it.

    Danger that is over, feared, denied or a figure of speech is none. A question or a proposal is `biasa`. What is
    sealed (whistleblowing) quotes nothing. Source: NTB Care 2018 (1, 24 and 48 hours).
    """
    if emergency:
        return UrgencyFinding("mendesak", (), f"Urgensi: {URGENCY_WORDS['mendesak']} (ditandai darurat saat diterima)")
    if kind in _CALM:
        return _finding("biasa", [])
    hits: dict[str, list[Hit[str]]] = {part: [] for part in _PARTS}
    for hit in _phrases().find(text.stems):
        hits[hit.value].append(hit)
    at = {part: {hit.start for hit in found} for part, found in hits.items()}
    urgent = [hit.phrase for hit in (*hits["danger"], *hits["standing"]) if _is_meant(hit, at)]
    pressing = [hit.phrase for hit in hits["penting"] if not _near(at["negation"], hit.start, before=_NEGATION)]
    urgency = "mendesak" if urgent else "penting" if pressing or hits["standing"] else "biasa"
    return _finding(urgency, [] if kind == "whistleblowing" else urgent or pressing)


def _is_meant(hit: Hit[str], at: dict[str, set[int]]) -> bool:
    start = hit.start
    if _near(at["maybe"], start, before=_MAYBE) or _near(at["negation"], start, before=_NEGATION):
        return False
    if _near(at["figure"], start, before=_FIGURE, after=_FIGURE):
        return False
    over = hit.value == "danger" and _near(at["past"], start, before=_PAST, after=_PAST)
    return not over or _near(at["now"], start, before=_PAST, after=_PAST)


def _near(places: set[int], start: int, *, before: int, after: int = 0) -> bool:
    return bool(places) and any(place in places for place in range(start - before, start + after + 1))


def _finding(urgency: str, phrases: list[str]) -> UrgencyFinding:
    kept = tuple(dict.fromkeys(phrases))[:3]
    quoted = ", ".join(f"'{phrase.replace(' ~ ', ' … ')}'" for phrase in kept)
    return UrgencyFinding(urgency, kept, f"Urgensi: {URGENCY_WORDS[urgency]}" + (f" (kata {quoted})" if quoted else ""))
