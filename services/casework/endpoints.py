"""Casework over HTTP: the officers' queue, and what they do with a case."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Header, Query, Request, Response

from services.casework.bodies import JoinIn, MarkIn, MaybeReasonIn, NoteIn
from services.casework.clocks.limits import UNIT_WORDS
from services.casework.orders import ORDERS, Order
from services.casework.quality import WARNING_WORDS
from services.casework.queue.cursor import cursor_of
from services.casework.queue.filters import Filters
from services.casework.schemas import (
    AnswerOut,
    AttachmentOut,
    CaseOut,
    CaseSummary,
    ClockOut,
    FollowUpOut,
    LadderStepOut,
    LaporOut,
    MessageOut,
    NoteOut,
    Queue,
    ReplyOut,
    SimilarOut,
    TransitionOut,
    WarningOut,
)
from services.casework.service import CaseView, CaseworkService
from shared.db import Database
from shared.events import Actor
from shared.security import Principal, SignedIn
from shared.telemetry.tracing import traceparent_of

log = structlog.get_logger()

_ETAG = re.compile(r'(?<!W/)"(\d{1,9})"')
_SEEN: dict[int | str, dict[str, Any]] = {
    401: {"description": "Not signed in"},
    404: {"description": "No such case, or not one of yours"},
}
_UNKNOWN = {"description": "The directory has no such agency or affair today, or there is no such evidence"}
_MOVED: dict[int | str, dict[str, Any]] = {
    **_SEEN,
    403: {"description": "Seen, but not yours to move"},
    409: {"description": "The state does not allow it; `legal_moves` names what it allows"},
    412: {"description": "Somebody changed it since; `last_change` says who, when and how"},
    428: {"description": "If-Match is missing"},
}


def _versions(
    if_match: Annotated[str | None, Header(description="The ETag that you read. `*` matches nothing.")] = None,
) -> frozenset[int] | None:
    return None if if_match is None else frozenset(int(version) for version in _ETAG.findall(if_match))


IfMatch = Annotated[frozenset[int] | None, Depends(_versions)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who orders something of which case, as they read it."""

    ticket: str
    principal: Principal
    expected: frozenset[int] | None
    traceparent: str | None


def cases(service: CaseworkService, database: Database, signed_in: SignedIn) -> APIRouter:
    """Let officers see and work their cases."""
    router = APIRouter(prefix="/v1/cases", tags=["cases"])

    @router.get(
        "",
        summary="The queue: the cases you may see, open emergencies first, then the newest",
        responses={401: _SEEN[401], 403: {"description": "Your role opens no cases"}},
    )
    async def queue(principal: Annotated[Principal, Depends(signed_in)], filters: Annotated[Filters, Query()]) -> Queue:
        async with database.transaction() as tx:
            rows = await service.queue(tx, principal, filters, limit=filters.limit + 1)
        shown = rows[: filters.limit]
        return Queue(
            items=[CaseSummary.model_validate(row) for row in shown],
            next_cursor=cursor_of(shown[-1], filters.order) if len(rows) > filters.limit else None,
        )

    @router.get("/{ticket}", summary="A case with its history", responses=_SEEN)
    async def show(ticket: str, principal: Annotated[Principal, Depends(signed_in)], response: Response) -> CaseOut:
        async with database.transaction() as tx:
            return _out(await service.show(tx, principal, ticket), response)

    for order in ORDERS:
        _add(router, order, service, database, signed_in)
    _add_remarks(router, service, database, signed_in)
    return router


def _add(router: APIRouter, order: Order, service: CaseworkService, database: Database, signed_in: SignedIn) -> None:
    """Make an address of an order."""

    async def carry_out(call: Call, given: object, response: Response) -> CaseOut:
        async with database.transaction(traceparent=call.traceparent) as tx:
            view = await service.carry_out(tx, call.principal, order, call.ticket, call.expected, given)
        return _moved(view, response)

    call = Annotated[Call, Depends(_call(signed_in))]
    router.add_api_route(
        f"/{{ticket}}/{order.move.replace('_', '-')}",
        _taking(order, call, carry_out),
        methods=["POST"],
        name=order.move,
        summary=order.summary,
        responses=_MOVED if order.body is None else {400: _UNKNOWN, **_MOVED},
    )


def _taking(
    order: Order, call: Any, carry_out: Callable[[Call, object, Response], Awaitable[CaseOut]]
) -> Callable[..., Awaitable[CaseOut]]:
    """Return the endpoint whose signature FastAPI reads: with the order's body, if it has one."""
    body: Any = order.body
    if body is None:

        async def bare(call: call, response: Response) -> CaseOut:
            return await carry_out(call, None, response)

        return bare
    if order.body_needed:

        async def needed(call: call, given: body, response: Response) -> CaseOut:
            return await carry_out(call, given, response)

        return needed

    async def perhaps(call: call, response: Response, given: body | None = None) -> CaseOut:
        return await carry_out(call, given, response)

    return perhaps


