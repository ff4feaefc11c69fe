"""What we write on a message so that Meta's echo tells which reply it was: `metadata` of the Send API.

Meta for Developers, "Messenger Platform: message_echoes". It names our own ids and nobody's person.
"""

import re
from typing import Any
from uuid import UUID

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_REFERENCE = re.compile(f"ntbcare:(?P<complaint>{_UUID}):(?P<reply>{_UUID})")


def write_reference(*, complaint_id: UUID, reply_id: UUID) -> str:
    """Name a reply of ours."""
    return f"ntbcare:{complaint_id}:{reply_id}"


def read_reference(metadata: Any) -> tuple[UUID, UUID] | None:
    """Return the complaint's and the reply's id, or None where it is not ours."""
    found = _REFERENCE.fullmatch(metadata) if isinstance(metadata, str) else None
    return (UUID(found["complaint"]), UUID(found["reply"])) if found else None
