"""Queries, forms and JSON as gateways send them. Bytes stay bytes until a charset is known."""

import json
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.multipart import Field, parse_form

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


def read_form(body: bytes, content_type: str) -> Pairs:
    """Take a form apart, whichever of its two shapes it has; raises `ValueError`, also for too many fields."""
    if not content_type.lower().startswith("multipart/form-data"):
        return read_pairs(body)
    pairs: Pairs = []

    def keep(field: Field) -> None:
        if len(pairs) == MOST_FIELDS:
            raise ValueError("too many fields")
        pairs.append(((field.field_name or b"").decode("latin-1"), field.value or b""))

    parse_form({"Content-Type": content_type.encode("latin-1", "replace")}, BytesIO(body), keep, None)
    return pairs


def read_json(body: bytes) -> Any:
    """Return the document; raises `NotJsonError`."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise NotJsonError from None


def as_text(value: object) -> str:
    """Return a JSON value as a text that is safe to store: numbers with all their digits, nothing for all else.

    A whole number may be written as a float: `6281234567890.0` is the same telephone.
    """
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def as_dict(value: object) -> dict[str, Any]:
    """Return a JSON object, an empty one for all else."""
    return value if isinstance(value, dict) else {}
