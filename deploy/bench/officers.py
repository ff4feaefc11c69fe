"""What officers wait for: a page of the queue over many cases, and an order that changes one."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import asyncpg

from deploy.bench.house import bring_everything_back, keep_only
from deploy.bench.load import Load, percentile
from deploy.bench.sides import HOST
from deploy.local.stack import Stack
from services.identity.tokens import sign_token
from shared.core.ticket import new_ticket
from shared.security import Principal, Role
from shared.security.keys import read_signing_key

_CASEWORK = "casework"
_CONNECTIONS = 8
_PAGES_PER_SECOND = 20
_WARM_UP = 40
"""Orders of each kind before the measured ones: each connection of the pool prepares each statement once."""
_SEED_AT_ONCE = 100_000
_AGENCIES = ("NTB.DIKPORA", "NTB.PUPRPERKIM", "NTB.DINKES", "52.03.PUPR", "52.03.DINKES", "52.01.DLH", "52.71.PUPR")
_OFFICER = UUID(int=7)
"""One of the 500 who have taken cases."""
_WORDS = ("jalan", "lampu", "sampah", "sekolah", "air", "puskesmas", "jembatan", "banjir", "pasar", "irigasi")

_SEED = """
    INSERT INTO casework."case" (
        complaint_id, ticket, channel, text, attachments, anonymous, secret, sealed, anonymous_by_citizen,
        secret_by_citizen, region_code, agency_key, agency_name, affair, kind, urgency, state, version, received_at,
        assigned_at, verified_at, due_at, taken_by, news
    )
    SELECT gen_random_uuid(), 'NTB-X' || lpad(n::text, 8, '0'), (ARRAY['sms', 'facebook', 'mobile'])[1 + n % 3],
        'Dusun ' || n % 997 || ': ' || ($3::text[])[1 + n % 10] || ' rusak di dekat ' || ($3::text[])[1 + n / 7 % 10]
            || repeat(' mohon ditindaklanjuti karena sudah lama', 1 + n % 5),
        '[]', false, false, n % 100 = 0, false, false,
        '52.0' || 1 + n % 8 || '.0' || 1 + n % 9, ($4::text[])[1 + n * 3 % 7], 'Dinas', 'pupr',
        CASE WHEN n % 20011 = 0 THEN 'aspirasi' ELSE 'pengaduan' END,
        (ARRAY['mendesak', 'penting', 'biasa'])[1 + n % 3],
        CASE WHEN n % 20 < 18 THEN 'closed' WHEN n % 20 = 18 THEN 'assigned' ELSE 'in_progress' END, 2,
        now() - n * interval '150 seconds', now() - n * interval '150 seconds', now(),
        CASE WHEN n % 20 >= 18 THEN now() + (n % 1000 - 300) * interval '1 hour' END,
        CASE WHEN n % 20 <> 18 THEN lpad(to_hex(n / 20 % 500), 32, '0')::uuid END, n % 997 = 0
    FROM generate_series($1::int, $2::int) AS n
"""
# By their tickets, the seeded ones alone: what came through the doors before has a history.
_ASSIGNED = """
    WITH wanted AS (
        SELECT complaint_id, row_number() OVER () AS place FROM casework."case"
        WHERE state = 'assigned' AND ticket LIKE 'NTB-X________' LIMIT cardinality($1::text[])
    ), named AS (
        UPDATE casework."case" SET ticket = ($1::text[])[wanted.place], agency_key = 'NTB.DIKPORA' FROM wanted
        WHERE "case".complaint_id = wanted.complaint_id RETURNING "case".complaint_id, ticket
    ), history AS (
        INSERT INTO casework.transition (complaint_id, version, previous, state, actor_kind, actor_id, at)
        SELECT complaint_id, 2, 'received', 'assigned', 'machine', 'casework.follow_routing', now() FROM named
    )
    SELECT ticket FROM named
