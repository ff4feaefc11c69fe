"""Stop 3: Instagram's words → our words. Pure."""

from pydantic import ValidationError

from channel_adapters._meta.comments import comment_message, comment_time
from channel_adapters._meta.normalize import Change, Dialect, Outcome, translate
from channel_adapters.instagram.payloads import CommentValue
from shared.channels.protocol import Ignored, InboundRequest, Sender, Translation, Unreadable

_WORDS = {"live_comments": "live_comment", "mentions": "mention"}
_FIELDS = {
    "story_insights": "story_insights",
    "message_reactions": "reaction",
    "messaging_seen": "read",
    "messages": "test_event",
}
"""`messages` as a change without sender and recipient is the dashboard's test; a real one is a messaging event."""


def normalize(request: InboundRequest, accounts: frozenset[str]) -> Translation:
    """Translate one webhook; `accounts` are the ids of our Instagram accounts."""
    dialect = Dialect(object_name="instagram", accounts=accounts, sender_kind="igsid", read_change=read_change)
    return translate(request, dialect)


def read_change(change: Change) -> Outcome:
    """Translate one change on an account: a new comment is a message, everything else has a reason."""
    if change.field != "comments" and change.field not in _WORDS:
        return Ignored(reason=_FIELDS.get(change.field, "unknown_field"), account=change.account)
    try:
        value = CommentValue.model_validate(change.value)
    except ValidationError:
        return Unreadable(reason="unknown_shape", where=change.where)
    if change.field in _WORDS:
        return _not_yet(value, change)
    if value.id is None:
        return Unreadable(reason="no_message_id", where=change.where)
    return comment_message(
        comment_id=value.id,
        account=change.account,
        author=_author(value),
        thread=value.parent_id or (value.media.id if value.media else None),
        text=value.text,
        event_time=comment_time(value.created_time, change.sent_at, change.received_at),
    )


def _not_yet(value: CommentValue, change: Change) -> Ignored:
    author = _author(value)
    return Ignored(
        reason=_WORDS[change.field],
        provider_message_id=value.id or value.media_id,
        account=change.account,
        words=author is None or author.id != change.account,
    )


def _author(value: CommentValue) -> Sender | None:
    if value.author is None or value.author.id is None:
        return None
    return Sender(id=value.author.id, kind="igsid", name=value.author.username or None)
