"""Stop 4, the judgement: each new message within what its sender has been saying, in the order in which it was said.

Pure but for the ids that were drawn before. What the database knew of a conversation comes in as a `Conversation`, is
moved on by each message, and is written back by the repository.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.intake.conversation import Decision, Latest, Question, Said, Situation, decide
from services.intake.conversation.limits import WINDOW
from services.intake.drafts import Draft
from services.intake.turns.picking import NONE, Turns
from shared.core.ticket import new_ticket

_ANNOUNCEMENT = "announcement"
"""The rule of "min mau lapor"."""
_ASKS_FOR_WORDS = frozenset({"greeting", "words_wanted"})
_TURNS = frozenset({"answers_officer", "answers_answer"})
"""Rules after which the conversation is about the complaint that was answered, wherever that was opened."""


@dataclass(slots=True, kw_only=True)
class Conversation:
    """What one person and one account of ours have said, in private or in one public thread."""

    id: UUID
    account: str
    person_id: UUID
    thread: str
    is_new: bool
    latest_complaint_id: UUID | None = None
    last_message_at: datetime | None = None
    asked: tuple[Question, ...] = ()
    asked_at: datetime | None = None
    prompted_at: datetime | None = None
    announced_at: datetime | None = None
    waiting: int = 0
    window_started_at: datetime | None = None
    window_count: int = 0
    latest_ticket: str = ""
    latest_finished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A complaint of the sender's that their message names."""

    complaint_id: UUID
    ticket: str


@dataclass(slots=True, kw_only=True)
class Judged:
    """A message, what was decided, and the complaint it is in."""

    draft: Draft
    conversation: Conversation
    decision: Decision
    complaint_id: UUID | None
    ticket: str | None
    latest: Latest | None
    """The conversation's newest complaint when this was said: what a command without a ticket means."""
    takes_held: bool
    """What waited in the conversation goes into this complaint too."""
    with_it: list[Draft] = field(default_factory=list)
    """Messages of this very group that waited for this one to open a complaint, and are part of it."""
    is_part: bool = False
    """True for such a message: the event of the complaint holds its words."""

    @property
    def is_named(self) -> bool:
        """Whether the vault needs a reference to the sender: for whatever may be answered or become a complaint."""
        return self.decision.disposition != "appended"


def judge(
    drafts: Sequence[Draft],
    conversations: Mapping[UUID, Conversation],
    named: Mapping[UUID, Named],
    turns: Mapping[UUID, Turns],
) -> list[Judged]:
    """Judge new messages (everything else by message id); the conversations are moved on in place."""
    waiting: dict[UUID, list[Judged]] = {}
    judged = []
    for draft in sorted(drafts, key=lambda one: one.said_at):
        conversation = conversations[draft.message_id]
        known = named.get(draft.message_id), turns.get(draft.message_id, NONE)
        one = _judge_one(draft, conversation, *known)
        judged.append(one)
        mates = waiting.setdefault(conversation.id, [])
        if one.decision.disposition == "held":
            mates.append(one)
        elif one.takes_held:
            _take(one, mates)
            mates.clear()
    return judged


def _judge_one(draft: Draft, conversation: Conversation, named: Named | None, turns: Turns) -> Judged:
    situation = _situation(draft, conversation, named, turns)
    decision = decide(Said(message=draft.message, at=draft.said_at), situation)
    complaint_id, ticket = _complaint_of(draft, decision, situation)
    takes_held = complaint_id is not None and conversation.waiting > 0
    _move_on(conversation, draft, decision, complaint_id, ticket)
    return Judged(
        draft=draft,
        conversation=conversation,
        decision=decision,
        complaint_id=complaint_id,
        ticket=ticket,
        latest=situation.latest,
        takes_held=takes_held,
    )


def _situation(draft: Draft, conversation: Conversation, named: Named | None, turns: Turns) -> Situation:
    latest = None
    if conversation.latest_complaint_id is not None and conversation.last_message_at is not None:
        latest = Latest(
            complaint_id=conversation.latest_complaint_id,
            ticket=conversation.latest_ticket,
            finished=conversation.latest_finished,
            last_message_at=conversation.last_message_at,
            asked=conversation.asked,
            asked_at=conversation.asked_at,
        )
    return Situation(
        latest=latest,
        prompted_at=conversation.prompted_at,
        announced_at=conversation.announced_at,
        waiting=conversation.waiting,
        named=None if named is None else named.complaint_id,
        named_ticket=None if named is None else named.ticket,
        awaiting=turns.awaiting,
        answered=turns.answered,
        rateable=turns.rateable,
        recent=_recent(conversation, draft.received_at),
    )


def _recent(conversation: Conversation, now: datetime) -> int:
    started = conversation.window_started_at
    inside = started is not None and abs(now - started) < WINDOW  # a clock may have run ahead for a while
    return conversation.window_count if inside else 0


def _complaint_of(draft: Draft, decision: Decision, situation: Situation) -> tuple[UUID | None, str | None]:
    if decision.disposition == "opened":
        return draft.complaint_id, new_ticket()
    if decision.disposition != "appended":
        return None, None
    tickets = {situation.named: situation.named_ticket}
    for one in (situation.latest, situation.awaiting, situation.answered):
        if one is not None:
            tickets[one.complaint_id] = one.ticket
    return decision.complaint_id, tickets[decision.complaint_id]


def _move_on(
    conversation: Conversation, draft: Draft, decision: Decision, complaint_id: UUID | None, ticket: str | None
) -> None:
    if not _recent(conversation, draft.received_at):
        conversation.window_started_at, conversation.window_count = draft.received_at, 0
    conversation.window_count += 1
    if decision.prompt in _ASKS_FOR_WORDS:
        conversation.prompted_at = draft.said_at
    if decision.rule == _ANNOUNCEMENT:
        conversation.announced_at = draft.said_at
    if decision.disposition == "held":
        conversation.waiting += 1
    if complaint_id is None:
        return
    conversation.waiting = 0
    if decision.disposition == "opened":
        conversation.latest_complaint_id, conversation.latest_ticket = complaint_id, ticket or ""
        conversation.latest_finished = False
        conversation.last_message_at = draft.said_at
        conversation.asked, conversation.asked_at = decision.asks, draft.received_at if decision.asks else None
    elif decision.rule in _TURNS and complaint_id != conversation.latest_complaint_id:
        conversation.latest_complaint_id, conversation.latest_ticket = complaint_id, ticket or ""
        conversation.latest_finished = False
        conversation.last_message_at = draft.said_at
        conversation.asked, conversation.asked_at = (), None
    elif complaint_id == conversation.latest_complaint_id:
        conversation.last_message_at = max(draft.said_at, conversation.last_message_at or draft.said_at)
        conversation.asked = tuple(one for one in conversation.asked if one not in decision.answers)
        conversation.latest_finished &= decision.rule not in _TURNS


def _take(one: Judged, mates: Sequence[Judged]) -> None:
    """Let what waited in this very group go into the complaint."""
    for mate in mates:
        mate.is_part = one.decision.disposition == "opened"
        mate.complaint_id, mate.ticket = one.complaint_id, one.ticket
        mate.decision = Decision(disposition="appended", rule=JOINED, complaint_id=one.complaint_id)
        if mate.is_part:
            one.with_it.append(mate.draft)


JOINED = "joined_its_words"
"""The rule of a message that waited, when the words it waited for came."""
