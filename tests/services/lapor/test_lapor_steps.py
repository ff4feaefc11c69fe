"""What goes beside a complaint: its files before it, its dispositions after it; each begun again where it was."""

import json
from typing import Any

import pytest

from services.lapor.outward.steps import Patience, after_call, after_check
from services.lapor.wire.port import Busy, Done, Locked, Masters, NotSent, Refused, Unclear
from shared.core.ids import new_id
from shared.events import AttachmentRef, AttachmentSettled

PATIENCE = Patience(retry_s=60, settle_s=300)
TABLE = [
    # kind, outcome, try, state, seconds until it goes on
    ("upload", Done("7"), 1, "done", None),
    ("upload", Unclear("ReadTimeout"), 1, "queued", 60),
    ("upload", Unclear("ReadTimeout"), 12, "left_out", None),
    ("upload", Refused(422, "jenis berkas"), 1, "left_out", None),
    ("upload", NotSent("ConnectError"), 2, "queued", 120),
    ("pass_on", Done(), 1, "done", None),
    ("pass_on", Unclear("HTTP 502"), 1, "unclear", 300),
    ("pass_on", Refused(422, "reason"), 1, "left_out", None),
    ("follow_up", Done("9"), 1, "done", None),
    ("follow_up", Unclear("HTTP 502"), 5, "unclear", 300),
    ("follow_up", Busy(700.0), 1, "queued", 700),
    ("follow_up", Busy(None), 3, "queued", 240),
    ("follow_up", Locked(401), 1, "queued", 60),
]


@pytest.mark.parametrize(("kind", "outcome", "attempts", "state", "seconds"), TABLE)
def test_each_kind_of_step_has_a_rule_for_everything_that_can_come_of_it(kind, outcome, attempts, state, seconds):
    followed = after_call(kind, outcome, attempts, PATIENCE)
    assert (followed.state, followed.wait_s) == (state, seconds)


@pytest.mark.parametrize(
    ("found", "state", "seconds"), [(True, "done", None), (False, "queued", 120), (None, "unclear", 300)]
)
def test_what_may_have_arrived_is_tried_again_only_when_it_was_seen_not_to_be_there(found, state, seconds):
    followed = after_check(found=found, reference="9", attempts=2, patience=PATIENCE)
    assert (followed.state, followed.wait_s) == (state, seconds)


async def with_photos(mirror: Any, number: int = 2) -> Any:
    refs = [await mirror.store(b"\xff\xd8\xff\xe0 photo %d" % place, "image/jpeg") for place in range(number)]
    return await mirror.verified(attachments=tuple(refs))


async def test_files_are_there_before_the_complaint_that_names_them(house, lapor):
    mirror = house()
    told = await with_photos(mirror)
    await mirror.work()
    sent = lapor.one(told.ticket).sent
    assert len(sent.files) == 2
    assert sent.attachments.endswith("].")
    assert "Lampiran" not in sent.content
    order = [row["call"] for row in await mirror.sql.fetch("SELECT call FROM lapor.exchange ORDER BY began_at")]
    assert order == ["upload", "upload", "create"]


async def test_what_lapor_does_not_take_is_named_in_the_words(house, lapor):
    mirror = house()
    photo = await mirror.store(b"\xff\xd8\xff\xe0 photo", "image/jpeg")
    film = AttachmentRef(id=new_id(), kind="video", media_type="video/mp4", sha256="0" * 64, size=9)
    huge = AttachmentRef(id=new_id(), kind="image", media_type="image/png", sha256="2" * 64, size=6 * 1024 * 1024)
    told = await mirror.verified(attachments=(photo, film, huge))
    await mirror.work()
    sent = lapor.one(told.ticket).sent
    assert len(sent.files) == 1
    assert sent.content.endswith("Lampiran: 2 berkas di NTB Care.")


async def test_a_photo_whose_content_came_later_goes_too(house, lapor, events):
    received, assigned, verified = events
    mirror = house()
    ref = await mirror.store(b"\xff\xd8\xff\xe0 photo", "image/jpeg")
    coming = AttachmentRef(id=ref.id, kind="image")
    told = received(attachments=(coming,))
    settled = AttachmentSettled(
        complaint_id=told.complaint_id, ticket=told.ticket, attachment=ref, state="stored", settled_at=told.received_at
    )
    for event in (told, settled, assigned(told), verified(told)):
        await mirror.hear(event)
    await mirror.work()
    assert len(lapor.one(told.ticket).sent.files) == 1


async def test_a_file_that_is_kept_no_longer_holds_up_no_complaint(house, lapor):
    mirror = house()
    gone = AttachmentRef(id=new_id(), kind="image", media_type="image/png", sha256="1" * 64, size=9)
    told = await mirror.verified(attachments=(gone,))
    await mirror.work()
    assert lapor.one(told.ticket).sent.content.endswith("Lampiran: 1 berkas di NTB Care.")
    (step,) = await mirror.sql.fetch("SELECT state, reason FROM lapor.step")
    assert tuple(step) == ("left_out", "the content is kept no longer")


