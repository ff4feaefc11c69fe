"""Reading back from our Instagram accounts: direct messages, comments below our posts, mentions by their ids."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from channel_adapters._meta.direct_reading import direct_message, direct_messages
from channel_adapters._meta.graph import Graph
from channel_adapters._meta.reading import Book, Found, MetaReader, elements, inner
from channel_adapters.instagram.normalize import normalize
from channel_adapters.instagram.settings import InstagramReadingSettings
from shared.channels.protocol import InboundRequest, Pointer, Translation
from shared.channels.reading import MessageReader
from shared.channels.sending import Remedy, SendError

MEDIA_BACK = timedelta(days=30)
"""A comment below an older post is missed: Graph does not tell when a post was last commented on."""
_COMMENT = "id,text,timestamp,from{id,username},parent_id"
_ABOVE = f"{_COMMENT},replies{{{_COMMENT}}}"
_KINDS = {"comment": "comments", "live_comment": "live_comments", "mention": "mentions"}


@dataclass(frozen=True, slots=True)
class InstagramReading:
    """See `channel_adapters._meta.reading.Dialect`."""

    accounts: frozenset[str]
    object_name: str = "instagram"
    debugs_tokens: bool = False
    wanted_fields: frozenset[str] = frozenset({"comments", "messages"})

    async def since(self, book: Book, account: str, since: datetime) -> AsyncIterator[Found]:
        """Find messages, then comments below what we posted lately, with the answers to them."""
        own = await self._own(book, account)
        async for found in direct_messages(book, account, since, platform="instagram", own=own):
            yield found
        async for page in book.pages(account, f"{account}/media", "id,timestamp,comments_count"):
            for media in page:
                if book.is_older(media.get("timestamp"), since - MEDIA_BACK):
                    return
                if media.get("comments_count") == 0:
                    continue
                async for found in _comments(book, account, str(media.get("id")), since, own):
                    yield found

    async def _own(self, book: Book, account: str) -> frozenset[str]:
        """Return every id under which our accounts write."""
        me = await book.get(account, "me", "id,user_id,username")
        return self.accounts | {str(me[name]) for name in ("id", "user_id") if name in me}

    async def look_up(self, book: Book, pointer: Pointer) -> Found:
        """Find a direct message, a comment, or a mention, which only the account of its post may tell."""
        account, wanted = pointer.account, pointer.provider_message_id
        if pointer.kind == "direct_message":
            return await direct_message(book, account, wanted, own=await self._own(book, account))
        if pointer.kind != "mention":
            told = await book.get(account, wanted, f"{_COMMENT},media{{id}}")
            return _comment(told, inner(told, "media").get("id"), _KINDS.get(pointer.kind, "comments"))
        name = "mentioned_media.media_id" if pointer.media is None else "mentioned_comment.comment_id"
        words = "caption" if pointer.media is None else "text"
        told = await book.get(account, account, f"{name}({wanted}){{id,{words},username,timestamp}}")
        said = inner(told, name.partition(".")[0])
        if not said:
            raise SendError("object_gone", Remedy.GIVE_UP)
        author = {"username": said.get("username")}
        return _comment({**said, "id": wanted, "text": said.get(words), "from": author}, pointer.media, "mentions")


async def _comments(book: Book, account: str, media: str, since: datetime, own: frozenset[str]) -> AsyncIterator[Found]:
    async for page in book.pages(account, f"{media}/comments", _ABOVE):
        for comment in page:
            for one in (comment, *elements(inner(comment, "replies"))):
                if inner(one, "from").get("id") not in own and not book.is_older(one.get("timestamp"), since):
                    said = {key: value for key, value in one.items() if key != "replies"}
                    parent = {} if one is comment else {"parent_id": comment.get("id")}
                    yield _comment({**said, **parent}, media, "comments")


def _comment(said: Mapping[str, Any], media: Any, field: str) -> Found:
    value = {
        "id": said.get("id"),
        "from": said.get("from"),
        "text": said.get("text", ""),
        "parent_id": said.get("parent_id"),
        "media": {"id": media},
        "media_id": media,
        "created_time": said.get("timestamp"),
    }
    return Found(branch="changes", element={"field": field, "value": value}, said=said)


def build_message_reader() -> MessageReader:
    """Build it from the channel's reading settings; raises `SettingsError`. An account without a token says so."""
    settings = InstagramReadingSettings.load()
    accounts = frozenset(settings.accounts)

    def translate(request: InboundRequest) -> Translation:
        return normalize(request, accounts, settings.app_id or None)

    graph = Graph(
        url=settings.graph_url,
        tokens=settings.account_tokens,
        app_secret=settings.app_secrets[0],
        timeout=settings.send_timeout_s,
    )
    return MetaReader(graph, InstagramReading(accounts), translate, settings.accounts, app_id=settings.app_id or None)
