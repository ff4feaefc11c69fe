"""Which complaints go to LAPOR!, when, and who looks at them first."""

from datetime import UTC, datetime

import asyncpg
import pytest

from services.lapor.outward.policy import PolicyError, load_policy
from shared.directory import INSPECTORATE

HEADER = "kind,agency,secret,goes,when,why\n"
LAST = "*,*,*,yes,verified,\n"


@pytest.mark.parametrize(
    ("kind", "agency", "secret", "goes"),
    [
        ("pengaduan", "NTB.DIKPORA", False, "yes"),
        (None, "52.03.DIKBUD", True, "yes"),
        ("whistleblowing", "NTB.DIKPORA", False, "no"),
        ("bukan_pengaduan", "NTB.DESK", False, "no"),
        ("pengaduan_pengawasan", INSPECTORATE, False, "no"),
    ],
)
def test_the_shipped_table_says(kind, agency, secret, goes):
    assert load_policy().decide(kind=kind, agency=agency, secret=secret).goes == goes


def test_the_first_row_that_fits_decides(tmp_path):
    table = tmp_path / "policy.csv"
    rows = "*,52.03.*,*,by_hand,verified,\naspirasi,*,no,yes,assigned,\n*,*,yes,no,,\n"
    table.write_text(HEADER + rows + LAST, encoding="utf-8")
    policy = load_policy(str(table))
    assert policy.decide(kind="aspirasi", agency="52.03.PUPR", secret=True).goes == "by_hand"
    assert policy.decide(kind="aspirasi", agency="NTB.PUPR", secret=False).when == "assigned"
    assert policy.decide(kind="aspirasi", agency="NTB.PUPR", secret=True).goes == "no"
    assert policy.decide(kind=None, agency="NTB.PUPR", secret=False).goes == "yes"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "columns"),
        ("kind,agency\n*,*\n", "columns"),
        (HEADER, "columns"),
        (HEADER + "aduan,*,*,yes,verified,\n" + LAST, "row 2: kind is 'aduan'"),
        (HEADER + "*,*,*,perhaps,verified,\n", "row 2: goes is 'perhaps'"),
        (HEADER + "pengaduan,*,*,yes,verified,\n", "the last row must be for everything"),
    ],
)
def test_a_table_that_cannot_be_followed_stops_the_start(tmp_path, text, said):
    table = tmp_path / "policy.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=said):
        load_policy(str(table))
    with pytest.raises(PolicyError, match="can be read"):
        load_policy(str(tmp_path / "none.csv"))


async def test_what_the_policy_keeps_here_leaves_no_word_in_the_mirror(house, lapor, events):
    received, assigned, verified = events
    mirror, told = house(), received()
    for event in (told, assigned(told, kind="whistleblowing"), verified(told)):
        await mirror.hear(event)
    await mirror.work()
    row = await mirror.row(told.ticket)
    assert (row["state"], row["reason"], row["text"], lapor.count(told.ticket)) == ("withheld", "policy", None, 0)


async def test_a_policy_may_let_go_what_is_assigned(house, lapor, events, tmp_path):
    received, assigned, _ = events
    table = tmp_path / "policy.csv"
    table.write_text(f"{HEADER}aspirasi,*,*,yes,assigned,\n{LAST}", encoding="utf-8")
    mirror = house(policy=str(table))
    wish, complaint = received(), received()
    for told, kind in ((wish, "aspirasi"), (complaint, "pengaduan")):
        await mirror.hear(told)
        await mirror.hear(assigned(told, kind=kind))
    await mirror.work()
    assert [lapor.count(one.ticket) for one in (wish, complaint)] == [1, 0]


async def test_what_is_verified_before_it_is_anybodys_waits_for_the_agency(house, lapor, events):
    received, assigned, verified = events
    mirror, told = house(), received()
    await mirror.hear(told)
    await mirror.hear(verified(told))
    await mirror.work()
    assert (await mirror.row(told.ticket))["state"] == "waiting"
    await mirror.hear(assigned(told))
    await mirror.work()
    assert lapor.count(told.ticket) == 1


NAMED = "Pak Budi Contohsari, telepon 081234567890, mematikan lampu jalan."


async def test_a_complaint_in_which_somebody_was_found_waits_until_an_officer_has_seen_it(house, lapor):
    mirror = house(review="when_masked")
    plain, named = await mirror.verified(), await mirror.verified(text=NAMED)
    await mirror.work()
    assert [lapor.count(one.ticket) for one in (plain, named)] == [1, 0]
    row = await mirror.row(named.ticket)
    assert row["state"] == "to_review"
    assert "Budi" not in row["text"]
    (notice,) = await mirror.sql.fetch("SELECT ticket, kind FROM lapor.notice")
    assert tuple(notice) == (named.ticket, "to_review")


@pytest.mark.parametrize(("review", "held"), [("never", 1), ("always", 0)])
async def test_a_province_may_look_at_everything_or_at_nothing(house, lapor, review, held):
    mirror = house(review=review)
    told = await mirror.verified(text=NAMED if review == "never" else "Lampu padam.")
    await mirror.work()
    assert lapor.count(told.ticket) == held


async def test_further_words_that_name_somebody_are_seen_before_they_go(house, lapor, later):
    mirror = house(review="when_masked", base_url="http://127.0.0.1:1/lapor/3.0.0")
    told = await mirror.verified()
    await mirror.work()
    assert (await mirror.row(told.ticket))["state"] == "queued"
    await mirror.hear(later[0](told, text=NAMED))
    await house(review="when_masked").work()
    assert ((await mirror.row(told.ticket))["state"], lapor.count(told.ticket)) == ("to_review", 0)


async def test_words_that_name_somebody_while_it_is_being_posted_are_seen_before_it_is_posted_again(
    house, lapor, later
):
    away = house(review="when_masked", base_url="http://127.0.0.1:1/lapor/3.0.0")
    told = await away.verified()
    async with away.pool.transaction() as tx:
        push = await away.service.telling.claim_push(tx)
    await away.hear(later[0](told, text=NAMED))
    await away.mirror._tell(push)
    await house(review="when_masked").work()
    assert ((await away.row(told.ticket))["state"], lapor.count(told.ticket)) == ("to_review", 0)


async def test_by_hand_nothing_is_queued_and_no_call_is_made(house, lapor):
    mirror = house(mode="by_hand")
    told = await mirror.verified()
    await mirror.work()
    assert ((await mirror.row(told.ticket))["state"], lapor.held.calls.total()) == ("by_hand", 0)


async def test_what_is_hidden_after_it_was_told_is_put_before_a_person(house, events):
    from shared.events import Actor, ComplaintMarked

    mirror = house()
    told = await mirror.verified()
    await mirror.work()
    hidden = ComplaintMarked(
        complaint_id=told.complaint_id,
        ticket=told.ticket,
        anonymous=False,
        secret=True,
        reason="Menyebut nama.",
        actor=Actor(kind="officer", id="7"),
        marked_at=datetime.now(UTC),
    )
    await mirror.hear(hidden)
    await mirror.hear(hidden)
    assert [one["kind"] for one in await mirror.sql.fetch("SELECT kind FROM lapor.notice")] == ["hidden_after_told"]


async def test_the_table_itself_lets_no_sealed_complaint_be_queued_or_shown(house):
    mirror = house()
    told = await mirror.verified(sealed=True)
    for state in ("queued", "to_review", "by_hand"):
        with pytest.raises(asyncpg.CheckViolationError):
            change = "UPDATE lapor.mirror SET state = $2, text = 'x', released_at = now() WHERE ticket = $1"
            await mirror.sql.execute(change, told.ticket, state)
