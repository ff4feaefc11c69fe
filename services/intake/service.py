"""Intake's use cases. Each method runs inside one transaction that the edge opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.intake import repository
from services.intake.access_code import access_code, is_access_code
from services.intake.drafts import Delivery, Draft, Key, drafts_of
from services.intake.storage import AttachmentStore
from shared.channels import Receipt, RefusedError, Translation
from shared.core.errors import ForbiddenError, NotFoundError, RejectError
from shared.core.ids import new_id
from shared.core.ticket import InvalidTicketError, parse_ticket
from shared.db import UnitOfWork
from shared.events import ComplaintAnswered, ComplaintAssigned, ComplaintStatusChanged, ReplyDeliveryReported
from shared.security.vault import VaultKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintView:
    """What a ticket shows: the status to everybody, the words only with the access code."""

    row: Row[Any]
    answers: Sequence[Row[Any]] | None


class IntakeService:
    """Accepts messages, and tells citizens where their complaints stand."""

    def __init__(self, *, vault: VaultKeys, access_code_key: str, store: AttachmentStore) -> None:
        """Take the vault's keys, the key of the access codes and the store of attachments."""
        self._vault = vault
        self._access_code_key = access_code_key
        self._store = store

    async def accept(self, tx: UnitOfWork, channel: str, deliveries: Sequence[Delivery]) -> list[list[Receipt]]:
        """Store what requests of one channel said: exactly one complaint per message, however often it is delivered.

        Returns for each request a receipt per message, in their order. Raises `RefusedError` when an idempotency key
        comes back with other content; the transaction then changes nothing, of the other requests neither.
        """
        raw_ids = [new_id() for _ in deliveries]
        drafts = _unique([one for pair in zip(deliveries, raw_ids, strict=True) for one in drafts_of(*pair)])
        claimed = await repository.claim_messages(tx, channel, drafts)
        fresh = [one for one in drafts if one.message_id in claimed]
        seen = [one.key for one in drafts if one.message_id not in claimed]
        known = dict(await repository.known_messages(tx, channel, seen)) if seen else {}
        _refuse_reused_keys(deliveries, fresh, known)
        await repository.store_raw(tx, channel, _raw_requests(deliveries, raw_ids, fresh))
        if fresh:
            known |= await self._open_complaints(tx, channel, fresh)
        await repository.store_ignored(tx, channel, deliveries)
        await _pass_on_reports(tx, channel, deliveries)
        news = {one.key for one in fresh}
        return [[self._receipt(known[key], key, news) for key in delivery.keys] for delivery in deliveries]

    async def _open_complaints(
        self, tx: UnitOfWork, channel: str, fresh: Sequence[Draft]
    ) -> dict[Key, repository.KnownMessage]:
        await self._store.keep([attachment for one in fresh for attachment in one.attachments])
        person_ids = await repository.persons(tx, self._vault, channel, fresh)
        await repository.store_reporters(tx, self._vault, channel, fresh, person_ids)
        conversation_ids = await repository.conversations(tx, channel, fresh, person_ids)
        tickets = await repository.store_complaints(tx, channel, fresh, conversation_ids)
        await repository.store_attachments(tx, fresh)
        for one in fresh:
            event = one.event(
                channel=channel, ticket=tickets[one.complaint_id], conversation_id=conversation_ids[one.message_id]
            )
            tx.publish(event, traceparent=one.traceparent)
        return {
            one.key: repository.KnownMessage(
                complaint_id=one.complaint_id,
                ticket=tickets[one.complaint_id],
                received_at=one.received_at,
                fingerprint=one.message.fingerprint,
            )
            for one in fresh
        }

    def _receipt(self, known: repository.KnownMessage, key: Key, news: set[Key]) -> Receipt:
        """Give a message its receipt; the first one of a key that is new takes it from the news."""
        duplicate = key not in news
        news.discard(key)
        return Receipt(
            provider_message_id=key[1],
            disposition="opened",
            complaint_id=known.complaint_id,
            ticket=known.ticket,
            access_code=access_code(self._access_code_key, known.complaint_id),
            received_at=known.received_at,
            duplicate=duplicate,
        )

    async def show(self, tx: UnitOfWork, ticket: str, code: str | None) -> ComplaintView:
        """Find a complaint for a citizen. Raises `NotFoundError`, or `ForbiddenError` for a wrong access code."""
        try:
            canonical = parse_ticket(ticket)
        except InvalidTicketError:
            raise _unknown_ticket() from None
        row = await repository.complaint_by_ticket(tx, canonical)
        if row is None:
            raise _unknown_ticket()
        if code is None:
            return ComplaintView(row=row, answers=None)
        if not is_access_code(self._access_code_key, row.id, code):
            raise ForbiddenError("wrong_access_code", "Kode akses tidak cocok dengan nomor tiket ini")
        return ComplaintView(row=row, answers=await repository.answers_of(tx, row.id))

    async def project_assigned(self, tx: UnitOfWork, event: ComplaintAssigned) -> None:
        """Remember which agency has the complaint, for its public status."""
        _require(await repository.project(tx, event.complaint_id, agency=event.agency.name))

    async def project_status(self, tx: UnitOfWork, event: ComplaintStatusChanged) -> None:
        """Remember where the complaint stands."""
        _require(await repository.project(tx, event.complaint_id, state=event.state, state_changed_at=event.changed_at))

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


