"""Take Meta's envelope apart: object → entries → messaging, standby, changes → one outcome for each element.

No element can lose the others: each is read by itself, and what cannot be read becomes `Unreadable`.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from channel_adapters._meta.messaging import Scene, is_messaging, read_messaging, read_standby
from channel_adapters._meta.payloads import Id
from shared.channels.protocol import DeliveryReport, Ignored, InboundMessage, InboundRequest, Translation, Unreadable
from shared.channels.times import read_time

Outcome = InboundMessage | DeliveryReport | Ignored | Unreadable
_ID: TypeAdapter[str | None] = TypeAdapter(Id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An element of `entry.changes` on one of our accounts."""

    field: str
    value: Mapping[str, Any]
    account: str
    sent_at: datetime | None
    """`entry.time`: when Meta sent the request."""
    received_at: datetime
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one Meta channel differs from the other."""

    object_name: str
    accounts: frozenset[str]
    sender_kind: str
    read_change: Callable[[Change], Outcome]


def translate(request: InboundRequest, dialect: Dialect) -> Translation:
    """Translate one request; never raises, because Meta would only send the same body again."""
    outcomes = list(_outcomes(request, dialect))
    return Translation(
        messages=tuple(outcome for outcome in outcomes if isinstance(outcome, InboundMessage)),
        reports=tuple(outcome for outcome in outcomes if isinstance(outcome, DeliveryReport)),
        ignored=tuple(outcome for outcome in outcomes if isinstance(outcome, Ignored)),
        unreadable=tuple(outcome for outcome in outcomes if isinstance(outcome, Unreadable)),
    )


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
    branches = [name for name in ("messaging", "standby", "changes") if isinstance(entry, dict) and name in entry]
    for name in branches:
        yield from _read_branch(entry, name, where, received_at, dialect)
    if isinstance(entry, dict) and "field" in entry:
        yield _read_change(entry, entry, where, received_at, dialect)
    elif not branches:
        yield Unreadable(reason="unknown_shape", where=where)


def _read_branch(
    entry: Mapping[str, Any], name: str, where: str, received_at: datetime, dialect: Dialect
) -> Iterator[Outcome]:
    elements = entry[name]
    if not isinstance(elements, list):
        yield Unreadable(reason="unknown_shape", where=f"{where}.{name}")
        return
    if not elements:
        yield Ignored(reason="empty_entry")
    for number, element in enumerate(elements):
        place = f"{where}.{name}.{number}"
        if name == "changes":
            yield _read_change(entry, element, place, received_at, dialect)
        else:
            read = read_messaging if name == "messaging" else read_standby
            yield read(element, _scene(place, received_at, dialect))


def _read_change(entry: Mapping[str, Any], change: Any, where: str, received_at: datetime, dialect: Dialect) -> Outcome:
    try:
        account = _ID.validate_python(entry.get("id"))
    except ValidationError:
        account = None
    if account is None:
        return Unreadable(reason="no_account", where=where)
    if account not in dialect.accounts:
        return Ignored(reason="unknown_account")
    field, value = (change.get("field"), change.get("value")) if isinstance(change, dict) else (None, None)
    if not isinstance(field, str) or not isinstance(value, dict):
        return Unreadable(reason="unknown_shape", where=where)
    if is_messaging(value):
        return read_messaging(value, _scene(where, received_at, dialect))
    sent_at = read_time(entry.get("time"), received_at)
    return dialect.read_change(
        Change(field=field, value=value, account=account, sent_at=sent_at, received_at=received_at, where=where)
    )


def _scene(where: str, received_at: datetime, dialect: Dialect) -> Scene:
    return Scene(accounts=dialect.accounts, sender_kind=dialect.sender_kind, received_at=received_at, where=where)
