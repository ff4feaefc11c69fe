"""What a closed window does not let through: another address of the same citizen, or their next word."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.fernet import InvalidToken
from sqlalchemy import Row

from services.replies import repository, rules
from services.replies.moves import Moved, move
from services.replies.ways import Way, best_way
from shared.channels import ReturnAddress
from shared.db import UnitOfWork
from shared.security.vault import VaultKeys

UNREADABLE = (InvalidTag, InvalidToken, TypeError, ValueError)
"""What an address raises that was closed with another key, or is none."""
_NOBODY = "unknown"
"""The kind of a sender whom the provider did not name."""


class Detours:
    """Finds the ways round."""

    def __init__(self, channels: Collection[str], vault: VaultKeys) -> None:
        """Take the channels that are sent on, and the vault's keys."""
        self._channels = channels
        self._vault = vault

    async def go_round(self, tx: UnitOfWork, row: Row[Any], reason: str, now: datetime) -> Moved:
        """Send it to another address of the same citizen, or let it wait until they write again."""
        complaint = await repository.complaint_of(tx, row.complaint_id)
        assert complaint is not None, "replies refer to complaints"  # noqa: S101 - for the type
        way = None if row.detour is not None else await self._other_way(tx, row, complaint, now)
        if way is not None:
            values = {"detour": way.reference, "channel": way.address.channel, "account": way.address.account}
            return await move(tx, row, "queued", reason=reason, now=now, **untried(row), **values, due_at=now)
        values = {"detour": None, "channel": complaint.channel, "account": complaint.account}
        due_at = min(now + rules.LOOK_AGAIN, row.expires_at)
        return await move(tx, row, "queued", reason=rules.WAITING, now=now, **untried(row), **values, due_at=due_at)

    async def _other_way(self, tx: UnitOfWork, row: Row[Any], complaint: Row[Any], now: datetime) -> Way | None:
        """Return the best other address of the same person: never in public.

        What stays where it was told goes to the very account that commented, and nowhere else.
        """
        private = rules.is_private(sealed=complaint.sealed, secret=complaint.secret, anonymous=complaint.anonymous)
        own = await self._own_address(tx, row) if private and complaint.surface == "comment" else None
        if private and own is None:
            return None
        ways = []
        for reference, sealed in await repository.look_elsewhere(tx, row.recipient, row.complaint_id, "other_way"):
            try:
                address = read_address(self._vault, sealed)
            except UNREADABLE:
                continue
            if address.channel in self._channels and (own is None or _owner(own) == _owner(address)):
                ways.append(Way(reference, address, await repository.written_by(tx, reference)))
        return best_way(ways, now)

    async def _own_address(self, tx: UnitOfWork, row: Row[Any]) -> ReturnAddress | None:
        sealed = await repository.look_up(tx, row.recipient, "other_way")
        try:
            return None if sealed is None else read_address(self._vault, sealed)
        except UNREADABLE:
            return None


def _owner(address: ReturnAddress) -> tuple[str, str, str, str]:
    return address.channel, address.account, address.recipient_kind, address.recipient


async def directly(tx: UnitOfWork, row: Row[Any], address: ReturnAddress) -> ReturnAddress:
    """Return where a commenter has written to us in private since, which spends no private reply; else as it is."""
    if address.surface != "comment" or address.recipient_kind == _NOBODY or not row.confidential:
        return address
    complaint = await repository.complaint_of(tx, row.complaint_id) if row.complaint_id is not None else None
    if complaint is None or complaint.direct_at is None:
        return address
    return replace(address, surface="direct_message", thread=None, post=None)


def read_address(vault: VaultKeys, sealed: bytes) -> ReturnAddress:
    """Open an address of the vault; raises one of `UNREADABLE`."""
    document = vault.open(sealed)
    if not isinstance(document, dict):
        raise TypeError("an address is an object")
    return ReturnAddress.read(document)


def untried(row: Row[Any]) -> dict[str, object]:
    """Take an attempt back that nobody was asked for."""
    return {"attempts": row.attempts - 1, "claimed_until": None}


async def written(tx: UnitOfWork, row: Row[Any]) -> datetime:
    """Return when the citizen wrote last, which opens the window anew; a comment is answered by itself."""
    if row.complaint_id is None:
        alone: datetime = row.written_at
        return alone
    if row.detour is not None:
        elsewhere = await repository.written_by(tx, row.detour)
        return elsewhere or row.created_at
    complaint = await repository.complaint_of(tx, row.complaint_id)
    assert complaint is not None, "replies refer to complaints"  # noqa: S101 - for the type
    own: datetime = complaint.written_at
    if complaint.surface == "comment":
        directly: datetime | None = complaint.direct_at if row.confidential else None
        return directly or own
    return await repository.last_written(tx, complaint.conversation_id, complaint.surface) or own
