"""Reading back from our Pages: Messenger's conversations, what visitors wrote on the wall, comments below posts."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from channel_adapters._meta.direct_reading import direct_message, direct_messages
from channel_adapters._meta.graph import Graph
from channel_adapters._meta.reading import Book, Found, MetaReader, elements, inner
from channel_adapters.facebook.normalize import normalize
from channel_adapters.facebook.settings import FacebookReadingSettings
from shared.channels.protocol import InboundRequest, Pointer, Translation
from shared.channels.reading import MessageReader

POSTS_BACK = timedelta(days=90)
"""A comment below an older post is missed: the wall is told by the time of its posts, and has no end."""
_COMMENT = "id,from,message,created_time,parent{id},attachment"
_POST = "id,from,message,created_time,updated_time,attachments{media_type,url,media}"


@dataclass(frozen=True, slots=True)
class FacebookReading:
    """See `channel_adapters._meta.reading.Dialect`."""

    pages: frozenset[str]
    object_name: str = "page"
    debugs_tokens: bool = True
    wanted_fields: frozenset[str] = frozenset({"feed", "messages"})

    async def since(self, book: Book, account: str, since: datetime) -> AsyncIterator[Found]:
        """Find messages, then posts of others and comments."""
        async for found in direct_messages(book, account, since, platform="messenger", own=self.pages):
            yield found
        async for page in book.pages(account, f"{account}/feed", _POST):
            for post in page:
                if book.is_older(post.get("created_time"), since - POSTS_BACK):
                    return
                if not self._is_own(post) and not book.is_older(post.get("created_time"), since):
                    yield _post(post, "feed")
                if book.is_older(post.get("updated_time"), since):
                    continue
                async for found in self._comments(book, account, str(post.get("id")), since):
                    yield found

    async def _comments(self, book: Book, account: str, post: str, since: datetime) -> AsyncIterator[Found]:
        newest_first = {"filter": "stream", "order": "reverse_chronological"}
        async for page in book.pages(account, f"{post}/comments", _COMMENT, more=newest_first):
            for comment in page:
                if book.is_older(comment.get("created_time"), since):
                    return
                if not self._is_own(comment):
                    yield _comment(comment, post, "feed")

    async def look_up(self, book: Book, pointer: Pointer) -> Found:
        """Find a direct message, a comment or a post by its id."""
        if pointer.kind == "direct_message":
            return await direct_message(book, pointer.account, pointer.provider_message_id, own=self.pages)
        field = "mention" if pointer.kind == "mention" else "feed"
        if pointer.kind == "comment" or pointer.media is not None:
            told = await book.get(pointer.account, pointer.provider_message_id, _COMMENT)
            fallback = pointer.fallback.post if pointer.fallback else None
            return _comment(told, pointer.media or fallback or _guess_post(pointer), field)
        return _post(await book.get(pointer.account, pointer.provider_message_id, _POST), field)

    def _is_own(self, said: Mapping[str, Any]) -> bool:
        return inner(said, "from").get("id") in self.pages


def _guess_post(pointer: Pointer) -> str:
    """Name the post by the comment's id, which begins with the post's own number."""
    return f"{pointer.account}_{pointer.provider_message_id.partition('_')[0]}"


def _comment(said: Mapping[str, Any], post: str, field: str) -> Found:
    value = {
        "item": "comment",
        "verb": "add",
        "comment_id": said.get("id"),
        "post_id": post,
        "parent_id": inner(said, "parent").get("id") or post,
        "from": said.get("from"),
        "message": said.get("message", ""),
        "created_time": said.get("created_time"),
        **_media(inner(said, "attachment").get("type"), inner(said, "attachment")),
    }
    return Found(branch="changes", element={"field": field, "value": value}, said=said)


def _post(said: Mapping[str, Any], field: str) -> Found:
    shown = elements(inner(said, "attachments"))
    media = _media(shown[0].get("media_type"), shown[0]) if shown else {}
    value = {
        "item": next(iter(media), "post"),
        "verb": "add",
        "post_id": said.get("id"),
        "from": said.get("from"),
        "message": said.get("message", ""),
        "created_time": said.get("created_time"),
        **media,
    }
    return Found(branch="changes", element={"field": field, "value": value}, said=said)


def _media(kind: Any, said: Mapping[str, Any]) -> dict[str, Any]:
    """Name a picture or a video by its address at Meta's, under the webhook's key."""
    media = inner(said, "media")
    if kind in {"photo", "sticker"}:
        return {"photo": inner(media, "image").get("src")}
    return {"video": media.get("source")} if kind in {"video", "video_inline"} else {}


def build_message_reader() -> MessageReader:
    """Build it from the channel's reading settings; raises `SettingsError`. An account without a token says so."""
    settings = FacebookReadingSettings.load()
    pages = frozenset(settings.pages)

    def translate(request: InboundRequest) -> Translation:
        return normalize(request, pages, settings.app_id or None)

    graph = Graph(
        url=settings.graph_url,
        tokens=settings.page_tokens,
        app_secret=settings.app_secrets[0],
        timeout=settings.send_timeout_s,
    )
    return MetaReader(graph, FacebookReading(pages), translate, settings.pages, app_id=settings.app_id or None)
