"""Reads both sides: ours from lapor's own tables, without writing; LAPOR!'s politely, page by page or one by one."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, Protocol, TypeVar

from sqlalchemy import text

from deploy.reconcile.lapor.sides import Arrival, Looked, Mirror, Ours, Shown, Theirs, Told
from services.lapor.rules import digest, leading_ticket, redacted
from services.lapor.wire.port import Busy, Listed, Locked, NotSent, Page, Port, Refused, Status, Unclear
from shared.core.times import Clock, utc_now
from shared.db import Database

_READ_ONLY = text("SET TRANSACTION READ ONLY")
_MIRRORS = text("""
    SELECT m.ticket, m.state, m.reason, m.lapor_id, m.status, m.mirrored_at, m.looked_at, m.due_at,
           coalesce(m.released_at, m.verified_at, i.arrived_at) AS since,
           CASE WHEN m.state = 'perhaps_created' THEN m.text END AS words
    FROM lapor.mirror AS m
    LEFT JOIN LATERAL (SELECT max(arrived_at) AS arrived_at FROM lapor.incoming
                       WHERE complaint_id = m.complaint_id) AS i ON true
    ORDER BY m.complaint_id
""")
_ARRIVALS = text("""
    SELECT lapor_id, state, reason, ticket, arrived_at, filed_at, linked_at, coalesce(content, title) AS words
    FROM lapor.incoming ORDER BY arrived_at, lapor_id
""")
_NOTICES = text("""
    SELECT ticket, detail AS lapor_id FROM lapor.notice
    WHERE kind IN ('perhaps_double', 'number_taken') AND settled_at IS NULL AND ticket IS NOT NULL AND detail <> ''
""")
_NUMBERS = text("""
    SELECT lapor_id FROM lapor.mirror WHERE lapor_id IS NOT NULL ORDER BY looked_at NULLS FIRST, complaint_id
