"""A complaint that somebody brought, wrote by hand or told on the telephone: an officer writes it down, once."""

import hashlib

from services.intake.desk import repository
from services.intake.desk.schemas import DeskCitizen, DeskComplaintIn
from services.intake.drafts import Delivery
from services.intake.service import IntakeService
from shared.channels import GivenPlace, InboundMessage, InboundRequest, Receipt, RefusedError, Sender, Translation
from shared.core.errors import ConflictError, ForbiddenError, ProblemError
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.security import Principal, Role

DOOR = "/v1/desk/complaints"
ACCOUNT = "desk"
_ENTERING = frozenset({Role.COORDINATOR, Role.LIAISON, Role.INSPECTORATE})


class DateError(ProblemError):
    """A date that cannot be."""

    status = 422


class Desk:
    """Enters complaints. `enter` runs inside one transaction of the edge."""

    def __init__(self, service: IntakeService, *, clock: Clock = utc_now) -> None:
        """Take what accepts."""
        self._service = service
        self._clock = clock

    async def enter(
        self, tx: UnitOfWork, principal: Principal, key: str, form: DeskComplaintIn, *, traceparent: str | None = None
    ) -> Receipt:
        """Accept a complaint; the same key of the same officer makes no second one.

        Raises 403, 409 (the key was used for another complaint), 422, and `OvertakenError`.
        """
        if principal.role not in _ENTERING:
            raise ForbiddenError("role_enters_no_complaints", "Pengaduan dicatat oleh petugas atau koordinator")
        now = self._clock()
        if not form.is_believable(now):
            raise DateError("date_out_of_range", "Tanggal tidak boleh di masa depan, atau lebih dari setahun yang lalu")
        message = _message(principal, key, form)
        request = InboundRequest(
            method="POST",
            door=DOOR,
            path_values={},
            query=b"",
            headers={},
            body=form.model_dump_json().encode(),
            received_at=now,
        )
        delivery = Delivery(
            door=DOOR, request=request, translation=Translation(messages=(message,)), traceparent=traceparent
        )
        try:
            ((receipt,),) = await self._service.accept(tx, form.channel, [delivery])
        except RefusedError as error:
            raise ConflictError(error.reason, error.detail) from None
        if not receipt.duplicate and receipt.complaint_id is not None:
            await tx.flush()
            message_id = await repository.message_id_of(tx, form.channel, ACCOUNT, message.provider_message_id)
            await repository.record_act(
                tx, principal, "entered", now, complaint_id=receipt.complaint_id, message_id=message_id
            )
        return receipt


def _message(principal: Principal, key: str, form: DeskComplaintIn) -> InboundMessage:
    message_id = f"{principal.account_id}/{key}"
    return InboundMessage(
        provider_message_id=message_id,
        account=ACCOUNT,
        surface="desk",
        sender=_sender(message_id, form.citizen or DeskCitizen()),
        text=form.text,
        place=GivenPlace() if form.place is None else form.place.given,
        event_time=form.came_at(),
        incident_time=form.incident_time,
        anonymous=form.anonymous,
        secret=form.secret,
        fingerprint=hashlib.sha256(form.model_dump_json().encode()).hexdigest(),
    )


def _sender(message_id: str, citizen: DeskCitizen) -> Sender:
    """Know a citizen again by the telephone number; without one nobody says who it was."""
    known = {} if citizen.phone is None else {"id": citizen.phone, "kind": "msisdn"}
    return Sender(
        **{"id": message_id, "kind": "unknown", **known},
        name=citizen.name,
        phone=citizen.phone,
        email=citizen.email,
        postal_address=citizen.address,
    )
