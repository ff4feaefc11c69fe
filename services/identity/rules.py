"""Identity's decisions, pure: what binds which role, what a service token looks like, which session lives."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from shared.core.errors import ProblemError
from shared.security import Role

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")


class Bound(Enum):
    """What a role's accounts are bound to."""

    TO_NOTHING = "peran ini tidak terikat pada instansi atau wilayah"
    TO_AGENCIES = "peran ini terikat pada satu instansi atau lebih, dan tidak pada wilayah"
    TO_REGIONS_OR_NOTHING = "peran ini boleh terikat pada wilayah, dan tidak pada instansi"
    TO_EITHER = "peran ini terikat pada instansi, wilayah, atau keduanya"


BINDINGS: Mapping[Role, Bound] = {
    Role.COORDINATOR: Bound.TO_REGIONS_OR_NOTHING,
    Role.LIAISON: Bound.TO_AGENCIES,
    Role.LEADER: Bound.TO_EITHER,
    Role.INSPECTORATE: Bound.TO_NOTHING,
    Role.OBSERVER: Bound.TO_NOTHING,
    Role.OPERATOR: Bound.TO_NOTHING,
}
"""A coordinator without a region has the whole province. An agency's liaison officer and its head are told apart by
their role: a leader bound to an agency is its head."""

CODE_ROLES = (Role.COORDINATOR, Role.INSPECTORATE, Role.OPERATOR)
"""Who needs a one-time code unless a setting says otherwise: they see everything, or change everything."""


def require_fitting(role: Role, agencies: Collection[str], regions: Collection[str]) -> None:
    """Raise `ProblemError` (`bindings_do_not_fit_role`) where a role is bound to too little or too much."""
    fitting = {
        Bound.TO_NOTHING: not agencies and not regions,
        Bound.TO_AGENCIES: bool(agencies) and not regions,
        Bound.TO_REGIONS_OR_NOTHING: not agencies,
        Bound.TO_EITHER: bool(agencies or regions),
    }
    bound = BINDINGS[role]
    if not fitting[bound]:
        raise ProblemError("bindings_do_not_fit_role", f"Instansi atau wilayah tidak cocok: {bound.value}", role)


def canonical_username(text: str) -> str | None:
    """Return a username as it is kept; None when it can be none."""
    name = text.strip().lower()
    return name if _USERNAME.fullmatch(name) else None


def is_email(text: str) -> bool:
    """Tell whether a message could be sent there."""
    return _EMAIL.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a session lives: unused (`idle`), and at all (`longest`)."""

    idle: timedelta = timedelta(hours=1)
    longest: timedelta = timedelta(hours=12)

    def lives(self, now: datetime, *, seen_at: datetime, ends_at: datetime, ended_at: datetime | None) -> bool:
        """Tell whether a session may go on."""
        return ended_at is None and now < ends_at and now - seen_at < self.idle


_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}


def coarse_agent(header: str) -> str:
    """Return what an officer knows a sign-in by (`Firefox, Windows`), and nothing that tells two machines apart."""
    browser = next((name for word, name in _BROWSERS.items() if word in header), "")
    system = next((name for name in _SYSTEMS if name in header), "")
    return ", ".join(part for part in (browser, system) if part) or "lainnya"
