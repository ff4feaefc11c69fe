"""What was missed comes back: read from the provider what citizens wrote, and accept it like a request at a door.

It overlaps with what came by webhook on purpose. The ids are the same, so that each message is accepted once.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.intake.accepting import accept_surely
from services.intake.drafts import Delivery
from services.intake.ledger import repository
from services.intake.passing import will_pass
from services.intake.service import IntakeService
from shared.channels import InboundRequest, MessageReader, Reading, Receipt, SendError, Translation, Unreadable
from shared.core.errors import whereabouts
from shared.core.times import Clock, utc_now
from shared.db import Database
from shared.telemetry import metrics

log = structlog.get_logger()

DOOR = "recover"
EVERY = timedelta(minutes=15)
OVERLAP = timedelta(hours=2)
"""A provider may show a message later than it was written."""
FURTHEST = timedelta(days=30)
"""By itself nobody reads further back; `ntbcare recover --since` does."""
FIRST_LOOK = timedelta(days=1)
"""How far back for an account that never heard anything."""
_LOOK_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What reading an account back brought. `problem`: why it broke off; None when it came to the end."""

    channel: str
    account: str
    since: datetime
    found: int = 0
    known: int = 0
    parked: int = 0
    problem: str | None = None


class Recovery:
    """Reads accounts back, by itself and when told to."""

    def __init__(
        self,
        service: IntakeService,
        database: Database,
        readers: Mapping[str, MessageReader],
        *,
        clock: Clock = utc_now,
    ) -> None:
        """Take the readers by channel."""
        self._service = service
        self._database = database
        self._readers = readers
        self._clock = clock
        self._kept: set[bytes] = set()

    async def run(self) -> None:
        """Read every account back every 15 minutes, and at once after a pause, until cancelled."""
        await asyncio.gather(*(self._follow(channel, account) for channel, account in self._accounts()))
        await asyncio.Event().wait()  # nothing to read: a worker that ends would end its process

    def _accounts(self) -> list[tuple[str, str]]:
        able = {channel: reader for channel, reader in self._readers.items() if reader.reads_back}
        return [(channel, account) for channel, reader in able.items() for account in reader.accounts]

    async def _follow(self, channel: str, account: str) -> None:
        while True:
            try:
                await self.look(channel, account)
            except Exception as error:
                if not will_pass(error):
                    raise
                log.warning("recover.unavailable", error=type(error).__name__)
            await asyncio.sleep(_LOOK_S)

    async def look(self, channel: str, account: str) -> Recovered | None:
        """Read an account back if that is due and no other process does; from where the last reading came to an end."""
        now = self._clock()
        claim = await self._database.run(
            lambda tx: repository.claim_recovery(tx, channel, account, now=now, not_since=now - EVERY)
        )
        if claim is None:
            return None
        known = min(claim.read_until or claim.last_message_at or now - FIRST_LOOK, now)  # a clock may have gone back
        done = await self.recover(channel, account, max(known - OVERLAP, now - FURTHEST))
        log.info("recover.done", channel=channel, account=account, found=done.found, problem=done.problem)
        return done

    async def recover(self, channel: str, account: str, since: datetime) -> Recovered:
        """Read what was written since then. The provider's refusals are in what it returns.

        Raises what will pass by itself, such as a database that is away.
        """
        started, counts, problem = self._clock(), [0, 0, 0], None
        try:
            async for reading in self._readers[channel].since(account, since):
                for position, number in enumerate(await self._accept(channel, reading)):
                    counts[position] += number
        except SendError as error:
            problem = error.reason
        except Exception as error:
            if will_pass(error):
                raise
            log.error("recover.reading_failed", channel=channel, **whereabouts(error))  # noqa: TRY400 - a trace may quote
            problem = "internal_error"  # one reader's mistake must not end the process, and every other worker with it
        found, known, parked = counts
        await self._database.run(
            lambda tx: repository.store_recovery(
                tx, channel, account, since=since, started=started, found=found, problem=problem
            )
        )
        metrics.RECOVERED.labels(channel=channel, account=account).inc(found)
        return Recovered(
            channel=channel, account=account, since=since, found=found, known=known, parked=parked, problem=problem
        )

    async def _accept(self, channel: str, reading: Reading) -> tuple[int, int, int]:
        """Accept one reading; return how many messages were new, how many known, and whether it was parked."""
        try:
            receipts = await self._take(channel, reading.body, reading.translation)
        except Exception as error:
            if will_pass(error):
                raise
            log.error("recover.accepting_failed", channel=channel, **whereabouts(error))  # noqa: TRY400 - a trace may quote
            broken = Translation(unreadable=(Unreadable(reason="internal_error"),))
            await self._take(channel, reading.body, broken)
            return 0, 0, 1
        known = sum(receipt.duplicate for receipt in receipts)
        return len(receipts) - known, known, 1 if reading.translation.unreadable else 0

    async def _take(self, channel: str, body: bytes, translation: Translation) -> list[Receipt]:
        """Accept it; what is kept for its words alone is kept once, however often it is read."""
        leftover = translation.unreadable or any(one.words for one in translation.ignored)
        name = hashlib.sha256(body).digest()
        if leftover and name in self._kept:
            return []
        request = InboundRequest(
            method="GET", door=DOOR, path_values={}, query=b"", headers={}, body=body, received_at=self._clock()
        )
        delivery = Delivery(door=DOOR, request=request, translation=translation)
        (receipts,) = await accept_surely(self._service, self._database, channel, [delivery])
        if leftover:
            self._kept.add(name)
        return receipts