""")

T = TypeVar("T")
_MOST_PAGES = 1000
_PATIENCE: Final = 3
"""Tries of one call that LAPOR! puts off, and failures in a row before all of it is given up."""
_LONGEST_WAIT_S = 300.0
_WAIT_S = 30.0
_NOT_THERE: Final = frozenset({404, 410})


class UnreadError(Exception):
    """LAPOR! cannot be read; the text says why and what to do."""


class Progress(Protocol):
    """Is told how far the reading is."""

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """Show it; `total` is None where nobody knows how much there is."""
        ...


async def our_side(database: Database) -> Ours:
    """Read all that we hold."""
    async with database.transaction() as tx:
        await tx.execute(_READ_ONLY)
        mirrors = tuple(Mirror(**row) for row in (await tx.execute(_MIRRORS)).mappings())
        arrivals = tuple(
            Arrival(**{name: value for name, value in row.items() if name != "words"}, digest=_digest(row["words"]))
            for row in (await tx.execute(_ARRIVALS)).mappings()
        )
        notices = tuple(Told(row.ticket, row.lapor_id) for row in await tx.execute(_NOTICES))
    return Ours(mirrors=mirrors, arrivals=arrivals, notices=notices)


async def our_numbers(database: Database) -> list[str]:
    """Return every number that we hold, the one that was looked at longest ago first."""
    async with database.transaction() as tx:
        await tx.execute(_READ_ONLY)
        return list(await tx.scalars(_NUMBERS))


class TheirSide:
    """Asks LAPOR!, one call after the other with a pause between, and waits when it asks us to."""

    def __init__(
        self,
        port: Port,
        *,
        pace_s: float,
        progress: Progress,
        clock: Clock = utc_now,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Take everything; ask nothing yet."""
        self._port = port
        self._pace_s = pace_s
        self._progress = progress
        self._clock = clock
        self._sleep = sleep
        self._asked = False

    async def read(self, numbers: Callable[[], Awaitable[list[str]]], *, has_list: bool, at_most: int) -> Theirs:
        """Read the list, where there is one, then ask one by one for what it does not show, `at_most` so many."""
        began_at = self._clock()
        listed: dict[str, Shown] = {}
        looked: dict[str, Looked] = {}
        whole, unread = False, None
        try:
            if has_list:
                whole = await self._list(listed)
            wanted = [number for number in await numbers() if number not in listed]
            await self._look(wanted[:at_most], looked)
        except UnreadError as error:
            unread = str(error)
        return Theirs(began_at=began_at, listed=listed if has_list else None, whole=whole, looked=looked, unread=unread)

    async def _list(self, found: dict[str, Shown]) -> bool:
        """Read the list to its end; True when it was."""
        for number in range(1, _MOST_PAGES + 1):
            page = await self._patiently(partial(self._port.listed, number))
            if not isinstance(page, Page):
                raise UnreadError(why(page, "is NTBCARE_LAPOR_LIST_PATH the list's address"))
            before = len(found)
            found |= {one.lapor_id: self._shown(one) for one in page.items if one.lapor_id not in found}
            self._progress("Reading LAPOR!'s list", len(found), None)
            if not page.more:
                return True
            if len(found) == before:  # a list that goes on and shows nothing new has no end
                return False
        return False

    async def _look(self, numbers: list[str], found: dict[str, Looked]) -> None:
        failed = 0
        for done, number in enumerate(numbers, 1):
            outcome = await self._patiently(partial(self._port.status, number), tries=1)
            if isinstance(outcome, Status):
                found[number] = Looked(outcome.name, self._clock())
            elif isinstance(outcome, Refused) and outcome.status in _NOT_THERE:
                found[number] = Looked(None, self._clock())
            failed = failed + 1 if isinstance(outcome, NotSent | Unclear) else 0
            if failed == _PATIENCE:
                raise UnreadError(why(outcome, "ask again later"))
            self._progress("Asking LAPOR! one by one", done, len(numbers))

    async def _patiently(self, call: Callable[[], Awaitable[T]], *, tries: int = _PATIENCE) -> T:
        """Call, after a pause; wait where LAPOR! asks us to, and try a call again that failed."""
        waits = 0
        while True:
            if self._asked:
                await self._sleep(self._pace_s)
            self._asked = True
            outcome = await call()
            match outcome:
                case Busy(seconds) if waits < _PATIENCE and (seconds or 0.0) <= _LONGEST_WAIT_S:
                    waits += 1
                    self._progress("LAPOR! asks us to wait", 0, None)
                    await self._sleep(_WAIT_S if seconds is None else seconds)
                case Busy() | Locked():
                    raise UnreadError(why(outcome, "ask again later"))
                case NotSent() | Unclear() if tries > 1:
                    tries -= 1
                case _:
                    return outcome

    def _shown(self, one: Listed) -> Shown:
        ticket = leading_ticket(one.content)
        return Shown(
            lapor_id=one.lapor_id,
            status=one.status,
            at=self._clock(),
            ticket=ticket,
            title=one.title if ticket else "",
            content=one.content if ticket else "",
            filed_at=one.filed_at,
            digest=_digest(one.content or one.title),
        )


def _digest(words: str | None) -> str | None:
    return digest(words) if words and words.strip() else None


def why(outcome: object, step: str) -> str:
    """Say why LAPOR! could not be read, and what to do; `step` is what to do where the answer itself says nothing."""
    match outcome:
        case Locked(status):
            return (
                f"LAPOR! does not know us (HTTP {status}): check NTBCARE_LAPOR_AUTH, NTBCARE_LAPOR_TOKEN and "
                "NTBCARE_LAPOR_AUTH_HEADER."
            )
        case Busy(seconds):
            return f"LAPOR! asks us to wait{f' {seconds:.0f} seconds' if seconds else ''} (HTTP 429): {step}."
        case NotSent(reason):
            return f"There is no connection to LAPOR! ({reason}): check NTBCARE_LAPOR_BASE_URL and the way there."
        case Refused(status, message):
            return f"LAPOR! refused (HTTP {status}: {redacted(message)}): {step}."
        case Unclear(reason):
            return f"LAPOR!'s answer is not understood ({reason}): {step}."
        case _:
            return f"LAPOR! could not be read: {step}."
