"""Attachments over HTTP: an officer asks for a link, and the link shows one content for ten minutes."""

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from services.intake.media.check import TYPES
from services.intake.media.links import Links
from services.intake.media.queue import AttachmentQueue
from services.intake.media.schemas import LinkOut
from shared.contents import AttachmentStore, StoreUnavailableError
from shared.core.errors import ForbiddenError, GoneError, UnavailableError
from shared.core.times import Clock, utc_now
from shared.db import Database
from shared.security import Principal, SignedIn

log = structlog.get_logger()

_GUARDED = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-site",
    "cache-control": "private, no-store",
    "accept-ranges": "none",
}


def attachments(
    queue: AttachmentQueue,
    store: AttachmentStore,
    database: Database,
    links: Links,
    signed_in: SignedIn,
    clock: Clock = utc_now,
) -> APIRouter:
    """Show what citizens sent along to those who may see it."""
    router = APIRouter(prefix="/v1/attachments", tags=["attachments"])

    @router.get(
        "/{attachment_id}/link",
        summary="A link to a photo, recording or file, good for ten minutes",
        responses={
            401: {"description": "Not signed in"},
            403: {"description": "Your role opens no attachments"},
            404: {"description": "No such attachment, or not one of yours"},
            409: {"description": "There is no content; `state` and `problem` say why"},
            410: {"description": "Its time was over"},
        },
    )
    async def link(attachment_id: UUID, principal: Annotated[Principal, Depends(signed_in)]) -> LinkOut:
        async with database.transaction() as tx:
            await queue.permit(tx, principal, attachment_id)
        made = links.make(attachment_id, clock())
        log.info("attachment.link_made", attachment_id=str(attachment_id), account_id=str(principal.account_id))
        return LinkOut(url=made.url, expires_at=made.expires_at)

    @router.get(
        "/{attachment_id}",
        summary="The content that a link opens",
        response_class=StreamingResponse,
        responses={
            200: {"content": {"application/octet-stream": {}}, "description": "The content; its type is its own"},
            403: {"description": "The link is not ours, or its ten minutes are over"},
            410: {"description": "The content is not kept any more"},
            503: {"description": "The store is away"},
        },
    )
    async def content(attachment_id: UUID, expires: int = 0, signature: str = "") -> StreamingResponse:
        if not links.opens(attachment_id, expires, signature, clock()):
            raise ForbiddenError("link_not_valid", "Tautan ini tidak berlaku (lagi); minta tautan baru")
        async with database.transaction() as tx:
            row = await queue.find(tx, attachment_id)
        try:
            pieces = await store.read(row.sha256)
        except StoreUnavailableError:
            raise UnavailableError("store_unavailable", "Lampiran sedang tidak dapat dibuka; coba lagi nanti") from None
        if pieces is None:
            log.error("attachment.content_missing", attachment_id=str(attachment_id))
            raise GoneError("attachment_missing", "Isi lampiran ini tidak ada di tempatnya; hubungi pengelola sistem")
        return StreamingResponse(pieces, headers=_headers(attachment_id, row.media_type, row.size))

    return router


def _headers(attachment_id: UUID, media_type: str | None, size: int) -> dict[str, str]:
    """Say what it is by its own bytes; only a picture is shown, all else is saved."""
    known = TYPES.get(media_type or "")
    shown = "inline" if known and known.family == "image" else "attachment"
    name = f"{attachment_id}.{known.extension if known else 'bin'}"
    return {
        **_GUARDED,
        "content-type": media_type if known and media_type else "application/octet-stream",
        "content-disposition": f'{shown}; filename="{name}"',
        "content-length": str(size),
    }
