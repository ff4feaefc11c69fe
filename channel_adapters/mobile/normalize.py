"""Stop 3: what the app sent → our words. Pure. The app can show an error to a person, so that bad input is refused."""

import hashlib
import json
from typing import Any

from pydantic import ValidationError
from python_multipart.multipart import parse_options_header

from channel_adapters.mobile.authenticate import app_of, device_of, submission_of
from channel_adapters.mobile.mistakes import explain
from channel_adapters.mobile.parts import read_parts
from channel_adapters.mobile.payloads import ComplaintForm, Place, Reporter
from channel_adapters.mobile.photos import read_photos
from channel_adapters.mobile.settings import MobileSettings
from shared.channels.protocol import (
    Attachment,
    GivenPlace,
    InboundMessage,
    InboundRequest,
    RefusedError,
    Sender,
    Translation,
)

_LARGEST_FORM = 256 * 1024
"""Bytes of JSON: 10,000 characters, each escaped as a surrogate pair, are 120 kB. Without photos nothing is larger."""


def normalize(request: InboundRequest, settings: MobileSettings) -> Translation:
    """Translate one submission; raises `RefusedError` 400, 413, 415 or 422 in Indonesian."""
    submission, device, account = submission_of(request), device_of(request), app_of(request, settings)
    raw_form, raw_photos = _take_apart(request)
    form = _read_form(raw_form, request)
    photos = read_photos(raw_photos)
    place, reporter = form.place or Place(), form.reporter or Reporter()
    message = InboundMessage(
        provider_message_id=submission,
        account=account,
        surface="form",
        sender=Sender(
            id=device or submission, kind="device", name=reporter.name, phone=reporter.phone, email=reporter.email
        ),
        text=form.text,
        attachments=photos,
        place=GivenPlace(**place.model_dump()),
        incident_time=form.incident_time,
        anonymous=form.anonymous,
        secret=form.secret,
        language=form.language,
        fingerprint=_fingerprint(account, form, photos),
    )
    return Translation(messages=(message,))


def _take_apart(request: InboundRequest) -> tuple[bytes, list[bytes]]:
    """Return the JSON and the photos, both as bytes."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise RefusedError("unsupported_media_type", status=415, detail="Kirim tanpa kompresi (Content-Encoding).")
    header = request.headers.get("content-type", "").encode("latin-1", "replace").decode("latin-1")
    media_type, options = parse_options_header(header)
    if media_type == b"application/json":
        return request.body, []
    if media_type != b"multipart/form-data":
        raise RefusedError(
            "unsupported_media_type", status=415, detail="Kirim application/json atau multipart/form-data."
        )
    parts = read_parts(request.body, options.get(b"boundary", b""))
    forms = [bytes(part.content) for part in parts if part.name == "complaint"]
    photos = [bytes(part.content) for part in parts if part.name == "photo"]
    if len(forms) != 1 or len(forms) + len(photos) != len(parts):
        raise RefusedError(
            "unknown_part", status=422, detail="Kirim tepat satu bagian `complaint`, dan foto dalam bagian `photo`."
        )
    return forms[0], photos


def _read_form(raw: bytes, request: InboundRequest) -> ComplaintForm:
    if len(raw) > _LARGEST_FORM:
        raise RefusedError("body_too_large", status=413, detail="Isian pengaduan paling besar 256 kB.")
    try:
        document: Any = json.loads(raw, object_pairs_hook=_named_once)
    except (ValueError, RecursionError):
        raise RefusedError("not_json", status=400, detail="Isi permintaan bukan JSON yang benar.") from None
    try:
        return ComplaintForm.model_validate(document, context={"received_at": request.received_at})
    except ValidationError as error:
        raise explain(error) from None


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a field given twice: nobody could tell whether `anonymous` was meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands twice")
    return found


def _fingerprint(account: str, form: ComplaintForm, photos: tuple[Attachment, ...]) -> str:
    """Hash what was sent; defaults are left out, so that a field added later changes no fingerprint."""
    content = {
        "app": account,
        "complaint": form.model_dump(mode="json", exclude_defaults=True),
        "photos": [hashlib.sha256(photo.content or b"").hexdigest() for photo in photos],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
