"""Queries, forms and JSON as gateways send them. Bytes stay bytes until a charset is known."""

import json
from typing import Any
from urllib.parse import parse_qsl

from shared.core.text import clean_text

MOST_FIELDS = 256
"""A form of Twilio with ten pictures has some sixty."""
Pairs = list[tuple[str, bytes]]


class NotJsonError(ValueError):
    """The body is no JSON."""


def read_pairs(raw: bytes, most: int = MOST_FIELDS) -> Pairs:
    """Take a query or a form apart, `+` as a space; raises `ValueError` for more fields than `most`.

    Latin-1 carries the bytes through `parse_qsl` unchanged.
    """
    pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=most)
    return [(name, value.encode("latin-1")) for name, value in pairs]


def read_json(body: bytes) -> Any:
    """Return the document; raises `NotJsonError`."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise NotJsonError from None


def as_text(value: object) -> str:
    """Return a JSON value as a text that is safe to store: numbers with all their digits, nothing for all else."""
    if isinstance(value, str):
        return clean_text(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def as_dict(value: object) -> dict[str, Any]:
    """Return a JSON object, an empty one for all else."""
    return value if isinstance(value, dict) else {}
