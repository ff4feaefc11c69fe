"""What changes while a complaint is on its way to LAPOR!: its agency, its secrecy, its citizen's mind."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.core.ids import new_id
from shared.directory import INSPECTORATE
from shared.events import Actor, AttachmentRef, ComplaintMarked, ComplaintResumed
from tests.services.lapor.test_lapor_follow_ups import followed_up

AWAY = {"base_url": "http://127.0.0.1:1/lapor/3.0.0"}


def marked(about: Any) -> ComplaintMarked:
    return ComplaintMarked(
        complaint_id=about.complaint_id,
        ticket=about.ticket,
        anonymous=False,
        secret=True,
        reason="Menyebut nama.",
        actor=Actor(kind="officer", id="7"),
        marked_at=datetime.now(UTC),
    )


def resumed(about: Any) -> ComplaintResumed:
    return ComplaintResumed(
        complaint_id=about.complaint_id, ticket=about.ticket, message_id=new_id(), resumed_at=datetime.now(UTC)
    )


async def notices(mirror: Any) -> list[str]:
    rows = await mirror.sql.fetch("SELECT kind FROM lapor.notice WHERE settled_at IS NULL ORDER BY kind")
    return [row["kind"] for row in rows]


async def test_what_becomes_the_inspectorates_while_it_is_queued_is_not_told(house, lapor, events):
    away = house(**AWAY)
    told = await away.verified()
    await away.work()
    await away.hear(events[1](told, INSPECTORATE))
    await house().work()
    row = await away.row(told.ticket)
    assert (row["state"], row["reason"], row["text"], lapor.count(told.ticket)) == ("withheld", "policy", None, 0)


async def test_a_guess_of_the_machine_takes_no_words_away(house, lapor, events):
    received, assigned, verified = events
    mirror, told = house(), received()
    for event in (told, assigned(told, kind="bukan_pengaduan"), assigned(told, kind="pengaduan"), verified(told)):
        await mirror.hear(event)
    await mirror.work()
    assert lapor.count(told.ticket) == 1


async def test_what_the_policy_kept_and_keeps_no_more_is_typed_in_by_an_officer(house, events):
    received, assigned, verified = events
    mirror, told = house(), received()
    for event in (told, assigned(told, kind="whistleblowing"), verified(told), assigned(told, kind="pengaduan")):
        await mirror.hear(event)
    row = await mirror.row(told.ticket)
    assert (row["state"], row["reason"], row["text"]) == ("withheld", "was_kept", None)


async def test_what_is_there_and_becomes_the_inspectorates_is_put_before_a_person(house, lapor, events):
    mirror = house()
    told = await mirror.verified()
    await mirror.work()
    await mirror.hear(events[1](told, INSPECTORATE))
    await mirror.work()
    assert await notices(mirror) == ["not_for_lapor"]
    assert lapor.held.calls["POST process/{number}/reject"] == 0


async def test_a_complaint_that_is_sealed_while_it_is_being_posted_is_not_passed_on(house, lapor, events):
    mirror = house()
    told = await mirror.verified()
    async with mirror.pool.transaction() as tx:
        push = await mirror.service.telling.claim_push(tx)
    await mirror.hear(events[1](told, INSPECTORATE, sealed=True))
    await mirror.mirror._tell(push)
    await mirror.work()
    assert (await mirror.row(told.ticket))["state"] == "created"
    assert lapor.held.calls["POST process/{number}/reject"] == 0


@pytest.mark.parametrize("meanwhile", ["posting", "perhaps_created"])
async def test_secrecy_that_comes_while_nobody_knows_whether_it_is_there_is_put_before_a_person(
    house, lapor, meanwhile
):
    mirror = house()
    lapor.switch(no_id=int(meanwhile == "perhaps_created"))
    told = await mirror.verified()
    if meanwhile == "posting":
        async with mirror.pool.transaction() as tx:
            await mirror.service.telling.claim_push(tx)
    else:
        await mirror.work()
    await mirror.hear(marked(told))
    assert "hidden_after_told" in await notices(mirror)


async def test_a_follow_up_that_was_queued_before_it_became_secret_goes_as_a_secret_one(house, lapor, monkeypatch):
    sent: list[bool] = []
    mirror = house()
    told = await mirror.verified()
    await mirror.work()
    await mirror.hear(followed_up(told))
    await mirror.hear(marked(told))
    original = mirror.mirror._port.follow_up

    async def watched(lapor_id: str, said: Any) -> Any:
        sent.append(said.secret)
        return await original(lapor_id, said)

    monkeypatch.setattr(mirror.mirror._port, "follow_up", watched)
    await mirror.work()
    assert sent == [True]


async def test_what_changes_hands_and_comes_back_is_not_passed_on(house, lapor, events):
    mirror = house()
    told = await mirror.verified()
    await mirror.work()
    for agency in ("NTB.PUPRPERKIM", "NTB.DIKPORA"):
        await mirror.hear(events[1](told, agency))
    await mirror.work()
    assert (lapor.held.calls["POST process/{number}/reject"], lapor.one(told.ticket).disposition_id) == (0, 2)


async def test_what_an_officer_is_typing_in_may_be_there_whatever_its_citizen_says(house, later):
    mirror = house(mode="by_hand")
    told = await mirror.verified()
    await mirror.sql.execute("UPDATE lapor.mirror SET taken_by = $2 WHERE ticket = $1", told.ticket, new_id())
    await mirror.hear(later[2](told))
    row = await mirror.row(told.ticket)
    assert (row["state"], row["text"], await notices(mirror)) == ("perhaps_created", None, ["in_hand"])


async def test_a_number_that_was_typed_a_moment_before_its_citizen_withdrew_counts(house, later):
    mirror = house(mode="by_hand")
    told = await mirror.verified()
    verdict = "UPDATE lapor.mirror SET verdict = 'created', verdict_number = '9165777' WHERE ticket = $1"
    await mirror.sql.execute(verdict, told.ticket)
    await mirror.hear(later[2](told))
    await mirror.work()
    assert (await mirror.row(told.ticket))["lapor_id"] == "9165777"


async def test_what_was_withdrawn_and_resumed_while_in_doubt_is_never_called_sealed(house, lapor, later):
    mirror = house()
    lapor.switch(no_id=1)
    told = await mirror.verified()
    await mirror.work()
    for event in (later[2](told), resumed(told)):
        await mirror.hear(event)
    await mirror.sql.execute("UPDATE lapor.mirror SET verdict = 'not_created'")
    await mirror.work()
    row = await mirror.row(told.ticket)
    assert (row["state"], row["reason"], row["sealed"]) == ("withheld", "was_kept", False)
    assert await mirror.sql.fetchval("SELECT count(*) FROM lapor.step WHERE state = 'queued'") == 0


async def test_a_number_by_hand_leaves_out_the_files_and_lets_what_follows_go(house, lapor):
    mirror = house(**AWAY)
    photo = AttachmentRef(id=new_id(), kind="image", media_type="image/png", sha256="1" * 64, size=9)
    other = house()
    there = await other.verified()
    await other.work()
    number = (await other.row(there.ticket))["lapor_id"]
    await other.sql.execute(
        "UPDATE lapor.mirror SET lapor_id = NULL, state = 'refused' WHERE ticket = $1", there.ticket
    )
    told = await mirror.verified(attachments=(photo,))
    verdict = "UPDATE lapor.mirror SET verdict = 'created', verdict_number = $2 WHERE ticket = $1"
    await mirror.sql.execute(verdict, told.ticket, number)
    await mirror.hear(followed_up(told))
    await other.work()
    states = await mirror.sql.fetch("SELECT kind, state FROM lapor.step ORDER BY place")
    assert [tuple(one) for one in states] == [("upload", "left_out"), ("follow_up", "done")]


async def test_an_operators_verdict_on_what_was_never_released_tells_it_and_breaks_nothing(house, lapor):
    mirror = house()
    told = await mirror.verified()
    restored = (
        "UPDATE lapor.mirror SET state = 'refused', released_at = NULL, verdict = 'not_created' WHERE ticket = $1"
    )
    await mirror.sql.execute(restored, told.ticket)
    await mirror.work()
    assert ((await mirror.row(told.ticket))["state"], lapor.count(told.ticket)) == ("created", 1)
