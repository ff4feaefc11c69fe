"""What the words around a name say: origin, destination, comparison, a sender's name, a place far away."""

import csv

import pytest

from services.routing.rules.place import PlaceFinding, find_place
from services.routing.rules.text import split
from tests.beside import beside
from tests.growth import grows_in_proportion


def place(text: str) -> PlaceFinding:
    return find_place(split(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("saya dari Sape mau lapor, sampah menumpuk di Ampenan", "52.71.01"),
        ("warga Taliwang yang tinggal di Praya, air mati terus", "52.02.01"),
        ("orang Dompu yang kuliah di Mataram ditilang", "52.71"),
        ("KTP Dompu, ditolak puskesmas di Kecamatan Alas", "52.04.05"),
        ("KTP saya Dompu, ditolak puskesmas di Kecamatan Alas", "52.04.05"),
        ("mobil plat Bima menabrak pagar kantor di Selong", "52.03.07"),
        ("bus jurusan Bima ugal-ugalan di Empang", "52.04.14"),
        ("travel tujuan Taliwang mangkal sembarangan di Narmada", "52.01.03"),
        ("tidak seperti di Mataram, jalan di Jerowaru gelap", "52.03.20"),
        ("dibanding Kota Mataram, lampu di Gerung jauh kurang", "52.01.01"),
        ("jalan berlubang di Kopang. Hormat saya, Ahmad, Gerung", "52.02.09"),
        ("air keruh di Jonggat, ttd Siti Labuapi", "52.02.02"),
        ("alamat Keruak. lapor pungli parkir di Pasar Renteng", "52.02.01"),
        ("mahasiswa dari Woha kehilangan motor di Sekarbela", "52.71.04"),
    ],
)
def test_where_somebody_comes_from_or_goes_is_not_where_it_happened(text, code):
    found = place(text)
    assert (found.code or "").startswith(code)


@pytest.mark.parametrize(
    "text",
    [
        "kades baru tidak terbuka",
        "petugas kelurahan baru menulis tanggal yang salah",
        "antar kelurahan dalam kota",
        "kelurahan Tanjung kecamatan Cilincing",
        "Desa Sembung Kecamatan Parengan Kabupaten Tuban",
        "desa Banjar Kelurahan Jeruk Kota Surabaya",
        "puskesmas Banyu Urip penuh",
        "di kampung Tambak Bayan gelap",
        "lurah dalam rapat bilang sabar",
    ],
)
def test_a_name_of_elsewhere_or_a_common_word_is_no_village_of_ours(text):
    found = place(text)
    assert found.code in {None, "52"}
    assert found.candidates == ()


def test_a_truck_from_surabaya_is_in_the_village_that_it_drives_through():
    assert place("truk dari Surabaya melintas di Desa Tanjung Luar").code == "52.03.01.2001"


def test_no_common_word_of_a_complaint_from_elsewhere_is_a_village():
    path = beside("complaints_dev.csv")
    if path is None:
        return
    with path.open(encoding="utf-8", newline="") as handle:
        found = [place(row["text"]).code for row in csv.DictReader(handle)]
    # Surabaya has a quarter of the name of a kecamatan of Lombok Barat; it is no common word.
    deep = [code for code in found if code and code.count(".") > 1 and not code.startswith("52.01.09")]
    assert deep == []
    assert sum(code not in {None, "52"} for code in found) <= len(found) / 500


@pytest.mark.parametrize(
    "text", ["Praya ", "desa kecamatan ", "di Desa Baru kecamatan x ", "Kuta, ", "warga asal dari "]
)
def test_a_text_that_repeats_itself_costs_in_proportion(text):
    assert grows_in_proportion(place, text * 300)
