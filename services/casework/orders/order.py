"""What an order is, and what it has at hand when it is carried out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Row

from services.casework.moves import move
from services.casework.rules import Move, ReopenLimit
from shared.db import UnitOfWork
from shared.directory import Directory
from shared.events import Actor, AgencyRef, CaseState
from shared.security import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An order on its way: the locked case, where the move leads, and who gave it."""

    tx: UnitOfWork
    principal: Principal
    officer: Actor
    verb: Move
    row: Row[Any]
    state: CaseState
    given: Any
    """What came along, of the order's `body`."""
    now: datetime
    directory: Directory
    reopening: ReopenLimit

    @property
    def agency(self) -> AgencyRef | None:
        """The agency that has the case."""
        return None if self.row.agency_key is None else AgencyRef(key=self.row.agency_key, name=self.row.agency_name)

    @property
    def reason(self) -> str | None:
        """What was said along with an order that may come without a word."""
        return None if self.given is None else self.given.reason

    async def move(self, *, reason: str | None = None, reason_code: str | None = None, **changes: object) -> None:
        """Bring the case to where the move leads."""
        await move(
            self.tx,
            self.row,
            self.verb,
            self.state,
            self.officer,
            self.now,
            reason=reason,
            reason_code=reason_code,
            **changes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A move that officers order. `body` is what comes along; None where nothing may."""

    move: Move
    summary: str
    do: Callable[[Act], Awaitable[None]]
    body: type[BaseModel] | None = None
    body_needed: bool = True
    with_companions: bool = False
    """Whether the others of its matter change along with it, and are locked first."""
