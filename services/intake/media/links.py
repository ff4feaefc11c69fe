"""Short-lived links: whoever holds one may see one content for ten minutes, and nothing else."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Link:
    """An address below our own door, and until when it opens."""

    url: str = field(repr=False)
    expires_at: datetime


class Links:
    """Makes links and tells real ones from forged ones."""

    def __init__(self, secret: str) -> None:
        """Derive the key from a secret of intake's: a link signs nothing else, and nothing else signs a link."""
        self._key = hmac.digest(secret.encode(), b"ntbcare attachment links", "sha256")

    def make(self, attachment_id: UUID, now: datetime) -> Link:
        """Return a link that opens from now on, for ten minutes."""
        expires = int((now + LIFE).timestamp())
        url = f"/v1/attachments/{attachment_id}?expires={expires}&signature={self._signature(attachment_id, expires)}"
        return Link(url, datetime.fromtimestamp(expires, now.tzinfo))

    def opens(self, attachment_id: UUID, expires: int, signature: str, now: datetime) -> bool:
        """Tell whether a link is one of ours and still good; takes as long for every forgery."""
        real = hmac.compare_digest(self._signature(attachment_id, expires).encode(), signature.encode())
        return real and now.timestamp() < expires

    def _signature(self, attachment_id: UUID, expires: int) -> str:
        return hmac.digest(self._key, f"{attachment_id}.{expires}".encode(), "sha256").hex()
