"""Role and endpoint: allowed or refused. This table is the specification."""

from itertools import product
from typing import Any, get_args

import pytest

from services.casework.orders import ORDERS
from services.casework.rules import Remark
from shared.core.ticket import new_ticket
from shared.directory import DESK
from shared.events import AgencyRef
from shared.security import Role
from tests.services.casework.test_casework_conversation import appended

HEALTH = AgencyRef(key="52.03.DINKES", name="Dinas Kesehatan Kabupaten Lombok Timur")
AT_DESK = AgencyRef(key=DESK, name="Admin koordinator NTB Care")
ANSWER = {"text": "Atap sudah kami perbaiki pada 20 November 2026."}

# Whose case it is         → what the caller gets from: list (is it there?), show, take, answer, close
TABLE = {
    (Role.LIAISON, "own"): (True, 200, 200, 200, 200),
    (Role.LIAISON, "other"): (False, 404, 404, 404, 404),
    (Role.LIAISON, "desk"): (False, 404, 404, 404, 404),
    (Role.LIAISON, "sealed"): (False, 404, 404, 404, 404),
    (Role.LEADER, "own"): (True, 200, 403, 403, 403),
    (Role.LEADER, "other"): (False, 404, 404, 404, 404),
    (Role.LEADER, "desk"): (False, 404, 404, 404, 404),
    (Role.LEADER, "sealed"): (False, 404, 404, 404, 404),
    (Role.COORDINATOR, "own"): (True, 200, 403, 403, 403),
    (Role.COORDINATOR, "other"): (True, 200, 403, 403, 403),
    (Role.COORDINATOR, "desk"): (True, 200, 200, 200, 200),
    (Role.COORDINATOR, "sealed"): (False, 404, 404, 404, 404),
    (Role.INSPECTORATE, "own"): (True, 200, 403, 403, 403),
    (Role.INSPECTORATE, "other"): (True, 200, 403, 403, 403),
    (Role.INSPECTORATE, "desk"): (True, 200, 403, 403, 403),
    (Role.INSPECTORATE, "sealed"): (True, 200, 200, 200, 200),
    **dict.fromkeys(
        product((Role.OBSERVER, Role.OPERATOR), ("own", "other", "desk", "sealed")), (403, 404, 404, 404, 404)
    ),
}
BEFORE = {"take": (), "answer": ("take",), "close": ("take", "answer")}
"""What has to have happened for the move to be legal."""


def test_the_table_is_whole():
    assert set(TABLE) == set(product(Role, ("own", "other", "desk", "sealed")))


@pytest.fixture
def case_of(opened, deliver):
    async def make(whose):
        match whose:
            case "own":
                return await opened()
            case "sealed":  # it stood at the officer's own agency until its citizen said more
                case = await opened()
                await deliver(appended(case.event, sealed=True))
                return case
            case "other":
                return await opened(agency=HEALTH)
            case "desk":
                return await opened(agency=AT_DESK)

    return make


@pytest.fixture
def entitled(officer):
    """Somebody who may work the case."""
    people = {
        "own": (Role.LIAISON, "NTB.DIKPORA"),
        "other": (Role.LIAISON, "52.03.DINKES"),
        "desk": (Role.COORDINATOR,),
        "sealed": (Role.INSPECTORATE,),
    }
    return lambda whose: officer(*people[whose])


@pytest.mark.parametrize(("role", "whose"), list(TABLE))
async def test_who_may_call_what_on_whose_case(role, whose, officer, entitled, case_of):
    caller = officer(role)
    listed, shown, *moved = TABLE[role, whose]
    case = await case_of(whose)

    queue = await caller.get(limit=100)
    if queue.status_code == 200:
        assert (case.ticket in {item["ticket"] for item in queue.json()["items"]}) is listed
    else:
        assert queue.status_code == listed
    assert (await caller.get(f"/{case.ticket}")).status_code == shown

    for move, wanted in zip(("take", "answer", "close"), moved, strict=True):
        fresh = await case_of(whose)
        for version, earlier in enumerate(BEFORE[move], start=2):
            done = await entitled(whose).post(fresh.ticket, earlier, ANSWER if earlier == "answer" else None, version)
            assert done.status_code == 200, done.text
        body = ANSWER if move == "answer" else None
        answer = await caller.post(fresh.ticket, move, body, 2 + len(BEFORE[move]))
        assert answer.status_code == wanted, (move, answer.text)


