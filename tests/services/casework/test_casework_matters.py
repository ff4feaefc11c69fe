"""Complaints about the same thing: suggested, joined by an officer, answered together; two people's stay two."""

import asyncio
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.core.errors import RejectError
from shared.directory import DESK
from shared.events import AgencyRef, ComplaintFoundSimilar, SimilarComplaint
from shared.security import Role
from tests.services.casework.test_casework_conversation import appended, withdrawn
from tests.services.casework.test_casework_life import ANSWER, bus

HEALTH = AgencyRef(key="52.03.DINKES", name="Dinas Kesehatan Lombok Timur")


def alike(about: Any, *others: Any, score: float = 0.8) -> ComplaintFoundSimilar:
    similar = [
        SimilarComplaint(complaint_id=one.id, ticket=one.ticket, score=score, reasons=("Tempatnya sama: Selong.",))
        for one in others
    ]
    return ComplaintFoundSimilar(
        complaint_id=about.id, ticket=about.ticket, similar=tuple(similar), found_at=datetime.now(UTC)
    )


async def told(sql: Any, case: Any, name: str) -> list[Any]:
    return [value for kind, value in await bus(sql, case) if kind == f"complaint.{name}.v1"]


@pytest.fixture
def join(officer):
    """Join cases as the coordinator, each with the first."""

    async def do(first: Any, *others: Any) -> None:
        coordinator = officer(Role.COORDINATOR)
        for other in others:
            version = (await coordinator.get(f"/{first.ticket}")).json()["version"]
            done = await coordinator.post(first.ticket, "join", {"ticket": other.ticket}, version)
            assert done.status_code == 200, done.text

    return do


async def similar_of(one: Any, case: Any) -> list[tuple[str, float | None, bool]]:
    body = (await one.get(f"/{case.ticket}")).json()
    return [(each["ticket"], each["score"], each["joined"]) for each in body["similar"]]


async def test_likeness_is_suggested_on_both_and_joins_nothing(opened, deliver, officer):
    first, second, liaison = await opened(), await opened(), officer()
    for event in (alike(second, first), alike(second, first)):
        await deliver(event)
    assert await similar_of(liaison, first) == [(second.ticket, 0.8, False)]
    assert await similar_of(liaison, second) == [(first.ticket, 0.8, False)]
    shown = (await liaison.get(f"/{first.ticket}")).json()
    assert shown["version"] == 2
    assert shown["similar"][0]["reasons"] == ["Tempatnya sama: Selong."]
    assert shown["similar"][0]["excerpt"] == second.event.text


async def test_what_is_alike_is_shown_to_those_who_see_it_and_never_when_sealed(opened, deliver, officer):
    first, foreign, sealed = await opened(), await opened(agency=HEALTH), await opened()
    await deliver(alike(first, foreign, sealed))
    await deliver(appended(sealed.event, sealed=True))
    await deliver(alike(sealed, foreign))
    assert await similar_of(officer(), first) == []
    for province in (officer(Role.COORDINATOR), officer(Role.INSPECTORATE)):
        assert await similar_of(province, first) == [(foreign.ticket, 0.8, False)]
    assert await similar_of(officer(Role.INSPECTORATE), sealed) == []
    assert sealed.ticket not in {one for one, *_ in await similar_of(officer(Role.COORDINATOR), foreign)}


async def test_likeness_of_an_unknown_complaint_is_rejected_with_its_reason(deliver, events, opened):
    case = await opened()
    unknown = events[0]()
    event = alike(case, case).model_copy(update={"complaint_id": unknown.complaint_id})
    with pytest.raises(RejectError, match="never heard"):
        await deliver(event)


