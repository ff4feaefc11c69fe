"""What each text that citizens read may hold: where it is said, which names stand in its braces. Pure.

A text is named by its event (`closed`), its place and its language. Places are `sms`, `direct` (a direct message),
`public` (below a post) and `private` (even that somebody complained stays between them and us); `facebook.direct` is
one channel's own. Pieces of sentences (`reason.too_general`) have one place, `piece`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter

PLACES = ("sms", "direct", "public", "private")
PIECE = "piece"
LONGEST = 2000
"""Characters; what is longer fits no message."""
EMERGENCY_NUMBER = "112"

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_CHANNEL = re.compile(r"[a-z][a-z0-9_]*")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_PIECES = frozenset({"ask", "reason", "state", "phrase"})


@dataclass(frozen=True, slots=True)
class Form:
    """Where a text is said, what it must name, and what it may name besides."""

    places: tuple[str, ...]
    must: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    says: str = ""
    """What it must hold in plain words."""


def _form(places: str, must: str = "", may: str = "", says: str = "") -> Form:
    return Form(tuple(places.split()), frozenset(must.split()), frozenset(may.split()), says)


_EVERYWHERE = "sms direct public private"
_TO_ONE = "sms direct private"
_TALK = "sms direct"

FORMS: dict[str, Form] = {
    "acknowledgement": _form(_EVERYWHERE, "ticket", "where"),
    "acknowledgement_asking": _form(_EVERYWHERE, "ticket questions", "where"),
    "emergency": _form(_EVERYWHERE, "ticket", "where", EMERGENCY_NUMBER),
    "emergency_asking": _form(_EVERYWHERE, "ticket questions", "where", EMERGENCY_NUMBER),
    "assigned": _form(_TO_ONE, "ticket", "agency where"),
    "question": _form(_TO_ONE, "ticket text", "agency deadline where"),
    "followed_up": _form(_TO_ONE, "ticket text", "agency where"),
    "answer": _form(_TO_ONE, "ticket text", "agency where rate"),
    "answer_unsigned": _form(_TO_ONE, "ticket text", "where rate"),
    "closed": _form(_TO_ONE, "ticket", "where"),
    "ended": _form(_TO_ONE, "ticket", "where"),
    "archived": _form(_TO_ONE, "ticket reason", "where"),
    "rejected": _form(_TO_ONE, "ticket reason", "where"),
    "case_reopened": _form(_TO_ONE, "ticket", "where"),
    "status": _form(_TALK, "ticket state", "where about"),
    **{
        prompt: _form(_TALK, "", "ticket about where")
        for prompt in (
            *("greeting", "words_wanted", "help", "ticket_unknown", "cancelled", "not_cancelled", "reopened"),
            *("not_reopened", "rated", "not_rated", "stopped", "resumed", "joined", "not_joined"),
        )
    },
}
"""By event. A command's answers are said in private only, and name no complaint's kind."""
_PHRASES = {"where": "page", "about": "ticket", "deadline": "date", "rate": "ticket"}
"""What a piece of a sentence must name, where it must name anything."""


class WordingError(Exception):
    """A text cannot be said so; the words say what to change."""


def form_of(event: str) -> Form:
    """Return what a text of this event may hold; raises `WordingError`."""
    form = FORMS.get(event)
    if form is not None:
        return form
    kind, _, name = event.partition(".")
    if kind not in _PIECES or not _CODE.fullmatch(name):
        raise WordingError(f"There is no event {event}. Events: {', '.join(FORMS)}; reason.CODE, ask., state., phrase.")
    must = _PHRASES.get(name, "") if kind == "phrase" else ""
    return _form(PIECE, must)


def check(event: str, place: str, language: str, text: str) -> None:
    """Refuse what could not be said; raises `WordingError` with what is allowed."""
    form = form_of(event)
    if not _LANGUAGE.fullmatch(language):
        raise WordingError(f"{language} is no language tag; write for example id, en, sas, smw or bhp.")
    if not _is_place(place, form):
        raise WordingError(f"{event} is said at: {', '.join(form.places)}; or CHANNEL.PLACE, for example sms.sms.")
    if not text.strip() or len(text) > LONGEST or not _is_printable(text):
        raise WordingError(f"A text has between 1 and {LONGEST} characters, and none that shows nothing.")
    _check_names(event, place, text, form)
    if form.says not in text:
        raise WordingError(f"{event} must say {form.says}.")


def allowed(event: str, place: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return what a text must name, and what it may. Neither in public nor in private does it name an agency."""
    form = form_of(event)
    bare = place.rpartition(".")[2] in {"public", "private"}
    return form.must, form.must | (form.may - {"agency"} if bare else form.may)


def names_in(text: str) -> Iterator[str]:
    """Yield what stands in braces; raises `WordingError` for anything but a bare name."""
    try:
        for _, name, spec, conversion in Formatter().parse(text):
            if name is None:
                continue
            if spec or conversion or not name.isidentifier():
                raise WordingError(
                    f"{{{name}}}: between the braces stands a name alone. A brace itself is written twice."
                )
            yield name
    except ValueError:
        raise WordingError("A brace has no partner. A brace itself is written twice: {{ or }}.") from None


def _check_names(event: str, place: str, text: str, form: Form) -> None:
    must, may = allowed(event, place)
    named = set(names_in(text))
    wrong = [f"{{{name}}} is unknown here" for name in sorted(named - may)]
    wrong += [f"{{{name}}} is missing" for name in sorted(must - named)]
    if wrong:
        optional = ", ".join(f"{{{name}}}" for name in sorted(may - must)) or "none"
        wanted = ", ".join(f"{{{name}}}" for name in sorted(form.must)) or "none"
        raise WordingError(f"{'; '.join(wrong)}. Needed: {wanted}. Allowed besides: {optional}.")


def _is_place(place: str, form: Form) -> bool:
    channel, dot, where = place.rpartition(".")
    return where in form.places and (not dot or (bool(_CHANNEL.fullmatch(channel)) and where != PIECE))


def _is_printable(text: str) -> bool:
    return all(letter.isprintable() or letter == "\n" for letter in text)
