"""Take Meta's envelope apart: object → entries → messaging, standby, changes → one outcome for each element.

No element can lose the others: each is read by itself, and what cannot be read becomes `Unreadable`.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from channel_adapters._meta.events import Scene
from channel_adapters._meta.messaging import MessagingOutcome, is_messaging, read_messaging
from channel_adapters._meta.payloads import Id
from shared.channels.protocol import (
    AccountNotice,
    AgencyMessage,
    Amendment,
    DeliveryReport,
    Ignored,
    InboundMessage,
    InboundRequest,
    Pointer,
    Translation,
    Unreadable,
)
from shared.channels.times import read_time

ChangeOutcome = InboundMessage | AgencyMessage | Amendment | Pointer | Ignored | Unreadable
Outcome = ChangeOutcome | MessagingOutcome
_Kind = TypeVar("_Kind")
_ID: TypeAdapter[str | None] = TypeAdapter(Id)
_BRANCHES = ("messaging", "standby", "changes")
_FRAME = {"id", "uid", "time"}
"""What an entry has besides its branches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An element of `entry.changes` on one of our accounts."""

    field: str
    value: Any
    account: str
    accounts: frozenset[str]
    """All of ours."""
    sent_at: datetime | None
    """`entry.time`: when Meta sent the request."""
    received_at: datetime
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one Meta channel differs from the other."""

    object_name: str
    accounts: frozenset[str]
    app_id: str | None
    """Our own app, where the settings name it: an echo of what it sent is known already."""
    sender_kind: str
    read_change: Callable[[Change], ChangeOutcome]


def translate(request: InboundRequest, dialect: Dialect) -> Translation:
    """Translate one request; never raises, because Meta would only send the same body again."""
    outcomes = list(_outcomes(request, dialect))
    return Translation(
        messages=_all(outcomes, InboundMessage),
        agency_messages=_all(outcomes, AgencyMessage),
        amendments=_all(outcomes, Amendment),
        pointers=_all(outcomes, Pointer),
        notices=_all(outcomes, AccountNotice),
        reports=_all(outcomes, DeliveryReport),
        ignored=_all(outcomes, Ignored),
        unreadable=_all(outcomes, Unreadable),
    )


def _all(outcomes: list[Outcome], kind: type[_Kind]) -> tuple[_Kind, ...]:
    return tuple([outcome for outcome in outcomes if isinstance(outcome, kind)])


def _outcomes(request: InboundRequest, dialect: Dialect) -> Iterator[Outcome]:
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError):
        yield Unreadable(reason="not_json")
        return
    if not isinstance(document, dict) or not isinstance(document.get("object"), str):
        yield Unreadable(reason="unknown_shape")
    elif document["object"] != dialect.object_name:
        yield Ignored(reason="unknown_object")
    elif not isinstance(document.get("entry"), list):
        yield Unreadable(reason="unknown_shape", where="entry")
    elif not document["entry"]:
        yield Ignored(reason="no_entries")
    else:
        for number, entry in enumerate(document["entry"]):
            yield from _read_entry(entry, f"entry.{number}", request.received_at, dialect)


def _read_entry(entry: Any, where: str, received_at: datetime, dialect: Dialect) -> Iterator[Outcome]:
    if not isinstance(entry, dict):
        yield Unreadable(reason="unknown_shape", where=where)
        return
    branches = [name for name in _BRANCHES if name in entry]
    for name in branches:
        yield from _read_branch(entry, name, where, received_at, dialect)
    if "field" in entry:
        yield from _read_change(entry, _scene(entry, where, received_at, dialect), dialect)
    elif not branches:
        nothing = entry.keys() <= _FRAME
        yield Ignored(reason="empty_entry") if nothing else Unreadable(reason="unknown_shape", where=where)


def _read_branch(
    entry: Mapping[str, Any], name: str, where: str, received_at: datetime, dialect: Dialect
) -> Iterator[Outcome]:
    elements = [entry[name]] if isinstance(entry[name], dict) else entry[name]
    if not elements and isinstance(elements, list | None):
        yield Ignored(reason="empty_entry")
    elif not isinstance(elements, list):
        yield Unreadable(reason="unknown_shape", where=f"{where}.{name}")
    else:
        for number, element in enumerate(elements):
            scene = _scene(entry, f"{where}.{name}.{number}", received_at, dialect, standby=name == "standby")
            if name == "changes":
                yield from _read_change(element, scene, dialect)
            else:
                yield from read_messaging(element, scene)


def _read_change(change: Any, scene: Scene, dialect: Dialect) -> Iterator[Outcome]:
    field, value = (change.get("field"), change.get("value")) if isinstance(change, dict) else (None, None)
    if is_messaging(value):
        yield from read_messaging(value, replace(scene, standby=True) if field == "standby" else scene)
    elif scene.entry_account is None:
        yield Unreadable(reason="no_account", where=scene.where)
    elif scene.entry_account not in dialect.accounts:
        yield Ignored(reason="unknown_account")
    elif not isinstance(field, str):
        yield Unreadable(reason="unknown_shape", where=scene.where)
    else:
        yield dialect.read_change(
            Change(
                field=field,
                value=value,
                account=scene.entry_account,
                accounts=dialect.accounts,
                sent_at=scene.sent_at,
                received_at=scene.received_at,
                where=scene.where,
            )
        )


def _scene(
    entry: Mapping[str, Any], where: str, received_at: datetime, dialect: Dialect, *, standby: bool = False
) -> Scene:
    try:
        account = _ID.validate_python(entry.get("id"))
    except ValidationError:
        account = None
    return Scene(
        accounts=dialect.accounts,
        app_id=dialect.app_id,
        sender_kind=dialect.sender_kind,
        entry_account=account,
        sent_at=read_time(entry.get("time"), received_at),
        received_at=received_at,
        where=where,
        standby=standby,
    )
