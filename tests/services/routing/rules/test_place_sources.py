"""What is known beside the text: the SMS code, the point, the photo, the account, and how they weigh."""

import pytest

from services.routing.rules.place import PlaceFinding, find_place
from services.routing.rules.place_known import Located
from services.routing.rules.sms_code import SmsCode, leading_region, read_sms_codes, sms_codes
from services.routing.rules.text import split

PUJUT = Located("52.02.04", 0.93)


def place(text: str, **known) -> PlaceFinding:
    return find_place(split(text), **known)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("LOTIM jalan rusak parah", "52.03"),
        ("lotim#jalan rusak", "52.03"),
        ("KSB: air mati", "52.07"),
        ("  BIMAKOTA : sampah", "52.72"),
        ("BimaKab jalan gelap", "52.06"),
        ("klu#banjir", "52.08"),
        ("KLU air macet sejak kemarin", "52.08"),
        ("MATARAM lampu mati", "52.71"),
        ("klu hujan banjir", None),
        ("KLU HUJAN BANJIR", None),
        ("Mataram macet", None),
        ("jalan di LOTIM# rusak", None),
        ("BIMA#jalan rusak", None),
        ("JALAN rusak", None),
        ("LOTIM", None),
        ("", None),
    ],
)
def test_a_code_counts_at_the_head_of_the_text_only(text, region):
    assert leading_region(text) == region


def test_the_operator_has_codes_of_their_own(tmp_path):
    table = tmp_path / "codes.csv"
    table.write_text("code,region,capitals\nGERUNG,52.01.01,no\n", encoding="utf-8")
    codes = read_sms_codes(table)
    assert codes == {"GERUNG": SmsCode("52.01.01", capitals=False)}
    assert leading_region("gerung lampu mati", codes) == "52.01.01"
    assert leading_region("LOTIM lampu mati", codes) is None
    assert "LOTIM" in sms_codes()


@pytest.mark.parametrize("row", ["LOTIM,52.99,no", "LO TIM,52.03,no", "LOTIM,52.03,maybe", "LOTIM,52.03"])
def test_a_wrong_row_of_codes_is_named(tmp_path, row):
    table = tmp_path / "codes.csv"
    table.write_text(f"code,region,capitals\n{row}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"codes\.csv row 2"):
        read_sms_codes(table)


def test_the_code_of_an_sms_says_the_regency_and_the_text_what_is_finer():
    found = place("LOTIM air mati", sms_region="52.03")
    assert found.code == "52.03"
    assert "kode SMS: Kabupaten Lombok Timur" in found.evidence
    assert place("LOTIM air mati di Aikmel", sms_region="52.03").code == "52.03.09"
    assert place("air mati di Desa Mekarsari", sms_region="52.01").code == "52.01.09.2012"


def test_a_point_gives_its_kecamatan_and_the_text_the_village_in_it():
    assert place("jalan rusak", point=PUJUT).code == "52.02.04"
    assert place("jalan rusak", point=PUJUT).confidence > 0.9
    assert place("jalan rusak di Desa Kuta", point=PUJUT).code == "52.02.04.2009"
    assert place("jalan rusak", given_region="52.02", point=PUJUT).code == "52.02.04"


def test_a_text_that_names_another_regency_makes_a_point_doubtful():
    found = place("jalan rusak di Kabupaten Dompu", point=PUJUT)
    assert [candidate.code for candidate in found.candidates] == ["52.02.04", "52.05"]
    assert found.confidence <= 0.7
    assert sum(candidate.probability for candidate in found.candidates) <= 1


def test_a_point_beside_the_border_of_another_regency_is_in_both():
    found = place("jalan rusak", point=Located("52.02.09", 0.6, near="52.03.03"))
    assert [candidate.code for candidate in found.candidates] == ["52.02.09", "52.03.03"]
    assert any("dekat batas" in note for note in found.evidence)


def test_a_region_given_and_a_point_that_disagree_are_both_candidates():
    found = place("jalan rusak", given_region="52.71", point=PUJUT)
    assert {candidate.code for candidate in found.candidates} == {"52.71", "52.02.04"}
    assert found.code == "52"


def test_coordinates_without_boundaries_decide_nothing():
    found = place("banjir", coordinates=(-8.7, 116.28))
    assert (found.code, found.candidates) == ("52", ())
    assert "koordinat di dalam NTB" in found.evidence


def test_a_photo_is_less_than_a_point_and_less_than_the_text():
    alone = place("jalan rusak", photo=PUJUT)
    assert alone.code == "52.02.04"
    assert alone.confidence < place("jalan rusak", point=PUJUT).confidence
    assert place("jalan rusak di Selong", photo=PUJUT).code == "52.03.07"
    assert place("jalan rusak", photo=PUJUT, given_region="52.03").code == "52.03"
    assert place("jalan rusak di Lombok Tengah", photo=PUJUT).code == "52.02.04"
    assert any(note.startswith("foto diambil di Pujut") for note in alone.evidence)


def test_the_account_is_said_and_gives_way_to_a_clear_text():
    assert "masuk lewat akun: Kabupaten Dompu" in place("gelap", account_region="52.05").evidence
    assert place("gelap di Kota Mataram", account_region="52.05").code == "52.71"
    assert place("gelap di desa Kuta", account_region="52.02").code == "52.02.04.2009"
