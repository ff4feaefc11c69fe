"""Every call at the stand-in for LAPOR! can go wrong in every known way, by a switch or by chance."""

from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from shared.http.client import HTTPError, Response
from shared.testing.lapor import Quirks
from shared.testing.lapor.ways import SWITCHES, WAYS, Subject, Way
from tests.services.lapor.caller import GOOD, JPEG, Caller

ADDRESSES = {
    Subject.CREATE: "POST complaint",
    Subject.FOLLOWUP: "POST followup/add",
    Subject.REJECT: "POST process/{number}/reject",
    Subject.UPLOAD: "POST complaint/file",
    Subject.LOOK: "GET {number}/complaint",
    Subject.READ: "GET {number}/followups",
}
WRITING = (Subject.CREATE, Subject.FOLLOWUP, Subject.REJECT, Subject.UPLOAD)
NOTHING_DONE = {
    Way.LOCKED,
    Way.TOO_MANY,
    Way.ERROR_BEFORE_500,
    Way.ERROR_BEFORE_502,
    Way.ERROR_BEFORE_503,
    Way.PAGE_BEFORE,
    Way.CUT_BEFORE,
    Way.STATUS_FALSE,
}


@pytest.fixture
async def lapor(stand_in):
    caller = await stand_in()
    await caller.switch(late_s=0, fail_slow_s=0)
    return caller


async def call(lapor: Caller, subject: Subject, number: int) -> Response | None:
    calls: dict[Subject, Callable[[], Awaitable[Response]]] = {
        Subject.CREATE: lapor.create,
        Subject.FOLLOWUP: lambda: lapor.followup(number),
        Subject.REJECT: lambda: lapor.reject(number),
        Subject.UPLOAD: lambda: lapor.upload(JPEG),
        Subject.LOOK: lambda: lapor.get(f"/complaints/{number}/complaint"),
        Subject.READ: lambda: lapor.get(f"/complaints/{number}/followups"),
    }
    try:
        return await calls[subject]()
    except HTTPError:
        return None


async def done(lapor: Caller, subject: Subject, number: int) -> int:
    """Return how often LAPOR! did what was asked for."""
    held, one = await lapor.held(), await lapor.one(number)
    times = {
        Subject.CREATE: held["held"],
        Subject.FOLLOWUP: len(one["followups"]),
        Subject.REJECT: one["passed_on"],
        Subject.UPLOAD: held["files"],
    }
    return int(times.get(subject, 0))


def seen(answer: Response | None) -> int | str:
    """Return what the caller can tell from the answer."""
    if answer is None:
        return "nothing"
    if answer.status_code != 200:
        return answer.status_code
    try:
        document = answer.json()
    except ValueError:
        return "page" if "html" in answer.headers["content-type"] else "broken"
    return "well" if document["status"] else "status false"


SEEN = {
    Way.LOCKED: 401,
    Way.TOO_MANY: 429,
    Way.PAGE_BEFORE: "page",
    Way.CUT_BEFORE: "nothing",
    Way.STATUS_FALSE: "status false",
    Way.ANSWER_CUT: "nothing",
    Way.ANSWER_PAGE: "page",
    Way.ANSWER_BROKEN: "broken",
    Way.ANSWER_LATE: "well",
    Way.SLOW: "well",
    Way.NO_ID: "well",
} | {way: int(way[-3:]) for way in Way if way[-3:].isdigit()}


@pytest.mark.parametrize("subject", WRITING)
async def test_a_call_that_changes_something_loses_its_answer_by_its_own_switches(lapor, subject):
    number, dealt = (await lapor.create()).json()["complaint_id"], Counter[str]()
    for switch, way in SWITCHES[subject].items():
        before = await done(lapor, subject, number)
        await lapor.switch(**{switch: 1})
        assert seen(await call(lapor, subject, number)) == SEEN[way], switch
        assert await done(lapor, subject, number) == before + (way not in NOTHING_DONE), switch
        assert seen(await call(lapor, subject, number)) == "well", switch
        dealt[way] += 1
        assert (await lapor.held())["dealt_per_call"] == {ADDRESSES[subject]: dealt}


