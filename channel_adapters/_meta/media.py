"""Where Meta keeps what people send, and how an address of theirs is read.

Meta for Developers, "Messenger Platform: message attachments": the addresses are signed and expire, so that they are
fetched at once; all else that looks like an address is somebody else's server and only noted.
"""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from shared.channels.media import MediaPolicy
from shared.channels.protocol import Attachment, AttachmentKind
from shared.core.text import clean_text

HOSTS = ("*.fbcdn.net", "*.cdninstagram.com", "lookaside.fbsbx.com")
_META = MediaPolicy(hosts=HOSTS, keep=timedelta(0))
_REDIRECTORS = {"l.facebook.com", "lm.facebook.com", "l.instagram.com"}
_LONGEST = 4096
"""Characters of an address or a note."""


def read_note(value: object) -> str | None:
    """Return a text as it may be noted, or None for anything else."""
    return clean_text(value).strip()[:_LONGEST] or None if isinstance(value, str) else None


def fetchable(address: str | None) -> str | None:
    """Return the address if Meta keeps the content there, else None."""
    return address if address and len(address) < _LONGEST and _META.allows(address) else None


def evidence(kind: AttachmentKind, address: str | None) -> Attachment:
    """Return a picture, a recording or a file; without an address of Meta's it says why there is no content."""
    if fetchable(address):
        return Attachment(kind=kind, url=address)
    return Attachment(kind=kind, note=address, problem="foreign_address" if address else "no_address")


def shown(kind: AttachmentKind, address: str | None) -> Attachment:
    """Return somebody's post or story that is shown: its content where Meta keeps it, else its address as a note."""
    url = fetchable(address)
    return Attachment(kind=kind, url=url, note=None if url else address)


def behind(address: str | None) -> str | None:
    """Return where Meta's redirector leads to; any other address as it is."""
    try:
        parts = urlsplit(address or "")
        if parts.hostname not in _REDIRECTORS:
            return address
        return read_note(parse_qs(parts.query, max_num_fields=16).get("u", [""])[0])
    except ValueError:
        return address
