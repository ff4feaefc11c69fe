"""A dictionary of phrases, compiled once: which of them occur in a text, without one regex each."""

from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from services.routing.rules.text import split, stem

T = TypeVar("T")
#: How many words may lie between the two halves of a phrase with `~` ("jalan ~ rusak"), in either order.
NEAR = 7


class Hit(NamedTuple, Generic[T]):
    """A phrase found: as it stands in our data, where its first word is, and what it carries."""

    phrase: str
    start: int
    value: T


class Phrases(Generic[T]):
    """Phrases by the stem of their first word; `a ~ b` means near each other."""

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        self._runs: dict[str, list[tuple[tuple[str, ...], str, T]]] = {}
        self._near: dict[str, list[tuple[tuple[str, ...], tuple[str, ...], str, T]]] = {}
        for phrase, value in phrases:
            halves = [tuple(map(stem, split(half))) for half in phrase.split("~")]
            if not all(halves) or len(halves) > 2:  # noqa: PLR2004  (one run, or two halves)
                raise ValueError(f"{phrase!r} is no phrase: words, or words ~ words")
            if len(halves) == 1:
                self._runs.setdefault(halves[0][0], []).append((halves[0], phrase, value))
            else:
                self._near.setdefault(halves[0][0], []).append((halves[0], halves[1], phrase, value))

    def find(self, stems: tuple[str, ...]) -> Iterator[Hit[T]]:
        """Yield every occurrence, in the order of the text."""
        present = set(stems)
        for i, word in enumerate(stems):
            for run, phrase, value in self._runs.get(word, ()):
                if len(run) == 1 or stems[i : i + len(run)] == run:
                    yield Hit(phrase, i, value)
            for first, second, phrase, value in self._near.get(word, ()):
                if second[0] in present and _is_near(stems, i, first, second):
                    yield Hit(phrase, i, value)


def _is_near(stems: tuple[str, ...], i: int, first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    if stems[i : i + len(first)] != first:
        return False
    window = range(max(0, i - NEAR), min(len(stems), i + NEAR + len(first) + 1))
    return any(stems[j] == second[0] and j != i and stems[j : j + len(second)] == second for j in window)
