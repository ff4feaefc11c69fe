"""Every SQL statement of casework."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import (
    ColumnElement,
    Row,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from services.casework.models import answer, attachment, case, follow_up, matter, message, reply, similar, transition
from services.casework.models import note as note_table
from services.casework.rules import UNANSWERED
from shared.db import Prepared, Record, Rows, UnitOfWork, columns_of, insert_rows, update_rows

EXCERPT = 200
"""Characters of another complaint's text that is shown beside one."""
_JSON = frozenset({"attachments", "reasons", "place", "candidates"})
_OPEN = Prepared(
    insert_rows(
        case,
        *("complaint_id", "ticket", "channel", "text", "attachments", "anonymous", "secret", "sealed", "emergency"),
        *("anonymous_by_citizen", "secret_by_citizen"),
        *("region_code", "place_name", "state", "version", "received_at", "due_at"),
    )
    .on_conflict_do_nothing(index_elements=["complaint_id"])
    .returning(case.c.complaint_id)
)
_IDS = any_(bindparam("ids", type_=ARRAY(Uuid)))
_LIGHT = [column for column in case.c if column.name != "text" and not isinstance(column.type, JSONB)]
_LOCK = Prepared(select(*_LIGHT).where(case.c.complaint_id == _IDS).order_by(case.c.complaint_id).with_for_update())
_TRANSITIONS = Rows(
    transition,
    *("complaint_id", "version", "previous", "state", "actor_kind", "actor_id", "reason", "reason_code", "move", "at"),
)
_PEOPLE: tuple[ColumnElement[str], ...] = (literal_column("'officer'"), literal_column("'service'"))
_OF_OFFICERS = (transition.c.complaint_id == _IDS, transition.c.actor_kind.in_(_PEOPLE))
_MOVED_BY_OFFICERS = Prepared(select(transition.c.complaint_id).where(*_OF_OFFICERS).distinct())
_ID = bindparam("id", type_=Uuid)
_HISTORY = Prepared(select(transition).where(transition.c.complaint_id == _ID).order_by(transition.c.version))
_ATTACHMENTS = Prepared(select(attachment).where(attachment.c.complaint_id == _ID))
_REPLIES = Prepared(select(reply).where(reply.c.complaint_id == _ID).order_by(reply.c.at))
_NOTES = Prepared(select(note_table).where(note_table.c.complaint_id == _ID).order_by(note_table.c.noted_at))
_NAMED = func.identity.names_of(bindparam("ids", type_=ARRAY(Uuid)))
_NAMES = Prepared(select(_NAMED.table_valued(column("id", Uuid), column("display_name", Text))))
_MESSAGE = ("message_id", "complaint_id", "author", "channel", "text", "attachments", "rule", "received_at")
_FIRST_MESSAGES = Rows(message, *_MESSAGE, once=True)
_ADD_MESSAGE = Prepared(insert_rows(message, *_MESSAGE).on_conflict_do_nothing().returning(message.c.message_id))


async def open_cases(tx: UnitOfWork, cases: Sequence[Mapping[str, object]]) -> frozenset[UUID]:
    """Insert cases; return the complaints that had none before."""
    opened = await tx.fetch(_OPEN, columns_of([_with_json(one) for one in cases]))
    return frozenset(row.complaint_id for row in opened)


async def lock_case(tx: UnitOfWork, complaint_id: UUID) -> Record | None:
    """Return a case, as `lock_cases`."""
    return (await lock_cases(tx, [complaint_id])).get(complaint_id)


async def lock_cases(tx: UnitOfWork, complaint_ids: Sequence[UUID]) -> dict[UUID, Record]:
    """Return cases without words and lists; nobody else changes them until the transaction ends.

    All at once, in the order of `lock_matters_of`: two transactions never wait for each other in a circle.
    """
    return {row.complaint_id: row for row in await tx.fetch(_LOCK, {"ids": complaint_ids})}


async def case_by_ticket(tx: UnitOfWork, ticket: str, *, lock: bool = False) -> Row[Any] | None:
    """Return a case by its canonical ticket, locked if it is to be changed."""
    found = select(case).where(case.c.ticket == ticket)
    return (await tx.execute(found.with_for_update() if lock else found)).first()


