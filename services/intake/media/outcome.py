"""What came of a fetch."""

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Fetched:
    """A content, and what the provider calls it."""

    content: bytes = field(repr=False)
    claimed: str | None


@dataclass(frozen=True, slots=True)
class Unfetched:
    """No content, and why (a stable snake_case name).

    `refused`: we do not want it; `failed`: there will never be any; `later`: try again.
    """

    outcome: str
    reason: str


Outcome: TypeAlias = Fetched | Unfetched
