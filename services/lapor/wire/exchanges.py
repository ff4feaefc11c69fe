"""What was said to LAPOR! and what it said, kept for an operator: numbers, names of fields, never a citizen's words.

A worker opens a notebook around its calls; the client writes each exchange into it; the worker stores the notebook in
the transaction that records what came of the calls.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.lapor.rules import redacted
from shared.core.text import clean_text

_MOST_ENTRIES = 20
_DEEPEST = 6
_SHOWN = frozenset(
    {
        *("id", "complaint_id", "status_code", "status_name", "template_code", "date", "created_at", "timestamp"),
        *("date_of_incident", "attachments", "disposition_id", "user_id", "channel", "rating", "is_secret"),
        *("institution_from_id", "institution_to_id", "institution_from_name", "institution_to_name"),
        *("disposition_name", "status_old", "status_new", "media_type", "field", "type"),
    }
)
"""Fields whose text holds no citizen's words. All other text is shown by its length alone."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_\[\]]{0,39}|[0-9]{1,4}")
_LONGEST_SHOWN = 120
_LONGEST_NUMBER = 9
"""Digits of an id that may be shown: a telephone number has more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One call to LAPOR!; `sent` and `got` are redacted, `status` is None where no answer came."""

    call: str
    method: str
    path: str
    status: int | None
    outcome: str
    sent: Any
    got: Any
    began_at: datetime
    took_ms: int


_notebook: ContextVar[list[Exchange] | None] = ContextVar("lapor_exchanges", default=None)


@contextmanager
def noted() -> Iterator[list[Exchange]]:
    """Collect the exchanges of the calls inside."""
    exchanges: list[Exchange] = []
    token = _notebook.set(exchanges)
    try:
        yield exchanges
    finally:
        _notebook.reset(token)


def note(exchange: Exchange) -> None:
    """Write an exchange down, where somebody collects them."""
    exchanges = _notebook.get()
    if exchanges is not None:
        exchanges.append(exchange)


def redact(document: object, told: Sequence[str] = (), *, depth: int = 0) -> Any:
    """Return a document without words: `told` are the words that LAPOR! might quote in its message."""
    if isinstance(document, Mapping):
        if depth == _DEEPEST:
            return "{…}"
        return {_name(name): _shown(str(name), value, told, depth) for name, value in document.items()}
    if isinstance(document, list | tuple):
        shown = [redact(one, told, depth=depth + 1) for one in document[:_MOST_ENTRIES]]
        return [*shown, f"… {len(document) - _MOST_ENTRIES} more"] if len(document) > _MOST_ENTRIES else shown
    if isinstance(document, str):
        is_number = document.isascii() and document.isdigit() and len(document) <= _LONGEST_NUMBER
        return document if is_number or not document else f"({len(document)} characters)"
    if isinstance(document, int | float) and len(str(abs(document))) > _LONGEST_NUMBER:
        return f"({len(str(abs(document)))} digits)"
    return document


def _name(name: object) -> str:
    return str(name) if _NAME.fullmatch(str(name)) else f"({len(str(name))} characters)"


def _shown(name: str, value: object, told: Sequence[str], depth: int) -> Any:
    if isinstance(value, str) and name == "message":
        return redacted(clean_text(value), *told)
    if isinstance(value, str) and name in _SHOWN and len(value) <= _LONGEST_SHOWN:
        return clean_text(value)
    return redact(value, told, depth=depth + 1)
