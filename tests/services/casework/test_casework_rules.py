"""Casework's rules, by tables and by random walks."""

from itertools import product
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.casework.conflicts import MOVE_WORDS
from services.casework.rules import (
    MOVERS,
    TRANSITIONS,
    MachineMove,
    Move,
    Thresholds,
    follow,
    legal_moves,
    may,
    may_join,
    scope,
    target,
)
from shared.directory import DESK, INSPECTORATE
from shared.events import STATE_WORDS, CaseState
from shared.security import Principal, Role

STATES: tuple[CaseState, ...] = get_args(CaseState)
MOVES: tuple[Move, ...] = get_args(Move)
ALL_MOVES: tuple[Move | MachineMove, ...] = (*get_args(MachineMove), *MOVES)

MACHINE: dict[str, dict[str, str]] = {
    "received": {"doubt": "received", "assign": "assigned", "withdraw": "closed"},
    "assigned": {
        "reassign": "assigned",
        "hand_over": "assigned",
        "withdraw": "closed",
        "answer_together": "answered",
        "take": "in_progress",
        "assign": "assigned",
    },
    "in_progress": {"hand_over": "assigned", "answer_together": "answered", "answer": "answered"},
    "answered": {"hand_over": "assigned", "close": "closed"},
    "closed": {"hand_over": "assigned", "resume": "received"},
}


@pytest.mark.parametrize(("state", "move"), list(product(STATES, ALL_MOVES)))
def test_each_state_allows_exactly_the_moves_of_the_table(state, move):
    wanted = MACHINE[state].get(move)
    assert target(state, move) == wanted
    assert (move in legal_moves(state)) == (wanted is not None and move in MOVES)


@given(st.lists(st.sampled_from(ALL_MOVES), max_size=30))
def test_no_sequence_of_moves_reaches_an_undefined_state_or_goes_back_without_a_seal_or_its_citizens_word(moves):
    state: CaseState = "received"
    for move in moves:
        reached = target(state, move)
        if reached is None:
            continue
        assert reached in STATES
        if move in {"take", "answer", "close"}:
            assert STATES.index(reached) == STATES.index(state) + 1
        elif move not in {"hand_over", "resume"}:
            assert STATES.index(reached) >= STATES.index(state)
        state = reached
    assert state in {"received", "closed"} or legal_moves(state)


def test_every_state_can_be_reached_and_every_move_is_used():
    assert {"received", *TRANSITIONS.values()} == set(STATES)
    assert {move for _, move in TRANSITIONS} == set(ALL_MOVES)


def test_an_officer_is_offered_only_moves_that_some_officer_can_make():
    assert legal_moves("received") == ("assign",)
    assert legal_moves("closed") == ()
    offered = {move for state in STATES for move in legal_moves(state)}
    assert offered == set(MOVES) == {move for move, roles in MOVERS.items() if roles}


def test_officers_have_words_for_every_state_and_move():
    assert (set(STATE_WORDS), set(MOVE_WORDS)) == (set(STATES), set(MOVES))


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
    for move in ("take", "answer", "close"):
        assert may(one, move, agency_key=agency, sealed=False) == works
    assert may(one, "assign", agency_key=agency, sealed=False) == (who == "coordinator" or (who != "liaison" and works))
    assert may_join(one, agency_key=agency, sealed=False) == (who == "coordinator" or works)
    assert not may_join(one, agency_key=agency, sealed=True)


@pytest.mark.parametrize(("who", "agency", "move"), list(product(PEOPLE, PLACES, MOVES)))
def test_a_sealed_case_is_seen_and_worked_by_the_inspectorate_alone(who, agency, move):
    seen = scope(PEOPLE[who])
    assert (seen is not None and seen.covers(agency, sealed=True)) == (who == "inspectorate")
    assert may(PEOPLE[who], move, agency_key=agency, sealed=True) == (who == "inspectorate")


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
        *((state, {}, None) for state in ("in_progress", "answered", "closed")),
        *(
            (state, {"sealed": True, "touched": True, "wanted": INSPECTORATE}, "hand_over")
            for state in ("assigned", "in_progress", "answered", "closed")
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
