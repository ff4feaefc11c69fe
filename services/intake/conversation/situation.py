"""What the rules look at, and what they say."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.channels import Disposition, InboundMessage

Question = Literal["what", "where", "when"]
"""What a complaint still lacks, and the citizen is asked for: once, on the same channel."""

Prompt = Literal[
    "greeting",  # somebody said hello, or wants to complain: how to do it
    "words_wanted",  # a photo, a voice or a place without words: what is it about?
    "help",  # BANTUAN, or a menu's help
    "status",  # CEK NTB-…: where it stands
    "ticket_unknown",  # CEK with a ticket that does not exist, or STATUS without any complaint
    "cancelled",  # BATAL was carried out
    "not_cancelled",  # BATAL came too late, or there is nothing to cancel
    "reopened",  # LANJUT after BATAL
    "not_reopened",  # LANJUT too late, or nothing was withdrawn
    "stopped",  # STOP: we write no more
    "resumed",  # MULAI after STOP
    "joined",  # GABUNG: this person and another are one
    "not_joined",  # GABUNG with a wrong code
    "rated",  # a number from 1 to 5 after the answer, or NILAI
    "not_rated",  # NILAI of what is not answered, was rated, or is not theirs
]
"""What the citizen is told at once about a message that made no complaint; replies holds the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a sender orders instead of saying.

    CEK NTB-…, STATUS, BATAL, LANJUT, BANTUAN, STOP, MULAI, GABUNG NTB-… CODE, NILAI NTB-… 5 and a word.
    """

    name: Literal["check", "status", "cancel", "reopen", "help", "stop", "resume", "join", "rate"]
    ticket: str | None = None
    """In canonical form."""
    code: str | None = None
    """The access code as it was typed, without dashes (`join`)."""
    stars: int | None = None
    """From 1 (not helped) to 5 (helped well), in a rating; its words are what the message says after that."""
    misread: bool = False
    """True when a ticket or a code was typed that cannot be one: `ticket` is then None, and nothing may be guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The complaint of this conversation that was opened last, or turned to since: by answering an officer."""

    complaint_id: UUID
    ticket: str
    finished: bool
    """Answered, closed or withdrawn: nobody works on it."""
    last_message_at: datetime
    """When its citizen last added to it, or opened it."""
    asked: tuple[Question, ...] = ()
    """What we asked when it was opened, and was not answered yet."""
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A complaint of this person in which it is theirs to speak: the house asked them, or answered."""

    complaint_id: UUID
    ticket: str
    at: datetime
    """When an officer asked, when it was answered, or when it was closed."""
    said: str = ""
    """What was complained of and what was answered, in their words."""
    rated: bool = False
    """The newest answer has its rating."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """How the newest answer of a complaint was, from 1 (not helped) to 5 (helped well)."""

    complaint_id: UUID
    ticket: str
    stars: int
    text: str | None
    """The citizen's words, where there are more than the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What was said before in this conversation (one person, one account of ours, one public thread or in private)."""

    latest: Latest | None = None
    prompted_at: datetime | None = None
    """When we last asked for a complaint's words (a `greeting` or `words_wanted`)."""
    announced_at: datetime | None = None
    """When this person last announced a complaint without saying it ("mau lapor lagi min": rule `announcement`): what
    follows is then not taken for a part of the complaint before."""
    waiting: int = 0
    """Messages that are held: media without words."""
    named: UUID | None = None
    """The complaint that the message names: by `complaint`, by the message it replies to, by its thread, by a ticket
    in its words that belongs to this person."""
    named_ticket: str | None = None
    awaiting: Turn | None = None
    """The complaint about which an officer asked this person last; in public, only one of this very thread."""
    answered: Turn | None = None
    """Their complaint that was answered last, as long as nothing came of it."""
    rateable: Turn | None = None
    """Their complaint that was answered or closed last, or the one that the message names if it is such a one."""
    recent: int = 0
    """How many messages this person sent to this account within `limits.WINDOW` before this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The message to judge, and when it was said (the provider's clock where it can be believed, else ours)."""

    message: InboundMessage
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of a message, and why."""

    disposition: Disposition
    rule: str
    """The rule that decided (a stable snake_case name): it stands in the ledger, in the event and in the trace."""
    complaint_id: UUID | None = None
    """The complaint it is added to (`appended`)."""
    asks: tuple[Question, ...] = ()
    """What the opened complaint lacks; asked with its acknowledgement."""
    answers: tuple[Question, ...] = ()
    """Which of our open questions an appended message answers."""
    prompt: Prompt | None = None
    command: Command | None = None
    rating: Rating | None = None
    emergency: bool = False
    """Life or limb is in danger now: the citizen is told of 112 at once, and the complaint is flagged."""
