"""`ntbcare lapor show` and `list --attention`: an operator understands a failure, without a citizen's words."""

import ast
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import services.lapor
from deploy.cli.lapor_words import NOTICES, STATES
from services.lapor.keeping import MAY_BE_NUMBERED, NOT_YET_TOLD, THERE
from shared.events import Actor, AgencyRef, ComplaintFollowedUp


@pytest.fixture
async def refused(house, lapor):
    """Make a complaint that LAPOR! refuses: its institution is unknown there."""
    mirror = house(institution_id=99, ids=None)
    told = await mirror.verified()
    await mirror.work()
    return mirror, told


@pytest.fixture
def house(house):
    """Make houses without mapped ids where a test says so."""
    from shared.directory import LaporIds

    def make(**changes):
        if changes.get("ids", ...) is None:
            changes["ids"] = LaporIds()
        return house(**changes)

    return make


def follow_up(about) -> ComplaintFollowedUp:
    return ComplaintFollowedUp(
        complaint_id=about.complaint_id,
        ticket=about.ticket,
        follow_up_id=about.message_id,
        actor=Actor(kind="officer", id="1"),
        agency=AgencyRef(key="NTB.DIKPORA", name="Dinas"),
        action="repair",
        text="Atap sedang diganti.",
        sealed=False,
        followed_up_at=datetime.now(UTC),
    )


async def test_a_failure_is_shown_with_its_reason_its_notice_and_what_was_said(run, refused):
    _, told = refused
    answer = await run("show", told.ticket.lower())
    assert answer.exit_code == 0, answer.output
    assert f"{told.ticket} is refused" in answer.output
    assert "HTTP 422: disposition_id: unknown institution" in answer.output
    assert "Next: mend what the reason names" in answer.output
    assert "POST /complaints/complaint  HTTP 422  refused" in answer.output
    assert "LAPOR! refused it" in answer.output


async def test_nothing_that_is_shown_holds_a_citizens_words(run, refused):
    mirror, told = refused
    await mirror.hear(follow_up(told))
    for arguments in (("show", told.ticket), ("show", told.ticket, "--json"), ("list", "--attention")):
        answer = await run(*arguments)
        assert answer.exit_code == 0, answer.output
        assert told.ticket in answer.output
        for word in ("kelas", "bocor", "diganti"):
            assert word not in answer.output


async def test_exchanges_come_newest_first_and_as_many_as_asked_for(run, house, lapor):
    mirror = house()
    told = await mirror.verified()
    await mirror.work()
    assert await mirror.mirror.look_at_one()
    shown = json.loads((await run("show", told.ticket, "--json")).output)
    assert [one["call"] for one in shown["exchanges"]] == ["follow_ups", "status", "create"]
    assert shown["exchanges"][-1]["sent"]["content"].endswith("characters)")
    assert shown["mirror"]["state"] == "tracked"
    assert shown["mirror"]["lapor_id"] == str(lapor.one(told.ticket).id)
    few = json.loads((await run("show", told.ticket, "--json", "--exchanges", "1")).output)
    assert [one["call"] for one in few["exchanges"]] == ["follow_ups"]
    none = await run("show", told.ticket, "--exchanges", "0")
    assert "No exchange" in none.output


async def test_steps_are_shown_in_their_order_without_what_they_carry(run, house, lapor):
    mirror = house()
    told = await mirror.verified()
    await mirror.work()
    await mirror.hear(follow_up(told))
    waiting = await run("show", told.ticket)
    assert "follow_up 1  queued" in waiting.output
    await mirror.work()
    (step,) = json.loads((await run("show", told.ticket, "--json")).output)["steps"]
    assert (step["kind"], step["state"], "payload" in step) == ("follow_up", "done", False)


async def test_a_ticket_that_the_mirror_does_not_know_is_said_to_be_unknown(run, sql):
    answer = await run("show", "NTB-79E7-3T8DN")
    assert (answer.exit_code, "ntbcare trace NTB-79E7-3T8DN" in answer.stderr) == (1, True)
    assert (await run("show", "NTB-0000-00000X")).exit_code == 2


async def test_attention_lists_only_what_waits_for_a_person_in_plain_words(run, house, lapor):
    mirror = house()
    fine = await mirror.verified()
    await mirror.work()
    assert "Nothing waits for a person." in (await run("list", "--attention")).output
    lapor.switch(no_id=1)
    doubtful = await mirror.verified()
    await mirror.work()
    answer = await run("list", "--attention")
    assert doubtful.ticket in answer.output
    assert fine.ticket not in answer.output
    assert "it may be at LAPOR!, and nobody knows its number" in answer.output
    assert "ntbcare lapor resolve" in answer.output
    (notice,) = json.loads((await run("list", "--attention", "--json")).output)["notices"]
    assert (notice["kind"], notice["ticket"], notice["state"]) == (
        "perhaps_created",
        doubtful.ticket,
        "perhaps_created",
    )
    assert (await run("list", "--attention", "--state", "queued")).exit_code == 2


async def test_what_an_officer_types_in_by_hand_is_listed_counted_and_gets_its_number(run, house, lapor):
    mirror = house(mode="by_hand", institution_id=1)
    told = await mirror.verified()
    listed = await run("list", "--state", "by_hand")
    assert told.ticket in listed.output
    assert "type it in there" in listed.output
    assert "1 wait to be typed in" in (await run("list", "--attention")).output
    answer = await run("resolve", told.ticket, "--number", "9165777", "--wait", "0")
    assert "has not acted on it yet" in answer.stderr
    await mirror.pool.run(mirror.service.tidy)
    assert (await mirror.row(told.ticket))["lapor_id"] == "9165777"


async def test_what_waits_for_a_look_is_listed_as_such(run, house, lapor):
    mirror = house(review="always")
    told = await mirror.verified()
    listed = await run("list", "--state", "to_review")
    assert told.ticket in listed.output
    assert "to_review" in (await run("list", "--attention")).output


def test_every_state_and_every_notice_has_plain_words():
    assert set(STATES) >= MAY_BE_NUMBERED | NOT_YET_TOLD | THERE | {"posting", "withheld", "arriving"}
    raised = {f"{kind}_left_out" for kind in ("upload", "pass_on", "follow_up")} | {"perhaps_created", "refused"}
    for path in Path(services.lapor.__file__).parent.rglob("*.py"):
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        for call in calls:
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if name in {"notice", "raise_notice"}:
                raised |= {
                    str(one.value) for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
                }
    assert len(raised) > 5
    assert raised - set(NOTICES) == set()
