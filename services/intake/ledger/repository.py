"""Every SQL statement about kept requests, ids that were ignored, our accounts' health, and what was read back."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from sqlalchemy import Row, case, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from services.intake.drafts import Delivery, Key
from services.intake.models import account_health, account_notice, ignored, message, raw_request, recovery
from shared.channels import AccountHealth, InboundRequest, Unreadable
from shared.core.text import clean_text
from shared.db import Rows, UnitOfWork, columns_of, insert_rows

_AUTHORITY = frozenset({"authorization", "cookie", "proxy-authorization", "x-access-code", "x-device-id"})
_RAW_REQUESTS = Rows(
    raw_request,
    *("id", "channel", "door", "query", "method", "headers", "body", "received_at", "state", "unreadable"),
    "digest",
    once=True,
)
_STORE_NOTICES = insert_rows(
    account_notice, "channel", "account", "kind", "detail", "received_at", "digest"
).on_conflict_do_nothing()
_IGNORED = Rows(ignored, "channel", "account", "provider_message_id", "reason", "received_at", once=True)
_KEPT = text("SELECT digest FROM intake.raw_request WHERE digest = ANY(CAST(:digests AS bytea[]))")
_OPEN = text("SELECT * FROM vault.kept_request(:id, :why)")
_FORGET = text("SELECT intake.forget_requests(:before, :at_most)")

_ACCOUNTS = text("""
    SELECT channel, account, h.token_valid, h.token_expires_at, h.subscribed, h.reachable, h.problem, h.looked_at,
           r.read_until, n.notices
    FROM intake.account_health AS h
    FULL JOIN intake.recovery AS r USING (channel, account)
    FULL JOIN (SELECT channel, account, array_agg(DISTINCT kind ORDER BY kind) AS notices FROM intake.account_notice
               WHERE received_at >= :notices_since GROUP BY channel, account) AS n USING (channel, account)
""")
_HEARD = text("""
    SELECT channel, account, max(received_at) AS at FROM intake.message
    WHERE id >= :first AND author = 'citizen' GROUP BY channel, account, date_trunc('hour', received_at)
""")

AccountKey: TypeAlias = tuple[str, str]
"""Channel and account."""


RawState: TypeAlias = Literal["accepted", "ignored", "parked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRequest:
    """A request to keep, and what became of it."""

    id: UUID
    delivery: Delivery
    state: RawState
    has_news: bool
    """Something that is stored names it."""

    @property
    def digest(self) -> bytes | None:
        """What it is known by when it comes again, where nothing in it has an id of its own."""
        return None if self.state == "accepted" else _digest(self.delivery.request)


async def store_raw(tx: UnitOfWork, channel: str, raws: Sequence[RawRequest]) -> None:
    """Keep requests byte for byte (but photos that came in a form), in the transaction of what they said.

    One that was not taken in whole is kept once, however often it is delivered.
    """
    digests = {raw.id: raw.digest for raw in raws if raw.state != "accepted"}
    known = set(await tx.scalars(_KEPT, {"digests": list(digests.values())})) if digests else set()
    rows = (
        {
            "id": raw.id,
            "channel": channel,
            "door": raw.delivery.door,
            "query": raw.delivery.request.query,
            "method": raw.delivery.request.method,
            "headers": json.dumps(_headers(raw.delivery.request)),
            "body": _body(raw.delivery.request),
            "received_at": raw.delivery.request.received_at,
            "state": raw.state,
            "unreadable": json.dumps([[part.reason, part.where] for part in raw.delivery.translation.unreadable]),
            "digest": None if digests.get(raw.id) in known else digests.get(raw.id),
        }
        for raw in raws
        if raw.has_news or digests.get(raw.id) not in known
    )
    tx.insert(_RAW_REQUESTS, rows)


def _body(request: InboundRequest) -> bytes:
    """Return what is kept of a body: a form of ours with photos is not, lest their hidden places outlive the cleaning.

    Nothing needs it: what such a form says wrongly is refused at once, and its words stand in the message.
    """
    return b"" if request.headers.get("content-type", "").startswith("multipart/") else request.body


def _headers(request: InboundRequest) -> dict[str, str]:
    return {clean_text(name): clean_text(value) for name, value in request.headers.items() if name not in _AUTHORITY}


def _digest(request: InboundRequest, *more: str) -> bytes:
    """Hash a request, or a part of one, to know it again; it goes with the request's body (`forget_requests`)."""
    parts = (request.door.encode(), request.query, request.body, *(one.encode() for one in more))
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()


async def store_notices(tx: UnitOfWork, channel: str, deliveries: Sequence[Delivery]) -> None:
    """Keep what happened to our accounts, for the operator: once, however often its request is delivered."""
    rows = [
        {
            "channel": channel,
            "account": one.account,
            "kind": one.kind,
            "detail": one.detail,
            "received_at": delivery.request.received_at,
            "digest": _digest(delivery.request, one.account, one.kind, one.detail),
        }
        for delivery in deliveries
        for one in delivery.translation.notices
    ]
    if rows:
        await tx.execute(_STORE_NOTICES, columns_of(rows))


