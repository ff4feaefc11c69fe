"""Media without words: after `limits.HOLD` nobody waits for them any more, and an officer may look at them."""

from services.intake.waiting import repository
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork

RULE = "no_words_came"
_AT_ONCE = 100
"""Conversations of one transaction."""


class Held:
    """Ends the wait. `give_up` runs inside one transaction of the edge."""

    def __init__(self, *, clock: Clock = utc_now) -> None:
        """Take the clock."""
        self._clock = clock

    async def give_up(self, tx: UnitOfWork) -> int:
        """Keep what waited long enough; return how many messages that were."""
        now = self._clock()
        conversations = await repository.lock_held(tx, now, most=_AT_ONCE)
        return await repository.keep_held(tx, conversations, now, rule=RULE) if conversations else 0
