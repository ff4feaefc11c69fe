"""Is it quiet because nobody writes, or because nothing reaches us? Compared with this hour of the last four weeks."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

DAYS = 28
FEWEST = 7
"""Days that must be known before anything is unusual."""
FLOOR = timedelta(hours=3)
"""No silence is too long below this."""
MARGIN = 1.5
"""Beyond the longest of these silences: of 28 samples no 99th percentile can be had."""


@dataclass(frozen=True, slots=True)
class Silence:
    """How long an account has heard nothing, and what is usual at this hour. None where nobody can know."""

    age: timedelta | None
    usual: timedelta | None
    longest: timedelta | None

    @property
    def is_too_long(self) -> bool:
        """Tell whether somebody should look."""
        return self.age is not None and self.longest is not None and self.age > self.longest


def silence(heard: Sequence[datetime], now: datetime) -> Silence:
    """Judge an account by when it heard something (the last time in each hour will do), in any order."""
    times = sorted(heard)
    age = _age(times, now)
    then = [now - timedelta(days=day) for day in range(1, DAYS + 1)]  # but not within the silence that is judged
    samples = [past for one in then if times and one <= times[-1] and (past := _age(times, one)) is not None]
    if len(samples) < FEWEST:
        return Silence(age, None, None)
    samples.sort()
    return Silence(age, samples[len(samples) // 2], max(FLOOR, samples[-1] * MARGIN))


def _age(times: Sequence[datetime], moment: datetime) -> timedelta | None:
    """Return how long nothing had been heard at a moment."""
    before = bisect_right(times, moment)
    return moment - times[before - 1] if before else None
