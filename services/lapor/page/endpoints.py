"""The page's files over HTTP. They hold nothing of anybody's: all that the page shows comes with an officer's token."""

import hashlib
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response

from shared.core.errors import NotFoundError

_FILES: Final = Path(__file__).with_name("files")
_TYPES: Final = {"css": "text/css", "html": "text/html", "js": "text/javascript"}
_PAGE: Final = "page.html"
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), clipboard-write=(self)",
    "cache-control": "no-cache",
}
"""Nothing but the page's own files runs, and it talks to nobody but the house."""


def page() -> APIRouter:
    """Serve the page's files, read once; a browser asks each time whether they are still the same."""
    router = APIRouter(prefix="/petugas/lapor", include_in_schema=False)
    files = {file.name: file.read_bytes() for file in _FILES.iterdir()}
    tags = {name: f'"{hashlib.sha256(content).hexdigest()[:32]}"' for name, content in files.items()}

    def answer(name: str, request: Request) -> Response:
        headers = {**HEADERS, "etag": tags[name]}
        if request.headers.get("if-none-match") == tags[name]:
            return Response(status_code=304, headers=headers)
        media_type = f"{_TYPES[name.rpartition('.')[2]]}; charset=utf-8"
        return Response(files[name], media_type=media_type, headers=headers)

    @router.get("")
    async def show(request: Request) -> Response:
        return answer(_PAGE, request)

    @router.get("/{file}")
    async def part(file: str, request: Request) -> Response:
        if file not in files or file == _PAGE:
            raise NotFoundError("not_found", "Alamat ini tidak ditemukan")
        return answer(file, request)

    return router