@pytest.mark.parametrize("subject", [Subject.LOOK, Subject.READ])
async def test_a_reading_call_breaks_by_its_own_switches(lapor, subject):
    number = (await lapor.create()).json()["complaint_id"]
    for switch, way in SWITCHES[subject].items():
        await lapor.switch(**{switch: 1})
        assert seen(await call(lapor, subject, number)) == SEEN[way], switch
    assert seen(await call(lapor, subject, number)) == "well"


@pytest.mark.parametrize("subject", ADDRESSES)
async def test_a_call_goes_wrong_by_chance_in_each_way_that_its_address_knows(lapor, subject):
    number = (await lapor.create()).json()["complaint_id"]
    await lapor.switch(fail_share=1)
    for way in WAYS[subject]:
        await lapor.switch(fail_ways=[way])
        before = await done(lapor, subject, number)
        assert seen(await call(lapor, subject, number)) == SEEN[way], way
        assert await done(lapor, subject, number) == before + (subject in WRITING and way not in NOTHING_DONE), way


@pytest.mark.wide
async def test_a_storm_meets_every_way_at_every_address_and_counts_each(lapor):
    number = (await lapor.create()).json()["complaint_id"]
    await lapor.switch(fail_share=1, fail_seed=5)
    for subject in ADDRESSES:
        for _ in range(110):
            await call(lapor, subject, number)
    held = await lapor.held()
    assert {call: set(ways) for call, ways in held["dealt_per_call"].items()} == {
        ADDRESSES[subject]: {str(way) for way in ways} for subject, ways in WAYS.items()
    }
    assert held["dealt"] == dict(sum((Counter(ways) for ways in held["dealt_per_call"].values()), Counter()))
    assert sum(held["dealt"].values()) == 110 * len(ADDRESSES)


async def test_a_seed_draws_the_same_storm_again(lapor):
    storms = []
    for seed in (7, 7, 8):
        await lapor.switch(fail_share=0.4, fail_seed=seed)
        storms.append([seen(await call(lapor, Subject.CREATE, 0)) for _ in range(40)])
    assert storms[0] == storms[1] != storms[2]
    assert 15 < storms[0].count("well") < 36


async def test_a_request_that_is_wrong_is_refused_and_no_way_is_counted(lapor):
    await lapor.switch(fail_share=1, fail_ways=["no_id", "answer_cut"])
    assert (await lapor.create(title="")).status_code == 422
    lapor.headers["token"] = "{WRONG}"
    assert (await lapor.create()).status_code == 401
    assert (await lapor.held())["dealt"] == {}


async def test_a_late_answer_comes_after_its_time_and_the_complaint_is_held_before(stand_in):
    lapor = await stand_in()
    lapor.http.timeout = 0.3
    await lapor.switch(answer_late=1, read_answer_late=1, late_s=1)
    assert await call(lapor, Subject.CREATE, 0) is None
    (one,) = (await lapor.held())["complaints"]
    assert await call(lapor, Subject.LOOK, one["id"]) is None
    assert seen(await call(lapor, Subject.LOOK, one["id"])) == "well"


@pytest.mark.parametrize(
    "quirks", [{"fail_ways": ["sunshine"]}, {"fail_share": 1.1}, {"fail_share": -1}, {"fail_seed": "x"}], ids=str
)
async def test_a_storm_that_is_none_is_refused_and_nothing_changes(lapor, quirks):
    assert (await lapor.switch(fail_share=0.5)).status_code == 200
    assert (await lapor.switch(too_many=1, **quirks)).status_code == 422
    now = (await lapor.switch()).json()
    assert (now["fail_share"], now["too_many"], now["fail_ways"]) == (0.5, 0, [])


def test_every_number_among_the_switches_strikes_some_call():
    numbers = {name for name, field in Quirks.model_fields.items() if field.annotation is int}
    known = {switch for switches in SWITCHES.values() for switch in switches}
    assert known == numbers - {"fail_seed", "retry_after_s"}


async def test_a_busy_answer_says_when_to_come_back(lapor):
    await lapor.switch(too_many=1, retry_after_s=17)
    assert (await lapor.post("/complaints/complaint", json=GOOD)).headers["retry-after"] == "17"
