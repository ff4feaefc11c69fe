"""What the mirror tells LAPOR!, what LAPOR!'s words mean to us, and when to try again. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from html import unescape
from typing import Any, Final
from unicodedata import normalize
from uuid import UUID

from services.lapor.wire.port import Report
from shared.core.masking import mask
from shared.core.ticket import InvalidTicketError, parse_ticket

Said = dict[str, str | None]
"""A message as its row holds it: `message_id` and the masked `text`."""

TITLE_LENGTH = 80
FOLLOW_UP_LENGTH = 1000
"""What LAPOR! takes of a follow-up's words, in characters."""
FITTING_TYPES: Final[Mapping[str, str]] = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
"""What LAPOR! takes of what we keep, with its ending."""
MOST_FILES = 5
LARGEST_FILE = 5 * 1024 * 1024
_MESSAGE_LENGTH = 200
_UNKNOWN_TO_THEM = frozenset({401, 403})
_NEAR_THE_HEAD = 200
_TAG = re.compile(r"<[^<>]{1,200}>")
_QUOTES = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014", "''\"\"--")
_HEAD = re.compile(r"\[\s*(NTB-[0-9A-Za-z-]{9,12})[^\]]{0,20}\]")
_SETTLING = (timedelta(days=3), timedelta(days=14), timedelta(days=30))
"""After so long without anything new a complaint is looked at half as often, and again."""
_LONGEST_WAIT_S = 3600.0
_FINAL_FACTOR = 8
LONGEST_PAUSE_S = 86_400.0
"""What LAPOR! asks for is granted, up to a day."""

STATES: Final = {
    "belum terverifikasi": "received",
    "terverifikasi": "assigned",
    "sudah terverifikasi": "assigned",
    "dalam proses": "in_progress",
    "selesai": "closed",
    "diarsipkan": "archived",
    "ditolak": "rejected",
}
ENDS: Final = frozenset({"closed", "archived", "rejected"})
"""Our state by LAPOR!'s status names, as far as they were seen. A verified one has its institution: there, assigned."""


def report(
    *,
    ticket: str,
    text: str,
    attachments: int,
    anonymous: bool,
    secret: bool,
    personal: bool,
    happened_on: date,
    institution_id: int,
    topic_id: int | None = None,
    location_id: int | None = None,
    files: Sequence[str] = (),
) -> Report:
    """Write what LAPOR! gets of a complaint; `text` is masked, `personal` tells that something was.

    Never less strict than we are: who wants secrecy gets anonymity too, and where the text named a person the report
    is secret there, because no mask finds everything (an administrator must hide such reports: Perpres 76/2013).
    """
    words = text.strip()
    parts = [f"[{ticket}] {words or '(tanpa teks)'}"]
    if attachments > len(files):
        parts.append(f"Lampiran: {attachments - len(files)} berkas di NTB Care.")
    return Report(
        title=_title(words) or f"Pengaduan {ticket}",
        content="\n\n".join(parts),
        institution_id=institution_id,
        anonymous=anonymous or secret,
        secret=secret or personal,
        happened_on=happened_on,
        topic_id=topic_id,
        location_id=location_id,
        files=tuple(files),
    )


def is_fitting(file: Mapping[str, Any]) -> bool:
    """Tell whether LAPOR! takes an attachment (`AttachmentRef` as JSON) whose content is in the house."""
    size = file.get("size")
    return bool(
        file.get("sha256")
        and file.get("media_type") in FITTING_TYPES
        and isinstance(size, int)
        and 0 < size <= LARGEST_FILE
    )


