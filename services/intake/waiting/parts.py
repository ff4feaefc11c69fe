"""Pieces of a long text message: joined when all of them are there, or when they have waited long enough.

A telephone cuts a long SMS into pieces (3GPP TS 23.040) with a reference of 8 or 16 bits that it uses again soon: what
came more than a wait (`limits.PARTS_WAIT`) after the first piece is another message.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from services.intake.documents import read_message
from services.intake.drafts import Delivery
from services.intake.passing import will_pass
from services.intake.service import IntakeService
from services.intake.waiting import repository
from services.intake.waiting.requests import request_of
from shared.channels import GivenPlace, InboundMessage, Translation
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.security.vault import VaultKeys

DOOR = "parts"
MISSING = "[…]"
"""Stands in the text where pieces never came."""
_REPEATED_WITHIN = timedelta(days=1)
"""A gateway that was away delivers a piece again: by then the same words under the same number are that piece."""


class PartError(Exception):
    """A line that could not be joined because of a mistake of ours: passed over for a while. The cause is chained."""

    def __init__(self, line: bytes) -> None:
        """Name the line."""
        super().__init__("parts could not be joined")
        self.line = line


@dataclass(frozen=True, slots=True)
class Joined:
    """What became of pieces: `whole`, `with_holes`, or `repeated` (they were part of a message before)."""

    channel: str
    outcome: str


class Parts:
    """Joins pieces. `join` runs inside one transaction of the edge."""

    def __init__(self, service: IntakeService, vault: VaultKeys, *, clock: Clock = utc_now) -> None:
        """Take what accepts the whole, and the keys that open the pieces."""
        self._service = service
        self._vault = vault
        self._clock = clock

    async def join(self, tx: UnitOfWork, *, but: Collection[bytes] = ()) -> Joined | None:
        """Join one message and accept it; None when none is ready. `but`: lines to pass over.

        Raises `OvertakenError`, and `PartError` for our own mistakes.
        """
        first = await repository.lock_first_part(tx, self._clock(), but=but)
        if first is None:
            return None
        try:
            return await self._join(tx, first)
        except Exception as error:
            if will_pass(error):
                raise
            raise PartError(first.line) from error

    async def _join(self, tx: UnitOfWork, first: Row[Any]) -> Joined:
        now = self._clock()
        rows = await repository.parts(tx, first.line, before=first.due_at)
        whole = len({row.number for row in rows}) >= first.total
        if not whole:
            before = await repository.joined_parts(tx, first.line, since=first.received_at - _REPEATED_WITHIN)
            if repeated := self._repeated(rows, before):
                await repository.mark_parts(tx, first.line, repeated, joined_as=before[0].joined_as, at=now)
                return Joined(first.channel, "repeated")
        message = join_parts([(row.number, self._open(row)) for row in rows], first.total)
        request = request_of(DOOR, first.received_at, {"parts": [str(row.raw_request_id) for row in rows]})
        delivery = Delivery(door=DOOR, request=request, translation=Translation(messages=(message,)))
        await self._service.accept(tx, first.channel, [delivery])
        await tx.flush()  # what the database refuses is this message's trouble, too
        ids = [row.provider_message_id for row in rows]
        await repository.mark_parts(tx, first.line, ids, joined_as=message.provider_message_id, at=now)
        return Joined(first.channel, "whole" if whole else "with_holes")

    def _repeated(self, rows: Sequence[Row[Any]], before: Sequence[Row[Any]]) -> list[str]:
        """Return the ids of pieces that say what a piece of the same number said before."""
        said = {(row.number, self._open(row).text) for row in before}
        return [row.provider_message_id for row in rows if (row.number, self._open(row).text) in said]

    def _open(self, row: Row[Any]) -> InboundMessage:
        return read_message(self._vault.open(row.message))


def join_parts(pieces: Sequence[tuple[int, InboundMessage]], total: int) -> InboundMessage:
    """Return the message of these pieces, at least one; of a number that came twice the first counts."""
    by_number: dict[int, InboundMessage] = {}
    for number, piece in pieces:
        by_number.setdefault(number, piece)
    there = [by_number[number] for number in sorted(by_number)]
    numbers = range(1, max(total, *by_number) + 1)
    runs = groupby(numbers, key=lambda number: number in by_number)
    words = ["".join(by_number[number].text for number in run) if held else MISSING for held, run in runs]
    return replace(
        there[0],
        part=None,
        text=" ".join(words),
        attachments=tuple(attachment for piece in there for attachment in piece.attachments),
        place=next((piece.place for piece in there if piece.place != GivenPlace()), GivenPlace()),
        event_time=next((piece.event_time for piece in there if piece.event_time is not None), None),
    )
