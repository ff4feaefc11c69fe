"""Officers see what was said to a citizen, and say what became of an unknown message; each role as much as it may."""

import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from channel_adapters._meta import errors as meta
from channel_adapters._meta.windows import Closed
from channel_adapters.mobile import firebase
from channel_adapters.sms import infobip_api, twilio_api, vonage_api
from gateway.app import create_app
from services.replies import endpoints
from services.replies.reasons import OTHER, WORDS, counted_as, words_of
from shared.channels import Remedy, SendError
from shared.core.ids import new_id
from shared.core.service import ServiceApp
from shared.events import ComplaintReceived
from shared.http.client import ASGITransport, AsyncClient, Response
from shared.security import Principal, Role
from tests.services.replies.house import House

ROOT = Path(__file__).parents[3]
SEEING = {Role.COORDINATOR, Role.INSPECTORATE, Role.OPERATOR}


@pytest.fixture
async def http(house):
    async def close() -> None:
        return None

    who = SimpleNamespace(role=Role.COORDINATOR, regions=())

    async def signed_in() -> Principal:
        return Principal(account_id=ACCOUNT, role=who.role, agencies=("NTB.DIKPORA",), regions=who.regions)

    router = endpoints.replies(house.resolving, house.pool, signed_in)
    app = create_app([ServiceApp(name="replies", router=router, close=close)])
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://door") as client:
        yield SimpleNamespace(client=client, who=who)


ACCOUNT = new_id()


async def look(http: Any, role: Role, **query: Any) -> Response:
    http.who.role = role
    client: AsyncClient = http.client
    return await client.get("/v1/replies", params=query)


async def say(http: Any, role: Role, reply_id: Any, said: str) -> Response:
    http.who.role = role
    client: AsyncClient = http.client
    return await client.post(f"/v1/replies/{reply_id}/resolve", json={"as": said})


async def unknown(house: House, **changes: Any) -> tuple[ComplaintReceived, Any]:
    house.sender.answers.append(SendError("connection_lost", Remedy.UNKNOWN))
    event = await house.complain(**changes)
    await house.send_all()
    return event, await house.only()


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("sealed", [False, True])
async def test_each_role_sees_what_it_may(http, house, role, sealed):
    event, row = await unknown(house, sealed=sealed)
    answer = await look(http, role, ticket=event.ticket.lower())
    if role not in SEEING:
        assert (answer.status_code, answer.json()["code"]) == (403, "role_sees_no_replies")
        return
    hidden = sealed and role is Role.COORDINATOR
    items = answer.json()["items"]
    assert [one["id"] for one in items] == ([] if hidden else [str(row["id"])])
    if not hidden:
        assert items[0]["text"] == (None if sealed or role is Role.OPERATOR else row["text"])
        assert (items[0]["state"], items[0]["reason"]) == ("unknown", "connection_lost")


async def test_who_is_bound_to_a_region_sees_no_messages_of_the_whole_province_and_settles_none(http, house):
    event, row = await unknown(house)
    http.who.regions = ("52.03",)
    assert (await look(http, Role.COORDINATOR, ticket=event.ticket)).json()["code"] == "role_sees_no_replies"
    assert (await say(http, Role.COORDINATOR, row["id"], "again")).status_code == 403
    assert (await house.only())["state"] == "unknown"


async def test_the_words_of_a_sealed_one_are_read_on_the_case_where_each_look_is_written_down(http, house):
    _, row = await unknown(house, sealed=True)
    answer = await say(http, Role.INSPECTORATE, row["id"], "sent")
    assert (answer.status_code, answer.json()["text"]) == (200, None)


async def test_the_list_holds_no_address_and_no_reference(http, house):
    event, row = await unknown(house)
    text = (await look(http, Role.OPERATOR)).text
    for secret in (str(row["recipient"]), str(row["conversation_id"]), row["text"], str(event.complaint_id)):
        assert secret not in text


async def test_the_list_can_be_of_a_state_and_a_wrong_ticket_is_said(http, house):
    await unknown(house)
    assert len((await look(http, Role.COORDINATOR, state="unknown")).json()["items"]) == 1
    assert (await look(http, Role.COORDINATOR, state="sent")).json()["items"] == []
    assert (await look(http, Role.COORDINATOR, state="lost")).status_code == 422
    assert (await look(http, Role.COORDINATOR, ticket="NTB-0000-00001")).json()["code"] == "ticket_unknown"


