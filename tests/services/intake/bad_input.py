"""The one table of bad input: door and fault → answer, what is stored, what is counted.

`test_bad_input.py` sends every row through the real doors. `docs/bad-input.md` is this table for people; write it again
with `python -m tests.services.intake.bad_input`.
"""

import gzip
import json
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.services.intake.media import pictures
from tests.services.intake.provider import (
    ACCOUNTS,
    OBJECTS,
    SETTINGS,
    lapor_complaint,
    lapor_headers,
    message,
    signature,
    signed,
    sms,
    webhook,
)

DOCUMENT = Path(__file__).parents[3] / "docs" / "bad-input.md"

NOTHING: Mapping[str, int] = {}
A_COMPLAINT = {
    f"{schema}.{table}": 1
    for schema, tables in {
        "intake": ("complaint", "conversation", "message", "raw_request"),
        "vault": ("person", "reporter"),
        "bus": ("outbox", "stream"),
    }.items()
    for table in tables
}
AN_ATTACHMENT = {"intake.attachment": 1}
WITHOUT_WORDS = {table: rows for table, rows in A_COMPLAINT.items() if table != "intake.complaint"}
WAITING = WITHOUT_WORDS | AN_ATTACHMENT
THE_RAW_REQUEST = {"intake.raw_request": 1}
THE_MESSAGE_ID = {"intake.ignored": 1}
_WORDS = {
    (): "nothing",
    tuple(A_COMPLAINT): "a complaint",
    tuple(A_COMPLAINT | AN_ATTACHMENT): "a complaint, and what came along",
    tuple(WITHOUT_WORDS): "a message without words; they are asked for",
    tuple(WAITING): "a message that waits for words; they are asked for",
    tuple(THE_RAW_REQUEST): "the raw request, parked",
    tuple(THE_MESSAGE_ID): "the message id, ignored",
}
RECEIVED = "EVENT_RECEIVED"
DEVICE = "uJ2vX0cQ9mZ4rT7yB1nK5w"
WORDS = "Gardu listrik di Desa Contohsari berdengung"
"""What the citizens of this table complain about; never found in a log."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """An HTTP request. Chunks in place of bytes are sent without a Content-Length.

    `sign` gives the headers of a signature that holds for minutes alone: it is made when the request is sent.
    """

    method: str
    path: str
    headers: tuple[tuple[str | bytes, str | bytes], ...] = ()
    content: bytes | tuple[bytes, ...] = b""
    sign: Callable[[], Mapping[str, str]] = dict


@dataclass(frozen=True, kw_only=True)
class BadInput:
    """One row. `says` is the body of a plain answer or the code of a problem document.

    `counted`: the outcomes at the door, or one `problem` with its code. `given` names the state of the house, `before`
    a request that went well earlier, `keeps` what the stored complaint holds.
    """

    door: str
    fault: str
    call: Call
    status: int
    says: str
    counted: tuple[tuple[str, str], ...]
    stored: Mapping[str, int] = field(default_factory=dict)
    given: str = ""
    before: Call | None = None
    keeps: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.door}: {self.fault}"


def all_bad_input() -> list[BadInput]:
    """Return the whole table."""
    return [*_meta("facebook"), *_meta("instagram"), *_sms(), *_mobile(), *_web(), *_lapor(), *_ticket()]


# --- Facebook and Instagram ---------------------------------------------------------------------


def _meta(door: str) -> Iterator[BadInput]:
    yield from _meta_refused(door)
    yield from _meta_parked(door)
    yield from _meta_ignored(door)
    yield from _meta_accepted(door)
    yield from _meta_handshakes(door)


def _deliver(door: str, body: bytes, **headers: str) -> Call:
    told = {**signed(door, body), **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Call(method="POST", path=f"/channels/{door}", headers=tuple(told.items()), content=body)


def _meta_refused(door: str) -> Iterator[BadInput]:
    body = webhook(door, message(door, "m_refused", WORDS))
    wrong = "X-Hub-Signature-256 does not match the body."
    signatures: Mapping[str, tuple[str | bytes, ...]] = {
        "a wrong signature": ("sha256=" + "0" * 64,),
        "the signature of another body": (signature(door, body + b" "),),
        "a signature without its prefix": (signature(door, body).removeprefix("sha256="),),
        "two signatures, one of them right": ("sha256=" + "0" * 64, signature(door, body)),
        "a signature that is not ASCII": (b"sha256=\xff\xfe\xe9",),
    }
    for fault, headers in signatures.items():
        told = tuple(("x-hub-signature-256", header) for header in headers)
        yield _refused(
            door,
            fault,
            Call(method="POST", path=f"/channels/{door}", headers=told, content=body),
            403,
            "signature_wrong",
            wrong,
        )
    yield _refused(
        door,
        "no signature",
        Call(method="POST", path=f"/channels/{door}", content=body),
        401,
        "signature_missing",
        "The header X-Hub-Signature-256 is missing.",
    )
    large, says = b" " * (4 * 1024 * 1024 + 1), "Ukuran kiriman melebihi 4 MB."
    yield _refused(door, "a body of more than 4 MiB", _deliver(door, large), 413, "body_too_large", says)
    told = (("x-hub-signature-256", signature(door, large)),)
    chunked = Call(method="POST", path=f"/channels/{door}", headers=told, content=(large[:3_000_000],) * 2)
    yield _refused(door, "the same in chunks, without Content-Length", chunked, 413, "body_too_large", says)
    yield _wrong_method(door, Call(method="PUT", path=f"/channels/{door}", content=body))
    yield _not_found(door, "a slash too many", Call(method="POST", path=f"/channels/{door}/", content=body))
    yield _refused(
        door,
        "the database is away",
        _deliver(door, body),
        503,
        "unavailable",
        "Belum tersimpan; kirim sekali lagi.",
        given="the database is away",
    )


def _meta_parked(door: str) -> Iterator[BadInput]:
    whole = webhook(door, message(door, "m_parked", WORDS))
    without_id = message(door, "m_no_id", WORDS)
    del without_id["message"]["mid"]
    bodies = {
        "not JSON": (b"object=page&text=halo", "not_json"),
        "nothing": (b"", "not_json"),
        "JSON cut off": (whole[:-20], "not_json"),
        "bytes that are no UTF-8": (whole.replace(b"Gardu", b"\xff\xfe"), "not_json"),
        "compressed (Content-Encoding: gzip)": (gzip.compress(whole, mtime=0), "not_json"),
        "brackets nested 100,000 deep": (b"[" * 100_000 + b"]" * 100_000, "not_json"),
        "a whole number of 5,000 digits": (b'{"object":' + b"9" * 5000 + b"}", "not_json"),
        "JSON of another shape: a list": (b"[]", "unknown_shape"),
        "JSON of another shape: no entries": (json.dumps({"object": OBJECTS[door]}).encode(), "unknown_shape"),
        "a message without an id": (webhook(door, without_id), "no_message_id"),
        "a message id of 513 characters": (webhook(door, message(door, "m" * 513, WORDS)), "unknown_shape"),
        "an event that nobody knows": (webhook(door, {"sender": {"id": "1"}, "dance": {}}), "unknown_event"),
    }
    for fault, (body, reason) in bodies.items():
        yield BadInput(
            door=door,
            fault=f"signed: {fault}",
            call=_deliver(door, body),
            status=200,
            says=RECEIVED,
            stored=THE_RAW_REQUEST,
            counted=(("parked", reason),),
        )
    mixed = webhook(door, message(door, "m_good_beside_bad", WORDS), without_id)
    yield BadInput(
        door=door,
        fault="signed: a good message beside an unreadable one",
        call=_deliver(door, mixed),
        status=200,
        says=RECEIVED,
        stored=A_COMPLAINT,
        keeps={"state": "parked"},
        counted=(("accepted", "opened"), ("parked", "no_message_id")),
    )


def _meta_ignored(door: str) -> Iterator[BadInput]:
    elements = {
        "an account that is not ours": (message(door, "m_other", WORDS, account="42"), "unknown_account"),
        "an empty text": (message(door, "m_empty"), "empty"),
        "white space and NUL only": (message(door, "m_blank", " \n\x00"), "empty"),
    }
    for fault, (element, reason) in elements.items():
        yield BadInput(
            door=door,
            fault=fault,
            call=_deliver(door, webhook(door, element)),
            status=200,
            says=RECEIVED,
            stored=THE_MESSAGE_ID,
            counted=(("ignored", reason),),
        )
    for fault, body, reason in (
        ("an object that is not this channel's", b'{"object":"user","entry":[]}', "unknown_object"),
        ("no entries", json.dumps({"object": OBJECTS[door], "entry": []}).encode(), "no_entries"),
    ):
        yield BadInput(
            door=door, fault=fault, call=_deliver(door, body), status=200, says=RECEIVED, counted=(("ignored", reason),)
        )


def _meta_accepted(door: str) -> Iterator[BadInput]:
    outside = {"type": "location", "payload": {"coordinates": {"lat": -6.2, "long": 106.8}}}
    in_2100, in_1999 = 4_102_444_800_000, 915_148_800_000

    def row(
        fault: str, keeps: Mapping[str, object], text: str = WORDS, stored: Mapping[str, int] = NOTHING, **more: Any
    ) -> BadInput:
        body = webhook(door, message(door, f"m_{fault}", text, **more))
        return _accepted(door, fault, _deliver(door, body), keeps, stored=stored)

    yield row("10,000 characters", {"text": "a" * 10_000, "cut": False}, "a" * 10_000)
    yield row("10,001 characters: cut", {"text": "a" * 10_000, "cut": True}, "a" * 10_001)
    yield row(
        "NUL and lone surrogates: removed, replaced", {"text": WORDS + "\ufffd\ufffd!"}, WORDS + "\x00\ud83d\x00\ude00!"
    )
    yield row("a time in the future: not believed", {"event_time": None}, timestamp=in_2100)
    yield row("an ancient time: not believed", {"event_time": None}, timestamp=in_1999)
    yield row("a time that is none", {"event_time": None}, timestamp={"when": "now"})
    yield BadInput(
        door=door,
        fault="only a place outside NTB",
        call=_deliver(door, webhook(door, message(door, "m_jakarta", attachments=[outside]))),
        status=200,
        says=RECEIVED,
        stored=WAITING,
        counted=(("accepted", "held"),),
    )
    yield row(
        "a place outside NTB beside a text: no coordinates, only a note",
        {"coordinates": None},
        stored=AN_ATTACHMENT,
        attachments=[outside],
    )
    yield row(
        "attachments that are none: named, without a content",
        {"kinds": ["other", "image"]},
        stored={"intake.attachment": 2},
        attachments=[7, {"type": "image"}],
    )
    doubled = webhook(door, message(door, "m_twice_the_key", "Yang pertama")).replace(
        b'"text": "Yang pertama"', b'"text": "Yang pertama", "text": "Yang terakhir"'
    )
    yield _accepted(door, "a JSON key twice: the last one counts", _deliver(door, doubled), {"text": "Yang terakhir"})
    for fault, headers in {
        "signed, with another Content-Type": {"content_type": "text/plain"},
        "a traceparent that is none: a new one": {"traceparent": "00-garbage"},
        "a strange Host": {"host": "[evil"},
    }.items():
        body = webhook(door, message(door, f"m_{fault}", WORDS))
        yield _accepted(door, fault, _deliver(door, body, **headers), {"text": WORDS})
    same = message(door, "m_twice_in_one", WORDS)
    yield BadInput(
        door=door,
        fault="a message twice in one request",
        call=_deliver(door, webhook(door, same, same)),
        status=200,
        says=RECEIVED,
        stored=A_COMPLAINT,
        counted=(("accepted", "opened"), ("duplicate", "opened")),
    )


def _meta_handshakes(door: str) -> Iterator[BadInput]:
    token = SETTINGS[f"NTBCARE_{door.upper()}_VERIFY_TOKEN"]
    for fault, query in {
        "a wrong verify token": "hub.mode=subscribe&hub.challenge=77&hub.verify_token=wrong",
        "another mode": f"hub.mode=unsubscribe&hub.challenge=77&hub.verify_token={token}",
        "no challenge": f"hub.mode=subscribe&hub.verify_token={token}",
        "a query that is none": "%00%ff&=&&hub.verify_token",
        "33 keys": "&".join("a=1" for _ in range(33)),
    }.items():
        call = Call(method="GET", path=f"/channels/{door}?{query}")
        yield _refused(
            door, f"handshake: {fault}", call, 403, "handshake_refused", "The mode or the verify token is wrong."
        )


# --- SMS ------------------------------------------------------------------------------------------


def _sms() -> Iterator[BadInput]:
    yield from _sms_refused()
    yield from _sms_not_accepted()
    yield from _sms_accepted()


def _kannel(fault: str, query: str = "", **fields: str) -> Call:
    number = f"+62812{zlib.crc32(fault.encode()) % 10**8:08}"
    told = {"from": number, "id": f"k-{fault}", **fields}
    return Call(method="GET", path=sms(query, **told))


def _sms_refused() -> Iterator[BadInput]:
    wrong = "The token in the address is wrong."
    for fault, token in {"a wrong token": "wrong", "a token that is not ASCII": "%C3%A9%FF"}.items():
        call = Call(method="GET", path=f"/channels/sms/kannel/{token}?from=%2B6281234500001&to=1708&text=halo")
        yield _refused("sms", fault, call, 403, "token_wrong", wrong)
    yield _not_found("sms", "no token", Call(method="GET", path="/channels/sms/kannel/?text=halo"))
    yield _wrong_method("sms", Call(method="POST", path=sms(text=WORDS)))
    yield _refused(
        "sms",
        "a body",
        Call(method="GET", path=sms(text=WORDS), content=b"halo"),
        413,
        "body_too_large",
        "Alamat ini tidak menerima isi.",
    )
    yield _refused(
        "sms",
        "the database is away",
        _kannel("away", text=WORDS),
        503,
        "unavailable",
        "Belum tersimpan; kirim sekali lagi.",
        given="the database is away",
    )


def _sms_not_accepted() -> Iterator[BadInput]:
    token = SETTINGS["NTBCARE_SMS_KANNEL_TOKEN"]
    queries = {
        "neither sender nor text": ("to=1708", "unknown_shape"),
        "no sender": (f"to=1708&text={WORDS}", "no_sender"),
        "no receiver": (f"from=%2B6281234500002&text={WORDS}", "no_account"),
        "an id of 513 characters": (f"from=%2B6281234500002&to=1708&text=x&id={'k' * 513}", "unknown_shape"),
        "33 keys": ("&".join("a=1" for _ in range(33)), "too_many_fields"),
    }
    for fault, (query, reason) in queries.items():
        yield BadInput(
            door="sms",
            fault=fault,
            call=Call(method="GET", path=f"/channels/sms/kannel/{token}?{query}"),
            status=200,
            says="",
            stored=THE_RAW_REQUEST,
            counted=(("parked", reason),),
        )
    for fault, fields, reason in (
        ("a number that is not ours", {"to": "9999", "text": WORDS}, "unknown_account"),
        ("a sender that is no person", {"from": "PROMO", "text": WORDS}, "not_a_person"),
    ):
        yield BadInput(
            door="sms",
            fault=fault,
            call=_kannel(fault, **fields),
            status=200,
            says="",
            stored=THE_MESSAGE_ID,
            counted=(("ignored", reason),),
        )
    for fault, text in (("an empty text", ""), ("white space and NUL only", " \x00")):
        yield BadInput(
            door="sms",
            fault=fault,
            call=_kannel(fault, text=text),
            status=200,
            says="",
            stored=WITHOUT_WORDS,
            counted=(("accepted", "held"),),
        )
    yield _refused(
        "sms",
        "nothing at all",
        Call(method="GET", path=f"/channels/sms/kannel/{token}"),
        400,
        "no_parameters",
        "The request holds no message.",
    )
    call = Call(method="GET", path=f"/channels/sms/kannel/{token}?type=1&from=%2B6281234500003&to=1708")
    yield BadInput(
        door="sms", fault="a delivery report", call=call, status=200, says="", counted=(("ignored", "delivery_report"),)
    )


def _sms_accepted() -> Iterator[BadInput]:
    def row(fault: str, keeps: Mapping[str, object], query: str = "", **fields: str) -> BadInput:
        return _accepted("sms", fault, _kannel(fault, query, **fields), keeps, says="")

    yield row("10,000 characters", {"text": "a" * 10_000, "cut": False}, text="a" * 10_000)
    yield row("10,001 characters: cut", {"text": "a" * 10_000, "cut": True}, text="a" * 10_001)
    yield row("NUL: removed", {"text": WORDS}, text=WORDS + "\x00")
    yield row("a lone surrogate in UTF-16: replaced", {"text": "A\ufffd"}, "&charset=UTF-16BE&text=%00A%D8%3D")
    yield row("invalid percent-encoding: as it is", {"text": "%ZZ 100% %"}, "&text=%ZZ+100%+%")
    yield row("bytes that are no UTF-8: read as Latin-1", {"text": "caf\xe9"}, "&text=caf%E9")
    yield row("a charset that nobody knows: UTF-8", {"text": "café"}, "&charset=klingon&text=caf%C3%A9")
    yield row("a key twice: the first one counts", {"text": "pertama"}, "&text=pertama&text=kedua")
    yield row("a time in the future: not believed", {"event_time": None}, text=WORDS, ts="2100-01-01 00:00:00")
    yield row("an ancient time: not believed", {"event_time": None}, text=WORDS, ts="1999-01-01 00:00:00")
    yield row("no id: a hash of words, numbers and minute stands in", {"text": WORDS}, text=WORDS, id="")


# --- the app --------------------------------------------------------------------------------------


def _mobile() -> Iterator[BadInput]:
    yield from _mobile_headers()
    yield from _mobile_bodies()
    yield from _mobile_fields()
    yield from _mobile_photos()
    yield from _mobile_uploads()
    yield from _mobile_messages()
    yield from _mobile_house()
    yield from _mobile_accepted()


def _submit(fault: str, document: object = None, **headers: str | bytes) -> Call:
    """Return a submission with a key of its own; a header of None in `headers` is left out."""
    body = document if isinstance(document, bytes) else json.dumps({"text": WORDS} | (document or {})).encode()  # type: ignore[operator]
    told = {"idempotency_key": f'"key-{zlib.crc32(fault.encode()):08x}"', "content_type": "application/json", **headers}
    pairs = tuple((name.replace("_", "-"), value) for name, value in told.items() if value)
    return Call(method="POST", path="/v1/complaints", headers=pairs, content=body)


def _mobile_headers() -> Iterator[BadInput]:
    for fault, headers, status, code in (
        ("no idempotency key", {"idempotency_key": ""}, 400, "idempotency_key_missing"),
        ("an idempotency key of 7 characters", {"idempotency_key": "1234567"}, 400, "idempotency_key_invalid"),
        (
            "an idempotency key that is not ASCII",
            {"idempotency_key": b"kunci-\xe9-\xff"},
            400,
            "idempotency_key_invalid",
        ),
        ("a device id with a space", {"x_device_id": "my own phone of 2026 here"}, 400, "device_id_invalid"),
        ("a device id of 21 characters", {"x_device_id": DEVICE[:21]}, 400, "device_id_invalid"),
        ("an app that we do not know", {"x_app_id": "lain"}, 403, "unknown_account"),
        ("no content type", {"content_type": ""}, 415, "unsupported_media_type"),
        ("an unsupported content type", {"content_type": "text/plain"}, 415, "unsupported_media_type"),
        ("multipart without a boundary", {"content_type": "multipart/form-data"}, 400, "bad_multipart"),
    ):
        yield _refused("mobile", fault, _submit(fault, **headers), status, code)
    reused = "an idempotency key that was used for another complaint"
    yield _refused(
        "mobile",
        reused,
        _submit(reused, {"text": WORDS + " lagi"}),
        422,
        "idempotency_key_reused",
        before=_submit(reused),
    )


def _mobile_bodies() -> Iterator[BadInput]:
    for fault, body in {
        "not JSON": b"halo",
        "nothing": b"",
        "JSON cut off": b'{"text": "Lam',
        "bytes that are no UTF-8": b'{"text": "\xff\xfe"}',
        "a JSON key twice": b'{"text": "halo", "anonymous": true, "anonymous": false}',
        "brackets nested 100,000 deep": b"[" * 100_000,
        "a whole number of 5,000 digits": b'{"text": ' + b"9" * 5000 + b"}",
    }.items():
        yield _refused("mobile", fault, _submit(fault, body), 400, "not_json")
    compressed = _submit("gzip", gzip.compress(b'{"text": "halo"}', mtime=0), content_encoding="gzip")
    yield _refused("mobile", "compressed (Content-Encoding: gzip)", compressed, 415, "unsupported_media_type")
    yield _refused("mobile", "JSON of another shape: a list", _submit("list", b"[]"), 422, "invalid")
    large = b" " * (20 * 1024 * 1024 + 1)
    yield _refused("mobile", "a body of more than 20 MiB", _submit("large", large), 413, "body_too_large")
    chunked = Call(method="POST", path="/v1/complaints", content=(large[:11_000_000],) * 2)
    yield _refused("mobile", "the same in chunks, without Content-Length", chunked, 413, "body_too_large")
    yield _wrong_method("mobile", Call(method="GET", path="/v1/complaints"))


def _mobile_fields() -> Iterator[BadInput]:
    for fault, document, code in (
        ("no text", b"{}", "required"),
        ("an empty text", {"text": ""}, "required"),
        ("white space and NUL only", {"text": " \n\x00"}, "required"),
        ("10,001 characters", {"text": "a" * 10_001}, "too_long"),
        ("a misspelt field", {"anonimous": True}, "unknown_field"),
        ("a field whose name is a lone surrogate", {"\ud800": True}, "invalid"),
        ("an incident in the future", {"incident_time": "2100-01-01T00:00:00Z"}, "incident_time_out_of_range"),
        ("an ancient incident", {"incident_time": "1899-01-01T00:00:00Z"}, "incident_time_out_of_range"),
        (
            "an incident outside the calendar",
            {"incident_time": "0001-01-01T00:00:00+14:00"},
            "incident_time_out_of_range",
        ),
        ("an incident time without a zone", {"incident_time": "2026-01-01T00:00:00"}, "incident_time_invalid"),
        ("coordinates outside NTB", {"place": {"latitude": -6.2, "longitude": 106.8}}, "place_outside_province"),
        ("only one coordinate", {"place": {"latitude": -8.6}}, "place_incomplete"),
        ("a coordinate that is no number", b'{"text": "x", "place": {"latitude": NaN, "longitude": 116}}', "invalid"),
        ("a region outside NTB", {"place": {"region_code": "51.71"}}, "invalid"),
        ("a telephone number that is none", {"reporter": {"phone": "12"}}, "phone_invalid"),
    ):
        yield _refused("mobile", fault, _submit(fault, document), 422, code)


def _mobile_photos() -> Iterator[BadInput]:
    jpeg = pictures.jpeg()
    many, large = [("photo", jpeg)] * 6, [("photo", jpeg + bytes(8 * 1024 * 1024))]
    for fault, parts, status, code in (
        ("a file that is no photo", [("photo", b"MZ\x90\x00")], 422, "photo_unknown_type"),
        ("six photos", many, 422, "too_many_photos"),
        ("a photo of more than 8 MiB", large, 422, "photo_too_large"),
        ("a part that nobody knows", [("virus", b"x")], 422, "unknown_part"),
        ("17 parts", [("photo", jpeg)] * 17, 400, "too_many_parts"),
    ):
        yield _refused("mobile", fault, _with_parts(fault, parts), status, code)
    whole = _with_parts("cut", [("photo", jpeg)])
    cut = Call(method="POST", path=whole.path, headers=whole.headers, content=whole.content[:-30])
    yield _refused("mobile", "multipart cut off", cut, 400, "bad_multipart")
    yield _refused(
        "mobile",
        "the store of attachments is full",
        _with_parts("full", [("photo", jpeg)]),
        503,
        "unavailable",
        given="the store is full",
    )


def _with_parts(fault: str, parts: list[tuple[str, bytes]]) -> Call:
    named = [("complaint", json.dumps({"text": WORDS}).encode()), *parts]
    body = b"".join(
        b'--batas\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), content)
        for name, content in named
    )
    return _submit(fault, body + b"--batas--\r\n", content_type="multipart/form-data; boundary=batas")


def _mobile_uploads() -> Iterator[BadInput]:
    nobodys = "0192f0c4-7d3a-7c11-9a55-3b1f2d4e5f60"
    for fault, uploads, code in (
        ("an upload that does not exist", [nobodys], "upload_unknown"),
        ("an upload named twice", [nobodys, nobodys], "upload_named_twice"),
        ("six uploads", [nobodys[:-1] + str(one) for one in range(6)], "too_long"),
        ("an upload's id that is a path", ["../../../../etc/passwd"], "invalid"),
    ):
        yield _refused("mobile", fault, _submit(fault, {"uploads": uploads}, x_device_id=DEVICE), 422, code)


def _mobile_messages() -> Iterator[BadInput]:
    for fault, document, headers, status, code in (
        ("a message without a credential", {}, {"x_device_id": ""}, 401, "credential_missing"),
        ("a message from another device", {}, {"x_device_id": DEVICE[::-1]}, 404, "unknown_ticket"),
        ("a message with a wrong access code", {}, {"x_access_code": "00000-00000"}, 403, "wrong_access_code"),
        ("a message without anything", {"text": ""}, {"x_device_id": DEVICE}, 422, "required"),
    ):
        call, before = _submit(fault, document, **headers), _submit("before " + fault, x_device_id=DEVICE)
        call = replace(call, path="/v1/me/complaints/{ticket}/messages")
        yield _refused("mobile", fault, call, status, code, before=before)
    unknown = _submit("unknown ticket", x_device_id=DEVICE)
    for fault, ticket in (("a message to a ticket that is none", "x"), ("to an unknown ticket", "NTB-0000-00000")):
        call = replace(unknown, path=f"/v1/me/complaints/{ticket}/messages")
        yield _refused("mobile", fault, call, 404, "unknown_ticket")


def _web() -> Iterator[BadInput]:
    def submit(fault: str, document: object = None, **headers: str | bytes) -> Call:
        body = document if isinstance(document, bytes) else {"seconds_to_fill": 30} | (document or {})  # type: ignore[operator]
        return replace(_submit("web " + fault, body, **headers), path="/v1/web/complaints")

    for fault, document, headers, status, code in (
        ("no idempotency key", {}, {"idempotency_key": ""}, 400, "idempotency_key_missing"),
        ("a page that we do not know", {}, {"x_site_id": "lain"}, 403, "unknown_account"),
        ("what any strange page can send", b"text=x", {"content_type": "text/plain"}, 415, "unsupported_media_type"),
        ("not JSON", b"halo", {}, 400, "not_json"),
        ("no text", b'{"seconds_to_fill": 30}', {}, 422, "required"),
        ("a misspelt field", {"anonimous": True}, {}, 422, "unknown_field"),
        ("the field that people do not see", {"website": "https://murah.example"}, {}, 422, "filled_by_machine"),
        ("filled in within a second", {"seconds_to_fill": 0.5}, {}, 422, "filled_too_fast"),
    ):
        yield _refused("web", fault, submit(fault, document, **headers), status, code)
    away, limit = submit("away"), submit("limit")
    yield _refused("web", "the database is away", away, 503, "unavailable", given="the database is away")
    yield _refused("web", "more than the limit per address", limit, 429, "rate_limited", given="the limit is reached")
    yield _accepted(
        "web", "NUL: removed", submit("nul", {"text": WORDS + "\x00"}), {"text": WORDS}, status=201, says=""
    )


# --- our own service lapor ------------------------------------------------------------------------


def _lapor() -> Iterator[BadInput]:
    yield from _lapor_refused()
    yield from _lapor_accepted()


def _hand_over(fault: str, document: object = None, *, ago: float = 0.0, **headers: str | bytes) -> Call:
    """Return a complaint under a number of its own, signed when it is sent, or `ago` seconds before."""
    number = str(zlib.crc32(fault.encode()))
    told = lapor_complaint(number, WORDS) | (document if isinstance(document, dict) else {})
    body = document if isinstance(document, bytes) else json.dumps(told).encode()

    def sign() -> Mapping[str, str]:
        made = lapor_headers(body, seconds=time.time() - ago)
        return {name: value for name, value in made.items() if name.replace("-", "_") not in headers}

    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items() if value)
    return Call(method="POST", path="/channels/lapor/complaints", headers=pairs, content=body, sign=sign)


def _lapor_refused() -> Iterator[BadInput]:
    for fault, document, headers, status, code in (
        ("no signature", {}, {"x_ntbcare_signature": ""}, 401, "signature_missing"),
        ("no time", {}, {"x_ntbcare_timestamp": ""}, 401, "signature_missing"),
        ("a wrong signature", {}, {"x_ntbcare_signature": "sha256=" + "0" * 64}, 403, "signature_wrong"),
        ("a signature that is not ASCII", {}, {"x_ntbcare_signature": b"sha256=\xff\xe9"}, 403, "signature_wrong"),
        ("another time than the signed one", {}, {"x_ntbcare_timestamp": "1790650800"}, 403, "signature_wrong"),
        ("a time that is none", {}, {"x_ntbcare_timestamp": "now"}, 403, "signature_wrong"),
        ("another content type", {}, {"content_type": "text/plain"}, 415, "unsupported_media_type"),
        ("not JSON", b"halo", {}, 400, "not_json"),
        ("nothing", b"", {}, 400, "not_json"),
        ("a JSON key twice", b'{"secret": true, "secret": false}', {}, 400, "not_json"),
        ("brackets nested 100,000 deep", b"[" * 100_000, {}, 400, "not_json"),
        ("JSON of another shape: a list", b"[]", {}, 422, "invalid"),
        ("no number", b"{}", {}, 422, "required"),
        ("a number with another sign in it", {"number": "#9165816"}, {}, 422, "invalid"),
        ("a number of 21 digits", {"number": "9" * 21}, {}, 422, "invalid"),
        ("an empty content", {"content": ""}, {}, 422, "required"),
        ("white space and NUL only", {"content": " \n\x00"}, {}, 422, "required"),
        ("10,001 characters", {"content": "a" * 10_001}, {}, 422, "too_long"),
        ("not said whether it is secret", {"secret": None}, {}, 422, "invalid"),
        ("a misspelt field", {"anonimous": True}, {}, 422, "unknown_field"),
        ("filed at a time without a zone", {"filed_at": "2026-01-01T00:00:00"}, {}, 422, "invalid"),
        ("an incident on a day that is none", {"incident_on": "2026-02-30"}, {}, 422, "invalid"),
        ("a region outside NTB", {"region_code": "51.71"}, {}, 422, "invalid"),
    ):
        yield _refused("lapor", fault, _hand_over(fault, document, **headers), status, code)
    for fault, ago in (("signed more than five minutes ago", 301), ("signed by a clock that is far ahead", -303)):
        yield _refused("lapor", fault, _hand_over(fault, ago=ago), 403, "signature_expired")
    large = _hand_over("large", b" " * (256 * 1024 + 1))
    yield _refused("lapor", "a body of more than 256 KiB", large, 413, "body_too_large")
    yield _wrong_method("lapor", Call(method="GET", path="/channels/lapor/complaints"))
    yield _refused(
        "lapor", "the database is away", _hand_over("away"), 503, "unavailable", given="the database is away"
    )


def _lapor_accepted() -> Iterator[BadInput]:
    def row(fault: str, keeps: Mapping[str, object], **document: object) -> BadInput:
        return _accepted("lapor", fault, _hand_over(fault, document), keeps, status=201, says="")

    yield row("10,000 characters", {"text": "a" * 10_000, "cut": False}, content="a" * 10_000)
    yield row(
        "10,000 characters and a title: cut",
        {"text": "Gardu\n" + "a" * 9_994, "cut": True},
        title="Gardu",
        content="a" * 10_000,
    )
    yield row("NUL and lone surrogates: removed, replaced", {"text": WORDS + "\ufffd!"}, content=WORDS + "\x00\ud800!")
    yield row("filed in the future: not believed", {"event_time": None}, filed_at="2100-01-01T00:00:00Z")
    yield row("filed at an ancient time: not believed", {"event_time": None}, filed_at="1999-01-01T00:00:00Z")
    yield row("an incident in the future: not believed", {"text": WORDS}, incident_on="2100-01-01")
    yield row("a telephone number that is none: kept as written", {"text": WORDS}, reporter={"phone": "tidak ada"})


def _mobile_house() -> Iterator[BadInput]:
    yield _refused("mobile", "the database is away", _submit("away"), 503, "unavailable", given="the database is away")
    yield _refused(
        "mobile", "more than the limit per address", _submit("limit"), 429, "rate_limited", given="the limit is reached"
    )


def _mobile_accepted() -> Iterator[BadInput]:
    def row(fault: str, keeps: Mapping[str, object], document: object = None, **headers: str | bytes) -> BadInput:
        return _accepted("mobile", fault, _submit(fault, document, **headers), keeps, status=201, says="")

    yield row("10,000 characters", {"text": "a" * 10_000, "cut": False}, {"text": "a" * 10_000})
    yield row(
        "NUL and lone surrogates: removed, replaced", {"text": WORDS + "\ufffd!"}, {"text": WORDS + "\x00\ud800!"}
    )
    yield row("a traceparent that is none: a new one", {"text": WORDS}, traceparent="00-garbage")
    yield row("a header that is not ASCII", {"text": WORDS}, user_agent=b"telepon \xe9\xff")


# --- the status of a ticket -----------------------------------------------------------------------


def _ticket() -> Iterator[BadInput]:
    for fault, ticket in {
        "an unknown ticket": "NTB-0000-00000",
        "a mistyped ticket": "NTB-0000-00001",
        "no ticket at all": "halo",
        "NUL and bytes that are no UTF-8": "NTB-%00%ff",
        "a ticket of 10,000 characters": "0" * 10_000,
    }.items():
        yield _problem(fault, Call(method="GET", path=f"/v1/complaints/{ticket}"), 404, "unknown_ticket")
    for fault, code in {
        "a wrong access code": b"00000-00000",
        "an access code that is not ASCII": b"\xff\xfe\xe9",
        "an empty access code": b"",
    }.items():
        call = Call(method="GET", path="{status_url}", headers=(("x-access-code", code),))
        yield _problem(fault, call, 403, "wrong_access_code", before=_submit(fault))
    delete = Call(method="DELETE", path="/v1/complaints/NTB-0000-00000")
    yield _problem("a wrong method", delete, 405, "method_not_allowed")
    yield _problem("a slash too many", Call(method="GET", path="/v1/complaints/NTB-0000-00000/"), 404, "not_found")
    look = Call(method="GET", path="/v1/complaints/NTB-0000-00000")
    yield _problem("more than the limit per address", look, 429, "rate_limited", given="the limit is reached")
    yield _problem("the database is away", look, 503, "unavailable", given="the database is away")


# --- the shapes of rows ---------------------------------------------------------------------------


def _refused(
    door: str,
    fault: str,
    call: Call,
    status: int,
    reason: str,
    says: str = "",
    *,
    given: str = "",
    before: Call | None = None,
) -> BadInput:
    return BadInput(
        door=door,
        fault=fault,
        call=call,
        status=status,
        says=says or reason,
        counted=(("refused", reason),),
        given=given,
        before=before,
    )


def _accepted(
    door: str,
    fault: str,
    call: Call,
    keeps: Mapping[str, object],
    *,
    status: int = 200,
    says: str = RECEIVED,
    stored: Mapping[str, int] = NOTHING,
) -> BadInput:
    return BadInput(
        door=door,
        fault=fault,
        call=call,
        status=status,
        says=says,
        stored={**A_COMPLAINT, **stored},
        keeps=keeps,
        counted=(("accepted", "opened"),),
    )


def _problem(
    fault: str, call: Call, status: int, code: str, *, door: str = "ticket", given: str = "", before: Call | None = None
) -> BadInput:
    return BadInput(
        door=door,
        fault=fault,
        call=call,
        status=status,
        says=code,
        counted=(("problem", code),),
        given=given,
        before=before,
    )


def _wrong_method(door: str, call: Call) -> BadInput:
    return _problem("a wrong method", call, 405, "method_not_allowed", door=door)


def _not_found(door: str, fault: str, call: Call) -> BadInput:
    return _problem(fault, call, 404, "not_found", door=door)


# --- for people -----------------------------------------------------------------------------------

_HEAD = """# Bad input

