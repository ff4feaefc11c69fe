"""What a complaint lacks, and what is not asked."""

from datetime import UTC, datetime

import pytest

from services.intake.conversation.words import table
from shared.directory.regions import RegionKind, subregions
from tests.services.intake.conversation.said import judge, place

ASKS = [
    ("Lampu penerangan mati", ("where",)),
    ("air keruh dan bau", ("where",)),
    ("jalan rusak parah", ("where",)),
    ("selokan di wilayah kami mampet", ("where",)),
    ("mohon di bantu", ("where", "what")),
    ("Join", ("where", "what")),
    ("tolong ditindak", ("where", "what")),
    ("di Praya", ("what",)),
    ("Jl Pejanggik", ("what",)),
    ("motor saya dicuri di parkiran rumah sakit", ("when",)),
    ("saya dibentak petugas loket", ("where", "when")),
    ("pipa bocor di Gerung", ()),
    ("Lubang di Jl Pejanggik", ()),
    ("Lubang besar Jalan Pejanggik", ()),
    ("selokan mampet RT 03 lingkungan Pande", ()),
    ("lampu mati depan masjid", ()),
    ("rumah sakit di Lotim penuh", ()),
    ("jembatan masbagik miring", ()),
    ("kemarin motor saya dicuri di Selong", ()),
    ("tgl 3/11 saya ditolak puskesmas Meninting", ()),
    ("jalan desa Kuta rawan kecelakaan", ()),
]


@pytest.mark.parametrize(("text", "asks"), ASKS)
def test_only_what_plainly_lacks_is_asked(text, asks):
    assert judge(text).asks == asks


def test_what_was_given_apart_from_the_words_is_not_asked():
    assert judge("lampu penerangan mati", place=place(region_code="52.02")).asks == ()
    assert judge("lampu penerangan mati", attachments=["location"]).asks == ()
    then = datetime(2026, 11, 1, tzinfo=UTC)
    assert judge("motor saya dicuri di Selong", incident_time=then).asks == ()


def test_nobody_is_asked_at_a_desk_or_for_what_a_form_has():
    assert judge("Join", surface="desk").asks == ()
    assert judge("Join", surface="form", place=place(region_code="52.02")).asks == ()
    assert judge("lampu penerangan mati", surface="form").asks == ("where",)


def test_a_sealed_matter_is_not_asked_about_in_public():
    text = "petugas minta uang 500 ribu untuk surat ini"
    assert judge(text, surface="comment").asks == ()
    assert judge(text).asks == ("where",)
    assert judge("lampu penerangan mati", surface="comment").asks == ("where",)


def test_the_listed_kecamatan_are_the_provinces():
    spelled_otherwise = {"masbagek", "suela"}
    known = {
        word
        for region in subregions()
        if region.kind is RegionKind.KECAMATAN
        for word in region.name.lower().replace("'", "").split()
    }
    assert set(table("missing")["where"]["kecamatan"].split()) - spelled_otherwise <= known