async def case_now(tx: UnitOfWork, complaint_id: UUID) -> Row[Any]:
    """Return a case that is there, as it is after what this transaction did."""
    return (await tx.execute(select(case).where(case.c.complaint_id == complaint_id))).one()


async def change_cases(tx: UnitOfWork, changes: Mapping[UUID, Mapping[str, object]]) -> None:
    """Write what changes of each case."""
    alike: defaultdict[tuple[str, ...], list[Mapping[str, object]]] = defaultdict(list)
    for complaint_id, values in changes.items():
        alike[tuple(sorted(values))].append(_with_json(values) | {"complaint_id": complaint_id})
    for names, rows in alike.items():
        await tx.fetch(_changing(names), columns_of(rows))


async def note(tx: UnitOfWork, complaint_id: UUID, **values: object) -> None:
    """Write what is no move of a case: its version stays."""
    await change_cases(tx, {complaint_id: values})


@cache
def _changing(names: tuple[str, ...]) -> Prepared:
    """Return the statement that changes these columns of cases; few sets of them occur."""
    return Prepared(update_rows(case, "complaint_id", *names))


def _with_json(values: Mapping[str, object]) -> dict[str, object]:
    told = {name: to_json(value).decode() for name, value in values.items() if name in _JSON and value is not None}
    return {**values, **told}


async def seal(tx: UnitOfWork, complaint_id: UUID) -> None:
    """Make it the Inspectorate's alone."""
    await tx.execute(select(func.casework.seal(cast(complaint_id, Uuid))))


async def unseal(tx: UnitOfWork, complaint_id: UUID) -> None:
    """Open what was sealed, as the Inspectorate ordered."""
    await tx.execute(select(func.casework.unseal(cast(complaint_id, Uuid))))


def add_transitions(tx: UnitOfWork, transitions: Sequence[Mapping[str, object]]) -> None:
    """Append to the history, with the next flush."""
    tx.insert(_TRANSITIONS, transitions)


async def transitions_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Record]:
    """Return a case's history, oldest first."""
    await tx.flush(events=False)
    return await tx.fetch(_HISTORY, {"id": complaint_id})


async def last_transition(tx: UnitOfWork, complaint_id: UUID) -> Row[Any]:
    """Return what happened last; every case has a first transition."""
    await tx.flush(events=False)
    found = select(transition).where(transition.c.complaint_id == complaint_id)
    return (await tx.execute(found.order_by(transition.c.version.desc()).limit(1))).one()


async def who_moved_last(tx: UnitOfWork, complaint_id: UUID) -> str:
    """Return who brought a case to its state; what was only written down of it since does not count."""
    await tx.flush(events=False)
    found = select(transition.c.actor_id).where(
        transition.c.complaint_id == complaint_id, transition.c.previous.is_distinct_from(transition.c.state)
    )
    moved: str = (await tx.execute(found.order_by(transition.c.version.desc()).limit(1))).scalar_one()
    return moved


async def moved_by_officers(tx: UnitOfWork, cases: Iterable[Record]) -> frozenset[UUID]:
    """Return those of these locked cases of which an officer has changed anything; a new one was only opened.

    A statement of its own: one that waits for a lock would still see the history as it was.
    """
    ids = [row.complaint_id for row in cases if row.version > 1]
    return (
        frozenset(row.complaint_id for row in await tx.fetch(_MOVED_BY_OFFICERS, {"ids": ids})) if ids else frozenset()
    )


def keep_first_messages(tx: UnitOfWork, messages: Sequence[Mapping[str, object]]) -> None:
    """Keep the messages that opened cases, with the next flush."""
    tx.insert(_FIRST_MESSAGES, [_with_json(one) for one in messages])


async def add_message(tx: UnitOfWork, given: Mapping[str, object]) -> bool:
    """Keep a further message; False when it was kept before."""
    return bool(await tx.fetch(_ADD_MESSAGE, columns_of([_with_json(given)])))