async def test_two_that_are_joined_stay_two_and_both_say_so(opened, officer, sql):
    first, second, coordinator = await opened(), await opened(agency=HEALTH), officer(Role.COORDINATOR)
    body = {"ticket": second.ticket, "reason": "Lubang yang sama."}
    done = await coordinator.post(first.ticket, "join", body, 2)
    assert (done.status_code, done.headers["etag"]) == (200, '"3"')
    assert done.json()["history"][-1]["reason"] == f"Satu perkara dengan {second.ticket}. Lubang yang sama."
    for one, other in ((first, second), (second, first)):
        shown = (await coordinator.get(f"/{one.ticket}")).json()
        assert (shown["state"], shown["version"]) == ("assigned", 3)
        assert [(each["ticket"], each["joined"]) for each in shown["similar"]] == [(other.ticket, True)]
        (said,) = await told(sql, one, "joined")
        assert said["with_tickets"] == [other.ticket]
    again = await coordinator.post(second.ticket, "join", {"ticket": first.ticket}, 3)
    assert (again.status_code, again.json()["version"]) == (200, 3)
    assert len(await told(sql, first, "joined")) == 1


async def test_joining_two_matters_makes_one_and_tells_each_of_it(opened, join, sql):
    cases = [await opened() for _ in range(4)]
    await join(cases[2], cases[3])
    await join(cases[0], cases[1])
    older = (await told(sql, cases[2], "joined"))[-1]["matter_id"]
    await join(cases[1], cases[3])
    for case in cases:
        said = (await told(sql, case, "joined"))[-1]
        assert said["matter_id"] == older
        assert said["with_tickets"] == [one.ticket for one in cases if one is not case]


async def test_a_liaison_joins_what_its_agency_works_on_and_nothing_else(opened, officer):
    first, second, foreign, liaison = await opened(), await opened(), await opened(agency=HEALTH), officer()
    assert (await liaison.post(first.ticket, "join", {"ticket": foreign.ticket}, 2)).status_code == 404
    assert (await liaison.post(first.ticket, "join", {"ticket": second.ticket}, 2)).status_code == 200


async def test_a_case_is_joined_with_another_one_that_exists_and_by_who_read_it(opened, officer):
    case, other, coordinator = await opened(), await opened(), officer(Role.COORDINATOR)
    for ticket, version, status in (
        (case.ticket, 2, 409),
        ("bukan-tiket", 2, 404),
        (other.ticket, 1, 412),
        (other.ticket, None, 428),
    ):
        assert (await coordinator.post(case.ticket, "join", {"ticket": ticket}, version)).status_code == status


async def test_sealed_and_unsealed_are_never_joined(opened, deliver, officer):
    sealed, other, open_one = await opened(sealed=True), await opened(sealed=True), await opened()
    inspector = officer(Role.INSPECTORATE)
    for one, with_ in ((sealed, open_one), (open_one, sealed), (sealed, other)):
        version = (await inspector.get(f"/{one.ticket}")).json()["version"]
        refused = await inspector.post(one.ticket, "join", {"ticket": with_.ticket}, version)
        assert (refused.status_code, refused.json()["code"]) == (409, "sealed_stands_alone")
    hidden = await officer(Role.COORDINATOR).post(open_one.ticket, "join", {"ticket": sealed.ticket}, 2)
    assert (hidden.status_code, hidden.json()["code"]) == (404, "unknown_case")


async def test_what_is_separated_is_answered_alone(opened, join, officer, sql):
    first, second, third = [await opened() for _ in range(3)]
    await join(first, second, third)
    coordinator, liaison = officer(Role.COORDINATOR), officer()
    done = await coordinator.post(third.ticket, "separate", {"reason": "Lubang lain."}, 3)
    assert (done.status_code, done.json()["similar"]) == (200, [])
    assert done.json()["history"][-1]["reason"] == "Dipisahkan dari perkaranya. Lubang lain."
    again = await coordinator.post(third.ticket, "separate", None, 4)
    assert (again.status_code, again.json()["code"]) == (409, "not_joined")
    await liaison.post(first.ticket, "take", version=4)
    await liaison.post(first.ticket, "answer", {"text": ANSWER}, 5)
    assert [len(await told(sql, one, "answered")) for one in (first, second, third)] == [1, 1, 0]


