"""Which regions learn of a complaint, when, and what: as tables, and whatever happens."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.regencies.complaint import after
from services.regencies.consumers import CONSUMES
from shared.events import (
    LAPOR,
    Actor,
    ComplaintAnswered,
    ComplaintEvent,
    ComplaintFollowedUp,
    ComplaintReceived,
    ComplaintSharedWithRegion,
    ComplaintWithdrawnFromRegion,
    Coordinates,
    GivenPlace,
    LocatedIn,
    Place,
    SharedAttachment,
)
from tests.services.regencies.facts import (
    MASK,
    Regions,
    appended,
    assigned,
    clocked,
    marked,
    mirrored,
    moved,
    named,
    received,
    routed,
    unsealed,
    verified,
)


def known(new: ComplaintReceived, **decision: Any) -> Regions:
    """A complaint that was routed, assigned and verified."""
    regions = Regions()
    regions.hear(new, routed(new, **decision), assigned(new, **decision), verified(new))
    return regions


@pytest.mark.parametrize(
    ("region", "agency", "regions"),
    [
        ("52.03.12.2001", "52.03.PUPR", {"52", "52.03"}),
        ("52.03", "52.03.PUPR", {"52", "52.03"}),
        ("52.03.12", "NTB.PUPRPERKIM", {"52", "52.03"}),
        ("52.72.01", "PLN", {"52", "52.72"}),
        ("52.06", "52.03.PUPR", {"52", "52.03", "52.06"}),
        ("52", "52.71.PDAM", {"52", "52.71"}),
        ("52", "NTB.DESK", {"52"}),
        (None, "52.08.DESA", {"52", "52.08"}),
        (None, "NTB.DINKES", {"52"}),
        ("52.03", "52.03.NOBODY", {"52", "52.03"}),
        (None, "52.03.NOBODY", {"52"}),
    ],
)
def test_a_region_knows_of_what_happened_there_or_is_its_agencys_and_the_province_of_all(region, agency, regions):
    assert known(received(), region=region, agency=agency).held.keys() == regions


def test_what_an_officer_hides_the_regions_hold_without_its_words_until_it_is_shown_again():
    new = received()
    regions = known(new)
    words = regions.held["52.03"].text
    regions.hear(marked(new, anonymous=True, secret=True))
    held = regions.held["52.03"]
    assert (held.text, held.anonymous, held.secret) == (None, True, True)
    regions.hear(marked(new))
    held = regions.held["52.03"]
    assert words is not None
    assert (held.text, held.anonymous, held.secret) == (words, False, False)


def test_nobody_is_told_before_somebody_verified_it():
    regions, new = Regions(), received()
    assert regions.hear(new, routed(new), assigned(new), moved(new), mirrored(new)) == []
    assert {event.region for event in regions.hear(verified(new))} == {"52", "52.03"}


def test_what_is_verified_before_it_is_assigned_is_told_by_its_place():
    regions, new = Regions(), received()
    regions.hear(new, routed(new), verified(new))
    assert regions.held["52.03"].agency is None
    regions.hear(assigned(new, agency="52.06.PUPR"))
    assert regions.held.keys() == {"52", "52.03", "52.06"}


def test_kind_and_urgency_are_routings_until_an_officer_says_otherwise():
    new = received()
    regions = known(new)
    regions.hear(assigned(new, kind="pengaduan", urgency="penting"))
    assert (regions.held["52.03"].kind, regions.held["52.03"].urgency) == ("pengaduan", "penting")
    regions.hear(assigned(new, kind=None, urgency="mendesak"))
    assert (regions.held["52.03"].kind, regions.held["52.03"].urgency) == ("pengaduan", "mendesak")


def test_of_what_is_sealed_no_kind_or_urgency_is_kept():
    new = received()
    regions = known(new)
    regions.hear(assigned(new, kind="pengaduan", urgency="penting"))
    regions.hear(assigned(new, kind="whistleblowing", urgency="penting", sealed=True))
    assert regions.complaint is not None
    assert (regions.complaint.kind, regions.complaint.urgency) == (None, None)


def test_of_a_sealed_complaint_nothing_is_told_and_nothing_kept():
    new = received(sealed=True, place=Place(given=GivenPlace(region_code="52.03", description="kantor desa")))
    regions = Regions()
    assert regions.hear(new, routed(new), assigned(new, sealed=True), verified(new), moved(new), mirrored(new)) == []
    kept = regions.complaint
    assert kept is not None
    assert (kept.text, kept.located_in, kept.agency, kept.attachments, kept.lapor_id) == (None, None, None, (), None)


def test_sealed_later_it_is_withdrawn_from_all_and_forgotten():
    new = received()
    regions = known(new, region="52.06")
    told = regions.hear(assigned(new, region="52.06", sealed=True))
    assert {(type(event), event.region, getattr(event, "reason", None)) for event in told} == {
        (ComplaintWithdrawnFromRegion, region, "sealed") for region in ("52", "52.03", "52.06")
    }
    assert regions.complaint is not None
    assert regions.complaint.text is None
    assert regions.hear(assigned(new), moved(new), mirrored(new)) == []


def test_unsealed_it_is_told_again_without_the_words_that_were_wiped():
    new = received()
    regions = known(new)
    regions.hear(
        assigned(new, sealed=True), moved(new, "archived"), moved(new, "received"), marked(new, anonymous=True)
    )
    assert regions.hear(assigned(new)) == []
    regions.hear(unsealed(new), assigned(new))
    held = regions.held["52.03"]
    assert (held.agency, held.state, held.anonymous, held.text) == (named("52.03.PUPR"), "received", True, None)
    assert regions.complaint is not None
    regions.complaint = after(regions.complaint, appended(new), masked="Sudah patah.", mask_version=MASK)
    assert (regions.complaint.text, regions.complaint.sealed) == ("Sudah patah.", False)


def test_a_complaint_that_was_verified_and_made_secret_while_it_was_sealed_is_told_so():
    new = received(sealed=True)
    regions = Regions()
    regions.hear(new, assigned(new, sealed=True), verified(new), marked(new, secret=True), unsealed(new), assigned(new))
    assert (regions.held["52.03"].secret, regions.held["52.03"].verified_at is not None) == (True, True)


def test_a_complaint_that_turns_out_to_be_elsewhere_is_withdrawn_there_and_told_to_the_new_region():
    new = received()
    regions = known(new)
    told = regions.hear(assigned(new, region="52.72.03", agency="52.72.PUPR"))
    assert [(event.type.split(".")[1], event.region) for event in told] == [
        ("withdrawn_from_region", "52.03"),
        ("shared_with_region", "52"),
        ("shared_with_region", "52.72"),
    ]
    assert getattr(told[0], "reason", None) == "elsewhere"


def test_what_no_region_can_see_is_not_told_again():
    new = received()
    regions = known(new)
    assert regions.hear(assigned(new, reasons=("Dikonfirmasi petugas.",))) == []
    assert regions.hear(verified(new)) == []
    assert len(regions.hear(mirrored(new))) == 2
    assert regions.hear(mirrored(new)) == []


def test_late_routing_changes_nothing_that_was_assigned():
    new = received()
    regions = known(new)
    assert regions.hear(routed(new, region="52.06", agency="52.06.PUPR")) == []


def test_the_place_is_routings_with_its_confidence_and_the_directorys_edition():
    held = known(received(place=Place(given=GivenPlace(region_code="52.01")))).held["52.03"]
    assert held.located_in == LocatedIn(
        region_code="52.03.12", name="di 52.03.12", confidence=0.94, directory_version="2026-11-09+5d20c1ae"
    )


@pytest.mark.parametrize(
    ("code", "located_in"),
    [
        ("52.04", LocatedIn(region_code="52.04", name="Kabupaten Sumbawa")),
        ("52.04.11.2003", LocatedIn(region_code="52.04", name="Kabupaten Sumbawa")),
        ("52", None),
        ("51.71", None),
        (None, None),
    ],
)
def test_a_place_that_routing_did_not_find_is_the_regency_that_the_citizen_gave(code, located_in):
    place = Place(given=GivenPlace(region_code=code, description="sebelah rumah saya"))
    regions = known(received(place=place), region=None, agency="NTB.DESK")
    assert regions.held["52"].located_in == located_in
    assert "sebelah rumah saya" not in regions.held["52"].model_dump_json()


def test_a_point_is_rounded_to_a_kilometre():
    point = Coordinates(latitude=-8.46871, longitude=118.74523)
    held = known(received(place=Place(coordinates=point))).held["52"]
    assert held.coordinates == Coordinates(latitude=-8.47, longitude=118.75)


def test_a_secret_report_is_told_without_its_words():
    held = known(received(secret=True)).held["52.03"]
    assert (held.text, held.secret, held.mask_version) == (None, True, MASK)


def test_of_an_attachment_only_kind_type_and_hash_are_told():
    held = known(received()).held["52.03"]
    assert held.attachments == (SharedAttachment(kind="image", media_type="image/jpeg", sha256="5f" * 32),)
    assert SharedAttachment.model_fields.keys() == {"kind", "media_type", "sha256"}


def test_a_region_learns_by_when_what_is_due_and_that_a_clock_stands_still():
    new = received()
    regions = known(new)
    regions.hear(clocked(new, verify="kept", follow_up="running", resolve="running"))
    assert [one.step for one in regions.held["52.03"].due_dates] == ["follow_up", "resolve"]
    assert {event.region for event in regions.hear(clocked(new, verify="kept", follow_up="stopped"))} == {"52", "52.03"}
    assert regions.held["52.03"].due_dates == ()
    assert regions.hear(clocked(new, verify="kept", follow_up="stopped")) == []


def test_a_region_gets_exactly_the_fields_that_the_design_lists():
    assert ComplaintSharedWithRegion.model_fields.keys() == {
        *("type", "complaint_id", "ticket", "region", "located_in", "coordinates", "affair", "level", "kind"),
        *("urgency", "agency", "state", "received_at", "verified_at", "assigned_at", "state_changed_at", "due_dates"),
        *("lapor_id", "text", "mask_version", "attachments", "anonymous", "secret"),
    }
    assert ComplaintWithdrawnFromRegion.model_fields.keys() == {
        *("type", "complaint_id", "ticket", "region", "reason", "withdrawn_at"),
    }


def test_no_account_conversation_or_reporter_reaches_a_region():
    new = received()
    told = "".join(event.model_dump_json() for event in known(new).told)
    ours = (new.account, new.conversation_id, new.message_id, new.reporter, new.attachments[0].id, new.channel)
    assert not [word for word in ours if f'"{word}' in told or f'{word}"' in told]


def test_a_region_learns_where_a_case_has_come_to_by_lapor_and_no_word_of_what_was_written_there():
    new = received()
    regions = known(new)
    reason = "Tindak lanjut di SP4N-LAPOR! oleh Balai Contoh."
    told = regions.hear(moved(new, actor=Actor(kind="channel", id=LAPOR), reason=reason))
    assert {event.region for event in told} == {"52", "52.03"}
    assert regions.held["52.03"].state == "in_progress"
    assert not [word for word in ("Balai Contoh", "SP4N") if word in "".join(one.model_dump_json() for one in told)]
    assert not {ComplaintFollowedUp, ComplaintAnswered} & set(CONSUMES), "words of agencies are no region's"


REGION_CODES = st.sampled_from([None, "52", "52.03", "52.03.12.2001", "52.72.01", "52.06"])
AGENCIES = st.sampled_from(["52.03.PUPR", "52.72.PDAM", "NTB.DESK", "NTB.INSPEKTORAT", "PLN", "unknown"])
FACTS: st.SearchStrategy[tuple[Callable[..., ComplaintEvent], dict[str, Any]]] = st.one_of(
    st.tuples(st.just(routed), st.fixed_dictionaries({"region": REGION_CODES, "agency": AGENCIES})),
    st.tuples(
        st.just(assigned),
        st.fixed_dictionaries(
            {"region": REGION_CODES, "agency": AGENCIES, "sealed": st.sampled_from([False] * 4 + [True])}
        ),
    ),
    st.tuples(st.just(verified), st.just({})),
    st.tuples(st.just(moved), st.fixed_dictionaries({"state": st.sampled_from(["in_progress", "closed"])})),
    st.tuples(st.just(mirrored), st.fixed_dictionaries({"lapor_id": st.sampled_from(["1", "2"])})),
)


@settings(max_examples=150, deadline=None)
@given(
    first=st.fixed_dictionaries({"secret": st.booleans(), "sealed": st.sampled_from([False] * 4 + [True])}),
    facts=st.lists(FACTS, max_size=10),
)
def test_whatever_happens_no_region_holds_what_it_must_not(first, facts):
    """`Regions` itself fails on a withdrawal without a share, and on a snapshot that the region holds already."""
    new, regions = received(**first), Regions()
    regions.hear(new)
    seal, known_good = new.sealed, False
    for make, changes in facts:
        told = regions.hear(make(new, **changes))
        seal = seal or changes.get("sealed", False)
        known_good = known_good or make is verified
        assert regions.complaint is not None
        assert set(regions.complaint.regions) == regions.held.keys()
        assert bool(regions.held) == (known_good and not seal)
        assert not seal or not [event for event in told if isinstance(event, ComplaintSharedWithRegion)]
        assert len({held.model_copy(update={"region": "52"}).model_dump_json() for held in regions.held.values()}) < 2
        assert not new.secret or all(held.text is None for held in regions.held.values())
