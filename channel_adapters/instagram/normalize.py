"""Stop 3: Instagram's words → our words. Pure."""

from collections.abc import Mapping
from typing import Literal

from pydantic import ValidationError

from channel_adapters._meta.normalize import Change, ChangeOutcome, Dialect, translate
from channel_adapters._meta.public import agency_message, has_content, ignored, pointer, unknown, written_at
from channel_adapters.instagram.payloads import CommentValue
from shared.channels.protocol import Ignored, InboundMessage, InboundRequest, Sender, Translation, Unreadable

What = Literal["comment", "live_comment", "mention"]

_WHAT: Mapping[str, What] = {"comments": "comment", "live_comments": "live_comment", "mentions": "mention"}
_FIELDS = {
    "story_insights": "story_insights",
    "message_reactions": "reaction",
    "messaging_seen": "read",
    "messages": "test_event",
}
"""`messages` as a change without sender and recipient is the dashboard's test; a real one is a messaging event."""


def normalize(request: InboundRequest, accounts: frozenset[str], app_id: str | None) -> Translation:
    """Translate one webhook; `accounts` are the ids of our Instagram accounts, `app_id` that of our app if known."""
    return translate(
        request,
        Dialect(
            object_name="instagram", accounts=accounts, app_id=app_id, sender_kind="igsid", read_change=read_change
        ),
    )


def read_change(change: Change) -> ChangeOutcome:
    """Translate one change on an account: a comment, below a post or a broadcast, or a mention elsewhere."""
    what = _WHAT.get(change.field)
    if what is None:
        return Ignored(reason=_FIELDS.get(change.field, "unknown_field"), account=change.account)
    try:
        value = CommentValue.model_validate(change.value)
    except ValidationError:
        return Unreadable(reason="unknown_shape", where=change.where)
    message_id = value.id or (value.media_id if what == "mention" else None)
    if message_id is None:
        return Unreadable(reason="no_message_id", where=change.where)
    return _read_comment(_message(message_id, what, value, change), what, value, change)


def _read_comment(message: InboundMessage, what: What, value: CommentValue, change: Change) -> ChangeOutcome:
    if _is_own(value, change):
        if what == "mention" or not has_content(message):
            return ignored("own_mention" if what == "mention" else "empty", message)
        return agency_message(message)
    if message.sender.kind == "unknown" or value.text is None:
        return pointer(message, what, message.post if value.id else None)
    return message if has_content(message) else ignored("empty", message)


def _message(message_id: str, what: What, value: CommentValue, change: Change) -> InboundMessage:
    words = value.text or ""
    return InboundMessage(
        provider_message_id=message_id,
        account=change.account,
        surface="mention" if what == "mention" else "comment",
        sender=_author(value) or unknown(message_id),
        thread=value.parent_id or message_id,
        post=(value.media.id if value.media else None) or (value.media_id if value.id else None),
        reply_to=value.parent_id,
        text=words,
        event_time=written_at(value.created_time, change.sent_at, change.received_at),
        stands_alone=bool(words.strip()),
    )


def _author(value: CommentValue) -> Sender | None:
    if value.author is None or value.author.id is None:
        return None
    return Sender(id=value.author.id, kind="igsid", name=value.author.username or None)


def _is_own(value: CommentValue, change: Change) -> bool:
    """Tell whether one of our accounts wrote it; an author whom Meta leaves out is somebody else."""
    author = value.author
    return author is not None and author.id is not None and author.id in {*change.accounts, author.self_ig_scoped_id}
