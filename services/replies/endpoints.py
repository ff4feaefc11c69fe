"""Replies over HTTP: what was said to a citizen, and an officer's word on what nobody is sure about."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Query

from services.replies import figures
from services.replies.reasons import words_of
from services.replies.resolving import Resolving, Seen
from services.replies.rules import State
from services.replies.schemas import Replies, ReplyOut, ResolveIn
from shared.core.errors import NotFoundError
from shared.core.ticket import InvalidTicketError, parse_ticket
from shared.db import Database
from shared.security import Principal, SignedIn

log = structlog.get_logger()

_REFUSED: dict[int | str, dict[str, Any]] = {
    401: {"description": "Not signed in"},
    403: {"description": "Your role sees no messages to citizens"},
}


def replies(resolving: Resolving, database: Database, signed_in: SignedIn) -> APIRouter:
    """Let officers see what was said, and resolve what is unknown."""
    router = APIRouter(prefix="/v1/replies", tags=["replies"])

    @router.get("", summary="Messages to citizens: of a complaint, or in a state", responses=_REFUSED)
    async def look(
        principal: Annotated[Principal, Depends(signed_in)],
        ticket: Annotated[str | None, Query(max_length=40)] = None,
        state: State | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Replies:
        wanted = None if ticket is None else _canonical(ticket)
        async with database.transaction() as tx:
            seen = await resolving.look(tx, principal, ticket=wanted, state=state, limit=limit)
        return Replies(items=[_out(one) for one in seen])

    @router.post(
        "/{reply_id}/resolve",
        summary="Say what became of a message of which nobody is sure; nothing is sent again by itself",
        responses={
            **_REFUSED,
            404: {"description": "No such message, or not one for you"},
            409: {"description": "It is not unknown, or not any more; `state` says what it is"},
        },
    )
    async def resolve(
        reply_id: UUID, given: ResolveIn, principal: Annotated[Principal, Depends(signed_in)]
    ) -> ReplyOut:
        async with database.transaction() as tx:
            seen, moved = await resolving.resolve_as(tx, principal, reply_id, given.said)
            tx.after_commit(partial(figures.tell, moved))
            by = str(principal.account_id)
            tx.after_commit(partial(log.info, "reply.resolved", reply_id=str(reply_id), said=given.said, officer=by))
        return _out(seen)

    return router


def _canonical(ticket: str) -> str:
    try:
        return parse_ticket(ticket)
    except InvalidTicketError:
        raise NotFoundError("ticket_unknown", "Periksa nomor tiketnya; nomor itu tidak ada") from None


def _out(seen: Seen) -> ReplyOut:
    return ReplyOut.model_validate(seen.row).model_copy(
        update={"text": seen.text, "reason_words": words_of(seen.row.reason)}
    )
