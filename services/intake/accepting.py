"""The edge of acceptance: it opens the transaction, and opens it again when another one was faster."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from services.intake.drafts import Delivery
from services.intake.service import IntakeService
from shared.channels import Receipt
from shared.db import Database, OvertakenError, UnitOfWork

T = TypeVar("T")

_TRIES = 5


async def surely(database: Database, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    """Do it in a transaction. What another transaction stored meanwhile is seen by the next try.

    That is a message, a person, a conversation; or a ticket was drawn a second time. Raises `OvertakenError`.
    """
    for _ in range(_TRIES - 1):
        with suppress(OvertakenError):
            return await database.run(work)
    return await database.run(work)


async def accept_surely(
    service: IntakeService, database: Database, channel: str, deliveries: Sequence[Delivery]
) -> list[list[Receipt]]:
    """Accept requests in one transaction."""
    ready = [await service.make_ready(channel, one) for one in deliveries]
    return await surely(database, lambda tx: service.accept(tx, channel, ready))


async def try_out(service: IntakeService, database: Database, channel: str, delivery: Delivery) -> Sequence[Receipt]:
    """Accept a request and take everything back; return the receipts, raise what accepting it would raise."""
    ready = await service.make_ready(channel, delivery)
    receipts: list[Receipt] = []

    async def attempt(tx: UnitOfWork) -> None:
        (receipts[:],) = await service.accept(tx, channel, [ready])
        await tx.flush()
        raise _TakenBackError

    with suppress(_TakenBackError):
        await surely(database, attempt)
    return receipts


class _TakenBackError(Exception):
    """Ends a transaction that was only tried out, and takes it back."""
