"""Reports of the same thing are found and suggested; nothing is joined here, and nothing sealed is compared."""

from datetime import UTC, datetime, timedelta
from random import Random
from string import ascii_lowercase
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.likeness.rules import ENOUGH, Compared, distance, judge, telling_words
from services.routing.likeness.service import LikenessService
from services.routing.likeness.worker import Comparing
from services.routing.rules.text import normalize
from shared.core.ids import new_id
from shared.directory import directory
from shared.events import ComplaintResumed, ComplaintWithdrawn, Coordinates, GivenPlace, Place
from tests.services.routing.test_routing_conversation import amended, appended, received

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
BRIDGE = "Jembatan gantung di Desa Kidang Praya Timur putus, anak sekolah tidak bisa lewat."
SAME_BRIDGE = "tlg min jembatan gantung desa kidang praya timur sdh putus, siswa gak bisa nyebrang"
PIPE = "Selokan di Desa Kidang Praya Timur mampet dan bau, mohon dikeruk."


def compared(place: str = "52.02.06.2010", point: tuple[float, float] | None = None, days: float = 0) -> Compared:
    return Compared(
        complaint_id=new_id(),
        ticket="NTB-1XHB-HME77",
        place_code=place,
        point=point,
        received_at=NOW + timedelta(days=days),
    )


@pytest.mark.parametrize(
    ("other", "words", "alike"),
    [
        (compared(), 0.35, True),
        (compared(), 0.1, False),
        (compared("52.02.06"), 0.5, True),
        (compared("52.02.06"), 0.3, False),
        (compared("52.02.01"), 0.5, False),
        (compared("52.02"), 0.85, True),
        (compared(days=20), 0.3, False),
        (compared(days=31), 1.0, False),
    ],
)
def test_place_time_and_words_together_make_a_likeness(other, words, alike):
    assert (judge(compared(), other, words, "Pekerjaan umum") is not None) is alike


def test_two_points_a_few_steps_apart_are_the_same_place_and_two_far_apart_are_not():
    here, near, far = (-8.71, 116.27), (-8.7105, 116.27), (-8.9, 116.27)
    found = judge(compared(point=here), compared(point=near), 0.3, "Pekerjaan umum")
    assert found is not None
    assert found.reasons[0] == "Jarak sekitar 60 m"
    assert judge(compared(point=here), compared(point=far), 0.6, "Pekerjaan umum") is None


def test_the_reasons_are_plain_and_quote_nobody():
    found = judge(compared(), compared("52.02.06.2010", days=3), 0.6, "Pekerjaan umum")
    assert found is not None
    assert found.reasons[1:] == ("Urusan sama: Pekerjaan umum", "Berselang 3 hari", "Kata-katanya mirip")
    assert found.reasons[0].startswith("Tempat sama: Kidang")


points = st.tuples(st.floats(-9, -8), st.floats(115.8, 119.3))


@given(points, points, st.floats(0, 1), st.floats(0, 40))
def test_likeness_is_the_same_both_ways(one, other, words, days):
    a, b = compared(point=one), compared(point=other, days=days)
    there, back = judge(a, b, words, "x"), judge(b, a, words, "x")
    assert (there and there.score) == (back and back.score)
    assert there is None or ENOUGH <= there.score <= 1
    assert distance(one, other) == pytest.approx(distance(other, one))


def test_only_telling_words_are_compared_and_no_names_of_places():
    text = "Tolong pak, jln di Desa Kidang Praya Timur rusak, rusak parah!!"
    assert telling_words(normalize(text)) == "tolong jalan rusak parah"


@pytest.fixture
def compare(routing_database):
    worker = Comparing(routing_database, LikenessService(directory()))

    async def all_that_wait():
        while await worker.compare_one():
            pass

    return all_that_wait


async def told(sql, about) -> list[dict[str, Any]]:
    query = "SELECT value FROM bus.outbox WHERE subject = $1 AND type = 'complaint.found_similar.v1' ORDER BY sequence"
    return [row["value"] for row in await sql.fetch(query, about.complaint_id)]


async def test_a_second_report_of_the_same_bridge_is_suggested_once(deliver, compare, sql):
    first, second, other = received(text=BRIDGE), received(text=SAME_BRIDGE), received(text=PIPE)
    for about in (first, other, second):
        await deliver(about)
    await compare()
    await deliver(appended(second, text="Sejak hari Senin.", answers=("when",)))
    await compare()
    (found,) = await told(sql, second)
    assert [UUID(one["complaint_id"]) for one in found["similar"]] == [first.complaint_id]
    assert await told(sql, other) == []
    assert "jembatan" not in str(found).lower()


