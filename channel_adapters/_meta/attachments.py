"""What came with a direct message: evidence, stickers, places, and other people's posts and stories.

Meta for Developers, "Messenger Platform: messages webhook" and "Instagram messaging: attachments".
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import ValidationError

from channel_adapters._meta.media import behind, evidence, read_note, shown
from channel_adapters._meta.payloads import Location, Message, MetaAttachment
from shared.channels.protocol import Attachment, AttachmentKind, GivenPlace
from shared.directory.regions import in_province

_EVIDENCE: Mapping[str, AttachmentKind] = {"image": "image", "audio": "audio", "video": "video", "file": "file"}
_SHOWN: Mapping[str, AttachmentKind] = {
    **dict.fromkeys(("share", "post", "ig_post", "reel", "ig_reel"), "share"),
    **dict.fromkeys(("story", "story_mention", "ig_story"), "story"),
}
_WITHOUT_CONTENT = {"unsupported_type": "unsupported", "ephemeral": "ephemeral"}


def read_attachments(message: Message) -> tuple[tuple[Attachment, ...], GivenPlace]:
    """Return what came along, each thing once, and the first place inside the province."""
    found: list[Attachment] = []
    place, seen = GivenPlace(), set[str]()
    for one, names in _read(message):
        if isinstance(one, GivenPlace) and place == GivenPlace():
            place = one
        elif isinstance(one, GivenPlace):
            found.append(location(one.latitude, one.longitude))
        elif one is not None and not names & seen:
            found.append(one)
            seen |= names
    return tuple(found), place


def location(latitude: float | None, longitude: float | None) -> Attachment:
    """Return coordinates that are no place of the message."""
    return Attachment(kind="location", note=f"{latitude},{longitude}")


def _read(message: Message) -> Iterator[tuple[Attachment | GivenPlace | None, set[str]]]:
    """Give each attachment with the names by which it could come a second time."""
    for element in message.attachments:
        try:
            attachment = MetaAttachment.model_validate(element)
        except ValidationError:
            yield Attachment(kind="other", problem="unreadable"), set()
            continue
        sticker = attachment.is_sticker or message.sticker_id is not None
        if sticker:
            one = _sticker(message, attachment)
            yield one, {f"sticker:{one.note}"}
        else:
            yield _read_one(message, attachment), _names(attachment)
    if message.sticker_id is not None and not message.attachments:
        yield _sticker(message, MetaAttachment()), set()
    if message.reply_to and message.reply_to.story:
        address = read_note(message.reply_to.story.url)
        yield Attachment(kind="story", note=address), _named(_path(address), message.reply_to.story.id)
    if message.is_unsupported and not any(_tells_unsupported(one) for one in message.attachments):
        yield Attachment(kind="other", problem="unsupported"), set()


def _tells_unsupported(element: Any) -> bool:
    return isinstance(element, dict) and element.get("type") == "unsupported_type"


def _sticker(message: Message, attachment: MetaAttachment) -> Attachment:
    number = attachment.details.get("sticker_id", message.sticker_id)
    named = isinstance(number, int | str) and not isinstance(number, bool)
    return Attachment(kind="sticker", note=read_note(str(number) if named else attachment.type))


def _read_one(message: Message, attachment: MetaAttachment) -> Attachment | GivenPlace | None:
    address = _address(attachment)
    if attachment.type == "location":
        return _read_place(attachment)
    if attachment.type in _EVIDENCE:
        return evidence(_EVIDENCE[attachment.type], address)
    if attachment.type in _SHOWN:
        return shown(_SHOWN[attachment.type], address)
    if attachment.type in _WITHOUT_CONTENT:
        return Attachment(kind="other", note=address, problem=_WITHOUT_CONTENT[attachment.type])
    if attachment.type == "fallback":
        return _read_link(message, attachment, address)
    return shown("other", address or _title(attachment) or read_note(attachment.type))


def _read_link(message: Message, attachment: MetaAttachment, address: str | None) -> Attachment | None:
    """Read the preview of a link; one that leads through Meta's redirector stands in the words already."""
    target = behind(address)
    if target != address and message.text.strip():
        return None
    is_web = target is not None and target.startswith(("https://", "http://"))
    note = " ".join(filter(None, (_title(attachment), target)))
    return Attachment(kind="share" if is_web else "other", note=note or None)


def _read_place(attachment: MetaAttachment) -> Attachment | GivenPlace:
    try:
        point = Location.model_validate(attachment.payload).coordinates
    except ValidationError:
        return Attachment(kind="location", note=_title(attachment), problem="no_coordinates")
    if not in_province(point.lat, point.long):
        return location(point.lat, point.long)
    return GivenPlace(latitude=point.lat, longitude=point.long)


def _address(attachment: MetaAttachment) -> str | None:
    details = attachment.details
    return read_note(details.get("url")) or read_note(details.get("story_media_url")) or read_note(attachment.url)


def _title(attachment: MetaAttachment) -> str | None:
    return read_note(attachment.title) or read_note(attachment.details.get("title"))


def _names(attachment: MetaAttachment) -> set[str]:
    """Return the names of a post or a story: Instagram tells one post as `share` and as `ig_post` (November 2025)."""
    kind, path = _SHOWN.get(attachment.type), _path(_address(attachment))
    if kind == "story":
        return _named(path, attachment.details.get("story_media_id"))
    if kind == "share":
        return _named(path, *map(attachment.details.get, ("ig_post_media_id", "reel_video_id")))
    return set()


def _named(*names: object) -> set[str]:
    return {str(name) for name in names if name}


def _path(address: str | None) -> str | None:
    """Return an address without its signature, which differs each time; Meta's own names the content in `asset_id`."""
    try:
        parts = urlsplit(address or "")
        content: Any = parse_qs(parts.query, max_num_fields=64).get("asset_id", [""])[0]
    except ValueError:
        return address
    return f"{parts.netloc}{parts.path}{content}"
