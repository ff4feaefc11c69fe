"""Looks over HTTP."""

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime

from services.casework.looks.schemas import LookIn, LookOut, LooksOut, ReporterOut
from services.casework.looks.service import Looks
from shared.db import Database
from shared.security import Principal, SignedIn
from shared.telemetry.tracing import traceparent_of

log = structlog.get_logger()

_LARGEST_ID = 2**63 - 1


def looks(service: Looks, database: Database, signed_in: SignedIn) -> APIRouter:
    """Let officers see who complained, and the Inspectorate who looked."""
    router = APIRouter(prefix="/v1")

    @router.post(
        "/cases/{ticket}/reporter",
        summary="Who complained; each look stands with its reason in a log that the Inspectorate reads",
        tags=["cases"],
        responses={
            401: {"description": "Not signed in"},
            403: {"description": "The law keeps this reporter from your role"},
            404: {"description": "No such case, not one of yours, or nobody is known"},
            503: {"description": "This installation opens no reporters"},
        },
    )
    async def reporter(
        ticket: str, given: LookIn, request: Request, principal: Annotated[Principal, Depends(signed_in)]
    ) -> ReporterOut:
        async with database.transaction(traceparent=traceparent_of(request.headers)) as tx:
            found = await service.reporter(tx, principal, ticket, given.reason)
        log.info("reporter.looked_at", ticket=found.ticket, account_id=str(principal.account_id))
        return ReporterOut.model_validate(found)

    @router.get(
        "/looks",
        summary="Every look at a reporter or at what is sealed, the newest first; for the Inspectorate alone",
        tags=["looks"],
        responses={401: {"description": "Not signed in"}, 403: {"description": "You are not the Inspectorate"}},
    )
    async def page(
        principal: Annotated[Principal, Depends(signed_in)],
        ticket: Annotated[str | None, Query(max_length=40)] = None,
        account_id: Annotated[UUID | None, Query(description="Of the officer.")] = None,
        since: Annotated[AwareDatetime | None, Query(description="At or after.")] = None,
        until: Annotated[AwareDatetime | None, Query(description="Before.")] = None,
        cursor: Annotated[
            int | None, Query(ge=1, le=_LARGEST_ID, description="`next_cursor` of the page before.")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> LooksOut:
        wanted = {"account_id": account_id, "since": since, "until": until, "before": cursor}
        async with database.transaction() as tx:
            rows = await service.looks(tx, principal, ticket=ticket, limit=limit + 1, **wanted)
        page = rows[:limit]
        return LooksOut(
            items=[LookOut.model_validate(row) for row in page],
            next_cursor=page[-1].id if len(rows) > limit else None,
        )

    return router
