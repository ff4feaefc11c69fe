"""Graph's addresses for reading, strictly: token, proof, known fields, pages, and 20 messages of a conversation."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from shared.testing.graph.errors import RefusalError
from shared.testing.graph.held import Account, World
from shared.testing.graph.rules import caller, check_proof
from shared.testing.graph.said import Said, author, iso, persons

_MOST_MESSAGES = 20
_MOST_OF_A_PAGE = 100
_CONVERSATION = re.compile(r"t_(?P<person>.+)")
_MENTION = re.compile(r"mentioned_(?P<what>comment\.comment|media\.media)_id\((?P<id>[^)]+)\)\{(?P<fields>[^}]*)\}")
_FIELDS = {
    "conversations": {"id", "updated_time", "participants"},
    "feed": {"id", "from", "message", "created_time", "updated_time", "attachments"},
    "comments": {"id", "from", "message", "created_time", "parent", "attachment"},
    "instagram comments": {"id", "from", "text", "timestamp", "parent_id", "replies", "username"},
    "media": {"id", "timestamp", "comments_count", "caption"},
    "message": {"id", "created_time", "from", "to", "message", "attachments", "sticker", "shares", "is_unsupported"},
    "comment": {"id", "from", "message", "created_time", "parent", "object", "attachment"},
    "instagram comment": {"id", "from", "text", "timestamp", "parent_id", "media", "username"},
    "post": {"id", "from", "message", "created_time", "updated_time", "attachments"},
    "me": {"id", "user_id", "username", "name"},
}
_PARAMETERS = {"fields", "limit", "after", "appsecret_proof", "platform", "filter", "order"}


def reading(world: World, unmade: Callable[[Account], Response | None], version: str) -> APIRouter:
    """Return the addresses; `unmade` gives the answer of a fault, as for sending."""
    router = APIRouter(prefix=f"/{version}")

    async def serve(request: Request, read: Callable[[Account, Mapping[str, str]], dict[str, Any]]) -> Response:
        world.calls += 1
        try:
            account = caller(world, request.headers.get("authorization", ""))
            fault = unmade(account)
            if fault is not None:
                return fault
            asked = _query(request)
            check_proof(account, asked.get("appsecret_proof", ""))
            return JSONResponse(read(account, asked))
        except RefusalError as refusal:
            return refusal.error.answer()

    @router.get("/debug_token")
    async def debug_token(request: Request) -> Response:
        return _debug_token(world, request)

    @router.get("/{node}/{edge}")
    async def read_edge(request: Request, node: str, edge: str) -> Response:
        return await serve(request, lambda account, asked: _edge(world, account, node, edge, asked))

    @router.get("/{node}")
    async def read_node(request: Request, node: str) -> Response:
        return await serve(request, lambda account, asked: _node(world, account, node, asked))

    return router


def _query(request: Request) -> dict[str, str]:
    asked = dict(request.query_params)
    if asked.keys() - _PARAMETERS:
        raise RefusalError("bad_parameter")
    return asked


def _debug_token(world: World, request: Request) -> Response:
    """Tell what a token is worth; only the app itself may ask, as `app id|app secret`."""
    secret = request.headers.get("authorization", "").removeprefix("Bearer ").partition("|")[2]
    asked = request.query_params.get("input_token", "")
    found = [one for one in world.accounts.values() if one.token == asked and one.app_secret == secret]
    if not secret or not found:
        return RefusalError("token_invalid").error.answer()
    ends = found[0].token_ends_at
    alive = ends is None or ends > world.clock()
    data = {"is_valid": alive, "expires_at": 0 if ends is None else int(ends.timestamp()), "type": "PAGE"}
    return JSONResponse({"data": data})


def _edge(world: World, account: Account, node: str, edge: str, asked: Mapping[str, str]) -> dict[str, Any]:
    own, memory = node in {"me", account.id}, world.memory
    if edge == "subscribed_apps" and own:
        return {"data": [] if account.subscribed_fields is None else [_application(account)]}
    if edge == "conversations" and own:
        wanted = "instagram" if account.channel == "instagram" else "messenger"
        if asked.get("platform") != wanted:
            raise RefusalError("bad_parameter")
        _check(asked, "conversations")
        newest = memory.of(account.id, "message")
        rows = [
            {"id": f"t_{person}", "updated_time": iso(next(one.at for one in newest if one.person == person))}
            for person in persons(newest)
        ]
        return _paged(rows, asked)
    if edge == "feed" and account.channel == "facebook" and own:
        _check(asked, "feed")
        return _paged([_post(world, one) for one in memory.of(account.id, "post")], asked)
    if edge == "media" and account.channel == "instagram" and own:
        _check(asked, "media")
        posted: list[dict[str, Any]] = [
            {"id": one.id, "timestamp": iso(one.at), "comments_count": len(memory.below(one.id))}
            for one in memory.of(account.id, "media")
        ]
        return _paged(posted, asked)
    if edge == "comments":
        return _comments(world, account, node, asked)
    raise RefusalError("bad_parameter")


def _comments(world: World, account: Account, node: str, asked: Mapping[str, str]) -> dict[str, Any]:
    post = world.memory.said.get(node)
    if post is None or post.account != account.id:
        raise RefusalError("object_gone")
    below = world.memory.below(node)
    if account.channel == "facebook":
        _check(asked, "comments")
        if asked.get("filter") != "stream":
            below = [one for one in below if one.parent is None]
        if asked.get("order") != "reverse_chronological":
            below.reverse()
        return _paged([_comment(one) for one in below], asked)
    _check(asked, "instagram comments")
    rows = [
        {
            **_instagram_comment(one),
            "replies": {"data": [_instagram_comment(reply) for reply in below if reply.parent == one.id]},
        }
        for one in below
        if one.parent is None
    ]
    return _paged(rows, asked)


def _node(world: World, account: Account, node: str, asked: Mapping[str, str]) -> dict[str, Any]:
    memory, conversation = world.memory, _CONVERSATION.fullmatch(node)
    mention = _MENTION.fullmatch(asked.get("fields", ""))
    if mention is not None and node == account.id and account.channel == "instagram":
        return _mentioned(world, account, mention)
    if node in {"me", account.id}:
        _check(asked, "me")
        return {"id": account.id, "name": account.id}
    if conversation is not None:
        return _conversation(world, account, conversation["person"], asked)
    said = memory.said.get(node)
    if said is None or said.account != account.id:
        raise RefusalError("object_gone")
    if said.kind == "message":
        _check(asked, "message")
        return _message(said, account)
    if said.kind == "post":
        _check(asked, "post")
        return _post(world, said)
    _check(asked, "comment" if account.channel == "facebook" else "instagram comment")
    return _comment(said) if account.channel == "facebook" else {**_instagram_comment(said), "media": {"id": said.post}}


def _mentioned(world: World, account: Account, mention: "re.Match[str]") -> dict[str, Any]:
    """Tell of a mention: whose it is only by the name."""
    said = world.memory.said.get(mention["id"])
    if said is None:
        raise RefusalError("object_gone")
    is_comment = mention["what"].startswith("comment")
    told = {"id": said.id, "text" if is_comment else "caption": said.text, "timestamp": iso(said.at)}
    name = "mentioned_comment" if is_comment else "mentioned_media"
    return {name: {**told, "username": said.name}, "id": account.id}


def _conversation(world: World, account: Account, person: str, asked: Mapping[str, str]) -> dict[str, Any]:
    whole = re.fullmatch(r"messages\.limit\((\d+)\)\{(?P<fields>.+)\}", asked.get("fields", ""))
    if whole is None:
        raise RefusalError("bad_parameter")
    _check({"fields": whole["fields"]}, "message")
    newest = [one for one in world.memory.of(account.id, "message") if one.person == person]
    if not newest:
        raise RefusalError("object_gone")
    rows = [_message(one, account) for one in newest[: min(int(whole[1]), _MOST_MESSAGES)]]
    return {"id": f"t_{person}", "messages": {"data": rows}}


def _message(one: Said, account: Account) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": one.id,
        "created_time": iso(one.at),
        "from": {"id": one.person, "name": one.name},
        "to": {"data": [{"id": account.id}]},
        "message": one.text,
    }
    if one.image:
        told["attachments"] = {"data": [{"mime_type": "image/jpeg", "image_data": {"url": one.image}}]}
    return told


def _comment(one: Said) -> dict[str, Any]:
    told: dict[str, Any] = {"id": one.id, "message": one.text, "created_time": iso(one.at), **author(one, "facebook")}
    if one.parent:
        told["parent"] = {"id": one.parent}
    if one.image:
        told["attachment"] = {"type": "photo", "media": {"image": {"src": one.image}}}
    return told


def _instagram_comment(one: Said) -> dict[str, Any]:
    told = {"id": one.id, "text": one.text, "timestamp": iso(one.at), **author(one, "instagram")}
    return {**told, **({"parent_id": one.parent} if one.parent else {})}


def _post(world: World, one: Said) -> dict[str, Any]:
    newest = max([one.at, *(comment.at for comment in world.memory.below(one.id))])
    told: dict[str, Any] = {
        "id": one.id,
        "message": one.text,
        "created_time": iso(one.at),
        "updated_time": iso(newest),
        **author(one, "facebook"),
    }
    if one.image:
        told["attachments"] = {"data": [{"media_type": "photo", "media": {"image": {"src": one.image}}}]}
    return told


def _application(account: Account) -> dict[str, Any]:
    return {"id": account.app_id, "subscribed_fields": list(account.subscribed_fields or ())}


def _check(asked: Mapping[str, str], edge: str) -> None:
    """Refuse a field that this object does not have (what stands in braces belongs to another object)."""
    outer = re.sub(r"\{(?:[^{}]|\{[^{}]*\})*\}", "", asked.get("fields", ""))
    names = {name.partition(".")[0] for name in outer.split(",") if name}
    if not names or names - _FIELDS[edge]:
        raise RefusalError("bad_parameter")


def _paged(rows: Sequence[Any], asked: Mapping[str, str]) -> dict[str, Any]:
    """Return one page, and where the next begins."""
    try:
        limit, start = int(asked.get("limit", "25")), int(asked.get("after", "0"))
    except ValueError:
        raise RefusalError("bad_parameter") from None
    end = start + min(limit, _MOST_OF_A_PAGE)
    paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(end)}}
    if end < len(rows):
        paging["next"] = "https://graph.example/with-the-token-in-it"
    return {"data": list(rows[start:end]), "paging": paging}
