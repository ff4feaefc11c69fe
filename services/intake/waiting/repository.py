"""Every SQL statement about what waits. Whatever is taken is locked; what another worker has is passed over."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, text

from services.intake.documents import message_document
from services.intake.drafts import Key
from services.intake.models import amendment, part, pointer
from shared.channels import Amendment, InboundMessage, Pointer
from shared.db import UnitOfWork, columns_of, insert_rows
from shared.security.vault import VaultKeys

_STORE_AMENDMENTS = (
    insert_rows(
        amendment,
        *("channel", "account", "provider_message_id", "change", "version", "text", "message", "at"),
        *("raw_request_id", "received_at"),
    )
    .on_conflict_do_nothing()
    .returning(amendment.c.raw_request_id)
)
_STORE_PARTS = (
    insert_rows(
        part,
        *("channel", "account", "provider_message_id", "line", "number", "total", "message", "raw_request_id"),
        *("received_at", "due_at"),
    )
    .on_conflict_do_nothing()
    .returning(part.c.account, part.c.provider_message_id, part.c.raw_request_id)
)
_STORE_POINTERS = (
    insert_rows(
        pointer,
        *("channel", "account", "provider_message_id", "kind", "media", "fallback", "raw_request_id", "received_at"),
        "due_at",
    )
    .on_conflict_do_nothing()
    .returning(pointer.c.raw_request_id)
)
_LOCK_FIRST_PART = text("""
    SELECT h.* FROM intake.part AS h
    WHERE h.joined_at IS NULL AND h.line <> ALL(CAST(:but AS bytea[]))
      AND (h.due_at <= :now
           OR (SELECT count(DISTINCT p.number) FROM intake.part AS p
               WHERE p.line = h.line AND p.joined_at IS NULL AND p.received_at < h.due_at) >= h.total)
      AND NOT EXISTS (SELECT FROM intake.part AS e WHERE e.line = h.line AND e.joined_at IS NULL
                      AND (e.received_at, e.provider_message_id) < (h.received_at, h.provider_message_id))
    ORDER BY h.received_at LIMIT 1 FOR UPDATE OF h SKIP LOCKED
""")
_PARTS = text("""
    SELECT * FROM intake.part WHERE line = :line AND joined_at IS NULL AND received_at < :before
    ORDER BY received_at, provider_message_id FOR UPDATE
""")
_JOINED_PARTS = text("""
    SELECT number, message, joined_as FROM intake.part
    WHERE line = :line AND joined_at IS NOT NULL AND received_at >= :since
""")
_MARK_PARTS = text("""
    UPDATE intake.part SET joined_at = :at, joined_as = :joined_as
    WHERE line = :line AND provider_message_id = ANY(CAST(:ids AS text[]))
""")
_LOCK_HELD = text("""
    SELECT id FROM intake.conversation WHERE id IN
        (SELECT conversation_id FROM intake.message
         WHERE disposition = 'held' AND author = 'citizen' AND due_at <= :now LIMIT :most)
    ORDER BY id FOR UPDATE SKIP LOCKED
""")
_KEEP_HELD = text("""
    UPDATE intake.message SET disposition = 'kept', rule = :rule, due_at = NULL
    WHERE conversation_id = ANY(CAST(:conversations AS uuid[])) AND disposition = 'held' AND author = 'citizen'
      AND due_at <= :now
""")
_COUNT_HELD = text("""
    UPDATE intake.conversation AS c SET waiting =
        (SELECT count(*) FROM intake.message AS m
         WHERE m.conversation_id = c.id AND m.disposition = 'held' AND m.author = 'citizen')
    WHERE c.id = ANY(CAST(:conversations AS uuid[]))
