"""Masking: a complaint's text without the names and numbers of people, for whoever is not entitled to them.

UU 27/2022 (PDP) and Perpres 76/2013 keep reporters and third persons out of other systems. `lokal-id` finds what is
usual in Indonesia, the other files here what it misses: Sasak and Bima names (`names`), accounts (`accounts`), numbers
in any dress (`numbers`). It costs about two milliseconds a text, so never in a door (docs/decisions/0020-masking.md).
"""

from functools import cache
from importlib.metadata import version

from shared.core.masking import accounts, library, names, numbers
from shared.core.masking.plain import plain
from shared.core.masking.spans import Labels, replaced

_RULES = 3
"""One more whenever anything of what is masked changes."""
_ROUNDS = 4
_FINDERS = (names.find, library.find, accounts.find, numbers.find)
"""In this order: whole names by their title, what the library knows by its precise kind, the blunt net under all."""


def mask(text: str) -> str:
    """Return the text with each name and number replaced by its kind, for example `[NAME_1]`.

    Where nothing is found the text comes back as it was, so `mask(text) != text` says that it held something. Otherwise
    letters and digits in disguise come back plain. A masked text is masked no further.
    """
    words = plain(text)
    labels = Labels()
    masked = words
    for _ in range(_ROUNDS):
        before = masked
        for find in _FINDERS:
            masked = replaced(masked, find(masked), labels)
        if masked == before:
            break
    return text if masked == words else masked


@cache
def mask_version() -> str:
    """Name what masked: the library's version and ours of the rules."""
    return f"lokal-id {version('lokal-id')}, rules {_RULES}"