def _add_remarks(router: APIRouter, service: CaseworkService, database: Database, signed_in: SignedIn) -> None:
    """Make the addresses of what officers say of a case in whatever state it is."""
    called = Depends(_call(signed_in))

    @router.post(
        "/{ticket}/verify",
        summary="Say that it is a complaint; from now on it may leave for LAPOR! and the regions",
        responses={status: said for status, said in _MOVED.items() if status != 409},  # noqa: PLR2004 - in every state
    )
    async def verify(call: Annotated[Call, called], response: Response) -> CaseOut:
        async with database.transaction(traceparent=call.traceparent) as tx:
            view = await service.verify(tx, call.principal, call.ticket, call.expected)
        return _moved(view, response)

    @router.post(
        "/{ticket}/join",
        summary="Say that another case is about the same thing: both stay, and both are told the outcome",
        responses=_MOVED,
    )
    async def join(call: Annotated[Call, called], given: JoinIn, response: Response) -> CaseOut:
        async with database.transaction(traceparent=call.traceparent) as tx:
            tickets = (call.ticket, given.ticket)
            view = await service.join(tx, call.principal, tickets, call.expected, given.reason)
        return _moved(view, response)

    @router.post("/{ticket}/separate", summary="Take it out of its matter", responses=_MOVED)
    async def separate(
        call: Annotated[Call, called], response: Response, given: MaybeReasonIn | None = None
    ) -> CaseOut:
        reason = None if given is None else given.reason
        async with database.transaction(traceparent=call.traceparent) as tx:
            view = await service.separate(tx, call.principal, call.ticket, call.expected, reason)
        return _moved(view, response)

    @router.post(
        "/{ticket}/mark",
        summary="Hide the reporter (anonim) or the report (rahasia), or take that back; say whether it is an emergency",
        responses=_MOVED,
    )
    async def mark(call: Annotated[Call, called], given: MarkIn, response: Response) -> CaseOut:
        async with database.transaction(traceparent=call.traceparent) as tx:
            view = await service.mark(tx, call.principal, call.ticket, call.expected, given)
        return _moved(view, response)

    @router.post(
        "/{ticket}/note",
        summary="Write something down for colleagues; no citizen reads it, and no If-Match is needed",
        responses={status: said for status, said in _MOVED.items() if status in {401, 403, 404}},
    )
    async def note(call: Annotated[Call, called], given: NoteIn, response: Response) -> CaseOut:
        async with database.transaction(traceparent=call.traceparent) as tx:
            view = await service.note(tx, call.principal, call.ticket, given.text)
        return _moved(view, response)


def _call(signed_in: SignedIn) -> Callable[..., Call]:
    """Return the dependency that reads what every order has."""

    def call(
        ticket: str, request: Request, principal: Annotated[Principal, Depends(signed_in)], expected: IfMatch
    ) -> Call:
        return Call(ticket=ticket, principal=principal, expected=expected, traceparent=traceparent_of(request.headers))

    return call


def _moved(view: CaseView, response: Response) -> CaseOut:
    log.info("case.moved", ticket=view.case.ticket, state=view.case.state, version=view.case.version)
    return _out(view, response)


def _out(view: CaseView, response: Response) -> CaseOut:
    response.headers["etag"] = f'"{view.case.version}"'
    history = [
        TransitionOut(
            version=one.version,
            previous=one.previous,
            state=one.state,
            actor=Actor(kind=one.actor_kind, id=one.actor_id),
            move=one.move,
            reason=one.reason,
            reason_code=one.reason_code,
            at=one.at,
        )
        for one in view.history
    ]
    case = view.case._mapping  # noqa: SLF001 - SQLAlchemy's documented accessor
    settled = {one.id: AttachmentOut.model_validate(one) for one in view.attachments}
    messages = [
        MessageOut.model_validate({**one._mapping, "attachments": _attachments(one.attachments, settled)})  # noqa: SLF001 - as above
        for one in view.messages
    ]
    return CaseOut.model_validate(
        {
            **case,
            "attachments": _attachments(case["attachments"], settled),
            "messages": messages,
            "history": history,
            "answers": [_answer_out(one) for one in view.answers],
            "follow_ups": [FollowUpOut.model_validate(one) for one in view.follow_ups],
            "replies": [ReplyOut.model_validate(one) for one in view.replies],
            "lapor": None if view.lapor is None else LaporOut.model_validate(view.lapor),
            "notes": [NoteOut.model_validate(one) for one in view.notes],
            "moves": view.moves,
            "names": view.names,
            "similar": [SimilarOut.model_validate(one) for one in view.similar],
            "clocks": [_clock_out(one, view.notices) for one in view.clocks],
        }
    )


def _clock_out(one: Any, notices: Sequence[Any]) -> ClockOut:
    steps = [LadderStepOut.model_validate(told) for told in notices if _is_of(told, one)]
    limit = None if one.limit_amount is None else f"{one.limit_amount} {UNIT_WORDS[one.limit_unit]}"
    said = {"limit": limit, "source": one.limit_source, "certainty": one.limit_certainty, "steps": steps}
    return ClockOut.model_validate({**one, **said})


def _is_of(notice: Any, clock: Any) -> bool:
    """Tell whether a step was reached by this run of a clock, also if it was due at another time then."""
    until = clock.settled_at or notice.noticed_at
    return bool(notice.clock == clock.clock and clock.started_at <= notice.noticed_at <= until)


def _answer_out(answer: Any) -> AnswerOut:
    said = [WarningOut(code=code, words=WARNING_WORDS.get(code, code)) for code in answer.warnings]
    return AnswerOut.model_validate({**answer._mapping, "warnings": said})  # noqa: SLF001 - as above


def _attachments(given: Sequence[dict[str, Any]], settled: Mapping[UUID, AttachmentOut]) -> list[AttachmentOut]:
    """Return attachments as they stand now."""
    first = [AttachmentOut.model_validate(one) for one in given]
    return [settled.get(one.id, one) for one in first]
