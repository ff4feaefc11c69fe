"""Write what is to be said: one row per cause, recipient and template, in words that fit where it is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Row

from services.replies import repository, rules
from services.replies.moves import Moved
from services.replies.rules import Policy, State
from services.replies.shelf import Shelf
from services.replies.templates import Facts, Spot, place_of
from shared.core.ids import new_id
from shared.core.times import Clock
from shared.db import UnitOfWork
from shared.events import CitizenPrompted


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said, and to whom. `about`: the complaint's row, or the prompt of a message that made none."""

    about: Row[Any] | CitizenPrompted
    template: str
    facts: Facts
    private: bool = False
    """Whether even that somebody complained stays between them and us."""
    confidential: bool = True
    by_officer: bool = False
    urgent: bool = False
    language: str = "id"
    written_at: datetime | None = None
    """When the citizen wrote, where there is no complaint that knows."""


class Queue:
    """Takes in what is to be said."""

    def __init__(self, *, can_send: Mapping[str, bool], shelf: Shelf, policy: Policy, clock: Clock) -> None:
        """Take which channels can send; one that is missing there is not served by this installation."""
        self._can_send = can_send
        self._shelf = shelf
        self._policy = policy
        self._clock = clock

    async def put(
        self, tx: UnitOfWork, said: Said, cause: UUID, happened: datetime, *, reason: str | None = None
    ) -> Moved | None:
        """Write the reply's row; None when it stood there before, or the channel cannot send.

        `reason`: why it is withheld; the others are found here. Raises `UnknownPromptError`.
        """
        served = self._can_send.get(said.about.channel)
        if served is False:  # such as the app, which shows the answer by ticket
            return None
        now = self._clock()
        expires_at = self._policy.expiry(said.template, happened)
        if served is None:
            reason = "channel_not_served"
        elif expires_at <= now:
            reason = "too_late"
        state: State = "queued" if reason is None else "withheld"
        morning = None if reason else self._morning(said, now)
        reason = reason or (rules.QUIET if morning else None)
        return await self._write(tx, said, cause, state=state, reason=reason, now=now, due_at=morning, until=expires_at)

    async def remake(self, tx: UnitOfWork, waiting: Row[Any], complaint: Row[Any], why: str, cause: UUID) -> Moved:
        """Withhold what still waits in words that say too much by now, and have it said privately."""
        now = self._clock()
        await repository.change(tx, waiting.id, state="withheld", reason=why, resolution=None)
        withheld = Moved(
            reply_id=waiting.id,
            ticket=waiting.ticket,
            channel=waiting.channel,
            template=waiting.template,
            state="withheld",
            reason=why,
        )
        kept = rules.keeps_private_reply(
            waiting.template,
            surface=complaint.surface,
            private=True,
            urgent=waiting.urgent,
            direct=complaint.direct_at is not None,
        )
        if kept or (waiting.template == "assigned" and (complaint.sealed or complaint.secret)):
            return withheld
        facts = Facts(ticket=complaint.ticket) if waiting.facts is None else Facts.read(waiting.facts)
        said = Said(
            about=complaint,
            template=waiting.template,
            facts=facts,
            private=True,
            by_officer=waiting.by_officer,
            urgent=waiting.urgent,
            language=complaint.language,
        )
        await self._write(
            tx,
            said,
            uuid5(cause, str(waiting.id)),  # two of the same template may wait
            state="queued",
            reason=waiting.reason,
            now=now,
            due_at=waiting.due_at,
            until=waiting.expires_at,
        )
        return withheld

    def _morning(self, said: Said, now: datetime) -> datetime | None:
        return rules.held_until(
            now, self._policy.quiet, template=said.template, channel=said.about.channel, urgent=said.urgent
        )

    async def _write(
        self,
        tx: UnitOfWork,
        said: Said,
        cause: UUID,
        *,
        state: State,
        reason: str | None,
        now: datetime,
        due_at: datetime | None,
        until: datetime,
    ) -> Moved | None:
        about, reply_id = said.about, new_id()
        place = place_of(about.surface, private=said.private, confidential=said.confidential)
        spot = Spot(place=place, channel=about.channel, language=said.language)
        added = await repository.add_reply(
            tx,
            id=reply_id,
            complaint_id=getattr(about, "complaint_id", None),
            ticket=about.ticket,
            channel=about.channel,
            account=about.account,
            conversation_id=about.conversation_id,
            template=said.template,
            cause=cause,
            recipient=about.reporter,
            state=state,
            reason=reason,
            text=(await self._shelf.texts(tx)).say(said.template, said.facts, spot),
            place=place,
            language=said.language,
            facts=said.facts.document(),
            confidential=said.confidential or said.private,
            by_officer=said.by_officer,
            urgent=said.urgent,
            written_at=said.written_at,
            due_at=due_at or now,
            expires_at=until,
            traceparent=tx.traceparent,
            created_at=now,
        )
        if not added:
            return None
        return Moved(
            reply_id=reply_id,
            ticket=about.ticket,
            channel=about.channel,
            template=said.template,
            state=state,
            reason=reason,
        )
