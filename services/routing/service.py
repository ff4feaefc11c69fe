"""Routing's use cases: say which agency a complaint is for, and why; and again when its citizen has said more."""

from datetime import datetime

from services.routing import repository
from services.routing.repository import Known
from services.routing.rules.decide import Decision, decide
from shared.db import UnitOfWork
from shared.directory import Directory
from shared.events import (
    AgencyRef,
    CandidateAgency,
    ComplaintAmended,
    ComplaintAppended,
    ComplaintEvent,
    ComplaintReceived,
    ComplaintResumed,
    ComplaintRouted,
    DetectedPlace,
    GivenPlace,
    Place,
)

_AGAIN = "Diputuskan ulang: pelapor menambah atau mengubah keterangan."


class RoutingService:
    """Decides with pure rules and a dated directory; the decision is kept as it was made."""

    def __init__(self, directory: Directory) -> None:
        """Take the directory to decide by."""
        self._directory = directory

    async def route(self, tx: UnitOfWork, event: ComplaintReceived, *, now: datetime) -> None:
        """Decide, record the decision, and announce it with its reasons."""
        row = await self._open(tx, event, event.place, event.received_at, sealed=event.sealed)
        if row.decided is None:
            await repository.keep_words(tx, row.complaint_id, event.message_id, event.text, event.received_at)
            await self._decide(tx, row, event.place, sealed=event.sealed, now=now)

    async def hear_more(self, tx: UnitOfWork, event: ComplaintAppended, *, now: datetime) -> None:
        """Keep a citizen's further words; decide anew where they bring a place, answer a question or seal it."""
        if event.author != "citizen":
            return
        row = await self._known(tx, event, event.received_at)
        if row is None:
            return
        await repository.keep_words(tx, row.complaint_id, event.message_id, event.text, event.received_at)
        place = _newest(Place.model_validate(row.place), event.place)
        if event.sealed or event.answers or event.place != Place():
            await self._decide(tx, row, place, sealed=event.sealed, now=now)

    async def hear_change(self, tx: UnitOfWork, event: ComplaintAmended, *, now: datetime) -> None:
        """Decide anew by a citizen's changed words; those that were taken back no longer count."""
        if event.author != "citizen":
            return
        row = await self._known(tx, event, event.amended_at)
        if row is None:
            return
        await repository.keep_words(tx, row.complaint_id, event.message_id, event.text or "", event.amended_at)
        await self._decide(tx, row, Place.model_validate(row.place), sealed=event.sealed, now=now)

    async def hear_resumption(self, tx: UnitOfWork, event: ComplaintResumed, *, now: datetime) -> None:
        """Say once more whose it is: nobody follows a decision about what is withdrawn."""
        row = await repository.lock(tx, event.complaint_id)
        if row is not None:
            place = Place.model_validate(row.place)
            await self._decide(tx, row, place, sealed=row.sealed, now=now, once_more=True)

    async def _open(self, tx: UnitOfWork, event: ComplaintEvent, place: Place, at: datetime, *, sealed: bool) -> Known:
        await repository.open_complaint(
            tx,
            complaint_id=event.complaint_id,
            ticket=event.ticket,
            place=place.model_dump(mode="json"),
            sealed=sealed,
            received_at=at,
        )
        row = await repository.lock(tx, event.complaint_id)
        assert row is not None, "it was inserted in this transaction, or before"  # noqa: S101 - for the type
        return row

    async def _known(self, tx: UnitOfWork, event: ComplaintAppended | ComplaintAmended, at: datetime) -> Known | None:
        """Return a complaint that may be decided anew; one from before words were kept only where it must be sealed."""
        row = await repository.lock(tx, event.complaint_id)
        if row is None and event.sealed:
            return await self._open(tx, event, Place(), at, sealed=False)
        return None if row is None or row.sealed else row

    async def _decide(
        self, tx: UnitOfWork, row: Known, place: Place, *, sealed: bool, now: datetime, once_more: bool = False
    ) -> None:
        """Decide by everything that was said; announce it where it is another decision than before, or `once_more`."""
        point = place.coordinates
        decision = decide(
            await repository.words_of(tx, row.complaint_id),
            given_region=place.given.region_code,
            coordinates=None if point is None else (point.latitude, point.longitude),
            account_region=None,
            sealed=sealed,
            on=row.received_at.date(),
            directory=self._directory,
        )
        if sealed:
            await repository.forget_words(tx, row.complaint_id)
        decided = _essence(decision)
        kept = Place() if sealed else place
        await repository.change(
            tx, row.complaint_id, place=kept.model_dump(mode="json"), sealed=sealed, decided=decided
        )
        if decided == row.decided and not once_more:
            return
        again = row.decided is not None and decided != row.decided and not sealed
        event = _event(row, kept, decision, now, also=(_AGAIN,) if again else ())
        await repository.record(tx, event, sealed=sealed)
        tx.publish(event, time=now)


def _newest(before: Place, given: Place) -> Place:
    """Return what is known of the place after a further message: what it does not say stays."""
    return Place(
        given=GivenPlace(
            region_code=given.given.region_code or before.given.region_code,
            description=given.given.description or before.given.description,
        ),
        coordinates=given.coordinates or before.coordinates,
    )


def _essence(decision: Decision) -> dict[str, str | None]:
    """Return what makes it another decision, as its row holds it."""
    return {
        "agency": decision.agency_key,
        "affair": decision.affair,
        "level": decision.level.value,
        "region": decision.place.code,
    }


def _event(row: Known, known: Place, decision: Decision, now: datetime, *, also: tuple[str, ...]) -> ComplaintRouted:
    place = decision.place
    detected = None
    if place.code is not None:
        detected = DetectedPlace(
            region_code=place.code, name=place.name, confidence=place.confidence, evidence=place.evidence
        )
    return ComplaintRouted(
        complaint_id=row.complaint_id,
        ticket=row.ticket,
        agency=AgencyRef(key=decision.agency_key, name=decision.agency_name),
        affair=decision.affair,
        level=decision.level.value,
        place=known.model_copy(update={"detected": detected}),
        confidence=decision.confidence,
        candidates=tuple(
            CandidateAgency(key=one.agency_key, name=one.agency_name, score=one.score) for one in decision.candidates
        ),
        reasons=(*decision.reasons, *also),
        rules_version=decision.rules_version,
        directory_version=decision.directory_version,
        decided_at=now,
    )
