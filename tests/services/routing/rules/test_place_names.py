"""Every official name in the forms that people write it, spellings, Sasak directions, nicknames and landmarks."""

from collections import defaultdict
from collections.abc import Iterator

import pytest

from services.routing.rules.place import PlaceFinding, find_place
from services.routing.rules.text import split
from shared.directory.regions import Region, parent, regency_of, region, subregions

_VILLAGE, _KECAMATAN = 3, 2  # dots in the code


def place(text: str) -> PlaceFinding:
    return find_place(split(text))


def of_level(dots: int) -> list[Region]:
    return [one for one in subregions() if one.code.count(".") == dots]


def above(one: Region) -> tuple[str, str]:
    return region(parent(one.code) or "").name, region(regency_of(one.code) or "").name


def share_right(sentences: Iterator[tuple[str, str]]) -> float:
    """Return the share found exactly; a wrong regency is never right enough."""
    right = []
    for text, code in sentences:
        found = place(text).code
        assert found is not None, text
        assert regency_of(found) in {None, regency_of(code)}, text
        right.append(found == code)
    return sum(right) / len(right)


@pytest.mark.parametrize(
    "form",
    [
        "Jalan di Desa {0} Kecamatan {1} {2} rusak",
        "lampu mati di ds {0} kec {1}",
        "sampah menumpuk di kel. {0} kec. {1}",
        "banjir di {0}, {1}, tolong",
        "JALAN RUSAK DI {0} {1} {2}",
    ],
)
def test_a_village_beside_its_kecamatan_is_found(form):
    assert share_right((form.format(one.name, *above(one)), one.code) for one in of_level(_VILLAGE)) >= 0.98


@pytest.mark.parametrize("form", ["macet di Kecamatan {0} {1}", "Kec. {0} gelap", "camat {0} {1}"])
def test_a_kecamatan_is_found(form):
    assert share_right((form.format(one.name, above(one)[1]), one.code) for one in of_level(_KECAMATAN)) >= 0.98


def test_a_village_alone_is_found_when_it_is_the_only_one_of_its_name():
    by_name = defaultdict(list)
    for one in of_level(_VILLAGE):
        by_name["".join(split(one.name))].append(one)
    alone = [same[0] for same in by_name.values() if len(same) == 1]
    right = [place(f"jalan di Desa {one.name} rusak").code == one.code for one in alone]
    assert sum(right) / len(right) >= 0.97
    for same in by_name.values():
        if len(same) > 1:
            found = place(f"jalan di Desa {same[0].name} rusak").candidates
            assert {regency_of(one.code) for one in same} == {regency_of(candidate.code) for candidate in found}
            assert sum(candidate.probability for candidate in found) <= 1
            assert sorted((c.probability for c in found), reverse=True) == [c.probability for c in found]


@pytest.mark.parametrize(
    ("said", "official"),
    [
        ("Praya Bat Daye", "Praya Barat Daya"),
        ("praya barat daye", "Praya Barat Daya"),
        ("Praya Timuq", "Praya Timur"),
        ("Praya Bat", "Praya Barat"),
        ("Lombok Timuq", "Lombok Timur"),
        ("Lombok Daye", "Lombok Utara"),
        ("Dayen Gunung", "Lombok Utara"),
        ("Daye Gunung", "Lombok Utara"),
        ("Sakra Bat", "Sakra Barat"),
        ("Masbagik Lauq", "Masbagik Selatan"),
        ("Masbagik Daye", "Masbagik Utara"),
        ("Aikmel Daya", "Aikmel Utara"),
        ("Mamben Selatan", "Mamben Lauk"),
        ("Mamben Dayen", "Mamben Daya"),
        ("Wanasaba Lauq", "Wanasaba Lauk"),
        ("Rensing Barat", "Rensing Bat"),
        ("Dayen Peken Ampenan", "Dayan Peken Ampenan"),
    ],
)
def test_sasak_directions_are_understood(said, official):
    assert place(f"banjir di {said}").code == place(f"banjir di {official}").code not in {None, "52"}


@pytest.mark.parametrize(
    ("said", "official"),
    [
        ("Praye", "Praya"),
        ("Jongat", "Jonggat"),
        ("Djonggat", "Jonggat"),
        ("Tjakranegara", "Cakranegara"),
        ("Poedjoet", "Pujut"),
        ("Sengigi", "Senggigi"),
        ("Aiq Mel", "Aikmel"),
        ("Aik Mel", "Aikmel"),
        ("aik bukak batukliang utara", "Aik Bukaq Batukliang Utara"),
        ("Labuan Lombok", "Labuhan Lombok"),
        ("Labuanhaji", "Labuhan Haji"),
        ("Suela", "Suwela"),
        ("Swela", "Suwela"),
        ("Janapriya", "Janapria"),
        ("Manggelewa", "Manggalewa"),
        ("Kec Hu'u", "Kecamatan Huu"),
        ("Gunung Sari Lobar", "Gunungsari Lobar"),
        ("Poto tano", "Pototano"),
        ("Oi Fo'o Rasanae Timur", "Oi Foo Rasana'e Timur"),
        ("ds. Kidang kec. Praya Timur", "desa Kidang kecamatan Praya Timur"),
        ("kel Pejeruk", "kelurahan Pejeruk"),
    ],
)
def test_a_name_is_found_however_it_is_spelled(said, official):
    assert place(f"banjir di {said}").code == place(f"banjir di {official}").code not in {None, "52"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("preman di Terminal Mandalika", "52.71.06"),
        ("kabel putus di kawasan Mandalika", "52.02.04"),
        ("sampah plastik di pantai Lakey", "52.05.03"),
        ("antre di Pelabuhan Kayangan", "52.03.08.2007"),
        ("calo di pelabuhan Poto Tano", "52.07.06"),
        ("Bendungan Bintang Bano surut", "52.07.05"),
        ("kapal cepat ke gili kandas di Teluk Nara", "52.08.05"),
        ("lampu taman Sangkareang mati", "52.71"),
        ("Pasar Kebon Roek becek", "52.71.01"),
        ("RSUD Manambai penuh", "52.04"),
        ("toilet Bandara Bima kotor", "52.06"),
        ("parkir Pantai Lawata mahal", "52.72"),
        ("tiket Benang Kelambu naik", "52.02.12.2005"),
        ("jalan ke Senaru berlubang, Tiu Kelep ramai", "52.08.04.2005"),
    ],
)
def test_a_landmark_lies_in_one_place(text, code):
    assert (place(text).code or "").startswith(code[:8])
    assert place(text).code == code or len(code) > len("52.01.01")


def test_a_mountain_of_two_regencies_is_in_both():
    assert [candidate.code for candidate in place("kebakaran di Gunung Tambora").candidates] == ["52.05", "52.06"]
    assert place("kebakaran di Gunung Tambora").code == "52"
