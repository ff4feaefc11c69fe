"""One message in its situation, as the rules look at it."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final

from services.intake.conversation import limits
from services.intake.conversation.missing import answered, has_place, tells_something
from services.intake.conversation.situation import Latest, Prompt, Question, Said, Situation, Turn
from services.intake.conversation.small_talk import Kind, small_talk
from services.intake.conversation.words import Words
from shared.channels import InboundMessage

_PRIVATE: Final = frozenset({"direct_message", "sms"})


@dataclass(frozen=True)
class Case:
    """What the rules ask about a message; each thing is found out once, and only when it is asked for."""

    said: Said
    situation: Situation
    words: Words

    @property
    def message(self) -> InboundMessage:
        """The message itself."""
        return self.said.message

    @property
    def private(self) -> bool:
        """Nobody else reads along."""
        return self.message.surface in _PRIVATE

    @property
    def silent(self) -> bool:
        """Nothing was typed."""
        return not self.message.text.strip()

    @property
    def shows_something(self) -> bool:
        """Something came along that may belong to a complaint: evidence, a post, a place; no sticker."""
        return any(one.kind != "sticker" for one in self.message.attachments) or has_place(self.message)

    @property
    def mute(self) -> bool:
        """There is no text of its own: media without words or beside small talk, a button that was pressed."""
        if self.silent:
            return True
        return self.shows_something if self.small_talk else not self.message.stands_alone

    @cached_property
    def small_talk(self) -> Kind | None:
        """What kind of small talk it is, unless its words answer a question ("siang", asked when)."""
        kind = small_talk(self.words)
        if kind is None or kind == "no_words":
            return kind
        answers = self.answers or (self.awaiting and kind != "announcement" and self.tells_something)
        return None if answers else kind

    @cached_property
    def tells_something(self) -> bool:
        """A place, a number or a time is in it."""
        return tells_something(self.message, self.words)

    @cached_property
    def announced(self) -> bool:
        """Whether another complaint was announced after the latest one was spoken of, and before this was said."""
        latest, announced_at = self.situation.latest, self.situation.announced_at
        return (
            latest is not None and announced_at is not None and latest.last_message_at <= announced_at <= self.said.at
        )

    @cached_property
    def asked(self) -> Latest | None:
        """The latest complaint, while our question about it may be answered.

        What was said shortly before we asked may still be a piece of the same story.
        """
        latest = self.situation.latest
        if latest is None or latest.finished or self.announced or not latest.asked or latest.asked_at is None:
            return None
        return latest if -limits.CONTINUES_WINDOW <= self.since(latest) <= limits.ANSWER_WINDOW else None

    def since(self, latest: Latest) -> timedelta:
        """Return how long after our question this was said.

        Our clock says when we asked, the provider's when something was said, perhaps hours before it reached us: a
        question counts from the message before it.
        """
        return self.said.at - min(latest.asked_at or latest.last_message_at, latest.last_message_at)

    @cached_property
    def answers(self) -> tuple[Question, ...]:
        """Which open questions of ours it plainly answers."""
        return answered(self.message, self.words, self.asked.asked) if self.asked else ()

    @cached_property
    def awaiting(self) -> Turn | None:
        """The complaint about which an officer waits for an answer; what was asked or spoken of last goes first."""
        turn = self._turn(self.situation.awaiting, limits.OFFICER_WINDOW)
        if turn is None or self._turned_away(turn, limits.CONTINUES_WINDOW):
            return None
        asked = self.asked
        ours_is_newer = asked and asked.complaint_id != turn.complaint_id and (asked.asked_at or turn.at) > turn.at
        return None if ours_is_newer else turn

    @cached_property
    def written_back(self) -> Turn | None:
        """The complaint whose answer is fresh, unless the citizen spoke of another, or was asked, since."""
        turn = self._turn(self.situation.answered, limits.REPLY_WINDOW) if self.private else None
        return None if turn is None or self._turned_away(turn) or self._asked_since(turn) else turn

    @cached_property
    def rateable(self) -> Turn | None:
        """The complaint of which a bare number says how its answer was."""
        turn = self._turn(self.situation.rateable, limits.RATING_WINDOW) if self.private else None
        return None if turn is None or self._turned_away(turn) or self._asked_since(turn) else turn

    def _turn(self, turn: Turn | None, window: timedelta) -> Turn | None:
        if turn is None or not timedelta(0) <= self.said.at - turn.at <= window:
            return None
        latest, announced_at = self.situation.latest, self.situation.announced_at
        if announced_at is None or not turn.at <= announced_at <= self.said.at:
            return turn
        return None if latest is None or latest.last_message_at <= announced_at else turn

    def _asked_since(self, turn: Turn) -> bool:
        return self.awaiting is not None and self.awaiting.at >= turn.at

    def _turned_away(self, turn: Turn, within: timedelta = timedelta.max) -> bool:
        """Tell whether another complaint, on which somebody works, was spoken of since."""
        latest = self.situation.latest
        if latest is None or latest.finished or latest.complaint_id == turn.complaint_id:
            return False
        return latest.last_message_at >= turn.at and self.said.at - latest.last_message_at <= within

    def open_within(self, window: timedelta) -> Latest | None:
        """Return the latest complaint when somebody works on it and its citizen spoke of it within the window.

        Either side of it: what comes late (read back after a time without token) may have been said before.
        """
        latest = self.situation.latest
        if latest is None or latest.finished or self.announced:
            return None
        return latest if abs(self.said.at - latest.last_message_at) <= window else None

    def prompt(self, wanted: Prompt) -> Prompt | None:
        """Ask for a complaint's words, in private and once within the window."""
        before = self.situation.prompted_at
        if not self.private or (before is not None and abs(self.said.at - before) <= limits.PROMPT_WINDOW):
            return None
        return wanted
