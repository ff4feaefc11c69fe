"""What agencies, regencies, affairs and kinds are called in a file, as the directory knows it of that day. Pure."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property

from shared.directory import Agency, Directory
from shared.directory.regions import PROVINCE_CODE, PROVINCE_NAME, regencies, regency_of
from shared.events import KIND_WORDS

_SHOWN = 4


class Unknown(Exception):  # noqa: N818 - it is an answer; whoever catches it makes an error of it
    """Nobody, or more than one, is called so; the text says what to write."""


class Names:
    """Finds keys by names, in whatever case and spacing."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def agency(self, words: str, on: date, regency: str | None) -> str:
        """Return the key of an agency, by key, name or alias, in the row's regency where several are called so.

        Before the directory's first day its first day counts. An alias that ended is still understood, but a name that
        was somebody's on that day goes before it. Raises `Unknown`.
        """
        day = max(on, self._directory.known_from)
        found = [one for one in self._called.get(_plain(words), ()) if one.holds_on(day)]
        official = [one for one in found if _plain(words) in _official(one, on)]
        keys = {one.key for one in official or found}
        if len(keys) > 1:
            keys = {one.key for one in official or found if one.region_code == regency} or keys
        if len(keys) == 1:
            return keys.pop()
        if keys:
            raise Unknown(f"{words[:60]!r} may be {', '.join(sorted(keys)[:_SHOWN])}, …; write the key")
        raise Unknown(f"the directory knows no agency {words[:60]!r} on {day}; `ntbcare directory show` names them")

    @cached_property
    def _called(self) -> dict[str, list[Agency]]:
        found: dict[str, list[Agency]] = {}
        for agency in self._directory.agencies:
            aliases = (alias.name for alias in agency.aliases)
            for name in {_plain(one) for one in (agency.key, agency.name, agency.short, *aliases) if one}:
                found.setdefault(name, []).append(agency)
        return found

    def regency(self, words: str) -> str | None:
        """Return a regency's or city's code, by code, name or short name; None for the province. Raises `Unknown`."""
        if _plain(words) in {_plain(PROVINCE_CODE), _plain(PROVINCE_NAME), "ntb", f"provinsi {_plain(PROVINCE_NAME)}"}:
            return None
        if (code := regency_of(words.strip())) is not None:
            return code
        name = _plain(words.lower().replace("kab.", "kabupaten "))
        found = {one.code for one in regencies() if name in set(map(_plain, (one.name, *one.short_names)))}
        if len(found) == 1:
            return found.pop()
        known = ", ".join(one.name for one in regencies())
        raise Unknown(f"{words[:60]!r} is no regency or city, or several; these are: {known}")

    def affair(self, words: str) -> str:
        """Return an affair's key, by key or name. Raises `Unknown`."""
        affairs = self._directory.affairs
        return _one(words, ((one.key, (one.key, one.name)) for one in affairs.values()), "affair", affairs)

    def kind(self, words: str) -> str:
        """Return a kind, by key or words. Raises `Unknown`."""
        return _one(words, ((key, (key, name)) for key, name in KIND_WORDS.items()), "kind", KIND_WORDS)


def _one(words: str, named: Iterable[tuple[str, tuple[str, ...]]], what: str, known: Iterable[str]) -> str:
    found = next((key for key, names in named if _plain(words) in set(map(_plain, names))), None)
    if found is None:
        raise Unknown(f"{words[:60]!r} is no {what}; these are: {', '.join(known)}")
    return found


def _official(agency: Agency, on: date) -> set[str]:
    aliases = (one.name for one in agency.aliases if one.until is None or on <= one.until)
    return {_plain(name) for name in (agency.key, agency.name, agency.short, *aliases) if name}


def _plain(words: str) -> str:
    return " ".join(words.casefold().replace("_", " ").split())
