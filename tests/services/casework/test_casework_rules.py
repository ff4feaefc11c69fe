"""Casework's rules, by tables and by random walks."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.casework.conflicts import MOVE_WORDS
from services.casework.orders import ORDERS
from services.casework.rules import (
    ENDED,
    MOVERS,
    TRANSITIONS,
    UNANSWERED,
    MachineMove,
    Move,
    ReopenLimit,
    Thresholds,
    back_to,
    follow,
    legal_moves,
    may,
    may_remark,
    scope,
    target,
)
from shared.directory import DESK, INSPECTORATE
from shared.events import REASON_WORDS, STATE_WORDS, ArchiveReason, CaseState, RejectReason
from shared.security import Principal, Role

STATES: tuple[CaseState, ...] = get_args(CaseState)
MOVES: tuple[Move, ...] = get_args(Move)
ALL_MOVES: tuple[Move | MachineMove, ...] = (*get_args(MachineMove), *MOVES)

MACHINE: dict[str, dict[str, str]] = {
    "received": {
        "unseal": "assigned",
        "assign": "assigned",
        "ask": "awaiting_information",
        "archive": "archived",
        "reject": "rejected",
        "doubt": "received",
        "withdraw": "closed",
    },
    "awaiting_information": {
        "unseal": "assigned",
        "assign": "assigned",
        "proceed": "back",
        "archive": "archived",
        "reject": "rejected",
        "inform": "back",
        "lapse": "archived",
        "withdraw": "closed",
        "hand_over": "assigned",
        "answer_together": "answered",
    },
    "assigned": {
        "unseal": "assigned",
        "take": "in_progress",
        "assign": "assigned",
        "ask": "awaiting_information",
        "transfer": "transfer_requested",
        "archive": "archived",
        "reject": "rejected",
        "reassign": "assigned",
        "hand_over": "assigned",
        "withdraw": "closed",
        "answer_elsewhere": "answered",
        "answer_together": "answered",
        "follow_up_elsewhere": "in_progress",
        "begin_elsewhere": "in_progress",
    },
    "transfer_requested": {
        "unseal": "assigned",
        "take": "in_progress",
        "assign": "assigned",
        "decline": "back",
        "archive": "archived",
        "reject": "rejected",
        "withdraw": "closed",
        "hand_over": "assigned",
        "answer_elsewhere": "answered",
        "answer_together": "answered",
    },
    "in_progress": {
        "unseal": "assigned",
        "take": "in_progress",
        "follow_up": "in_progress",
        "answer": "answered",
        "ask": "awaiting_information",
        "transfer": "transfer_requested",
        "assign": "assigned",
        "archive": "archived",
        "reject": "rejected",
        "hand_over": "assigned",
        "answer_elsewhere": "answered",
        "answer_together": "answered",
        "follow_up_elsewhere": "in_progress",
    },
    "answered": {"close": "closed", "reopen": "back", "respond": "back", "hand_over": "assigned"},
    "closed": {"reopen": "back", "respond": "back", "resume": "received", "hand_over": "assigned"},
    "archived": {"reopen": "back", "inform": "back", "hand_over": "assigned"},
    "rejected": {"reopen": "back", "hand_over": "assigned"},
}
BACK: tuple[CaseState, ...] = ("received", "assigned", "in_progress")


@pytest.mark.parametrize(("state", "move"), list(product(STATES, ALL_MOVES)))
def test_each_state_allows_exactly_the_moves_of_the_table(state, move):
    wanted = MACHINE[state].get(move)
    for back in BACK:
        assert target(state, move, back) == (back if wanted == "back" else wanted)
    assert (move in legal_moves(state)) == (wanted is not None and move in MOVES)


@dataclass
class Walked:
    """What of a case decides where it goes back to."""

    state: CaseState = "received"
    agency: str | None = None
    taken: bool = False
    begun_elsewhere: bool = False

    def walk(self, move: Move | MachineMove) -> bool:
        """Make a move as casework does; tell whether it was legal."""
        back = back_to(agency_key=self.agency, taken=self.taken)
        reached = target(self.state, move, back)
        if reached is None:
            return False
        if reached == "assigned" and move in {"assign", "unseal", "reassign", "hand_over"}:
            self.agency, self.taken, self.begun_elsewhere = "NTB.DIKPORA", False, False
        if move == "take":
            self.taken = True
        if move in {"follow_up_elsewhere", "begin_elsewhere"}:
            self.begun_elsewhere = True
        if move == "answer_together" and self.agency is None:
            self.agency = "NTB.DIKPORA"
        self.state = reached
        return True


@given(st.lists(st.sampled_from(ALL_MOVES), max_size=40))
def test_no_sequence_of_moves_reaches_an_undefined_state_or_one_without_a_way_on(moves):
    case = Walked()
    for move in moves:
        before = case.state
        if not case.walk(move):
            assert case.state == before
            continue
        assert case.state in STATES
        assert case.state in UNANSWERED or case.state in ENDED or case.state == "answered"
        assert before not in ENDED or move in {"reopen", "resume", "hand_over", "respond", "inform"}
        assert case.agency is not None or case.state not in {"assigned", "in_progress", "transfer_requested"}
        assert case.state != "in_progress" or case.taken or case.begun_elsewhere
        assert legal_moves(case.state)


@pytest.mark.parametrize(
    ("agency", "taken", "state"),
    [(None, False, "received"), ("NTB.DIKPORA", False, "assigned"), ("NTB.DIKPORA", True, "in_progress")],
)
def test_what_waited_or_ended_goes_on_as_far_as_it_had_come(agency, taken, state):
    assert back_to(agency_key=agency, taken=taken) == state


@pytest.mark.parametrize(
    ("days", "times", "refused"),
    [(0, 0, None), (30, 1, None), (30, 2, "often"), (31, 0, "late"), (31, 2, "late"), (None, 0, None)],
)
def test_a_complaint_is_reopened_within_its_limit(days, times, refused):
    now = datetime(2026, 11, 30, tzinfo=UTC)
    ended_at = None if days is None else now - timedelta(days=days)
    assert ReopenLimit().refuses(ended_at=ended_at, reopenings=times, now=now) == refused


def test_every_state_can_be_reached_and_every_move_is_used():
    assert {"received", *TRANSITIONS.values()} - {"back"} == set(STATES)
    assert {move for _, move in TRANSITIONS} == set(ALL_MOVES)


def test_an_officer_is_offered_only_moves_that_some_officer_can_make():
    assert legal_moves("received") == ("assign", "ask", "archive", "reject", "unseal")
    assert legal_moves("closed") == ("reopen",)
    for state in STATES:  # what is in progress is taken once
        hidden = {"take"} if state == "in_progress" else set()
        assert set(legal_moves(state)) - set(legal_moves(state, taken=True)) == hidden
    offered = {move for state in STATES for move in legal_moves(state)}
    assert offered == set(MOVES) == {move for move, roles in MOVERS.items() if roles}


def test_every_order_of_the_api_is_a_move_and_every_move_has_an_order():
    assert {order.move for order in ORDERS} == set(MOVES)
    assert len(ORDERS) == len(MOVES)


def test_officers_have_words_for_every_state_and_move():
    assert (set(STATE_WORDS), set(MOVE_WORDS)) == (set(STATES), set(MOVES))


def test_citizens_have_words_for_every_reason_to_end_without_an_answer():
    assert {*get_args(ArchiveReason), *get_args(RejectReason)} == set(REASON_WORDS)


def principal(role: Role, *agencies: str) -> Principal:
    return Principal(account_id=UUID(int=7), role=role, agencies=agencies)


OWN, OTHER = "NTB.DIKPORA", "52.03.DINKES"
PEOPLE = {
    "liaison": principal(Role.LIAISON, OWN),
    "leader": principal(Role.LEADER, OWN),
    "coordinator": principal(Role.COORDINATOR),
    "inspectorate": principal(Role.INSPECTORATE),
    "operator": principal(Role.OPERATOR),
}
#                      own    other  desk   inspectorate's  none yet
SEES_OPEN = {
    "liaison": (True, False, False, False, False),
    "leader": (True, False, False, False, False),
    "coordinator": (True, True, True, True, True),
    "inspectorate": (True, True, True, True, True),
    "operator": (False, False, False, False, False),
}
WORKS_OPEN = {
    "liaison": (True, False, False, False, False),
    "leader": (False, False, False, False, False),
    "coordinator": (False, False, True, False, False),
    "inspectorate": (False, False, False, True, False),
    "operator": (False, False, False, False, False),
}
PLACES = (OWN, OTHER, DESK, INSPECTORATE, None)


@pytest.mark.parametrize(("who", "column"), list(product(PEOPLE, range(len(PLACES)))))
def test_who_sees_and_works_which_agencys_cases(who, column):
    one, agency = PEOPLE[who], PLACES[column]
    seen = scope(one)
    assert (seen is not None and seen.covers(agency, sealed=False)) == SEES_OPEN[who][column]
    works = WORKS_OPEN[who][column]
    coordinates = who == "coordinator" or works
    administers = who == "coordinator" or (who != "liaison" and works)
    allowed: dict[Move, bool] = {
        **dict.fromkeys(("take", "follow_up", "answer", "close"), works),
        **dict.fromkeys(("ask", "proceed", "reopen"), coordinates),
        **dict.fromkeys(("assign", "archive", "reject"), administers),
        "transfer": who == "liaison" and works,
        "decline": who == "coordinator",
        "unseal": False,  # nothing here is sealed
    }
    assert {move: may(one, move, agency_key=agency, sealed=False) for move in MOVES} == allowed
    assert may_remark(one, agency_key=agency, sealed=False) == (who == "coordinator" or works)
    assert may_remark(one, agency_key=agency, sealed=True) == (who == "inspectorate")


@pytest.mark.parametrize(("who", "agency", "move"), list(product(PEOPLE, PLACES, MOVES)))
def test_a_sealed_case_is_seen_and_worked_by_the_inspectorate_alone(who, agency, move):
    seen = scope(PEOPLE[who])
    assert (seen is not None and seen.covers(agency, sealed=True)) == (who == "inspectorate")
    works = who == "inspectorate" and move not in {"transfer", "decline"}  # it leaves the Inspectorate for nobody
    assert may(PEOPLE[who], move, agency_key=agency, sealed=True) == works


def test_a_liaison_of_the_inspectorate_or_the_desk_sees_nothing_sealed_either():
    for agency in (INSPECTORATE, DESK):
        liaison = principal(Role.LIAISON, agency)
        assert not may(liaison, "take", agency_key=agency, sealed=True)
        seen = scope(liaison)
        assert seen is not None and not seen.covers(agency, sealed=True)


@given(
    st.sampled_from(Role),
    st.lists(st.sampled_from([OWN, OTHER, DESK, INSPECTORATE]), max_size=3),
    st.sampled_from(PLACES),
    st.booleans(),
    st.sampled_from(MOVES),
)
def test_nobody_moves_what_they_do_not_see(role, agencies, agency, sealed, move):
    one = principal(role, *agencies)
    seen = scope(one)
    if may(one, move, agency_key=agency, sealed=sealed):
        assert seen is not None and seen.covers(agency, sealed=sealed)


ELSEWHERE = {"current": "52.03.PUPR", "wanted": "NTB.PUPRPERKIM", "newer": True, "touched": False}
UNTOLD = {"sealed": False, "withdrawn": False, "sure": True}
DOUBTED = {"current": None, "sure": False}


@pytest.mark.parametrize(
    ("state", "changes", "does"),
    [
        ("received", {"current": None}, "assign"),
        ("received", {"current": None, "newer": False}, "assign"),
        ("received", {"current": None, "sealed": True}, None),
        ("received", {"current": None, "sealed": True, "wanted": INSPECTORATE}, "assign"),
        ("received", {"current": None, "withdrawn": True}, None),
        ("received", DOUBTED, "doubt"),
        ("received", {**DOUBTED, "newer": False}, None),
        ("received", {**DOUBTED, "withdrawn": True}, None),
        ("received", {**DOUBTED, "wanted": DESK}, "assign"),
        ("received", {**DOUBTED, "wanted": INSPECTORATE}, "assign"),
        ("received", {**DOUBTED, "wanted": INSPECTORATE, "sealed": True}, "assign"),
        ("received", {"chosen": True}, "doubt"),
        ("received", {"chosen": True, "wanted": "52.03.PUPR"}, "assign"),
        ("received", {"chosen": True, "wanted": INSPECTORATE, "sealed": True}, "assign"),
        ("assigned", {"sure": False}, None),
        ("assigned", {"sure": False, "wanted": DESK}, "reassign"),
        ("assigned", {}, "reassign"),
        ("assigned", {"newer": False}, None),
        ("assigned", {"touched": True}, None),
        ("assigned", {"wanted": "52.03.PUPR"}, None),
        ("assigned", {"sealed": True}, None),
        *((state, {}, None) for state in STATES if state not in {"received", "assigned"}),
        *(
            (state, {"sealed": True, "touched": True, "wanted": INSPECTORATE}, "hand_over")
            for state in STATES
            if state != "received"
        ),
        ("in_progress", {"sealed": True, "current": INSPECTORATE, "wanted": INSPECTORATE}, None),
        ("closed", {"sealed": True, "withdrawn": True, "wanted": INSPECTORATE}, None),
    ],
)
def test_a_later_decision_moves_what_nobody_touched_and_a_seal_moves_everything(state, changes, does):
    assert follow(state, **{**ELSEWHERE, **UNTOLD, **changes}) == does
    if does is not None:
        assert target(state, does) == ("received" if does == "doubt" else "assigned")


@pytest.mark.parametrize(
    ("affair", "confidence", "reached"),
    [
        ("pendidikan", 0.5, True),
        ("pendidikan", 0.49, False),
        (None, 0.5, True),
        ("kesehatan", 0.6, False),
        ("kesehatan", 0.7, True),
    ],
)
def test_how_sure_is_sure_enough_may_differ_by_affair(affair, confidence, reached):
    assert Thresholds(default=0.5, by_affair={"kesehatan": 0.7}).reached(affair, confidence) is reached
