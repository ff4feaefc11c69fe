"""Mirrors over HTTP: how they stand, and what an officer decides about one."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request

from services.lapor.desk.schemas import MirrorDetailOut, MirrorsOut, NumberIn, ReasonIn, ReviewIn, SeenIn, State
from services.lapor.desk.service import Desk
from shared.db import Database, UnitOfWork
from shared.security import Principal, SignedIn
from shared.telemetry.tracing import traceparent_of

REFUSED: dict[int | str, dict[str, Any]] = {
    401: {"description": "Not signed in"},
    403: {"description": "Your role does not see, or not do this"},
}
_ABOUT_ONE: dict[int | str, dict[str, Any]] = {**REFUSED, 404: {"description": "No such ticket, or it is sealed"}}
_ORDERED: dict[int | str, dict[str, Any]] = {
    **_ABOUT_ONE,
    409: {"description": "It does not fit how the complaint stands; `state` says how"},
}
Ticket = Annotated[str, Path(max_length=40)]
Order: TypeAlias = Callable[[UnitOfWork], Awaitable[None]]
CarryOut: TypeAlias = Callable[[Request, Principal, str, Order], Awaitable[MirrorDetailOut]]


def mirrors(desk: Desk, database: Database, signed_in: SignedIn) -> APIRouter:
    """Let officers see how complaints stand, and decide about them."""
    router = APIRouter(prefix="/v1/lapor/mirrors", tags=["lapor"])
    caller = Depends(signed_in)

    @router.get("", summary="How complaints stand at LAPOR!, the newest first", responses=REFUSED)
    async def page(
        principal: Annotated[Principal, caller],
        state: State | None = None,
        before: Annotated[str | None, Query(max_length=40, description="`next_before` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> MirrorsOut:
        async with database.transaction() as tx:
            return await desk.viewing.page(tx, principal, state=state, before=before, limit=limit)

    @router.get("/{ticket}", summary="All that is known of one", responses=_ABOUT_ONE)
    async def one(ticket: Ticket, principal: Annotated[Principal, caller]) -> MirrorDetailOut:
        async with database.transaction() as tx:
            return await desk.viewing.one(tx, principal, ticket)

    async def carried_out(request: Request, principal: Principal, ticket: str, order: Order) -> MirrorDetailOut:
        async with database.transaction(traceparent=traceparent_of(request.headers)) as tx:
            await order(tx)
            return await desk.viewing.one(tx, principal, ticket)

    _typing(router, desk, caller, carried_out)
    _settling(router, desk, caller, carried_out)
    _stepping(router, desk, caller, carried_out)
    return router


def _typing(router: APIRouter, desk: Desk, caller: Any, carry_out: CarryOut) -> None:
    ordering = desk.ordering

    @router.post("/{ticket}/review", summary="It may go, as it stands or in these words", responses=_ORDERED)
    async def review(
        ticket: Ticket, given: ReviewIn, request: Request, principal: Annotated[Principal, caller]
    ) -> MirrorDetailOut:
        return await carry_out(request, principal, ticket, lambda tx: ordering.review(tx, principal, ticket, given))

    @router.post("/{ticket}/keep", summary="It does not go, and its words are forgotten here", responses=_ORDERED)
    async def keep(
        ticket: Ticket, given: ReasonIn, request: Request, principal: Annotated[Principal, caller]
    ) -> MirrorDetailOut:
        reason = given.reason
        return await carry_out(request, principal, ticket, lambda tx: ordering.keep(tx, principal, ticket, reason))

    @router.post("/{ticket}/take", summary="You type it in: the API never posts it now", responses=_ORDERED)
    async def take(ticket: Ticket, request: Request, principal: Annotated[Principal, caller]) -> MirrorDetailOut:
        return await carry_out(request, principal, ticket, lambda tx: ordering.take(tx, principal, ticket))

    @router.post("/{ticket}/release", summary="Give back what was taken", responses=_ORDERED)
    async def give_back(ticket: Ticket, request: Request, principal: Annotated[Principal, caller]) -> MirrorDetailOut:
        return await carry_out(request, principal, ticket, lambda tx: ordering.give_back(tx, principal, ticket))


def _settling(router: APIRouter, desk: Desk, caller: Any, carry_out: CarryOut) -> None:
    ordering = desk.ordering

    @router.post("/{ticket}/number", summary="LAPOR!'s number of it; all goes on from there", responses=_ORDERED)
    async def number(
        ticket: Ticket, given: NumberIn, request: Request, principal: Annotated[Principal, caller]
    ) -> MirrorDetailOut:
        found = given.number
        return await carry_out(request, principal, ticket, lambda tx: ordering.number(tx, principal, ticket, found))

    @router.post("/{ticket}/not-created", summary="It is not at LAPOR!: it is told again", responses=_ORDERED)
    async def not_created(ticket: Ticket, request: Request, principal: Annotated[Principal, caller]) -> MirrorDetailOut:
        return await carry_out(request, principal, ticket, lambda tx: ordering.not_created(tx, principal, ticket))

    @router.post("/{ticket}/seen", summary="What LAPOR!'s page shows of it", responses=_ORDERED)
    async def seen(
        ticket: Ticket, given: SeenIn, request: Request, principal: Annotated[Principal, caller]
    ) -> MirrorDetailOut:
        return await carry_out(request, principal, ticket, lambda tx: ordering.seen(tx, principal, ticket, given))


def _stepping(router: APIRouter, desk: Desk, caller: Any, carry_out: CarryOut) -> None:
    steps = desk.steps

    @router.post("/{ticket}/steps/{step_id}/done", summary="You typed a step in yourself", responses=_ORDERED)
    async def done(
        ticket: Ticket, step_id: UUID, request: Request, principal: Annotated[Principal, caller]
    ) -> MirrorDetailOut:
        return await carry_out(request, principal, ticket, lambda tx: steps.done(tx, principal, ticket, step_id))

    @router.post("/{ticket}/steps/{step_id}/leave-out", summary="A step is not done", responses=_ORDERED)
    async def leave_out(
        ticket: Ticket, step_id: UUID, request: Request, principal: Annotated[Principal, caller]
    ) -> MirrorDetailOut:
        return await carry_out(request, principal, ticket, lambda tx: steps.leave_out(tx, principal, ticket, step_id))
