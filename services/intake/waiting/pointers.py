"""Messages of which a provider told hardly more than the id: asked for, and accepted like what comes to the door."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

import structlog
from sqlalchemy import Row

from services.intake.documents import read_message
from services.intake.drafts import Delivery
from services.intake.service import IntakeService
from services.intake.waiting import repository
from services.intake.waiting.requests import request_of
from shared.channels import InboundMessage, Pointer, Reading, Remedy, SendError, Translation, Unreadable
from shared.core.errors import whereabouts
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.security.vault import VaultKeys

log = structlog.get_logger()

DOOR = "pointer"
LEASE = timedelta(minutes=2)
"""A question takes a minute at most; after this its worker is taken for dead."""
_FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
"""Between two questions."""
_ACCOUNT_WAIT = timedelta(minutes=15)
"""While an account's token is dead: somebody must act first."""
PATIENCE = timedelta(hours=24)
"""After this the citizen's words are taken as far as they are known."""
ACCOUNT_PATIENCE = timedelta(hours=72)
"""The same while a token is dead: a weekend."""
MOST_ATTEMPTS = 24
"""Of a message that a mistake of ours keeps from being accepted: with the waits between them about eighteen hours, in
which we may be mended."""
OUR_MISTAKE = "internal_error"

Result: TypeAlias = Reading | SendError


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A pointer that this worker asks about now."""

    channel: str
    pointer: Pointer = field(repr=False)
    attempt: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """What became of a pointer: `resolved`; `fallback` or `given_up` when no more is asked; `later`. And why.

    `parked`: what the provider said is kept for a replay, because our own code cannot accept it.
    """

    channel: str
    outcome: str
    reason: str = ""


class Pointers:
    """Hands out what is to be asked and records what came of it. Each method runs in one transaction of the edge."""

    def __init__(
        self,
        service: IntakeService,
        vault: VaultKeys,
        *,
        channels: Collection[str],
        clock: Clock = utc_now,
    ) -> None:
        """Take what accepts, the keys that open a fallback, and the channels to look after."""
        self._service = service
        self._vault = vault
        self._channels = channels
        self._clock = clock

    async def claim(self, tx: UnitOfWork) -> Claim | None:
        """Take the next pointer that is due."""
        now = self._clock()
        row = await repository.claim_pointer(tx, now, channels=self._channels)
        if row is None:
            return None
        attempt = row.attempts + 1
        await repository.change_pointer(
            tx, row, state="wanted", problem=row.problem, attempts=attempt, due_at=now + LEASE
        )
        pointer = Pointer(
            provider_message_id=row.provider_message_id,
            account=row.account,
            kind=row.kind,
            media=row.media,
            fallback=self._fallback(row),
        )
        return Claim(channel=row.channel, pointer=pointer, attempt=attempt)

    async def record(self, tx: UnitOfWork, claim: Claim, result: Result) -> Resolved | None:
        """Record what the provider said; None when another worker has the pointer by now. Raises `OvertakenError`."""
        row = await self._lock(tx, claim)
        if row is None:
            return None
        if isinstance(result, Reading):
            await self._accept(tx, row, result.body, result.translation)
            await self._settle(tx, row, "resolved", None)
            return Resolved(row.channel, "resolved")
        if result.remedy is Remedy.GIVE_UP or self._clock() - row.received_at >= _patience(result):
            return await self._give_up(tx, row, result.reason)
        return await self._later(tx, row, result)

    async def put_off(self, tx: UnitOfWork, claim: Claim, result: Result, *, fallback: bool = True) -> Resolved | None:
        """Ask again later, as a mistake of ours keeps what the provider said from being accepted; in the end park it.

        The citizen's words are then taken as they were told at first; without `fallback` not even those.
        """
        row = await self._lock(tx, claim)
        if row is None:
            return None
        if row.attempts < MOST_ATTEMPTS:
            return await self._later(tx, row, SendError(OUR_MISTAKE, Remedy.RETRY))
        body = result.body if isinstance(result, Reading) else _origin(row)
        await self._accept(tx, row, body, Translation(unreadable=(Unreadable(reason=OUR_MISTAKE, where=DOOR),)))
        if fallback:
            await self._accept_fallback(tx, row)
        await self._settle(tx, row, "given_up", OUR_MISTAKE)
        return Resolved(row.channel, "parked", OUR_MISTAKE)

    async def _lock(self, tx: UnitOfWork, claim: Claim) -> Row[Any] | None:
        """Return the claim's row unless another worker has it by now."""
        wanted = claim.pointer
        row = await repository.lock_pointer(tx, claim.channel, wanted.account, wanted.provider_message_id)
        return row if row is not None and (row.state, row.attempts) == ("wanted", claim.attempt) else None

    async def _later(self, tx: UnitOfWork, row: Row[Any], error: SendError) -> Resolved:
        due = self._clock() + _wait(error, row.attempts)
        await repository.change_pointer(
            tx, row, state="wanted", problem=error.reason, attempts=row.attempts, due_at=due
        )
        return Resolved(row.channel, "later", error.reason)

    async def _give_up(self, tx: UnitOfWork, row: Row[Any], reason: str) -> Resolved:
        """Ask no more: what the provider told at first is all there is."""
        told = await self._accept_fallback(tx, row)
        await self._settle(tx, row, "given_up", reason)
        return Resolved(row.channel, "fallback" if told else "given_up", reason)

    async def _accept_fallback(self, tx: UnitOfWork, row: Row[Any]) -> bool:
        fallback = self._fallback(row)
        if fallback is not None:
            await self._accept(tx, row, _origin(row), Translation(messages=(fallback,)))
        return fallback is not None

    async def _accept(self, tx: UnitOfWork, row: Row[Any], body: object, translation: Translation) -> None:
        delivery = Delivery(door=DOOR, request=request_of(DOOR, row.received_at, body), translation=translation)
        await self._service.accept(tx, row.channel, [delivery])

    async def _settle(self, tx: UnitOfWork, row: Row[Any], state: str, problem: str | None) -> None:
        await repository.change_pointer(tx, row, state=state, problem=problem, attempts=row.attempts, due_at=row.due_at)

    def _fallback(self, row: Row[Any]) -> InboundMessage | None:
        if row.fallback is None:
            return None
        try:
            return read_message(self._vault.open(row.fallback))
        except Exception as error:  # noqa: BLE001 - one that cannot be read must not hold up the others
            log.error("intake.fallback_unreadable", channel=row.channel, **whereabouts(error))  # noqa: TRY400 - a trace may quote
            return None


def _origin(row: Row[Any]) -> dict[str, str]:
    return {"pointer": row.provider_message_id, "request": str(row.raw_request_id)}


def _patience(error: SendError) -> timedelta:
    return ACCOUNT_PATIENCE if error.remedy is Remedy.PAUSE else PATIENCE


def _wait(error: SendError, attempt: int) -> timedelta:
    if error.retry_after is not None:
        return min(error.retry_after, LONGEST_WAIT)
    if error.remedy is Remedy.PAUSE:
        return _ACCOUNT_WAIT
    return min(_FIRST_WAIT * (1 << min(attempt - 1, 10)), LONGEST_WAIT)
