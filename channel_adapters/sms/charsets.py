"""The bytes of a text message, decoded as the gateway says or as they show."""

import re

from shared.core.text import clean_text

_CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "utf-16": "utf-16-be",
    "utf-16be": "utf-16-be",
    "ucs-2": "utf-16-be",
    "ucs2": "utf-16-be",
    "iso-10646-ucs-2": "utf-16-be",
    "utf-16le": "utf-16-le",
    "iso-8859-1": "latin-1",
    "windows-1252": "cp1252",
}
_ORDERS = {b"\xfe\xff": "utf-16-be", b"\xff\xfe": "utf-16-le"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def known_charset(name: str) -> str | None:
    """Return Python's name for a charset as gateways write it, or None for one that nobody knows."""
    return _CHARSETS.get(name.strip().lower().replace("_", "-"))


def looks_binary(raw: bytes) -> bool:
    """Tell settings, ring tones and other things for machines from what somebody wrote."""
    return _CONTROLS.search(raw.decode("latin-1")) is not None


def looks_like_utf16(raw: bytes) -> bool:
    """Tell UTF-16BE from UTF-8 that kept the label `coding=2` when somebody recoded it.

    Letters below U+2000 (Latin, Arabic, Balinese) have a high byte that is a control character in UTF-8; most others
    are no UTF-8 at all.
    """
    if len(raw) % 2:
        return False
    try:
        return _CONTROLS.search(raw.decode("utf-8")) is not None
    except UnicodeDecodeError:
        return True


def decode(raw: bytes, charset: str = "utf-8") -> str:
    """Return the text, by the charset (Python's name), else as UTF-8, else as Latin-1, which takes every byte.

    A mark of the order of bytes is none of the text's, and wins over the name of the charset.
    """
    if charset.startswith("utf-16") and raw[:2] in _ORDERS:
        charset, raw = _ORDERS[raw[:2]], raw[2:]
    for candidate in (charset, "utf-8"):
        try:
            return clean_text(raw.decode(candidate, "surrogatepass" if "16" in candidate else "strict"))
        except UnicodeDecodeError:
            continue
    return clean_text(raw.decode("latin-1"))
