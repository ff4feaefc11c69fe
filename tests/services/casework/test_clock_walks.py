"""Random lives of a case: whatever is done to it, what somebody has in hand is due some day."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from services.casework.clocks.facts import Past
from services.casework.clocks.plan import Entry, merged, newest, owed, planned
from services.casework.clocks.terms import terms
from services.casework.rules import ENDED, TRANSITIONS, MachineMove, Move, back_to, target
from shared.core.times import WITA
from shared.events import CaseState

BEGUN = datetime(2026, 2, 2, 10, tzinfo=WITA)
MOVES: tuple[Move | MachineMove, ...] = (*get_args(MachineMove), *get_args(Move))
GIVEN = frozenset({"assign", "unseal", "reassign", "hand_over"})
AFTER = {("closed", "resume"): "withdraw", ("closed", "respond"): "close", ("archived", "inform"): "lapse"}
"""What is legal only where that ended the case."""
IN_HAND = frozenset({"received", "assigned", "transfer_requested", "in_progress"})


@dataclass
class Life:
    """A case that is moved as casework moves it: its columns, its history, and the rows of its clocks."""

    state: CaseState = "received"
    columns: dict[str, Any] = field(default_factory=lambda: {"received_at": BEGUN, "emergency": False})
    history: list[Past] = field(default_factory=lambda: [Past(None, "received", None, BEGUN)])
    rows: dict[tuple[str, datetime], Entry] = field(default_factory=dict)

    def known(self, name: str) -> Any:
        return self.state if name == "state" else self.columns.get(name)

    def legal(self) -> list[Move | MachineMove]:
        """Return the moves that casework makes of it now."""
        last = self.history[-1].move
        return [one for one in MOVES if (self.state, one) in TRANSITIONS and AFTER.get((self.state, one), last) == last]

    def go(self, move: Move | MachineMove, at: datetime) -> None:
        """Make a move; what is given is given to the agency that has it already, but for a hand-over."""
        before = self.state
        back = back_to(agency_key=self.columns.get("agency_key"), taken=bool(self.columns.get("taken")))
        reached = target(before, move, back)
        assert reached is not None
        self.state = reached
        self.columns |= _changes(move, reached, before, at, self.columns)
        self.history.append(Past(before, reached, move, at))
        self._follow(at)

    def _follow(self, at: datetime) -> None:
        by, calendar = terms(), terms().calendar(None)
        wanted = planned(self.known, self.history, calendar, by, at)
        self.rows |= {one.key: one for one in merged(self.rows.values(), wanted, by, calendar, at)}
        assert owed(wanted) == owed(self.rows.values())


def _changes(move: str, reached: CaseState, before: CaseState, at: datetime, known: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"closed_at": at if reached in ENDED else None}
    if move in GIVEN:
        found |= {"agency_key": "NTB.DIKPORA", "taken": False}
        found["assigned_at"] = at if move == "hand_over" else known.get("assigned_at") or at
    if move == "answer_together" and known.get("agency_key") is None:
        found |= {"agency_key": "NTB.DIKPORA", "assigned_at": at}
    if move == "take":
        found |= {"taken": True, "verified_at": known.get("verified_at") or at}
    if move == "ask":
        found["asked_at"] = at
    if move in {"reopen", "respond"}:
        found["reopened_at"] = at if before == "answered" or move == "reopen" else known["closed_at"]
    return found


steps = st.lists(st.tuples(st.integers(0, 99), st.timedeltas(timedelta(minutes=1), timedelta(days=6))), max_size=25)


@settings(max_examples=60, deadline=None, database=None)
@given(steps)
def test_what_somebody_has_in_hand_is_always_due_and_each_clock_has_one_row_that_is_open(choices):
    life, at = Life(), BEGUN
    for choice, later in choices:
        at += later
        legal = life.legal()
        life.go(legal[choice % len(legal)], at)
        due_at = owed(life.rows.values())
        assert (due_at is not None) or life.state not in IN_HAND
        opened = [one for one in life.rows.values() if one.open]
        assert len(opened) == len({one.clock for one in opened})
        assert not [one for one in opened if newest(life.rows.values())[one.clock] != one]
        assert life.state not in ENDED or not opened


def test_what_a_seal_hands_over_after_its_answer_is_to_be_answered_by_who_has_it_now():
    life, at = Life(), BEGUN
    moves: tuple[Move | MachineMove, ...] = ("assign", "take", "answer", "hand_over", "take", "follow_up")
    for move in moves:
        at += timedelta(hours=1)
        life.go(move, at)
    handed_over = BEGUN + timedelta(hours=4)
    resolve = newest(life.rows.values())["resolve"]
    assert (resolve.started_at, resolve.outcome) == (handed_over, "running")
    assert owed(life.rows.values()) == resolve.due_at
