"""Where it happened: every trap of the province's names."""

import pytest

from services.routing.rules.place import PlaceFinding, find_place
from services.routing.rules.text import split


def place(text: str, **known) -> PlaceFinding:
    return find_place(split(text), **known)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Lampu mati di Lotim", "52.03"),
        ("jalan di Lombok Tengah rusak", "52.02"),
        ("parkir di KSB mahal", "52.07"),
        ("pemda KLU tolong", "52.08"),
        ("Kabupaten Bima dan jalannya", "52.06"),
        ("kota bima banjir", "52.72"),
        ("Mataram panas dan macet", "52.71"),
        ("dompu gelap", "52.05"),
        ("lampu padam di Kecamatan Jonggat", "52.02.02"),
        ("banjir di Praya", "52.02.01"),
        ("sampah di pantai Gili Trawangan", "52.08.05.2003"),
        ("sirkuit Mandalika macet", "52.02.04.2009"),
        ("Desa Kidang Kec. Praya Timur", "52.02.06.2010"),
        ("kidang praya timur", "52.02.06.2010"),
        ("Kilo gelap, warga Kec. Kilo", "52.05.04"),
        ("listrik di Kilo padam", "52.05.04"),
        ("SMKN 1 Selong", "52.03.07"),
        ("puskesmas Woha tutup", "52.06.03"),
    ],
)
def test_a_named_place_is_found_as_deep_as_the_text_says(text, code):
    assert place(text).code == code


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("di Masbagik", "di Masbagek"),
        ("di Pringgasela", "di Pringgesela"),
        ("di Labuhan Haji", "di Labuan Haji"),
        ("di Suwela", "di Suela"),
        ("di Suwela", "di Swela"),
        ("di Batukliang Utara", "di Batu Kliang Utara"),
        ("di Desa Rasabou Kec. Sape", "di Desa Rasa Bou Kec Sape"),
        ("di Rasanae Barat", "di Rasana'e Barat"),
        ("di Kec. Hu'u Dompu", "di kec huu dompu"),
        ("di Praya Barat Daya", "di prayabaratdaye"),
    ],
)
def test_spellings_of_one_place_meet(one, other):
    assert place(one).code == place(other).code != "52"


@pytest.mark.parametrize(
    "text",
    [
        "di dalam rumah gelap",
        "lampu baru di tengah jalan mati",
        "mungkin sampe besok belum ada kabar",
        "ganti mata bor di luar sari laju",
        "satu lembar alas kaki",
        "Ibu Maria mengadu",
        "naik tangga di lembar kedua pekat sekali",
        "5 kilo beras",
        "klu hujan banjir",
        "jembatan gantung di pasir putih itu",
        "durian mahal",
        "lampu kampung baru dan lingkungan sari",
    ],
)
def test_a_common_word_is_no_village(text):
    found = place(text)
    assert (found.code, found.candidates) == ("52", ())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Desa Sampe Kec. Bolo", None),
        ("Desa Ganti Praya Timur", "52.02.06"),
        ("kelurahan Sari Kec. Sape", "52.06"),
        ("desa Dalam, Alas", "52.04.05"),
        ("Desa Surabaya Sakra Timur", "52.03.18"),
        ("Kecamatan Lembar", "52.01.13"),
        ("Desa Tanjung Luar Keruak", "52.03.01"),
    ],
)
def test_a_common_word_is_a_village_after_its_marker_and_beside_its_parent(text, code):
    found = place(text)
    assert found.candidates
    assert found.code is not None
    assert found.code.startswith(code or "52.")


@pytest.mark.parametrize("text", ["jalan rusak di Bima", "Bima gelap gulita"])
def test_bima_alone_is_two_regencies_and_no_guess(text):
    found = place(text)
    assert found.code == "52"
    assert [candidate.code for candidate in found.candidates] == ["52.06", "52.72"]
    assert found.confidence < 0.6


@pytest.mark.parametrize(
    ("text", "code"),
    [("warga Sape Bima", "52.06.06"), ("Rasanae Timur Bima", "52.72.02"), ("Empang Sumbawa", "52.04.14")],
)
def test_an_ambiguous_name_is_settled_by_the_name_beside_it(text, code):
    found = place(text)
    assert found.code == code
    assert len(found.candidates) == 1


@pytest.mark.parametrize(
    "text",
    [
        "saya warga asal Dompu, motor hilang di Mataram",
        "keluarga dari Kota Bima dirawat di Mataram",
        "kami dari Lotim menunggu di kantor Kota Mataram",
    ],
)
def test_where_the_writer_comes_from_is_not_where_it_happened(text):
    found = place(text)
    assert found.code is not None
    assert found.code.startswith("52.71")


def test_an_origin_alone_is_better_than_nothing_and_less_sure():
    assert place("saya asal Taliwang").code == "52.07.02"
    assert place("saya asal Taliwang").confidence < place("banjir di Taliwang").confidence


@pytest.mark.parametrize("text", ["macet di Surabaya", "saya di Denpasar Bali", "truk masuk Jakarta"])
def test_a_place_outside_the_province_is_not_ours(text):
    found = place(text)
    assert found.code is None
    assert found.evidence == ("teks hanya menyebut tempat di luar NTB",)


def test_the_region_given_is_refined_by_the_text_and_doubted_when_it_disagrees():
    assert place("banjir di Aikmel", given_region="52.03").code == "52.03.09"
    assert place("banjir", given_region="52.02.06.2010").code == "52.02.06.2010"
    against = place("banjir di Kota Mataram", given_region="52.03")
    assert against.code == "52.03"
    assert against.confidence < place("banjir", given_region="52.03").confidence
    assert [candidate.code for candidate in against.candidates] == ["52.03", "52.71"]


def test_the_account_tells_the_regency_when_the_text_does_not():
    assert place("lampu mati", account_region="52.05").code == "52.05"
    assert place("lampu mati di Bima", account_region="52.72").code == "52.72"
    assert place("lampu mati di Selong", account_region="52.05").code == "52.03.07"


@pytest.mark.parametrize("code", ["", "99", "52.9", "drop table", "52.01.01.9999", "\x00"])
def test_an_unknown_code_is_said_and_changes_nothing(code):
    assert place("banjir di Selong", given_region=code, account_region=code).code == "52.03.07"


def test_coordinates_outside_the_province_are_said_and_not_used():
    found = place("banjir", coordinates=(-7.25, 112.75))
    assert found.code == "52"
    assert "koordinat di luar NTB: tidak dipakai" in found.evidence


def test_a_street_named_after_a_village_is_not_the_village():
    assert place("lampu di Jalan Pejanggik Mataram").code != "52.02.10.2004"
    assert (place("lampu di Jalan Pejanggik Mataram").code or "").startswith("52.71")
