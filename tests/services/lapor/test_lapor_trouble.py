"""LAPOR! in trouble, or saying strange things: nothing is told twice, nobody is flooded, no process ends."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from services.lapor.wire import reading
from services.lapor.wire.circuit import Circuit
from services.lapor.wire.exchanges import redact
from services.lapor.wire.port import Done, FollowUps, Page, Refused, Unclear
from tests.services.lapor.test_lapor_follow_ups import followed_up, look, there


async def test_files_that_go_hide_no_storm_of_complaints_that_do_not(house, lapor):
    mirror = house(circuit=Circuit(60, lambda: 0.0))
    lapor.switch(error_after=-1)
    told = []
    for place in range(8):
        photo = await mirror.store(b"\xff\xd8\xff\xe0 photo %d" % place, "image/jpeg")
        told.append(await mirror.verified(attachments=(photo,)))
    await mirror.work()
    states = [(await mirror.row(one.ticket))["state"] for one in told]
    assert states.count("perhaps_created") == 3


async def test_an_address_that_is_gone_refuses_no_complaint(house, lapor):
    mirror = house(base_url=f"{lapor.url}/lapor/4.0.0", circuit=Circuit(60, lambda: 0.0))
    told = [await mirror.verified() for _ in range(3)]
    await mirror.work()
    assert {(await mirror.row(one.ticket))["state"] for one in told} == {"queued"}


def test_one_complaint_refused_after_the_other_is_lapors_trouble_or_ours():
    seconds = [0.0]
    circuit = Circuit(60, lambda: seconds[0])
    for _ in range(4):
        circuit.heed("create", Refused(422, "x"))
    assert not circuit.rests
    circuit.heed("create", Refused(422, "x"))
    assert circuit.rests
    circuit.heed("status", Done())
    assert circuit.rests, "what else goes well says nothing of complaints"


@pytest.mark.parametrize(
    "document",
    [
        {"status": False, "results": {"data": []}},
        {"status": True, "results": {"data": None}},
        {"status": True, "results": {"data": "x"}},
        {"status": True, "results": {}},
    ],
)
def test_a_list_that_is_none_is_no_empty_list(document):
    answer = reading.Answer(status=200, headers={}, body=json.dumps(document).encode(), at=datetime.now(UTC))
    assert isinstance(reading.listed_page(answer), Unclear)
    assert isinstance(reading.follow_ups(answer), Unclear)


BROKEN = "Jembatan rusak \ud83d di \u0000 Sembalun"


def test_half_a_letter_and_nul_are_left_out_wherever_they_stand():
    entry = {
        "id": 9,
        "title": BROKEN,
        "content": BROKEN,
        "location_name": BROKEN,
        "status_name": BROKEN,
        "name": BROKEN,
    }
    document = {"status": True, "message": BROKEN, BROKEN: 1, "results": {"data": [entry], "status_name": BROKEN}}
    answer = reading.Answer(status=200, headers={}, body=json.dumps(document).encode(), at=datetime.now(UTC))
    read = (reading.listed_page(answer), reading.follow_ups(answer), reading.masters(answer), reading.looked(answer))
    for one in read:
        assert "Jembatan rusak" in repr(one) or isinstance(one, reading.Part | Page)
        assert not re.search(r"\\ud83d|\\x00", repr(one))
    kept = json.dumps(redact(document), ensure_ascii=False).encode()
    assert b"\\u0000" not in kept


async def test_a_follow_up_that_lapor_shows_in_its_own_dress_is_ours_and_stands_there_once(house, lapor, monkeypatch):
    mirror = house(pause_s=0)
    told = await there(mirror)
    lapor.switch(followup_error_after=1)
    await mirror.hear(followed_up(told, 'Jalan & jembatan "selesai" <ditutup>.'))
    assert await mirror.mirror.push_one()
    (one,) = lapor.one(told.ticket).followups
    one["content"] = f"<p>{one['content'].replace('&', '&amp;').replace('<ditutup>', '&lt;ditutup&gt;')}</p>"
    await mirror.work()
    assert len(lapor.one(told.ticket).followups) == 1
    assert await look(mirror, told) == []


async def test_a_follow_up_that_lapor_never_shows_is_told_five_times_at_most(house, lapor, monkeypatch):
    mirror = house(pause_s=0)
    told = await there(mirror)
    lapor.switch(followup_error_after=-1)

    async def shows_none(_lapor_id: str) -> FollowUps:
        return FollowUps(())

    monkeypatch.setattr(mirror.mirror._port, "follow_ups", shows_none)
    await mirror.hear(followed_up(told))
    for _ in range(12):
        await mirror.work()
    assert len(lapor.one(told.ticket).followups) == 5
    kinds = await mirror.sql.fetch("SELECT kind FROM lapor.notice")
    assert [one["kind"] for one in kinds] == ["follow_up_left_out"]


async def test_what_ends_a_second_time_is_announced_a_second_time(house, lapor):
    mirror = house()
    told = await there(mirror)
    one, begin = lapor.one(told.ticket), datetime.now(UTC).replace(microsecond=0) - timedelta(hours=9)
    for hours, status in ((0, "Selesai"), (3, "Dalam Proses"), (4, "Selesai")):
        lapor.held.move(one, status, begin + timedelta(hours=hours))
        if hours != 3:
            await look(mirror, told)
    events = [json.loads(event["value"]) for event in await mirror.published(told.ticket)]
    assert [event["status"] for event in events if "status" in event].count("Selesai") == 2


async def test_pictures_alone_are_a_follow_up(house, lapor):
    mirror = house()
    told = await there(mirror)
    lapor.held.follow_up(
        lapor.one(told.ticket),
        template_code="followup",
        template_content="",
        content="",
        institution_from_name="Dinas",
        institution_to_name="",
        attachments=[{"id": 1}, {"id": 2}],
    )
    (said,) = await look(mirror, told)
    assert (said["text"], said["files"]) == ("", 2)


async def test_who_had_it_before_we_passed_it_on_is_no_news(house, lapor, events):
    mirror = house()
    told = await there(mirror)
    await look(mirror, told)
    await mirror.hear(events[1](told, "NTB.PUPRPERKIM"))
    await mirror.work()
    lapor.one(told.ticket).disposition_id = 2
    await look(mirror, told)
    assert await mirror.sql.fetchval("SELECT count(*) FROM lapor.notice") == 0
