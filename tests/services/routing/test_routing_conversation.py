"""A decision by everything that a citizen has said, and again when they say more."""

from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest

from services.routing.rules import Knowledge
from services.routing.rules.decide import Locator
from services.routing.service import RoutingService
from shared.core.ids import new_id
from shared.core.ticket import new_ticket
from shared.directory import DESK, INSPECTORATE, directory
from shared.events import (
    Actor,
    AttachmentRef,
    AttachmentSettled,
    ComplaintAmended,
    ComplaintAppended,
    ComplaintReceived,
    ComplaintResumed,
    ComplaintUnsealed,
    Coordinates,
    GivenPlace,
    Place,
)
from tests.services.routing.conftest import INSIDE

ROAD = "Jalan kabupaten berlubang dalam, motor sering jatuh, mohon ditambal."
BRIBE = "Petugasnya minta uang pelicin supaya cepat diperbaiki."


def received(**changes: Any) -> ComplaintReceived:
    values: dict[str, Any] = {
        "complaint_id": new_id(),
        "ticket": new_ticket(),
        "channel": "sms",
        "account": "1708",
        "surface": "sms",
        "conversation_id": new_id(),
        "message_id": new_id(),
        "text": ROAD,
        "language": "id",
        "received_at": datetime.now(UTC),
        "reporter": new_id(),
        "anonymous": False,
        "secret": False,
        "sealed": False,
    }
    return ComplaintReceived(**values | changes)


def appended(about: ComplaintReceived, **changes: Any) -> ComplaintAppended:
    values: dict[str, Any] = {
        "complaint_id": about.complaint_id,
        "ticket": about.ticket,
        "channel": "sms",
        "account": "1708",
        "surface": "sms",
        "conversation_id": about.conversation_id,
        "message_id": new_id(),
        "author": "citizen",
        "text": "Di Pringgasela, Lombok Timur.",
        "received_at": datetime.now(UTC),
        "sealed": False,
        "rule": "answers_question",
    }
    return ComplaintAppended(**values | changes)


def amended(about: ComplaintReceived, **changes: Any) -> ComplaintAmended:
    values: dict[str, Any] = {
        "complaint_id": about.complaint_id,
        "ticket": about.ticket,
        "message_id": about.message_id,
        "change": "edited",
        "text": f"{ROAD} Tempatnya di Pringgasela, Lombok Timur.",
        "sealed": False,
        "amended_at": datetime.now(UTC),
    }
    return ComplaintAmended(**values | changes)


async def decisions(sql: asyncpg.Connection, about: ComplaintReceived) -> list[dict[str, Any]]:
    query = "SELECT value FROM bus.outbox WHERE subject = $1 ORDER BY sequence"
    return [row["value"] for row in await sql.fetch(query, about.complaint_id)]


async def words(sql: asyncpg.Connection, about: ComplaintReceived) -> list[str]:
    query = "SELECT text FROM routing.words WHERE complaint_id = $1 ORDER BY said_at"
    return [row["text"] for row in await sql.fetch(query, about.complaint_id)]


async def test_the_place_that_was_asked_for_brings_the_complaint_to_its_regency(deliver, sql):
    about = received()
    await deliver(about)
    await deliver(appended(about, answers=("where",)))
    first, second = await decisions(sql, about)
    assert not first["agency"]["key"].startswith("52.03")
    assert second["agency"]["key"].startswith("52.03")
    assert second["affair"] == first["affair"], "decided by everything that was said, the first words included"
    assert second["place"]["detected"]["region_code"].startswith("52.03")
    assert any("Diputuskan ulang" in reason for reason in second["reasons"])
    kept = await sql.fetchval("SELECT count(*) FROM routing.decision WHERE complaint_id = $1", about.complaint_id)
    assert kept == 2


async def test_a_place_that_comes_as_a_code_counts_too_and_stays(deliver, sql):
    about = received()
    await deliver(about)
    await deliver(appended(about, text="", place=Place(given=GivenPlace(region_code="52.03"))))
    decided = await decisions(sql, about)
    assert decided[-1]["agency"]["key"].startswith("52.03")
    await deliver(appended(about, text="Jalannya makin parah.", answers=("when",)))
    assert len(await decisions(sql, about)) == len(decided) == 2, "what was given stays, and nothing is said twice"


