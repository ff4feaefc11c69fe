"""Direct messages read back: Graph's conversations in the shape of the webhook's `messaging`."""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from typing import Any

from channel_adapters._meta.reading import Book, Found, elements, inner
from shared.channels.sending import Remedy, SendError

_MOST_MESSAGES = 20
"""Graph tells no more than the 20 most recent messages of a conversation."""
_MESSAGE = "id,created_time,from,to,message,attachments,sticker,shares,is_unsupported"
_FIELDS = f"messages.limit({_MOST_MESSAGES}){{{_MESSAGE}}}"


async def direct_messages(
    book: Book, account: str, since: datetime, *, platform: str, own: Collection[str]
) -> AsyncIterator[Found]:
    """Read conversations, the newest first, until they are older; of each the messages that others wrote since then.

    `own`: every id under which our accounts write.
    """
    where = {"platform": platform}
    async for page in book.pages(account, "me/conversations", "id,updated_time", more=where, slowly=True):
        for conversation in page:
            if book.is_older(conversation.get("updated_time"), since):
                return
            await book.pace()
            told = await book.get(account, str(conversation.get("id")), _FIELDS)
            for message in reversed(elements(inner(told, "messages"))):
                author = inner(message, "from").get("id")
                if author is not None and author not in own and not book.is_older(message.get("created_time"), since):
                    yield Found(branch="messaging", element=_element(message, account), said=message)


async def direct_message(book: Book, account: str, wanted: str, *, own: Collection[str]) -> Found:
    """Find one message by its id; our own ones echoes tell, with what names them as ours."""
    await book.pace()
    said = await book.get(account, wanted, _MESSAGE)
    if inner(said, "from").get("id") in own:
        raise SendError("own_message", Remedy.GIVE_UP)
    return Found(branch="messaging", element=_element({**said, "id": wanted}, account), said=said)


def _element(message: Mapping[str, Any], account: str) -> dict[str, Any]:
    attachments = [*map(_attachment, elements(inner(message, "attachments")))]
    attachments += [_share(one) for one in elements(inner(message, "shares"))]
    if message.get("sticker"):
        attachments.append({"type": "sticker", "payload": {"url": message["sticker"]}})
    said = {"mid": message.get("id"), "text": message.get("message"), "attachments": attachments}
    if message.get("is_unsupported"):
        said["is_unsupported"] = True
    return {
        "sender": {"id": inner(message, "from").get("id")},
        "recipient": {"id": account},
        "timestamp": message.get("created_time"),
        "message": said,
    }


def _attachment(one: Mapping[str, Any]) -> dict[str, Any]:
    for name, kind in (("image_data", "image"), ("video_data", "video")):
        if inner(one, name):
            return {"type": kind, "payload": {"url": inner(one, name).get("url")}}
    kind = "audio" if str(one.get("mime_type", "")).startswith("audio/") else "file"
    return {"type": kind, "title": one.get("name"), "payload": {"url": one.get("file_url")}}


def _share(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "share", "title": one.get("name"), "payload": {"url": one.get("link")}}
