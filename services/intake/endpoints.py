"""Intake over HTTP: the channels' doors, and the status of a ticket."""

import re
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated, TypeVar

import structlog
from fastapi import APIRouter, Header, Request, Response
from structlog.contextvars import bind_contextvars

from services.intake.accepting import accept_surely, try_out
from services.intake.drafts import Delivery
from services.intake.grouping import Grouping
from services.intake.inbound import read_inbound
from services.intake.ledger.sifting import sift
from services.intake.passing import will_pass
from services.intake.references import References
from services.intake.schemas import AnswerOut, CitizenFollowUp, CitizenQuestion, ComplaintStatus
from services.intake.service import ComplaintView, IntakeService
from shared.channels import Answer as ChannelAnswer
from shared.channels import Channel, Door, InboundRequest, Receipt, RefusedError, Translation, Unreadable
from shared.core.errors import whereabouts
from shared.db import Database
from shared.http.bare import BareRoute
from shared.http.body import Memory, Share
from shared.http.limits import RateLimit, address_of
from shared.telemetry import metrics
from shared.telemetry.tracing import traceparent_of

log = structlog.get_logger()
T = TypeVar("T")

_RETRY_AFTER_S = "5"
_WORDS = re.compile(r"\w+")
_SETTLED = frozenset({"stored", "refused", "failed"})
"""Attachments that no worker goes on with."""
_MOST_IN_MEMORY = 200 * 1024 * 1024
"""Bytes of large bodies in one process: photos are looked at one after the other, and wait for it in memory."""
_LOGGED_TICKETS = 20
"""Of one request: Meta may send a thousand messages at once."""


def doors(
    service: IntakeService, database: Database, channels: Sequence[Channel], references: References, limit: RateLimit
) -> APIRouter:
    """Open every door of the given channels."""
    router, memory = APIRouter(tags=["doors"], route_class=BareRoute), Memory(_MOST_IN_MEMORY)
    for channel in channels:
        grouping, probe = _grouping(service, database, channel), partial(try_out, service, database, channel.name)
        ready = partial(service.make_ready, channel.name)
        for door in channel.doors:
            handler = _DoorHandler(ready, grouping, probe, references, channel, door, limit, memory)
            router.add_api_route(
                door.path,
                handler.handle,
                methods=[door.method],
                summary=door.summary,
                operation_id="_".join((door.method.lower(), *_WORDS.findall(door.path))),
                openapi_extra=dict(door.operation),
                response_class=Response,
            )
    return router


def _grouping(service: IntakeService, database: Database, channel: Channel) -> Grouping:
    async def accept(deliveries: Sequence[Delivery]) -> list[list[Receipt]]:
        return await accept_surely(service, database, channel.name, deliveries)

    return Grouping(accept)