@pytest.mark.parametrize(
    ("said", "state", "announced", "handed"),
    [
        ("sent", "sent", "reply.sent.v1", 1),
        ("failed", "failed", "reply.failed.v1", 1),
        ("again", "sent", "reply.sent.v1", 2),
    ],
)
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.OPERATOR])
async def test_an_officer_says_what_became_of_it_and_that_is_kept(http, house, role, said, state, announced, handed):
    _, row = await unknown(house)
    answer = await say(http, role, row["id"], said)
    assert answer.status_code == 200, answer.text
    assert answer.json()["reason"] == "by_officer"
    await house.send_all()
    assert (await house.only())["state"] == state
    assert [kind for kind, _ in await house.said()] == ["reply.unknown.v1", announced]
    assert len(house.sender.handed) == handed
    kept = await house.sql.fetchrow("SELECT * FROM replies.resolution")
    assert (kept["reply_id"], kept["said"], kept["actor_kind"], kept["actor_id"]) == (
        row["id"], said, "officer", str(ACCOUNT),
    )  # fmt: skip


async def test_a_late_refusal_of_the_first_try_does_not_stop_the_one_that_an_officer_wants(http, house):
    _, row = await unknown(house)
    await say(http, Role.COORDINATOR, row["id"], "again")
    await house.report(row, "failed")
    await house.send_all()
    assert len(house.sender.handed) == 2
    assert (await house.only())["state"] == "sent"


async def test_two_officers_at_once_send_it_again_once(http, house):
    _, row = await unknown(house)
    answers = await asyncio.gather(*(say(http, Role.COORDINATOR, row["id"], "again") for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]
    refused = next(one for one in answers if one.status_code == 409).json()
    assert (refused["code"], refused["state"]) == ("reply_not_unknown", "queued")
    await house.send_all()
    assert len(house.sender.handed) == 2
    assert await house.sql.fetchval("SELECT count(*) FROM replies.resolution") == 1


@pytest.mark.parametrize(
    ("role", "sealed", "status"),
    [
        (Role.LIAISON, False, 403),
        (Role.LEADER, False, 403),
        (Role.COORDINATOR, True, 404),
        (Role.INSPECTORATE, True, 200),
        (Role.INSPECTORATE, False, 200),
    ],
)
async def test_whoever_may_not_changes_nothing(http, house, role, sealed, status):
    _, row = await unknown(house, sealed=sealed)
    assert (await say(http, role, row["id"], "failed")).status_code == status
    assert (await house.only())["state"] == ("failed" if status == 200 else "unknown")


async def test_only_three_words_are_understood_and_an_unknown_id_is_said(http, house):
    _, row = await unknown(house)
    assert (await say(http, Role.COORDINATOR, row["id"], "perhaps")).status_code == 422
    assert (await say(http, Role.COORDINATOR, new_id(), "sent")).json()["code"] == "no_such_reply"


@pytest.mark.parametrize("statement", ["UPDATE replies.resolution SET said = 'sent'", "DELETE FROM replies.resolution"])
async def test_who_said_what_is_never_changed(statement, house):

    connection = await asyncpg.connect(house.url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


# --- reasons --------------------------------------------------------------------------------------


def literals(path: Path) -> Iterator[str]:
    """Yield every reason that a source gives to `SendError(…)` or to `reason=…`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        given = [*node.args[:1]] if name in {"SendError", "Objection"} else []
        given += [one.value for one in node.keywords if one.arg == "reason" and name in {"move", "_write", "SendError"}]
        yield from (one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))


def tables() -> Iterator[str]:
    for table in (
        meta.SUBCODES,
        meta.CODES,
        twilio_api.CODES,
        vonage_api.STATUSES,
        infobip_api.STATUSES,
        firebase._REMEDIES,
    ):
        yield from (reason for reason, _ in table.values())
    yield from (one.value for one in Closed)


def test_every_reason_that_a_rule_or_a_channel_gives_has_words_and_a_name_in_the_figures():
    sources = [*(ROOT / "services" / "replies").glob("*.py"), *(ROOT / "channel_adapters").rglob("*.py")]
    sources = [
        path for path in sources if not {"read.py", "reading.py", "direct_reading.py"} & {path.name}
    ]  # there nothing is sent
    given = {reason for path in sources for reason in literals(path)} | set(tables())
    assert len(given) > 40
    assert given - WORDS.keys() == set(), "put it into services/replies/reasons.py"


def test_a_reason_that_nobody_knows_is_counted_with_all_others():
    assert (counted_as("made_up"), counted_as("refused"), counted_as(None)) == (OTHER, "refused", "")
    assert (words_of("made_up"), words_of(None)) == ("made_up", None)
    assert words_of("person_unreachable") == "Pelapor memblokir atau tidak dapat dihubungi"
