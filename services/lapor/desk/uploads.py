"""The one file of an upload (multipart/form-data, field `file`), read into memory up to a limit."""

from collections.abc import AsyncGenerator
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from services.lapor.desk.tables import LARGEST, UnreadableTableError
from shared.core.errors import ProblemError
from shared.http.body import BodyIncompleteError, BodyTooLargeError, read_body

_ENVELOPE = 16 * 1024
"""What the form may have around its file, in bytes."""
UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary", "description": "CSV or XLSX."}},
                }
            }
        },
    }
}


class UploadTooLargeError(ProblemError):
    """More than a list may have."""

    status = 413


class UploadIncompleteError(ProblemError):
    """The officer's line broke."""

    status = 408


async def uploaded(request: Request) -> bytes:
    """Return the content of the form's field `file`. Raises 408, 413 and 422."""
    try:
        body = await read_body(request, LARGEST + _ENVELOPE)
    except BodyTooLargeError:
        raise UploadTooLargeError("body_too_large", "Berkas ini terlalu besar; paling besar 2 MB") from None
    except BodyIncompleteError:
        raise UploadIncompleteError("body_incomplete", "Kiriman terputus; unggah sekali lagi") from None

    async def pieces() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        parser = MultiPartParser(request.headers, pieces(), max_files=1, max_fields=5, max_part_size=_ENVELOPE)
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError):
        raise _no_file() from None
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise _no_file()
        return await file.read()
    finally:
        await form.close()


def _no_file() -> UnreadableTableError:
    return UnreadableTableError("file_missing", "Kirim satu berkas CSV atau XLSX dalam isian `file`")
