"""Which of LAPOR!'s names is like one of ours. A suggestion, never a decision. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches

_LONG: Mapping[str, str] = {
    "ntb": "nusa tenggara barat",
    "prov": "provinsi",
    "propinsi": "provinsi",
    "kab": "kabupaten",
    "pemprov": "pemerintah provinsi",
    "pemkab": "pemerintah kabupaten",
    "pemkot": "pemerintah kota",
}
_PLACE = re.compile(r"\b(provinsi|kabupaten|kota) .+$")


@dataclass(frozen=True, slots=True)
class Like:
    """A name of LAPOR!'s that is like one of ours (`ours`); `likeness` from 0 to 1."""

    id: str
    name: str
    ours: str
    likeness: float


def plain(name: str) -> str:
    """Return a name without case, punctuation and short forms."""
    return " ".join(_LONG.get(word, word) for word in re.findall(r"\w+", name.casefold()))


def agency_matcher(entries: Iterable[tuple[str, str]], cutoff: float = 0.8) -> Callable[[Sequence[str]], Like | None]:
    """Return what finds an institution for an agency's names: the place must be the same, the rest alike."""
    by_place: dict[str, list[tuple[str, str]]] = {}
    for number, name in entries:
        by_place.setdefault(_place(plain(name)), []).append((number, name))
    matchers = {
        place: matcher(found, cutoff=cutoff, form=lambda name: _without_place(plain(name)))
        for place, found in by_place.items()
    }

    def find(names: Sequence[str]) -> Like | None:
        here = next((place for name in names if (place := _place(plain(name)))), "")
        return matchers[here](names) if here in matchers else None

    return find


def matcher(
    entries: Iterable[tuple[str, str]], *, cutoff: float, form: Callable[[str], str] = plain
) -> Callable[[Sequence[str]], Like | None]:
    """Return what finds the entry (id and name) that is most like one of several names, if any is alike enough.

    Where two entries bear the same name nobody can say which one is meant, and none is found.
    """
    by_form: dict[str, list[tuple[str, str]]] = {}
    for number, name in entries:
        by_form.setdefault(form(name), []).append((number, name))
    by_form.pop("", None)
    forms = tuple(by_form)

    def find(names: Sequence[str]) -> Like | None:
        best: tuple[float, str, str] = (0.0, "", "")
        for name in names:
            wanted = form(name)
            close = [wanted] if wanted in by_form else get_close_matches(wanted, forms, n=1, cutoff=cutoff)
            alike = [(SequenceMatcher(None, one, wanted).ratio(), one, name) for one in close]
            best = max([best, *alike], key=lambda one: one[0])
        likeness, found, ours = best
        entries_found = by_form.get(found, [])
        return Like(*entries_found[0], ours, round(likeness, 2)) if len(entries_found) == 1 else None

    return find


def _place(name: str) -> str:
    found = _PLACE.search(name)
    return found[0] if found else ""


def _without_place(name: str) -> str:
    return _PLACE.sub("", name).strip()
