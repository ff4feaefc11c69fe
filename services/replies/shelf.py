"""The texts as they stand now: those of the house, and what operators wrote instead, read again every half minute."""

from datetime import datetime, timedelta

import structlog

from services.replies import repository
from services.replies.templates import Texts
from services.replies.words import Key
from shared.core.times import Clock
from shared.db import UnitOfWork

log = structlog.get_logger()

KEPT = timedelta(seconds=30)
"""How stale a text may be in a running process."""


class Shelf:
    """Gives out texts."""

    def __init__(self, texts: Texts, clock: Clock) -> None:
        """Take the texts of the house."""
        self._texts = texts
        self._clock = clock
        self._read_at: datetime | None = None

    async def texts(self, tx: UnitOfWork) -> Texts:
        """Return the texts to speak with now."""
        now = self._clock()
        if self._read_at is None or not timedelta(0) <= now - self._read_at < KEPT:
            rows = await repository.own_texts(tx)
            self._texts = self._texts.with_own({Key(row.event, row.place, row.language): row.text for row in rows})
            self._read_at = now
            for key, why in self._texts.words.unusable.items():
                log.error("replies.text_unusable", text=key.event, place=key.place, language=key.language, reason=why)
        return self._texts
