"""Follow-ups go both ways, each once, and none comes back as an echo."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.core.ids import new_id
from shared.events import (
    Actor,
    AgencyRef,
    AttachmentRef,
    ComplaintAnswered,
    ComplaintFollowedUp,
    ComplaintStatusChanged,
)

DIKPORA = AgencyRef(key="NTB.DIKPORA", name="Dinas Dikpora NTB")
OFFICER = Actor(kind="officer", id="7")
LAPOR = Actor(kind="channel", id="lapor")


def followed_up(about: Any, text: str = "Atap sudah ditutup terpal pagi ini.", **changes: Any) -> ComplaintFollowedUp:
    values: dict[str, Any] = {
        "complaint_id": about.complaint_id,
        "ticket": about.ticket,
        "follow_up_id": new_id(),
        "agency": DIKPORA,
        "action": "repair",
        "text": text,
        "actor": OFFICER,
        "followed_up_at": datetime.now(UTC),
    }
    return ComplaintFollowedUp(**values | changes)


def answered(about: Any, **changes: Any) -> ComplaintAnswered:
    values: dict[str, Any] = {
        "complaint_id": about.complaint_id,
        "ticket": about.ticket,
        "agency": DIKPORA,
        "text": "Atap selesai diganti hari Jumat.",
        "actor": OFFICER,
        "answered_at": datetime.now(UTC),
    }
    return ComplaintAnswered(**values | changes)


def moved(about: Any, previous: str, state: str, **changes: Any) -> ComplaintStatusChanged:
    values: dict[str, Any] = {
        "complaint_id": about.complaint_id,
        "ticket": about.ticket,
        "previous": previous,
        "state": state,
        "actor": OFFICER,
        "version": 5,
        "changed_at": datetime.now(UTC),
    }
    return ComplaintStatusChanged(**values | changes)


async def there(mirror: Any) -> Any:
    told = await mirror.verified()
    await mirror.work()
    return told


def written(lapor: Any, told: Any) -> list[str]:
    return [one["content"] for one in lapor.one(told.ticket).followups]


async def look(mirror: Any, told: Any) -> list[dict[str, Any]]:
    await mirror.sql.execute("UPDATE lapor.mirror SET due_at = now() WHERE lapor_id IS NOT NULL")
    while await mirror.mirror.look_at_one():
        await mirror.sql.execute("UPDATE lapor.mirror SET due_at = now() + interval '1 hour'")
    events = await mirror.published(told.ticket)
    return [json.loads(one["value"]) for one in events if one["type"] == "complaint.mirror_followed_up.v1"]


async def test_what_an_agency_did_is_told_lapor_under_a_mark_of_its_own(house, lapor):
    mirror = house()
    told = await there(mirror)
    done, answer = followed_up(told), answered(told)
    for event in (done, done, answer, moved(told, "in_progress", "answered"), moved(told, "answered", "closed")):
        await mirror.hear(event)
    await mirror.work()
    assert written(lapor, told) == [
        (
            f"[{told.ticket} #1] Tindak lanjut Dinas Dikpora NTB (perbaikan atau pengerjaan): "
            "Atap sudah ditutup terpal pagi ini."
        ),
        f"[{told.ticket} #2] Jawaban Dinas Dikpora NTB: Atap selesai diganti hari Jumat.",
        f"[{told.ticket} #3] Status di NTB Care: Selesai.",
    ]
    first = lapor.one(told.ticket).followups[0]
    assert first["institution_from_name"] == "Dinas Pendidikan dan Kebudayaan Provinsi Nusa Tenggara Barat"


async def test_what_was_done_before_lapor_was_told_follows_the_complaint(house, lapor, events):
    received, assigned, verified = events
    mirror, told = house(), received()
    for event in (told, assigned(told), followed_up(told)):
        await mirror.hear(event)
    await mirror.work()
    assert lapor.count(told.ticket) == 0
    await mirror.hear(verified(told))
    await mirror.work()
    assert len(written(lapor, told)) == 1


async def test_a_long_follow_up_goes_in_pieces_and_loses_no_word(house, lapor):
    mirror = house()
    told = await there(mirror)
    words = " ".join(f"kata{number}" for number in range(300))
    await mirror.hear(followed_up(told, words))
    await mirror.work()
    parts = written(lapor, told)
    assert len(parts) == 3
    assert all(len(part) <= 1000 for part in parts)
    assert parts[1].startswith(f"[{told.ticket} #1 2/3] ")
    whole = " ".join(part.split("] ", 1)[1] for part in parts)
    assert whole.endswith(words)


async def test_names_in_a_follow_up_are_masked_and_hide_it(house, lapor, personal):
    mirror = house()
    told = await there(mirror)
    await mirror.hear(followed_up(told, "Sudah dihubungi, Pak Budi Contohsari di 081234567890."))
    await mirror.work()
    (said,) = written(lapor, told)
    assert "Budi" not in said
    assert not personal(said)


@pytest.mark.parametrize("quirk", ["answer_cut", "error_after", "error_before", "too_many"])
async def test_a_follow_up_whose_answer_was_lost_is_looked_for_and_stands_there_once(house, lapor, quirk):
    mirror = house(pause_s=0)
    told = await there(mirror)
    lost = {"answer_cut": "followup_answer_cut", "error_after": "followup_error_after"}.get(quirk, quirk)
    if not hasattr(lapor.quirks, lost):
        pytest.skip("the stand-in does not know this yet")
    lapor.switch(**{lost: 1, "retry_after_s": 0})
    await mirror.hear(followed_up(told))
    for _ in range(4):
        await mirror.work()
    assert len(written(lapor, told)) == 1
    (step,) = await mirror.sql.fetch("SELECT * FROM lapor.step WHERE kind = 'follow_up'")
    assert (step["state"], json.loads(step["payload"]).keys()) == ("done", {"digest"})


async def test_our_own_follow_up_is_known_again_with_and_without_its_number(house, lapor):
    mirror = house()
    told = await there(mirror)
    await mirror.hear(followed_up(told))
    await mirror.work()
    await mirror.sql.execute("UPDATE lapor.step SET reference = NULL WHERE kind = 'follow_up'")
    await mirror.hear(answered(told))
    await mirror.work()
    assert await look(mirror, told) == []
    heard = await mirror.sql.fetch("SELECT what FROM lapor.heard")
    assert [one["what"] for one in heard] == ["ours", "ours"]


async def test_what_an_institution_writes_is_announced_once_in_its_order(house, lapor):
    mirror = house()
    lapor.switch(object_attachments=True, text_ids=True)
    told = await there(mirror)
    one = lapor.one(told.ticket)
    name = "Dinas Pendidikan dan Kebudayaan Provinsi Nusa Tenggara Barat"
    await mirror.mirror.master("institutions")
    for text, minutes in (("Kami jadwalkan hari Rabu.", 5), ("Tim sudah ke lokasi.", 9)):
        lapor.held.follow_up(
            one,
            at=datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=minutes),
            template_code="followup",
            template_content="",
            content=text,
            institution_from_name=name,
            institution_to_name="",
            attachments=[{"id": 1}],
        )
    said = await look(mirror, told)
    assert [event["text"] for event in said] == ["Tim sudah ke lokasi.", "Kami jadwalkan hari Rabu."]
    assert {event["agency"]["key"] for event in said} == {"NTB.DIKPORA"}
    assert said[0]["files"] == 1
    assert await look(mirror, told) == said


async def test_a_line_of_lapors_own_log_is_no_follow_up(house, lapor):
    mirror = house()
    told = await there(mirror)
    lapor.held.follow_up(
        lapor.one(told.ticket),
        template_code="disposition",
        template_content="Diteruskan dari {{institution_from}} kepada {{institution_to}}",
        content="",
        institution_from_name="A",
        institution_to_name="B",
        attachments=[],
    )
    assert await look(mirror, told) == []
    (kept,) = await mirror.sql.fetch("SELECT what FROM lapor.heard")
    assert kept["what"] == "log"


async def test_a_follow_up_that_bears_a_mark_of_ours_and_other_words_is_theirs(house, lapor):
    mirror = house()
    told = await there(mirror)
    await mirror.hear(followed_up(told))
    await mirror.work()
    lapor.held.follow_up(
        lapor.one(told.ticket),
        template_code="followup",
        template_content="",
        content=f"[{told.ticket} #1] Menanggapi ini: kami tidak setuju.",
        institution_from_name="A",
        institution_to_name="B",
        attachments=[],
    )
    (said,) = await look(mirror, told)
    assert said["text"].endswith("kami tidak setuju.")


async def test_what_casework_only_heard_from_lapor_is_not_told_lapor(house, lapor):
    mirror = house()
    told = await there(mirror)
    for event in (
        followed_up(told, actor=LAPOR),
        answered(told, actor=LAPOR),
        moved(told, "answered", "closed", actor=LAPOR),
    ):
        await mirror.hear(event)
    await mirror.work()
    assert written(lapor, told) == []


async def test_nothing_more_is_said_of_what_was_sealed_after_it_was_told(house, lapor, later):
    mirror = house()
    told = await there(mirror)
    await mirror.hear(followed_up(told))
    await mirror.hear(later[0](told, sealed=True))
    await mirror.hear(answered(told))
    await mirror.work()
    assert written(lapor, told) == []
    (step,) = await mirror.sql.fetch("SELECT state, reason, payload FROM lapor.step WHERE kind = 'follow_up'")
    assert tuple(step)[:2] == ("left_out", "sealed")
    assert json.loads(step["payload"]).keys() == {"digest"}


async def test_what_shows_a_follow_up_goes_with_it(house, lapor):
    mirror = house()
    told = await there(mirror)
    ref = await mirror.store(b"\xff\xd8\xff\xe0 a photo", "image/jpeg")
    video = AttachmentRef(id=new_id(), kind="video", media_type="video/mp4", sha256="0" * 64, size=9)
    gone = AttachmentRef(id=new_id(), kind="image", media_type="image/png", sha256="1" * 64, size=9)
    await mirror.hear(followed_up(told, evidence=(ref, video, gone)))
    await mirror.work()
    (said,) = lapor.one(told.ticket).followups
    assert len(said["attachments"]) == 1
