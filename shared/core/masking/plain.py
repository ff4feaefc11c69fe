"""Text in which no digit or letter is in disguise. Pure."""

import re
import unicodedata

_UNSEEN = "Cf"
"""Unicode category of zero-width characters and soft hyphens."""
_KEYCAP = re.compile("(?<=[0-9])\ufe0f?\u20e3")


def plain(text: str) -> str:
    """Return text without zero-width characters, with full-width and ornamental letters and digits as ASCII ones."""
    if text.isascii():
        return text
    letters = (_plain(letter) for letter in text if unicodedata.category(letter) != _UNSEEN)
    return _KEYCAP.sub("", "".join(letters))


def _plain(letter: str) -> str:
    if letter.isascii():
        return letter
    digit = unicodedata.digit(letter, None)
    if unicodedata.decomposition(letter).startswith(("<super>", "<sub>")):
        return letter
    if digit is not None:
        return str(digit)
    simple = unicodedata.normalize("NFKC", letter)
    return simple if len(simple) == 1 and simple.isascii() else letter
