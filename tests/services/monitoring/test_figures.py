"""The figures on a real database: they add up, each cut of them, and show nobody what is not theirs."""

import csv
import io
import random
from datetime import date
from typing import Any

import pytest

from services.monitoring import service
from services.monitoring.rules import CUTS, FILTERS, LEFT_OUT, Question, Scope
from services.monitoring.service import Answered
from shared.core.errors import RejectError
from shared.events import REASON_WORDS
from shared.security import Role
from tests.services.monitoring.facts import (
    answered,
    assigned,
    deadlines,
    escalated,
    followed_up,
    moved,
    rated,
    received,
    routed,
    sealing_words,
    unsealed,
    verified,
    withdrawn,
)

pytestmark = pytest.mark.usefixtures("empty")
AGENCIES = ("NTB.DIKPORA", "NTB.DINKES", "52.03.DIKBUD", None)
FILTERED: list[dict[str, str]] = [{}, {"channel": "sms"}, *(dict.fromkeys([str(name)], "none") for name in FILTERS)]
SUMMED = ("received", "followed_up", "complaints", "complaints_followed_up", "answered", "closed", "rated", "imported")


def many(count: int, seed: int = 7) -> list[Any]:
    """Return what happened to many complaints, in order; one in ten is sealed."""
    chance, events = random.Random(seed), []
    for _ in range(count):
        new = received(channel=chance.choice(("sms", "facebook", "web")), sealed=chance.random() < 0.1)
        kind = chance.choice(("pengaduan", "aspirasi", "bukan_pengaduan", None))
        agency = chance.choice(AGENCIES)
        events += [new, routed(new, kind=kind, affair=chance.choice(("pendidikan", "kesehatan", None)))]
        events += [assigned(new, agency, kind=kind)] if agency else []
        events += [followed_up(new)] if chance.random() < 0.5 else []
        events += [answered(new, warnings=("no_date",))] if chance.random() < 0.3 else []
        events += chance.choice(
            (
                [moved(new, "archived", reason_code=chance.choice(tuple(REASON_WORDS)))],
                [withdrawn(new)],
                [moved(new, "closed")],
                [rated(new, 4)],
            )
        )
        events += [deadlines(new, follow_up=chance.choice(("kept", "missed", "unknown", "running", "cancelled")))]
    return events


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INSPECTORATE])
async def test_every_cut_adds_up_to_the_total_and_each_complaint_is_in_one_bucket(deliver, ask, role):
    await deliver(*many(80))
    totals = []
    for by in CUTS:
        for filters in FILTERED:
            told = (await ask(role=role, by=by, **filters)).json()
            total, buckets = told["total"], told["buckets"]
            assert {name: sum(one[name] for one in buckets) for name in SUMMED} == {
                name: total[name] for name in SUMMED
            }
            for reason in LEFT_OUT:
                assert sum(one["left_out"].get(reason, 0) for one in buckets) == total["left_out"].get(reason, 0)
            for outcome in ("kept", "missed", "unknown", "open"):
                counts = [one["limits"].get("follow_up", {}).get(outcome, 0) for one in buckets]
                assert sum(counts) == total["limits"].get("follow_up", {}).get(outcome, 0)
            assert len({one["key"] for one in buckets}) == len(buckets)
            totals += [] if filters else [total]
    assert all(one == totals[0] for one in totals)


async def test_times_are_told_in_hours_by_step(deliver, ask):
    first, second = received(), received()
    await deliver(
        first, verified(first), assigned(first), followed_up(first), answered(first), moved(first, "closed", hours=9)
    )
    await deliver(second, assigned(second, hours=3), followed_up(second, hours=13))
    steps = (await ask()).json()["total"]["steps"]
    days = {"in_days": 2, "median_days": 0.5, "p90_days": 0.9}
    assert steps["received_to_follow_up"] == {"count": 2, "median_hours": 8.0, "p90_hours": 12.0, **days}
    assert steps["assigned_to_follow_up"]["median_hours"] == 6.0
    assert steps["follow_up_to_answer"]["p90_hours"] == 2.0
    assert steps["answer_to_close"]["median_hours"] == 4.0
    assert steps["verified_to_assigned"]["count"] == 1 and steps["verified_to_assigned"]["median_hours"] == 0.0


async def test_the_share_within_the_limit_counts_neither_unknown_nor_open_ones(deliver, ask):
    for outcome in ("kept", "kept", "missed", "unknown", "unknown", "running", "stopped", "cancelled"):
        new = received()
        await deliver(new, deadlines(new, follow_up=outcome, verify="kept"))
    limits = (await ask()).json()["total"]["limits"]
    assert limits["follow_up"] == {"kept": 2, "missed": 1, "unknown": 2, "open": 2, "share": 0.6667}
    assert limits["verify"]["kept"] == 8


