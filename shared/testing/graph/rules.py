"""Whether Graph takes a call: who calls, and what for. Raises `RefusalError`."""

import hashlib
import hmac
from datetime import timedelta
from uuid import uuid4

from shared.testing.graph.errors import RefusalError
from shared.testing.graph.held import Account, Held, World
from shared.testing.graph.payloads import CommentBody, MessageBody

_ANSWER_WINDOW = timedelta(hours=24)
_HUMAN_WINDOW = timedelta(days=7)
_LONGEST_MESSAGE_CHARACTERS = 2000
_LONGEST_MESSAGE_BYTES = 1000
_LONGEST_COMMENT = {"facebook": 8000, "instagram": 300}
_EDGES = {"facebook": "comments", "instagram": "replies"}


def caller(world: World, authorization: str) -> Account:
    """Find whose token this is."""
    scheme, _, token = authorization.partition(" ")
    found = [account for account in world.accounts.values() if _same(account.token, token)]
    if scheme != "Bearer" or not found:
        raise RefusalError("token_invalid")
    return found[0]


def check_proof(account: Account, proof: str) -> None:
    """Check that the caller knows the app's secret."""
    expected = hmac.new(account.app_secret.encode(), account.token.encode(), hashlib.sha256).hexdigest()
    if not _same(expected, proof):
        raise RefusalError("proof_invalid")


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))


def take_message(world: World, account: Account, node: str, body: MessageBody) -> Held:
    """Take a direct message or a private reply to a comment."""
    if node not in {"me", account.id}:
        raise RefusalError("object_gone")
    _check_text(account, body)
    private = body.recipient.comment_id is not None
    to = _check_comment(world, account, body) if private else _check_person(world, account, body)
    return Held(
        id=f"m_{uuid4().hex}" if account.channel == "facebook" else f"aWdf{uuid4().hex}",
        account=account.id,
        channel=account.channel,
        surface="private_reply" if private else "message",
        to=to,
        text=body.message.text,
        metadata=body.message.metadata,
        tag=body.tag,
        taken_at=world.clock(),
    )


def take_comment(world: World, account: Account, node: str, edge: str, body: CommentBody) -> Held:
    """Take a public reply under a comment."""
    if edge != _EDGES[account.channel] or world.comment(account.id, node) is None:
        raise RefusalError("object_gone")
    if len(body.message) > _LONGEST_COMMENT[account.channel]:
        raise RefusalError("bad_parameter")
    return Held(
        id=f"{node.partition('_')[0]}_{uuid4().int % 10**15}",
        account=account.id,
        channel=account.channel,
        surface="public_reply",
        to=node,
        text=body.message,
        metadata=None,
        tag=None,
        taken_at=world.clock(),
    )


def _check_text(account: Account, body: MessageBody) -> None:
    text = body.message.text
    if account.channel == "facebook":
        too_long = len(text) > _LONGEST_MESSAGE_CHARACTERS
    else:  # no document says that Instagram takes metadata
        too_long = len(text.encode()) > _LONGEST_MESSAGE_BYTES or body.message.metadata is not None
    if too_long:
        raise RefusalError("bad_parameter")


def _check_person(world: World, account: Account, body: MessageBody) -> str:
    person = body.recipient.id or ""
    suffix = "" if account.channel == "facebook" else "_instagram"
    wrote = world.wrote(account.id, person)
    if wrote is None:
        raise RefusalError(f"no_such_person{suffix}")
    window = _HUMAN_WINDOW if body.tag else _ANSWER_WINDOW
    if world.clock() - wrote > window:
        raise RefusalError(f"outside_window{suffix}")
    return person


def _check_comment(world: World, account: Account, body: MessageBody) -> str:
    comment = world.comment(account.id, body.recipient.comment_id or "")
    if body.tag is not None:
        raise RefusalError("bad_parameter")
    if comment is None or comment.answered_privately or world.clock() - comment.at > _HUMAN_WINDOW:
        raise RefusalError("comment_not_answerable")
    comment.answered_privately = True
    return comment.person
