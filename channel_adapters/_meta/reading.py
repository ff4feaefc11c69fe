"""Reading back from Graph: what was missed, what a webhook only named, and whether an account can receive at all.

Graph tells things in other shapes than its webhooks do. Each is put into a webhook's shape (with what Graph said
inside, under `read_back`) and translated by the channel's own normalize: Meta's words are understood in one place. The
ids are the webhooks' own, so that what was received long ago is known.

Meta for Developers, "Messenger Platform: Conversations API", "Graph API: Page feed, comments", "Instagram Platform:
Comments, Mentions", "Graph API: subscribed_apps, debug_token".
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from channel_adapters._meta.graph import Graph
from shared.channels.protocol import Ignored, InboundRequest, Pointer, Translation
from shared.channels.reading import AccountHealth, Reading
from shared.channels.sending import Remedy, SendError
from shared.channels.times import read_time
from shared.core.times import Clock, utc_now

CONVERSATION_CALLS_PER_SECOND = 2.0
"""Rate limit of the Conversations API for each account (page of 23 March 2026)."""
TOKEN_ENDS_SOON = timedelta(days=7)
_PAGE = 50
_MOST_PAGES = 200
"""Of one list: where it ends nowhere, something is wrong."""

Translate = Callable[[InboundRequest], Translation]


class Dialect(Protocol):
    """How one Meta channel is read."""

    @property
    def object_name(self) -> str:
        """The `object` of its webhooks."""

    @property
    def debugs_tokens(self) -> bool:
        """Whether its Graph tells when a token ends."""

    @property
    def wanted_fields(self) -> frozenset[str]:
        """Without these in the subscription an account does not hear from citizens."""

    def since(self, book: "Book", account: str, since: datetime) -> AsyncIterator["Found"]:
        """Find what citizens wrote to the account since then."""

    async def look_up(self, book: "Book", pointer: Pointer) -> "Found":
        """Find what a pointer means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something that Graph told, in a webhook's shape: an element of one of an entry's branches."""

    branch: str
    element: Mapping[str, Any]
    said: Mapping[str, Any]
    """Graph's own words."""


