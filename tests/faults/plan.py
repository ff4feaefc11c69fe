"""How much of everything: the short form of CI, and the long run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Times in seconds, shares of the messages from 0 to 1."""

    messages: int
    """At least. The load goes on until every fault is over."""
    per_second: float = 200
    stop_s: float
    """How long each process stands still."""
    gap_s: float
    """Between the beginnings of two faults: the next comes while the one before is still being overcome."""
    fault_s: float = 180
    """In which each fault must be over."""
    at_once: int = 4
    """So many are hurt at the same time, and no more: somebody must be there to notice."""
    threefold: float = 0.15
    """Delivered three times, at the same time or nearly, in any order."""
    conversations: float = 0.3
    """Citizens who write a second message."""
    shuffled: float = 0.2
    """Delivered before what was written earlier."""
    photos: float = 0.1
    """Of the app's submissions."""
    skewed: float = 0.05
    """With a provider's time that is a day off."""
    patience_s: float
    """For routing and casework, when the load is over: what they have not read by then is counted as unread."""


SHORT = Plan(messages=6_000, per_second=220, stop_s=5, gap_s=0.7, patience_s=60)
LONG = Plan(messages=100_000, stop_s=60, gap_s=16, patience_s=3_600)