def _unique(drafts: Sequence[Draft]) -> list[Draft]:
    """Keep the first of each key, sorted by key: concurrent batches then lock their rows in the same order."""
    first: dict[Key, Draft] = {}
    for one in drafts:
        first.setdefault(one.key, one)
    return [first[key] for key in sorted(first)]


def _refuse_reused_keys(
    deliveries: Sequence[Delivery], fresh: Sequence[Draft], known: Mapping[Key, repository.KnownMessage]
) -> None:
    first = {key: one.fingerprint for key, one in known.items()}
    first |= {one.key: one.message.fingerprint for one in fresh}
    for delivery in deliveries:
        for key, message in zip(delivery.keys, delivery.translation.messages, strict=True):
            if message.fingerprint != first[key]:
                raise RefusedError(
                    "idempotency_key_reused",
                    status=422,
                    detail="Idempotency-Key ini sudah dipakai untuk pengaduan lain."
                    " Buat kunci baru untuk pengaduan baru.",
                )


async def _pass_on_reports(tx: UnitOfWork, channel: str, deliveries: Sequence[Delivery]) -> None:
    """Announce what providers say of our replies, once each; of a complaint that is not ours it is only kept."""
    news = await repository.store_reports(tx, channel, deliveries)
    if not news:
        return
    pairs = [(delivery, report) for delivery in deliveries for report in delivery.translation.reports]
    tickets = await repository.tickets_of(tx, (report.complaint_id for _, report in pairs))
    for delivery, report in pairs:
        if (report.reply_id, report.outcome) in news and report.complaint_id in tickets:
            news.discard((report.reply_id, report.outcome))
            event = ReplyDeliveryReported(
                complaint_id=report.complaint_id,
                ticket=tickets[report.complaint_id],
                reply_id=report.reply_id,
                channel=channel,
                outcome=report.outcome,
                reported_at=delivery.request.received_at,
            )
            tx.publish(event, traceparent=delivery.traceparent)


def _raw_requests(
    deliveries: Sequence[Delivery], raw_ids: Sequence[UUID], fresh: Sequence[Draft]
) -> list[repository.RawRequest]:
    """Choose the requests to keep: those with something new, with something unreadable, or with words left out."""
    with_news = {one.raw_request_id for one in fresh}
    kept = []
    for delivery, raw_id in zip(deliveries, raw_ids, strict=True):
        state = _raw_state(delivery.translation, has_news=raw_id in with_news)
        if state is not None:
            kept.append(repository.RawRequest(id=raw_id, delivery=delivery, state=state))
    return kept


def _raw_state(translation: Translation, *, has_news: bool) -> repository.RawState | None:
    if translation.unreadable:
        return "parked"
    if has_news:
        return "accepted"
    return "ignored" if any(part.words for part in translation.ignored) else None


def _require(known: bool) -> None:  # noqa: FBT001 - a private question with one answer
    if not known:
        raise RejectError("intake has no such complaint")


def _unknown_ticket() -> NotFoundError:
    return NotFoundError("unknown_ticket", "Nomor tiket tidak ditemukan; periksa kembali nomornya")
