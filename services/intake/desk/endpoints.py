"""The officers' desk over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Header, Query, Request, Response

from services.intake.accepting import surely
from services.intake.desk.entering import Desk
from services.intake.desk.kept import Kept, KeptMessages
from services.intake.desk.schemas import (
    DeskComplaintIn,
    DeskReceiptOut,
    KeptAttachmentOut,
    KeptMessageOut,
    KeptMessagesOut,
    MadeOut,
    SameReporterIn,
    SameReporterOut,
    SplitIn,
)
from services.intake.desk.splitting import Splitting
from shared.db import Database
from shared.security import Principal, SignedIn
from shared.telemetry.tracing import traceparent_of

log = structlog.get_logger()

_SEEN: dict[int | str, dict[str, Any]] = {
    401: {"description": "Not signed in"},
    403: {"description": "Your role does not look after messages"},
}


IdempotencyKey = Annotated[
    str, Header(min_length=8, max_length=200, pattern="^[!-~]+$", description="Your own, new for each complaint.")
]


def desk(
    kept: KeptMessages, entering: Desk, splitting: Splitting, database: Database, signed_in: SignedIn
) -> APIRouter:
    """Let officers look through what became no complaint, and write down what was said to them."""
    router = APIRouter(prefix="/v1", tags=["desk"])

    @router.get("/messages", summary="Messages that became no complaint, newest first", responses=_SEEN)
    async def look(
        principal: Annotated[Principal, Depends(signed_in)],
        disposition: Annotated[
            Literal["kept", "held"], Query(description="`held` still waits for its citizen's words.")
        ] = "kept",
        before: Annotated[UUID | None, Query(description="`next_before` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> KeptMessagesOut:
        async with database.transaction() as tx:
            page, following = await kept.look(tx, principal, disposition=disposition, before=before, limit=limit)
        return KeptMessagesOut(items=[_out(one) for one in page], next_before=following)

    @router.post(
        "/messages/{message_id}/complaint",
        summary="Make a complaint of a message, once",
        status_code=201,
        responses={
            **_SEEN,
            200: {"description": "It was in a complaint already: this is it", "model": MadeOut},
            404: {"description": "No such message, or not one of yours"},
            409: {"description": "Its author took it back"},
        },
    )
    async def make(
        message_id: UUID, request: Request, response: Response, principal: Annotated[Principal, Depends(signed_in)]
    ) -> MadeOut:
        async with database.transaction(traceparent=traceparent_of(request.headers)) as tx:
            made = await kept.make_complaint(tx, principal, message_id)
        response.status_code = 201 if made.new else 200
        log.info("message.made_complaint", ticket=made.ticket, new=made.new, account_id=str(principal.account_id))
        return MadeOut(ticket=made.ticket)

    @router.post(
        "/complaints/{ticket}/same-reporter",
        summary="Note that two complaints come from one person",
        responses={**_SEEN, 404: {"description": "No such ticket, or not one of yours"}},
    )
    async def same_reporter(
        ticket: str, other: SameReporterIn, principal: Annotated[Principal, Depends(signed_in)]
    ) -> SameReporterOut:
        async with database.transaction() as tx:
            joined = await kept.join_reporters(tx, principal, ticket, other.ticket)
        log.info("reporters.joined", ticket=ticket, new=joined, account_id=str(principal.account_id))
        return SameReporterOut(joined=joined)

    @router.post(
        "/complaints/{ticket}/split",
        summary="Open a further complaint of the same reporter for what else this one holds",
        status_code=201,
        responses={
            401: _SEEN[401],
            403: {"description": "Your role splits no complaints"},
            404: {"description": "No such ticket, or not one of yours"},
            409: {"description": "It was withdrawn, or the Idempotency-Key was used for other words"},
            422: {"description": "An attachment is not the original's, or its content is not stored"},
        },
    )
    async def split(
        ticket: str,
        form: SplitIn,
        request: Request,
        response: Response,
        principal: Annotated[Principal, Depends(signed_in)],
        idempotency_key: IdempotencyKey,
    ) -> MadeOut:
        async with database.transaction(traceparent=traceparent_of(request.headers)) as tx:
            opened = await splitting.split(tx, principal, ticket, idempotency_key, form)
        if not opened.new:
            response.headers["idempotent-replayed"] = "true"
        log.info("complaint.split", ticket=opened.ticket, new=opened.new, account_id=str(principal.account_id))
        return MadeOut(ticket=opened.ticket)

    @router.post(
        "/desk/complaints",
        summary="Enter a complaint that came by visit, letter or telephone",
        status_code=201,
        responses={
            401: _SEEN[401],
            403: {"description": "Your role enters no complaints"},
            409: {"description": "The Idempotency-Key was used for another complaint"},
        },
    )
    async def enter(
        form: DeskComplaintIn,
        request: Request,
        response: Response,
        principal: Annotated[Principal, Depends(signed_in)],
        idempotency_key: IdempotencyKey,
    ) -> DeskReceiptOut:
        traceparent = traceparent_of(request.headers)
        receipt = await surely(
            database, lambda tx: entering.enter(tx, principal, idempotency_key, form, traceparent=traceparent)
        )
        if receipt.duplicate:
            response.headers["idempotent-replayed"] = "true"
        log.info("complaint.entered", ticket=receipt.ticket, duplicate=receipt.duplicate)
        return DeskReceiptOut(
            ticket=receipt.ticket or "",
            access_code=receipt.access_code or "",
            status_url=f"/v1/complaints/{receipt.ticket}",
            received_at=receipt.received_at,
        )

    return router


def _out(one: Kept) -> KeptMessageOut:
    attachments = [KeptAttachmentOut.model_validate(each) for each in one.attachments]
    told = {name: getattr(one.row, name) for name in KeptMessageOut.model_fields if name != "attachments"}
    return KeptMessageOut(**told, attachments=attachments)
