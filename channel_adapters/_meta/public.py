"""What is public, whichever of Meta's two products it stands on: comments, posts, mentions and reviews."""

from datetime import datetime
from typing import Any, Literal

from shared.channels.protocol import AgencyMessage, Amendment, Ignored, InboundMessage, Pointer, Sender
from shared.channels.times import read_time


def unknown(message_id: str) -> Sender:
    """Return somebody whom Meta does not name, for their privacy: reached only by the message itself."""
    return Sender(id=message_id, kind="unknown")


def has_content(message: InboundMessage) -> bool:
    """Tell whether there are words, or anything that came along."""
    return bool(message.text.strip()) or bool(message.attachments)


def agency_message(message: InboundMessage) -> AgencyMessage:
    """Return what one of our own accounts wrote in public."""
    return AgencyMessage(
        provider_message_id=message.provider_message_id,
        account=message.account,
        surface=message.surface,
        thread=message.thread,
        reply_to=message.reply_to,
        text=message.text,
        attachments=message.attachments,
        event_time=message.event_time,
    )


def edited(message: InboundMessage, *, own: bool, at: datetime | None) -> Amendment:
    """Return an edit; of ours it holds only the words, so that it never becomes a citizen's message."""
    return Amendment(
        provider_message_id=message.provider_message_id,
        account=message.account,
        change="edited",
        message=None if own else message,
        text=message.text,
        at=at,
    )


def withdrawn(message_id: str, account: str, at: datetime | None) -> Amendment:
    """Return what its author took back."""
    return Amendment(provider_message_id=message_id, account=account, change="withdrawn", at=at)


def pointer(
    message: InboundMessage,
    kind: Literal["comment", "live_comment", "mention", "post"],
    media: str | None = None,
) -> Pointer:
    """Return a message of which Meta told too little; its words, if any, are taken when Meta tells no more."""
    return Pointer(
        provider_message_id=message.provider_message_id,
        account=message.account,
        kind=kind,
        fallback=message if has_content(message) else None,
        media=media,
    )


def ignored(reason: str, message: InboundMessage) -> Ignored:
    """Return what is understood and is no message for us."""
    return Ignored(reason=reason, provider_message_id=message.provider_message_id, account=message.account)


def written_at(created: Any, sent_at: datetime | None, received_at: datetime) -> datetime | None:
    """Return when something was written; where Meta does not say, when Meta told us."""
    return sent_at if created is None else read_time(created, received_at)