def store_ignored(tx: UnitOfWork, channel: str, deliveries: Sequence[Delivery]) -> None:
    """Account for message ids that were understood and are no complaint: the reason, and nothing of the content."""
    first: dict[Key, tuple[str, datetime]] = {}
    for delivery in deliveries:
        for one in delivery.translation.ignored:
            if one.provider_message_id is not None:
                key = (one.account or "", one.provider_message_id)
                first.setdefault(key, (one.reason, delivery.request.received_at))
    rows = (
        {
            "channel": channel,
            "account": account,
            "provider_message_id": message_id,
            "reason": reason,
            "received_at": received_at,
        }
        for (account, message_id), (reason, received_at) in sorted(first.items())
    )
    tx.insert(_IGNORED, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRequest:
    """A request of which something was not taken in, as it came but for its sender's authority."""

    channel: str
    state: str
    request: InboundRequest


async def find_requests(
    tx: UnitOfWork,
    *,
    state: str,
    channel: str | None = None,
    since: datetime | None = None,
    request_id: UUID | None = None,
) -> list[UUID]:
    """Return the requests in this state, oldest first."""
    found = select(raw_request.c.id).where(raw_request.c.state == state).order_by(raw_request.c.received_at)
    if channel is not None:
        found = found.where(raw_request.c.channel == channel)
    if since is not None:
        found = found.where(raw_request.c.received_at >= since)
    if request_id is not None:
        found = found.where(raw_request.c.id == request_id)
    return list(await tx.scalars(found))


async def open_request(tx: UnitOfWork, request_id: UUID, why: str) -> KeptRequest | None:
    """Return a parked or ignored request whole, and leave a row that says who looked; None when it is neither."""
    row = (await tx.execute(_OPEN, {"id": request_id, "why": why})).first()
    if row is None:
        return None
    request = InboundRequest(
        method=row.method,
        door=row.door,
        path_values={},
        query=row.query,
        headers=row.headers,
        body=row.body,
        received_at=row.received_at,
    )
    return KeptRequest(channel=row.channel, state=row.state, request=request)


async def lock_request(tx: UnitOfWork, request_id: UUID) -> bool:
    """Tell whether a request still waits to be run again; nobody else runs it until the transaction ends."""
    waiting = select(raw_request.c.id).where(raw_request.c.id == request_id)
    waiting = waiting.where(raw_request.c.state.in_(["parked", "ignored"])).with_for_update()
    return await tx.scalar(waiting) is not None


async def mark_request(
    tx: UnitOfWork, request_id: UUID, *, state: str, unreadable: Sequence[Unreadable], at: datetime
) -> None:
    """Write what came of running a request again."""
    values = {
        "state": state,
        "unreadable": [[part.reason, part.where] for part in unreadable],
        "tries": raw_request.c.tries + 1,
        "settled_at": at if state == "replayed" else None,
    }
    await tx.execute(update(raw_request).where(raw_request.c.id == request_id).values(values))


async def forget_requests(tx: UnitOfWork, before: datetime, at_most: int) -> int:
    """Empty requests that are older, but none that is parked; return how many."""
    return int(await tx.scalar(_FORGET, {"before": before, "at_most": at_most}) or 0)


async def store_health(tx: UnitOfWork, channel: str, account: str, health: AccountHealth, looked_at: datetime) -> None:
    """Keep what a provider says of an account."""
    row = {
        "token_valid": health.token_valid,
        "token_expires_at": health.token_expires_at,
        "subscribed": health.subscribed,
        "reachable": health.reachable,
        "problem": health.problem,
        "looked_at": looked_at,
    }
    store = insert(account_health).values(channel=channel, account=account, **row)
    await tx.execute(store.on_conflict_do_update(index_elements=["channel", "account"], set_=row))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryClaim:
    """An account that is read back now; until when that was done, and when it last heard anything."""

    read_until: datetime | None
    last_message_at: datetime | None


async def claim_recovery(
    tx: UnitOfWork, channel: str, account: str, *, now: datetime, not_since: datetime
) -> RecoveryClaim | None:
    """Claim the reading back of an account; None when somebody tried since then, by a clock that can be believed."""
    claim = insert(recovery).values(channel=channel, account=account, tried_at=now)
    claim = claim.on_conflict_do_update(
        index_elements=["channel", "account"],
        set_={"tried_at": now},
        where=or_(recovery.c.tried_at <= not_since, recovery.c.tried_at > now + (now - not_since)),
    )
    row = (await tx.execute(claim.returning(recovery.c.read_until))).first()
    if row is None:
        return None
    newest = select(message.c.received_at).where(message.c.channel == channel, message.c.account == account)
    last = await tx.scalar(newest.order_by(message.c.id.desc()).limit(1))
    return RecoveryClaim(read_until=row.read_until, last_message_at=last)


async def store_recovery(
    tx: UnitOfWork,
    channel: str,
    account: str,
    *,
    since: datetime,
    started: datetime,
    found: int,
    problem: str | None,
) -> None:
    """Keep how far an account was read back: without a problem, and without a hole before it, until the start."""
    values = {"tried_at": started, "problem": problem}
    until = started if problem is None else None
    store = insert(recovery).values(channel=channel, account=account, read_until=until, found=found, **values)
    changes = {**values, "found": recovery.c.found + found}
    if problem is None:
        whole = or_(recovery.c.read_until.is_(None), recovery.c.read_until >= since)
        changes["read_until"] = case((whole, started), else_=recovery.c.read_until)
    await tx.execute(store.on_conflict_do_update(index_elements=["channel", "account"], set_=changes))


async def accounts(tx: UnitOfWork, notices_since: datetime) -> dict[AccountKey, Row[Any]]:
    """Return what is kept of each account: its health, how far it was read back, and what happened to it since then."""
    rows = await tx.execute(_ACCOUNTS, {"notices_since": notices_since})
    return {(row.channel, row.account): row for row in rows}


async def heard(tx: UnitOfWork, since: datetime) -> dict[AccountKey, list[datetime]]:
    """Return when each account heard something: the last time in every hour since then.

    By the messages' ids, which begin with the time (UUIDv7): the key finds them.
    """
    times: dict[AccountKey, list[datetime]] = {}
    for row in await tx.execute(_HEARD, {"first": UUID(int=int(since.timestamp() * 1000) << 80)}):
        times.setdefault((row.channel, row.account), []).append(row.at)
    return times
