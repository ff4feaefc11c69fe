"""What LAPOR!'s news does to a case: the whole table, and what stands before it."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.casework.mirroring import rules, words
from services.casework.mirroring.rules import DECIDED, TABLE, TO_SETTLE, Decision, Outcome, Theirs
from services.casework.rules import MachineMove, target
from shared.events import CaseState

STATES: tuple[CaseState, ...] = get_args(CaseState)
THEIRS: tuple[Theirs, ...] = get_args(Theirs)
UNMOVED = {"sealed": False, "withdrawn": False, "stale": False}
NOW = datetime(2026, 11, 24, 2, 0, 30, 500_000, tzinfo=UTC)
MOVES: dict[str, MachineMove] = {"begin": "begin_elsewhere", "answer": "answer_elsewhere"}

BY_HAND: dict[str, dict[str, str]] = {
    "received": {"closed": "conflict", "archived": "conflict", "rejected": "conflict"},
    "awaiting_information": {"closed": "conflict", "archived": "conflict", "rejected": "conflict"},
    "assigned": {"in_progress": "begin", "closed": "answer", "archived": "conflict", "rejected": "conflict"},
    "transfer_requested": {"closed": "conflict", "archived": "conflict", "rejected": "conflict"},
    "in_progress": {"closed": "answer", "archived": "conflict", "rejected": "conflict"},
    "answered": {"archived": "conflict", "rejected": "conflict"},
    "closed": {one: "ours_stands" for one in THEIRS if one != "closed"},
    "archived": {one: "ours_stands" for one in THEIRS if one != "archived"},
    "rejected": {one: "ours_stands" for one in THEIRS if one != "rejected"},
}


@pytest.mark.parametrize(("ours", "theirs"), list(product(STATES, THEIRS)))
def test_each_pair_of_states_has_the_outcome_that_was_written_down(ours, theirs):
    assert rules.decide(ours, theirs, **UNMOVED) == BY_HAND[ours].get(theirs, "nothing")


def test_the_table_is_total_and_every_outcome_is_used():
    assert set(TABLE) == set(product(STATES, THEIRS))
    assert {*TABLE.values(), "unknown_status"} == set(get_args(Outcome)) == set(DECIDED)
    assert {one for one in DECIDED.values() if one} == set(get_args(Decision))
    assert {DECIDED[one] for one in TO_SETTLE} == {"conflict", "unknown_status"}


def test_what_is_followed_is_a_legal_move_and_none_of_them_ends_a_case():
    for (ours, _), outcome in TABLE.items():
        if outcome in MOVES:
            assert target(ours, MOVES[outcome]) in {"in_progress", "answered"}


@pytest.mark.parametrize("ours", STATES)
@pytest.mark.parametrize("theirs", [None, "transfer_requested", "Disposisi Ulang", ""])
def test_a_status_that_nobody_knows_is_for_an_officer_whatever_the_case_is(ours, theirs):
    for sealed, withdrawn, stale in product((False, True), repeat=3):
        outcome = rules.decide(ours, theirs, sealed=sealed, withdrawn=withdrawn, stale=stale)
        assert outcome == "unknown_status"


@given(st.sampled_from(STATES), st.sampled_from(THEIRS), st.booleans(), st.booleans(), st.booleans())
def test_nothing_moves_what_is_sealed_withdrawn_or_was_begun_anew_since(ours, theirs, sealed, withdrawn, stale):
    outcome = rules.decide(ours, theirs, sealed=sealed, withdrawn=withdrawn, stale=stale)
    if sealed or withdrawn or stale:
        assert outcome in {"nothing", "ours_stands"}
    assert (outcome == "nothing") == (TABLE[ours, theirs] == "nothing"), "what agrees needs no line"


@given(st.sampled_from(STATES), st.sampled_from([*THEIRS, None]), st.booleans(), st.booleans(), st.booleans())
def test_every_decision_is_one_sentence_with_their_own_words(ours, theirs, sealed, withdrawn, stale):
    standing = {"sealed": sealed, "withdrawn": withdrawn, "stale": stale}
    said = words.said_of("Dalam Proses", rules.decide(ours, theirs, **standing), ours, **standing)
    assert said.startswith("Di SP4N-LAPOR!: Dalam Proses; ")
    assert said.endswith(".")


@pytest.mark.parametrize(
    ("seen", "known", "older"), [(0, None, False), (0, 0, True), (0, 1, True), (1, 0, False), (0, -1, False)]
)
def test_a_look_that_is_no_newer_changes_nothing(seen, known, older):
    known_at = None if known is None else NOW + timedelta(seconds=known)
    assert rules.is_older(NOW + timedelta(seconds=seen), known_seen_at=known_at) is older


@pytest.mark.parametrize(
    ("since", "reopened", "stale"),
    [
        (None, None, False),
        (timedelta(seconds=1), None, True),
        (timedelta(0), None, False),
        (None, timedelta(seconds=1), True),
        (None, timedelta(milliseconds=400), False),
        (timedelta(days=-1), timedelta(days=-1), False),
        (timedelta(days=-1), timedelta(days=1), True),
    ],
)
def test_what_was_so_before_an_older_status_or_a_reopening_is_stale(since, reopened, stale):
    at = NOW.replace(microsecond=0)
    known = {"known_since": since, "reopened_at": reopened}
    given_at = {name: None if shift is None else NOW + shift for name, shift in known.items()}
    assert rules.is_stale(at, **given_at) is stale


def follow_up(state: CaseState = "assigned", **changes: Any) -> rules.FollowUp:
    values: dict[str, Any] = {"sealed": False, "withdrawn": False, "written_at": NOW, "reopened_at": None}
    values |= {"assigned_at": NOW - timedelta(days=1), "of_another": False, "of_nobody": False}
    return rules.follow_up(state, **values | changes)


@pytest.mark.parametrize("state", STATES)
def test_a_follow_up_counts_where_an_agency_has_the_case_and_is_told_everywhere(state):
    assert follow_up(state) == rules.FollowUp(moves=state in {"assigned", "in_progress"}, told=True)


@pytest.mark.parametrize(
    ("changes", "moves", "told"),
    [
        ({"sealed": True}, False, False),
        ({"withdrawn": True}, True, False),
        ({"reopened_at": NOW + timedelta(seconds=1)}, False, True),
        ({"reopened_at": NOW - timedelta(seconds=1)}, True, True),
        ({"assigned_at": NOW + timedelta(seconds=1)}, True, True),
        ({"assigned_at": NOW + timedelta(seconds=1), "of_another": True}, False, True),
        ({"of_another": True}, True, True),
        ({"of_nobody": True}, False, True),
    ],
)
def test_what_else_a_follow_up_does(changes, moves, told):
    assert follow_up("in_progress", **changes) == rules.FollowUp(moves=moves, told=told)


@pytest.mark.parametrize("told", [True, False])
def test_a_citizen_reads_kindly_that_it_was_declared_finished_and_how_to_object(told):
    said = words.finished(told=told, hidden=False)
    assert "SP4N-LAPOR!" in said
    assert "mohon balas" in said
    assert ("sudah kami sampaikan" in said) is told
    hidden = words.finished(told=told, hidden=True).lower()
    assert not [word for word in ("lapor", "dinas", "aduan") if word in hidden], "whoever looks over their shoulder"
