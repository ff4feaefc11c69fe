"""What leaves for LAPOR!: no sealed complaint, nothing that names a person, never less secrecy than we keep."""

import unicodedata
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from shared.events import Actor, ComplaintMarked, ComplaintUnsealed

PEOPLE = [
    "NIK saya 5203011234560001, kartu belum jadi.",
    "NIK saya 5203 0112 3456 0001, kartu belum jadi.",
    "NIK 52.03.01.123456.0001 tidak ditemukan di loket.",
    "NIK 5203-0112-3456-0001 tidak ditemukan.",
    "Nomor saya " + "".join(chr(0xFF10 + int(digit)) for digit in "081234567890") + ", tolong hubungi.",
    "Hubungi 0812\u200b3456\u200b7890 kalau petugas datang.",
    "Hubungi 0812-3456-7890 atau +62 812 3456 7890.",
    "wa:0812.3456.7890 ya pak",
    "Kirim ke budi.santoso@contoh.id saja.",
    "Kirim ke BUDI_SANTOSO@CONTOH.CO.ID saja.",
]


@pytest.mark.parametrize("text", PEOPLE)
async def test_nothing_personal_reaches_lapor(house, lapor, personal, text):
    mirror = house()
    assert personal(unicodedata.normalize("NFKC", text)), "the detector finds it in the citizen's own words"
    told = await mirror.verified(text=f"{text} Jalan di Selong rusak.")
    await mirror.work()
    sent = lapor.one(told.ticket).sent
    row = await mirror.row(told.ticket)
    assert not personal(f"{sent.title}\n{sent.content}")
    assert [name for name, value in row.items() if isinstance(value, str) and personal(value)] == []
    assert sent.content.startswith(f"[{told.ticket}] ")
    assert "Jalan di Selong rusak." in sent.content


async def test_the_reporter_at_lapor_is_our_own_account(house, lapor):
    mirror = house()
    told = await mirror.verified(text="Nama saya Budi Santoso, lampu jalan padam.")
    await mirror.work()
    sent = lapor.one(told.ticket).sent
    assert (sent.user_id, sent.channel, sent.is_new_user_slider) == (77, 12, False)
    assert (sent.emailUser, sent.nameUser, sent.phoneUser) == (None, None, None)
    assert "Budi" not in sent.title + sent.content


async def test_what_an_officer_hides_is_hidden_at_lapor_too(house, lapor, events):
    received, assigned, verified = events
    mirror, told = house(), received()
    hidden = ComplaintMarked(
        complaint_id=told.complaint_id,
        ticket=told.ticket,
        anonymous=True,
        secret=True,
        reason="Menyebut nama orang lain.",
        actor=Actor(kind="officer", id="7"),
        marked_at=datetime.now(UTC),
    )
    for event in (told, assigned(told), hidden, verified(told)):
        await mirror.hear(event)
    await mirror.work()
    sent = lapor.one(told.ticket).sent
    assert (sent.is_anonymous, sent.is_secret) == (True, True)


async def test_a_sealed_complaint_never_leaves_and_leaves_no_word_here(house, lapor):
    mirror = house()
    told = await mirror.verified(sealed=True, text="Petugas loket meminta uang pelicin.")
    await mirror.work()
    row = await mirror.row(told.ticket)
    assert (row["state"], row["reason"], row["text"], row["mask_version"]) == ("withheld", "sealed", None, None)
    assert lapor.count(told.ticket) == 0
    assert not await mirror.published(told.ticket)


async def test_a_complaint_that_is_sealed_before_it_left_never_leaves(house, lapor, events):
    received, assigned, verified = events
    mirror = house()
    told = received()
    await mirror.hear(told)
    await mirror.hear(assigned(told, sealed=True))
    await mirror.hear(verified(told))
    await mirror.work()
    row = await mirror.row(told.ticket)
    assert (row["state"], row["text"], lapor.count(told.ticket)) == ("withheld", None, 0)


async def test_a_doubtful_mirror_that_was_sealed_meanwhile_is_not_told_again(house, lapor, events):
    _, assigned, _ = events
    mirror = house()
    lapor.switch(no_id=1)
    told = await mirror.verified()
    await mirror.work()
    await mirror.hear(assigned(told, sealed=True))
    await mirror.sql.execute("UPDATE lapor.mirror SET verdict = 'not_created'")
    await mirror.work()
    row = await mirror.row(told.ticket)
    assert (row["state"], row["text"], lapor.count(told.ticket)) == ("withheld", None, 1)


async def test_the_table_itself_keeps_a_sealed_text_out_and_an_unverified_one_back(house):
    mirror = house()
    told = await mirror.verified(sealed=True)
    for change in ("text = 'x'", "state = 'queued', text = NULL"):
        with pytest.raises(asyncpg.CheckViolationError):
            await mirror.sql.execute(f"UPDATE lapor.mirror SET {change} WHERE ticket = $1", told.ticket)


async def test_a_complaint_that_nobody_verified_stays_here(house, lapor, events):
    received, assigned, _ = events
    mirror = house()
    told = received()
    await mirror.hear(told)
    await mirror.hear(assigned(told))
    await mirror.work()
    assert ((await mirror.row(told.ticket))["state"], lapor.count(told.ticket)) == ("waiting", 0)


