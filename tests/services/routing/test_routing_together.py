"""Complaints that come at once are decided with the statements of one."""

from datetime import UTC, datetime

import pytest

from services.routing import consumers
from services.routing.rules import Knowledge
from services.routing.service import RoutingService
from shared.core.ids import new_id
from shared.directory import INSPECTORATE, directory
from shared.events import Envelope
from shared.kafka.handlers import Dispatch
from tests.services.routing.test_routing_conversation import BRIBE, ROAD, amended, appended, decisions, received, words


@pytest.fixture
def together(routing_database):
    """Hand events over as the consumer does with what waits: in one transaction."""
    dispatch = Dispatch(consumers.handlers(RoutingService(Knowledge(directory=directory()))))

    async def hand_over(*events):
        now = datetime.now(UTC)
        envelopes = [Envelope(id=new_id(), subject=one.subject, time=now, sequence=1, data=one) for one in events]
        async with routing_database.transaction() as tx:
            await dispatch.hand_over(tx, envelopes)

    return hand_over


async def test_each_of_those_that_come_at_once_gets_its_own_decision(together, sql):
    texts = (ROAD, "Guru SMA sering tidak masuk kelas.", f"{ROAD} Di Pringgasela, Lombok Timur.")
    complaints = [received(text=text) for text in texts] + [received(text=BRIBE, sealed=True)]
    await together(*complaints)
    decided = [await decisions(sql, one) for one in complaints]
    assert all(len(one) == 1 for one in decided)
    road, school, elsewhere, bribe = (one[0] for one in decided)
    assert road["affair"] == elsewhere["affair"] != school["affair"]
    assert elsewhere["agency"]["key"] == "52.03.PUPR"
    assert bribe["agency"]["key"] == INSPECTORATE
    assert [await words(sql, one) for one in complaints] == [[text] for text in texts] + [[]]


async def test_further_words_that_come_at_once_with_the_first_are_decided_after_them(together, sql):
    about, changed, other = received(), received(), received()
    await together(about, changed, appended(about, answers=("where",)), other, amended(changed))
    first, second = await decisions(sql, about)
    assert second["agency"]["key"] == "52.03.PUPR"
    assert second["affair"] == first["affair"], "the first words count, too"
    assert (await decisions(sql, changed))[-1]["agency"]["key"] == "52.03.PUPR"
    assert await words(sql, changed) == [amended(changed).text]
    assert len(await decisions(sql, other)) == 1


async def test_a_complaint_that_is_known_is_decided_once_in_any_company(together, sql):
    about = received()
    await together(about)
    await together(received(), about, received())
    assert len(await decisions(sql, about)) == 1
    assert len(await words(sql, about)) == 1


async def test_words_that_seal_leave_none_behind_though_all_came_at_once(together, sql):
    about = received()
    await together(about, received(), appended(about, text=BRIBE, sealed=True))
    assert await words(sql, about) == []
    assert (await decisions(sql, about))[-1]["agency"]["key"] == INSPECTORATE