"""
"""Gives so many cases tickets of ours and the history that the seed spares the others."""

Query = Mapping[str, str]
_PAGES: Mapping[str, tuple[Role, tuple[str, ...], tuple[str, ...], Query]] = {
    "coordinator, newest": (Role.COORDINATOR, (), (), {}),
    "coordinator, open": (Role.COORDINATOR, (), (), {"open": "true"}),
    "coordinator, by deadline": (Role.COORDINATOR, (), (), {"order": "due"}),
    "coordinator, words": (Role.COORDINATOR, (), (), {"q": "jembatan dusun 417"}),
    "coordinator, a frequent word": (Role.COORDINATOR, (), (), {"q": "mohon"}),
    "coordinator, one agency, closed": (Role.COORDINATOR, (), (), {"agency": "52.03.PUPR", "state": "closed"}),
    "coordinator, a rare kind": (Role.COORDINATOR, (), (), {"kind": "aspirasi"}),
    "coordinator, an urgency, open": (Role.COORDINATOR, (), (), {"urgency": "mendesak", "open": "true"}),
    "coordinator, a channel that nobody uses": (Role.COORDINATOR, (), (), {"channel": "telegram"}),
    "liaison, mine": (Role.LIAISON, ("NTB.DIKPORA",), (), {"mine": "true"}),
    "liaison, mine, open": (Role.LIAISON, ("NTB.DIKPORA",), (), {"mine": "true", "open": "true"}),
    "liaison, mine, by deadline": (Role.LIAISON, ("NTB.DIKPORA",), (), {"mine": "true", "order": "due"}),
    "liaison, news": (Role.LIAISON, ("NTB.DIKPORA",), (), {"news": "true"}),
    "liaison, open": (Role.LIAISON, ("NTB.DIKPORA",), (), {"open": "true"}),
    "liaison of two, by deadline": (Role.LIAISON, ("NTB.DIKPORA", "NTB.DINKES"), (), {"order": "due"}),
    "leader of a regency": (Role.LEADER, (), ("52.03",), {}),
    "inspectorate, overdue": (Role.INSPECTORATE, (), (), {"overdue": "true"}),
}
"""Who looks at what."""
_ANSWER = {"text": "Atap ruang kelas sudah diperbaiki Bidang SMA pada 20 November 2026."}
_FOLLOW_UP = {"action": "repair", "text": "Tim sarana prasarana memperbaiki atap pada 20 November 2026."}
_ORDERS: Sequence[tuple[str, object]] = (
    ("take", None),
    ("follow-up", _FOLLOW_UP),
    ("answer", _ANSWER),
    ("close", None),
)


async def measure_officers(
    stack: Stack, *, cases: int, per_second: float, seconds: float, say: Callable[[str], None]
) -> dict[str, Any]:
    """Fill the queue, look at pages of it, change cases at a pace; the baseline is an address that asks nothing."""
    await asyncio.to_thread(keep_only, stack, (_CASEWORK, "relay"))
    await _seed(stack, cases, say)
    each = max(2.0, seconds / len(_PAGES))
    bare = await _paced(stack, [_get("/health/live", "")], _PAGES_PER_SECOND, each)
    pages = {}
    for name, (role, agencies, regions, query) in _PAGES.items():
        say(f"the queue: {name} …")
        token = _token(stack, role, agencies, regions)
        pages[name] = await _paced(stack, await _two_pages(stack, query, token), _PAGES_PER_SECOND, each)
    say(f"orders: {per_second:g} a second …")
    orders = await _orders(stack, per_second, seconds)
    await asyncio.to_thread(bring_everything_back, stack)
    return {
        "cases": cases,
        "seconds": seconds,
        "per_second": per_second,
        "bare": bare,
        "pages": pages,
        "orders": orders,
    }


async def _seed(stack: Stack, cases: int, say: Callable[[str], None]) -> None:
    connection = await asyncpg.connect(stack.owner_url)
    try:
        for first in range(1, cases + 1, _SEED_AT_ONCE):
            say(f"{first - 1:,} of {cases:,} cases …")
            last = min(first + _SEED_AT_ONCE - 1, cases)
            await connection.execute(_SEED, first, last, list(_WORDS), list(_AGENCIES))
        say("statistics …")
        await connection.execute('VACUUM ANALYZE casework."case"')
        await connection.execute("CHECKPOINT")  # otherwise the seed is written to disk while orders are measured
    finally:
        await connection.close()


async def _two_pages(stack: Stack, query: Query, token: str) -> list[bytes]:
    """Return the requests of a first page and of the one that follows it, if one does."""
    first = f"/v1/cases?{urlencode(query)}"
    document = await _ask(stack, _get(first, token))
    if (cursor := document["next_cursor"]) is None:
        return [_get(first, token)]
    return [_get(first, token), _get(f"/v1/cases?{urlencode({**query, 'cursor': cursor})}", token)]


async def _orders(stack: Stack, per_second: float, seconds: float) -> dict[str, Any]:
    wanted = _WARM_UP + round(per_second * seconds) // len(_ORDERS)
    connection = await asyncpg.connect(stack.owner_url)
    try:
        tickets = [row["ticket"] for row in await connection.fetch(_ASSIGNED, [new_ticket() for _ in range(wanted)])]
    finally:
        await connection.close()
    token = _token(stack, Role.LIAISON, ("NTB.DIKPORA",), ())
    spent: list[float] = []
    statuses: dict[int, int] = {}
    for version, (move, body) in enumerate(_ORDERS, start=2):
        requests = [_post(f"/v1/cases/{ticket}/{move}", token, body, version) for ticket in tickets]
        await _run(stack, requests[:_WARM_UP], per_second, _WARM_UP)
        load = await _run(stack, requests[_WARM_UP:], per_second, len(requests) - _WARM_UP)
        spent += load.milliseconds
        for status, count in load.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    return {"done": statuses.get(200, 0), "other": sum(statuses.values()) - statuses.get(200, 0)} | _times(spent)


async def _paced(stack: Stack, requests: Sequence[bytes], per_second: float, seconds: float) -> dict[str, float]:
    load = await _run(stack, requests, per_second, round(per_second * seconds))
    assert set(load.statuses) == {200}, load.statuses  # noqa: S101 - otherwise something else is measured
    return _times(load.milliseconds)


async def _run(stack: Stack, requests: Sequence[bytes], per_second: float, messages: int) -> Load:
    load = Load(lambda number: requests[number % len(requests)])
    await load.connect(HOST, stack.ports[_CASEWORK], _CONNECTIONS)
    await load.pace(per_second=per_second, messages=messages)
    await load.finish()
    return load


def _times(milliseconds: Any) -> dict[str, float]:
    return {name: round(percentile(milliseconds, share), 1) for name, share in (("p50_ms", 0.5), ("p99_ms", 0.99))}


async def _ask(stack: Stack, request: bytes) -> dict[str, Any]:
    reader, writer = await asyncio.open_connection(HOST, stack.ports[_CASEWORK])
    writer.write(request.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1))
    answer = await reader.read()
    writer.close()
    document: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return document


def _token(stack: Stack, role: Role, agencies: tuple[str, ...], regions: tuple[str, ...]) -> str:
    key = read_signing_key(stack.environment()["NTBCARE_IDENTITY_SIGNING_KEY"])
    principal = Principal(account_id=_OFFICER, role=role, agencies=agencies, regions=regions)
    return sign_token(principal, key, datetime.now(UTC))[0]


def _get(path: str, token: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: {HOST}\r\nauthorization: Bearer {token}\r\n\r\n".encode()


def _post(path: str, token: str, body: object, version: int) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {HOST}\r\nauthorization: Bearer {token}\r\n"
        f'if-match: "{version}"\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n'
    )
    return head.encode() + content