@pytest.mark.parametrize(
    ("ours", "text", "theirs"),
    [
        ({}, "Lampu jalan padam.", (False, False)),
        ({"anonymous": True}, "Lampu jalan padam.", (False, True)),
        ({"secret": True}, "Lampu jalan padam.", (True, True)),
        ({"secret": True, "anonymous": True}, "Lampu jalan padam.", (True, True)),
        ({}, "Pak Budi Santoso, telepon 081234567890, mematikan lampu.", (True, False)),
    ],
    ids=["open", "anonymous", "secret", "both", "names a person"],
)
async def test_lapor_keeps_at_least_our_secrecy(house, lapor, ours, text, theirs):
    mirror = house()
    told = await mirror.verified(text=text, **ours)
    await mirror.work()
    sent = lapor.one(told.ticket).sent
    assert (sent.is_secret, sent.is_anonymous) == theirs


@pytest.mark.parametrize(("agency", "institution"), [("NTB.DIKPORA", 2), ("NTB.PUPR", 1)])
async def test_the_agency_at_the_time_of_telling_decides_the_institution(house, lapor, events, agency, institution):
    _, assigned, _ = events
    mirror = house()
    told = await mirror.verified()
    await mirror.hear(assigned(told, agency))
    await mirror.work()
    assert lapor.one(told.ticket).sent.disposition_id == institution


async def test_what_lapor_says_is_kept_without_the_complaints_own_words(house, lapor, monkeypatch):
    from shared.testing.lapor import api
    from shared.testing.lapor.answers import WrongError

    async def quote(request, _model):
        sent = await request.json()
        raise WrongError(422, f"Judul tidak boleh: {sent['title']}")

    monkeypatch.setattr(api, "_body", quote)
    mirror = house()
    told = await mirror.verified()
    await mirror.work()
    assert (await mirror.row(told.ticket))[
        "reason"
    ] == "HTTP 422: (LAPOR! quotes the complaint; its words are left out)"


async def test_an_event_about_an_unknown_complaint_is_rejected(house, events):
    from shared.core.errors import RejectError

    received, assigned, verified = events
    mirror, unknown = house(), received()
    for event in (assigned(unknown), verified(unknown)):
        with pytest.raises(RejectError):
            await mirror.hear(event)


async def test_an_event_that_is_told_twice_changes_nothing(house, lapor, events):
    _, assigned, verified = events
    mirror = house()
    told = await mirror.verified()
    await mirror.work()
    for event in (told, assigned(told), verified(told)):
        await mirror.hear(event)
    await mirror.work()
    assert ((await mirror.row(told.ticket))["state"], lapor.count(told.ticket)) == ("created", 1)


async def test_a_complaint_that_is_sealed_while_it_is_being_posted_is_not_told_again(house, lapor, events):
    _, assigned, _ = events
    away = house(base_url="http://127.0.0.1:1/lapor/3.0.0")
    told = await away.verified()
    async with away.pool.transaction() as tx:
        push = await away.service.telling.claim_push(tx)
    await away.hear(assigned(told, sealed=True))
    assert (await away.row(told.ticket))["text"] is None
    await away.mirror._tell(push)
    row = await away.row(told.ticket)
    assert (row["state"], row["reason"], row["text"]) == ("withheld", "sealed", None)
    await house().work()
    assert lapor.count(told.ticket) == 0


def test_what_lapor_says_is_not_in_the_log_of_the_circuit():
    from services.lapor.wire.circuit import Circuit
    from services.lapor.wire.port import Unclear

    circuit = Circuit(60)
    with capture_logs() as logged:
        for _ in range(3):
            circuit.heed("create", Unclear("HTTP 200 without a number: Budi Santoso"))
    assert [line["event"] for line in logged] == ["lapor.circuit_opened"]
    assert "HTTP 200 without a number" in logged[0]["reason"]
    assert "Budi" not in str(logged)


async def test_what_is_unsealed_stays_here_because_its_words_are_gone(house, lapor, events):
    _, assigned, _ = events
    mirror = house()
    told = await mirror.verified(sealed=True)
    await mirror.hear(assigned(told))
    assert (await mirror.row(told.ticket))["reason"] == "sealed"
    await mirror.hear(unsealed(told))
    await mirror.work()
    row = await mirror.row(told.ticket)
    assert (row["state"], row["reason"], row["text"], lapor.count(told.ticket)) == ("withheld", "was_sealed", None, 0)


async def test_what_was_unsealed_and_sealed_again_is_sealed(house, events):
    _, assigned, _ = events
    mirror = house()
    told = await mirror.verified(sealed=True)
    for event in (unsealed(told), assigned(told, sealed=True)):
        await mirror.hear(event)
    row = await mirror.row(told.ticket)
    assert (row["state"], row["reason"]) == ("withheld", "sealed")


def unsealed(about: Any) -> ComplaintUnsealed:
    actor = Actor(kind="officer", id="x")
    return ComplaintUnsealed(
        complaint_id=about.complaint_id,
        ticket=about.ticket,
        reason="Bukan pungutan.",
        actor=actor,
        unsealed_at=datetime.now(UTC),
    )
