"""What a comment is, whichever of Meta's two products it stands on."""

from datetime import datetime
from typing import Any

from shared.channels.protocol import Attachment, Ignored, InboundMessage, Sender
from shared.channels.times import read_time


def comment_message(
    *,
    comment_id: str,
    account: str,
    author: Sender | None,
    thread: str | None,
    text: str,
    attachments: tuple[Attachment, ...] = (),
    event_time: datetime | None,
) -> InboundMessage | Ignored:
    """Build the message of a comment; our own account's comments and empty ones are no messages.

    Meta leaves the author out where privacy demands it: such a person can be reached only by the comment itself.
    """
    if author is not None and author.id == account:
        return Ignored(reason="own_comment", provider_message_id=comment_id, account=account)
    if not text.strip() and not attachments:
        return Ignored(reason="empty", provider_message_id=comment_id, account=account)
    return InboundMessage(
        provider_message_id=comment_id,
        account=account,
        surface="comment",
        sender=author or Sender(id=comment_id, kind="comment"),
        thread=thread,
        text=text,
        attachments=attachments,
        event_time=event_time,
    )


def comment_time(created: Any, sent_at: datetime | None, received_at: datetime) -> datetime | None:
    """Return when a comment was written; where Meta does not say, when Meta told us."""
    return sent_at if created is None else read_time(created, received_at)
