"""A case as casework tells of it, order by order, and what each makes of the figures."""

import pytest

from shared.events import Actor, ComplaintEvent
from tests.services.monitoring.facts import (
    AT_LAPOR,
    MACHINE,
    answered,
    assigned,
    deadlines,
    followed_up,
    moved,
    rated,
    received,
    resumed,
    routed,
    verified,
    withdrawn,
)

pytestmark = pytest.mark.usefixtures("empty")
CITIZEN = Actor(kind="citizen", id="message")


@pytest.fixture
def figures(ask):
    async def told(**query):
        total = (await ask(**query)).json()["total"]
        return {name: total[name] for name in ("received", "followed_up", "complaints", "answered", "closed")} | {
            "left_out": total["left_out"],
            "follow_up": {name: count for name, count in total["limits"].get("follow_up", {}).items() if count},
        }

    return told


def counts(
    followed: int = 0,
    *,
    of: int = 1,
    answered: int = 0,
    closed: int = 0,
    left_out: dict[str, int] | None = None,
    **limits: float,
) -> dict[str, object]:
    out = left_out or {}
    told: dict[str, object] = {"received": of, "followed_up": followed, "complaints": of - sum(out.values())}
    return told | {"answered": answered, "closed": closed, "left_out": out, "follow_up": limits}


async def test_each_order_of_casework_makes_its_figure(deliver, figures):
    case = received()
    steps: list[tuple[list[ComplaintEvent], dict[str, object]]] = [
        ([routed(case), moved(case, "received", actor=MACHINE)], counts()),
        (
            [assigned(case), moved(case, "assigned", actor=MACHINE), deadlines(case, follow_up="running")],
            counts(open=1),
        ),
        ([verified(case, hours=2), moved(case, "in_progress")], counts(open=1)),
        ([followed_up(case), deadlines(case, follow_up="kept")], counts(1, kept=1, share=1.0)),
        ([answered(case), moved(case, "answered", hours=5)], counts(1, answered=1, kept=1, share=1.0)),
        ([moved(case, "closed", hours=300, actor=MACHINE)], counts(1, answered=1, closed=1, kept=1, share=1.0)),
        ([rated(case, 2)], counts(1, answered=1, closed=1, kept=1, share=1.0)),
        ([moved(case, "in_progress", hours=310, reason_code="reopened")], counts(1, answered=1, kept=1, share=1.0)),
        ([moved(case, "archived", hours=320, reason_code="in_court")], counts(1, answered=1, kept=1, share=1.0)),
    ]
    await deliver(case)
    for events, wanted in steps:
        await deliver(*events)
        assert await figures() == wanted, events[-1]


async def test_what_was_followed_up_at_lapor_is_followed_up_once_and_closes_by_itself(deliver, figures):
    case = received()
    await deliver(case, assigned(case), moved(case, "assigned", actor=MACHINE), deadlines(case, follow_up="running"))
    await deliver(followed_up(case, actor=AT_LAPOR), moved(case, "in_progress", actor=AT_LAPOR))
    await deliver(deadlines(case, follow_up="kept"), followed_up(case, hours=4, actor=AT_LAPOR))
    assert await figures() == counts(1, kept=1, share=1.0)
    await deliver(answered(case, actor=AT_LAPOR), moved(case, "answered", hours=5, actor=AT_LAPOR))
    await deliver(moved(case, "closed", hours=300, actor=MACHINE))
    assert await figures() == counts(1, answered=1, closed=1, kept=1, share=1.0)


async def test_what_closes_by_itself_was_followed_up_only_if_somebody_did_something(deliver, figures):
    case = received()
    await deliver(case, assigned(case), moved(case, "assigned"), moved(case, "closed", hours=300, actor=MACHINE))
    assert await figures() == counts(closed=1)


async def test_what_nobody_added_to_is_archived_by_itself_and_counts_again_when_it_goes_on(deliver, figures):
    case = received()
    await deliver(case, assigned(case), moved(case, "awaiting_information"))
    await deliver(moved(case, "archived", hours=800, actor=MACHINE, reason_code="no_information"))
    assert await figures() == counts(left_out={"no_information": 1})
    await deliver(moved(case, "assigned", hours=801, reason_code="reopened"))
    assert await figures() == counts()


async def test_what_its_citizen_withdraws_is_left_out_until_they_take_that_back(deliver, figures):
    case = received()
    await deliver(case, assigned(case), withdrawn(case), moved(case, "closed", actor=CITIZEN))
    assert await figures() == counts(closed=1, left_out={"withdrawn": 1})
    await deliver(resumed(case), moved(case, "received", actor=CITIZEN))
    assert await figures() == counts()


async def test_an_answer_to_joined_complaints_follows_up_each_and_a_rules_move_none(deliver, figures):
    first, second, third = received(), received(), received()
    for case in (first, second, third):
        await deliver(case, assigned(case), moved(case, "in_progress"))
    await deliver(answered(first), moved(first, "answered", hours=5))
    await deliver(answered(second), moved(second, "answered", hours=5, actor=MACHINE))  # the officer's words
    await deliver(answered(third, actor=MACHINE), moved(third, "answered", hours=5, actor=MACHINE))
    assert await figures() == counts(2, of=3, answered=2)


async def test_a_transfer_takes_the_follow_up_along_to_the_agency_that_has_it_now(deliver, figures):
    case = received()
    first, second = "NTB.DIKPORA", "NTB.DINKES"
    await deliver(case, assigned(case), moved(case, "in_progress"), followed_up(case))
    await deliver(moved(case, "transfer_requested", hours=4))
    await deliver(assigned(case, second, hours=6), moved(case, "assigned", hours=6))
    assert await figures(agency=first) == counts(of=0)
    assert await figures(agency=second) == counts(1)
