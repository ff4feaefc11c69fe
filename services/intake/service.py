"""Intake's use cases. Each method runs inside one transaction that the edge opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.intake import repository
from services.intake.acceptance import Acceptance
from services.intake.access_code import is_access_code
from services.intake.drafts import Delivery
from services.intake.reports.passing_on import catch_up
from services.intake.tickets import canonical, unknown_ticket, wrong_access_code
from services.intake.turns import repository as turns
from shared.channels import MediaPolicy, Receipt
from shared.contents import AttachmentStore
from shared.core.errors import RejectError
from shared.db import UnitOfWork
from shared.events import (
    ComplaintAnswered,
    ComplaintAssigned,
    ComplaintFollowedUp,
    ComplaintInformationRequested,
    ComplaintMarked,
    ComplaintStatusChanged,
    ComplaintUnsealed,
    ReplySent,
)
from shared.security.vault import VaultKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintView:
    """What a ticket shows: the status to everybody, the words only with the access code."""

    row: Row[Any]
    answers: Sequence[Row[Any]] | None
    follow_ups: Sequence[Row[Any]] | None = None
    question: Row[Any] | None = None
    """What an officer asks, while it waits for the answer."""


class IntakeService:
    """Accepts messages, and tells citizens where their complaints stand."""

    def __init__(
        self,
        *,
        vault: VaultKeys,
        access_code_key: str,
        store: AttachmentStore,
        policies: Mapping[str, MediaPolicy] = MappingProxyType({}),
    ) -> None:
        """Take the vault's keys, the key of the access codes, the store of attachments and the channels' policies.

        On a channel without a policy nothing is ever fetched.
        """
        self._access_code_key = access_code_key
        self._acceptance = Acceptance(vault=vault, access_code_key=access_code_key, store=store, policies=policies)

    async def make_ready(self, channel: str, delivery: Delivery) -> Delivery:
        """Look at what came along with messages, outside of any transaction; see `Acceptance.make_ready`."""
        return await self._acceptance.make_ready(channel, delivery)

    async def accept(self, tx: UnitOfWork, channel: str, deliveries: Sequence[Delivery]) -> list[list[Receipt]]:
        """Accept what requests of one channel said; see `Acceptance.accept`."""
        return await self._acceptance.accept(tx, channel, deliveries)

    async def show(self, tx: UnitOfWork, ticket: str, code: str | None) -> ComplaintView:
        """Find a complaint for a citizen. Raises `NotFoundError`, or `ForbiddenError` for a wrong access code."""
        row = await repository.complaint_by_ticket(tx, canonical(ticket))
        if row is None:
            raise unknown_ticket()
        if code is None:
            return ComplaintView(row=row, answers=None)
        if not is_access_code(self._access_code_key, row.id, code):
            raise wrong_access_code()
        return ComplaintView(
            row=row,
            answers=await repository.answers_of(tx, row.id),
            follow_ups=await turns.follow_ups_of(tx, row.id),
            question=await turns.open_question(tx, row),
        )

    async def project_assigned(self, tx: UnitOfWork, event: ComplaintAssigned) -> None:
        """Remember which agency has the complaint, for its public status and for who may open its attachments."""
        agency = event.agency
        _require(await repository.project(tx, event.complaint_id, agency=agency.name, agency_key=agency.key))

    async def unseal(self, tx: UnitOfWork, event: ComplaintUnsealed) -> None:
        """Open what was sealed: its agency opens its attachments, its citizen reads which agency has it."""
        _require(await repository.is_complaint(tx, event.complaint_id))
        await repository.unseal(tx, event.complaint_id, event.unsealed_at)

    async def project_status(self, tx: UnitOfWork, event: ComplaintStatusChanged) -> None:
        """Remember where the complaint stands."""
        _require(await repository.project(tx, event.complaint_id, state=event.state, state_changed_at=event.changed_at))

    async def project_mark(self, tx: UnitOfWork, event: ComplaintMarked) -> None:
        """Take in that an officer hid the reporter or the report: what is split from it later is hidden too."""
        _require(await repository.project(tx, event.complaint_id, anonymous=event.anonymous, secret=event.secret))

    async def project_answer(self, tx: UnitOfWork, event: ComplaintAnswered, event_id: UUID) -> None:
        """Keep the agency's answer for the citizen."""
        _require(await repository.is_complaint(tx, event.complaint_id))
        await repository.store_answer(
            tx,
            event_id=event_id,
            complaint_id=event.complaint_id,
            agency=event.agency.name if event.agency else None,
            text=event.text,
            answered_at=event.answered_at,
        )

    async def project_question(self, tx: UnitOfWork, event: ComplaintInformationRequested, event_id: UUID) -> None:
        """Keep what an officer asks, for the citizen to read."""
        _require(await repository.is_complaint(tx, event.complaint_id))
        await turns.store_question(
            tx,
            event_id=event_id,
            complaint_id=event.complaint_id,
            agency=event.agency.name if event.agency else None,
            text=event.question,
            asked_at=event.requested_at,
            answer_by=event.answer_by,
        )

    async def project_follow_up(self, tx: UnitOfWork, event: ComplaintFollowedUp) -> None:
        """Keep what the agency did, for the citizen to read; its evidence stays with the officers."""
        _require(await repository.is_complaint(tx, event.complaint_id))
        await turns.store_follow_up(
            tx,
            id=event.follow_up_id,
            complaint_id=event.complaint_id,
            agency=event.by,
            action=event.action,
            text=event.text,
            followed_up_at=event.followed_up_at,
        )

    async def remember_reply(self, tx: UnitOfWork, event: ReplySent) -> None:
        """Remember what the provider calls a reply of ours: it may come back as the agency's, or citizens quote it."""
        await catch_up(tx, event)


def _require(known: bool) -> None:  # noqa: FBT001 - a private question with one answer
    if not known:
        raise RejectError("intake has no such complaint")