async def test_what_is_overdue_is_missed_while_it_is_still_open_and_a_reminder_is_no_escalation(deliver, ask):
    reminded, overdue, more_time = (received() for _ in range(3))
    for case in (reminded, overdue, more_time):
        await deliver(case, deadlines(case, follow_up="running", resolve="running"), escalated(case, hours=5))
    await deliver(escalated(overdue), escalated(overdue, hours=9))
    recomputed = deadlines(more_time, follow_up="running", resolve="running").model_copy(update={"because": "calendar"})
    await deliver(escalated(more_time), recomputed)
    total = (await ask()).json()["total"]
    assert total["limits"]["follow_up"] == {"kept": 0, "missed": 1, "unknown": 0, "open": 2, "share": 0.0}
    assert total["limits"]["resolve"]["open"] == 3
    assert total["escalated"] == 2


async def test_a_day_is_a_day_in_ntb(deliver, ask):
    await deliver(received(received_at="2026-02-28T16:00:00Z"), received(received_at="2026-03-31T15:59:59Z"))
    await deliver(received(received_at="2026-02-28T15:59:59Z"), received(received_at="2026-03-31T16:00:00Z"))
    told = (await ask(by="month")).json()
    assert [(one["key"], one["received"]) for one in told["buckets"]] == [("2026-03", 2)]


async def test_sealed_ones_stand_in_the_inspectorates_totals_and_in_no_part_of_them(deliver, ask):
    new, sealed = received(), received(sealed=True)
    await deliver(new, assigned(new), sealed, assigned(sealed, "NTB.INSPEKTORAT", sealed=True), answered(sealed))
    for by in CUTS:
        told = (await ask(role=Role.INSPECTORATE, by=by)).json()
        assert [one["received"] for one in told["buckets"] if one["key"] == "sealed"] == [1]
        assert told["total"]["received"] == 2
        assert (await ask(by=by)).json()["total"]["received"] == 1
    for filters in ({"agency": "NTB.INSPEKTORAT"}, {"agency": "none"}, {"channel": "sms"}):
        told = (await ask(role=Role.INSPECTORATE, **filters)).json()
        assert "sealed" not in [one["key"] for one in told["buckets"]]
    assert (await ask("answers")).json()["total"]["answers"] == 0
    assert [one["key"] for one in (await ask("answers", role=Role.INSPECTORATE)).json()["buckets"]] == ["sealed"]


async def test_one_that_is_sealed_later_leaves_the_figures_of_others(deliver, ask):
    new = received()
    await deliver(new, assigned(new), answered(new))
    assert (await ask()).json()["total"]["received"] == 1
    await deliver(sealing_words(new))
    assert (await ask()).json()["total"]["received"] == 0
    assert (await ask("answers")).json()["total"]["answers"] == 0


async def test_leaders_see_the_exact_figures_of_their_agencies_and_no_others(deliver, ask):
    for agency in ("NTB.DIKPORA", "NTB.DINKES", "NTB.DINKES"):
        new = received()
        await deliver(new, assigned(new, agency), answered(new, agency=agency))
    told = (await ask(role=Role.LEADER, agencies=("NTB.DIKPORA",))).json()
    assert [(one["key"], one["received"], one["rate"]) for one in told["buckets"]] == [("NTB.DIKPORA", 1, 1.0)]
    assert told["buckets"][0]["name"].startswith("Dinas Pendidikan")
    quality = (await ask("answers", role=Role.LEADER, agencies=("NTB.DIKPORA",))).json()
    assert quality["total"]["answers"] == 1
    assert (await ask(role=Role.LEADER)).json()["total"]["received"] == 0


@pytest.mark.parametrize("role", [Role.LIAISON, Role.OPERATOR])
async def test_who_answers_for_nothing_sees_no_figures(ask, role):
    for path in ("follow-up", "answers"):
        refused = await ask(path, role=role)
        assert (refused.status_code, refused.json()["code"]) == (403, "no_figures")


async def test_an_observer_sees_no_small_bucket_and_nothing_of_a_handful(deliver, pool):
    async def seen() -> Answered:
        question = Question(start=date(2026, 3, 1), end=date(2026, 3, 31), by="agency")
        async with pool.transaction() as tx:
            return await service.follow_up(tx, question, Scope(exact=False))

    for agency, count in (("NTB.DIKPORA", 9), ("NTB.DINKES", 6), ("NTB.DISHUB", 2)):
        for _ in range(count):
            new = received()
            await deliver(new, assigned(new, agency), answered(new, agency=agency))
    told = await seen()
    assert {key: one.received for key, one in told.buckets.items()} == {"NTB.DIKPORA": 9, "other": 8}
    assert told.total.received == 17
    async with pool.transaction() as tx:
        total, buckets = await service.answers(tx, date(2026, 3, 1), date(2026, 3, 31), Scope(exact=False))
    assert (total.answers, {key: one.answers for key, one in buckets.items()}) == (17, {"NTB.DIKPORA": 9, "other": 8})


