"""The rules in their order: the first that fits decides. Each is explained with an example in README.md."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final
from uuid import UUID

from services.intake.conversation import limits
from services.intake.conversation.case import Case
from services.intake.conversation.commands import command_of, has_report_code, says_new, without_service_code
from services.intake.conversation.emergency import is_emergency
from services.intake.conversation.machines import is_automatic, is_spam
from services.intake.conversation.missing import has_place, missing
from services.intake.conversation.ratings import stars_of
from services.intake.conversation.situation import (
    Command,
    Decision,
    Latest,
    Prompt,
    Question,
    Rating,
    Said,
    Situation,
)
from services.intake.conversation.small_talk import adds_nothing
from services.intake.conversation.words import read
from services.intake.conversation.writing_back import writes_back
from shared.core.sealing import must_seal

_FORMS: Final = frozenset({"form", "desk"})
_GREETED: Final = frozenset({"greeting", "announcement"})
_WITHOUT_TICKET: Final[dict[str, Prompt]] = {
    "help": "help",
    "stop": "stopped",
    "check": "ticket_unknown",
    "status": "ticket_unknown",
    "cancel": "not_cancelled",
    "join": "not_joined",
}


def _form(case: Case) -> Decision | None:
    """Give a form and an officer's desk the receipt they wait for: a complaint, or a part of one.

    What is a complaint by a number of its own elsewhere stays one, also where its words name another.
    """
    if case.message.surface not in _FORMS:
        return None
    named = None if case.message.registered else case.situation.named
    return _appended(case, "names_complaint", named) if named else _opened(case, "form")


def _flood(case: Case) -> Decision | None:
    return _kept("flood") if case.situation.recent >= limits.FLOOD else None


def _autoresponder(case: Case) -> Decision | None:
    return _kept("autoresponder") if is_automatic(case.words) else None


def _command(case: Case) -> Decision | None:
    """Recognise an order; in public it is only kept, for its answer is its sender's alone."""
    command = None if case.shows_something else command_of(case.words)
    if command is None:
        return None
    if not case.private:
        return _kept("command_in_public")
    command = _about_latest(command, case.situation.latest)
    return Decision(disposition="kept", rule="command", command=command, prompt=_told(command))


def _about_latest(command: Command, latest: Latest | None) -> Command:
    """STATUS means the latest complaint, and so does BATAL while somebody works on it; a mistyped ticket means none."""
    if latest is None or command.ticket is not None or command.misread:
        return command
    means_it = command.name == "status" or (command.name == "cancel" and not latest.finished)
    return replace(command, ticket=latest.ticket) if means_it else command


def _told(command: Command) -> Prompt | None:
    """Return what is told whatever comes of the command; the rest is known only when it was carried out."""
    if command.misread and command.name in {"cancel", "reopen"}:
        return "ticket_unknown"
    if command.ticket is None:
        return _WITHOUT_TICKET.get(command.name)
    return "status" if command.name == "status" else None


def _sticker(case: Case) -> Decision | None:
    only_stickers = case.silent and case.message.attachments and not case.shows_something
    return _kept("sticker") if only_stickers else None


def _rating(case: Case) -> Decision | None:
    """Take a number from 1 to 5, in private after an answer, for what was asked with it; the first one counts."""
    turn = None if case.shows_something else case.rateable
    stars = stars_of(case.words) if turn else None
    if turn is None or stars is None:
        return None
    if turn.rated:
        return _kept("rating")
    text = case.message.text.strip() if len(case.words) > 1 else None
    rating = Rating(complaint_id=turn.complaint_id, ticket=turn.ticket, stars=stars, text=text)
    return Decision(disposition="kept", rule="rating", rating=rating, prompt="rated")


def _names_complaint(case: Case) -> Decision | None:
    """Add what names a complaint; mere thanks add nothing to it, but what our app sends into one stays there."""
    named = case.situation.named
    if named is None or (case.message.complaint is None and case.small_talk and not case.shows_something):
        return None
    return _appended(case, "names_complaint", named)


def _media(case: Case) -> Decision | None:
    """Let media, a place, a button belong to what was said last, or wait for what will be said."""
    if not case.mute:
        return None
    if case.awaiting and (case.shows_something or not case.silent):
        return _appended(case, "answers_officer", case.awaiting.complaint_id)
    if case.asked and case.answers:
        return _appended(case, "answers_question", case.asked.complaint_id)
    latest = case.open_within(limits.MEDIA_WINDOW)
    if latest is not None:
        return _appended(case, "adds_media", latest.complaint_id)
    prompt = case.prompt("words_wanted") if case.silent or case.small_talk else None
    return Decision(disposition="held", rule="waits_for_words", prompt=prompt)


