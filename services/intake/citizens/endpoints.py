"""Citizens' own complaints over HTTP."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from sqlalchemy import Row

from services.intake.citizens.credentials import device_of, needed_credentials
from services.intake.citizens.schemas import (
    OwnAnswer,
    OwnAttachment,
    OwnComplaint,
    OwnComplaints,
    OwnComplaintWhole,
    OwnMessage,
    PushTokenIn,
    RatingIn,
    RatingOut,
)
from services.intake.citizens.service import CitizenService, Story
from services.intake.media.links import Links
from services.intake.schemas import CitizenFollowUp, CitizenQuestion
from shared.core.times import Clock, utc_now
from shared.db import Database
from shared.http.limits import RateLimit, address_of

_DeviceHeader = Annotated[str | None, Header(alias="X-Device-Id", description="The device's secret name.")]
_CodeHeader = Annotated[str | None, Header(alias="X-Access-Code", description="What came with the ticket.")]
_MISSING = {"description": "No usable X-Device-Id (or X-Access-Code, where it opens this)"}
_OF_ONE: dict[int | str, dict[str, Any]] = {
    401: _MISSING,
    403: {"description": "The access code does not belong to the ticket"},
    404: {"description": "No such ticket, or another device's"},
    429: {"description": "Too many requests from this address"},
}


def own_complaints(
    service: CitizenService, database: Database, limit: RateLimit, links: Links, clock: Clock = utc_now
) -> APIRouter:
    """Let citizens see, rate and hear of their own complaints."""
    router = APIRouter(prefix="/v1/me", tags=["own complaints"])

    @router.get(
        "/complaints",
        summary="The complaints of this device, the newest first",
        responses={400: {"description": "The cursor is none of ours"}, 401: _MISSING, 429: _OF_ONE[429]},
    )
    async def show_all(
        request: Request,
        device: _DeviceHeader = None,  # noqa: ARG001 - read from the request; here for the OpenAPI document
        cursor: Annotated[str | None, Query(max_length=20)] = None,
    ) -> OwnComplaints:
        limit.require("tickets", address_of(request))
        name = device_of(request.headers)
        async with database.transaction() as tx:
            rows, following = await service.list_own(tx, name, cursor)
        return OwnComplaints(complaints=[OwnComplaint.of(**_complaint(row)) for row in rows], next=following)

    @router.get("/complaints/{ticket}", summary="One's own complaint and all that was said", responses=_OF_ONE)
    async def show(
        ticket: str,
        request: Request,
        device: _DeviceHeader = None,  # noqa: ARG001 - as above
        access_code: _CodeHeader = None,  # noqa: ARG001 - as above
    ) -> OwnComplaintWhole:
        limit.require("tickets", address_of(request))
        credentials = needed_credentials(request.headers)
        async with database.transaction() as tx:
            story = await service.tell(tx, ticket, credentials)
        return _whole(story, links, clock())

    @router.post(
        "/complaints/{ticket}/rating",
        summary="Say how the newest answer was; once per answer",
        status_code=201,
        responses={**_OF_ONE, 409: {"description": "Not answered yet, or this answer has another rating"}},
    )
    async def rate(
        ticket: str,
        given: RatingIn,
        request: Request,
        device: _DeviceHeader = None,  # noqa: ARG001 - as above
        access_code: _CodeHeader = None,  # noqa: ARG001 - as above
    ) -> RatingOut:
        limit.require("tickets", address_of(request))
        credentials = needed_credentials(request.headers)
        async with database.transaction() as tx:
            kept = await service.rate(tx, ticket, credentials, given.rating, given.text)
        return RatingOut(rating=kept.rating, text=kept.text, rated_at=kept.rated_at)

    @router.put(
        "/push-token",
        summary="Have this device woken when there is news; the push holds a ticket and no words",
        status_code=204,
        responses={401: _MISSING, 429: _OF_ONE[429]},
    )
    async def keep_push_token(
        given: PushTokenIn,
        request: Request,
        device: _DeviceHeader = None,  # noqa: ARG001 - as above
    ) -> None:
        limit.require("tickets", address_of(request))
        name = device_of(request.headers)
        async with database.transaction() as tx:
            await service.keep_push_token(tx, name, given.token)

    @router.delete(
        "/push-token",
        summary="Let this device sleep",
        status_code=204,
        responses={401: _MISSING, 429: _OF_ONE[429]},
    )
    async def drop_push_token(
        request: Request,
        device: _DeviceHeader = None,  # noqa: ARG001 - as above
    ) -> None:
        limit.require("tickets", address_of(request))
        name = device_of(request.headers)
        async with database.transaction() as tx:
            await service.drop_push_token(tx, name)

    return router


def _complaint(row: Row[Any]) -> dict[str, Any]:
    return {
        "ticket": row.ticket,
        "state": row.state,
        "agency": None if row.sealed else row.agency,
        "text": row.text,
        "received_at": row.received_at,
        "changed_at": row.state_changed_at,
    }


def _whole(story: Story, links: Links, now: datetime) -> OwnComplaintWhole:
    along: dict[object, list[OwnAttachment]] = {}
    for row in story.attachments:
        along.setdefault(row.message_id, []).append(_attachment(row, links, now))
    return OwnComplaintWhole.of(
        **_complaint(story.complaint),
        messages=[_message(row, along.get(row.id, [])) for row in story.messages],
        question=CitizenQuestion.of(story.question, sealed=story.complaint.sealed),
        follow_ups=[CitizenFollowUp.of(row, sealed=story.complaint.sealed) for row in story.follow_ups],
        answers=[_answer(row, sealed=story.complaint.sealed) for row in story.answers],
        may_rate=story.may_rate,
    )


def _message(row: Row[Any], along: list[OwnAttachment]) -> OwnMessage:
    taken_back = row.withdrawn_at is not None
    return OwnMessage(
        id=row.id,
        author=row.author,
        text=None if taken_back else row.text,
        edited=row.edited_at is not None,
        sent_at=row.event_time or row.received_at,
        attachments=[] if taken_back else along,
    )


def _attachment(row: Row[Any], links: Links, now: datetime) -> OwnAttachment:
    link = links.make(row.id, now) if row.state == "stored" else None
    return OwnAttachment(
        id=row.id,
        kind=row.kind,
        media_type=row.media_type,
        size=row.size,
        state=row.state,
        url=None if link is None else link.url,
        expires_at=None if link is None else link.expires_at,
    )


def _answer(row: Row[Any], *, sealed: bool) -> OwnAnswer:
    rating = None
    if row.rating is not None:
        rating = RatingOut(rating=row.rating, text=row.rating_text, rated_at=row.rated_at)
    agency = None if sealed else row.agency
    return OwnAnswer(agency=agency, text=row.text, answered_at=row.answered_at, rating=rating)
