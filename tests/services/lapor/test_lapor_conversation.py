"""What a citizen says after the first message: told as it stands when it is told, sealed or withdrawn in time."""

from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from shared.core.errors import RejectError
from shared.core.ids import new_id
from shared.events import ComplaintResumed


async def test_lapor_gets_everything_that_was_said_until_it_is_told(house, lapor, events, later):
    received, assigned, verified = events
    appended, amended, _ = later
    mirror, first = house(), received()
    more = appended(first)
    for event in (first, more, assigned(first), verified(first), amended(first), more):
        await mirror.hear(event)
    await mirror.hear(appended(first, author="agency", text="Kami cek besok."))
    await mirror.hear(amended(first, message_id=new_id(), author="agency", text="Kami cek besok pagi."))
    await mirror.work()
    content = lapor.one(first.ticket).sent.content
    assert content.startswith(
        f"[{first.ticket}] Atap ruang guru SMA di Selong bocor.\n\nTepatnya di sebelah timur pasar."
    )
    assert "sejak bulan lalu" not in content
    assert "Kami cek besok" not in content


async def test_a_message_that_was_taken_back_is_not_told(house, lapor, later):
    mirror = house()
    appended, amended, _ = later
    told = await mirror.verified()
    more = appended(told, attachments=())
    await mirror.hear(more)
    await mirror.hear(amended(told, message_id=more.message_id, change="withdrawn", text=None))
    await mirror.work()
    assert "sebelah timur" not in lapor.one(told.ticket).sent.content


async def test_further_words_are_masked_too_and_make_it_secret_there(house, lapor, later):
    mirror = house()
    told = await mirror.verified()
    await mirror.hear(later[0](told, text="Hubungi Pak Budi Contohsari di 081234567890."))
    await mirror.work()
    sent = lapor.one(told.ticket).sent
    assert "081234567890" not in sent.content
    assert sent.is_secret
    assert "Lampiran: 1 berkas" in sent.content


async def test_what_is_said_after_it_was_told_is_not_kept_here(house, later):
    mirror = house()
    told = await mirror.verified()
    await mirror.work()
    before = (await mirror.row(told.ticket))["text"]
    await mirror.hear(later[0](told))
    assert (await mirror.row(told.ticket))["text"] == before


@pytest.mark.parametrize("how", [0, 1])
async def test_words_that_seal_a_complaint_keep_it_here_and_leave_no_word(how, house, lapor, later):
    mirror = house()
    told = await mirror.verified()
    await mirror.hear(later[how](told, text="Petugasnya minta uang pelicin.", sealed=True))
    await mirror.hear(later[0](told, sealed=True))
    await mirror.work()
    row = await mirror.row(told.ticket)
    assert (row["state"], row["reason"], row["text"], row["said"]) == ("withheld", "sealed", None, None)
    assert lapor.count(told.ticket) == 0


async def test_words_that_seal_what_lapor_has_are_an_alarm_and_leave_no_word(house, later):
    mirror = house()
    told = await mirror.verified()
    await mirror.work()
    with capture_logs() as logs:
        await mirror.hear(later[0](told, sealed=True))
    assert [line["event"] for line in logs] == ["lapor.sealed_too_late"]
    row = await mirror.row(told.ticket)
    assert (row["state"], row["text"], row["said"]) == ("created", None, None)


@pytest.mark.parametrize("when", ["before it was verified", "before it was told"])
async def test_a_withdrawn_complaint_is_not_told(when, house, lapor, events, later):
    received, assigned, verified = events
    mirror, first = house(), received()
    facts = [first, assigned(first), verified(first)]
    facts.insert(1 if when == "before it was verified" else 3, later[2](first))
    for event in facts:
        await mirror.hear(event)
    await mirror.work()
    row = await mirror.row(first.ticket)
    assert (row["state"], row["reason"], row["text"]) == ("withheld", "withdrawn", None)
    assert lapor.count(first.ticket) == 0


async def test_what_is_withdrawn_while_it_is_being_posted_is_not_told_again(house, lapor, later):
    away = house(base_url="http://127.0.0.1:1/lapor/3.0.0")
    told = await away.verified()
    async with away.pool.transaction() as tx:
        push = await away.service.telling.claim_push(tx)
    await away.hear(later[2](told))
    await away.mirror._tell(push)
    row = await away.row(told.ticket)
    assert (row["state"], row["reason"]) == ("withheld", "withdrawn")
    await house().work()
    assert lapor.count(told.ticket) == 0


async def test_what_is_said_about_an_unknown_complaint_is_rejected(house, events, later):
    mirror, unknown = house(), events[0]()
    for event in (later[0](unknown), later[1](unknown), later[2](unknown)):
        with pytest.raises(RejectError):
            await mirror.hear(event)


async def test_a_change_of_a_message_that_came_with_others_is_told_too(house, lapor, later):
    mirror = house()
    told = await mirror.verified()
    await mirror.hear(later[1](told, message_id=new_id(), text="Ralat: dua ruang kelas."))
    await mirror.work()
    assert lapor.one(told.ticket).sent.content.endswith("Ralat: dua ruang kelas.")


async def test_what_is_withdrawn_and_goes_on_is_typed_in_by_an_officer_for_its_words_are_gone(house, lapor, later):
    mirror = house(mode="by_hand")
    told = await mirror.verified()
    await mirror.hear(later[2](told))
    resumed = ComplaintResumed(
        complaint_id=told.complaint_id, ticket=told.ticket, message_id=new_id(), resumed_at=datetime.now(UTC)
    )
    await mirror.hear(resumed)
    row = await mirror.row(told.ticket)
    assert (row["state"], row["reason"], row["text"], row["withdrawn_at"]) == ("withheld", "was_withdrawn", None, None)


async def test_lapor_hears_that_what_it_has_was_withdrawn_and_goes_on(house, lapor, later):
    mirror = house()
    told = await mirror.verified()
    await mirror.work()
    await mirror.hear(later[2](told))
    resumed = ComplaintResumed(
        complaint_id=told.complaint_id, ticket=told.ticket, message_id=new_id(), resumed_at=datetime.now(UTC)
    )
    await mirror.hear(resumed)
    await mirror.work()
    assert [one["content"].split("] ")[1] for one in lapor.one(told.ticket).followups] == [
        "Pelapor mencabut aduan ini di NTB Care.",
        "Pelapor melanjutkan aduan ini di NTB Care.",
    ]
