"""Looks at reporters and sealed cases. Each method runs inside one transaction of the edge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from services.casework import seen
from services.casework.looks import repository
from services.casework.looks.rules import SHOWN_KINDS, What, may_read_looks, may_see_reporter
from shared.core.errors import ForbiddenError, NotFoundError, UnavailableError
from shared.core.ticket import InvalidTicketError, parse_ticket
from shared.db import UnitOfWork
from shared.security import Principal
from shared.security.vault import VaultKeys

_PHONES = frozenset({"msisdn", "number", "whatsapp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """Who complained, as far as they said. No home address: an officer answers, and goes where it happened."""

    ticket: str
    channel: str
    name: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    email: str | None = field(repr=False)
    identifier_kind: str | None
    identifier: str | None = field(repr=False)


async def record(tx: UnitOfWork, principal: Principal, row: Row[Any], what: What, reason: str | None = None) -> None:
    """Write down that somebody looks at a case or its reporter, before they see anything."""
    await repository.add(
        tx,
        account_id=principal.account_id,
        role=principal.role.value,
        what=what,
        complaint_id=row.complaint_id,
        reason=reason,
    )


class Looks:
    """Opens the vault for officers, and the log for the Inspectorate."""

    def __init__(self, vault: VaultKeys | None) -> None:
        """Take the vault's keys; without them no reporter is shown."""
        self._vault = vault

    async def reporter(self, tx: UnitOfWork, principal: Principal, ticket: str, reason: str) -> Reporter:
        """Return who complained, and leave a row here and one in the vault.

        Raises 404 (no such case, not theirs, or the vault knows nobody), 403, and 503 without keys.
        """
        row = await seen.find(tx, principal, ticket)
        flags = {"anonymous": row.anonymous, "secret": row.secret, "sealed": row.sealed}
        if not may_see_reporter(principal, agency_key=row.agency_key, **flags):
            raise ForbiddenError("reporter_not_yours", "Identitas pelapor aduan ini tidak terbuka untuk peran Anda")
        if self._vault is None:
            raise UnavailableError(
                "reporters_not_configured", "Identitas pelapor belum dapat dibuka di sini; hubungi pengelola sistem"
            )
        await record(tx, principal, row, "reporter", reason)
        found = await repository.reporter_for_officer(tx, row.complaint_id, principal.account_id, reason)
        if found is None:
            raise NotFoundError("unknown_reporter", "Pelapor aduan ini tidak tercatat")
        kind, identifier = self._vault.open(found.identifier)
        details = self._vault.open(found.details) if found.details else {}
        return _reporter(row.ticket, found.channel, kind, identifier, details)

    async def looks(
        self, tx: UnitOfWork, principal: Principal, *, ticket: str | None, **wanted: Any
    ) -> Sequence[Row[Any]]:
        """Return looks, the newest first (`repository.looks`); raises `ForbiddenError` for all but the Inspectorate."""
        if not may_read_looks(principal):
            raise ForbiddenError("role_reads_no_looks", "Catatan akses hanya dibaca oleh Inspektorat")
        if ticket is not None:
            try:
                ticket = parse_ticket(ticket)
            except InvalidTicketError:
                return ()
        return await repository.looks(tx, ticket=ticket, **wanted)


def _reporter(ticket: str, channel: str, kind: str, identifier: str, details: Mapping[str, str]) -> Reporter:
    shown = kind in SHOWN_KINDS
    return Reporter(
        ticket=ticket,
        channel=channel,
        name=details.get("name"),
        phone=details.get("phone") or (identifier if kind in _PHONES else None),
        email=details.get("email"),
        identifier_kind=kind if shown else None,
        identifier=identifier if shown else None,
    )