class _DoorHandler:
    """One door: read, authenticate, translate, commit, answer. It does nothing else before the 2xx."""

    def __init__(
        self,
        ready: Callable[[Delivery], Awaitable[Delivery]],
        grouping: Grouping,
        probe: Callable[[Delivery], Awaitable[object]],
        references: References,
        channel: Channel,
        door: Door,
        limit: RateLimit,
        memory: Memory,
    ) -> None:
        self._ready = ready
        self._grouping = grouping
        self._probe = probe
        self._references = references
        self._channel = channel
        self._door = door
        self._limit = limit
        self._memory = memory
        self._seconds = metrics.DOOR_SECONDS.labels(channel=channel.name)

    async def handle(self, request: Request) -> Response:
        with self._seconds.time(), self._memory.share() as share:
            answer = await self._answer_or_refuse(request, share)
        response = Response(answer.body, answer.status, dict(answer.headers), answer.content_type)
        if answer.status in {429, 503}:
            response.headers["retry-after"] = _RETRY_AFTER_S
        return response

    async def _answer_or_refuse(self, request: Request, share: Share) -> ChannelAnswer:
        try:
            return await self._answer(request, share)
        except RefusedError as error:
            refused = error
        except Exception as error:  # noqa: BLE001 - the sender hears it in its own dialect
            self._log_fault(error)
            refused = RefusedError(
                "internal_error", status=500, detail="Ada kesalahan di pihak kami; kirim lagi nanti."
            )
        self._count("refused", refused.reason)
        return self._channel.refuse(self._door.path, refused)

    async def _answer(self, request: Request, share: Share) -> ChannelAnswer:
        if self._door.public and not self._limit.allows(self._channel.name, address_of(request)):
            raise RefusedError("rate_limited", status=429, detail="Terlalu banyak kiriman; coba lagi sebentar lagi.")
        inbound = await read_inbound(request, self._door, share)
        if self._door.purpose == "handshake":
            answer = self._channel.handshake(inbound)
            self._count("handshake")
            return answer
        self._channel.authenticate(inbound)
        translation, receipts = await self._take(inbound)
        self._report(translation, receipts)
        return self._channel.answer(self._door.path, receipts)

    async def _take(self, inbound: InboundRequest) -> tuple[Translation, list[Receipt]]:
        """Translate and accept; keep what one of our own mistakes makes us fail on, lest its provider give it up."""
        translation = Translation(unreadable=(Unreadable(reason="internal_error"),))
        try:
            translation = self._channel.normalize(inbound)
            return translation, await _or_refuse(self._look_up_and_accept(inbound, translation))
        except RefusedError:
            raise
        except Exception as error:
            if self._door.public:
                raise
            self._log_fault(error)
        return await self._take_what_can_be(inbound, translation)

    async def _look_up_and_accept(self, inbound: InboundRequest, translation: Translation) -> list[Receipt]:
        if not self._references.named(inbound, translation):
            return await self._accept(inbound, translation)
        async with self._references.resolved(self._channel.name, inbound, translation) as whole:
            return await self._accept(inbound, whole)

    async def _take_what_can_be(
        self, inbound: InboundRequest, translation: Translation
    ) -> tuple[Translation, list[Receipt]]:
        """Accept a request that broke our code without the part that breaks it; that is parked."""

        async def probe(part: Translation) -> None:
            await _or_refuse(self._probe(self._delivery(inbound, part)))

        good = await sift(translation, probe)
        try:
            return good, await self._accept(inbound, good)
        except RefusedError:
            raise
        except Exception as error:  # noqa: BLE001 - its parts are harmless one by one, and not together
            self._log_fault(error)
            nothing = Translation(unreadable=(Unreadable(reason="internal_error"),))
            return nothing, await self._accept(inbound, nothing)

    async def _accept(self, inbound: InboundRequest, translation: Translation) -> list[Receipt]:
        delivery = await self._ready(self._delivery(inbound, translation))
        receipts = await _or_refuse(self._grouping.accept(delivery))
        self._report_attachments(delivery, receipts)
        return receipts

    def _delivery(self, inbound: InboundRequest, translation: Translation) -> Delivery:
        return Delivery(
            door=self._door.path,
            request=inbound,
            translation=translation,
            traceparent=traceparent_of(inbound.headers),
        )

    def _report(self, translation: Translation, receipts: Sequence[Receipt]) -> None:
        for receipt in receipts:
            self._count("duplicate" if receipt.duplicate else "accepted", receipt.disposition)
        bind_contextvars(  # for the one log line of this request
            channel=self._channel.name,
            tickets=[one.ticket for one in receipts if one.ticket is not None][:_LOGGED_TICKETS],
        )
        for report in translation.reports:
            self._count("delivery_report", report.outcome)
        for ignored in translation.ignored:
            self._count("ignored", ignored.reason)
        for unreadable in translation.unreadable:
            self._count("parked", unreadable.reason)
            log.error("intake.request_parked", reason=unreadable.reason, where=unreadable.where)

    def _report_attachments(self, delivery: Delivery, receipts: Sequence[Receipt]) -> None:
        for message, receipt in zip(delivery.translation.messages, receipts, strict=True):
            if message.attachments and not receipt.duplicate:
                for one in delivery.ready[message.attachments]:
                    if one.plan.state in _SETTLED:
                        metrics.ATTACHMENTS.labels(
                            channel=self._channel.name, outcome=one.plan.state, reason=one.plan.problem or ""
                        ).inc()

    def _log_fault(self, error: Exception) -> None:
        log.error("intake.door_failed", channel=self._channel.name, **whereabouts(error))

    def _count(self, outcome: str, reason: str = "") -> None:
        metrics.DOOR_OUTCOMES.labels(channel=self._channel.name, outcome=outcome, reason=reason).inc()


async def _or_refuse(accepting: Awaitable[T]) -> T:
    """Wait for an acceptance; what can succeed later although nothing is repaired is refused for now."""
    try:
        return await accepting
    except Exception as error:
        if not will_pass(error):
            raise
        log.warning("intake.unavailable", error=type(error).__name__)
        raise RefusedError("unavailable", status=503, detail="Belum tersimpan; kirim sekali lagi.") from None


def tickets(service: IntakeService, database: Database, limit: RateLimit) -> APIRouter:
    """Let a citizen see where a complaint stands."""
    router = APIRouter(tags=["tickets"])

    @router.get(
        "/v1/complaints/{ticket}",
        summary="Where a complaint stands; with the access code also its text and what was said to it",
        responses={403: {"description": "Wrong access code"}, 404: {"description": "Unknown ticket"}},
    )
    async def show(
        ticket: str, request: Request, x_access_code: Annotated[str | None, Header()] = None
    ) -> ComplaintStatus:
        limit.require("tickets", address_of(request))
        async with database.transaction() as tx:
            return _status(await service.show(tx, ticket, x_access_code))

    return router


def _status(view: ComplaintView) -> ComplaintStatus:
    """Show the state to everybody, all else to whoever holds the code; of a sealed one no agency but on its answers."""
    row = view.row
    shown = view.answers is not None and not row.sealed
    return ComplaintStatus.of(
        ticket=row.ticket,
        state=row.state,
        agency=row.agency if shown else None,
        received_at=row.received_at,
        changed_at=row.state_changed_at,
        text=None if view.answers is None else row.text,
        question=CitizenQuestion.of(view.question, sealed=row.sealed),
        follow_ups=None
        if view.follow_ups is None
        else [CitizenFollowUp.of(one, sealed=row.sealed) for one in view.follow_ups],
        answers=None
        if view.answers is None
        else [AnswerOut(agency=one.agency, text=one.text, answered_at=one.answered_at) for one in view.answers],
    )
