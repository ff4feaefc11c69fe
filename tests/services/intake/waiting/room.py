"""A waiting room on a real database: its clock, its messages and its providers are the test's."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.intake.accepting import accept_surely
from services.intake.drafts import Delivery
from services.intake.service import IntakeService
from services.intake.waiting.agency import AgencyMessages
from services.intake.waiting.amendments import Amendments
from services.intake.waiting.held import Held
from services.intake.waiting.parts import Parts
from services.intake.waiting.pointers import Pointers
from services.intake.waiting.worker import WaitingWorker
from shared.channels import (
    AccountHealth,
    Amendment,
    Attachment,
    InboundMessage,
    InboundRequest,
    Part,
    Pointer,
    Reading,
    Receipt,
    Sender,
    Translation,
)
from shared.contents import AttachmentStore
from shared.db import Database
from shared.security.vault import VaultKeys
from tests.services.intake.provider import SETTINGS

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
VAULT = VaultKeys([SETTINGS["NTBCARE_INTAKE_VAULT_KEYS"]])
PHOTO = Attachment(kind="image", url="https://scontent.xx.fbcdn.net/foto.jpg")


class Reader:
    """Plays a channel's provider: answers, or fails, as the test says."""

    def __init__(self, answer: Callable[[Pointer], Reading]) -> None:
        self._answer = answer
        self.asked: list[str] = []
        self.closed = False

    @property
    def accounts(self) -> Sequence[str]:
        return ["page"]

    @property
    def reads_back(self) -> bool:
        return True

    async def resolve(self, pointer: Pointer) -> Reading:
        self.asked.append(pointer.provider_message_id)
        return self._answer(pointer)

    async def since(self, account: str, since: datetime) -> AsyncIterator[Reading]:
        raise NotImplementedError
        yield

    async def health(self, account: str) -> AccountHealth:
        raise NotImplementedError

    async def close(self) -> None:
        self.closed = True


class Room:
    """Takes messages in as the doors do, and works off what waits."""

    def __init__(self, database: Database, folder: Path, readers: dict[str, Reader] | None = None) -> None:
        self.now = NOON
        self.database = database
        self.readers = readers or {}
        self.service = IntakeService(
            vault=VAULT,
            access_code_key=SETTINGS["NTBCARE_INTAKE_ACCESS_CODE_KEY"],
            store=AttachmentStore.in_folder(folder / "attachments"),
        )
        self.worker = self.new_worker()

    def new_worker(self, service: IntakeService | None = None) -> WaitingWorker:
        def clock() -> datetime:
            return self.now

        chosen = service or self.service
        return WaitingWorker(
            self.database,
            Parts(chosen, VAULT, clock=clock),
            Held(clock=clock),
            AgencyMessages(clock=clock),
            Amendments(chosen, VAULT, clock=clock),
            Pointers(chosen, VAULT, channels=["sms", "facebook"], clock=clock),
            self.readers,
            clock=clock,
        )

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    async def take(self, channel: str, translation: Translation) -> list[Receipt]:
        request = InboundRequest(
            method="POST", door="/", path_values={}, query=b"", headers={}, body=b"body", received_at=self.now
        )
        delivery = Delivery(door="/test", request=request, translation=translation)
        return (await accept_surely(self.service, self.database, channel, [delivery]))[0]

    async def piece(
        self, sender: str, number: int, total: int, text: str, *, reference: str = "7", again: str = ""
    ) -> None:
        """Take in a piece of a long SMS; `again` makes it another delivery of the same piece."""
        message = said(
            f"{sender}-{reference}-{number}{again}",
            text,
            sender=sender,
            account="1708",
            surface="sms",
            event_time=self.now,
            part=Part(reference=reference, number=number, total=total),
        )
        await self.take("sms", Translation(messages=(message,)))

    async def says(self, mid: str, text: str, **more: Any) -> Receipt:
        (receipt,) = await self.take("facebook", Translation(messages=(said(mid, text, **more),)))
        return receipt

    async def amends(
        self,
        mid: str,
        change: Any,
        text: str | None = None,
        at: datetime | None = None,
        message: InboundMessage | None = None,
    ) -> None:
        told = Amendment(
            provider_message_id=mid, account="page", change=change, text=text, at=at or self.now, message=message
        )
        await self.take("facebook", Translation(amendments=(told,)))

    async def points(self, mid: str, fallback: InboundMessage | None = None) -> None:
        told = Pointer(provider_message_id=mid, account="page", kind="comment", fallback=fallback)
        await self.take("facebook", Translation(pointers=(told,)))

    async def work(self) -> None:
        """Work off everything that can be worked off now."""
        for step in (self.worker.join_next, self.worker.amend_next, self.worker.ask_next):
            while await step():
                pass
        await self.worker.tidy()


def said(mid: str, text: str, *, sender: str = "someone", account: str = "page", **more: Any) -> InboundMessage:
    told = {"surface": "direct_message", "stands_alone": bool(text), **more}
    kind = "msisdn" if told["surface"] == "sms" else "psid"
    return InboundMessage(
        provider_message_id=mid, account=account, sender=Sender(id=sender, kind=kind), text=text, **told
    )
