"""Commands that citizens type, and tickets in their words. The forms are listed in `tables/commands.toml`."""

import re
from typing import Any

from services.intake.conversation import limits
from services.intake.conversation.situation import Command
from services.intake.conversation.small_talk import ADDRESS
from services.intake.conversation.words import Words, table, word_set
from shared.core.ticket import InvalidTicketError, parse_ticket, read_symbols

_TABLE: dict[str, Any] = table("commands")
_AROUND = (word_set(_TABLE["polite"]) | ADDRESS) - {"ntb", "care", "ntbcare"}
_SERVICE_CODES = tuple(tuple(code.split()) for code in _TABLE["service_codes"])
_REPORT_CODES = frozenset(_TABLE["report_codes"])
_NEW = tuple(f" {phrase} " for phrase in _TABLE["new"]["phrases"])
_ALONE: dict[str, Any] = {phrase: name for name, phrases in _TABLE["alone"].items() for phrase in phrases}
_VERBS: dict[tuple[str, ...], Any] = {
    tuple(phrase.split()): name for name, phrases in _TABLE["verbs"].items() for phrase in phrases
}
_LONGEST_VERB = max(map(len, _VERBS))
_NEAR_THE_BEGINNING = 8
"""Words within which somebody says that this is another complaint."""

_DASH = r"[\s\u002d\u00ad\u2010-\u2015\u2212]{0,3}"
_TICKET = re.compile(
    rf"(?<![0-9a-z])(?:ntb{_DASH}[0-9a-z]{{4}}{_DASH}[0-9a-z]{{5}}|[0-9a-z]{{4}}-[0-9a-z]{{5}})(?![0-9a-z])",
    re.IGNORECASE | re.ASCII,
)
_AFTER_DASH = re.compile(r"-[0-9a-z]{5}(?![0-9a-z])", re.IGNORECASE | re.ASCII)
_CODE_SYMBOLS = 10
_TICKET_WORDS = 3
_NUMBERS = ("1", "2", "3", "4", "5")
_STARS = re.compile(r"(?<!\w)[1-5](?!\w)[\s,.:;/-]*(?P<words>.*)", re.DOTALL)
_SHORTEST_SLIP, _LONGEST_SLIP = 7, 11
"""A ticket has nine symbols: what is one or two off is a ticket with a slip."""
_CAPITAL_CODE = re.compile(rf"\W*(?:{'|'.join(sorted(code.upper() for code in _REPORT_CODES))})\b")
_MARKED_CODE = re.compile(rf"\W*(?:{'|'.join(sorted(_REPORT_CODES))})\s*[#:;=*]")


def tickets_in(text: str) -> tuple[str, ...]:
    """Return the tickets that a text names, canonical, each once, the first `limits.TICKETS`.

    Words that happen to fit ("NTB care mohon") are left out: without a dash a ticket must hold a digit.
    """
    if not _AFTER_DASH.search(text) and "ntb" not in text.lower():  # a cheap look: most texts name none
        return ()
    found: dict[str, None] = {}
    for match in _TICKET.finditer(text[: limits.JUDGED]):
        if "-" in match[0] or any(map(str.isdigit, match[0])):
            ticket = _ticket(match[0])
            if ticket is not None:
                found[ticket] = None
    return tuple(found)[: limits.TICKETS]


def without_service_code(words: tuple[str, ...]) -> tuple[str, ...]:
    """Strip the service's own keyword of `KODE<space>text` from the front; a keyword alone stays."""
    for code in _SERVICE_CODES:
        if words[: len(code)] == code and len(words) > len(code):
            return words[len(code) :]
    return words


def has_report_code(text: str, said: Words) -> bool:
    """Tell whether a text begins as a complaint by SMS does: `LAPOR jalan …`, `ADUAN#…`.

    "Keluhan saya belum dijawab" does not: but for the verbs, the keyword must stand in capitals or before a mark.
    """
    words = said.words
    if len(words) < 2 or words[0] not in _REPORT_CODES:  # noqa: PLR2004 - the keyword and something after it
        return False
    return words[0] in {"lapor", "adu"} or bool(_CAPITAL_CODE.match(text) or _MARKED_CODE.match(said.text))


