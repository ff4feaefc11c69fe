"""Which of a person's complaints a message may answer. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.intake.conversation import Turn

AWAITING = "awaiting_information"
ANSWERED = "answered"
RATEABLE = frozenset({"answered", "closed"})
"""States in which an answer can be rated: it was given, and nobody works on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A complaint in which the house spoke last: its state since `turn.at`, and in which conversation it was opened."""

    state: str
    conversation_id: UUID
    has_answer: bool
    turn: Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """What a message may answer."""

    awaiting: Turn | None = None
    answered: Turn | None = None
    rateable: Turn | None = None


NONE = Turns()


def pick(spoken: Sequence[Spoken], *, conversation_id: UUID, thread: str, named: UUID | None) -> Turns:
    """Choose among a person's complaints, the newest turn first; in a public thread only that of the thread itself."""
    if thread:
        spoken = [one for one in spoken if one.conversation_id == conversation_id]
    rateable = [one.turn for one in spoken if one.state in RATEABLE and one.has_answer]
    return Turns(
        awaiting=next((one.turn for one in spoken if one.state == AWAITING), None),
        answered=next((one.turn for one in spoken if one.state == ANSWERED), None),
        rateable=next((turn for turn in rateable if named is None or turn.complaint_id == named), None),
    )
