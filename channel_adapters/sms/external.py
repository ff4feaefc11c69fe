"""Any other gateway that calls an address of ours: where things stand in its requests is said in settings."""

import base64
import hmac
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote_to_bytes

from channel_adapters.sms.authenticate import check_signature, check_token, same
from channel_adapters.sms.charsets import decode, known_charset
from channel_adapters.sms.documents import Look, NotReadableError, read_items
from channel_adapters.sms.fields import as_text
from channel_adapters.sms.gateways import HmacRule, InboundGateway, OnlyRule, Paths
from channel_adapters.sms.kinds import linked
from channel_adapters.sms.payloads import Provider, Read, Sms
from channel_adapters.sms.settings import SmsSettings
from channel_adapters.sms.times import read_local_time
from channel_adapters.sms.udh import part_of
from shared.channels.protocol import Attachment, Door, Ignored, InboundRequest, RefusedError, Unreadable

_PATH = "/channels/sms/external/{gateway}/{token}"
_MOST_MEDIA = 20
_SCHEME = re.compile("^tel:", re.IGNORECASE)
_PARAMETERS = [
    {"in": "path", "name": name, "required": True, "schema": {"type": "string"}} for name in ("gateway", "token")
]
_RESPONSES = {
    "200": {"description": "What it told is stored. The body is empty."},
    "401": {"description": "The signature or the credentials are missing or wrong."},
    "403": {"description": "There is no such gateway, or the token or the signature is wrong."},
    "404": {"description": "This gateway is not set up here."},
    "405": {"description": "This gateway posts documents."},
}

DOORS = (
    Door(
        method="GET",
        path=_PATH,
        summary="A gateway described in the settings delivers a text message in the address",
        max_body=0,
        operation={"parameters": _PARAMETERS, "responses": _RESPONSES},
    ),
    Door(
        method="POST",
        path=_PATH,
        summary="A gateway described in the settings delivers text messages as a form, JSON or XML",
        max_body=1024 * 1024,
        operation={"parameters": _PARAMETERS, "responses": _RESPONSES},
    ),
)


def provider(settings: SmsSettings) -> Provider | None:
    """Return the doors of all these gateways, or None while none is described."""
    if not settings.gateways:
        return None
    return Provider(
        doors=DOORS,
        authenticate=lambda request: authenticate(request, settings.gateways),
        read=lambda request: read(request, settings.gateways),
    )


def authenticate(request: InboundRequest, gateways: Mapping[str, InboundGateway]) -> None:
    """Check the token, and the signature and the credentials where the gateway has them; raises `RefusedError`."""
    gateway = gateways.get(request.path_values.get("gateway", ""))
    if gateway is None:  # the same words as for a wrong token: nobody learns which gateways there are
        raise RefusedError("token_wrong", status=403, detail="The token in the address is wrong.")
    check_token(request, gateway.token)
    if gateway.basic is not None:
        expected = b"Basic " + base64.b64encode(gateway.basic.get_secret_value().encode())
        if not same(request.headers.get("authorization", ""), expected):
            raise RefusedError("credentials_wrong", status=401, detail="The credentials are missing or wrong.")
    if gateway.hmac is not None:
        given = request.headers.get(gateway.hmac.header, "").strip()
        check_signature(given, sign(request.body or request.query, gateway.hmac), gateway.hmac.header)
    if request.method == "GET" and gateway.format in {"json", "xml"}:
        raise RefusedError("method_wrong", status=405, detail="This gateway posts documents.")


def sign(content: bytes, rule: HmacRule) -> bytes:
    """Sign as a gateway's settings say."""
    digest = hmac.new(rule.secret.get_secret_value().encode(), content, rule.algorithm).digest()
    return rule.prefix.encode() + (base64.b64encode(digest) if rule.encoding == "base64" else digest.hex().encode())


def read(request: InboundRequest, gateways: Mapping[str, InboundGateway]) -> Iterator[Read]:
    """Read each message by itself, so that a bad one loses no other."""
    gateway = gateways.get(request.path_values.get("gateway", ""))
    if gateway is None:
        yield Unreadable(reason="unknown_gateway")
        return
    try:
        items = read_items(request, gateway.format, gateway.items, signed=gateway.hmac is not None)
    except NotReadableError as error:
        yield Unreadable(reason=error.reason)
        return
    if not items:
        yield Ignored(reason="no_entries")
    for where, look in items:
        yield _read(look, gateway, where, request)


def _read(look: Look, gateway: InboundGateway, where: str, request: InboundRequest) -> Read:
    if _first(look, gateway.report) or not _is_meant(look, gateway.only):
        return Ignored(reason="delivery_report")
    charset = known_charset(_first(look, gateway.charset)) or "utf-8"
    text = _first(look, gateway.text, charset)
    if gateway.percent_encoded:
        text = decode(unquote_to_bytes(text.replace("+", " ")), charset)
    sender = _without_scheme(_first(look, gateway.sender))
    if not sender.strip() and not text:
        return Unreadable(reason="unknown_shape", where=where)
    return Sms(
        sender=sender,
        receiver=_without_scheme(_first(look, gateway.receiver)).strip() or gateway.number,
        text=text,
        provider_id=_first(look, gateway.id).strip() or None,
        sent_at=read_local_time(_first(look, gateway.time), gateway.timezone, request.received_at),
        received_at=request.received_at,
        attachments=tuple(_media(look, gateway.media)),
        part=part_of(*(_first(look, one) for one in (gateway.part_reference, gateway.part_number, gateway.part_total))),
        where=where,
    )


def _is_meant(look: Look, only: OnlyRule | None) -> bool:
    return only is None or _first(look, only.path).strip() in only.values


def _first(look: Look, paths: Paths, charset: str = "utf-8") -> str:
    told = (_text(value, charset) for path in paths for value in look(path))
    return next(filter(None, told), "")


def _text(value: object, charset: str) -> str:
    return decode(value, charset) if isinstance(value, bytes) else as_text(value)


def _without_scheme(number: str) -> str:
    """Take away the `tel:` of the GSMA's OneAPI, and its parameters (RFC 3966)."""
    return _SCHEME.sub("", number.strip()).partition(";")[0]


def _media(look: Look, paths: Paths) -> Iterator[Attachment]:
    addresses = [value for path in paths for value in look(path)]
    for address in addresses[:_MOST_MEDIA]:
        if told := _text(address, "utf-8"):
            yield linked(told, "")
