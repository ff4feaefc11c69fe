"""What the mirror tells LAPOR!, what LAPOR!'s words mean to us, and when to try again. Pure."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from services.lapor.port import Report
from shared.core.masking import mask

Said = dict[str, str | None]
"""A message as its row holds it: `message_id` and the masked `text`."""

TITLE_LENGTH = 80
_MESSAGE_LENGTH = 200
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
    "diarsipkan": "closed",
    "ditolak": "closed",
}
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
) -> Report:
    """Write what LAPOR! gets of a complaint; `text` is masked, `personal` tells that something was.

    Never less strict than we are: who wants secrecy gets anonymity too, and where the text named a person the report
    is secret there, because no mask finds everything (an administrator must hide such reports: Perpres 76/2013).
    """
    words = text.strip()
    parts = [f"[{ticket}] {words or '(tanpa teks)'}"]
    if attachments:
        parts.append(f"Lampiran: {attachments} berkas di NTB Care.")
    return Report(
        title=_title(words) or f"Pengaduan {ticket}",
        content="\n\n".join(parts),
        institution_id=institution_id,
        anonymous=anonymous or secret,
        secret=secret or personal,
        happened_on=happened_on,
    )


def said_with(said: Sequence[Said], message_id: UUID, text: str) -> list[Said]:
    """Return the messages with one more, or with a new form of one of them; empty where it was taken back."""
    new: Said = {"message_id": str(message_id), "text": text}
    if any(one["message_id"] == new["message_id"] for one in said):
        return [new if one["message_id"] == new["message_id"] else one for one in said]
    return [*said, new]


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


def redacted(message: str, sent: Report) -> str:
    """Return LAPOR!'s own words for an operator: short, masked, and never the complaint's words."""
    said = " ".join(message.split())
    told = {_triple for text in (sent.title, sent.content) for _triple in _triples(text)}
    if any(triple in told for triple in _triples(said)):
        return "(LAPOR! quotes the complaint; its words are left out)"
    return mask(said)[:_MESSAGE_LENGTH]


def _triples(text: str) -> list[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return [tuple(words[place : place + 3]) for place in range(len(words) - 2)]


def wait(attempts: int, first_s: float, retry_after_s: float | None) -> float:
    """Return for how many seconds to leave it alone after so many tries; what LAPOR! asks for is granted."""
    doubled = first_s * 2.0 ** min(max(attempts - 1, 0), 30)
    return max(min(doubled, _LONGEST_WAIT_S), retry_after_s or 0.0)


def longest_look(every_s: float, again_s: float) -> float:
    """Return after how many seconds at most a complaint is looked at again."""
    return max(every_s * _FINAL_FACTOR, again_s, LONGEST_PAUSE_S)


def next_look(status: str, every_s: float) -> float:
    """Return after how many seconds to look again: seldom where LAPOR! is done, but an archived report may reopen."""
    return every_s * (_FINAL_FACTOR if state_of(status) == "closed" else 1)
