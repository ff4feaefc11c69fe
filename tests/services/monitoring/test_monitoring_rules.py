"""The measure itself: what counts as followed up, what the second figure leaves out, who sees how much."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.monitoring import rules
from services.monitoring.complaint import Complaint, after, opened
from services.monitoring.rules import FEWEST, Limit, Question, Scope
from shared.core.errors import ForbiddenError, ProblemError
from shared.core.ids import new_id
from shared.events import REASON_WORDS, ComplaintEvent, ComplaintReceived, Place
from shared.security import Principal, Role
from tests.services.monitoring.facts import (
    APP,
    AT_LAPOR,
    MACHINE,
    SYSTEM,
    answered,
    assigned,
    at,
    deadlines,
    followed_up,
    moved,
    received,
    routed,
    sealing_words,
    verified,
    withdrawn,
)


def lived(*facts: Callable[[ComplaintReceived], Any], first: ComplaintReceived | None = None) -> Complaint:
    """Return what is kept of a complaint to which these things happened."""
    event = first or received()
    complaint = opened(event)
    for fact in facts:
        complaint = after(complaint, fact(event))
    return complaint


def reopened(about: ComplaintReceived) -> ComplaintEvent:
    return moved(about, "assigned", hours=9, reason_code="reopened")


@pytest.mark.parametrize(
    ("facts", "first"),
    [
        ((), None),
        ((assigned, verified, lambda c: moved(c, "closed")), None),
        ((followed_up,), 3),
        ((answered,), 5),
        ((followed_up, answered), 3),
        ((answered, lambda c: followed_up(c, hours=9)), 5),
        ((lambda c: answered(c, actor=APP, agency=None),), 5),
        ((lambda c: followed_up(c, actor=SYSTEM),), 3),
        ((lambda c: followed_up(c, actor=AT_LAPOR),), 3),
        ((lambda c: answered(c, actor=AT_LAPOR),), 5),
        ((lambda c: answered(c, actor=MACHINE),), None),
        ((lambda c: followed_up(c, actor=MACHINE),), None),
    ],
)
def test_followed_up_is_what_the_agency_or_its_own_system_did_and_never_a_rule_of_the_house(facts, first):
    assert lived(*facts).followed_up_at == (None if first is None else at(first))


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ((), None),
        ((lambda c: routed(c, kind="bukan_pengaduan"),), "not_a_complaint"),
        ((lambda c: assigned(c, kind="bukan_pengaduan"), answered), "not_a_complaint"),
        ((lambda c: moved(c, "rejected"),), None),
        ((lambda c: moved(c, "archived", reason_code="a_code_of_tomorrow"),), None),
        ((lambda c: moved(c, "archived", reason_code="in_court"),), "in_court"),
        ((followed_up, lambda c: moved(c, "archived", reason_code="in_court")), None),
        ((lambda c: moved(c, "archived", reason_code="in_court"), lambda c: followed_up(c, hours=9)), None),
        ((followed_up, lambda c: moved(c, "rejected", reason_code="advertising")), "advertising"),
        ((lambda c: moved(c, "closed", reason_code="in_court"),), None),
        ((withdrawn, lambda c: moved(c, "closed")), "withdrawn"),
        ((lambda c: moved(c, "in_progress", hours=1), withdrawn), None),
        ((lambda c: moved(c, "rejected", reason_code="advertising"), reopened), None),
        ((lambda c: routed(c, kind="aspirasi"),), None),
        ((lambda c: routed(c, kind="permintaan_informasi"),), None),
    ],
)
def test_the_second_figure_leaves_out_what_is_no_complaint_and_says_why(facts, reason):
    assert lived(*facts).left_out == reason


def test_the_agency_that_has_it_now_answers_for_it_and_the_first_assignment_is_timed():
    complaint = lived(routed, assigned, lambda c: assigned(c, "NTB.DINKES", hours=7))
    assert (complaint.agency, complaint.assigned_at, complaint.regency) == ("NTB.DINKES", at(1), "52.71")


def test_late_routing_changes_nothing_that_an_officer_decided():
    complaint = lived(assigned, lambda c: routed(c, affair="kesehatan", kind="aspirasi"))
    assert (complaint.affair, complaint.kind, complaint.regency) == ("pendidikan", "pengaduan", "52.03")


def test_a_reopened_complaint_is_not_closed():
    assert lived(lambda c: moved(c, "closed")).closed_at == at(2)
    assert lived(lambda c: moved(c, "closed"), lambda c: moved(c, "assigned", hours=9)).closed_at is None


@pytest.mark.parametrize(
    ("later", "outcome"),
    [
        (lambda c: deadlines(c, follow_up="running"), "missed"),
        (lambda c: deadlines(c, follow_up="kept"), "missed"),
        (lambda c: deadlines(c, follow_up="running").model_copy(update={"because": "calendar"}), "running"),
    ],
)
def test_a_late_follow_up_stays_late_when_its_case_is_reopened_but_not_by_another_calendar(later, outcome):
    assert lived(assigned, lambda c: deadlines(c, follow_up="missed"), later).clocks == {"follow_up": outcome}


def test_another_agency_is_not_late_for_the_one_before():
    facts = (assigned, lambda c: deadlines(c, follow_up="missed", verify="kept"), lambda c: assigned(c, "NTB.DINKES"))
    assert lived(*facts).clocks == {"verify": "kept"}
    assert lived(*facts, lambda c: deadlines(c, follow_up="kept")).clocks == {"follow_up": "kept"}


def test_a_late_first_answer_stays_late_when_a_second_is_due_but_not_when_the_case_is_of_another_kind():
    late, again = (lambda c: deadlines(c, resolve="missed")), (lambda c: deadlines(c, resolve="running"))
    assert lived(assigned, answered, late, again).clocks == {"resolve": "missed"}
    assert lived(assigned, late, again).clocks == {"resolve": "running"}


@pytest.mark.parametrize("seal", [sealing_words, lambda c: assigned(c, "NTB.INSPEKTORAT", sealed=True)])
def test_of_a_sealed_complaint_only_dates_are_kept(seal):
    complaint = lived(routed, assigned, seal, assigned, followed_up)
    assert complaint.sealed
    assert {complaint.agency, complaint.affair, complaint.kind, complaint.regency} == {None}
    assert complaint.followed_up_at == at(3)
    assert lived(first=received(sealed=True, place=Place())).regency is None


def test_an_unknown_limit_is_never_kept():
    assert Limit(kept=1, missed=1, unknown=98).share == 0.5
    assert Limit(unknown=98).share is None
    assert lived(lambda c: deadlines(c, follow_up="unknown")).clocks == {"follow_up": "unknown"}


@settings(max_examples=50, database=None, deadline=None)
@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(1, 12), max_size=8))
def test_no_bucket_that_an_observer_sees_is_small_nor_can_be_subtracted(sizes):
    merged = rules.merged(sizes)
    together = sum(sizes[name] for name in merged)
    assert all(sizes[name] >= FEWEST for name in sizes if name not in merged)
    assert not merged or together >= FEWEST or merged == sizes.keys()
    assert len(merged) != 1 or sum(sizes.values()) < FEWEST or len(sizes) == 1


COUNTED_ALTHOUGH = {"not_true", "abusive", "other"}
"""Reasons for which nobody can take a complaint out of the second figure."""


@pytest.mark.parametrize("code", [*REASON_WORDS, None])
def test_each_reason_is_decided_and_only_what_no_agency_could_follow_up_is_left_out(code):
    assert {*rules.LEFT_OUT, *COUNTED_ALTHOUGH} == {*REASON_WORDS, "withdrawn"}
    ended = lived(lambda c: moved(c, "archived", reason_code=code))
    assert ended.left_out == (None if code in {*COUNTED_ALTHOUGH, None} else code)


HEALTH, REGION = ("NTB.DINKES",), ("52.03",)


@pytest.mark.parametrize(
    ("role", "agencies", "regions", "seen"),
    [
        (Role.COORDINATOR, (), (), Scope()),
        (Role.COORDINATOR, HEALTH, (), Scope()),
        (Role.COORDINATOR, HEALTH, REGION, Scope(agencies=HEALTH, regions=REGION)),
        (Role.INSPECTORATE, (), (), Scope(sealed=True)),
        (Role.INSPECTORATE, (), REGION, Scope(agencies=(), regions=REGION, sealed=True)),
        (Role.LEADER, HEALTH, (), Scope(agencies=HEALTH)),
        (Role.LEADER, (), REGION, Scope(agencies=(), regions=REGION)),
        (Role.LEADER, (), (), Scope(agencies=())),
        (Role.OBSERVER, (), (), Scope(exact=False)),
        (Role.OBSERVER, (), REGION, Scope(agencies=(), regions=REGION, exact=False)),
        (Role.LIAISON, HEALTH, (), None),
        (Role.OPERATOR, (), (), None),
    ],
)
def test_who_sees_which_figures(role, agencies, regions, seen):
    principal = Principal(account_id=new_id(), role=role, agencies=agencies, regions=regions)
    if seen is not None:
        assert rules.scope(principal) == seen
        return
    with pytest.raises(ForbiddenError):
        rules.scope(principal)


@pytest.mark.parametrize(
    ("start", "end", "filters", "exact", "code"),
    [
        (date(2026, 3, 2), date(2026, 3, 1), {}, True, "bad_period"),
        (date(2026, 3, 1), date(2026, 3, 30), {}, False, "bad_period"),
        (date(2026, 3, 2), date(2026, 3, 31), {}, False, "bad_period"),
        (date(2026, 3, 1), date(2026, 3, 31), {"agency": "a", "kind": "b"}, False, "too_many_filters"),
        (date(2026, 3, 1), date(2026, 4, 30), {"agency": "a"}, False, None),
        (date(2026, 3, 2), date(2026, 3, 2), {"agency": "a", "kind": "b"}, True, None),
    ],
)
def test_an_observer_asks_for_whole_months_and_one_filter_so_that_nothing_can_be_subtracted(
    start, end, filters, exact, code
):
    question = Question(start=start, end=end, by="agency", filters=filters)
    if code is None:
        rules.check(question, Scope(exact=exact))
        return
    with pytest.raises(ProblemError) as refused:
        rules.check(question, Scope(exact=exact))
    assert refused.value.code == code
