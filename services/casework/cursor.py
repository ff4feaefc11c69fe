"""The queue's cursor: the place of the last case of a page, opaque to the caller."""

import base64
from datetime import UTC, datetime
from uuid import UUID

from pydantic import AwareDatetime, TypeAdapter

from shared.core.errors import ProblemError

_place = TypeAdapter(tuple[bool, AwareDatetime, UUID])


def write_cursor(received_at: datetime, complaint_id: UUID, *, urgent: bool) -> str:
    """Return the cursor of a case."""
    return base64.urlsafe_b64encode(_place.dump_json((urgent, received_at, complaint_id))).decode()


def read_cursor(text: str) -> tuple[bool, datetime, UUID]:
    """Return where to go on. Raises `ProblemError` (`bad_cursor`)."""
    try:
        urgent, received_at, complaint_id = _place.validate_json(base64.urlsafe_b64decode(text))
        return urgent, received_at.astimezone(UTC), complaint_id
    except (ValueError, OverflowError):
        raise ProblemError("bad_cursor", "Penanda halaman tidak dikenal; mulai lagi dari halaman pertama") from None
