"""Casework over HTTP: the officers' queue, and what they do with a case."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Header, Query, Request, Response

from services.casework.cursor import read_cursor, write_cursor
from services.casework.schemas import (
    AnswerIn,
    AnswerOut,
    AttachmentOut,
    CaseOut,
    CaseSummary,
    CloseIn,
    MessageOut,
    Queue,
    TransitionOut,
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
        cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> Queue:
        before = None if cursor is None else read_cursor(cursor)
        async with database.transaction() as tx:
            rows = await service.queue(tx, principal, state=state, before=before, limit=limit + 1)
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
        }
    )


def _attachments(given: Sequence[dict[str, Any]], settled: Mapping[UUID, AttachmentOut]) -> list[AttachmentOut]:
    """Return attachments as they stand now."""
    first = [AttachmentOut.model_validate(one) for one in given]
    return [settled.get(one.id, one) for one in first]


def _cursor_of(row: Any) -> str:
    return write_cursor(row.received_at, row.complaint_id, urgent=row.urgent)
