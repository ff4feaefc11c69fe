"""The queue's cursor: the place of the last case of a page, opaque to the caller."""

import base64
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, TypeAdapter

from shared.core.errors import ProblemError

NewestPlace = tuple[bool, datetime, UUID]
"""Urgent, received, complaint."""
Place = NewestPlace | tuple[datetime, UUID]
"""By newest, or by deadline: due, complaint."""

_BY_NEWEST = TypeAdapter(tuple[bool, AwareDatetime, UUID])
_BY_DUE = TypeAdapter(tuple[AwareDatetime, UUID])


def cursor_of(row: Any, order: Literal["newest", "due"]) -> str:
    """Return the cursor of a case."""
    if order == "due":
        document = _BY_DUE.dump_json((row.due_at, row.complaint_id))
    else:
        document = _BY_NEWEST.dump_json((row.urgent, row.received_at, row.complaint_id))
    return base64.urlsafe_b64encode(document).decode()


def read_cursor(text: str, order: Literal["newest", "due"]) -> Place:
    """Return where to go on. Raises `ProblemError` (`bad_cursor`)."""
    try:
        document = base64.urlsafe_b64decode(text)
        if order == "due":
            due_at, complaint_id = _BY_DUE.validate_json(document)
            return due_at.astimezone(UTC), complaint_id
        urgent, received_at, complaint_id = _BY_NEWEST.validate_json(document)
        return urgent, received_at.astimezone(UTC), complaint_id
    except (ValueError, OverflowError):
        raise ProblemError("bad_cursor", "Penanda halaman tidak dikenal; mulai lagi dari halaman pertama") from None
