"""The work list over HTTP: on the page, as a file, and back as numbers; notices."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.lapor.desk.access import require_typing
from services.lapor.desk.exporting import to_csv, to_xlsx
from services.lapor.desk.mirror_endpoints import REFUSED
from services.lapor.desk.schemas import NoticeOut, NoticesOut, NumbersOut, WorkKind, WorkListOut
from services.lapor.desk.service import Desk
from services.lapor.desk.tables import read_table
from services.lapor.desk.uploads import UPLOAD, uploaded
from shared.db import Database
from shared.security import Principal, SignedIn
from shared.telemetry.tracing import traceparent_of

NUMBERS = "/v1/lapor/numbers"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IMPORTED: dict[int | str, dict[str, Any]] = {
    **REFUSED,
    408: {"description": "The body never came to its end"},
    413: {"description": "More than 2 MB"},
    422: {"description": "No table, or rows that are wrong: `errors` names each, and nothing was stored"},
}
DryRun = Annotated[bool, Query(description="Check every row, and store nothing.")]


def _file(media_type: str) -> dict[int | str, dict[str, Any]]:
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {**REFUSED, 200: {"description": "The file", "content": content}}


def work(desk: Desk, database: Database, signed_in: SignedIn) -> APIRouter:
    """Let officers see what waits for them, and bring back numbers."""
    router = APIRouter(prefix="/v1/lapor", tags=["lapor"])
    caller = Depends(signed_in)

    @router.get("/worklist", summary="All that an officer types or decides, the oldest first", responses=REFUSED)
    async def show(
        principal: Annotated[Principal, caller],
        kind: WorkKind | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> WorkListOut:
        async with database.transaction() as tx:
            return await desk.working.show(tx, principal, kind=kind, limit=limit)

    @router.get(
        "/worklist.csv",
        summary="What is to be typed in, as CSV",
        response_class=Response,
        responses=_file("text/csv"),
    )
    async def as_csv(principal: Annotated[Principal, caller]) -> Response:
        async with database.transaction() as tx:
            listed = await desk.working.to_type(tx, principal)
        return _download(await asyncio.to_thread(to_csv, listed), "text/csv; charset=utf-8", "csv")

    @router.get(
        "/worklist.xlsx",
        summary="What is to be typed in, as XLSX",
        response_class=Response,
        responses=_file(XLSX),
    )
    async def as_xlsx(principal: Annotated[Principal, caller]) -> Response:
        async with database.transaction() as tx:
            listed = await desk.working.to_type(tx, principal)
        return _download(await asyncio.to_thread(to_xlsx, listed), XLSX, "xlsx")

    @router.post(
        "/numbers",
        summary="A list of tickets with LAPOR!'s numbers: all of it, or nothing",
        responses=IMPORTED,
        openapi_extra=UPLOAD,
    )
    async def numbers(
        request: Request, principal: Annotated[Principal, caller], *, dry_run: DryRun = False
    ) -> NumbersOut:
        require_typing(principal)
        rows = await read_table(await uploaded(request))
        async with database.transaction(traceparent=traceparent_of(request.headers)) as tx:
            return await desk.numbering.take_in(tx, principal, rows, dry_run=dry_run)

    @router.get("/notices", summary="What waits for a person, the newest first", responses=REFUSED)
    async def notices(
        principal: Annotated[Principal, caller],
        ticket: Annotated[str | None, Query(max_length=40)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> NoticesOut:
        async with database.transaction() as tx:
            return await desk.noticing.show(tx, principal, ticket=ticket, limit=limit)

    @router.post(
        "/notices/{notice_id}/settle",
        summary="A notice is settled",
        responses={**REFUSED, 404: {"description": "No such notice"}},
    )
    async def settle(notice_id: UUID, principal: Annotated[Principal, caller]) -> NoticeOut:
        async with database.transaction() as tx:
            return await desk.noticing.settle(tx, principal, notice_id)

    return router


def _download(content: bytes, media_type: str, ending: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="lapor.{ending}"'}
    return Response(content, media_type=media_type, headers=headers)