What every door does with what it should not get. Written by `python -m tests.services.intake.bad_input` from the table
that `tests/services/intake/test_bad_input.py` sends through the real doors; change the table, not this file.

- **Stored** is complete: no other row is written, in any table.
- **Counted** is complete too: `ntbcare_door_outcomes_total` by outcome and reason, each once;
  `problem` is `ntbcare_http_problems_total` by code, for what no door has seen.
- *Parked*: the signature was right and we could not understand it. The answer is 200, lest the provider send the same
  again for days; the raw request is kept for a replay, and the log has an error.
- 429 and 503 carry `Retry-After`. No answer and no line of the log holds a traceback or a citizen's words.
- Facebook, Instagram and Kannel get plain text; the app, the web form, our own service lapor and the ticket's page a
  problem document (RFC 9457) whose `code` stands here.
- One of our own mistakes in translating or storing a provider's message is *parked* as `internal_error`; the app hears
  500 and repeats its submission under the same key; so does our service lapor, whose request is parked besides.
- The contents of attachments are written to the store before the commit. A commit that fails (503, 500) can therefore
  leave a content there without a row: nobody can reach it, and the workers delete it after a day.
"""
_TITLES = {
    "facebook": "Facebook (`/channels/facebook`)",
    "instagram": "Instagram (`/channels/instagram`)",
    "sms": "SMS through Kannel (`/channels/sms/kannel/{token}`)",
    "mobile": "The app (`POST /v1/complaints`, `POST /v1/me/complaints/{ticket}/messages`)",
    "web": "The web form (`POST /v1/web/complaints`)",
    "lapor": "Our own service lapor (`POST /channels/lapor/complaints`)",
    "ticket": "The status of a ticket (`GET /v1/complaints/{ticket}`)",
}


def document() -> str:
    """Return the table as Markdown."""
    lines = [_HEAD]
    for door, title in _TITLES.items():
        lines += [f"## {title}", "", "| fault | answer | stored | counted |", "|---|---|---|---|"]
        lines += [_line(row) for row in all_bad_input() if row.door == door]
        lines.append("")
    return "\n".join(lines)


def _line(row: BadInput) -> str:
    plain = row.door in ACCOUNTS or row.door == "sms"
    said = row.says if not row.says or (plain and row.counted[0][0] != "problem") else f"`{row.says}`"
    counted = ", ".join(f"{outcome} `{reason}`" if reason else outcome for outcome, reason in row.counted)
    return f"| {row.fault} | {f'{row.status} {said}'.strip()} | {_WORDS[tuple(row.stored)]} | {counted} |"


if __name__ == "__main__":
    DOCUMENT.write_text(document())
