"""Use cases of citizens. Each method runs inside one transaction that the edge opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from services.intake.access_code import is_access_code
from services.intake.citizens import repository
from services.intake.citizens.credentials import Credentials
from services.intake.citizens.rating import rate_newest
from services.intake.tickets import canonical, unknown_ticket, wrong_access_code
from services.intake.turns import repository as turns
from services.intake.turns.picking import RATEABLE
from shared.channels import Sender
from shared.core.errors import ConflictError, NotFoundError, ProblemError
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.security.vault import VaultKeys

PAGE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A complaint with everything that was said."""

    complaint: Row[Any]
    messages: Sequence[Row[Any]]
    attachments: Sequence[Row[Any]]
    answers: Sequence[Row[Any]]
    follow_ups: Sequence[Row[Any]]
    question: Row[Any] | None

    @property
    def may_rate(self) -> bool:
        """Whether the newest answer waits for a rating."""
        return self.complaint.state in RATEABLE and bool(self.answers) and self.answers[-1].rating is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """A rating as it is kept."""

    rating: int
    text: str | None
    rated_at: datetime


class CitizenService:
    """Opens complaints to those whose they are."""

    def __init__(
        self, *, vault: VaultKeys, access_code_key: str, channels: Sequence[str], clock: Clock = utc_now
    ) -> None:
        """Take the keys, and the channels in which a device may have complained."""
        self._vault = vault
        self._access_code_key = access_code_key
        self._channels = channels
        self._clock = clock

    async def open(self, tx: UnitOfWork, ticket: str, credentials: Credentials) -> Row[Any]:
        """Return a complaint to whoever wrote it from this device, or holds its access code.

        Raises `NotFoundError` (no such ticket, or another device's) or `ForbiddenError` (a wrong code).
        """
        row = await repository.complaint_of_ticket(tx, canonical(ticket))
        if row is None:
            raise unknown_ticket()
        if credentials.device and row.person_id in await repository.persons(tx, self._digests(credentials.device)):
            return row
        if credentials.access_code is None:
            raise unknown_ticket()
        if not is_access_code(self._access_code_key, row.id, credentials.access_code):
            raise wrong_access_code()
        return row

    async def list_own(self, tx: UnitOfWork, device: str, cursor: str | None) -> tuple[Sequence[Row[Any]], str | None]:
        """Return some of a device's complaints, the newest first, and the cursor of the next; raises `ProblemError`."""
        before = None
        if cursor is not None:
            try:
                before = (await self.open(tx, cursor, Credentials(device=device))).id
            except NotFoundError:
                raise ProblemError("cursor_unknown", "Mulai lagi dari halaman pertama, tanpa cursor") from None
        digests = self._digests(device)
        rows = await repository.complaints_of(tx, digests, before=before, at_most=PAGE + 1)
        return rows[:PAGE], rows[PAGE - 1].ticket if len(rows) > PAGE else None

    async def tell(self, tx: UnitOfWork, ticket: str, credentials: Credentials) -> Story:
        """Return everything that was said; raises as `open`."""
        row = await self.open(tx, ticket, credentials)
        return Story(
            complaint=row,
            messages=await repository.messages_of(tx, row.id),
            attachments=await repository.attachments_of(tx, row.id),
            answers=await repository.answers_of(tx, row.id),
            follow_ups=await turns.follow_ups_of(tx, row.id),
            question=await turns.open_question(tx, row),
        )

    async def rate(self, tx: UnitOfWork, ticket: str, credentials: Credentials, stars: int, text: str | None) -> Rated:
        """Keep what a citizen thinks of the newest answer, once; the same rating again changes nothing.

        Raises as `open`, or `ConflictError`: nothing was answered yet, or it has another rating already.
        """
        row = await self.open(tx, ticket, credentials)
        if row.state not in RATEABLE or not await repository.answers_of(tx, row.id):
            raise ConflictError("not_answered", "Pengaduan ini belum dijawab; beri nilai sesudah ada jawaban")
        now, words = self._clock(), text or None
        if await rate_newest(tx, complaint_id=row.id, ticket=row.ticket, stars=stars, text=words, at=now):
            return Rated(rating=stars, text=words, rated_at=now)
        kept = (await repository.answers_of(tx, row.id))[-1]
        if (kept.rating, kept.rating_text) != (stars, words):
            raise ConflictError("already_rated", "Jawaban ini sudah diberi nilai")
        return Rated(rating=kept.rating, text=kept.rating_text, rated_at=kept.rated_at)

    async def keep_push_token(self, tx: UnitOfWork, device: str, token: str) -> None:
        """Remember, encrypted, where a device's app is woken."""
        await repository.keep_push_token(tx, self._names(device), self._vault.close(token), self._clock())

    async def drop_push_token(self, tx: UnitOfWork, device: str) -> None:
        """Forget it."""
        await repository.drop_push_token(tx, self._names(device))

    def _digests(self, device: str) -> list[bytes]:
        """Hash a device's name as a sender of each channel, under each key."""
        sender = Sender(id=device, kind="device")
        return [digest for channel in self._channels for digest in self._vault.digests(channel, sender)]

    def _names(self, device: str) -> list[bytes]:
        """Hash it for no channel in particular."""
        return self._vault.digests("", Sender(id=device, kind="device"))
