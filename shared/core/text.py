"""Text as it comes from strangers, made safe to store."""

import re

_SURROGATE = re.compile("[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Return text that PostgreSQL and UTF-8 can hold, otherwise as it was written.

    NUL characters are removed (PostgreSQL has no place for them); paired surrogates become their character, lone
    ones U+FFFD (JSON allows them, UTF-8 does not).
    """
    if not text.isascii() and _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\x00", "")


def clean_if_text(value: object) -> object:
    """Return text made safe to store, and anything else as it is: what validators do first with what strangers send."""
    return clean_text(value) if isinstance(value, str) else value
