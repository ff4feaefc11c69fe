"""Routing's use cases: say which agency a complaint is for, and why; and again when its citizen has said more."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from services.routing import repository
from services.routing.announcing import SURE, essence, routed
from services.routing.repository import Known
from services.routing.rules.decide import Clues, Decision, Knowledge, decide
from shared.core.errors import RejectError
from shared.core.times import WITA
from shared.db import UnitOfWork
from shared.events import (
    AttachmentSettled,
    ComplaintAmended,
    ComplaintAppended,
    ComplaintReceived,
    ComplaintResumed,
    ComplaintUnsealed,
    GivenPlace,
    Place,
)

_SMS = "sms"
#: So much surer, the same decision is said again: what waits for an officer may go on by it.
_SURER = 0.05
_AGAIN = "Diputuskan ulang: pelapor menambah atau mengubah keterangan."


class RoutingService:
    """Decides with pure rules, a dated directory, and what an operator added; each decision is kept as it was made."""

    def __init__(self, knowledge: Knowledge, *, account_regions: Mapping[str, str] | None = None) -> None:
        """Take what to decide by. `account_regions`: whose account it is, as `facebook/1234`: `52.03`."""
        self._knowledge = knowledge
        self._account_regions = account_regions or {}

    async def route(self, tx: UnitOfWork, events: Sequence[ComplaintReceived], *, now: datetime) -> None:
        """Decide about complaints, record the decisions, and announce them with their reasons."""
        judged = [self._judge(self._received(event), event.text) for event in events]
        opened = await repository.open_complaints(tx, [known for _, known in judged], compare_at=now)
        for event, (decision, known) in zip(events, judged, strict=True):
            if known.complaint_id not in opened:
                continue
            if not known.sealed:
                repository.keep_first_words(tx, known.complaint_id, event.message_id, event.text, event.received_at)
            _announce(tx, known, decision, now)

    def _received(self, event: ComplaintReceived) -> Known:
        return Known(
            complaint_id=event.complaint_id,
            ticket=event.ticket,
            place=event.place,
            account_region=self._account_regions.get(f"{event.channel}/{event.account}"),
            sms=event.surface == _SMS,
            emergency=event.emergency,
            sealed=event.sealed,
            received_at=event.received_at,
            decided=None,
        )

    async def hear_more(self, tx: UnitOfWork, event: ComplaintAppended, *, now: datetime) -> None:
        """Keep a citizen's further words; decide anew where they bring a place, answer a question or seal it."""
        if event.author != "citizen":
            return
        known = await self._known(tx, event, event.received_at)
        if known is None:
            return
        await repository.keep_words(tx, known.complaint_id, event.message_id, event.text, event.received_at)
        place = _newest(known.place, event.place)
        more = replace(known, place=place, sealed=event.sealed, emergency=known.emergency or event.emergency)
        if event.sealed or event.answers or event.place != Place() or more.emergency != known.emergency:
            await self._decide_again(tx, more, now)

    async def hear_change(self, tx: UnitOfWork, event: ComplaintAmended, *, now: datetime) -> None:
        """Decide anew by a citizen's changed words; those that were taken back no longer count."""
        if event.author != "citizen":
            return
        known = await self._known(tx, event, event.amended_at)
        if known is None:
            return
        await repository.keep_words(tx, known.complaint_id, event.message_id, event.text or "", event.amended_at)
        await self._decide_again(tx, replace(known, sealed=event.sealed), now)

    async def hear_attachment(self, tx: UnitOfWork, event: AttachmentSettled, *, now: datetime) -> None:
        """Decide anew where a photo says where it was taken; the first that says so counts."""
        if event.taken_at is None:
            return
        known = await repository.lock(tx, event.complaint_id)
        if known is None or known.sealed:
            return
        if known.place.photo is None:
            more = known.place.model_copy(update={"photo": event.taken_at})
            await self._decide_again(tx, replace(known, place=more), now)

    async def hear_resumption(self, tx: UnitOfWork, event: ComplaintResumed, *, now: datetime) -> None:
        """Say once more whose it is: nobody follows a decision about what is withdrawn."""
        known = await repository.lock(tx, event.complaint_id)
        if known is not None and known.sealed:
            self._repeat(tx, known, now)
        elif known is not None:
            await self._decide_again(tx, known, now, once_more=True)

    async def hear_unsealing(self, tx: UnitOfWork, event: ComplaintUnsealed, *, now: datetime) -> None:  # noqa: ARG002
        """Keep what its citizen says from now on; the words before are gone, and an officer has said whose it is.

        The decision that sealed it counts no more: words that seal it again are a decision of their own.
        """
        if await repository.lock(tx, event.complaint_id) is not None:
            await repository.unseal(tx, event.complaint_id)

    async def _known(self, tx: UnitOfWork, event: ComplaintAppended | ComplaintAmended, at: datetime) -> Known | None:
        """Return a complaint that may be decided anew; one from before words were kept only where it must be sealed."""
        known = await repository.lock(tx, event.complaint_id)
        if known is None and event.sealed:
            return await _remembered(tx, event, at)
        return None if known is None or known.sealed else known

    def _judge(self, known: Known, words: str) -> tuple[Decision, Known]:
        """Decide; return what is known afterwards, of a sealed complaint without its place."""
        place = known.place
        decision = decide(
            Clues(
                text=words,
                given_region=place.given.region_code,
                coordinates=place.coordinates.point if place.coordinates else None,
                photo=place.photo.point if place.photo else None,
                account_region=known.account_region,
                sms=known.sms,
                emergency=known.emergency,
                sealed=known.sealed,
                on=known.received_at.astimezone(WITA).date(),
            ),
            self._knowledge,
        )
        return decision, replace(known, place=Place() if known.sealed else place, decided=essence(decision))

    def _repeat(self, tx: UnitOfWork, known: Known, now: datetime) -> None:
        """Announce a sealed decision once more: its words are gone, so what they led to stays as it was."""
        before = known.decided or {}
        regency = Place(given=GivenPlace(region_code=before.get("region")))
        decision, _ = self._judge(replace(known, place=regency), "")
        urgency = before.get("urgency") or decision.urgency
        _announce(tx, known, replace(decision, urgency=urgency), now)

    async def _decide_again(self, tx: UnitOfWork, known: Known, now: datetime, *, once_more: bool = False) -> None:
        """Decide by everything that was said; announce it where it is another decision than before, or `once_more`."""
        decision, decided = self._judge(known, await repository.words_of(tx, known.complaint_id))
        if known.sealed:
            await repository.forget_words(tx, known.complaint_id)
        changed = _tells_more(known.decided, decided.decided)
        if changed or once_more:
            again = changed and known.decided is not None and not known.sealed
            _announce(tx, decided, decision, now, also=(_AGAIN,) if again else ())
        else:
            decided = replace(decided, decided=known.decided)
        await repository.change(tx, decided, compare_at=now, resumed=once_more)


