"""Stop 3: a complaint at LAPOR! → our words. Pure. It comes from a program of ours: bad input is refused."""

from datetime import UTC, date, datetime, time

from channel_adapters._form.payloads import e164_of
from channel_adapters._form.reading import media_type_of, read_document
from channel_adapters.lapor.payloads import LaporComplaint, Reporter
from channel_adapters.lapor.wording import one_text
from shared.channels.protocol import GivenPlace, InboundMessage, InboundRequest, RefusedError, Sender, Translation
from shared.channels.times import read_time
from shared.core.times import WITA

ACCOUNT = "sp4n"
"""The one account: LAPOR!'s numbers are unique in the whole country."""
_EARLIEST = date(1945, 8, 17)
"""Complaints about land reach back decades; nothing is older than the republic."""


def normalize(request: InboundRequest) -> Translation:
    """Translate one complaint; raises `RefusedError` 400, 413, 415 or 422 in Indonesian.

    LAPOR!'s number is the identity, and its words are LAPOR!'s: there is no fingerprint, so that the same number with
    other words is the same complaint.
    """
    media_type, _ = media_type_of(request)
    if media_type != b"application/json":
        raise RefusedError("unsupported_media_type", status=415, detail="Kirim application/json.")
    told = read_document(request, request.body, LaporComplaint)
    filed_at = None if told.filed_at is None else read_time(told.filed_at.isoformat(), request.received_at)
    message = InboundMessage(
        provider_message_id=told.number,
        account=ACCOUNT,
        surface="form",
        sender=_sender(told.number, told.reporter or Reporter()),
        text=one_text(told.title, told.content),
        place=GivenPlace(region_code=told.region_code, description=told.place),
        event_time=filed_at,
        incident_time=_incident_time(told.incident_on, request.received_at),
        anonymous=told.anonymous,
        secret=told.secret,
        registered=True,
    )
    return Translation(messages=(message,))


def _sender(number: str, reporter: Reporter) -> Sender:
    """Know a citizen again by the telephone number, as the desk does; without one nobody says who it was."""
    phone = None if reporter.phone is None else e164_of(reporter.phone)
    known = (number, "unknown") if phone is None else (phone, "msisdn")
    return Sender(id=known[0], kind=known[1], name=reporter.name, phone=phone or reporter.phone, email=reporter.email)


def _incident_time(day: date | None, received_at: datetime) -> datetime | None:
    """Return the beginning of a day here; None for one that cannot be believed, and that no citizen can mend."""
    if day is None or not _EARLIEST <= day <= received_at.astimezone(WITA).date():
        return None
    return datetime.combine(day, time(), WITA).astimezone(UTC)
