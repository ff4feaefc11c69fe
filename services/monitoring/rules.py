"""The follow-up rate (angka tindak lanjut): what is counted, and who sees how much of it. Pure.

The measure: complaints with a follow-up by the agency over complaints received, in a period of the day of receipt.
`docs/follow-up-rate.md` says the same in words, with the reasons. Whoever changes one changes both.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from shared.core.errors import ForbiddenError, ProblemError
from shared.events import Actor
from shared.security import Principal, Role

Cut = Literal["agency", "regency", "channel", "affair", "kind", "month"]
CUTS: tuple[Cut, ...] = get_args(Cut)
FILTERS = tuple(cut for cut in CUTS if cut != "month")

NONE, SEALED, OTHER = "none", "sealed", "other"
"""Buckets that are no agency, place, …: not known; only the Inspectorate's; too few to be told apart."""

_AGENCY_KINDS = frozenset({"officer", "channel", "service"})
"""Actors whose follow-up is the agency's: an officer, whoever wrote for it in a provider's own app or at LAPOR!, or the
agency's own system, which signs in for it and hands over what its people wrote there."""
FEWEST = 5
"""In what anybody may read, a bucket of fewer complaints names people: it is shown with others."""

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)

_NO_COMPLAINT = ("not_a_complaint", "advertising")
_NOBODYS_TO_FOLLOW_UP = ("not_about_government", "too_general", "already_handled", "in_court", "no_information")
LEFT_OUT = (*_NO_COMPLAINT, *_NOBODYS_TO_FOLLOW_UP, "withdrawn")
"""Why the second figure leaves a complaint out; `docs/follow-up-rate.md` says why of each reason, and of those that
are not here: what was `not_true`, `abusive` or ended for an `other` reason, or for none that is known, stays in."""
CLOCKS = ("verify", "follow_up", "resolve", "respond", "transfer", "close", "complete")

ENDED_UNANSWERED = frozenset({"archived", "rejected"})

STEPS: dict[str, tuple[str, str]] = {
    "received_to_verified": ("received_at", "verified_at"),
    "received_to_assigned": ("received_at", "assigned_at"),
    "received_to_follow_up": ("received_at", "followed_up_at"),
    "received_to_answer": ("received_at", "answered_at"),
    "received_to_close": ("received_at", "closed_at"),
    "verified_to_assigned": ("verified_at", "assigned_at"),
    "assigned_to_follow_up": ("assigned_at", "followed_up_at"),
    "follow_up_to_answer": ("followed_up_at", "answered_at"),
    "answer_to_close": ("answered_at", "closed_at"),
}
"""The times that are measured: from, to. Where a date is missing, or the later comes first, there is no such time."""


def by_agency(actor: Actor) -> bool:
    """Say whether what somebody did counts as the agency's: a machine's answer follows up nothing."""
    return actor.kind in _AGENCY_KINDS


def left_out(*, kind: str | None, reason: str | None, followed_up: bool, withdrawn_untaken: bool) -> str | None:
    """Return why a complaint is left out of the second figure; None where it counts. The first figure counts all.

    `reason`: the code for which it was archived or rejected, if it is. What was followed up counts, however it ended;
    only what is no complaint never does.
    """
    if kind == "bukan_pengaduan":
        return "not_a_complaint"
    if reason in _NO_COMPLAINT:
        return reason
    if followed_up:
        return None
    if withdrawn_untaken:
        return "withdrawn"
    return reason if reason in _NOBODYS_TO_FOLLOW_UP else None