async def amend_message(
    tx: UnitOfWork, message_id: UUID, complaint_id: UUID, *, channel: str, at: datetime, **values: object
) -> None:
    """Keep what became of a message; one that came in with the words of another has no row of its own yet."""
    unseen = {
        "message_id": message_id,
        "complaint_id": complaint_id,
        "author": "citizen",
        "channel": channel,
        "text": "",
        "attachments": [],
        "rule": "",
        "received_at": at,
    }
    amended = insert(message).values(unseen | values)
    await tx.execute(amended.on_conflict_do_update(index_elements=["message_id"], set_=values))


async def messages_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return a case's messages, oldest first."""
    found = select(message).where(message.c.complaint_id == complaint_id)
    return (await tx.execute(found.order_by(message.c.received_at, message.c.message_id))).all()


async def settle_attachment(tx: UnitOfWork, **values: object) -> None:
    """Keep what became of an attachment; the newest counts."""
    settled = insert(attachment).values(values)
    later = {name: settled.excluded[name] for name in values if name not in {"id", "complaint_id", "kind"}}
    await tx.execute(
        settled.on_conflict_do_update(
            index_elements=["id"], set_=later, where=attachment.c.settled_at <= settled.excluded.settled_at
        )
    )


async def attachments_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Record]:
    """Return what became of a case's attachments."""
    return await tx.fetch(_ATTACHMENTS, {"id": complaint_id})


async def add_answer(tx: UnitOfWork, **values: object) -> None:
    """Keep an answer."""
    await tx.execute(insert(answer).values(values))


async def is_answer_within(tx: UnitOfWork, complaint_id: UUID, words: str) -> bool:
    """Tell whether these words hold an answer that the case has already."""
    found = select(literal(value=True)).where(
        answer.c.complaint_id == complaint_id, func.strpos(words, answer.c.text) > 0
    )
    return await tx.scalar(found.limit(1)) is not None


async def count_same_answers(
    tx: UnitOfWork, fingerprint: str, *, agency_key: str | None, matter_id: object, since: datetime
) -> int:
    """Count the other matters that an agency gave the same answer since then; what is joined with nothing is one."""
    found = (
        select(func.count(func.distinct(func.coalesce(case.c.matter_id, answer.c.complaint_id))))
        .join(case, case.c.complaint_id == answer.c.complaint_id)
        .where(
            answer.c.fingerprint == fingerprint,
            answer.c.agency_key == agency_key,
            answer.c.answered_at > since,
            case.c.matter_id.is_distinct_from(matter_id) | case.c.matter_id.is_(None),
        )
    )
    return (await tx.execute(found)).scalar_one()


async def add_follow_up(tx: UnitOfWork, **values: object) -> None:
    """Keep what an agency did."""
    await tx.execute(insert(follow_up).values(values))


async def follow_ups_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return what agencies did about a case, oldest first."""
    found = select(follow_up).where(follow_up.c.complaint_id == complaint_id).order_by(follow_up.c.followed_up_at)
    return (await tx.execute(found)).all()


async def keep_replies(tx: UnitOfWork, replies: Sequence[Mapping[str, object]]) -> None:
    """Keep what became of messages to citizens, each of another; what is said last counts."""
    kept = insert(reply).values([dict(one) for one in replies])
    later = {name: kept.excluded[name] for name in ("template", "channel", "state", "reason", "at")}
    await tx.execute(kept.on_conflict_do_update(index_elements=["reply_id"], set_=later))


async def replies_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Record]:
    """Return what became of messages to a citizen, oldest first."""
    return await tx.fetch(_REPLIES, {"id": complaint_id})


async def add_note(tx: UnitOfWork, **values: object) -> None:
    """Keep an officer's note."""
    await tx.execute(insert(note_table).values(values))


async def notes_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Record]:
    """Return officers' notes on a case, oldest first."""
    return await tx.fetch(_NOTES, {"id": complaint_id})


async def answers_of(tx: UnitOfWork, complaint_id: UUID) -> Sequence[Row[Any]]:
    """Return a case's answers, oldest first."""
    found = select(answer).where(answer.c.complaint_id == complaint_id).order_by(answer.c.answered_at)
    return (await tx.execute(found)).all()


