"""Infobip's inbound text messages and delivery reports (infobip.com/docs/api, "Receive inbound SMS messages").

One body holds several. Infobip signs nothing by itself: the address holds a secret.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from channel_adapters.sms.authenticate import check_token
from channel_adapters.sms.fields import NotJsonError, as_dict, as_text, read_json
from channel_adapters.sms.kinds import LAYOUT, MOST_PIECES, linked
from channel_adapters.sms.payloads import Provider, Read, Sms
from channel_adapters.sms.settings import SmsSettings
from shared.channels.protocol import Attachment, AttachmentKind, Door, Ignored, InboundRequest, Unreadable
from shared.channels.times import read_time

_KINDS: Mapping[str, AttachmentKind] = {
    "IMAGE": "image",
    "AUDIO": "audio",
    "VOICE": "audio",
    "VIDEO": "video",
    "DOCUMENT": "file",
    "FILE": "file",
    "STICKER": "sticker",
}
_WORDS = {"text", "message", "content"}
_REPORTED = {"status", "sentAt", "doneAt", "seenAt"}

DOOR = Door(
    method="POST",
    path="/channels/sms/infobip/{token}",
    summary="Infobip delivers text messages",
    max_body=1024 * 1024,
    operation={
        "parameters": [{"in": "path", "name": "token", "required": True, "schema": {"type": "string"}}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": {
            "200": {"description": "What it told is stored. The body is empty."},
            "403": {"description": "The token is wrong."},
            "404": {"description": "This gateway is not set up here."},
        },
    },
)


def provider(settings: SmsSettings) -> Provider | None:
    """Return its door, or None while there is no token."""
    token = settings.infobip_token
    if token is None:
        return None
    return Provider(doors=(DOOR,), authenticate=lambda request: check_token(request, token), read=read)


def read(request: InboundRequest) -> Iterator[Read]:
    """Read each result by itself, so that a bad one loses no other."""
    try:
        results = as_dict(read_json(request.body)).get("results")
    except NotJsonError:
        yield Unreadable(reason="not_json")
        return
    if not isinstance(results, list):
        yield _unknown("results")
        return
    if not results:
        yield Ignored(reason="no_entries")
    for number, result in enumerate(results):
        where = f"results.{number}"
        yield _read(result, where, request) if isinstance(result, dict) else _unknown(where)


def _unknown(where: str) -> Unreadable:
    return Unreadable(reason="unknown_shape", where=where)


def _read(result: Mapping[str, Any], where: str, request: InboundRequest) -> Read:
    if _is_report(result):
        return Ignored(reason="delivery_report")
    told = _pieces(result)
    said = "\n".join(filter(None, map(_said, told)))
    words = (as_text(result.get("text")), said, as_text(result.get("cleanText")), as_text(result.get("keyword")))
    return Sms(
        sender=as_text(result.get("from")) or as_text(result.get("sender")),
        receiver=as_text(result.get("to")) or as_text(result.get("destination")),
        text=next(filter(None, words), ""),
        provider_id=as_text(result.get("messageId")).strip() or None,
        sent_at=read_time(result.get("receivedAt"), request.received_at),
        received_at=request.received_at,
        attachments=tuple(_attachments(told)),
        where=where,
    )


def _pieces(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a message consists of, without the layout of an MMS; the Messages API calls it `content`."""
    given = result.get("message") or result.get("content")
    pieces = map(as_dict, given[:MOST_PIECES] if isinstance(given, list) else [given])
    return [piece for piece in pieces if _type(piece).partition(";")[0].strip() != LAYOUT]


def _type(piece: Mapping[str, Any]) -> str:
    return as_text(piece.get("contentType")).lower()


def _said(piece: Mapping[str, Any]) -> str:
    return next(filter(None, (as_text(piece.get(name)) for name in ("value", "text", "caption"))), "")


def _is_report(result: Mapping[str, Any]) -> bool:
    """Tell what became of a message of ours; some reports bring its words along."""
    if isinstance(result.get("status"), dict):
        return True
    return not _REPORTED.isdisjoint(result) and _WORDS.isdisjoint(result)


def _attachments(pieces: list[dict[str, Any]]) -> Iterator[Attachment]:
    for piece in pieces:
        if "url" in piece:
            kind = _KINDS.get(as_text(piece.get("type")).upper())
            yield linked(piece["url"], _type(piece), kind)