async def test_a_place_that_is_confirmed_makes_the_same_decision_surer_and_is_told(deliver, sql):
    about = received(text="Jalan rusak parah di Labuapi dekat pasar")
    await deliver(about)
    place = Place(given=GivenPlace(region_code="52.01.08"))
    await deliver(appended(about, text="", place=place, answers=("where",)))
    first, surer = await decisions(sql, about)
    assert (surer["agency"], surer["place"]["detected"]["region_code"]) == (first["agency"], "52.01.08")
    assert surer["confidence"] >= first["confidence"] + 0.05
    await deliver(appended(about, text="", place=place, answers=("where",)))
    assert len(await decisions(sql, about)) == 2


async def test_thanks_and_what_the_agency_writes_decide_nothing(deliver, sql):
    about = received()
    await deliver(about)
    await deliver(appended(about, text="Terima kasih, semoga cepat di Pringgasela, Lombok Timur."))
    await deliver(appended(about, author="agency", text="Kami cek di Bima.", answers=("where",)))
    await deliver(amended(about, message_id=new_id(), author="agency", text="Kami cek di Kota Bima."))
    assert len(await decisions(sql, about)) == 1
    await deliver(appended(about, text="Sejak kemarin.", answers=("when",)))
    assert (await decisions(sql, about))[-1]["agency"]["key"].startswith("52.03"), (
        "but what the citizen said is not lost"
    )


async def test_changed_words_are_decided_by_as_they_stand_now(deliver, sql):
    about = received(text=f"{ROAD} Tempatnya di Kota Bima.")
    await deliver(about)
    await deliver(amended(about))
    first, second = await decisions(sql, about)
    assert first["agency"]["key"].startswith("52.72")
    assert second["agency"]["key"].startswith("52.03")
    await deliver(amended(about, change="withdrawn", text=None))
    assert await words(sql, about) == [""]


@pytest.mark.parametrize("later", [appended, amended])
async def test_words_that_seal_a_complaint_send_it_to_the_inspectorate_and_leave_no_word_behind(later, deliver, sql):
    about = received(place=Place(given=GivenPlace(region_code="52.03", description="dekat rumah saya")))
    await deliver(about)
    await deliver(later(about, text=BRIBE, sealed=True))
    sealed = (await decisions(sql, about))[-1]
    assert sealed["agency"]["key"] == INSPECTORATE
    assert sealed["reasons"] == ["Aduan disegel: diteruskan langsung ke Inspektorat"]
    assert sealed["place"]["given"] == {"region_code": None, "description": None}
    assert await words(sql, about) == []
    await deliver(appended(about, sealed=True, answers=("where",)))
    assert len(await decisions(sql, about)) == 2
    assert await words(sql, about) == []


async def test_what_was_unsealed_keeps_new_words_and_is_sealed_again_by_such(deliver, sql):
    about = received(text=BRIBE, sealed=True)
    await deliver(about)
    officer, now = Actor(kind="officer", id=str(new_id())), datetime.now(UTC)
    known = {"complaint_id": about.complaint_id, "ticket": about.ticket}
    await deliver(ComplaintUnsealed(**known, reason="Bukan pungutan.", actor=officer, unsealed_at=now))
    await deliver(appended(about, text="Terima kasih."))
    assert (await words(sql, about), len(await decisions(sql, about))) == (["Terima kasih."], 1)
    await deliver(appended(about, text=BRIBE, sealed=True))
    assert [one["agency"]["key"] for one in await decisions(sql, about)] == [INSPECTORATE] * 2
    assert await words(sql, about) == []


async def test_of_a_complaint_that_comes_sealed_no_word_is_kept(deliver, sql):
    about = received(text=BRIBE, sealed=True)
    await deliver(about)
    assert (await decisions(sql, about))[0]["agency"]["key"] == INSPECTORATE
    assert await words(sql, about) == []


@pytest.mark.parametrize("later", [appended, amended])
async def test_a_complaint_from_before_words_were_kept_is_still_sealed(later, deliver, sql):
    about = received()
    await deliver(appended(about, answers=("where",)))
    await deliver(amended(about))
    assert await decisions(sql, about) == []
    await deliver(later(about, text=BRIBE, sealed=True))
    assert [one["agency"]["key"] for one in await decisions(sql, about)] == [INSPECTORATE]


async def test_events_that_come_twice_are_decided_once(deliver, sql):
    about = received()
    more = appended(about, answers=("where",))
    for event in (about, about, more, more, about):
        await deliver(event)
    assert len(await decisions(sql, about)) == 2