""")
_LOCK_AGENCY_MESSAGE = text("""
    SELECT * FROM intake.message WHERE disposition = 'held' AND author = 'agency' AND due_at <= :now
      AND provider_message_id <> ALL(CAST(:but AS text[]))
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_SETTLE_AGENCY_MESSAGE = text("""
    UPDATE intake.message SET disposition = :disposition, rule = :rule, complaint_id = :complaint_id, due_at = NULL
    WHERE id = :id
""")
_PUT_OFF_AGENCY_MESSAGE = text("UPDATE intake.message SET due_at = :due_at WHERE id = :id")
_LOCK_AMENDMENT = text("""
    SELECT a.channel, a.account, a.provider_message_id, a.change, a.version, a.text, a.at,
           m.id AS message_id, m.author, m.complaint_id, m.edited_at, m.withdrawn_at, m.text AS said,
           EXISTS (SELECT FROM intake.amendment AS n WHERE n.channel = a.channel AND n.account = a.account
                   AND n.provider_message_id = a.provider_message_id AND n.change = 'edited'
                   AND n.applied_at IS NOT NULL AND (n.at, n.received_at) > (a.at, a.received_at)) AS overtaken
    FROM intake.amendment AS a JOIN intake.message AS m
      ON m.channel = a.channel AND m.account = a.account AND m.provider_message_id = a.provider_message_id
    WHERE a.applied_at IS NULL AND (m.author = 'citizen' OR m.disposition <> 'held')
      AND a.provider_message_id <> ALL(CAST(:but AS text[]))
    ORDER BY a.at, a.received_at LIMIT 1 FOR UPDATE OF a, m SKIP LOCKED
""")
_LOCK_ORPHAN = text("""
    SELECT a.* FROM intake.amendment AS a
    WHERE a.applied_at IS NULL AND a.change = 'edited' AND a.message IS NOT NULL AND a.received_at < :before
      AND a.provider_message_id <> ALL(CAST(:but AS text[]))
      AND NOT EXISTS (SELECT FROM intake.message AS m WHERE m.channel = a.channel AND m.account = a.account
                      AND m.provider_message_id = a.provider_message_id)
      AND NOT EXISTS (SELECT FROM intake.amendment AS w WHERE w.channel = a.channel AND w.account = a.account
                      AND w.provider_message_id = a.provider_message_id AND w.change = 'withdrawn')
    ORDER BY a.at DESC, a.received_at DESC LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_CLOSE_AMENDMENT = text("""
    UPDATE intake.amendment SET applied_at = :at WHERE channel = :channel AND account = :account
    AND provider_message_id = :provider_message_id AND change = :change AND version = :version
""")
_CLOSE_OLDER = text("""
    UPDATE intake.amendment SET applied_at = :now WHERE channel = :channel AND account = :account
    AND provider_message_id = :provider_message_id AND at <= :at AND applied_at IS NULL
""")
_FORGET_AMENDMENTS = text("""
    UPDATE intake.amendment AS a SET applied_at = :now WHERE a.applied_at IS NULL AND a.received_at < :before
    AND NOT EXISTS (SELECT FROM intake.message AS m WHERE m.channel = a.channel AND m.account = a.account
                    AND m.provider_message_id = a.provider_message_id)
    RETURNING a.channel
""")
_EDIT_MESSAGE = text("UPDATE intake.message SET edited_at = :at WHERE id = :id")
_WITHDRAW_MESSAGE = text("UPDATE intake.message SET withdrawn_at = :at WHERE id = :id")
_CLAIM_POINTER = text("""
    SELECT * FROM intake.pointer WHERE state = 'wanted' AND due_at <= :now AND channel = ANY(CAST(:channels AS text[]))
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_LOCK_POINTER = text("""
    SELECT * FROM intake.pointer WHERE channel = :channel AND account = :account
    AND provider_message_id = :provider_message_id FOR UPDATE
""")
_CHANGE_POINTER = text("""
    UPDATE intake.pointer SET state = :state, problem = :problem, attempts = :attempts, due_at = :due_at
    WHERE channel = :channel AND account = :account AND provider_message_id = :provider_message_id
""")
_BRING_BACK_MESSAGES = text("""
    UPDATE intake.message AS m SET due_at = t.latest
    FROM (SELECT greatest(CAST(:now AS timestamptz), now()) + CAST(:wait AS interval) AS latest) AS t
    WHERE m.disposition = 'held' AND m.author = :author AND m.due_at > t.latest
""")
_BRING_BACK_PARTS = text("""
    UPDATE intake.part AS p SET received_at = t.now, due_at = t.now + CAST(:wait AS interval)
    FROM (SELECT greatest(CAST(:now AS timestamptz), now()) AS now) AS t
    WHERE p.joined_at IS NULL AND p.received_at > t.now
""")
_BRING_BACK_AMENDMENTS = text("""
    UPDATE intake.amendment AS a SET received_at = t.now
    FROM (SELECT greatest(CAST(:now AS timestamptz), now()) AS now) AS t
    WHERE a.applied_at IS NULL AND a.received_at > t.now
""")
_BRING_BACK_POINTERS = text("""
    UPDATE intake.pointer AS p
    SET received_at = least(p.received_at, t.now),
        due_at = least(p.due_at, t.now + CASE p.attempts WHEN 0 THEN interval '0' ELSE CAST(:wait AS interval) END)
    FROM (SELECT greatest(CAST(:now AS timestamptz), now()) AS now) AS t
    WHERE p.state = 'wanted' AND (p.received_at > t.now OR p.due_at > t.now + CAST(:wait AS interval))
""")
_STANDING = text("""
    SELECT 'parts' AS what, count(*) AS number, min(received_at) AS since FROM intake.part WHERE joined_at IS NULL
    UNION ALL SELECT 'held', count(*), min(received_at) FROM intake.message
              WHERE disposition = 'held' AND author = 'citizen'
    UNION ALL SELECT 'agency_messages', count(*), min(received_at) FROM intake.message
              WHERE disposition = 'held' AND author = 'agency'
    UNION ALL SELECT 'amendments', count(*), min(received_at) FROM intake.amendment WHERE applied_at IS NULL
    UNION ALL SELECT 'pointers', count(*), min(received_at) FROM intake.pointer WHERE state = 'wanted'
""")


async def store_amendments(
    tx: UnitOfWork, keys: VaultKeys, channel: str, told: Sequence[tuple[Amendment, UUID, datetime]]
) -> set[UUID]:
    """Keep what authors changed (with the request that said so); a worker applies it. Return the requests with news.

    Providers tell seconds: of one second the order of arrival counts, in one request that of its parts.
    """
    rows = {
        (one.account, one.provider_message_id, one.change, _version(one)): {
            "channel": channel,
            "account": one.account,
            "provider_message_id": one.provider_message_id,
            "change": one.change,
            "version": _version(one),
            "text": one.text,
            "message": None if one.message is None else keys.close(message_document(one.message)),
            "at": one.at or received_at,
            "raw_request_id": raw_id,
            "received_at": received_at + timedelta(microseconds=position),
        }
        for position, (one, raw_id, received_at) in enumerate(told)
    }
    if not rows:
        return set()
    return set((await tx.scalars(_STORE_AMENDMENTS, columns_of([rows[key] for key in sorted(rows)]))).all())


def _version(one: Amendment) -> bytes:
    return hashlib.sha256((one.text or "").encode()).digest()


async def store_parts(
    tx: UnitOfWork,
    keys: VaultKeys,
    channel: str,
    told: Sequence[tuple[InboundMessage, UUID, datetime]],
    wait: timedelta,
) -> tuple[set[Key], set[UUID]]:
    """Keep pieces of longer messages; a worker joins them. Return the keys that are new and their requests."""
    rows = {
        (message.account, message.provider_message_id): {
            "channel": channel,
            "account": message.account,
            "provider_message_id": message.provider_message_id,
            "line": keys.digests(channel, message.sender, message.account, piece.reference, str(piece.total))[0],
            "number": piece.number,
            "total": piece.total,
            "message": keys.close(message_document(message)),
            "raw_request_id": raw_id,
            "received_at": received_at,
            "due_at": received_at + wait,
        }
        for message, raw_id, received_at in told
        if (piece := message.part) is not None
    }
    if not rows:
        return set(), set()
    stored = (await tx.execute(_STORE_PARTS, columns_of([rows[key] for key in sorted(rows)]))).all()
    return {(row.account, row.provider_message_id) for row in stored}, {row.raw_request_id for row in stored}


async def store_pointers(
    tx: UnitOfWork, keys: VaultKeys, channel: str, told: Sequence[tuple[Pointer, UUID, datetime]]
) -> set[UUID]:
    """Keep what must be asked for; a worker asks. Return the requests with news."""
    rows = {
        (one.account, one.provider_message_id): {
            "channel": channel,
            "account": one.account,
            "provider_message_id": one.provider_message_id,
            "kind": one.kind,
            "media": one.media,
            "fallback": None if one.fallback is None else keys.close(message_document(one.fallback)),
            "raw_request_id": raw_id,
            "received_at": received_at,
            "due_at": received_at,
        }
        for one, raw_id, received_at in told
    }
    if not rows:
        return set()
    return set((await tx.scalars(_STORE_POINTERS, columns_of([rows[key] for key in sorted(rows)]))).all())


async def lock_first_part(tx: UnitOfWork, now: datetime, *, but: Collection[bytes]) -> Row[Any] | None:
    """Return the first part of a message that is whole, or need not wait any longer; whoever has it has the message."""
    return (await tx.execute(_LOCK_FIRST_PART, {"now": now, "but": list(but)})).first()


async def parts(tx: UnitOfWork, line: bytes, *, before: datetime) -> Sequence[Row[Any]]:
    """Return the parts of one line that wait and came before then, in the order in which they came."""
    return (await tx.execute(_PARTS, {"line": line, "before": before})).all()


async def joined_parts(tx: UnitOfWork, line: bytes, *, since: datetime) -> Sequence[Row[Any]]:
    """Return the parts of one line that were joined and came since then."""
    return (await tx.execute(_JOINED_PARTS, {"line": line, "since": since})).all()


async def mark_parts(tx: UnitOfWork, line: bytes, ids: Collection[str], *, joined_as: str, at: datetime) -> None:
    """Remember which message parts went into."""
    told = {"line": line, "ids": list(ids), "joined_as": joined_as, "at": at}
    await tx.execute(_MARK_PARTS, told)


async def lock_held(tx: UnitOfWork, now: datetime, *, most: int) -> list[UUID]:
    """Return conversations with messages that waited long enough; acceptance judges nothing of them meanwhile."""
    return list((await tx.scalars(_LOCK_HELD, {"now": now, "most": most})).all())


async def keep_held(tx: UnitOfWork, conversations: Collection[UUID], now: datetime, *, rule: str) -> int:
    """Keep the messages of locked conversations that waited long enough, and count anew what waits."""
    told = {"conversations": list(conversations)}
    kept = await tx.execute(_KEEP_HELD, {**told, "now": now, "rule": rule})
    await tx.execute(_COUNT_HELD, told)
    return int(kept.rowcount)


async def lock_agency_message(tx: UnitOfWork, now: datetime, *, but: Collection[str]) -> Row[Any] | None:
    """Return something that was written in our name and waited long enough; `but`: messages to pass over."""
    return (await tx.execute(_LOCK_AGENCY_MESSAGE, {"now": now, "but": list(but)})).first()


async def put_off_agency_message(tx: UnitOfWork, message_id: UUID, due_at: datetime) -> None:
    """Let it wait longer."""
    await tx.execute(_PUT_OFF_AGENCY_MESSAGE, {"id": message_id, "due_at": due_at})


async def settle_agency_message(
    tx: UnitOfWork, message_id: UUID, *, disposition: str, rule: str, complaint_id: UUID | None
) -> None:
    """Write whose it was, and the complaint that it is in, if any."""
    told = {"id": message_id, "disposition": disposition, "rule": rule, "complaint_id": complaint_id}
    await tx.execute(_SETTLE_AGENCY_MESSAGE, told)


async def lock_amendment(tx: UnitOfWork, *, but: Collection[str]) -> Row[Any] | None:
    """Return the oldest change whose message is there, with the message; `but`: messages to pass over."""
    return (await tx.execute(_LOCK_AMENDMENT, {"but": list(but)})).first()


async def lock_orphan(tx: UnitOfWork, before: datetime, *, but: Collection[str]) -> Row[Any] | None:
    """Return the newest edit that waited long enough for its message, and holds all of it; `but`: as above."""
    return (await tx.execute(_LOCK_ORPHAN, {"before": before, "but": list(but)})).first()


async def close_amendment(tx: UnitOfWork, row: Row[Any], at: datetime) -> None:
    """Remember that a change was dealt with."""
    names = ("channel", "account", "provider_message_id", "change", "version")
    await tx.execute(_CLOSE_AMENDMENT, {"at": at, **{name: getattr(row, name) for name in names}})


async def close_older_amendments(tx: UnitOfWork, row: Row[Any], now: datetime) -> None:
    """Remember that a change, and all that came before it, were dealt with."""
    names = ("channel", "account", "provider_message_id", "at")
    await tx.execute(_CLOSE_OLDER, {"now": now, **{name: getattr(row, name) for name in names}})


async def forget_amendments(tx: UnitOfWork, now: datetime, *, after: timedelta) -> list[str]:
    """Give up changes whose message never came; return the channel of each."""
    return list((await tx.scalars(_FORGET_AMENDMENTS, {"now": now, "before": now - after})).all())


async def edit_message(tx: UnitOfWork, message_id: UUID, at: datetime) -> None:
    """Remember that a message was edited; its first words stay, the new ones are the amendment's."""
    await tx.execute(_EDIT_MESSAGE, {"id": message_id, "at": at})


async def withdraw_message(tx: UnitOfWork, message_id: UUID, at: datetime) -> None:
    """Remember that a message's author took it back."""
    await tx.execute(_WITHDRAW_MESSAGE, {"id": message_id, "at": at})


async def claim_pointer(tx: UnitOfWork, now: datetime, *, channels: Collection[str]) -> Row[Any] | None:
    """Return the next pointer that is due."""
    return (await tx.execute(_CLAIM_POINTER, {"now": now, "channels": list(channels)})).first()


async def lock_pointer(tx: UnitOfWork, channel: str, account: str, message_id: str) -> Row[Any] | None:
    """Return a pointer; nobody else changes it until the transaction ends."""
    told = {"channel": channel, "account": account, "provider_message_id": message_id}
    return (await tx.execute(_LOCK_POINTER, told)).first()


async def change_pointer(
    tx: UnitOfWork, row: Row[Any], *, state: str, problem: str | None, attempts: int, due_at: datetime
) -> None:
    """Write how a pointer goes."""
    key = {name: getattr(row, name) for name in ("channel", "account", "provider_message_id")}
    told = {**key, "state": state, "problem": problem, "attempts": attempts, "due_at": due_at}
    await tx.execute(_CHANGE_POINTER, told)


async def bring_back(
    tx: UnitOfWork, now: datetime, *, hold: timedelta, own: timedelta, parts: timedelta, ask: timedelta
) -> int:
    """Let nothing wait longer than it may from now on, because a clock that ran ahead dated it; return how many rows.

    Now is the later of the worker's clock and PostgreSQL's: whose own clock is behind calls nothing dated ahead.
    `hold`, `own`, `parts` and `ask` are the longest waits of media, of what was written in our name, of parts, and
    between two questions.
    """
    statements: Sequence[tuple[TextClause, dict[str, object]]] = (
        (_BRING_BACK_MESSAGES, {"wait": hold, "author": "citizen"}),
        (_BRING_BACK_MESSAGES, {"wait": own, "author": "agency"}),
        (_BRING_BACK_PARTS, {"wait": parts}),
        (_BRING_BACK_AMENDMENTS, {}),
        (_BRING_BACK_POINTERS, {"wait": ask}),
    )
    return sum([(await tx.execute(sql, {"now": now, **told})).rowcount for sql, told in statements])


async def standing(tx: UnitOfWork) -> dict[str, tuple[int, datetime | None]]:
    """Return how much waits, of each kind, and since when the oldest of it."""
    return {row.what: (row.number, row.since) for row in await tx.execute(_STANDING)}
