"""Casework over HTTP: the officers' queue, and what they do with a case."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Header, Query, Request, Response

from services.casework.cursor import read_cursor, write_cursor
from services.casework.disposition import Choice
from services.casework.schemas import (
    AnswerIn,
    AnswerOut,
    AssignIn,
    AttachmentOut,
    CaseOut,
    CaseSummary,
    CloseIn,
    JoinIn,
    MessageOut,
    Queue,
    SeparateIn,
    SimilarOut,
    TransitionOut,
    WaitingFor,
)
from services.casework.service import CaseView, CaseworkService
from shared.db import Database
from shared.events import Actor, CaseState
from shared.security import Principal, SignedIn
from shared.telemetry.tracing import traceparent_of

log = structlog.get_logger()

_ETAG = re.compile(r'(?<!W/)"(\d{1,9})"')
_SEEN: dict[int | str, dict[str, Any]] = {
    401: {"description": "Not signed in"},
    404: {"description": "No such case, or not one of yours"},
}
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


def cases(service: CaseworkService, database: Database, signed_in: SignedIn) -> APIRouter:
    """Let officers see and work their cases."""
    router = APIRouter(prefix="/v1/cases", tags=["cases"])

    @router.get(
        "",
        summary="The queue: the cases you may see, open emergencies first, then the newest",
        responses={401: _SEEN[401], 403: {"description": "Your role opens no cases"}},
    )
    async def queue(
        principal: Annotated[Principal, Depends(signed_in)],
        state: CaseState | None = None,
        waiting_for: Annotated[
            WaitingFor | None, Query(description="`verification`: routing was not sure whose it is.")
        ] = None,
        cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> Queue:
        before = None if cursor is None else read_cursor(cursor)
        async with database.transaction() as tx:
            rows = await service.queue(
                tx, principal, state=state, waiting_for=waiting_for, before=before, limit=limit + 1
            )
        page = rows[:limit]
        return Queue(
            items=[CaseSummary.model_validate(row) for row in page],
            next_cursor=_cursor_of(page[-1]) if len(rows) > limit else None,
        )

    @router.get("/{ticket}", summary="A case with its history", responses=_SEEN)
    async def show(ticket: str, principal: Annotated[Principal, Depends(signed_in)], response: Response) -> CaseOut:
        async with database.transaction() as tx:
            return _out(await service.show(tx, principal, ticket), response)

    @router.post(
        "/{ticket}/verify",
        summary="Say that it is a complaint; from now on it may leave for LAPOR! and the regions",
        responses={status: said for status, said in _MOVED.items() if status != 409},  # noqa: PLR2004 - in every state
    )
    async def verify(
        ticket: str,
        request: Request,
        response: Response,
        principal: Annotated[Principal, Depends(signed_in)],
        expected: IfMatch,
    ) -> CaseOut:
        async with database.transaction(traceparent=traceparent_of(request.headers)) as tx:
            view = await service.verify(tx, principal, ticket, expected)
        return _moved(view, response)

    @router.post("/{ticket}/take", summary="Start working on it", responses=_MOVED)
    async def take(
        ticket: str,
        request: Request,
        response: Response,
        principal: Annotated[Principal, Depends(signed_in)],
        expected: IfMatch,
    ) -> CaseOut:
        async with database.transaction(traceparent=traceparent_of(request.headers)) as tx:
            view = await service.take(tx, principal, ticket, expected)
        return _moved(view, response)

    @router.post(
        "/{ticket}/assign",
        summary="Give it to an agency: one of the candidates, or any other",
        responses={400: {"description": "The directory has no such agency today, or no such affair"}, **_MOVED},
    )
    async def assign(
        ticket: str,
        given: AssignIn,
        request: Request,
        response: Response,
        principal: Annotated[Principal, Depends(signed_in)],
        expected: IfMatch,
    ) -> CaseOut:
        async with database.transaction(traceparent=traceparent_of(request.headers)) as tx:
            view = await service.assign(tx, principal, ticket, expected, Choice(**given.model_dump()))
        return _moved(view, response)

    @router.post(
        "/{ticket}/join",
        summary="Say that another case is about the same thing: both stay, and both are told the outcome",
        responses=_MOVED,
    )
    async def join(
        ticket: str,
        given: JoinIn,
        request: Request,
        response: Response,
        principal: Annotated[Principal, Depends(signed_in)],
        expected: IfMatch,
    ) -> CaseOut:
        async with database.transaction(traceparent=traceparent_of(request.headers)) as tx:
            view = await service.join(tx, principal, (ticket, given.ticket), expected, given.reason)
        return _moved(view, response)

    @router.post("/{ticket}/separate", summary="Take it out of its matter", responses=_MOVED)
    async def separate(
        ticket: str,
        request: Request,
        response: Response,
        principal: Annotated[Principal, Depends(signed_in)],
        expected: IfMatch,
        given: SeparateIn | None = None,
    ) -> CaseOut:
        reason = None if given is None else given.reason
        async with database.transaction(traceparent=traceparent_of(request.headers)) as tx:
            view = await service.separate(tx, principal, ticket, expected, reason)
        return _moved(view, response)

    @router.post("/{ticket}/answer", summary="Answer the citizen", responses=_MOVED)
    async def answer(
        ticket: str,
        given: AnswerIn,
        request: Request,
        response: Response,
        principal: Annotated[Principal, Depends(signed_in)],
        expected: IfMatch,
    ) -> CaseOut:
        async with database.transaction(traceparent=traceparent_of(request.headers)) as tx:
            view = await service.answer(tx, principal, ticket, expected, given.text)
        return _moved(view, response)

    @router.post("/{ticket}/close", summary="Close it", responses=_MOVED)
    async def close(
        ticket: str,
        request: Request,
        response: Response,
        principal: Annotated[Principal, Depends(signed_in)],
        expected: IfMatch,
        given: CloseIn | None = None,
    ) -> CaseOut:
        reason = None if given is None else given.reason
        async with database.transaction(traceparent=traceparent_of(request.headers)) as tx:
            view = await service.close(tx, principal, ticket, expected, reason)
        return _moved(view, response)

    return router


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
            reason=one.reason,
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
            "answers": [AnswerOut.model_validate(one) for one in view.answers],
            "similar": [SimilarOut.model_validate(one) for one in view.similar],
        }
    )


def _attachments(given: Sequence[dict[str, Any]], settled: Mapping[UUID, AttachmentOut]) -> list[AttachmentOut]:
    """Return attachments as they stand now."""
    first = [AttachmentOut.model_validate(one) for one in given]
    return [settled.get(one.id, one) for one in first]


def _cursor_of(row: Any) -> str:
    return write_cursor(row.received_at, row.complaint_id, urgent=row.urgent)