def fitting(files: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return those attachments that LAPOR! takes, as many as it takes."""
    return [one for one in files if is_fitting(one)][:MOST_FILES]


def file_name(place: int, media_type: str) -> str:
    """Return a name that says nothing of whose it is."""
    return f"lampiran-{place}.{FITTING_TYPES.get(media_type, 'bin')}"


def follow_up_pieces(ticket: str, number: int, words: str) -> list[str]:
    """Write a follow-up for LAPOR!, with a mark at its head by which it is known again; long ones in several pieces."""
    return _pieces(
        " ".join(words.split()), lambda place, of: f"[{ticket} #{number}{f' {place}/{of}' if of > 1 else ''}] "
    )


def _pieces(words: str, head: Callable[[int, int], str]) -> list[str]:
    room = FOLLOW_UP_LENGTH - len(head(99, 99))
    parts: list[str] = []
    left = words
    while len(left) > room:
        cut = left.rfind(" ", room // 2, room + 1)
        end = cut if cut > 0 else room
        parts.append(left[:end].rstrip())
        left = left[end:].lstrip()
    parts.append(left)
    return [head(place, len(parts)) + part for place, part in enumerate(parts, 1)]


def leading_ticket(content: str) -> str | None:
    """Return the ticket of ours near the head of a text, if there is one."""
    found = _HEAD.search(plain(content)[:_NEAR_THE_HEAD])
    try:
        return parse_ticket(found[1]) if found else None
    except InvalidTicketError:
        return None


def is_the_same(ours: str | None, *, title: str, content: str) -> bool:
    """Tell whether a complaint at LAPOR! holds the words that we told it; anybody may write a ticket of ours there."""
    words = plain(ours or "")
    if content and words:
        return words in plain(content)
    return bool(words) and plain(title) == plain(_title(words))


def plain(text: str) -> str:
    """Return a text without the marks that a page puts into it: tags, entities, other forms of the same letters."""
    bare = _TAG.sub(" ", unescape(text))
    return " ".join(normalize("NFKC", bare).translate(_QUOTES).split())


def digest(words: str) -> str:
    """Return what two texts have in common that say the same, however LAPOR! shows them."""
    return sha256(plain(words).encode("utf-8", "replace")).hexdigest()


def said_with(said: Sequence[Said], message_id: UUID, text: str) -> list[Said]:
    """Return the messages with one more, or with a new form of one of them; empty where it was taken back."""
    new: Said = {"message_id": str(message_id), "text": text}
    if any(one["message_id"] == new["message_id"] for one in said):
        return [new if one["message_id"] == new["message_id"] else one for one in said]
    return [*said, new]


def edited(said: Sequence[Said] | None, message_id: UUID, text: str) -> list[Said]:
    """Return the messages with an officer's text in their place; `message_id` where there were none.

    They keep their ids, so that a later form of one of them is added where it stood, and seen before it goes.
    """
    ids = [one["message_id"] for one in said or ()] or [str(message_id)]
    blank: list[Said] = [{"message_id": one, "text": ""} for one in ids[1:]]
    return [{"message_id": ids[0], "text": text, "by": "officer"}, *blank]


def is_edited(said: Sequence[Said] | None) -> bool:
    """Tell whether an officer wrote what is told."""
    return any("by" in one for one in said or ())


def joined(said: Sequence[Said]) -> str:
    """Return all messages as one text."""
    return "\n\n".join(text for one in said if (text := (one["text"] or "").strip()))


def _title(words: str) -> str:
    line = " ".join(words.split())
    if len(line) <= TITLE_LENGTH:
        return line
    cut = line[:TITLE_LENGTH]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"


def state_of(status: str) -> str | None:
    """Return the state of ours that a status of LAPOR! means, or None for one that we do not know."""
    return STATES.get(" ".join(status.lower().split()))


def redacted(message: str, *told: str) -> str:
    """Return LAPOR!'s own words for an operator: short, masked, and never the words that were told it."""
    said = " ".join(message.split())
    known = {triple for text in told for triple in _triples(text)}
    if any(triple in known for triple in _triples(said)):
        return "(LAPOR! quotes the complaint; its words are left out)"
    return mask(said)[:_MESSAGE_LENGTH]


def _triples(text: str) -> list[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return [tuple(words[place : place + 3]) for place in range(len(words) - 2)]


def locked_words(status: int) -> str:
    """Say what a 401, a 403, or an address at which nobody is, means for what waits."""
    known = status in _UNKNOWN_TO_THEM
    return f"HTTP {status}: {'LAPOR! refuses our secrets' if known else 'nobody takes it at this address'}"


def wait(attempts: int, first_s: float, retry_after_s: float | None) -> float:
    """Return for how many seconds to leave it alone after so many tries; what LAPOR! asks for is granted."""
    doubled = first_s * 2.0 ** min(max(attempts - 1, 0), 30)
    return max(min(doubled, _LONGEST_WAIT_S), retry_after_s or 0.0)


def longest_look(every_s: float, again_s: float) -> float:
    """Return after how many seconds at most a complaint is looked at again."""
    return max(every_s * _FINAL_FACTOR * 4.0 ** len(_SETTLING), again_s, LONGEST_PAUSE_S)


def next_look(status: str, every_s: float, quiet: timedelta = timedelta(0)) -> float:
    """Return after how many seconds to look again; `quiet`: for how long LAPOR! has shown nothing new.

    Seldom where LAPOR! is done, for an archived report may reopen; less and less often where nothing happens: a
    thousand old ones must not cost the looks that those of last week need.
    """
    settled = sum(quiet >= limit for limit in _SETTLING)
    factor = _FINAL_FACTOR * 4**settled if state_of(status) in ENDS else 2**settled
    return every_s * float(factor)