@pytest.mark.parametrize("text", [f"{ROAD} Di Pringgasela, Lombok Timur.", BRIBE])
async def test_what_is_taken_up_again_is_said_once_more_as_it_was_decided(text, deliver, sql):
    about = received(text=text, sealed=text == BRIBE)
    await deliver(about)
    await deliver(
        ComplaintResumed(
            complaint_id=about.complaint_id, ticket=about.ticket, message_id=new_id(), resumed_at=datetime.now(UTC)
        )
    )
    first, again = await decisions(sql, about)
    assert again["decided_at"] > first["decided_at"]
    assert (again["agency"], again["reasons"]) == (first["agency"], first["reasons"])


async def test_a_sealed_complaint_that_is_taken_up_again_keeps_its_regency_and_urgency(deliver, sql):
    about = received(
        text=f"{BRIBE} Jembatan ambruk, ada korban jiwa, tolong, di Pringgasela, Lombok Timur.", sealed=True
    )
    await deliver(about)
    for _ in range(2):
        await deliver(
            ComplaintResumed(
                complaint_id=about.complaint_id, ticket=about.ticket, message_id=new_id(), resumed_at=datetime.now(UTC)
            )
        )
    first, *again = [
        (one["place"]["detected"]["region_code"], one["urgency"], one["reasons"]) for one in await decisions(sql, about)
    ]
    assert again == [first, first]
    assert first[0] == "52.03"
    assert first[1] != "biasa"


class OneDay(Locator):
    """Boundaries that remember the day they were asked for."""

    asked: date | None = None

    def locate(self, lat: float, lon: float, *, on: date) -> None:
        self.asked = on

    def version(self, *, on: date) -> str | None:
        return None


async def test_the_day_of_a_complaint_is_its_day_in_ntb(routing_database):
    boundaries = OneDay()
    service = RoutingService(Knowledge(directory=directory(), boundaries=boundaries))
    place = Place(coordinates=Coordinates(latitude=-8.65, longitude=116.53))
    about = received(place=place, received_at=datetime(2026, 11, 29, 17, tzinfo=UTC))
    async with routing_database.transaction() as tx:
        await service.route(tx, [about], now=datetime.now(UTC))
    assert boundaries.asked == date(2026, 11, 30)


async def test_a_regency_s_own_page_says_where_it_is(deliver, sql):
    about = received(channel="facebook", account="lotim")
    await deliver(about)
    (decided,) = await decisions(sql, about)
    assert decided["agency"]["key"] == "52.03.PUPR"
    assert any("akun" in reason for reason in decided["reasons"])


async def test_each_decision_stands_with_the_versions_that_led_to_it(deliver, sql):
    about = received(text=f"{ROAD} Di Pringgasela, Lombok Timur.")
    await deliver(about)
    row = await sql.fetchrow("SELECT * FROM routing.decision WHERE complaint_id = $1", about.complaint_id)
    assert row["rule"] == "jalan kabupaten/kota"
    assert (row["affair_by"], row["model_version"]) == ("words", None)
    assert row["kind"] and row["urgency"] and row["rules_version"].startswith("rules+")


async def test_a_photo_says_where_it_was_taken_until_the_complaint_is_sealed(deliver, sql):
    about = received(text="Lampu jalan padam, gelap sekali.")
    await deliver(about)
    photo = AttachmentSettled(
        complaint_id=about.complaint_id,
        ticket=about.ticket,
        attachment=AttachmentRef(id=new_id(), kind="image"),
        state="stored",
        settled_at=datetime.now(UTC),
        taken_at=Coordinates(latitude=INSIDE[0], longitude=INSIDE[1]),
    )
    await deliver(photo)
    first, second = await decisions(sql, about)
    assert first["agency"]["key"] == DESK
    assert second["agency"]["key"] == "52.03.DISHUB"
    assert second["boundaries_version"]
    await deliver(photo)
    assert len(await decisions(sql, about)) == 2
    await deliver(appended(about, text=BRIBE, sealed=True))
    sealed = (await decisions(sql, about))[-1]
    assert sealed["place"]["photo"] is None
    kept = await sql.fetchval("SELECT place FROM routing.complaint WHERE complaint_id = $1", about.complaint_id)
    assert kept["photo"] is None