async def test_all_of_a_matter_are_answered_with_the_same_words_each_once(opened, join, deliver, officer, sql):
    first, waiting, foreign, answered, gone = [
        await opened(), await opened(agency=None), await opened(agency=HEALTH), await opened(), await opened(),
    ]  # fmt: skip
    liaison = officer()
    await liaison.post(answered.ticket, "take", version=2)
    await liaison.post(answered.ticket, "answer", {"text": "Sudah kami jawab lebih dahulu."}, 3)
    await deliver(withdrawn(gone.event))
    await join(first, waiting, foreign, answered, gone)
    version = (await liaison.get(f"/{first.ticket}")).json()["version"]
    await liaison.post(first.ticket, "take", version=version)
    done = await liaison.post(first.ticket, "answer", {"text": ANSWER}, version + 1)
    assert done.status_code == 200, done.text
    words = {
        one.ticket: [said["text"] for said in await told(sql, one, "answered")] for one in (first, waiting, foreign)
    }
    assert words == {one.ticket: [ANSWER] for one in (first, waiting, foreign)}
    assert [said["text"] for said in await told(sql, answered, "answered")] == ["Sudah kami jawab lebih dahulu."]
    assert await told(sql, gone, "answered") == []
    coordinator = officer(Role.COORDINATOR)
    for one in (waiting, foreign):
        body = (await coordinator.get(f"/{one.ticket}")).json()
        assert (body["state"], [each["text"] for each in body["answers"]]) == ("answered", [ANSWER])
        assert body["history"][-1]["reason"] == f"Dijawab bersama {first.ticket}."
        assert body["history"][-1]["actor"] == {"kind": "machine", "id": "casework.answer_together"}
    (given,) = await told(sql, waiting, "assigned")
    assert (given["agency"]["key"], given["reasons"]) == ("NTB.DIKPORA", [f"Satu perkara dengan {first.ticket}."])


async def test_those_who_are_answered_together_count_in_the_figures_and_wait_for_nothing_more(
    opened, join, officer, sql
):
    first, asked, transferred = await opened(), await opened(), await opened()
    liaison = officer()
    await liaison.post(asked.ticket, "ask", {"question": "Di kelas berapa atapnya bocor?"}, 2)
    transfer = {"reason": "Ini gedung milik kabupaten.", "agency_key": "52.03.PUPR"}
    assert (await liaison.post(transferred.ticket, "transfer", transfer, 2)).status_code == 200
    await join(first, asked, transferred)
    version = (await liaison.get(f"/{first.ticket}")).json()["version"]
    await liaison.post(first.ticket, "take", version=version)
    done = await liaison.post(first.ticket, "answer", {"text": "Sudah kami teruskan."}, version + 1)
    assert done.status_code == 200, done.text
    (own,) = await told(sql, first, "answered")
    assert "only_forwarded" in own["warnings"]
    kept = "SELECT fingerprint, warnings FROM casework.answer WHERE complaint_id = ANY($1)"
    rows = {tuple(map(str, row)) for row in await sql.fetch(kept, [one.id for one in (first, asked, transferred)])}
    assert len(rows) == 1
    for one in (asked, transferred):
        (said,) = await told(sql, one, "answered")
        assert said["warnings"] == own["warnings"]
        case = (await liaison.get(f"/{one.ticket}")).json()
        assert case["state"] == "answered"
        assert (case["asked_at"], case["proposed_key"], case["proposed_name"]) == (None, None, None)