async def test_a_hidden_case_and_one_that_does_not_exist_read_the_same(officer, opened):
    sealed = await opened(sealed=True)
    liaison = officer()
    for path in (f"/{sealed.ticket}", f"/{new_ticket()}", "/NTB-0000-00000", "/bukan-tiket"):
        answer = await liaison.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_case")
    for ticket in (sealed.ticket, new_ticket(), "bukan-tiket"):
        answer = await liaison.post(ticket, "take")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_case")


async def test_a_case_that_nobody_was_given_is_seen_by_the_whole_province_and_moved_by_nobody(officer, opened):
    case = await opened(agency=None)
    assert (await officer().get(f"/{case.ticket}")).status_code == 404
    assert (await officer(Role.COORDINATOR).get(f"/{case.ticket}")).json()["state"] == "received"
    assert (await officer(Role.COORDINATOR).post(case.ticket, "take", version=1)).status_code == 403


ROADS = AgencyRef(key="52.03.PUPR", name="Dinas PUPR Kabupaten Lombok Timur")
# Whose case it is         → what the caller gets from: assign, join, separate; the other case is the Dinas PUPR's
DISPOSITION = {
    (Role.LIAISON, "own"): (403, 404, 409),
    (Role.LEADER, "own"): (403, 404, 403),
    (Role.COORDINATOR, "own"): (200, 200, 409),
    (Role.COORDINATOR, "other"): (200, 200, 409),
    (Role.COORDINATOR, "desk"): (200, 200, 409),
    (Role.INSPECTORATE, "own"): (403, 403, 403),
    (Role.INSPECTORATE, "other"): (403, 403, 403),
    (Role.INSPECTORATE, "desk"): (403, 403, 403),
    (Role.INSPECTORATE, "sealed"): (409, 409, 409),
    **dict.fromkeys(product((Role.LIAISON, Role.LEADER), ("other", "desk", "sealed")), (404, 404, 404)),
    (Role.COORDINATOR, "sealed"): (404, 404, 404),
    **dict.fromkeys(product((Role.OBSERVER, Role.OPERATOR), ("own", "other", "desk", "sealed")), (404, 404, 404)),
}


def test_the_table_of_dispositions_is_whole():
    assert set(DISPOSITION) == set(TABLE)


@pytest.mark.parametrize(("role", "whose"), list(DISPOSITION))
async def test_who_may_assign_join_and_separate_whose_case(role, whose, officer, case_of, opened):
    caller, roads = officer(role), await opened(agency=ROADS)
    bodies = ({"agency_key": ROADS.key, "reason": "Jalan rusak."}, {"ticket": roads.ticket}, None)
    for move, body, wanted in zip(("assign", "join", "separate"), bodies, DISPOSITION[role, whose], strict=True):
        case = await case_of(whose)
        answer = await caller.post(case.ticket, move, body, 2)
        assert answer.status_code == wanted, (move, answer.text)


