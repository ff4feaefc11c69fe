"""Take a request of a form apart: JSON alone, or `multipart/form-data` with the JSON and photos."""

import hashlib
import json
from collections.abc import Collection
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from python_multipart.multipart import parse_options_header

from channel_adapters._form.mistakes import explain
from channel_adapters._form.parts import read_parts
from shared.channels.protocol import Attachment, InboundRequest, RefusedError

F = TypeVar("F", bound=BaseModel)

_LARGEST_FORM = 256 * 1024
"""Bytes of JSON: 10,000 characters, each escaped as a surrogate pair, are 120 kB. Without photos nothing is larger."""


def read_form(request: InboundRequest, model: type[F], part: str) -> tuple[F, list[bytes]]:
    """Return the form and the bytes of its photos; `part` names the form in a multipart body.

    Raises `RefusedError` 400, 413, 415 or 422 in Indonesian.
    """
    raw, photos = _take_apart(request, part)
    return read_document(request, raw, model), photos


def read_document(request: InboundRequest, raw: bytes, model: type[F]) -> F:
    """Return what JSON of a request holds; raises `RefusedError` 400, 413 or 422 in Indonesian."""
    if len(raw) > _LARGEST_FORM:
        raise RefusedError("body_too_large", status=413, detail="Isian paling besar 256 kB.")
    try:
        document: Any = json.loads(raw, object_pairs_hook=_named_once)
    except (ValueError, RecursionError):
        raise RefusedError("not_json", status=400, detail="Isi permintaan bukan JSON yang benar.") from None
    try:
        return model.model_validate(document, context={"received_at": request.received_at})
    except ValidationError as error:
        raise explain(error) from None


def fingerprint_of(
    account: str, form: BaseModel, photos: tuple[Attachment, ...], *, part: str, apart_from: Collection[str] = ()
) -> str:
    """Hash what was sent; defaults are left out, so that a field added later changes no fingerprint."""
    content = {
        "app": account,
        part: form.model_dump(mode="json", exclude_defaults=True, exclude=set(apart_from)),
        "photos": [hashlib.sha256(photo.content or b"").hexdigest() for photo in photos],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def media_type_of(request: InboundRequest) -> tuple[bytes, dict[bytes, bytes]]:
    """Return the media type of a body and its options; raises `RefusedError` 415 for a compressed one."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise RefusedError("unsupported_media_type", status=415, detail="Kirim tanpa kompresi (Content-Encoding).")
    header = request.headers.get("content-type", "").encode("latin-1", "replace").decode("latin-1")
    media_type, options = parse_options_header(header)
    return media_type, options


def _take_apart(request: InboundRequest, part: str) -> tuple[bytes, list[bytes]]:
    """Return the JSON and the photos, both as bytes."""
    media_type, options = media_type_of(request)
    if media_type == b"application/json":
        return request.body, []
    if media_type != b"multipart/form-data":
        raise RefusedError(
            "unsupported_media_type", status=415, detail="Kirim application/json atau multipart/form-data."
        )
    parts = read_parts(request.body, options.get(b"boundary", b""))
    forms = [bytes(one.content) for one in parts if one.name == part]
    photos = [bytes(one.content) for one in parts if one.name == "photo"]
    if len(forms) != 1 or len(forms) + len(photos) != len(parts):
        raise RefusedError(
            "unknown_part", status=422, detail=f"Kirim tepat satu bagian `{part}`, dan foto dalam bagian `photo`."
        )
    return forms[0], photos


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a field given twice: nobody could tell whether `anonymous` was meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands twice")
    return found