async def test_after_a_crash_between_two_files_it_goes_on_with_the_second(house, lapor):
    mirror = house()
    told = await with_photos(mirror)
    async with mirror.pool.transaction() as tx:
        first = await mirror.service.stepping.claim_step(tx)
    await mirror.mirror._do(first)
    async with mirror.pool.transaction() as tx:
        second = await mirror.service.stepping.claim_step(tx)  # and its worker dies
    assert second.id != first.id
    again = house()
    await again.work()
    assert lapor.count(told.ticket) == 0, "the second file is in a dead worker's hands"
    await mirror.sql.execute("UPDATE lapor.step SET claimed_until = now() - interval '1 second'")
    await again.work()
    assert (lapor.count(told.ticket), len(lapor.one(told.ticket).sent.files)) == (1, 2)
    assert lapor.held.calls["POST complaint/file"] == 2


async def test_a_complaint_that_goes_to_another_agency_here_is_passed_on_there(house, lapor, events):
    mirror = house()
    told = await mirror.verified()
    await mirror.work()
    assert lapor.one(told.ticket).sent.disposition_id == 2
    await mirror.hear(events[1](told, "NTB.PUPRPERKIM"))
    await mirror.hear(events[1](told, "NTB.PUPRPERKIM"))
    await mirror.work()
    assert lapor.held.calls["POST process/{number}/reject"] == 1
    assert (await mirror.row(told.ticket))["institution_id"] == 3


async def test_what_changed_hands_while_it_was_being_posted_is_passed_on_after_it(house, lapor, events):
    mirror = house()
    told = await mirror.verified()
    async with mirror.pool.transaction() as tx:
        push = await mirror.service.telling.claim_push(tx)
    await mirror.hear(events[1](told, "NTB.PUPRPERKIM"))
    await mirror.mirror._tell(push)
    await mirror.work()
    assert lapor.one(told.ticket).sent.disposition_id == 2
    assert lapor.held.calls["POST process/{number}/reject"] == 1


async def test_a_province_that_passes_on_itself_is_told_first(house, lapor):
    mirror = house(disposition="province")
    told = await mirror.verified()
    await mirror.work()
    assert lapor.held.calls["POST process/{number}/reject"] == 1
    assert (await mirror.row(told.ticket))["institution_id"] == 2


async def test_an_exchange_is_kept_without_a_word_and_without_a_secret(house, lapor):
    mirror = house()
    told = await mirror.verified()
    await mirror.work()
    await mirror.mirror.look_at_one()
    kept = await mirror.sql.fetch("SELECT * FROM lapor.exchange ORDER BY began_at")
    assert [one["call"] for one in kept] == ["create", "status", "follow_ups"]
    sent = json.loads(kept[0]["sent"])
    assert (sent["disposition_id"], sent["content"]) == (2, f"({len(lapor.one(told.ticket).sent.content)} characters)")
    assert json.loads(kept[0]["got"])["complaint_id"] == lapor.one(told.ticket).id
    everything = " ".join(str(dict(one)) for one in kept)
    assert "kelas" not in everything
    assert "kQ4fZ1" not in everything
    assert "0A1B2C3D" not in everything


async def test_old_exchanges_are_forgotten(house):
    mirror = house()
    await mirror.verified()
    await mirror.work()
    await mirror.sql.execute("UPDATE lapor.exchange SET began_at = now() - interval '31 days'")
    await mirror.mirror._sample()
    assert await mirror.sql.fetchval("SELECT count(*) FROM lapor.exchange") == 0


async def test_an_empty_list_of_lapors_ids_takes_none_of_them_away(house):
    mirror = house()
    await mirror.mirror.master("institutions")
    before = await mirror.sql.fetchval("SELECT count(*) FROM lapor.master WHERE gone_at IS NULL")
    async with mirror.pool.transaction() as tx:
        assert await mirror.service.keep_masters(tx, "institutions", Masters(()), []) == 0
    assert before == await mirror.sql.fetchval("SELECT count(*) FROM lapor.master WHERE gone_at IS NULL") > 0


async def test_what_was_typed_by_hand_once_and_is_told_after_all_goes_with_its_files(house, lapor):
    by_hand = house(mode="by_hand")
    told = await with_photos(by_hand)
    await by_hand.sql.execute("UPDATE lapor.mirror SET verdict = 'not_created' WHERE ticket = $1", told.ticket)
    await house().work()
    assert (lapor.count(told.ticket), len(lapor.one(told.ticket).sent.files)) == (1, 2)


async def test_what_is_told_again_leaves_no_file_a_second_time(house, lapor):
    mirror = house()
    told = await with_photos(mirror)
    lapor.switch(not_taken=1)
    await mirror.work()
    await mirror.sql.execute("UPDATE lapor.mirror SET verdict = 'not_created' WHERE ticket = $1", told.ticket)
    await mirror.work()
    assert (lapor.count(told.ticket), len(lapor.one(told.ticket).sent.files)) == (1, 2)
    assert lapor.held.calls["POST complaint/file"] == 2