async def test_an_answer_to_one_matter_of_many_is_no_repetition(opened, join, officer):
    liaison, cases = officer(), [await opened() for _ in range(4)]
    await join(*cases[:3])
    words = {"text": "Pipa di depan pasar disambung lagi oleh tim pada 3 Maret."}
    for one in (cases[0], cases[3]):
        version = (await liaison.get(f"/{one.ticket}")).json()["version"]
        await liaison.post(one.ticket, "take", version=version)
        answered = (await liaison.post(one.ticket, "answer", words, version + 1)).json()
        assert answered["answers"][-1]["warnings"] == []


async def test_closing_one_closes_no_other(opened, join, officer):
    first, second, liaison = await opened(), await opened(), officer()
    await join(first, second)
    await liaison.post(first.ticket, "take", version=3)
    await liaison.post(first.ticket, "answer", {"text": ANSWER}, 4)
    await liaison.post(first.ticket, "close", version=5)
    assert (await liaison.get(f"/{second.ticket}")).json()["state"] == "answered"


async def test_what_is_sealed_later_leaves_its_matter(opened, join, deliver, officer, sql):
    first, second, liaison = await opened(), await opened(), officer()
    await join(first, second)
    await deliver(appended(second.event, sealed=True))
    assert await similar_of(liaison, first) == []
    await liaison.post(first.ticket, "take", version=3)
    await liaison.post(first.ticket, "answer", {"text": ANSWER}, 4)
    assert await told(sql, second, "answered") == []


async def test_officers_who_answer_two_cases_of_a_matter_at_once_tell_each_citizen_once(opened, join, officer, sql):
    cases = [await opened() for _ in range(3)]
    await join(*cases)
    liaison = officer()
    for case in cases[:2]:
        version = (await liaison.get(f"/{case.ticket}")).json()["version"]
        await liaison.post(case.ticket, "take", version=version)
    versions = [(await liaison.get(f"/{case.ticket}")).json()["version"] for case in cases]
    answers = await asyncio.gather(
        *(
            officer().post(case.ticket, "answer", {"text": ANSWER}, version)
            for case, version in zip(cases[:2], versions[:2], strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert [len(await told(sql, case, "answered")) for case in cases] == [1, 1, 1]


@pytest.mark.parametrize("seed", range(4))
async def test_no_sequence_mixes_sealed_and_unsealed_or_answers_anybody_twice(seed, opened, deliver, officer, sql):
    chance = random.Random(seed)
    cases = [
        await opened(agency=agency, sealed=sealed)
        for agency, sealed in (
            (None, False),
            (AgencyRef(key="NTB.DIKPORA", name="Dinas Pendidikan"), False),
            (HEALTH, False),
            (AgencyRef(key=DESK, name="Koordinator"), False),
            (None, True),
        )
    ]
    people = [officer(), officer(Role.COORDINATOR), officer(Role.INSPECTORATE), officer(Role.LIAISON, HEALTH.key)]
    for _ in range(40):
        one, case, other = chance.choice(people), chance.choice(cases), chance.choice(cases)
        move = chance.choice(("join", "join", "join", "separate", "take", "answer", "seal"))
        if move == "seal":
            if chance.random() < 0.3:
                await deliver(appended(case.event, sealed=True))
            continue
        version = await sql.fetchval('SELECT version FROM casework."case" WHERE complaint_id = $1', case.id)
        body = {"join": {"ticket": other.ticket}, "answer": {"text": ANSWER}}.get(move)
        done = await one.post(case.ticket, move, body, version)
        assert done.status_code in {200, 403, 404, 409}, done.text
        ids = [each.id for each in cases]
        mixed = await sql.fetchval(
            'SELECT count(*) FROM casework."case" WHERE complaint_id = ANY($1) AND sealed AND matter_id IS NOT NULL',
            ids,
        )
        twice = await sql.fetchval(
            "SELECT count(*) FROM (SELECT 1 FROM casework.answer WHERE complaint_id = ANY($1)"
            " GROUP BY complaint_id HAVING count(*) > 1) AS found",
            ids,
        )
        assert (mixed, twice) == (0, 0)