REASON = {"reason": "Keterangan petugas."}
# Every other order and remark: what has to have happened before, and what comes along
ORDERED: dict[str, tuple[tuple[str, ...], dict[str, Any] | None]] = {
    "verify": ((), None),
    "mark": ((), {"anonymous": True, **REASON}),
    "note": ((), {"text": "Catatan petugas."}),
    "ask": ((), {"question": "Mohon sebutkan tempatnya."}),
    "proceed": (("ask",), None),
    "transfer": ((), REASON),
    "decline": (("transfer",), None),
    "follow-up": (("take",), {"action": "inspection", "text": "Ditinjau tim pada hari Senin."}),
    "archive": ((), {"reason_code": "too_general"}),
    "reject": ((), {"reason_code": "not_true"}),
    "reopen": (("take", "answer", "close"), REASON),
    "unseal": ((), {"agency_key": "52.03.DINKES", **REASON}),
}
SEES = {
    "own": {Role.LIAISON, Role.LEADER, Role.COORDINATOR, Role.INSPECTORATE},
    "other": {Role.COORDINATOR, Role.INSPECTORATE},
    "desk": {Role.COORDINATOR, Role.INSPECTORATE},
    "sealed": {Role.INSPECTORATE},
}
WORKS = {"own": {Role.LIAISON}, "other": set(), "desk": {Role.COORDINATOR}, "sealed": {Role.INSPECTORATE}}
COORDINATES = {whose: {Role.COORDINATOR} if whose != "sealed" else set() for whose in SEES}
ADMINISTERS = {**COORDINATES, "sealed": {Role.INSPECTORATE}}
COORDINATES_OR_WORKS = {one: WORKS[one] | COORDINATES[one] for one in SEES}
NOBODY: set[Role] = set()
MAY: dict[str, dict[str, set[Role]]] = {
    "verify": COORDINATES_OR_WORKS,
    "mark": COORDINATES_OR_WORKS,
    "note": COORDINATES_OR_WORKS,
    "ask": COORDINATES_OR_WORKS,
    "proceed": COORDINATES_OR_WORKS,
    "reopen": COORDINATES_OR_WORKS,
    "archive": ADMINISTERS,
    "reject": ADMINISTERS,
    "transfer": {"own": {Role.LIAISON}, "other": NOBODY, "desk": NOBODY, "sealed": NOBODY},
    "decline": COORDINATES,
    "follow-up": WORKS,
    "unseal": {"own": NOBODY, "other": NOBODY, "desk": NOBODY, "sealed": {Role.INSPECTORATE}},
}


def test_every_order_and_remark_stands_in_one_of_the_tables():
    tables = {*ORDERED, "take", "answer", "close", "assign", "join", "separate"}
    assert tables == {order.move.replace("_", "-") for order in ORDERS} | {*get_args(Remark)}
    assert set(MAY) == set(ORDERED)


@pytest.fixture
def prepared(case_of, entitled, officer):
    """Bring a case to where an order can be given; return it with its version."""

    async def prepare(whose, *before):
        case = await case_of(whose)
        for version, step in enumerate(before, start=2):
            who = officer(Role.LIAISON, HEALTH.key) if whose == "other" else entitled(whose)
            given = ANSWER if step == "answer" else ORDERED[step][1] if step in ORDERED else None
            done = await who.post(case.ticket, step, given, version)
            assert done.status_code == 200, done.text
        return case, 2 + len(before)

    return prepare


@pytest.mark.parametrize(("move", "whose"), list(product(ORDERED, SEES)))
async def test_who_may_give_which_order_on_whose_case(move, whose, officer, prepared):
    before, body = ORDERED[move]
    never_transferred = move in {"transfer", "decline"} and whose in {"desk", "sealed"}
    steps = () if never_transferred else before
    case, version = await prepared(whose, *steps)
    allowed = MAY[move][whose]
    for role in sorted(set(Role) - allowed):
        answer = await officer(role).post(case.ticket, move, body, version)
        assert answer.status_code == (403 if role in SEES[whose] else 404), (role, answer.text)
    for role in sorted(allowed):
        answer = await officer(role).post(case.ticket, move, body, version)
        assert answer.status_code == (409 if never_transferred else 200), (role, answer.text)
        case, version = await prepared(whose, *steps) if role != max(allowed) else (case, version)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/X"),
        *(("POST", f"/X/{move}") for move in ("take", "answer", "close", "assign", "join", "separate", *ORDERED)),
    ],
)
async def test_nothing_is_open_without_a_token(http, method, path):
    answer = await http.request(method, f"/v1/cases{path}", json=ANSWER if path.endswith("answer") else None)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
