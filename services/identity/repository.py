"""SQL about accounts, what they are bound to, their failures, and the log of what was done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Text, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, insert

from services.identity.models import account, account_agency, account_region, event_log, failed_sign_in
from shared.db import UnitOfWork

_AGENCIES = (
    select(
        func.array_agg(aggregate_order_by(account_agency.c.agency_key, account_agency.c.agency_key), type_=ARRAY(Text))
    )
    .where(account_agency.c.account_id == account.c.id)
    .scalar_subquery()
    .label("agencies")
)
_REGIONS = (
    select(
        func.array_agg(
            aggregate_order_by(account_region.c.region_code, account_region.c.region_code), type_=ARRAY(Text)
        )
    )
    .where(account_region.c.account_id == account.c.id)
    .scalar_subquery()
    .label("regions")
)
_ACCOUNT = select(account, _AGENCIES, _REGIONS)


async def add_account(tx: UnitOfWork, **values: Any) -> bool:
    """Insert an account; False when the username is taken."""
    added = insert(account).values(values).on_conflict_do_nothing(index_elements=["username"]).returning(account.c.id)
    return await tx.scalar(added) is not None


async def bind(tx: UnitOfWork, account_id: UUID, agencies: Sequence[str], regions: Sequence[str]) -> None:
    """Bind an account to exactly these agencies and regions."""
    await tx.execute(delete(account_agency).where(account_agency.c.account_id == account_id))
    await tx.execute(delete(account_region).where(account_region.c.account_id == account_id))
    if agencies:
        rows = [{"account_id": account_id, "agency_key": key} for key in agencies]
        await tx.execute(insert(account_agency).values(rows))
    if regions:
        rows = [{"account_id": account_id, "region_code": code} for code in regions]
        await tx.execute(insert(account_region).values(rows))


async def lock_account(tx: UnitOfWork, *, username: str = "", account_id: UUID | None = None) -> Row[Any] | None:
    """Return an account with its bindings, and keep others who want it waiting until the transaction ends."""
    mine = account.c.username == username if account_id is None else account.c.id == account_id
    return (await tx.execute(_ACCOUNT.where(mine).with_for_update(of=account))).first()


async def find_account(tx: UnitOfWork, *, username: str = "", account_id: UUID | None = None) -> Row[Any] | None:
    """Return an account with its bindings, as it stands now."""
    mine = account.c.username == username if account_id is None else account.c.id == account_id
    return (await tx.execute(_ACCOUNT.where(mine))).first()


async def account_by_id(tx: UnitOfWork, account_id: UUID) -> Row[Any] | None:
    """Return an account with its bindings."""
    return (await tx.execute(_ACCOUNT.where(account.c.id == account_id))).first()


async def accounts(tx: UnitOfWork) -> Sequence[Row[Any]]:
    """Return every account with its bindings, by username."""
    return (await tx.execute(_ACCOUNT.order_by(account.c.username))).all()


async def change_account(tx: UnitOfWork, account_id: UUID, **values: Any) -> None:
    """Change columns of an account."""
    await tx.execute(update(account).where(account.c.id == account_id).values(values))


async def disable_account(tx: UnitOfWork, account_id: UUID, at: datetime) -> None:
    """Mark an account as disabled. The first time stands."""
    at_first = func.coalesce(account.c.disabled_at, at)
    await tx.execute(update(account).where(account.c.id == account_id).values(disabled_at=at_first))


@dataclass(frozen=True, slots=True)
class Failures:
    """How many sign-ins of an account failed, from one address and from all."""

    here: int
    anywhere: int


async def count_failures(tx: UnitOfWork, account_id: UUID, since: datetime, here: Sequence[bytes]) -> Failures:
    """Count failed sign-ins after a time; `here`: one address, hashed under each key."""
    found = select(
        func.count().filter(failed_sign_in.c.address.in_(here)).label("here"), func.count().label("anywhere")
    ).where(failed_sign_in.c.account_id == account_id, failed_sign_in.c.failed_at > since)
    row = (await tx.execute(found)).one()
    return Failures(row.here, row.anywhere)


async def store_failure(tx: UnitOfWork, account_id: UUID, at: datetime, address: bytes) -> None:
    """Write down a failed sign-in, and from where, hashed."""
    await tx.execute(insert(failed_sign_in).values(account_id=account_id, failed_at=at, address=address))


async def forget_failures(
    tx: UnitOfWork, account_id: UUID, *, addresses: Sequence[bytes] | None = None, until: datetime | None = None
) -> int:
    """Delete an account's failed sign-ins: all, those from one address, or old ones; return how many."""
    mine = delete(failed_sign_in).where(failed_sign_in.c.account_id == account_id)
    if addresses is not None:
        mine = mine.where(failed_sign_in.c.address.in_(addresses))
    if until is not None:
        mine = mine.where(failed_sign_in.c.failed_at <= until)
    return (await tx.execute(mine)).rowcount


async def record(
    tx: UnitOfWork, *, at: datetime, actor: str, act: str, account_id: UUID, details: Mapping[str, Any]
) -> None:
    """Write down what was done to an account, by whom; never a secret."""
    row = {"happened_at": at, "actor": actor, "act": act, "account_id": account_id, "details": dict(details)}
    await tx.execute(insert(event_log).values(row))


async def log(tx: UnitOfWork, *, username: str | None, at_most: int) -> Sequence[Row[Any]]:
    """Return the newest entries of the log, the newest first, with the names of both sides where they have one."""
    actor = account.alias("actor")
    found = (
        select(event_log, account.c.username, func.coalesce(actor.c.username, event_log.c.actor).label("by"))
        .join(account, account.c.id == event_log.c.account_id)
        .outerjoin(actor, cast(actor.c.id, Text) == event_log.c.actor)
        .order_by(event_log.c.id.desc())
        .limit(at_most)
    )
    return (await tx.execute(found if username is None else found.where(account.c.username == username))).all()
