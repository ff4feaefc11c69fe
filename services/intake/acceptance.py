"""Stop 4: everything that requests of one channel said goes into one transaction, each message once, for ever.

What was seen before is left alone; what is new is judged within its conversation and stored with its raw request and
its events. Nothing here waits for anything but the database, and a content's disk.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from services.intake import agency_messages, announcements, commands, repository
from services.intake.announcements import Held
from services.intake.citizens.rating import rate_by_message
from services.intake.conversation import limits
from services.intake.drafts import (
    AgencyDraft,
    Delivery,
    Draft,
    Key,
    StoredAttachment,
    agency_drafts_of,
    drafts_of,
)
from services.intake.judging import JOINED, Conversation, Judged, judge
from services.intake.ledger import repository as ledger
from services.intake.media import incoming
from services.intake.media import repository as media
from services.intake.naming import complaints_named
from services.intake.receipts import receipts
from services.intake.reporters import repository as reporters
from services.intake.reporters.repository import Person
from services.intake.reports.passing_on import pass_on_reports
from services.intake.repository import ConversationKey, KnownMessage
from services.intake.turns.looking import turns_of
from services.intake.waiting import repository as waiting
from shared.channels import AgencyMessage, InboundMessage, MediaPolicy, Receipt, RefusedError, Sender, Translation
from shared.contents import AttachmentStore
from shared.core.ids import new_id
from shared.db import UnitOfWork
from shared.events import CaseState
from shared.security.vault import VaultKeys

D = TypeVar("D", Draft, AgencyDraft)

FINISHED: frozenset[str] = frozenset[CaseState]({"answered", "closed", "archived", "rejected"})
"""States in which nobody works on a complaint."""


class Acceptance:
    """Accepts deliveries."""

    def __init__(
        self, *, vault: VaultKeys, access_code_key: str, store: AttachmentStore, policies: Mapping[str, MediaPolicy]
    ) -> None:
        """Take the vault's keys, the key of the access codes, the store of attachments and the channels' policies."""
        self._vault = vault
        self._access_code_key = access_code_key
        self._store = store
        self._policies = policies

    async def make_ready(self, channel: str, delivery: Delivery) -> Delivery:
        """Look at what came along, and take out what is hidden in it: it takes seconds, so before any transaction.

        One that is ready, or brings nothing, comes back as it is.
        """
        told = delivery.translation
        messages: list[InboundMessage | AgencyMessage] = [*told.messages, *told.agency_messages]
        missing = {one.attachments for one in messages if one.attachments} - delivery.ready.keys()
        if not missing:
            return delivery
        policy = self._policies.get(channel)
        ready = {along: await incoming.make_ready(along, policy) for along in missing}
        return replace(delivery, ready={**delivery.ready, **ready})

    async def accept(self, tx: UnitOfWork, channel: str, deliveries: Sequence[Delivery]) -> list[list[Receipt]]:
        """Store what requests of one channel said: each message once, however often it is delivered.

        Returns for each request a receipt per message, in their order. Raises `RefusedError` when an idempotency key
        comes back with other content; the transaction then changes nothing, of the other requests neither. When another
        transaction stored the same at this moment, a flush raises `OvertakenError`, perhaps only the last one: try
        again (`accepting.surely`).
        """
        deliveries = [await self.make_ready(channel, one) for one in deliveries]
        raw_ids = [delivery.kept_as or new_id() for delivery in deliveries]
        pairs = list(zip(deliveries, raw_ids, strict=True))
        drafts = _unique([one for pair in pairs for one in drafts_of(*pair)])
        agency = _unique([one for pair in pairs for one in agency_drafts_of(*pair)])
        digests = self._digests(channel, drafts, agency)
        known, familiar = await self._known(tx, channel, drafts, agency, digests)
        fresh = [one for one in drafts if one.key not in known]
        _refuse_reused_keys(deliveries, fresh, known)
        mine = {one.key for one in fresh}
        fresh_agency = [one for one in agency if one.key not in known and one.key not in mine]
        senders = {one.message_id: one.message.sender for one in fresh} | _recipients(fresh_agency)
        persons = reporters.persons(tx, self._vault, senders, digests, familiar) if senders else {}
        await self._lock_together(tx, channel, fresh, fresh_agency, persons)
        await self._keep_contents(tx, [*fresh, *fresh_agency])
        judged = await self._take_in(tx, channel, fresh, known, persons) if fresh else []
        placed = await agency_messages.take_in(tx, channel, fresh_agency, known, persons)
        parts, news = await self._keep_the_rest(tx, channel, pairs)
        news |= {one.draft.raw_request_id for one in judged} | {one.draft.raw_request_id for one in placed}
        await ledger.store_raw(tx, channel, _raw_requests(pairs, news))
        ledger.store_ignored(tx, channel, deliveries)
        await pass_on_reports(tx, channel, deliveries)
        return receipts(deliveries, known, judged, parts, access_code_key=self._access_code_key)

    def _digests(self, channel: str, drafts: Sequence[Draft], agency: Sequence[AgencyDraft]) -> dict[UUID, list[bytes]]:
        """Return what the vault knows the other side of each message by."""
        senders = {one.message_id: one.message.sender for one in drafts} | _recipients(agency)
        return {message_id: self._vault.digests(channel, sender) for message_id, sender in senders.items()}

    async def _known(
        self,
        tx: UnitOfWork,
        channel: str,
        drafts: Sequence[Draft],
        agency: Sequence[AgencyDraft],
        digests: Mapping[UUID, Sequence[bytes]],
    ) -> tuple[dict[Key, KnownMessage], dict[bytes, Person]]:
        messages: list[InboundMessage | AgencyMessage] = [one.message for one in drafts]
        messages += [one.message for one in agency]
        keys = {(one.account, one.provider_message_id) for one in messages}
        keys |= {(one.account, one.reply_to) for one in messages if one.reply_to}
        known_by = [digest for many in digests.values() for digest in many]
        return await repository.known(tx, channel, keys, known_by) if keys else ({}, {})

    async def _lock_together(
        self,
        tx: UnitOfWork,
        channel: str,
        fresh: Sequence[Draft],
        agency: Sequence[AgencyDraft],
        persons: Mapping[UUID, Person],
    ) -> None:
        """Lock all conversations at once, before any person is written: else transactions could stop each other."""
        answered = {
            (persons[one.message_id].id, one.message.account, "") for one in agency if one.message_id in persons
        }
        if answered:
            keys = {_conversation_key(one, persons[one.message_id]) for one in fresh}
            await repository.lock_conversations(tx, channel, keys | answered)

    async def _take_in(
        self,
        tx: UnitOfWork,
        channel: str,
        fresh: Sequence[Draft],
        known: Mapping[Key, KnownMessage],
        persons: Mapping[UUID, Person],
    ) -> list[Judged]:
        keys = {one.message_id: _conversation_key(one, persons[one.message_id]) for one in fresh}
        strangers = {one.id for one in persons.values() if one.is_new}
        conversations = await repository.lock_conversations(tx, channel, set(keys.values()), strangers)
        await _learn_latest(tx, conversations.values())
        named = await complaints_named(tx, channel, fresh, persons, known)
        theirs = {message_id: conversations[key] for message_id, key in keys.items()}
        judged = judge(fresh, theirs, named, await turns_of(tx, fresh, persons, theirs, named))
        reporters.store_reporters(tx, self._vault, channel, judged)
        await repository.store(tx, channel, judged, conversations.values(), limits.HOLD)
        repository.store_attachments(tx, channel, _attachments(judged))
        await self._announce(tx, channel, judged)
        await self._obey(tx, channel, judged, persons)
        return judged

    async def _keep_contents(self, tx: UnitOfWork, fresh: Sequence[Draft | AgencyDraft]) -> None:
        """Have contents on disk before their rows are committed, and nobody delete them meanwhile."""
        kept = [one.incoming.content for draft in fresh for one in draft.attachments]
        contents = {one.sha256: one.content for one in kept if one is not None}
        if contents:
            await media.hold(tx, list(contents))
            await self._store.keep(contents)

    async def _announce(self, tx: UnitOfWork, channel: str, judged: Sequence[Judged]) -> None:
        """Publish what became of the messages, and of those that had waited for them."""
        held = await _take_held(tx, judged)
        sealed = await _seal(tx, judged, held)
        for one in judged:
            if one.complaint_id is None or one.ticket is None or one.is_part:
                continue
            waited = held.pop(one.complaint_id, []) if one.takes_held else []
            if one.decision.disposition == "opened":
                event = announcements.received(
                    one, channel=channel, ticket=one.ticket, held=waited, sealed=one.complaint_id in sealed
                )
                tx.publish(event, traceparent=one.draft.traceparent)
                continue
            tx.publish(
                announcements.appended(one, channel=channel, sealed=one.complaint_id in sealed),
                traceparent=one.draft.traceparent,
            )
            for mate in waited:
                tx.publish(
                    announcements.joined(mate, one, channel=channel, sealed=one.complaint_id in sealed),
                    traceparent=one.draft.traceparent,
                )

    async def _obey(
        self, tx: UnitOfWork, channel: str, judged: Sequence[Judged], persons: Mapping[UUID, Person]
    ) -> None:
        """Carry out commands, and have citizens told what their messages call for."""
        for one in judged:
            if one.decision.rating is not None:
                if not await rate_by_message(tx, one) or one.decision.prompt is None:
                    continue
                ticket = one.decision.rating.ticket
                event = announcements.prompted(one, channel=channel, prompt=one.decision.prompt, ticket=ticket)
            elif one.decision.command is not None:
                await tx.flush()  # it looks for what was just said, too
                person = persons[one.draft.message_id]
                event = await commands.carry_out(tx, channel, one, person, self._access_code_key)
            elif one.decision.prompt is not None:
                event = announcements.prompted(one, channel=channel, prompt=one.decision.prompt)
            else:
                continue
            tx.publish(event, traceparent=one.draft.traceparent)

    async def _keep_the_rest(
        self, tx: UnitOfWork, channel: str, pairs: Sequence[tuple[Delivery, UUID]]
    ) -> tuple[set[Key], set[UUID]]:
        """Keep what a worker goes on with. Returns the keys of parts that are new, and the requests with news."""
        parts = [
            (message, raw_id, _at(delivery))
            for delivery, raw_id in pairs
            for message in delivery.translation.messages
            if message.part is not None
        ]
        new_parts, news = await waiting.store_parts(tx, self._vault, channel, parts, limits.PARTS_WAIT)
        amendments = [
            (one, raw_id, _at(delivery)) for delivery, raw_id in pairs for one in delivery.translation.amendments
        ]
        news |= await waiting.store_amendments(tx, self._vault, channel, amendments)
        pointers = [(one, raw_id, _at(delivery)) for delivery, raw_id in pairs for one in delivery.translation.pointers]
        news |= await waiting.store_pointers(tx, self._vault, channel, pointers)
        await ledger.store_notices(tx, channel, [delivery for delivery, _ in pairs])
        return new_parts, news


def _at(delivery: Delivery) -> datetime:
    return delivery.request.received_at


def _unique(drafts: Sequence[D]) -> list[D]:
    """Keep the first of each key."""
    first: dict[Key, D] = {}
    for one in drafts:
        first.setdefault(one.key, one)
    return list(first.values())


def _recipients(agency: Sequence[AgencyDraft]) -> dict[UUID, Sender]:
    return {one.message_id: one.message.recipient for one in agency if one.message.recipient is not None}


def _conversation_key(draft: Draft, person: Person) -> ConversationKey:
    return person.id, draft.message.account, draft.message.thread or ""


async def _learn_latest(tx: UnitOfWork, conversations: Iterable[Conversation]) -> None:
    """Look up where the newest complaints stand, after their conversations are locked."""
    going_on = [(one, one.latest_complaint_id) for one in conversations if one.latest_complaint_id is not None]
    complaints = await repository.complaints_of(tx, {complaint_id for _, complaint_id in going_on})
    for conversation, complaint_id in going_on:
        if (complaint := complaints.get(complaint_id)) is not None:
            conversation.latest_ticket = complaint.ticket
            conversation.latest_finished = complaint.withdrawn or complaint.state in FINISHED


def _attachments(judged: Sequence[Judged]) -> list[tuple[StoredAttachment, UUID, UUID | None, str, datetime]]:
    return [
        (stored, one.draft.message_id, one.complaint_id, one.draft.message.account, one.draft.received_at)
        for one in judged
        for stored in one.draft.attachments
    ]


async def _take_held(tx: UnitOfWork, judged: Sequence[Judged]) -> dict[UUID, list[Held]]:
    """Add what waited in the database to the first complaints that its words opened; return it by complaint."""
    takers: dict[UUID, UUID] = {}
    for one in judged:
        if one.takes_held and one.complaint_id is not None and not one.conversation.is_new:
            takers.setdefault(one.conversation.id, one.complaint_id)
    if not takers:
        return {}
    await tx.flush()  # the complaints that they go into
    taken, references = await repository.take_held(tx, takers, JOINED)
    held: dict[UUID, list[Held]] = {}
    for row in taken:
        held.setdefault(row.complaint_id, []).append(
            Held(
                message_id=row.id,
                conversation_id=row.conversation_id,
                account=row.account,
                surface=row.surface,
                text=row.text,
                place=announcements.place_of(row.place),
                attachments=tuple(references[row.id]),
                event_time=row.event_time,
                received_at=row.received_at,
            )
        )
    return held


async def _seal(tx: UnitOfWork, judged: Sequence[Judged], held: Mapping[UUID, Sequence[Held]]) -> set[UUID]:
    """Seal complaints that further words seal; return which of all these are sealed now."""
    sealing = {one.complaint_id for one in judged if one.draft.sealed and one.complaint_id is not None}
    sealing |= {complaint_id for complaint_id, waited in held.items() if any(one.seals for one in waited)}
    added = {one.complaint_id for one in judged if one.decision.disposition == "appended" and one.complaint_id}
    added |= held.keys()
    if not added:
        return sealing
    if any(one.decision.disposition == "opened" and one.complaint_id in added for one in judged):
        await tx.flush()
    found = await repository.complaints_of(tx, added)
    already = {complaint.id for complaint in found.values() if complaint.sealed}
    news = (sealing & added) - already
    if news:
        await repository.seal(tx, news)
    return already | sealing


def _refuse_reused_keys(
    deliveries: Sequence[Delivery], fresh: Sequence[Draft], known: Mapping[Key, KnownMessage]
) -> None:
    first = {key: one.fingerprint for key, one in known.items()}
    first |= {one.key: one.message.fingerprint for one in fresh}
    for delivery in deliveries:
        for key, message in zip(delivery.keys, delivery.translation.messages, strict=True):
            if message.part is None and message.fingerprint != first[key]:
                raise RefusedError(
                    "idempotency_key_reused",
                    status=422,
                    detail="Idempotency-Key ini sudah dipakai untuk pengaduan lain."
                    " Buat kunci baru untuk pengaduan baru.",
                )


def _raw_requests(pairs: Sequence[tuple[Delivery, UUID]], news: set[UUID]) -> list[ledger.RawRequest]:
    """Choose the requests to keep: those with something new, with something unreadable, or with words left out."""
    kept = []
    for delivery, raw_id in pairs:
        if delivery.kept_as is not None:
            continue
        state = _raw_state(delivery.translation, has_news=raw_id in news)
        if state is not None:
            kept.append(ledger.RawRequest(id=raw_id, delivery=delivery, state=state, has_news=raw_id in news))
    return kept


def _raw_state(translation: Translation, *, has_news: bool) -> ledger.RawState | None:
    if translation.unreadable:
        return "parked"
    if has_news:
        return "accepted"
    return "ignored" if any(part.words for part in translation.ignored) else None
