"""What LAPOR! assigned to the province, over HTTP: entered, imported, listed."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from services.lapor.desk.access import require_typing
from services.lapor.desk.mirror_endpoints import REFUSED
from services.lapor.desk.schemas import ArrivalIn, ArrivalOut, ArrivalsOut, ArrivalState, ArrivedListOut, ArrivedOut
from services.lapor.desk.service import Desk
from services.lapor.desk.tables import read_table
from services.lapor.desk.uploads import UPLOAD, uploaded
from services.lapor.desk.work_endpoints import IMPORTED, DryRun
from shared.db import Database
from shared.security import Principal, SignedIn

IMPORT = "/v1/lapor/incoming/import"
LaporNumber = Annotated[str, Path(pattern=r"^[1-9][0-9]{0,19}$", description="LAPOR!'s number of it.")]
_RETRIED: dict[int | str, dict[str, Any]] = {
    **REFUSED,
    404: {"description": "Nothing arrived under this number"},
    409: {"description": "It was not refused, or its words are gone; `state` says how it stands"},
}


def incoming(desk: Desk, database: Database, signed_in: SignedIn) -> APIRouter:
    """Let officers enter what LAPOR! assigned to the province."""
    router = APIRouter(prefix="/v1/lapor/incoming", tags=["lapor"])
    caller = Depends(signed_in)

    @router.get("", summary="What arrived from LAPOR!, the newest first", responses=REFUSED)
    async def show(
        principal: Annotated[Principal, caller],
        state: ArrivalState | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> ArrivalsOut:
        async with database.transaction() as tx:
            return await desk.incoming.show(tx, principal, state=state, limit=limit)

    @router.post(
        "",
        summary="Enter one complaint as it stands at LAPOR!",
        status_code=201,
        responses={**REFUSED, 200: {"description": "It was known, or is our own", "model": ArrivedOut}},
    )
    async def enter(given: ArrivalIn, response: Response, principal: Annotated[Principal, caller]) -> ArrivedOut:
        async with database.transaction() as tx:
            told = await desk.incoming.enter(tx, principal, given)
        response.status_code = 201 if told.became == "new" else 200
        return told

    @router.post("/{number}/retry", summary="Hand over again what was refused here", responses=_RETRIED)
    async def retry(number: LaporNumber, principal: Annotated[Principal, caller]) -> ArrivalOut:
        async with database.transaction() as tx:
            return await desk.incoming.retry(tx, principal, number)

    @router.post(
        "/import",
        summary="Enter a list of complaints: all of it, or nothing",
        responses=IMPORTED,
        openapi_extra=UPLOAD,
    )
    async def take_in(
        request: Request, principal: Annotated[Principal, caller], *, dry_run: DryRun = False
    ) -> ArrivedListOut:
        require_typing(principal)
        rows = await read_table(await uploaded(request))
        async with database.transaction() as tx:
            return await desk.incoming.take_in(tx, principal, rows, dry_run=dry_run)

    return router
