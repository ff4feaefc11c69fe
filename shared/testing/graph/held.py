"""What the stand-in knows and keeps: accounts, who wrote when, comments, and every message that it took."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from shared.core.times import Clock
from shared.testing.graph.payloads import Commented, Fault, WroteAt
from shared.testing.graph.said import Memory

_MOST_HELD = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One of our accounts, and the secrets that go with it."""

    id: str
    channel: Literal["facebook", "instagram"]
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    app_id: str = "1517776481860111"
    token_ends_at: datetime | None = None
    subscribed_fields: tuple[str, ...] | None = ("feed", "messages", "comments")
    """What its webhooks tell of; None: it lost its subscription."""


@dataclass(slots=True, kw_only=True)
class Comment:
    """A citizen's comment; only one private reply goes to it."""

    account: str
    person: str
    at: datetime
    answered_privately: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One message that was taken."""

    id: str
    account: str
    channel: str
    surface: Literal["message", "private_reply", "public_reply"]
    to: str
    """The person, or the comment."""
    text: str
    metadata: str | None
    tag: str | None
    taken_at: datetime


class World:
    """The stand-in's memory."""

    def __init__(self, accounts: list[Account], clock: Clock, *, anybody: bool = False) -> None:
        """Know the accounts; nobody has written yet, or `anybody` has just now, under any comment."""
        self.accounts = {account.id: account for account in accounts}
        self.clock = clock
        self.anybody = anybody
        self.calls = 0
        self.messages: deque[Held] = deque(maxlen=_MOST_HELD)
        self.faults: list[Fault] = []
        self.memory = Memory()
        self._wrote: dict[tuple[str, str], datetime] = {}
        self._comments: dict[str, Comment] = {}

    def forget(self) -> None:
        """Begin anew, with the same accounts."""
        self.calls = 0
        self.memory = Memory()
        for kept in (self.messages, self.faults, self._wrote, self._comments):
            kept.clear()

    def tell_written(self, told: WroteAt) -> None:
        """Learn that a person wrote: the windows count from the last time."""
        key = (told.account, told.person)
        at = told.at or self.clock()
        self._wrote[key] = max(at, self._wrote.get(key, at))

    def tell_commented(self, told: Commented) -> None:
        """Learn of a comment."""
        self._comments[told.comment] = Comment(
            account=told.account, person=told.person or told.comment, at=told.at or self.clock()
        )

    def wrote(self, account: str, person: str) -> datetime | None:
        """Return when a person last wrote to an account."""
        return self.clock() if self.anybody else self._wrote.get((account, person))

    def comment(self, account: str, comment: str) -> Comment | None:
        """Return a comment that stands on this account."""
        if self.anybody and comment not in self._comments:
            self.tell_commented(Commented(account=account, comment=comment))
        found = self._comments.get(comment)
        return found if found is not None and found.account == account else None

    def next_fault(self, account: str) -> Fault:
        """Return how this call goes wrong, if at all, and count it."""
        for place, fault in enumerate(self.faults):
            if fault.account not in {None, account}:
                continue
            if fault.times is not None:
                left = fault.model_copy(update={"times": fault.times - 1})
                self.faults[place : place + 1] = [left] if fault.times > 1 else []
            return fault
        return Fault()