async def names_of(tx: UnitOfWork, accounts: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of officers and machines, as identity knows them."""
    return {row.id: row.display_name for row in await tx.fetch(_NAMES, {"ids": sorted(accounts)})}


async def keep_similar(
    tx: UnitOfWork, complaint_id: UUID, other_id: UUID, *, score: float, reasons: list[str], at: datetime
) -> None:
    """Keep that another complaint may be about the same thing; the newest likeness counts."""
    told = {"score": score, "reasons": reasons, "found_at": at}
    found = insert(similar).values(complaint_id=complaint_id, other_id=other_id, **told)
    later = similar.c.found_at <= found.excluded.found_at
    keys = ["complaint_id", "other_id"]
    await tx.execute(found.on_conflict_do_update(index_elements=keys, set_=told, where=later))


_COMPANIONS = (
    text("""
    WITH told AS (
        SELECT other_id AS id, score, reasons FROM casework.similar WHERE complaint_id = :id
        UNION ALL SELECT complaint_id, score, reasons FROM casework.similar WHERE other_id = :id
    ), best AS (SELECT DISTINCT ON (id) id, score, reasons FROM told ORDER BY id, score DESC)
    SELECT c.ticket, c.state, c.agency_key, c.regency, c.agency_name, c.received_at, left(c.text, :excerpt) AS excerpt,
           best.score, coalesce(best.reasons, '[]') AS reasons, coalesce(c.matter_id = :matter, false) AS joined
    FROM casework."case" c LEFT JOIN best ON best.id = c.complaint_id
    WHERE c.complaint_id IN (
        SELECT id FROM best UNION SELECT complaint_id FROM casework."case" WHERE matter_id = :matter
    ) AND c.complaint_id <> :id AND NOT c.sealed
    ORDER BY joined DESC, best.score DESC NULLS LAST, c.received_at
""")
    .bindparams(bindparam("id", type_=Uuid), bindparam("matter", type_=Uuid))
    .columns(reasons=JSONB)
)


async def companions_of(tx: UnitOfWork, row: Row[Any]) -> Sequence[Row[Any]]:
    """Return the cases joined with one, then those like it; of sealed ones none, and for a sealed one none."""
    if row.sealed:
        return ()
    values = {"id": row.complaint_id, "matter": row.matter_id, "excerpt": EXCERPT}
    return (await tx.execute(_COMPANIONS, values)).all()


async def one_at_a_time(tx: UnitOfWork) -> None:
    """Let no other transaction join or separate cases until this one ends."""
    await tx.execute(text("SELECT pg_advisory_xact_lock(hashtext('casework.matter'))"))


async def lock_matters_of(tx: UnitOfWork, cases: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """Return cases with those joined with them, oldest first, all locked in that order."""
    matters = [one.matter_id for one in cases if one.matter_id is not None]
    within = case.c.complaint_id.in_([one.complaint_id for one in cases]) | case.c.matter_id.in_(matters)
    return (await tx.execute(select(case).where(within).order_by(case.c.complaint_id).with_for_update())).all()


async def lock_companions(tx: UnitOfWork, ticket: str) -> None:
    """Lock a case with those joined with it, in the order of `lock_matters_of`."""
    joined = select(case.c.matter_id).where(case.c.ticket == ticket).scalar_subquery()
    within = (case.c.ticket == ticket) | (case.c.matter_id == joined)
    found = select(case.c.complaint_id).where(within).order_by(case.c.complaint_id)
    await tx.execute(found.with_for_update())


async def open_companions(tx: UnitOfWork, row: Row[Any]) -> Sequence[Row[Any]]:
    """Return the unsealed cases joined with one that nobody has answered yet, oldest first."""
    if row.matter_id is None:
        return ()
    found = select(case).where(
        case.c.matter_id == row.matter_id,
        case.c.complaint_id != row.complaint_id,
        case.c.state.in_(UNANSWERED),
        ~case.c.sealed,
    )
    return (await tx.execute(found.order_by(case.c.complaint_id))).all()


async def open_matter(tx: UnitOfWork, **values: object) -> None:
    """Keep a new matter."""
    await tx.execute(insert(matter).values(values))