@dataclass(frozen=True, slots=True)
class Limit:
    """How one clock went: `unknown` where no calendar is known, `open` while it runs or rests."""

    kept: int = 0
    missed: int = 0
    unknown: int = 0
    open: int = 0

    @property
    def share(self) -> float | None:
        """The share within the limit; None where no outcome is known. What is unknown never counts as kept."""
        return share(self.kept, self.kept + self.missed)


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a step took: the median, and what nine in ten did not exceed, in hours and in the agency's working days.

    `in_days`: how many of `count` lie in years that the calendar knows; of the others no working days are told.
    """

    count: int
    median_hours: float | None
    p90_hours: float | None
    in_days: int = 0
    median_days: float | None = None
    p90_days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of one bucket, or of all."""

    received: int = 0
    followed_up: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    complaints_followed_up: int = 0
    answered: int = 0
    closed: int = 0
    imported: int = 0
    escalated: int = 0
    rated: int = 0
    mean_rating: float | None = None
    steps: Mapping[str, Duration] = field(default_factory=dict)
    limits: Mapping[str, Limit] = field(default_factory=dict)

    @property
    def rate(self) -> float | None:
        """The follow-up rate: of all that was received."""
        return share(self.followed_up, self.received)

    @property
    def complaints(self) -> int:
        """How many are left when what is no complaint is left out."""
        return self.received - sum(self.left_out.values())

    @property
    def complaint_rate(self) -> float | None:
        """The second figure: of what is a complaint and was not taken back."""
        return share(self.complaints_followed_up, self.complaints)


def share(part: int, whole: int) -> float | None:
    """Return a share between 0 and 1; None of nothing."""
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody may see: complaints of these agencies, or within these regencies and of their agencies.

    `agencies` None means all. `exact` False: nothing in which somebody could be found.
    """

    agencies: tuple[str, ...] | None = None
    regions: tuple[str, ...] = ()
    sealed: bool = False
    exact: bool = True


def scope(principal: Principal) -> Scope:
    """Return what an account sees of the figures. Raises `ForbiddenError`.

    The Inspectorate alone counts what is sealed; observers (civil society) see totals in which nobody can be found.
    Who is bound to regions sees those and no others, whatever the role sees else: the same cases as in casework.
    """
    agencies, regions = principal.agencies, principal.regions
    match principal.role:
        case Role.COORDINATOR | Role.INSPECTORATE | Role.OBSERVER as role:
            return Scope(
                agencies=agencies if regions else None,
                regions=regions,
                sealed=role is Role.INSPECTORATE,
                exact=role is not Role.OBSERVER,
            )
        case Role.LEADER:
            return Scope(agencies=agencies, regions=regions)
        case Role.LIAISON | Role.OPERATOR:
            raise ForbiddenError("no_figures", "Peran Anda tidak membuka angka tindak lanjut; mintalah kepada pimpinan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: received from `start` to `end` (both days included, WITA), one bucket per value of `by`."""

    start: date
    end: date
    by: Cut
    filters: Mapping[str, str] = field(default_factory=dict)


def check(question: Question, seeing: Scope) -> None:
    """Refuse a period that is none and, to whoever sees no exact figures, what would let them subtract.

    Two periods that differ by a day, or two filters, would tell one complaint apart. Raises `ProblemError`.
    """
    start, end = question.start, question.end
    if start > end:
        raise ProblemError("bad_period", "Tanggal awal harus sebelum tanggal akhir", f"{start} > {end}")
    if start < FIRST_DAY or end > LAST_DAY:
        raise ProblemError("bad_period", f"Pilih tanggal antara {FIRST_DAY} dan {LAST_DAY}")
    if seeing.exact:
        return
    if start.day != 1 or end.day != monthrange(end.year, end.month)[1]:
        raise ProblemError("bad_period", "Pilih bulan penuh: dari tanggal 1 sampai akhir bulan")
    if len(question.filters) > 1:
        raise ProblemError("too_many_filters", "Pilih paling banyak satu saringan")


def counts_sealed(question: Question, seeing: Scope) -> bool:
    """Say whether sealed complaints are in the answer: in the Inspectorate's totals, and in no part of them."""
    return seeing.sealed and not question.filters


def merged(sizes: Mapping[str, int]) -> frozenset[str]:
    """Return the buckets that are shown as one, so that none of fewer than `FEWEST` can be seen or subtracted.

    All that are too small; and, where they are too few together, the next larger ones until they are enough.
    """
    small = {name for name, size in sizes.items() if size < FEWEST}
    for name in sorted(sizes, key=lambda one: (sizes[one], one)):
        if not small or sum(sizes[one] for one in small) >= FEWEST:
            break
        small.add(name)
    return frozenset(small)


def too_few(received: int) -> bool:
    """Say whether even the total would name people."""
    return 0 < received < FEWEST
