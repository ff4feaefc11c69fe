"""What the house says of a complaint, and what that makes of its mirror. Each method is one event's work."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.lapor import keeping, repository, rules
from services.lapor.keeping import NOT_YET_TOLD, THERE, WAS_KEPT, WAS_SEALED, WAS_WITHDRAWN, Policy, keep_here, known
from services.lapor.notices import repository as notices
from services.lapor.outward import outgoing
from shared.core.masking import mask, mask_version
from shared.core.times import WITA, Clock, utc_now
from shared.db import UnitOfWork
from shared.events import (
    LAPOR,
    AttachmentRef,
    AttachmentSettled,
    ComplaintAmended,
    ComplaintAnswered,
    ComplaintAppended,
    ComplaintAssigned,
    ComplaintFollowedUp,
    ComplaintMarked,
    ComplaintReceived,
    ComplaintResumed,
    ComplaintStatusChanged,
    ComplaintUnsealed,
    ComplaintVerified,
    ComplaintWithdrawn,
)

_PERHAPS_THERE = THERE | {"posting", "perhaps_created"}
_WORDS_COUNT = NOT_YET_TOLD | {"posting", "perhaps_created"}
"""Where what is said now may still be told."""


class Hearing:
    """Keeps a row per complaint, with what would be told, and lets it go when the policy says so."""

    def __init__(self, policy: Policy, clock: Clock = utc_now) -> None:
        """Take the policy and a clock."""
        self._policy = policy
        self._clock = clock

    async def receive(self, tx: UnitOfWork, event: ComplaintReceived) -> None:
        """Begin a complaint's mirror. Of a sealed one no word is kept here; of any other the masked ones only.

        One that was filed at LAPOR! is there already: it waits for its number, and is never told. What an officer
        splits from it is another, which LAPOR! does not know.
        """
        incoming = event.channel == LAPOR and event.split_from is None
        words = "" if event.sealed else event.text
        masked = mask(words)
        said = rules.said_with((), event.message_id, masked)
        told = {"state": "waiting", "text": masked, "said": said, "mask_version": mask_version()}
        if incoming:
            told = {"state": "arriving", **keeping.NO_WORDS}
        elif event.sealed:
            told = {"state": "withheld", "reason": "sealed", **keeping.NO_WORDS}
        await repository.open_mirror(
            tx,
            complaint_id=event.complaint_id,
            ticket=event.ticket,
            **told,
            sealed=event.sealed,
            incoming=incoming,
            personal=masked != words,
            attachments=len(event.attachments),
            files=_refs(event.attachments),
            anonymous=event.anonymous,
            secret=event.secret,
            happened_on=(event.incident_time or event.received_at).astimezone(WITA).date(),
            region_code=event.place.given.region_code,
        )

    async def assign(self, tx: UnitOfWork, event: ComplaintAssigned) -> None:
        """Remember whose it is, and pass it on at LAPOR!; one that was sealed stays here. Raises `RejectError`."""
        row = await known(tx, event.complaint_id)
        place = event.place.detected.region_code if event.place.detected else event.place.given.region_code
        facts = {"agency_key": event.agency.key, "affair": event.affair, "region_code": place or row.region_code}
        await repository.change(tx, row.complaint_id, **facts, kind=event.kind or row.kind)
        if event.sealed:
            await keep_here(tx, row, "sealed", self._clock())
            return
        await self._consider(tx, row.complaint_id)
        if row.incoming:
            await outgoing.pass_on_what_arrived(tx, row.complaint_id, self._policy, self._clock())
        elif row.state in _PERHAPS_THERE and row.agency_key != event.agency.key:
            await self._pass_on(tx, row, event)

    async def mark(self, tx: UnitOfWork, event: ComplaintMarked) -> None:
        """Remember who may see it, for what is not told yet. Raises `RejectError`."""
        row = await known(tx, event.complaint_id)
        stricter = row.state in _PERHAPS_THERE and (event.secret > row.secret or event.anonymous > row.anonymous)
        await repository.change(tx, row.complaint_id, anonymous=event.anonymous, secret=event.secret)
        if stricter:
            await keeping.notice(tx, row, "hidden_after_told", self._clock())
        await self._consider(tx, row.complaint_id)

    async def unseal(self, tx: UnitOfWork, event: ComplaintUnsealed) -> None:
        """Say that it may be known by now; it stays here, for its words are gone. Raises `RejectError`."""
        row = await known(tx, event.complaint_id)
        changes: dict[str, Any] = {"sealed": False}
        if row.state == "withheld" and row.reason == "sealed":
            changes |= {"reason": WAS_SEALED}
        await repository.change(tx, row.complaint_id, **changes)

    async def hear_more(self, tx: UnitOfWork, event: ComplaintAppended) -> None:
        """Add a citizen's further words, masked, to what will be told. Raises `RejectError`."""
        row = await known(tx, event.complaint_id)
        if event.sealed:
            await keep_here(tx, row, "sealed", self._clock())
        elif event.author == "citizen":
            await self._say(tx, row, event.message_id, event.text, attachments=event.attachments)

    async def hear_change(self, tx: UnitOfWork, event: ComplaintAmended) -> None:
        """Let a citizen's message be told as it stands now. Raises `RejectError`."""
        row = await known(tx, event.complaint_id)
        if event.sealed:
            await keep_here(tx, row, "sealed", self._clock())
        elif event.author == "citizen":
            await self._say(tx, row, event.message_id, event.text or "")

    async def hear_attachment(self, tx: UnitOfWork, event: AttachmentSettled) -> None:
        """Learn what became of an attachment: only one whose content is in the house can go. Raises `RejectError`."""
        row = await known(tx, event.complaint_id)
        if row.state not in _WORDS_COUNT:
            return
        (settled,) = _refs((event.attachment,))
        if event.state != "stored":
            settled["sha256"] = None
        others = [one for one in row.files or () if one["id"] != settled["id"]]
        await repository.change(tx, row.complaint_id, files=[*others, settled])

    async def withdraw(self, tx: UnitOfWork, event: ComplaintWithdrawn) -> None:
        """Tell LAPOR! nothing of what its citizen has withdrawn, unless it was told before. Raises `RejectError`."""
        row = await known(tx, event.complaint_id)
        await repository.change(tx, row.complaint_id, withdrawn_at=event.withdrawn_at)
        await keep_here(tx, row, "withdrawn", self._clock())
        if row.state in _PERHAPS_THERE:
            await self._follow_up(tx, row, event.message_id, outgoing.WITHDRAWN)

    async def resume(self, tx: UnitOfWork, event: ComplaintResumed) -> None:
        """Let an officer type in what its citizen goes on with, for its words are gone. Raises `RejectError`."""
        row = await known(tx, event.complaint_id)
        changes: dict[str, Any] = {"withdrawn_at": None}
        if row.state == "withheld" and row.reason == "withdrawn":
            changes |= {"reason": WAS_WITHDRAWN}
        await repository.change(tx, row.complaint_id, **changes)
        if row.state in _PERHAPS_THERE:
            await self._follow_up(tx, row, event.message_id, outgoing.RESUMED)

    async def verify(self, tx: UnitOfWork, event: ComplaintVerified) -> None:
        """Let the complaint go, where the policy says so. Raises `RejectError`."""
        row = await known(tx, event.complaint_id)
        await repository.change(
            tx, row.complaint_id, verified_at=event.verified_at, traceparent=tx.traceparent or row.traceparent
        )
        await self._consider(tx, row.complaint_id)
        if row.incoming:
            await outgoing.pass_on_what_arrived(tx, row.complaint_id, self._policy, self._clock())

    async def hear_follow_up(self, tx: UnitOfWork, event: ComplaintFollowedUp) -> None:
        """Tell LAPOR! what an agency did; what casework heard from LAPOR! is known there. Raises `RejectError`."""
        row = await known(tx, event.complaint_id)
        if not _is_echo(event):
            words = outgoing.of_follow_up(event)
            await self._follow_up(tx, row, event.follow_up_id, words, files=rules.fitting(_refs(event.evidence)))

    async def hear_answer(self, tx: UnitOfWork, event: ComplaintAnswered, event_id: UUID) -> None:
        """Tell LAPOR! what the agency answered. Raises `RejectError`."""
        row = await known(tx, event.complaint_id)
        if not _is_echo(event):
            await self._follow_up(tx, row, event_id, outgoing.of_answer(event))

    async def hear_status(self, tx: UnitOfWork, event: ComplaintStatusChanged, event_id: UUID) -> None:
        """Tell LAPOR! how it ended here, or that it goes on. Raises `RejectError`."""
        row = await known(tx, event.complaint_id)
        words = outgoing.of_status(event)
        if words is not None and not _is_echo(event):
            await self._follow_up(tx, row, event_id, words)

    async def _say(
        self,
        tx: UnitOfWork,
        row: Row[Any],
        message_id: UUID,
        words: str,
        *,
        attachments: Sequence[AttachmentRef] = (),
    ) -> None:
        if row.text is None or row.state not in _WORDS_COUNT:
            return
        masked = mask(words)
        found = masked != words
        said = rules.said_with(row.said, message_id, masked)
        refs = _refs(attachments)
        new = {one["id"] for one in refs}
        changes: dict[str, Any] = {
            "said": said,
            "text": rules.joined(said),
            "mask_version": mask_version(),
            "personal": row.personal or found,
            "attachments": row.attachments + len(attachments),
            "files": [*(one for one in row.files or () if one["id"] not in new), *refs],
        }
        edited = rules.is_edited(row.said)
        if self._policy.review == "always" or edited or (found and self._policy.review == "when_masked"):
            changes |= {"reviewed_at": None}
            if row.state == "queued":
                changes |= {"state": "to_review", "due_at": None}
                await keeping.notice(tx, row, "to_review", self._clock())
        await repository.change(tx, row.complaint_id, **changes)

    async def _consider(self, tx: UnitOfWork, complaint_id: UUID) -> None:
        """Let a waiting complaint go, or keep what is not told yet, as the policy says of it as it is known now.

        What it keeps is kept once a person or the house has verified whose it is: a guess takes no words away.
        """
        row = await known(tx, complaint_id)
        if row.agency_key is None or row.incoming:
            return
        rule = self._policy.goes.decide(kind=row.kind, agency=row.agency_key, secret=row.secret)
        verified = row.verified_at is not None
        if rule.goes == "no":
            if verified and row.state in NOT_YET_TOLD:
                await keep_here(tx, row, "policy", self._clock())
        elif row.state == "withheld" and row.reason == "policy":
            await repository.change(tx, row.complaint_id, reason=WAS_KEPT)
        elif row.state == "waiting" and (verified or rule.when == "assigned"):
            await release(tx, row, self._policy, self._clock())

    async def _pass_on(self, tx: UnitOfWork, row: Row[Any], event: ComplaintAssigned) -> None:
        now = self._clock()
        rule = self._policy.goes.decide(kind=event.kind or row.kind, agency=event.agency.key, secret=row.secret)
        if rule.goes == "no":
            await keeping.notice(tx, row, "not_for_lapor", now, detail=event.agency.key)
            return
        wanted = self._policy.institution_of(event.agency.key, now)
        if wanted == await outgoing.heading_for(tx, row):
            return
        await outgoing.add_disposition(tx, row, wanted, f"Kewenangan {event.agency.name}.", now)

    async def _follow_up(
        self, tx: UnitOfWork, row: Row[Any], cause: UUID, words: str, *, files: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """Queue words for LAPOR!: also before it is told, for they go after it; never of what stays here."""
        if row.sealed or row.state == "withheld":
            return
        await outgoing.add_follow_up(tx, row, cause, words, self._clock(), files=files)


async def release(tx: UnitOfWork, row: Row[Any], policy: Policy, now: datetime) -> None:
    """Let a complaint go: to an officer who looks at it first, to one who types it in, or into the queue."""
    if policy.wants_to_see(row):
        await repository.change(tx, row.complaint_id, state="to_review", reason=None, released_at=now, due_at=None)
        await keeping.notice(tx, row, "to_review", now)
        return
    await notices.settle_notices(tx, row.complaint_id, ("to_review",), "lapor", now)
    if policy.is_by_hand(row):
        await repository.change(tx, row.complaint_id, state="by_hand", reason=None, released_at=now, due_at=None)
        return
    await repository.change(tx, row.complaint_id, state="queued", reason=None, released_at=now, due_at=now)
    await outgoing.add_uploads(tx, row, now)


def _refs(attachments: Sequence[AttachmentRef]) -> list[dict[str, Any]]:
    return [one.model_dump(mode="json") for one in attachments]


def _is_echo(event: ComplaintFollowedUp | ComplaintAnswered | ComplaintStatusChanged) -> bool:
    """Tell whether casework only says what it heard from LAPOR!."""
    return event.actor.kind == "channel" and event.actor.id == LAPOR
