"""A row of the past, checked: each cell, with the column and what to do where it is wrong. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from services.monitoring.past.names import Names, Unknown
from services.monitoring.rules import ENDED_UNANSWERED, FIRST_DAY, left_out
from shared.core.times import WITA
from shared.events import REASON_WORDS, STATE_WORDS

T = TypeVar("T")

_MOST = 100
_CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %H.%M", "T%H:%M", "T%H:%M:%S")
_YES, _NO = frozenset({"ya", "yes", "y", "sudah"}), frozenset({"tidak", "no", "n", "belum"})
_FOLLOWED = "in_progress"
_STATES = {
    **{state: state for state in STATE_WORDS},
    **{words.lower(): state for state, words in STATE_WORDS.items()},
    "menunggu": "received",
    "disetujui": "assigned",
    "diteruskan": "assigned",
    "terverifikasi": "received",
    "ditindaklanjuti": _FOLLOWED,
    "diproses": _FOLLOWED,
    "proses": _FOLLOWED,
    "tuntas": "closed",
    "dijawab": "answered",
    "arsip": "archived",
}
"""What a status may be called: our states, their Indonesian words, and those that NTB Care and LAPOR! have shown."""
_REASONS = {**{code: code for code in REASON_WORDS}, **{words: code for code, words in REASON_WORDS.items()}}
_WORKED = frozenset({"ditindaklanjuti"})
"""Says that it was followed up: then the file must say so in its own column too, so that nothing is guessed."""


_OUTCOMES = {"tepat": "kept", "tepat waktu": "kept", "kept": "kept"}
_OUTCOMES |= {"terlambat": "missed", "lewat": "missed", "missed": "missed"}
_UNKNOWN = "unknown"
"""How a limit went of which the file says nothing: no calendar of its years is known here, and it is never kept."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, and what to do; `row` as a spreadsheet numbers it."""

    row: int
    column: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A complaint of the past, as it is kept."""

    external_id: str
    channel: str
    kind: str | None
    affair: str | None
    agency: str | None
    regency: str | None
    state: str
    received_at: datetime
    verified_at: datetime | None
    assigned_at: datetime | None
    followed_up: bool
    followed_up_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    left_out: str | None
    clocks: Mapping[str, str]


class Reader:
    """Reads rows one by one; `faults` has everything that is wrong with those read so far."""

    def __init__(self, names: Names, today: date) -> None:
        self._names = names
        self._today = today
        self._seen: dict[str, int] = {}
        self.faults: list[Fault] = []

    def read(self, row: int, cells: Mapping[str, str]) -> Past | None:
        """Return the complaint of a row, or None where something is wrong with it."""
        return _Row(self._names, self._today, row, cells, self.faults, self._seen).past()


class _Row:
    def __init__(
        self,
        names: Names,
        today: date,
        row: int,
        cells: Mapping[str, str],
        faults: list[Fault],
        seen: dict[str, int],
    ) -> None:
        self._names, self._today, self._row, self._cells = names, today, row, cells
        self._faults, self._seen = faults, seen
        self._before = len(faults)

    def past(self) -> Past | None:
        external_id, channel = self._external_id(), self._channel()
        received = self._day("received", None)
        days = {f"{name}_at": self._day(name, received) for name in ("verified", "assigned", "answered", "closed")}
        followed_up, first = self._follow_up(received)
        regency = self._named("regency", self._names.regency)
        on = received.astimezone(WITA).date() if received else self._today
        agency = self._named("agency", lambda words: self._names.agency(words, on, regency))
        affair, kind = self._named("affair", self._names.affair), self._named("kind", self._names.kind)
        followed_up = followed_up or days["answered_at"] is not None
        state = self._state(days, followed_up=followed_up)
        reason = self._reason(state)
        first = min(filter(None, [first, days["answered_at"]]), default=None)
        waits = state not in ENDED_UNANSWERED
        clocks = {
            "verify": self._limit("verify_due", days["verified_at"] or days["assigned_at"], waits=state == "received"),
            "follow_up": self._limit("follow_up_due", first, waits=waits and not followed_up),
            "close": self._limit("close_due", days["closed_at"], waits=waits and state != "closed"),
        }
        if received is None or len(self._faults) > self._before:
            return None
        return Past(
            external_id=external_id,
            channel=channel,
            kind=kind,
            affair=affair,
            agency=agency,
            regency=regency,
            state=state,
            received_at=received,
            followed_up=followed_up,
            followed_up_at=first,
            left_out=left_out(kind=kind, reason=reason, followed_up=followed_up, withdrawn_untaken=False),
            verified_at=days["verified_at"],
            assigned_at=days["assigned_at"],
            answered_at=days["answered_at"],
            closed_at=days["closed_at"],
            clocks=clocks,
        )

    def _cell(self, column: str) -> str:
        """Return what a cell says; a dash says nothing."""
        found = self._cells.get(column, "")
        return "" if found == "-" else found

    def _fault(self, column: str, words: str) -> None:
        self._faults.append(Fault(self._row, column, words))

    def _external_id(self) -> str:
        found = self._cell("external_id")
        if not found or len(found) > _MOST or not found.isprintable():
            self._fault("external_id", f"needs what the source calls the complaint, 1 to {_MOST} characters")
        elif (first := self._seen.setdefault(found, self._row)) != self._row:
            self._fault("external_id", f"stands in row {first} already; each complaint needs an id of its own")
        return found

    def _channel(self) -> str:
        found = "_".join(self._cell("channel").lower().replace("-", " ").split())
        if not _CHANNEL.fullmatch(found):
            self._fault("channel", "needs a channel's name, for example sms, facebook, instagram, mobile or web")
        return found

    def _named(self, column: str, find: Callable[[str], str | None]) -> str | None:
        words = self._cell(column)
        try:
            return find(words) if words else None
        except Unknown as unknown:
            self._fault(column, str(unknown))
            return None

    def _day(self, column: str, received: datetime | None) -> datetime | None:
        words = self._cell(column)
        if not words:
            if column == "received":
                self._fault(column, "needs the day on which it came, for example 2021-07-31 or 31/07/2021")
            return None
        found = read_day(words)
        if found is None:
            self._fault(column, f"{words[:40]!r} is no date; write 2021-07-31, 31/07/2021 or 2021-07-31 14:05")
        elif not FIRST_DAY <= found.astimezone(WITA).date() <= self._today:
            self._fault(column, f"{words[:40]} lies in the future or before {FIRST_DAY}; check the year")
        elif received is not None and found.astimezone(WITA).date() < received.astimezone(WITA).date():
            self._fault(column, f"{words[:40]} is before the complaint was received; one of the two dates is wrong")
        else:
            return found if received is None else max(found, received)
        return None

    def _follow_up(self, received: datetime | None) -> tuple[bool, datetime | None]:
        """Return whether it was followed up, and when, where the file says more than yes or no."""
        words = self._cell("followed_up").lower()
        if words in _YES or words in _NO:
            return words in _YES, None
        first = self._day("followed_up", received)
        return first is not None, first

    def _state(self, days: Mapping[str, datetime | None], *, followed_up: bool) -> str:
        words = self._cell("status").lower()
        if not words:
            done = {"closed": days["closed_at"], "answered": days["answered_at"], _FOLLOWED: followed_up}
            return next((state for state, so in done.items() if so), "received")
        if words not in _STATES:
            known = ", ".join(sorted(_STATES))
            self._fault("status", f"{words[:40]!r} is no status; these are: {known}")
        if words in _WORKED and not followed_up:
            self._fault("followed_up", f"the status says {words}: write the day of the first follow-up here, or `ya`")
        return _STATES.get(words, "received")

    def _reason(self, state: str) -> str | None:
        """Return why it ended without an answer; none stays none, and then the second figure counts it."""
        words = self._cell("reason").lower().rstrip(".")
        if words and state not in ENDED_UNANSWERED:
            self._fault("reason", "only what was archived or rejected has one; leave it empty or mend the status")
        elif words and words not in _REASONS:
            self._fault("reason", f"{words[:40]!r} is no reason; these are: {', '.join(REASON_WORDS)}")
        return _REASONS.get(words)

    def _limit(self, column: str, done: datetime | None, *, waits: bool) -> str:
        """Return how a limit went, as the file says or by the day that it gives; nothing is guessed from its dates.

        `waits`: it is known that what the limit is for has not been done.
        """
        words = self._cell(column)
        if not words or words.lower() in _OUTCOMES:
            return _OUTCOMES.get(words.lower(), _UNKNOWN)
        due = read_day(words)
        if due is None:
            self._fault(column, f"{words[:40]!r} is neither the day of the limit nor `tepat waktu` or `terlambat`")
            return _UNKNOWN
        last = due.astimezone(WITA).date()
        if done is not None:
            return "kept" if done.astimezone(WITA).date() <= last else "missed"
        return ("missed" if last < self._today else "running") if waits else _UNKNOWN


def read_day(words: str) -> datetime | None:
    """Return a day or a moment as people write it (WITA unless it says otherwise); None where it is none.

    A day without a time is its beginning. Day before month, as in Indonesia; a year has four digits.
    """
    words = " ".join(words.split())
    for form in (f"{day}{hour}" for day in _FORMS for hour in _TIMES):
        try:
            return datetime.strptime(words, form).replace(tzinfo=WITA)
        except ValueError:
            continue
    try:
        found = datetime.fromisoformat(words)
        return found.astimezone(WITA) if found.tzinfo else None
    except (ValueError, OverflowError):  # the first and the last day of all have no other zone
        return None


def only_ran_out(before: Past, now: Past) -> bool:
    """Tell whether nothing is different but that limits which were running then are over by now."""
    clocks = {clock: "running" if then == "running" else now.clocks[clock] for clock, then in before.clocks.items()}
    over = all(now.clocks[clock] in {then, "missed"} for clock, then in before.clocks.items() if then == "running")
    return over and replace(now, clocks=clocks) == before


def explained(faults: Sequence[Fault], most: int) -> str:
    """Return what is wrong, a line each, up to so many."""
    lines = [f"row {one.row}, {one.column}: {one.words}" for one in faults[:most]]
    return "\n".join([*lines, *([f"… and {len(faults) - most} more"] if len(faults) > most else [])])
