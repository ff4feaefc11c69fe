"""What a channel allows to be fetched and kept of what came with its messages.

A channel folder whose messages bring addresses (`Attachment.url`) has a `media.py` with
`build_media_policy() -> MediaPolicy`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPolicy:
    """Where contents may be fetched from, and how long they are kept."""

    hosts: tuple[str, ...]
    """The provider's own hosts; `*.example` stands for every host below it. No fetch ever goes anywhere else."""
    keep: timedelta
    """How long a content stays in the house after its message came."""
    largest: int = 25 * 1024 * 1024
    """Bytes of one content; a larger one is refused and its message stays."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What authorises a fetch (Twilio's media need Basic auth); sent to these hosts only."""

    def allows(self, url: str) -> bool:
        """Tell whether an address may be fetched: https, the usual port, no user, one of the hosts."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            return False
        if parts.scheme != "https" or port not in {None, 443} or parts.username is not None:
            return False
        return any(host == one or (one.startswith("*.") and host.endswith(one[1:])) for one in self.hosts)
