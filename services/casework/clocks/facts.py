"""A case and its history as the clocks ask for them; pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.casework.clocks.rules import ENDED, Facts, Pause, Transfer

_STOPS = frozenset({"awaiting_information", "transfer_requested", *ENDED})
_OVER = frozenset({"answered", *ENDED})
_FOLLOWS_UP = frozenset({"follow_up", "follow_up_elsewhere"})
_DECIDE = frozenset({"assign", "decline", "archive", "reject", "unseal"})


class Past(NamedTuple):
    """A line of a case's history. `move`: what was done; None in the oldest lines."""

    previous: str | None
    state: str
    move: str | None
    at: datetime


def facts(known: Callable[[str], Any], history: Sequence[Past]) -> Facts:
    """Return what happened to a case: `known` tells its columns, `history` is oldest first.

    Who answers an answer brings the case out of `answered`; so nobody responded to one that is in it, whatever else
    its citizen said or rated.
    """
    state = known("state")
    return Facts(
        received_at=known("received_at"),
        state=state,
        kind=known("kind"),
        urgency=known("urgency"),
        emergency=known("emergency"),
        verified_at=known("verified_at"),
        assigned_at=known("assigned_at"),
        reopened_at=_begun_again(known("reopened_at"), history),
        asked_at=known("asked_at"),
        ended_at=(known("closed_at") or history[-1].at) if state in ENDED else None,
        follow_ups=_sorted(one.at for one in history if one.move in _FOLLOWS_UP),
        answers=_sorted(one.at for one in history if one.state == "answered" != one.previous),
        pauses=tuple(_pauses(history)),
        transfer=_transfer(history),
    )


def _sorted(moments: Iterable[datetime]) -> tuple[datetime, ...]:
    return tuple(sorted(moments))


def _begun_again(reopened_at: datetime | None, history: Sequence[Past]) -> datetime | None:
    """Return when it last began again; a seal hands over what was answered or had ended, and nothing else says so."""
    handed = (one.at for one in history if one.move == "hand_over" and one.previous in _OVER)
    return max((at for at in (reopened_at, *handed) if at is not None), default=None)


def _transfer(history: Sequence[Past]) -> Transfer | None:
    """Return the last transfer that was asked for; one that came to no decision is none: `merged` ends its row."""
    changes = [one for one in history if one.state != one.previous]
    last = max((at for at, one in enumerate(changes) if one.state == "transfer_requested"), default=None)
    if last is None:
        return None
    if last == len(changes) - 1:
        return Transfer(changes[last].at, None)
    decision = changes[last + 1]
    return Transfer(changes[last].at, decision.at) if decision.move in _DECIDE else None


def _pauses(history: Sequence[Past]) -> Iterator[Pause]:
    """Yield when clocks stood still; not since the end of a case that is ended now.

    What a citizen said before they were asked may be heard afterwards: no stop ends before it began.
    """
    since: datetime | None = None
    latest: datetime | None = None
    state: str | None = None
    for one in history:
        latest = one.at if latest is None else max(latest, one.at)
        if one.state == state:
            continue
        if since is not None and since < latest:
            yield Pause(since, latest)
        state, since = one.state, latest if one.state in _STOPS else None
    if since is not None and state not in ENDED:
        yield Pause(since, None)
