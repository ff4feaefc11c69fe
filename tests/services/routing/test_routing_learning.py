"""What officers choose is remembered beside what was decided, once, and without saying who they were."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from services.routing.learning import repository
from shared.core.ids import new_id
from shared.events import (
    Actor,
    AgencyRef,
    ComplaintAssigned,
    ComplaintReceived,
    ComplaintStatusChanged,
    Place,
)
from tests.services.routing.test_routing_conversation import appended, received

OFFICER = Actor(kind="officer", id=str(new_id()))
HOUSE = Actor(kind="machine", id="casework.follow_routing")
LAMP = "Lampu jalan padam di Jalan Pejanggik Mataram."


def assigned(about: ComplaintReceived, **changes: Any) -> ComplaintAssigned:
    values: dict[str, Any] = {
        "complaint_id": about.complaint_id,
        "ticket": about.ticket,
        "agency": AgencyRef(key="PLN", name="PLN"),
        "affair": "listrik",
        "level": "national",
        "place": Place(),
        "confidence": None,
        "reasons": ("Dipilih petugas",),
        "actor": OFFICER,
        "sealed": False,
        "assigned_at": datetime.now(UTC),
    }
    return ComplaintAssigned(**values | changes)


def taken(about: ComplaintReceived, actor: Actor = OFFICER) -> ComplaintStatusChanged:
    return ComplaintStatusChanged(
        complaint_id=about.complaint_id,
        ticket=about.ticket,
        previous="assigned",
        state="in_progress",
        actor=actor,
        version=3,
        changed_at=datetime.now(UTC),
    )


async def choices(sql: asyncpg.Connection, about: ComplaintReceived) -> list[tuple[str, str | None, str]]:
    query = "SELECT agency_key, affair, how FROM routing.choice WHERE complaint_id = $1 ORDER BY chosen_at"
    return [tuple(row) for row in await sql.fetch(query, about.complaint_id)]


async def test_an_officer_s_choice_is_kept_beside_the_decision_that_it_overrules(deliver, sql):
    about = received(text=LAMP)
    await deliver(about)
    await deliver(assigned(about))
    assert await choices(sql, about) == [("PLN", "listrik", "assigned")]
    query = """
        SELECT decision.agency_key FROM routing.choice JOIN routing.decision ON decision.id = decision_id
        WHERE choice.complaint_id = $1
    """
    assert await sql.fetchval(query, about.complaint_id) == "52.71.DISHUB"


async def test_an_agency_that_takes_a_complaint_confirms_the_decision(deliver, sql):
    about = received(text=LAMP)
    await deliver(about)
    await deliver(taken(about))
    assert await choices(sql, about) == [("52.71.DISHUB", "perhubungan", "taken")]


async def test_what_the_house_does_by_itself_teaches_nothing(deliver, sql):
    about = received(text=LAMP)
    await deliver(about)
    await deliver(assigned(about, actor=HOUSE))
    await deliver(taken(about, actor=HOUSE))
    assert await choices(sql, about) == []


async def test_the_desk_that_takes_what_nobody_knew_confirms_no_agency(deliver, sql):
    about = received(text="tolong dibantu ya min")
    await deliver(about)
    await deliver(taken(about))
    assert await choices(sql, about) == []


async def test_a_choice_is_no_confirmation_of_what_was_decided_before(deliver, sql):
    about = received(text=LAMP)
    await deliver(about)
    choice = assigned(about)
    for event in (choice, taken(about), choice):
        await deliver(event)
    assert await choices(sql, about) == [("PLN", "listrik", "assigned")]


async def test_a_sealed_complaint_teaches_nothing(deliver, sql):
    about = received(text="Petugas minta suap", sealed=True)
    await deliver(about)
    await deliver(assigned(about, sealed=True))
    await deliver(taken(about))
    assert await choices(sql, about) == []


async def test_a_complaint_that_was_sealed_later_teaches_nothing_any_more(deliver, sql):
    about = received(text=LAMP)
    await deliver(about)
    await deliver(appended(about, text="Petugasnya minta suap.", sealed=True))
    await deliver(taken(about))
    await deliver(assigned(about))
    assert await choices(sql, about) == []


async def test_what_was_chosen_before_a_complaint_was_sealed_is_measured_no_more(deliver, routing_database):
    about = received(text="Sapi mati mendadak di Desa Kidang Praya Timur.")
    since = datetime.now(UTC)
    await deliver(about)
    await deliver(assigned(about, affair="pertanian"))
    await deliver(appended(about, text="Petugasnya minta suap.", sealed=True))
    async with routing_database.transaction() as tx:
        assert [one for one in await repository.outcomes(tx, since) if one.chosen == "pertanian"] == []


async def test_an_unknown_complaint_is_no_error(deliver, sql):
    about = received()
    await deliver(assigned(about))
    assert await choices(sql, about) == []


async def test_the_newest_choice_counts_for_what_is_learned_and_measured(deliver, sql, routing_database):
    about = received(text=LAMP)
    await deliver(about)
    await deliver(appended(about, text="Sejak kemarin.", answers=("when",)))
    first = assigned(about)
    await deliver(first)
    await deliver(
        assigned(
            about,
            agency=AgencyRef(key="52.71.DISHUB", name="Dishub"),
            affair="perhubungan",
            level="regency",
            assigned_at=first.assigned_at + timedelta(seconds=1),
        )
    )
    async with routing_database.transaction() as tx:
        confirmed = await repository.confirmed(tx)
        outcomes = await repository.outcomes(tx, datetime.now(UTC) - timedelta(hours=1))
    assert (f"{LAMP}\nSejak kemarin.", "perhubungan") in confirmed
    mine = [one for one in outcomes if one.chosen == "perhubungan" and one.region == "52.71"]
    assert mine
    assert not any(one.overruled or one.affair_overruled for one in mine)