def says_new(said: Words) -> bool:
    """Tell whether somebody says near the beginning that this is another complaint."""
    line = f" {' '.join(said.words[:_NEAR_THE_BEGINNING])} "
    return any(phrase in line for phrase in _NEW)


def command_of(said: Words) -> Command | None:
    """Return the command that a whole message is; a command word inside a sentence is none.

    A ticket with a slip in it makes a command that is `misread`.
    """
    if not 0 < len(said) <= limits.RATING:
        return None
    words = _bare(said.words)
    if words and _VERBS.get(words[:1]) == "rate":
        return _rate(words[1:])
    if len(said) > limits.COMMAND:
        return None
    if len(words) > 1 and words[0] in _REPORT_CODES:
        return _command(words) or _command(words[1:])
    return _command(words)


def _bare(words: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out whom it is said to, and politeness, around the order."""
    while words and words[0] in _AROUND:
        words = words[1:]
    while words and words[-1] in _AROUND:
        words = words[:-1]
    return words


def _command(words: tuple[str, ...]) -> Command | None:
    name = _ALONE.get(" ".join(words))
    if name is not None:
        return Command(name=name)
    if words and (words[0].startswith("ntb") or len(words) == 1) and (ticket := _ticket("".join(words))):
        return Command(name="check", ticket=ticket)
    for length in range(min(_LONGEST_VERB, len(words) - 1), 0, -1):
        verb = _VERBS.get(words[:length])
        if verb == "join":
            return _join(words[length:])
        if verb is not None and (found := _about_ticket(verb, words[length:])):
            return found
    return None


def _about_ticket(verb: Any, rest: tuple[str, ...]) -> Command | None:
    ticket = _ticket("".join(rest))
    return Command(name=verb, ticket=ticket, misread=ticket is None) if ticket or _has_slip(rest) else None


def _join(rest: tuple[str, ...]) -> Command | None:
    for at in range(1, len(rest)):
        ticket, code = _ticket("".join(rest[:at])), "".join(rest[at:])
        if ticket and len(read_symbols(code)) == _CODE_SYMBOLS:
            return Command(name="join", ticket=ticket, code=code)
    return Command(name="join", misread=True) if _ticket("".join(rest)) or rest[0].startswith("ntb") else None


def rating_words(text: str) -> str | None:
    """Return what a rating says after its ticket and its number, as it was written; None where it says nothing."""
    found = _STARS.search(_TICKET.sub(" ", text))
    words = found["words"].strip() if found else ""
    return words or None


def _rate(rest: tuple[str, ...]) -> Command | None:
    """Return a rating; without a ticket only of the number alone: "nilai 5 siswa hilang" is a complaint."""
    if len(rest) == 1 and (stars := _stars(rest[0])):
        return Command(name="rate", stars=stars)
    for at in range(1, min(len(rest), _TICKET_WORDS) + 1):
        if ticket := _ticket("".join(rest[:at])):
            stars = _stars(rest[at]) if len(rest) > at else None
            return Command(name="rate", ticket=ticket, stars=stars, misread=stars is None)
    return Command(name="rate", misread=True) if rest[:1] == ("ntb",) else None


def _stars(word: str) -> int | None:
    return int(word) if word in _NUMBERS else None


def _has_slip(rest: tuple[str, ...]) -> bool:
    """Tell whether words are meant as a ticket: in its two groups or as one, about as long, with a digit."""
    groups = tuple(part for part in (rest[0].removeprefix("ntb"), *rest[1:]) if part)
    if len(groups) > 2 or (len(groups) == 2 and groups == rest):  # noqa: PLR2004 - a ticket's two groups
        return False
    symbols = "".join(groups)
    if not _SHORTEST_SLIP <= len(symbols) <= _LONGEST_SLIP or symbols.isdigit() or len(groups[0]) - len(groups[-1]) > 1:
        return False
    return any(map(str.isdigit, groups[-1]))


def _ticket(typed: str) -> str | None:
    try:
        return parse_ticket(typed)
    except InvalidTicketError:
        return None
