"""When citizens are not disturbed by what nobody waits for. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from shared.core.times import WITA


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From `begin` to before `end`, WITA, every day; across midnight where `begin` is later. Equal: there are none."""

    begin: time = time(21)
    end: time = time(7)

    def ends(self, now: datetime) -> datetime | None:
        """Return when the quiet hours end that this moment is in; None outside of them."""
        there = now.astimezone(WITA)
        clock = there.time()
        if self.begin <= self.end:
            inside, tomorrow = self.begin <= clock < self.end, False
        else:
            inside, tomorrow = clock >= self.begin or clock < self.end, clock >= self.begin
        if not inside:
            return None
        day = there.date() + timedelta(days=tomorrow)
        return datetime.combine(day, self.end, WITA)
