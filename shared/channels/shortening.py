"""Shorten an answer to what a provider takes in one message.

One reply is one call: cut into several, the second could fail after the first was taken, and sending both again would
break "never twice". What is cut off stays readable with ticket and access code, and the citizen is told so.
"""

import re
from collections.abc import Callable

_TICKET = re.compile(r"NTB-[0-9A-Z]{4}-[0-9A-Z]{5}")
_ROOM_FOR_A_WORD = 24
"""Characters that are given up rather than cut a word in two; longer words are cut."""


def shorten(text: str, fits: Callable[[str], bool]) -> str:
    """Return the text if it fits, else its beginning, cut between words, and where to read all of it.

    `fits` is asked about whole texts and must hold for every beginning of a text for which it holds.
    """
    if fits(text):
        return text
    ending = _ending(text)
    least, most = 0, len(text)
    while least < most:  # how many characters stay: the largest number that fits
        middle = (least + most + 1) // 2
        if fits(text[:middle] + ending):
            least = middle
        else:
            most = middle - 1
    return _cut_between_words(text, least) + ending


def _cut_between_words(text: str, length: int) -> str:
    if text[length : length + 1].isspace():
        return text[:length].rstrip()
    start = max(0, length - _ROOM_FOR_A_WORD)
    spaces = [place for place in range(start, length) if text[place].isspace()]
    return text[: spaces[-1] if spaces else length].rstrip()


def _ending(text: str) -> str:
    found = _TICKET.search(text)
    where = f"tiket {found.group()}" if found else "dengan nomor tiket"
    return f"... (selengkapnya: {where} dan kode akses)"
