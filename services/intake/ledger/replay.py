"""Run a kept request again, after a change of ours: the same channel, the same acceptance, as if it came now.

It is not authenticated again: its signature was right when it came, and headers with authority are not kept. What was
taken in then is known by its ids, and stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

import structlog

from services.intake.accepting import surely, try_out
from services.intake.drafts import Delivery
from services.intake.ledger import repository
from services.intake.ledger.repository import KeptRequest
from services.intake.ledger.sifting import sift
from services.intake.passing import will_pass
from services.intake.service import IntakeService
from shared.channels import Channel, Receipt, RefusedError, Translation, Unreadable
from shared.core.errors import whereabouts
from shared.core.times import Clock, utc_now
from shared.db import Database, UnitOfWork

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came of running a request again.

    `state`: replayed, parked or ignored as before; gone when somebody else was faster. `new` and `known` count the
    messages in it.
    """

    id: UUID
    state: Literal["replayed", "parked", "ignored", "gone"]
    new: int = 0
    known: int = 0
    unreadable: tuple[Unreadable, ...] = ()


class Replay:
    """Runs kept requests of one channel again."""

    def __init__(self, service: IntakeService, database: Database, channel: Channel, *, clock: Clock = utc_now) -> None:
        """Take what the doors have too."""
        self._service = service
        self._database = database
        self._channel = channel
        self._clock = clock

    async def waiting(self, *, state: str, since: datetime | None = None, request_id: UUID | None = None) -> list[UUID]:
        """Return the channel's requests in this state (parked or ignored), oldest first."""
        name = self._channel.name
        return await self._database.run(
            lambda tx: repository.find_requests(tx, state=state, channel=name, since=since, request_id=request_id)
        )

    async def run(self, request_id: UUID, *, dry: bool = False) -> Replayed:
        """Run one request again; `dry`: only find out what would come of it. Either way the look is on record.

        Raises what will pass by itself, such as a database that is away.
        """
        why = "replay, dry" if dry else "replay"
        kept = await self._database.run(lambda tx: repository.open_request(tx, request_id, why))
        if kept is None:
            return Replayed(id=request_id, state="gone")
        delivery = await self._service.make_ready(self._channel.name, await self._delivery(request_id, kept))
        if dry:
            return _outcome(
                request_id, delivery, await try_out(self._service, self._database, self._channel.name, delivery)
            )
        return await surely(self._database, lambda tx: self._accept(tx, request_id, delivery))

    async def _delivery(self, request_id: UUID, kept: KeptRequest) -> Delivery:
        """Translate a request, without what breaks our code."""
        name = self._channel.name
        delivery = Delivery(
            door=kept.request.door,
            request=kept.request,
            translation=self._translate(kept),
            kept_as=request_id,
        )
        try:
            await try_out(self._service, self._database, name, delivery)
        except Exception as error:
            if will_pass(error):
                raise
            log.error("intake.replay_failed", request_id=str(request_id), **whereabouts(error))  # noqa: TRY400 - a trace may quote

            async def probe(part: Translation) -> None:
                await try_out(self._service, self._database, name, replace(delivery, translation=part))

            return replace(delivery, translation=await sift(delivery.translation, probe))
        return delivery

    def _translate(self, kept: KeptRequest) -> Translation:
        try:
            return self._channel.normalize(kept.request)
        except RefusedError as error:
            return Translation(unreadable=(Unreadable(reason=error.reason),))
        except Exception as error:  # noqa: BLE001 - still our mistake: it stays parked
            log.error("intake.replay_failed", channel=self._channel.name, **whereabouts(error))  # noqa: TRY400 - as above
            return Translation(unreadable=(Unreadable(reason="internal_error"),))

    async def _accept(self, tx: UnitOfWork, request_id: UUID, delivery: Delivery) -> Replayed:
        if not await repository.lock_request(tx, request_id):
            return Replayed(id=request_id, state="gone")
        (receipts,) = await self._service.accept(tx, self._channel.name, [delivery])
        outcome = _outcome(request_id, delivery, receipts)
        await repository.mark_request(
            tx, request_id, state=outcome.state, unreadable=outcome.unreadable, at=self._clock()
        )
        return outcome


def _outcome(request_id: UUID, delivery: Delivery, receipts: Sequence[Receipt]) -> Replayed:
    translation = delivery.translation
    state: Literal["replayed", "parked", "ignored"] = "replayed"
    if translation.unreadable:
        state = "parked"
    elif any(one.words for one in translation.ignored):
        state = "ignored"
    known = sum(receipt.duplicate for receipt in receipts)
    return Replayed(
        id=request_id,
        state=state,
        new=len(receipts) - known,
        known=known,
        unreadable=translation.unreadable,
    )