class Book:
    """Graph's lists, page by page, politely."""

    def __init__(self, graph: Graph, clock: Clock, pace: Callable[[], Awaitable[None]]) -> None:
        """`pace` lets a call on conversations go when it may."""
        self._graph = graph
        self._clock = clock
        self.pace = pace

    async def get(self, account: str, path: str, fields: str) -> dict[str, Any]:
        """Read one object's fields."""
        return await self._graph.get(account, path, {"fields": fields})

    async def pages(
        self,
        account: str,
        path: str,
        fields: str,
        *,
        more: Mapping[str, str] | None = None,
        slowly: bool = False,
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """Read a list, page by page, for as long as the caller goes on; `slowly` at the pace of conversations."""
        asked = {"limit": str(_PAGE), "fields": fields, **(more or {})}
        for _ in range(_MOST_PAGES):
            if slowly:
                await self.pace()
            document = await self._graph.get(account, path, asked)
            yield elements(document)
            after = _next(document)
            if after is None:
                return
            asked["after"] = after
        raise SendError("endless_list", Remedy.PAUSE)

    def time(self, told: Any) -> datetime | None:
        """Read Graph's time."""
        return read_time(told, self._clock())

    def is_older(self, told: Any, since: datetime) -> bool:
        """Tell whether something certainly is from before; without a time nobody knows."""
        at = self.time(told)
        return at is not None and at < since


class Pace:
    """Lets so many calls a second go, one after the other."""

    def __init__(self, per_second: float) -> None:
        """Nothing was called yet."""
        self._gap = 1 / per_second
        self._next = 0.0

    async def __call__(self) -> None:
        """Wait for one's turn."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._next)
        self._next = at + self._gap
        await asyncio.sleep(at - now)


class MetaReader:
    """See `shared.channels.reading.MessageReader`."""

    reads_back = True

    def __init__(
        self,
        graph: Graph,
        dialect: Dialect,
        translate: Translate,
        accounts: Sequence[str],
        *,
        app_id: str | None = None,
        clock: Clock = utc_now,
        conversation_calls_per_second: float = CONVERSATION_CALLS_PER_SECOND,
    ) -> None:
        """`translate` is the channel's normalize, `app_id` our own app's where it is known."""
        self._graph = graph
        self._dialect = dialect
        self._translate = translate
        self._accounts = tuple(accounts)
        self._app_id = app_id
        self._clock = clock
        paces = {account: Pace(conversation_calls_per_second) for account in accounts}
        self._books = {account: Book(graph, clock, pace) for account, pace in paces.items()}

    @property
    def accounts(self) -> Sequence[str]:
        """Our accounts."""
        return self._accounts

    async def resolve(self, pointer: Pointer) -> Reading:
        """Ask for what a webhook only named. Where Graph tells no author either, its words count all the same."""
        book = self._books.get(pointer.account)
        if book is None:
            raise SendError("unknown_account", Remedy.GIVE_UP)
        return self._reading(pointer.account, await self._dialect.look_up(book, pointer))

    async def since(self, account: str, since: datetime) -> AsyncIterator[Reading]:
        """Read what citizens wrote since then, one reading for each thing; what our own accounts wrote is left out."""
        async for found in self._dialect.since(self._books[account], account, since):
            yield self._reading(account, found)

    async def health(self, account: str) -> AccountHealth:
        """Ask for the token and the subscription of an account."""
        try:
            expires_at = await self._token(account)
            applications = elements(await self._graph.get(account, f"{account}/subscribed_apps", {}))
        except SendError as error:
            dead = error.reason in {"token_dead", "no_token"}
            away = error.remedy is Remedy.RETRY
            return AccountHealth(token_valid=False if dead else None, reachable=not away, problem=error.reason)
        return self._judge(expires_at, applications)

    async def _token(self, account: str) -> datetime | None:
        """Return when the token ends, if anybody knows; raises where it is dead."""
        if not self._dialect.debugs_tokens or self._app_id is None:
            await self._graph.get(account, "me", {"fields": "id"})
            return None
        told = (await self._graph.debug_token(account, self._app_id)).get("data")
        told = told if isinstance(told, dict) else {}
        if told.get("is_valid") is not True:
            raise SendError("token_dead", Remedy.PAUSE)
        ends = told.get("expires_at") or told.get("data_access_expires_at")
        return datetime.fromtimestamp(ends, tz=self._clock().tzinfo) if isinstance(ends, int) and ends > 0 else None

    def _judge(self, expires_at: datetime | None, applications: Sequence[Mapping[str, Any]]) -> AccountHealth:
        mine = [one for one in applications if self._app_id in {None, str(one.get("id", self._app_id))}]
        fields = {str(field) for one in mine for field in one.get("subscribed_fields") or ()}
        problem = None
        if not mine:
            problem = "not_subscribed"
        elif not self._dialect.wanted_fields <= fields:
            problem = "fields_missing"
        elif expires_at is not None and expires_at - self._clock() < TOKEN_ENDS_SOON:
            problem = "token_ends_soon"
        subscribed = problem not in {"not_subscribed", "fields_missing"}
        return AccountHealth(token_valid=True, token_expires_at=expires_at, subscribed=subscribed, problem=problem)

    async def close(self) -> None:
        """Close the connections."""
        await self._graph.close()

    def _reading(self, account: str, found: Found) -> Reading:
        element = {**found.element, "read_back": found.said}
        document = {"object": self._dialect.object_name, "entry": [{"id": account, found.branch: [element]}]}
        body = json.dumps(document, ensure_ascii=False).encode()
        request = InboundRequest(
            method="GET", door="recover", path_values={}, query=b"", headers={}, body=body, received_at=self._clock()
        )
        return Reading(body=body, translation=_settle(self._translate(request)))


def elements(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the objects of a list; whatever is none is left out."""
    data = document.get("data")
    return [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []


def inner(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an object inside another; empty where there is none."""
    value = said.get(name)
    return value if isinstance(value, dict) else {}


def _next(document: Mapping[str, Any]) -> str | None:
    """Return where the next page begins. Its whole address is not used: Graph writes the token into it."""
    paging = inner(document, "paging")
    after = inner(paging, "cursors").get("after")
    return after if "next" in paging and isinstance(after, str) else None


def _settle(translation: Translation) -> Translation:
    """Nobody will tell more: what still is only named becomes its words by nobody known, or nothing."""
    told = tuple(one.fallback for one in translation.pointers if one.fallback is not None)
    bare = tuple(
        Ignored(reason="nothing_told", provider_message_id=one.provider_message_id, account=one.account)
        for one in translation.pointers
        if one.fallback is None
    )
    return replace(
        translation, messages=(*translation.messages, *told), pointers=(), ignored=(*translation.ignored, *bare)
    )
