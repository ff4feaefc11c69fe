"""Who wrote what, and where it hangs, in a change on a Page."""

from collections.abc import Mapping

from channel_adapters._meta.media import behind, evidence, read_note
from channel_adapters._meta.normalize import Change
from channel_adapters._meta.public import unknown, written_at
from channel_adapters.facebook.payloads import FeedValue
from shared.channels.protocol import Attachment, AttachmentKind, InboundMessage, Sender, Surface

_MEDIA_ITEMS: Mapping[str, AttachmentKind] = {"photo": "image", "video": "video"}


def read_public(value: FeedValue, surface: Surface, change: Change) -> InboundMessage | None:
    """Return what was written, whoever wrote it; None where Meta does not name it."""
    message_id = _message_id(value, surface)
    if message_id is None:
        return None
    parent = _parent_comment(value, change)
    words = value.message or ""
    return InboundMessage(
        provider_message_id=message_id,
        account=change.account,
        surface=surface,
        sender=_author(value) or unknown(message_id),
        thread=parent or message_id,
        post=_post(value, change) if value.comment_id else None,
        reply_to=parent,
        text=words,
        attachments=_attachments(value),
        event_time=written_at(value.created_time, change.sent_at, change.received_at),
        stands_alone=bool(words.strip()),
    )


def has_author(value: FeedValue) -> bool:
    """Tell whether Meta says who wrote it; privacy may forbid it."""
    return _author(value) is not None


def is_own(value: FeedValue, change: Change) -> bool:
    """Tell whether one of our Pages wrote it; an author whom Meta leaves out is somebody else."""
    author = _author(value)
    return author is not None and author.id in change.accounts


def other_page(value: FeedValue, change: Change) -> bool:
    """Tell whether it stands on another Page of ours, which is told of it as well: counted there, once."""
    owner = (_post(value, change) or "").partition("_")[0]
    return owner != change.account and owner in change.accounts


def _message_id(value: FeedValue, surface: Surface) -> str | None:
    if surface == "comment":
        return value.comment_id
    if surface == "review":
        return value.open_graph_story_id or value.post_id
    post = value.post_id or (value.post.id if value.post else None)
    return post if surface == "post" else value.comment_id or post


def _author(value: FeedValue) -> Sender | None:
    named = value.author
    person, name = (named.id, named.name) if named and named.id else (value.sender_id, value.sender_name)
    return Sender(id=person, kind="psid", name=name or None) if person else None


def _post(value: FeedValue, change: Change) -> str | None:
    parent = value.parent_id if _parent_comment(value, change) is None else None
    return value.post_id or (value.post.id if value.post else None) or parent


def _parent_comment(value: FeedValue, change: Change) -> str | None:
    """Return the comment that a comment answers: `parent_id` is the post for the topmost ones.

    A comment's id begins with its post's own number, under whichever page's number that post is named.
    """
    parent, post = value.parent_id, value.post_id or ""
    if value.comment_id is None or parent is None or parent in {post, post.partition("_")[2], value.comment_id}:
        return None
    is_post = parent.rpartition("_")[2] == value.comment_id.partition("_")[0]
    return None if is_post or parent.startswith(f"{change.account}_") else parent


def _attachments(value: FeedValue) -> tuple[Attachment, ...]:
    link, media = read_note(value.link), _MEDIA_ITEMS.get(value.item)
    told: dict[AttachmentKind, list[str | None]] = {
        "image": [read_note(value.photo), *map(read_note, value.photos)],
        "video": [read_note(value.video)],
    }
    if media and not any(told[media]):
        told[media].append(link)
    found = [evidence(kind, address) for kind, some in told.items() for address in dict.fromkeys(some) if address]
    if link and not media and behind(link) == link:
        found.append(Attachment(kind="share", note=link))
    return tuple(found)