async def _remembered(tx: UnitOfWork, event: ComplaintAppended | ComplaintAmended, at: datetime) -> Known:
    known = Known(
        complaint_id=event.complaint_id,
        ticket=event.ticket,
        place=Place(),
        account_region=None,
        sms=False,
        emergency=False,
        sealed=False,
        received_at=at,
        decided=None,
    )
    if not await repository.open_complaints(tx, [known], compare_at=None):
        raise RejectError("two transactions opened the same complaint, whose line is locked")
    return known


def _announce(tx: UnitOfWork, known: Known, decision: Decision, now: datetime, *, also: tuple[str, ...] = ()) -> None:
    event = routed(known.complaint_id, known.ticket, known.place, decision, now, also=also)
    repository.record(tx, event, sealed=known.sealed, rule=decision.rule, affair_by=decision.affair_by)
    tx.publish(event, time=now)


def _tells_more(before: Mapping[str, str | None] | None, now: Mapping[str, str | None] | None) -> bool:
    """Tell whether it is another decision than the one that was announced, or the same one much surer."""
    if before is None or now is None:
        return True
    was, is_ = before.get(SURE), now.get(SURE)
    surer = was is not None and is_ is not None and float(is_) - float(was) >= _SURER
    return surer or {**before, SURE: None} != {**now, SURE: None}


def _newest(before: Place, given: Place) -> Place:
    """Return what is known of the place after a further message: what it does not say stays."""
    return Place(
        given=GivenPlace(
            region_code=given.given.region_code or before.given.region_code,
            description=given.given.description or before.given.description,
        ),
        coordinates=given.coordinates or before.coordinates,
        photo=before.photo or given.photo,
    )
