"""What was found where, and what stands there instead."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lokal.samaran import PiiType

NUMBER, ACCOUNT, EMAIL = "[NOMOR]", "[AKUN]", "[EMAIL]"
_LABEL = re.compile(r"\[(?:[A-Z_]+_\d+|NOMOR|AKUN|EMAIL)\]")


@dataclass(frozen=True, slots=True)
class Found:
    """A span to be replaced: by a numbered label of a kind, or where `label` is given by that one."""

    start: int
    end: int
    kind: "PiiType" = "NAME"
    label: str | None = None


class Labels:
    """The labels of one text: the same value gets the same number."""

    def __init__(self) -> None:
        """Begin at one."""
        from lokal.samaran import Samaran  # noqa: PLC0415 - its tables take memory, and most processes mask nothing

        self._vault = Samaran()

    def label(self, found: Found, value: str) -> str:
        """Return what to write instead of the value."""
        return found.label or self._vault.placeholder(found.kind, value)


def replaced(text: str, spans: Iterable[Found], labels: Labels) -> str:
    """Replace the spans, which are in order and do not overlap; a label that is there already stays."""
    parts, end = [], 0
    for found in spans:
        value = text[found.start : found.end]
        rest = _LABEL.sub("", value)
        if found.start < end or not any(letter.isalnum() for letter in rest):
            continue
        parts += [text[end : found.start], labels.label(found, value)]
        end = found.end
    return "".join([*parts, text[end:]])
