"""What came along, by the type that the provider names."""

from channel_adapters.sms.fields import as_text
from shared.channels.protocol import Attachment, AttachmentKind

_KINDS: dict[str, AttachmentKind] = {"image": "image", "audio": "audio", "video": "video"}
_LONGEST_ADDRESS = 4096
LAYOUT = "application/smil"
"""The type of what arranges an MMS on a screen: nothing that somebody sent."""
MOST_PIECES = 20
"""Of one message: more is nobody's MMS."""


def kind_of(media_type: str) -> AttachmentKind:
    """Return the kind of a content, `file` where the type says nothing that we know."""
    return _KINDS.get(media_type.partition("/")[0].strip().lower(), "file")


def linked(address: object, media_type: str, kind: AttachmentKind | None = None) -> Attachment:
    """Return what is kept at an address; all that is no address only as a note. `kind`: where its type says none."""
    told = as_text(address)[:_LONGEST_ADDRESS]
    kind, named = kind or kind_of(media_type), media_type or None
    if told.startswith("https://"):
        return Attachment(kind=kind, url=told, media_type=named)
    return Attachment(kind=kind, note=told or None, media_type=named, problem="no_address")