async def test_words_that_change_what_it_is_about_are_compared_anew(deliver, compare, sql):
    first, second = received(text=BRIDGE), received(text="Ada masalah di Desa Kidang Praya Timur, mohon dicek.")
    await deliver(first)
    await deliver(second)
    await compare()
    assert await told(sql, second) == []
    await deliver(amended(second, text=SAME_BRIDGE))
    await compare()
    assert len(await told(sql, second)) == 1


async def test_a_point_on_the_map_is_compared_too(deliver, compare, sql):
    here = Place(given=GivenPlace(region_code="52.03.07"), coordinates=Coordinates(latitude=-8.65, longitude=116.53))
    first = received(text="Lampu jalan padam sudah seminggu, gelap sekali.", place=here)
    second = received(text="Lampu penerangan jalan padam, gelap kalau malam.", place=here)
    for about in (first, second):
        await deliver(about)
    await compare()
    (found,) = await told(sql, second)
    assert found["similar"][0]["reasons"][0] == "Jarak sekitar 10 m"


async def test_what_is_sealed_is_compared_with_nothing(deliver, compare, sql):
    first, second = (received(text=f"Jembatan gantung putus di Desa Pohgading, {more}.") for more in ("a", "b"))
    await deliver(first)
    await compare()
    await deliver(appended(first, text="Kadesnya minta uang pelicin.", sealed=True))
    await deliver(second)
    await compare()
    assert await told(sql, second) == []
    assert await sql.fetchval("SELECT count(*) FROM routing.likeness WHERE complaint_id = $1", first.complaint_id) == 0


async def test_what_was_withdrawn_is_suggested_to_nobody_until_it_is_taken_up_again(deliver, compare, sql):
    first, *later = (received(text=f"Jembatan gantung putus di Desa Tumpak, Pujut, {more}.") for more in "abc")
    of_first = {"complaint_id": first.complaint_id, "ticket": first.ticket, "message_id": new_id()}
    await deliver(first)
    await compare()
    await deliver(ComplaintWithdrawn(**of_first, withdrawn_at=datetime.now(UTC)))
    await deliver(amended(first, text=first.text))
    await deliver(later[0])
    await compare()
    assert await told(sql, later[0]) == []
    await deliver(ComplaintResumed(**of_first, resumed_at=datetime.now(UTC)))
    await deliver(later[1])
    await compare()
    suggested = {one["complaint_id"] for found in await told(sql, later[1]) for one in found["similar"]}
    assert str(first.complaint_id) in suggested


async def test_what_is_withdrawn_just_before_it_is_compared_is_suggested_to_nobody(deliver, routing_database, sql):
    about = received(text="Jembatan gantung putus di Desa Tumpak, Pujut.")
    await deliver(about)
    service = LikenessService(directory())
    while await routing_database.run(service.claim) not in {about.complaint_id, None}:
        pass
    taken_back = {"message_id": new_id(), "withdrawn_at": datetime.now(UTC)}
    await deliver(ComplaintWithdrawn(complaint_id=about.complaint_id, ticket=about.ticket, **taken_back))
    await routing_database.run(lambda tx: service.compare(tx, about.complaint_id))
    assert await sql.fetchval("SELECT count(*) FROM routing.likeness WHERE complaint_id = $1", about.complaint_id) == 0


async def test_the_longest_words_that_can_be_compared_fit_the_index_and_longer_ones_tell_nothing(deliver, compare, sql):
    chance = Random(5)
    letters = ["".join(chance.choices(ascii_lowercase, k=30)) for _ in range(80)]
    endless = "".join(chance.choices(ascii_lowercase, k=9_000))
    about = received(text=f"Jembatan di Desa Pohgading putus {endless} {' '.join(letters)}")
    await deliver(about)
    await compare()
    query = "SELECT words FROM routing.likeness WHERE complaint_id = $1"
    kept = await sql.fetchval(query, about.complaint_id)
    assert len(kept.split()) == 60
    assert endless not in kept


async def test_what_lies_elsewhere_or_nowhere_is_like_nothing(deliver, compare, sql):
    first = received(text="Jembatan gantung putus, anak sekolah tidak bisa lewat.")
    second = received(text="Jembatan gantung putus, anak sekolah tidak bisa lewat.")
    for about in (first, second):
        await deliver(about)
    await compare()
    assert await told(sql, second) == []