def _spam(case: Case) -> Decision | None:
    return _kept("spam") if is_spam(case.words) else None


def _explicit_new(case: Case) -> Decision | None:
    if says_new(case.words) and not adds_nothing(case.words.words):
        return _opened(case, "explicit_new")
    return None


def _small_talk(case: Case) -> Decision | None:
    kind = case.small_talk
    if kind is None:
        return None
    return Decision(disposition="kept", rule=kind, prompt=case.prompt("greeting") if kind in _GREETED else None)


def _answers_officer(case: Case) -> Decision | None:
    """Take what is said after an officer's question as its answer, unless it begins as another complaint does."""
    turn = case.awaiting
    return _appended(case, "answers_officer", turn.complaint_id) if turn and not _has_code(case) else None


def _answers_answer(case: Case) -> Decision | None:
    """Add to an answered complaint what doubts, contradicts or asks after its answer, and is no complaint by itself."""
    turn = case.written_back
    if turn is None or _has_code(case) or not writes_back(case.message, case.words, turn.said):
        return None
    return _appended(case, "answers_answer", turn.complaint_id)


def _announced(case: Case) -> Decision | None:
    return _opened(case, "announced") if case.announced else None


def _answers_question(case: Case) -> Decision | None:
    """Take what is said after our question as its answer.

    Once an hour is over, a long text that lacks nothing is a complaint of its own. An answer in which no rule sees a
    place or a time answers all that was asked: a mere name says where, too.
    """
    asked = case.asked
    if asked is None:
        return None
    late = case.since(asked) > limits.SURE_ANSWER_WINDOW
    if late and len(case.words) > limits.LONG_ANSWER and not missing(case.message, case.words):
        return None
    decision = _appended(case, "answers_question", asked.complaint_id)
    return decision if decision.answers else replace(decision, answers=asked.asked)


def _code_word(case: Case) -> Decision | None:
    return _opened(case, "code_word") if _has_code(case) else None


def _has_code(case: Case) -> bool:
    return has_report_code(case.message.text, case.words)


def _continues(case: Case) -> Decision | None:
    latest = case.open_within(limits.CONTINUES_WINDOW) if case.private else None
    return _appended(case, "continues", latest.complaint_id) if latest else None


def _same_thread(case: Case) -> Decision | None:
    latest = None if case.private else case.open_within(limits.THREAD_WINDOW)
    return _appended(case, "same_thread", latest.complaint_id) if latest else None


def _stands_alone(case: Case) -> Decision:
    """Open everything else, however short or strange: store, and let people decide."""
    return _opened(case, "stands_alone")


_RULES: Final[tuple[Callable[[Case], Decision | None], ...]] = (
    _form,
    _flood,
    _autoresponder,
    _command,
    _sticker,
    _rating,
    _names_complaint,
    _media,
    _spam,
    _explicit_new,
    _small_talk,
    _answers_officer,
    _answers_answer,
    _announced,
    _answers_question,
    _code_word,
    _continues,
    _same_thread,
)


def decide(said: Said, situation: Situation) -> Decision:
    """Say what becomes of a message; never raises, whatever the text."""
    words = read(said.message.text)
    case = Case(said, situation, replace(words, words=without_service_code(words.words)))
    decision = next((found for rule in _RULES if (found := rule(case)) is not None), None) or _stands_alone(case)
    return replace(decision, prompt=None, asks=()) if said.message.standby else decision


def _kept(rule: str) -> Decision:
    return Decision(disposition="kept", rule=rule)


def _opened(case: Case, rule: str) -> Decision:
    emergency = is_emergency(case.words)
    return Decision(disposition="opened", rule=rule, emergency=emergency, asks=() if emergency else _asks(case))


def _asks(case: Case) -> tuple[Question, ...]:
    """Ask nobody at a desk, elsewhere, or who gave the place in a form; ask nothing in public of a sealed matter."""
    message = case.message
    if message.surface == "desk" or message.registered or (message.surface == "form" and has_place(message)):
        return ()
    asks = missing(message, case.words)
    if not asks or case.private or message.surface == "form":
        return asks
    return () if must_seal(message.text, message.place.description or "") else asks


def _appended(case: Case, rule: str, complaint_id: UUID) -> Decision:
    answers = case.answers if case.asked and case.asked.complaint_id == complaint_id else ()
    emergency = is_emergency(case.words)
    return Decision(disposition="appended", rule=rule, complaint_id=complaint_id, answers=answers, emergency=emergency)