async def test_of_fewer_than_five_an_observer_sees_nothing(deliver, pool):
    await deliver(*(received() for _ in range(4)))
    question = Question(start=date(2026, 3, 1), end=date(2026, 3, 31), by="agency")
    async with pool.transaction() as tx:
        told = await service.follow_up(tx, question, Scope(exact=False))
    assert (told.suppressed, told.total.received, told.buckets) == (True, 0, {})


async def test_leaders_see_how_good_answers_are(deliver, ask):
    for agency, warnings in (
        ("NTB.DIKPORA", ("only_forwarded", "no_date")),
        ("NTB.DIKPORA", ()),
        ("NTB.DINKES", ("no_date",)),
    ):
        new = received()
        await deliver(new, assigned(new, agency), answered(new, agency=agency, warnings=warnings))
    told = (await ask("answers")).json()
    by_agency = {one["key"]: one for one in told["buckets"]}
    assert by_agency["NTB.DIKPORA"]["answers"] == 2
    assert by_agency["NTB.DIKPORA"]["warnings"]["only_forwarded"] == {"answers": 1, "share": 0.5}
    assert told["total"]["warnings"]["no_date"] == {"answers": 2, "share": 0.6667}


@pytest.mark.parametrize("how", [{"format": "csv"}, {"headers": {"accept": "text/csv"}}])
async def test_figures_leave_as_csv_and_run_nothing_there(deliver, ask, how):
    new = received(channel='=HYPERLINK("x")')
    await deliver(new, assigned(new), answered(new, warnings=("no_date",)))
    answer = await ask(by="channel", **how)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert (
        answer.headers["content-disposition"]
        == 'attachment; filename="tindak-lanjut_2026-03-01_2026-03-31_channel.csv"'
    )
    bucket, total = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert bucket["channel"] == '\'=HYPERLINK("x")'
    assert (total["name"], total["received"], total["rate_percent"]) == ("Jumlah", "1", "100.0")
    assert total["limit_follow_up_share_percent"] == ""
    quality = (await ask("answers", **how)).text.splitlines()
    assert quality[-1] == '"total","Jumlah",1,"no_date",1,100.0'


async def test_a_period_that_ends_before_it_begins_is_refused_with_a_remedy(ask):
    refused = await ask(to="2026-02-01")
    assert (refused.status_code, refused.json()["title"]) == (400, "Tanggal awal harus sebelum tanggal akhir")
    assert (await ask(**{"from": "0001-01-01"})).json()["code"] == "bad_period"
    assert (await ask(to="9999-12-31")).json()["code"] == "bad_period"
    assert (await ask(by="reporter")).status_code == 422
    assert (await ask(channel="\0")).status_code == 422


async def test_no_words_and_no_reporter_are_kept(deliver, sql):
    new = received()
    await deliver(new, routed(new), assigned(new), answered(new))
    kept = str([dict(row) for row in await sql.fetch("SELECT * FROM monitoring.complaint, monitoring.answer")])
    assert str(new.complaint_id) in kept
    words = ("Selong", "perbaiki", str(new.reporter), new.ticket, str(new.conversation_id))
    assert not [one for one in words if one in kept]


async def test_a_fact_about_a_complaint_that_was_never_received_is_parked(deliver):
    with pytest.raises(RejectError):
        await deliver(followed_up(received()))


async def test_the_figures_can_be_emptied_and_made_again_from_the_events(deliver, ask, pool):
    events = many(20)
    await deliver(*events)
    before = (await ask(by="channel")).json()
    async with pool.transaction() as tx:
        assert await service.forget(tx) == 20
    assert (await ask()).json()["total"]["received"] == 0
    await deliver(*events)
    assert (await ask(by="channel")).json() == before


async def test_one_that_is_unsealed_is_counted_openly_from_then_on(deliver, ask):
    new = received(sealed=True)
    await deliver(new, assigned(new, "NTB.INSPEKTORAT", sealed=True), assigned(new))
    assert (await ask("follow-up", by="agency")).json()["buckets"] == []
    await deliver(unsealed(new), assigned(new))
    assert [one["key"] for one in (await ask("follow-up", by="agency")).json()["buckets"]] == ["NTB.DIKPORA"]
    await deliver(sealing_words(new))
    assert (await ask("follow-up", by="agency")).json()["buckets"] == []
