"""Officers' evidence over HTTP: one file is the whole body."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Query, Request

from services.intake.evidence.service import LARGEST, Evidence, make_ready
from shared.contents import StoreUnavailableError
from shared.core.errors import ProblemError, UnavailableError
from shared.db import Database
from shared.events import AttachmentRef
from shared.http.body import BodyIncompleteError, BodyTooLargeError, Memory, NoRoomError, read_body
from shared.security import Principal, SignedIn

log = structlog.get_logger()

PATH = "/v1/evidence"
_MEMORY = 2 * LARGEST
"""Bytes that all bodies of this process may take together."""
_BODY = {"schema": {"type": "string", "format": "binary"}}


class TooLargeError(ProblemError):
    """More than one file may have."""

    status = 413


class IncompleteError(ProblemError):
    """The officer's line broke."""

    status = 408


def evidence(service: Evidence, database: Database, signed_in: SignedIn) -> APIRouter:
    """Let officers add what shows a follow-up."""
    router = APIRouter(tags=["attachments"])
    memory = Memory(_MEMORY)

    @router.post(
        PATH,
        summary="Add a photo or PDF that shows a follow-up; the follow-up names it within a day, or it is forgotten",
        status_code=201,
        responses={
            401: {"description": "Not signed in"},
            403: {"description": "Your role adds no evidence"},
            404: {"description": "No such ticket, or not one of yours"},
            408: {"description": "The body never came to its end"},
            413: {"description": "More than 25 MB"},
            422: {"description": "Neither a picture nor a PDF, by its content"},
            503: {"description": "No room in memory or store now; try again"},
        },
        openapi_extra={
            "requestBody": {"required": True, "content": {"image/*": _BODY, "application/pdf": _BODY}},
        },
    )
    async def add(
        request: Request,
        principal: Annotated[Principal, Depends(signed_in)],
        ticket: Annotated[str, Query(max_length=40, description="Of the complaint that is followed up.")],
    ) -> AttachmentRef:
        async with database.transaction() as tx:
            await service.permit(tx, principal, ticket)
        with memory.share() as share:
            try:
                content = await read_body(request, LARGEST, share=share)
                ready = await make_ready(content, request.headers.get("content-type"))
                async with database.transaction() as tx:
                    added = await service.add(tx, principal, ticket, ready)
            except BodyTooLargeError:
                raise TooLargeError("evidence_too_large", "Berkas ini terlalu besar; paling besar 25 MB") from None
            except BodyIncompleteError:
                raise IncompleteError("body_incomplete", "Kiriman terputus; kirim sekali lagi") from None
            except (NoRoomError, StoreUnavailableError):
                raise UnavailableError("unavailable", "Berkas belum tersimpan; kirim sekali lagi nanti") from None
        log.info("evidence.added", attachment_id=str(added.id), account_id=str(principal.account_id))
        return added

    return router
